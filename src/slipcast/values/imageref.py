"""ImageRef: the name of a container image, parsed once and printed as it was typed.

Which registry a short name means is decided here by the docker rules; which image it means on
this machine is the engine's business.

Source: distribution reference grammar; docker's short names (docker.io, library/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import msgspec
from msgspec.structs import replace
from typing_extensions import override

from slipcast.values import patterns
from slipcast.values.digest import Digest
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.sensitive import redacted

DEFAULT_REGISTRY = "docker.io"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"

_DEFAULT_REGISTRIES = frozenset({"", DEFAULT_REGISTRY, "index.docker.io"})
_LONGEST_NAME = 255
_LONGEST_TAG = 128
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_REGISTRY = patterns.lazy(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?")
_COMPONENT = patterns.lazy(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = patterns.lazy(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ID = patterns.lazy(r"[0-9a-f]{64}")


class ImageRef(msgspec.Struct, frozen=True, kw_only=True):
    """An image's name.

    Shape:  registry, namespace and tag are empty and digest is None where they were not typed;
            namespace may hold slashes.
    """

    registry: str = ""
    namespace: str = ""
    name: str
    tag: str = ""
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str, field: str = "image") -> Self:
        """The reference a text is.

        Errors: InvalidFault with everything that is wrong with it.
        """
        rest, at, digest_text = text.partition("@")
        head, colon, tail = rest.rpartition(":")
        # A colon before the last slash belongs to the registry's port.
        path, tag, tagged = (head, tail, True) if colon and "/" not in tail else (rest, "", False)
        registry, repository = _split_registry(path)
        namespace, _, name = repository.rpartition("/")
        ref = cls(registry=registry, namespace=namespace, name=name, tag=tag)
        given = redacted(text)
        errors = [
            FieldError(path=field, what=what, value=given) for what in _wrong(text, ref, repository)
        ]
        if tagged and not tag:
            errors.append(FieldError(path=field, what="the tag after ':' is missing", value=given))
        if at:
            try:
                ref = replace(ref, digest=Digest.parse(digest_text, field))
            except InvalidFault as fault:
                errors.extend(fault.errors)
        if errors:
            raise InvalidFault(tuple(errors))
        return ref

    @property
    def registry_host(self) -> str:
        """Host and port of the registry, the default one where none was typed."""
        return DEFAULT_REGISTRY if self._on_default_registry else self.registry

    @property
    def repository(self) -> str:
        """The full path in the registry: `library/python`, without host, tag and digest."""
        namespace = self.namespace
        if not namespace and self._on_default_registry:
            namespace = DEFAULT_NAMESPACE
        return f"{namespace}/{self.name}" if namespace else self.name

    @property
    def with_default_tag(self) -> ImageRef:
        """The same with tag `latest` when neither tag nor digest was typed (S2I-137)."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    @property
    def exact(self) -> str:
        """The form without anything left to defaults; two names of one image are equal in it."""
        namespace, _, name = self.repository.rpartition("/")
        full = replace(self, registry=self.registry_host, namespace=namespace, name=name)
        return str(full.with_default_tag)

    @property
    def minimal(self) -> str:
        """The shortest form that means the same."""
        namespace, tag = self.namespace, "" if self.tag == DEFAULT_TAG else self.tag
        if not self._on_default_registry:
            return str(replace(self, tag=tag))
        if namespace == DEFAULT_NAMESPACE:
            namespace = ""
        short = replace(self, registry="", namespace=namespace, tag=tag)
        # `docker.io/localhost/x` without its registry would mean another one.
        return str(short if not _is_registry(namespace.partition("/")[0]) else self)

    def with_tag(self, tag: str) -> ImageRef:
        """The same repository at a tag, without digest.

        Errors: InvalidFault.
        """
        ref = replace(self, tag=tag, digest=None)
        return ImageRef.parse(str(ref), "tag")

    def with_digest(self, digest: Digest) -> ImageRef:
        """The same repository pinned to a content, without tag."""
        return replace(self, tag="", digest=digest)

    @property
    def _on_default_registry(self) -> bool:
        return self.registry in _DEFAULT_REGISTRIES

    @override
    def __str__(self) -> str:
        """The reference as it was typed."""
        parts = (self.registry, self.namespace, self.name)
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return "/".join(part for part in parts if part) + tag + digest


def _split_registry(path: str) -> tuple[str, str]:
    first, slash, rest = path.partition("/")
    return (first, rest) if slash and _is_registry(first) else ("", path)


def _is_registry(component: str) -> bool:
    # What cannot be a path component is taken for a host, as docker does.
    return (
        any(mark in component for mark in ".:[")
        or component == "localhost"
        or component != component.lower()
    )


def _wrong(text: str, ref: ImageRef, repository: str) -> Iterator[str]:
    if not text:
        yield "an image reference must not be empty"
    elif text.startswith("-"):
        yield "must not start with '-'"
    elif "://" in text:
        yield "is a URL, not an image reference; write registry/namespace/name:tag"
    elif _ID.fullmatch(text):
        yield "is an image id; a reference needs a name"
    else:
        yield from _wrong_parts(ref, repository)


def _wrong_parts(ref: ImageRef, repository: str) -> Iterator[str]:
    if ref.registry and not _REGISTRY.fullmatch(ref.registry):
        yield f"{ref.registry!r} is no registry host"
    if repository != repository.lower():
        yield "the name must be in lower case"
    elif not all(_COMPONENT.fullmatch(part) for part in repository.split("/")):
        yield "names hold letters, digits and single . _ - between them, with / between names"
    if len(ref.registry) + len(repository) > _LONGEST_NAME:
        yield f"names have at most {_LONGEST_NAME} characters"
    if ref.tag and not _TAG.fullmatch(ref.tag):
        yield f"the tag {ref.tag!r} may hold letters, digits and _ . - only"
    if len(ref.tag) > _LONGEST_TAG:
        yield f"tags have at most {_LONGEST_TAG} characters"
