"""What the platform gives every build, and no image keeps: a CA bundle, variables, a fixed time.

Source: none upstream; names of variables are those the common tools document.
"""

from __future__ import annotations

from collections.abc import Iterable

from slipcast.builds.s2i.environment import merged
from slipcast.builds.s2i.request import Platform
from slipcast.values.container import Mount

DIRECTORY = "/run/slipcast"
CA_BUNDLE = f"{DIRECTORY}/ca.crt"

CA_VARIABLES = (
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "NODE_EXTRA_CA_CERTS",
    "npm_config_cafile",
    "GIT_SSL_CAINFO",
    "BUNDLE_SSL_CA_CERT",
    "COMPOSER_CAFILE",
    "PERL_LWP_SSL_CA_FILE",
    "HTTPS_CA_FILE",
    "CARGO_HTTP_CAINFO",
    "AWS_CA_BUNDLE",
)
"""Variables that point the usual downloaders to a CA bundle."""

LEAVE_OUT = (DIRECTORY,)
"""Paths of the container that stay out of every image."""


def mounts(platform: Platform) -> tuple[Mount, ...]:
    """The bind mounts every build container gets."""
    if platform.ca_bundle is None:
        return ()
    return (Mount(source=str(platform.ca_bundle), target=CA_BUNDLE, read_only=True),)


def env(
    platform: Platform, user: Iterable[tuple[str, str]], timestamp: int | None
) -> tuple[tuple[str, str], ...]:
    """The variables of a build container: the platform's, with the user's laid over them.

    Units:  timestamp is the source's time, which tools that honour SOURCE_DATE_EPOCH stamp on what
            they make; None gives them none.
    """
    bundle = () if platform.ca_bundle is None else CA_VARIABLES
    epoch = () if timestamp is None else (("SOURCE_DATE_EPOCH", str(timestamp)),)
    return merged(((name, CA_BUNDLE) for name in bundle), epoch, platform.env, user)
