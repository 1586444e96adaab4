"""Lists of what streams consist of, page by page, all at the revision of the first page.

A page ends within a stream where it has to: the continue token then names the stream and what of
it was the last.

Source: Kubernetes API concepts, retrieving large results sets in chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from slipcast.api.document import Document
from slipcast.ports.api import Listing, ListOptions
from slipcast.ports.journal import Page
from slipcast.store.keys import prefix_of
from slipcast.store.revisions import position, token
from slipcast.store.rows import Rows
from slipcast.store.streams.reading import STREAM

CHUNK: Final = 100
"""Streams that are read together."""
_WITHIN: Final = "\0"
"""Stands between the key of a stream and the name of a part in a token; no key has it."""

Parts = Callable[[Document], Iterator[tuple[str, Document]]]
"""The parts of a stream that are wanted, in order of their names."""


async def listed(rows: Rows, namespace: str, options: ListOptions, parts: Parts) -> Listing:
    """The parts of all streams of a namespace, or of all there are; as many as are asked for.

    Errors: BadRequest; Invalid; Expired; Timeout.
    """
    prefix = prefix_of(STREAM, namespace)
    start = position(options, prefix)
    if start.at or start.least:
        await rows.reached(start.at or start.least)
    begun, _, last = place = start.after.partition(_WITHIN)
    found: list[Document] = []
    page = await rows.page(begun or prefix, at=start.at, limit=1 if begun else CHUNK)
    more: Page | None = page
    while more is not None:
        for entry in more.entries:
            for name, part in parts(Document(STREAM, entry.value or b"", entry.revision)):
                if (entry.key, name) <= (begun, last):
                    continue
                if options.limit and len(found) == options.limit:
                    told = token(page.revision, _WITHIN.join((place[0], place[2])))
                    return Listing(tuple(found), page.revision, told)
                found.append(part)
                place = entry.key, _WITHIN, name
        more = await _behind(rows, prefix, more, begun if more is page else "")
    return Listing(tuple(found), page.revision)


async def _behind(rows: Rows, prefix: str, page: Page, begun: str) -> Page | None:
    """The streams behind a page, or behind the one that a list went on with."""
    if not begun:
        return await rows.after(prefix, page, CHUNK)
    return await rows.page(prefix, at=page.revision, after=begun, limit=CHUNK)
