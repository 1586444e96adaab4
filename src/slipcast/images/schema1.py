"""Manifests of schema 1: layers the newest first, each with what one image more meant once.

The oldest form, which registries still serve of images pushed long ago: read, never made.
Signatures are taken off and not looked at, since nobody knows the keys.

Source: docker image manifest version 2, schema 1; image-streams.md IS-66.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from typing import Any, Final

import msgspec

from slipcast.api import jsontext
from slipcast.values.apifaults import BadRequest
from slipcast.values.faults import FieldError, InvalidFault

_MOST_SIZE: Final = 2**53


class Old(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest of schema 1 says.

    Shape:  layers and sizes the lowest first, as many of the one as of the other; config is the
            text that describes the newest image, empty where there is none.
    Units:  bytes, 0 where nothing is said.
    """

    layers: tuple[str, ...]
    sizes: tuple[int, ...]
    config: str


class _Layer(msgspec.Struct, frozen=True):
    blob_sum: str = msgspec.field(name="blobSum")


class _History(msgspec.Struct, frozen=True):
    text: str = msgspec.field(name="v1Compatibility")


class _Manifest(msgspec.Struct, frozen=True, rename="camel"):
    schema_version: int
    fs_layers: list[_Layer]
    history: list[_History]


class _Signature(msgspec.Struct, frozen=True):
    protected: str


class _Signed(msgspec.Struct, frozen=True, rename="camel"):
    schema_version: int = 0
    signatures: list[_Signature] = []


class _Protected(msgspec.Struct, frozen=True, rename="camel"):
    format_length: int
    format_tail: str


def read(content: dict[str, Any]) -> Old:
    """What a manifest of schema 1 says.

    Errors: InvalidFault when it is none.
    """
    try:
        found = msgspec.convert(content, _Manifest)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from error
    if found.schema_version != 1:
        raise _wrong(f"schemaVersion is {found.schema_version}, not 1")
    if not found.fs_layers or len(found.fs_layers) != len(found.history):
        raise _wrong("fsLayers and history are not equally long, or empty")
    return Old(
        layers=tuple(layer.blob_sum for layer in reversed(found.fs_layers)),
        sizes=tuple(_size(each.text) for each in reversed(found.history)),
        config=found.history[0].text,
    )


def payload(body: bytes) -> bytes:
    """The bytes that a manifest is named by: without the signatures, where there are some.

    Shape:  the body itself where it has none, or is no manifest of schema 1. What counts is in
            these bytes alone: what else is in the body, nothing vouches for.
    """
    try:
        signed = msgspec.json.decode(body, type=_Signed)
        if signed.schema_version != 1 or not signed.signatures:
            return body
        how = msgspec.json.decode(_unpacked(signed.signatures[0].protected), type=_Protected)
        tail = _unpacked(how.format_tail)
    except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError):
        return body
    if not 0 <= how.format_length <= len(body):
        return body
    return body[: how.format_length] + tail


def _unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _size(text: str) -> int:
    """How large the layer of an image is, as its description says; 0 where it does not."""
    try:
        content = jsontext.read(text.encode(errors="surrogatepass"))
    except BadRequest:
        return 0
    size = content.get("Size") if isinstance(content, dict) else None
    return size if type(size) is int and 0 <= size <= _MOST_SIZE else 0


def _wrong(what: str) -> InvalidFault:
    return InvalidFault((FieldError(path="manifest", what=what[:500]),))
