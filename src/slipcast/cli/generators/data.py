"""Config maps and secrets from keys and values.

Source: kubectl create configmap and secret, tried out.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from slipcast.api.document import JSON
from slipcast.values.faults import UsageFault
from slipcast.views import gojson

DOCKER_HUB: Final = "https://index.docker.io/v1/"
_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_VARIABLE: Final = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_LETTERS: Final = str.maketrans("013ae", "ghkmt")
"""Digits that could spell words, and what stands for them in a hash."""

Pairs = Iterable[tuple[str, bytes]]


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """Who one is at a registry."""

    server: str = DOCKER_HUB
    username: str = ""
    password: str = ""
    email: str = ""

    @property
    def text(self) -> str:
        """The registry and the credentials as Docker keeps them."""
        login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        entry = {"username": self.username, "password": self.password}
        if self.email:
            entry["email"] = self.email
        entry["auth"] = login
        return msgspec.json.encode({"auths": {self.server: entry}}).decode()


def literal(text: str) -> tuple[str, bytes]:
    """`KEY=VALUE`; quotes around the value are taken away.

    Errors: UsageFault.
    """
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageFault(f"invalid literal source {text}, expected key=value")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return key, value.encode()


def file_source(text: str) -> tuple[str, str]:
    """`[KEY=]PATH`; the key is empty when it is not said.

    Errors: UsageFault.
    """
    key, equals, path = text.partition("=")
    if not equals:
        return "", text
    if not key:
        raise UsageFault(f"key name for file path {path} missing")
    if not path:
        raise UsageFault(f"file path for key name {key} missing")
    if "=" in path:
        raise UsageFault("key names or file paths cannot contain '='")
    return key, path


def variables(text: str, environment: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """The lines `KEY=VALUE` of a file; a key alone takes its value from the environment.

    Errors: UsageFault.
    """
    found: list[tuple[str, bytes]] = []
    for line in text.removeprefix("\ufeff").splitlines():
        said = line.lstrip()
        if not said or said.startswith("#"):
            continue
        key, equals, value = said.partition("=")
        if not _VARIABLE.fullmatch(key):
            raise UsageFault(f'"{key}" is not a valid key name')
        if equals:
            found.append((key, value.encode()))
        elif key in environment:
            found.append((key, environment[key].encode()))
    return found


def config_map(name: str, pairs: Pairs, *, append_hash: bool = False) -> JSON:
    """A config map; values that are no text are kept apart.

    Errors: UsageFault.
    """
    data: dict[str, str] = {}
    binary: dict[str, str] = {}
    for key, value in _checked(pairs, f'Data for ConfigMap "{name}"'):
        try:
            data[key] = value.decode()
        except UnicodeDecodeError:
            binary[key] = base64.b64encode(value).decode()
    named = name
    if append_hash:
        said: JSON = {"data": data, "kind": "ConfigMap", "name": name}
        named = f"{name}-{_hash(said | ({'binaryData': binary} if binary else {}))}"
    content: JSON = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": named}}
    return content | ({"data": data} if data else {}) | ({"binaryData": binary} if binary else {})


def secret(name: str, pairs: Pairs, *, sort: str = "", append_hash: bool = False) -> JSON:
    """A secret.

    Errors: UsageFault.
    """
    data = {
        key: base64.b64encode(value).decode()
        for key, value in _checked(pairs, f'Data for Secret "{name}"')
    }
    named = name
    if append_hash:
        said = {"data": data, "kind": "Secret", "name": name, "type": sort}
        named = f"{name}-{_hash(said)}"
    content: JSON = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": named}}
    return content | ({"data": data} if data else {}) | ({"type": sort} if sort else {})


def _checked(pairs: Pairs, where: str) -> Iterable[tuple[str, bytes]]:
    seen: set[str] = set()
    for key, value in pairs:
        if not _KEY.fullmatch(key) or key in {".", ".."}:
            raise UsageFault(
                f'"{key}" is not a valid key name: a valid config key must consist of alphanumeric '
                "characters, '-', '_' or '.'"
            )
        if key in seen:
            raise UsageFault(
                f'cannot add key "{key}", another key by that name already exists in {where}'
            )
        seen.add(key)
        yield key, value


def _hash(said: JSON) -> str:
    digest = hashlib.sha256(gojson.compact(said).encode()).hexdigest()
    return digest[:10].translate(_LETTERS)
