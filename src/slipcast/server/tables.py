"""Objects as Tables: the columns that clients print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from slipcast.api.document import Document
from slipcast.ports.api import Listing, Resource
from slipcast.server import answers
from slipcast.server.negotiate import Form


def of_one(
    resource: Resource,
    document: Document,
    parameters: Mapping[str, str],
    form: Form,
    *,
    again: bool = False,
) -> bytes:
    """One object as a Table of one row; `again` leaves out what a watcher knows already."""
    del parameters, again
    return answers.one(resource, document, form)


def of_many(
    resource: Resource, listing: Listing, parameters: Mapping[str, str], form: Form
) -> bytes:
    """A list as a Table."""
    del parameters
    return answers.many(resource, listing, form)


def empty(metadata: dict[str, Any], form: Form) -> bytes:
    """A Table without rows: a bookmark."""
    return msgspec.json.encode(
        {
            "kind": "Table",
            "apiVersion": f"meta.k8s.io/{form.version}",
            "metadata": metadata,
            "columnDefinitions": [],
            "rows": [],
        }
    )
