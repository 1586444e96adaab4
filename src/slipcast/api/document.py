"""Documents: objects as they are kept and sent.

A document is kept as one piece of JSON, its body: metadata first, then everything else as it
was given, without apiVersion, kind and resourceVersion. Those three depend on how an object is
asked for and when it was written, so they are put before the body when it is sent; the body itself
is never encoded again. Typed views of a document are in `lens`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from slipcast.api.kinds import Kind

JSON = dict[str, Any]
"""An object as JSON has it: what a client wrote, field for field."""

_HEAD: Final = b'{"metadata":{'
_BELOW: Final = len(_HEAD)
_END: Final = ord("}")
_encode = msgspec.json.Encoder().encode


class Names(msgspec.Struct, frozen=True):
    """What selectors and lists need of a document, and nothing else."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: Mapping[str, str] | None = None


class _Named(msgspec.Struct, frozen=True):
    metadata: Names


_decode = msgspec.json.Decoder().decode
_decode_names = msgspec.json.Decoder(_Named).decode
_LATEST: Final = [(b"", Names())]
"""The body whose names were looked at last, and the names."""


class Document(msgspec.Struct, frozen=True, gc=False):
    """An object: its kind, its body, and the revision it was written at (0: not yet)."""

    kind: Kind
    body: bytes
    revision: int = 0

    @classmethod
    def of(cls, kind: Kind, content: Mapping[str, Any], revision: int = 0) -> Document:
        """The document that holds such content, whatever of apiVersion and the like it says.

        Shape:  content has metadata; its resourceVersion and selfLink are not kept.
        """
        return cls(kind, body_of(content), revision)

    @property
    def names(self) -> Names:
        """Name, namespace, uid and labels."""
        # What has changed is looked at by several, one after the other.
        body, names = _LATEST[0]
        if body is not self.body:
            names = _decode_names(self.body).metadata
            _LATEST[0] = (self.body, names)
        return names

    @property
    def content(self) -> JSON:
        """The whole object, to be read or changed, resourceVersion included."""
        rest: JSON = _decode(self.body)
        metadata = rest.pop("metadata")
        if self.revision:
            metadata["resourceVersion"] = str(self.revision)
        return {
            "kind": self.kind.name,
            "apiVersion": self.kind.api_version,
            "metadata": metadata,
            **rest,
        }

    def item(self, link: str = "") -> bytes:
        """The object as an item of a typed list: without apiVersion and kind."""
        body = self.body
        if self.revision and not link and body[_BELOW] != _END:
            # Nearly all are so, and a list has many.
            return b'{"metadata":{"resourceVersion":"%d",' % self.revision + body[_BELOW:]
        return b'{"metadata":{%b%b' % (self._head(link), body[_BELOW:])

    def parts(self) -> tuple[bytes, memoryview]:
        """The object as an item of a typed list, in two parts, for a list to copy once."""
        body = self.body
        if body[_BELOW] == _END or not self.revision:
            return b"", memoryview(self.item())
        return b'{"metadata":{"resourceVersion":"%d",' % self.revision, memoryview(body)[_BELOW:]

    def wire(self, api_version: str = "", link: str = "") -> bytes:
        """The object as it is sent.

        Shape:  api_version is the kind's own unless said; link is the selfLink of the legacy
                paths, where clients expect one.
        """
        return self._prefix(api_version, link) + self.body[_BELOW:]

    def _prefix(self, api_version: str = "", link: str = "") -> bytes:
        """What stands before the body's metadata when it is sent."""
        version = api_version or self.kind.api_version
        text = f'{{"kind":"{self.kind.name}","apiVersion":"{version}","metadata":{{'
        return text.encode() + self._head(link)

    def _head(self, link: str) -> bytes:
        """The metadata that depends on when the object was written and how it is asked for."""
        fields = []
        if link:
            fields.append(b'"selfLink":' + _encode(link))
        if self.revision:
            fields.append(b'"resourceVersion":"%d"' % self.revision)
        if fields and self.body[_BELOW] != _END:
            fields.append(b"")
        return b",".join(fields)


def body_of(content: Mapping[str, Any]) -> bytes:
    """The bytes kept of an object: metadata first, nothing that depends on who asks."""
    metadata = {
        field: value
        for field, value in content["metadata"].items()
        if field not in {"resourceVersion", "selfLink"}
    }
    rest = {
        field: value
        for field, value in content.items()
        if field not in {"apiVersion", "kind", "metadata"}
    }
    return _encode({"metadata": metadata, **rest})
