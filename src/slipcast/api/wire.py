"""How Structs are written for the wire: their base, their scalars, and how their lists merge.

A Struct is a view of a document: every field has a default, which means "absent". Fields that are
always there as an object have an empty Struct as default, those that may be missing have None.
The docstring of a Struct becomes the text that `kubectl explain` shows: first what it is, then
lines that begin with the wire name of a field and a colon.

Source: house rules of the API conventions of Kubernetes; structured-merge-diff's list types.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

PATCH_KEY: Final = "x-kubernetes-patch-merge-key"
PATCH_STRATEGY: Final = "x-kubernetes-patch-strategy"
LIST_TYPE: Final = "x-kubernetes-list-type"
LIST_KEYS: Final = "x-kubernetes-list-map-keys"
MAP_TYPE: Final = "x-kubernetes-map-type"
KEY_DEFAULTS: Final = "x-slipcast-key-defaults"
"""Our own mark: what an element means that lacks one of the keys. Never published."""


class Wire(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Anything that travels: names in camel case, fields that hold their default left out."""


class Whole(Wire, frozen=True, kw_only=True):
    """An object that has one writer: an apply replaces it whole, a patch may still change it."""


def merged(
    patch_key: str, *keys: str, replace_keys: bool = False, **defaults: str | int
) -> msgspec.Meta:
    """The mark of a list whose elements are told apart by keys.

    Shape:  patch_key tells them apart in a strategic merge patch, keys in an apply (the patch key
            alone unless said); defaults are what an element without the key means. replace_keys
            adds the strategy that also drops keys an element lacks (volumes).
    """
    schema: dict[str, Any] = {
        LIST_KEYS: list(keys or (patch_key,)),
        LIST_TYPE: "map",
        PATCH_KEY: patch_key,
        PATCH_STRATEGY: "merge,retainKeys" if replace_keys else "merge",
    }
    if defaults:
        schema[KEY_DEFAULTS] = defaults
    return msgspec.Meta(extra_json_schema=schema)


def patched(patch_key: str) -> msgspec.Meta:
    """The mark of a list that merges in a strategic merge patch, and is replaced whole by apply."""
    return msgspec.Meta(
        extra_json_schema={
            LIST_TYPE: "atomic",
            PATCH_KEY: patch_key,
            PATCH_STRATEGY: "merge",
        }
    )


def mapped(*keys: str, **defaults: str | int) -> msgspec.Meta:
    """The mark of a list that merges in an apply, and is replaced whole by a strategic patch."""
    schema: dict[str, Any] = {LIST_KEYS: list(keys), LIST_TYPE: "map"}
    if defaults:
        schema[KEY_DEFAULTS] = defaults
    return msgspec.Meta(extra_json_schema=schema)


ATOMIC: Final = msgspec.Meta(extra_json_schema={LIST_TYPE: "atomic"})
"""The mark of a list that is replaced whole."""

SET: Final = msgspec.Meta(extra_json_schema={LIST_TYPE: "set"})
"""The mark of a list of plain values that merges in an apply."""

MERGED_SET: Final = msgspec.Meta(extra_json_schema={LIST_TYPE: "set", PATCH_STRATEGY: "merge"})
"""The mark of a list of plain values that merges always."""

NULLABLE: Final = msgspec.Meta(extra_json_schema={"nullable": True})
"""The mark of what is null where there is none of it, as clients of the original expect."""

WHOLE_MAP: Final = msgspec.Meta(extra_json_schema={MAP_TYPE: "atomic"})
"""The mark of a map that belongs to one writer, and is replaced whole by an apply."""

RETAINED: Final = msgspec.Meta(extra_json_schema={PATCH_STRATEGY: "retainKeys"})
"""The mark of an object whose patch may list the keys that stay (`$retainKeys`)."""

REPLACED: Final = msgspec.Meta(extra_json_schema={PATCH_STRATEGY: "replace"})
"""The mark of an object that a strategic merge patch replaces whole."""

_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
_ZONE = r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"

Time = Annotated[
    str,
    msgspec.Meta(pattern=rf"^{_DATE}T{_CLOCK}{_ZONE}\Z", extra_json_schema={"format": "date-time"}),
]
"""A moment in RFC 3339, empty when absent; `values.instant` reads it."""

Int32 = Annotated[
    int, msgspec.Meta(ge=-(2**31), le=2**31 - 1, extra_json_schema={"format": "int32"})
]
Int64 = Annotated[
    int, msgspec.Meta(ge=-(2**63), le=2**63 - 1, extra_json_schema={"format": "int64"})
]

_SUFFIX = "[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+"

Quantity = (
    Annotated[str, msgspec.Meta(pattern=rf"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)({_SUFFIX})?\Z")]
    | int
    | float
)
"""An amount as Kubernetes writes it: `500m`, `1Gi`, or a bare number."""

IntOrString = str | int
"""A number, or the name of a port, or a percentage."""

Anything = Any
"""A place where any JSON may stand, kept as written."""
