"""Objects as Tables: the columns that clients print, computed where the objects are.

Source: Kubernetes API concepts: receiving resources as Tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Listing, Resource
from slipcast.server import answers
from slipcast.server.negotiate import Form
from slipcast.values.apifaults import BadRequest
from slipcast.views.columns import columns_of

_encode = msgspec.json.encode
_decode = msgspec.json.Decoder().decode


def of_one(
    resource: Resource,
    document: Document,
    parameters: Mapping[str, str],
    form: Form,
    *,
    again: bool = False,
) -> bytes:
    """One object as a Table of one row; `again` leaves out the columns, which a watcher knows."""
    metadata = {"resourceVersion": str(document.revision)} if document.revision else {}
    return _table(resource, (document,), metadata, _asked(parameters, form), columns=not again)


def of_many(
    resource: Resource, listing: Listing, parameters: Mapping[str, str], form: Form
) -> bytes:
    """A list as a Table."""
    metadata = answers.list_metadata(listing)
    return _table(resource, listing.documents, metadata, _asked(parameters, form))


def empty(metadata: dict[str, Any], form: Form) -> bytes:
    """A Table without rows: a bookmark."""
    return _encode({**_head(form), "metadata": metadata, "columnDefinitions": [], "rows": []})


class _Asked(msgspec.Struct, frozen=True):
    """What a client wants in its rows beside the cells."""

    form: Form
    include: str


def _asked(parameters: Mapping[str, str], form: Form) -> _Asked:
    include = parameters.get("includeObject", "Metadata")
    if include not in {"None", "Metadata", "Object"}:
        raise BadRequest(f"unrecognized includeObject value: {include[:40]!r}")
    return _Asked(form, include)


def _head(form: Form) -> dict[str, Any]:
    return {"kind": "Table", "apiVersion": f"meta.k8s.io/{form.version}"}


def _table(
    resource: Resource,
    documents: Sequence[Document],
    metadata: dict[str, Any],
    asked: _Asked,
    *,
    columns: bool = True,
) -> bytes:
    now = datetime.now(UTC)
    kind = _kind(resource, documents)
    body = _encode(
        {
            **_head(asked.form),
            "metadata": metadata,
            "columnDefinitions": _definitions(kind) if columns else None,
            "rows": [_row(resource, document, asked, now) for document in documents],
        }
    )
    return body if asked.form.encoding == "json" else answers.yaml(body)


def _kind(resource: Resource, documents: Sequence[Document]) -> Kind:
    """The kind whose columns there are: that of the resource, but for a part of an object."""
    first = documents[0].kind if len(documents) == 1 else resource.kind
    return first if first in kinds.SCALES else resource.kind


def _definitions(kind: Kind) -> list[dict[str, Any]]:
    return [
        {
            "name": column.name,
            "type": column.type,
            "format": column.format,
            "description": column.description,
            "priority": column.priority,
        }
        for column in columns_of(kind)
    ]


def _row(resource: Resource, document: Document, asked: _Asked, now: datetime) -> dict[str, Any]:
    content = _decode(document.body)
    row: dict[str, Any] = {
        "cells": [column.read(content, now) for column in columns_of(_kind(resource, (document,)))]
    }
    if asked.include == "Metadata":
        row["object"] = msgspec.Raw(answers.partial(document, asked.form.version))
    elif asked.include == "Object":
        link = answers.link(resource, document)
        row["object"] = msgspec.Raw(document.wire(answers.api_version(resource), link))
    else:
        row["object"] = None
    return row
