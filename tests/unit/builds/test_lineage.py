"""Whose an image is, and what it goes back to."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from slipcast.builds.lineage import (
    Maker,
    Place,
    Pushed,
    circle,
    goes_back_to,
    led_through,
    makers_of,
    read,
    written,
)

A, B, C, D = (("shop", each) for each in "abcd")
IMAGE = "sha256:1"
PUSHED = Pushed(image=IMAGE, created="2026-11-23T12:00:05Z")
MADE = Maker(config=A, build="a-1", image=IMAGE)
SILENT = Maker(config=A, build="a-2", output=IMAGE, began="2026-11-23T12:00:00Z")
FAILED = replace(SILENT, ended="2026-11-23T12:00:09Z")


def test_who_says_that_it_made_an_image_did():
    assert makers_of(PUSHED, [MADE, SILENT]) == (MADE,)


def test_who_goes_on_may_have():
    assert makers_of(PUSHED, [SILENT]) is None


def test_who_ended_badly_made_what_came_meanwhile():
    later = replace(PUSHED, created="2026-11-23T12:00:10Z")

    assert makers_of(PUSHED, [FAILED]) == (FAILED,)
    assert makers_of(later, [FAILED]) == ()


def test_who_pushes_elsewhere_did_not():
    assert makers_of(PUSHED, [replace(SILENT, output="sha256:2")]) == ()


def test_of_an_image_without_a_digest_nobody_is_known():
    assert makers_of(Pushed(image=""), [replace(SILENT, output="")]) == ()


def test_an_image_goes_back_to_who_made_it_and_to_whom_it_was_made_from():
    maker = replace(MADE, through=frozenset({B}))

    assert [goes_back_to(each, (maker,)) for each in (A, B, C)] == [True, True, False]


def test_an_image_that_came_about_in_two_ways_goes_back_to_what_is_in_both():
    ways = (
        replace(MADE, config=B, through=frozenset({A, C})),
        replace(MADE, config=D, through=frozenset({A})),
    )

    assert [goes_back_to(each, ways) for each in (A, C)] == [True, False]
    assert led_through(ways) == {A, B, C, D}


def test_nothing_goes_back_to_nobody():
    assert not goes_back_to(A, ())


@pytest.mark.parametrize(
    ("feeds", "expected"),
    [
        ({A: [B], B: [C]}, set()),
        ({A: [A]}, {A}),
        ({A: [B], B: [A]}, {A, B}),
        ({A: [B, D], B: [C], C: [A]}, {A, B, C}),
        ({A: [B], B: [C], C: [B]}, set()),
        ({A: [B, C], B: [A], C: [A]}, {A, B, C}),
    ],
)
def test_a_circle_is_what_lies_on_the_ways_back(
    feeds: dict[Place, list[Place]], expected: set[Place]
):
    assert circle(A, lambda each: feeds.get(each, ())) == expected


def test_what_is_written_is_read():
    assert read(written({B, A})) == {A, B}
    assert written({B, A}) == "shop/a,shop/b"


@pytest.mark.parametrize("text", ["", "shop", "/a", "shop/", ","])
def test_what_is_no_name_is_passed_over(text: str):
    assert read(text) == frozenset()
