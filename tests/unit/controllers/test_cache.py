"""Caches: what is kept, found and forgotten, and what is no news."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.controllers.cache import Cache

MAPS = kinds.require("", "ConfigMap")


def a_map(name: str, revision: int, **data: str) -> Document:
    return Document.of(
        MAPS, {"metadata": {"name": name, "namespace": "shop"}, "data": data}, revision
    )


def colours(document: Document) -> Iterator[str]:
    yield document.content["data"]["colour"]


def coloured(document: Document) -> Document | None:
    return document if "colour" in document.content["data"] else None


@pytest.fixture
def cache() -> Cache[Document]:
    return Cache(coloured, {"colour": colours})


def test_what_is_kept_is_found_by_name_and_by_index(cache: Cache[Document]) -> None:
    red = a_map("a", 1, colour="red")

    assert cache.saw(red)

    assert cache.get("shop", "a") == red
    assert cache.by("colour", "red") == (red,)
    assert cache.in_index("colour") == (red,)


def test_what_changes_leaves_its_old_place(cache: Cache[Document]) -> None:
    cache.saw(a_map("a", 1, colour="red"))

    cache.saw(a_map("a", 2, colour="blue"))
    assert (cache.by("colour", "red"), len(cache.by("colour", "blue"))) == ((), 1)

    cache.saw(a_map("a", 3))
    assert len(cache) == 0


def test_what_is_older_is_no_news(cache: Cache[Document]) -> None:
    cache.wrote(a_map("a", 5, colour="red"))

    assert not cache.saw(a_map("a", 4, colour="blue"))
    assert not cache.saw(a_map("a", 5, colour="red"))
    assert len(cache.by("colour", "red")) == 1


def test_what_was_written_and_seen_to_go_does_not_come_back(cache: Cache[Document]) -> None:
    written = a_map("a", 1, colour="red")
    cache.saw(written)
    cache.lost(a_map("a", 2))

    assert not cache.wrote(written)
    assert cache.get("shop", "a") is None


def test_what_was_left_out_of_a_list_is_gone_but_for_what_is_newer(
    cache: Cache[Document],
) -> None:
    cache.saw(a_map("a", 1, colour="red"))
    cache.saw(a_map("b", 2, colour="red"))
    cache.wrote(a_map("c", 9, colour="red"))

    assert cache.left_out({("shop", "b")}, 5) == (("shop", "a"),)
    assert [name for name, _ in cache.values()] == [("shop", "b"), ("shop", "c")]
