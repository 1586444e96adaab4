"""Flags of the server that say who is let in, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from slipcast.cli.options import together
from slipcast.ports.daemon import Identification

_FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)

options = together(
    click.option(
        "--htpasswd",
        type=_FILE,
        help="Users and passwords, as `htpasswd -B` writes them. Default: the settings'.",
    ),
    click.option(
        "--oidc-issuer",
        default="",
        metavar="URL",
        help="OpenID Connect provider whose ID tokens are taken. Default: the settings'.",
    ),
    click.option("--oidc-client-id", default="", help="The client the tokens must be made for."),
    click.option(
        "--oidc-username-claim",
        default="",
        metavar="CLAIM",
        help="The claim that holds the user's name. Default: sub.",
    ),
    click.option(
        "--oidc-groups-claim",
        default="",
        metavar="CLAIM",
        help="The claim that holds the user's groups.",
    ),
    click.option("--oidc-ca-file", type=_FILE, help="Certificate authority of the provider."),
    click.option(
        "--oidc-client-secret-file",
        type=_FILE,
        help="The client's secret: people log in at the provider with a browser, too.",
    ),
)
"""Passwords, and OpenID Connect."""


def identification(given: Mapping[str, Any]) -> Identification:
    """What the flags of `options` said."""
    htpasswd, ca_file = given["htpasswd"], given["oidc_ca_file"]
    secret_file = given["oidc_client_secret_file"]
    return Identification(
        htpasswd=htpasswd.absolute() if htpasswd else None,
        oidc_issuer=given["oidc_issuer"],
        oidc_client_id=given["oidc_client_id"],
        oidc_username_claim=given["oidc_username_claim"],
        oidc_groups_claim=given["oidc_groups_claim"],
        oidc_ca_file=ca_file.absolute() if ca_file else None,
        oidc_client_secret_file=secret_file.absolute() if secret_file else None,
    )
