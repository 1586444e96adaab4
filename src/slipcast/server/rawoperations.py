"""Operations whose bodies are bytes, as OpenAPI describes them: logs, and sources sent along.

Pure; what may be said in the address is told by a Struct of options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from slipcast.api import schemas
from slipcast.api.build import BinaryBuildRequestOptions, Build, BuildLogOptions
from slipcast.api.schemas import Dialect

JSON = dict[str, Any]
BYTES: Final = "application/octet-stream"
TEXT: Final = "text/plain"


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one such operation.

    Shape:  unknown are options that only others have; other is what is meant by those that others
            mean otherwise; answer None is text. creates says that the answer tells of something
            new.
    """

    options: type[msgspec.Struct]
    unknown: frozenset[str] = frozenset()
    other: Mapping[str, str] = {}
    answer: type[msgspec.Struct] | None = None
    creates: bool = True


class Nothing(msgspec.Struct, frozen=True):
    """No options."""


RAW: Final[Mapping[tuple[str, str], Raw]] = {
    ("pods", "log"): Raw(
        options=BuildLogOptions,
        unknown=frozenset({"nowait", "version"}),
        other={
            "container": "Which container; need not be said where there is only one.",
            "previous": "Whether what it said before it was started again is meant.",
        },
    ),
    ("builds", "log"): Raw(options=BuildLogOptions),
    ("buildconfigs", "instantiatebinary"): Raw(options=BinaryBuildRequestOptions, answer=Build),
    ("buildconfigs", "webhooks"): Raw(options=Nothing, answer=Build, creates=False),
}
"""THE TABLE of such operations, by resource and subresource."""

_NOT_ASKED: Final = frozenset({"apiVersion", "kind", "metadata"})


def parameters(raw: Raw, dialect: Dialect) -> Iterator[JSON]:
    """What may be said in the address."""
    if raw.options is Nothing:
        return
    for name, schema in _properties(raw.options, dialect).items():
        if name in _NOT_ASKED | raw.unknown:
            continue
        meaning = raw.other.get(name, schema["description"])
        found: JSON = {"name": name, "in": "query", "description": meaning}
        type_ = {key: schema[key] for key in ("type", "format") if key in schema}
        yield found | (type_ if dialect == "v2" else {"schema": type_})


def body_and_answer(raw: Raw, dialect: Dialect) -> tuple[JSON, JSON]:
    """What is said of the body of an operation, and of its answer."""
    is_sent = raw.answer is not None
    told: JSON = {"type": "string"}
    if raw.answer is not None:
        place = "#/definitions" if dialect == "v2" else "#/components/schemas"
        told = {"$ref": f"{place}/{schemas.name_of(raw.answer)}"}
    media = "application/json" if is_sent else TEXT
    if dialect == "v2":
        taken = {"consumes": [BYTES]} if is_sent else {}
        return {**taken, "produces": [media]}, {"schema": told}
    sent = {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
    body: JSON = {"requestBody": {**sent, "required": True}} if is_sent else {}
    return body, {"content": {media: {"schema": told}}}


@cache
def _properties(struct: type[msgspec.Struct], dialect: Dialect) -> JSON:
    known = schemas.components((), (struct,), dialect)
    found: JSON = known[schemas.name_of(struct)]["properties"]
    return found
