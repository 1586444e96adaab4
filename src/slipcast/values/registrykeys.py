"""Under which names logins for registries are kept, and which of them are for an image.

A name is a registry, or a path in one; labels of the host may be globs. What a login says, and
where it comes from, is read elsewhere.

Source: docker login; containers-auth.json(5); Kubernetes, configuration of pull secrets.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Final

from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import DEFAULT_REGISTRY, ImageRef

_HUB: Final = frozenset({DEFAULT_REGISTRY, "index.docker.io", "registry-1.docker.io"})
"""What Docker Hub is called by those who log in to it."""
_API: Final = frozenset({"v1", "v2"})
_GLOBS: Final = frozenset("*?[")


def key_of(name: str) -> str:
    """A name without what was once written round it: a scheme, and an API's path."""
    _, scheme, rest = name.rpartition("://")
    host, _, path = rest.partition("/")
    path = path.strip("/")
    path = "" if scheme and path in _API else path
    return f"{_host(host)}/{path}" if path else _host(host)


def fitting(names: Iterable[str], image: str | ImageRef) -> tuple[str, ...]:
    """The names that are for an image: the longest path first, then hosts before globs.

    Shape:  none for what is no image; equals stay in their order.
    """
    try:
        ref = ImageRef.parse(image) if isinstance(image, str) else image
    except InvalidFault:
        return ()
    host, path = _host(ref.registry_host), ref.repository.split("/")
    ranked = [(rank, name) for name in names if (rank := _rank(name, host, path)) is not None]
    return tuple(name for _, name in sorted(ranked, key=lambda each: each[0]))


def _rank(name: str, host: str, path: list[str]) -> tuple[int, bool] | None:
    """How far behind others a name is; None for one of another place."""
    its_host, slash, its_path = key_of(name).partition("/")
    parts = its_path.split("/") if slash else []
    if path[: len(parts)] != parts or not _is_of(host, its_host):
        return None
    return -len(parts), bool(_GLOBS & {*its_host})


def _is_of(host: str, pattern: str) -> bool:
    """Whether a host, with its port, is one that a pattern means: label by label."""
    if host == pattern or not _GLOBS & {*pattern}:
        return host == pattern
    (name, port), (its_name, its_port) = _halves(host), _halves(pattern)
    labels, globs = name.split("."), its_name.split(".")
    if port != its_port or len(labels) != len(globs):
        return False
    return all(fnmatchcase(*each) for each in zip(labels, globs, strict=True))


def _halves(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and port.isdecimal() else (host, "")


def _host(host: str) -> str:
    host = host.lower()
    return DEFAULT_REGISTRY if host in _HUB else host
