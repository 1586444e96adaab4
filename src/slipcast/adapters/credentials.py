"""Credentials for registries, out of the files that docker and podman log in to.

An entry belongs to a registry, to hosts that a pattern means, or, as podman writes them, to a path
on one; that for the longest path that fits an image comes first, and all that fit are tried.
Credential helpers and stores are other programs holding other secrets, and are not asked: an image
that only they could log in for gets a hint that says so.

Source: s2i reference, credentials (S2I-141 to S2I-143); docker login; containers-auth.json(5).
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from slipcast.ports.engine import Credential
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef
from slipcast.values.registrykeys import fitting, key_of
from slipcast.values.sensitive import Sensitive

_ENTRY = frozenset({"auth", "username", "password", "identitytoken"})


class Credentials:
    """Credentials of this user, by image. Files are read once, when first asked.

    Shape:  an earlier file comes first, where names are equal. One that is missing or unreadable
            holds no entries. secrets are the names of the Secrets that the files are of, if any.
    """

    def __init__(self, files: Iterable[Path], secrets: Iterable[str] = ()) -> None:
        self._files = tuple(zip_longest(files, secrets, fillvalue=""))
        self._documents: tuple[tuple[Path, str, Mapping[str, Any]], ...] | None = None

    def of(self, image: str) -> Credential | None:
        """Who we are to the registry of an image; None is nobody."""
        return next(iter(self.all_of(image)), None)

    def all_of(self, image: str) -> tuple[Credential, ...]:
        """All that we may be to the registry of an image, in the order in which they are tried."""
        entries = [
            (name, secret, entry)
            for _, secret, document in self._read()
            for name, entry in _entries(document)
        ]
        ranked = dict.fromkeys(fitting(dict.fromkeys(name for name, _, _ in entries), image))
        found = (
            _credential(entry, secret)
            for name in ranked
            for its_name, secret, entry in entries
            if its_name == name
        )
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def hint(self, image: str) -> str:
        """What to do about an image that we have no credential for; empty when there is one."""
        if self.of(image) is not None:
            return ""
        host = _host(image)
        for path, _, document in self._read():
            if document.get("credsStore") or host in (document.get("credHelpers") or {}):
                return (
                    f"{path} names a credential helper for {host}, and helpers are not supported: "
                    f"log in with a file that holds the credential itself "
                    f"(podman login --authfile FILE {host})."
                )
        return f"Log in to {host}, or name the file with its credential by --dockercfg-path."

    def _read(self) -> tuple[tuple[Path, str, Mapping[str, Any]], ...]:
        if self._documents is None:
            documents = (
                (Path(path), secret, _document(Path(path))) for path, secret in self._files
            )
            self._documents = tuple(documents)
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


def _host(image: str) -> str:
    """What the registry of an image is called in such files."""
    try:
        return key_of(ImageRef.parse(image).registry_host)
    except InvalidFault:
        return image.partition("/")[0]


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Entries by name: below `auths`, or the whole of an older file."""
    entries = document.get("auths", document)
    if not isinstance(entries, dict):
        return
    for name, entry in entries.items():
        if isinstance(entry, dict) and _ENTRY & entry.keys():
            yield key_of(name), entry


def _credential(entry: Mapping[str, Any], secret: str) -> Credential | None:
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
    return Credential(username=username, password=Sensitive(password), secret=secret)
