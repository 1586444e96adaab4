"""The logins that a namespace has for registries elsewhere: those of its docker secrets (IS-82).

Source: image-streams.md IS-82; the forms of .dockercfg and .dockerconfigjson.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Resource
from slipcast.ports.distribution import Login
from slipcast.registry.parts import Parts
from slipcast.values.sensitive import Sensitive

SECRET: Final = kinds.require(kinds.CORE, "Secret")
DATA: Final = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}
EXCLUDED: Final = "openshift.io/image.excludeSecret"


async def logins(parts: Parts, namespace: str) -> tuple[Login, ...]:
    """The logins of a namespace; what cannot be read is none."""
    listing = await parts.server.list(Resource(SECRET, namespace))
    return tuple(
        login
        for document in listing.documents
        if b"kubernetes.io/dockerc" in document.body
        for login in _logins(document.content)
    )


def _logins(secret: JSON) -> Iterator[Login]:
    annotations = secret["metadata"].get("annotations") or {}
    name = DATA.get(secret.get("type", ""))
    if name is None or annotations.get(EXCLUDED) == "true":
        return
    try:
        content = msgspec.json.decode(base64.b64decode((secret.get("data") or {}).get(name, "")))
    except (ValueError, binascii.Error):
        return
    entries = content.get("auths", content) if isinstance(content, dict) else {}
    for place, entry in entries.items() if isinstance(entries, dict) else ():
        pair = _pair(entry)
        if pair is not None:
            host = place.rpartition("://")[2].rstrip("/")
            yield Login(place=host, user=pair[0], password=Sensitive(pair[1]))


def _pair(entry: Any) -> tuple[str, str] | None:
    if not isinstance(entry, dict):
        return None
    user, password = entry.get("username"), entry.get("password")
    if not user and isinstance(entry.get("auth"), str):
        try:
            coded = base64.b64decode(entry["auth"]).decode()
        except (ValueError, binascii.Error):
            return None
        user, _, password = coded.rstrip("\0").partition(":")
    if not isinstance(user, str) or not isinstance(password, str) or not user:
        return None
    return user, password
