"""Objects of the store, page by page: there may be many, and all at once are never needed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from slipcast.api.document import Document
from slipcast.ports.api import Api, ListOptions, Resource

PAGE: Final = 500
"""Objects that are listed at once."""


async def all_of(api: Api, resource: Resource) -> AsyncIterator[Document]:
    """All objects of a resource, in the order of their names.

    Errors: any of the Api.
    """
    token = ""
    while True:
        page = await api.list(resource, ListOptions(limit=PAGE, from_token=token))
        for document in page.documents:
            yield document
        token = page.token
        if not token:
            return
