"""Namespaces, service accounts, projects and tokens.

Source: kubectl create; cli.md EX-6.
"""

from __future__ import annotations

from collections.abc import Sequence

from slipcast.api import kinds
from slipcast.api.document import JSON


def plain(kind: str, name: str) -> JSON:
    """An object of the core group that says nothing but its name."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}


def token_request(audiences: Sequence[str], seconds: int) -> JSON:
    """Asks for a token.

    Units:  seconds it is to be good for, 0 for as long as the server likes.
    """
    spec: JSON = {}
    if audiences:
        spec["audiences"] = list(audiences)
    if seconds:
        spec["expirationSeconds"] = seconds
    return {
        "apiVersion": f"{kinds.AUTHENTICATION}/v1",
        "kind": "TokenRequest",
        "metadata": {},
        "spec": spec,
    }


def project_request(name: str, display_name: str, description: str) -> JSON:
    """Asks for a project."""
    content: JSON = {
        "apiVersion": f"{kinds.PROJECT}/v1",
        "kind": "ProjectRequest",
        "metadata": {"name": name},
    }
    if display_name:
        content["displayName"] = display_name
    if description:
        content["description"] = description
    return content
