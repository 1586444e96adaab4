"""What builder images count for a source: the numbers that choose."""

from __future__ import annotations

import pytest

from slipcast.source.catalogue import Catalogue, parse_catalogue
from slipcast.source.scores import Suited, suited
from slipcast.source.versions import parse_wish
from slipcast.source.wanted import Wanted

NAMES = ("python:3.9", "python:3.10", "python:3.11", "python:3.12", "nodejs:20", "nodejs:22")


def a_catalogue() -> Catalogue:
    rows = [
        {
            "name": name,
            "version": name.split(":")[1],
            "image": f"localhost/{name}",
            "supports": [name.split(":")[0], "any"],
        }
        for name in NAMES
    ]
    return parse_catalogue({"builder": rows})


def scored(*platforms: str, wish: str = "") -> tuple[Suited, ...]:
    asked = parse_wish(wish)
    wanted = {platforms[0]: Wanted("file", asked)} if asked else {}
    return suited(platforms, wanted, a_catalogue())


@pytest.mark.parametrize(
    ("wish", "scores"),
    [
        ("", [("3.12", 0.0), ("3.11", 0.01), ("3.10", 0.02), ("3.9", 0.03)]),
        ("<3.12,>=3.10", [("3.11", 0.0), ("3.10", 0.01), ("3.12", 0.5), ("3.9", 0.75)]),
        ("3.8", [("3.9", 0.5), ("3.10", 0.51), ("3.11", 0.52), ("3.12", 0.53)]),
        ("3.13", [("3.12", 0.75), ("3.11", 0.76), ("3.10", 0.77), ("3.9", 0.78)]),
    ],
)
def test_a_version_counts_by_what_is_asked_for(wish: str, scores: list[tuple[str, float]]) -> None:
    found = scored("python", wish=wish)

    assert [(each.builder.version, each.score) for each in found] == scores


def test_a_platform_counts_more_than_any_version() -> None:
    found = scored("python", "nodejs", wish="3.13")

    assert [each.builder.name for each in found[-2:]] == ["nodejs:22", "nodejs:20"]
    assert [each.score for each in found[-2:]] == [1.0, 1.01]


def test_an_image_for_two_platforms_counts_for_the_first() -> None:
    found = scored("nodejs", "any")

    assert len(found) == len(NAMES)
    assert (found[0].platform, found[0].score) == ("nodejs", 0.0)


def test_only_what_a_file_asks_for_is_wanted() -> None:
    found = scored("python", wish="3.10")

    assert [each.builder.version for each in found if each.is_wanted] == ["3.10"]
