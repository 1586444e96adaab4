"""The file in which docker, podman and the like keep whom they are to registries.

Source: docker login; containers-auth.json(5).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from slipcast.values.faults import Fault, HostFault

_USUAL: Final = ".docker/config.json"


def place(environment: Mapping[str, str]) -> Path:
    """Where the file of whoever calls lies."""
    named = environment.get("REGISTRY_AUTH_FILE")
    if named:
        return Path(named)
    directory = environment.get("DOCKER_CONFIG")
    return Path(directory, "config.json") if directory else _home(environment) / _USUAL


def with_login(document: Mapping[str, Any], host: str, user: str, token: str) -> dict[str, Any]:
    """The document with a login for a registry; what else is in it stays."""
    login = {"auth": base64.b64encode(f"{user}:{token}".encode()).decode()}
    return {**document, "auths": {**(document.get("auths") or {}), host: login}}


def load(path: Path) -> dict[str, Any]:
    """What the file holds, nothing where there is none.

    Errors: Fault when it is no such file; HostFault when it cannot be read.
    """
    try:
        document = json.loads(path.read_bytes() or b"{}")
    except FileNotFoundError:
        return {}
    except OSError as fault:
        raise HostFault(f"{path} cannot be read: {fault.strerror}") from fault
    except ValueError as wrong:
        raise Fault(f"{path} is no file of logins: {wrong}") from wrong
    if not isinstance(document, dict) or not isinstance(document.get("auths", {}), dict):
        raise Fault(f"{path} is no file of logins")
    return document


def save(path: Path, document: Mapping[str, Any]) -> None:
    """Keep the document, whole or not at all, for its owner's eyes only.

    Errors: HostFault.
    """
    write(path, json.dumps(document, indent=2).encode() + b"\n", mode=0o600)


def write(path: Path, content: bytes, *, mode: int) -> None:
    """Put a file in place, whole or not at all.

    Errors: HostFault.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        new.replace(path)
    except OSError as fault:
        raise HostFault(f"{path} cannot be written: {fault.strerror}") from fault


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or "/")
