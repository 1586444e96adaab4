"""Credentials for registries, out of the files that docker and podman log in to.

An entry belongs to a registry, or, as podman writes them, to a path on one; the longest that fits
an image is its own. Credential helpers and stores are other programs holding other secrets, and
are not asked: an image that only they could log in for gets a hint that says so.

Source: s2i reference, credentials (S2I-141 to S2I-143); docker login; containers-auth.json(5).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slipcast.ports.engine import Credential
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import DEFAULT_REGISTRY, ImageRef
from slipcast.values.sensitive import Sensitive

_HUB_HOSTS = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_ENTRY = frozenset({"auth", "username", "password", "identitytoken"})


class Credentials:
    """Credentials of this user, by image. Files are read once, when first asked.

    Shape:  an earlier file wins. One that is missing or unreadable holds no entries.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = tuple(files)
        self._documents: tuple[tuple[Path, Mapping[str, Any]], ...] | None = None

    def of(self, image: str) -> Credential | None:
        """Who we are to the registry of an image; None is nobody."""
        names = _names(image)
        for _, document in self._read():
            found = _fitting(_entries(document), names)
            if found is not None:
                return found
        return None

    def hint(self, image: str) -> str:
        """What to do about an image that we have no credential for; empty when there is one."""
        if self.of(image) is not None:
            return ""
        host = _names(image)[-1]
        for path, document in self._read():
            if document.get("credsStore") or host in (document.get("credHelpers") or {}):
                return (
                    f"{path} names a credential helper for {host}, and helpers are not supported: "
                    f"log in with a file that holds the credential itself "
                    f"(podman login --authfile FILE {host})."
                )
        return f"Log in to {host}, or name the file with its credential by --dockercfg-path."

    def _read(self) -> tuple[tuple[Path, Mapping[str, Any]], ...]:
        if self._documents is None:
            self._documents = tuple((path, _document(path)) for path in self._files)
        return self._documents


def usual_files(env: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Where docker and podman keep credentials, docker's first."""
    containers = Path(env.get("XDG_CONFIG_HOME") or home / ".config", "containers", "auth.json")
    files = [Path(env.get("DOCKER_CONFIG") or home / ".docker", "config.json")]
    if env.get("REGISTRY_AUTH_FILE"):
        files.append(Path(env["REGISTRY_AUTH_FILE"]))
    if env.get("XDG_RUNTIME_DIR"):
        files.append(Path(env["XDG_RUNTIME_DIR"], "containers", "auth.json"))
    else:
        # Behind `unshare` everybody is root, and podman tells who it was.
        user = env.get("_CONTAINERS_ROOTLESS_UID") or os.getuid()
        files.append(Path(f"/run/containers/{user}/auth.json"))
    return (*files, containers, home / ".dockercfg")


def _names(image: str) -> tuple[str, ...]:
    """The names under which an entry may fit an image, the closest first, its registry last."""
    try:
        ref = ImageRef.parse(image)
    except InvalidFault:
        return (image.partition("/")[0],)
    host = DEFAULT_REGISTRY if ref.registry_host in _HUB_HOSTS else ref.registry_host
    parts = ref.repository.split("/")
    paths = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return (*(f"{host}/{path}" for path in paths), host)


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _entries(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Entries by name: below `auths`, or the whole of an older file."""
    entries = document.get("auths", document)
    if not isinstance(entries, dict):
        return {}
    return {
        _key(name): entry
        for name, entry in entries.items()
        if isinstance(entry, dict) and _ENTRY & entry.keys()
    }


def _key(name: str) -> str:
    """An entry's name without what was once written round it: a scheme, and an API's path."""
    _, scheme, rest = name.rpartition("://")
    host, _, path = rest.partition("/")
    path = "" if scheme and path.strip("/") in {"v1", "v2"} else path.strip("/")
    host = DEFAULT_REGISTRY if host in _HUB_HOSTS else host
    return f"{host}/{path}" if path else host


def _fitting(entries: Mapping[str, Any], names: Iterable[str]) -> Credential | None:
    found = (_credential(entries[name]) for name in names if name in entries)
    return next((each for each in found if each is not None), None)


def _credential(entry: Mapping[str, Any]) -> Credential | None:
    username, password = entry.get("username"), entry.get("password")
    if entry.get("auth"):
        try:
            text = base64.b64decode(str(entry["auth"]), validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        # Some writers pad the secret with zero bytes, which docker cuts off as well.
        username, _, password = text.rstrip("\0").partition(":")
    if not isinstance(username, str) or not isinstance(password, str) or not username:
        return None
    return Credential(username=username, password=Sensitive(password))
