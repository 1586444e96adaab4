"""Configurations of images as docker inspect shows them: what an Image keeps as its metadata.

Configurations come from anywhere: a field of another type than it should have is left out, one
nobody knows as well, and one that cannot be read at all says nothing.

Source: OCI image specification 1.1, config; docker image specification 1.2; image-streams.md IS-65.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from slipcast.api import jsontext
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest

LARGEST: Final = 4 * 1024 * 1024
"""The most bytes that a configuration may have."""

_FIRST_YEAR: Final = 1000

Reading = Callable[[object], Any]


def metadata_of(text: str, name: str, size: int) -> dict[str, Any]:
    """The metadata of an image, from the text of its configuration.

    Shape:  name is the image's id, that of the configuration where empty; fields without value
            are left out, except those that are always there.
    Units:  size in bytes: what is pulled.
    """
    config = _content(text)
    found = {
        "kind": "DockerImage",
        "apiVersion": "1.0",
        "Id": name or _text(config.get("id")) or "",
        **_picked(config, _BEFORE),
        "Created": _moment(config.get("created")),
        **_picked(config, _BETWEEN),
        "ContainerConfig": _runtime(config.get("container_config")) or {},
        **_picked(config, _AFTER),
    }
    if size:
        found["Size"] = size
    return found


def _content(text: str) -> Mapping[str, Any]:
    body = text.encode(errors="surrogatepass")
    if not body or len(body) > LARGEST:
        return {}
    try:
        content = jsontext.read(body)
    except BadRequest:
        return {}
    return content if isinstance(content, dict) else {}


def _picked(content: Mapping[str, Any], table: Mapping[str, tuple[str, Reading]]) -> dict[str, Any]:
    """The fields of a table that have a value, under the names they are shown by."""
    values = {shown: read(content.get(field)) for field, (shown, read) in table.items()}
    return {shown: value for shown, value in values.items() if value}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if type(value) is int and -(2**63) <= value < 2**63 else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _texts(value: object) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    return None


def _words(value: object) -> list[str] | None:
    """A command: a list, or one text as the oldest images have it."""
    return [value] if isinstance(value, str) and value else _texts(value)


def _set(value: object) -> dict[str, Any] | None:
    """Names without values: ports and volumes, which are objects with nothing in them."""
    return {name: {} for name in value} if isinstance(value, dict) else None


def _map(value: object) -> dict[str, str] | None:
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return value
    return None


def _object(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _moment(value: object) -> str | None:
    """A moment in whole seconds; None where there is none, as the year 1 is to many programs."""
    try:
        moment = instant.parse(value) if isinstance(value, str) else None
    except BadRequest:
        return None
    return instant.to_text(moment) if moment is not None and moment.year >= _FIRST_YEAR else None


def _runtime(value: object) -> dict[str, Any] | None:
    return _picked(value, _RUNTIME) if isinstance(value, dict) else None


_RUNTIME: Final[Mapping[str, tuple[str, Reading]]] = {
    name: (name, read)
    for name, read in {
        "Hostname": _text,
        "Domainname": _text,
        "User": _text,
        "Memory": _number,
        "MemorySwap": _number,
        "CpuShares": _number,
        "Cpuset": _text,
        "AttachStdin": _truth,
        "AttachStdout": _truth,
        "AttachStderr": _truth,
        "PortSpecs": _texts,
        "ExposedPorts": _set,
        "Tty": _truth,
        "OpenStdin": _truth,
        "StdinOnce": _truth,
        "Env": _texts,
        "Cmd": _words,
        "Healthcheck": _object,
        "Image": _text,
        "Volumes": _set,
        "WorkingDir": _text,
        "Entrypoint": _words,
        "NetworkDisabled": _truth,
        "OnBuild": _texts,
        "Labels": _map,
        "StopSignal": _text,
        "Shell": _texts,
    }.items()
}
"""THE TABLE of what a container is started with, in the order in which it is shown."""

_BEFORE: Final[Mapping[str, tuple[str, Reading]]] = {
    "parent": ("Parent", _text),
    "comment": ("Comment", _text),
}
_BETWEEN: Final[Mapping[str, tuple[str, Reading]]] = {"container": ("Container", _text)}
_AFTER: Final[Mapping[str, tuple[str, Reading]]] = {
    "docker_version": ("DockerVersion", _text),
    "author": ("Author", _text),
    "config": ("Config", _runtime),
    "architecture": ("Architecture", _text),
}
