"""Images by their ids: image-streams.md IS-42."""

from __future__ import annotations

import pytest

from slipcast.images.lookup import by_id, told
from unit.images.streaming import ONE, TWO, a_stream, an_event


@pytest.mark.parametrize("prefix", [ONE, "sha256:1", "1", "1111"])
def test_an_image_is_found_by_the_beginning_of_its_digest_is_42(prefix: str) -> None:
    assert by_id(a_stream(a=an_event(ONE), b=an_event(TWO)), prefix) == an_event(ONE)


def test_an_image_in_two_tags_is_one_as_the_later_has_it_is_42() -> None:
    old, new = an_event(created="2026-01-01T00:00:00Z"), an_event(created="2026-01-02T00:00:00Z")

    assert by_id(a_stream(a=new, b=old), "1") is new


def test_several_images_are_all_named_is_42() -> None:
    names = by_id(a_stream(a=an_event(TWO), b=an_event(ONE)), "sha256:")

    assert names == (ONE, TWO)
    assert told((ONE, TWO), "s") == (
        'Operation cannot be fulfilled on imagestreamimage.image.openshift.io "s":'
        f' multiple images match the prefix "s": {ONE}, {TWO}'
    )


def test_an_image_that_was_never_looked_up_has_no_id() -> None:
    assert by_id(a_stream(a=an_event("")), "") == ()


def test_an_id_that_is_no_digest_is_compared_as_it_is() -> None:
    assert by_id(a_stream(a=an_event("abcdef")), "abc") == an_event("abcdef")
