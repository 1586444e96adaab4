"""How registries are reached: docker's credentials, and the trust of the settings.

Credential helpers and stores are not asked. An unreadable file means anonymous.

Source: docker login, configuration file; s2i reference, credentials (S2I-141 to 143).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slipcast.ports.engine import Credential, RegistryAccess
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import DEFAULT_REGISTRY, ImageRef
from slipcast.values.sensitive import Sensitive

DOCKER_HUB = "https://index.docker.io/v1/"
"""The key of images without a registry host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """Answers how the registry of an image is reached."""

    credentials: Path
    insecure: tuple[str, ...] = ()
    ca_file: Path | None = None

    def access(self, image: str) -> RegistryAccess:
        """How the registry of an image is reached; an OCI layout needs nothing."""
        host = _host(image)
        if not host:
            return RegistryAccess()
        return RegistryAccess(
            credential=credential(_entries(self.credentials), host),
            ca_file=self.ca_file,
            insecure=host in self.insecure,
        )


def credential(entries: Mapping[str, object], host: str) -> Credential | None:
    """The entry for a registry host; None means anonymous."""
    keys = (DOCKER_HUB, host) if host == DEFAULT_REGISTRY else (host, f"https://{host}")
    for key in keys:
        entry = entries.get(key)
        if isinstance(entry, dict):
            return _read(entry)
    return None


def _read(entry: Mapping[str, object]) -> Credential | None:
    try:
        text = base64.b64decode(str(entry.get("auth", "")), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    username, colon, password = text.rstrip("\0").partition(":")
    if not colon or not username:
        return None
    return Credential(username=username, password=Sensitive(password))


def _entries(path: Path) -> Mapping[str, object]:
    """The entries of the file: below `auths`, or the older flat form."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(document, dict):
        return {}
    below = document.get("auths", document)
    return below if isinstance(below, dict) else {}


def _host(image: str) -> str:
    if image.startswith("oci:"):
        return ""
    try:
        return ImageRef.parse(image).registry_host
    except InvalidFault:
        return ""
