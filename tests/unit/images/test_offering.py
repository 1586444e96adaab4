"""Streams that a release offers: what is new comes, what somebody changed or removed stays so."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.document import JSON
from slipcast.images.offering import now, remembered


def a_tag(name: str, image: str = "one", **annotations: str) -> JSON:
    """A tag as a catalogue offers it."""
    source = {"kind": "DockerImage", "name": image}
    return {"name": name, "from": source, "annotations": {"version": name, **annotations}}


def a_stream(*tags: JSON) -> JSON:
    """A stream as a catalogue offers it."""
    return {"metadata": {"name": "python"}, "spec": {"tags": [*tags]}}


def stored(*tags: JSON) -> JSON:
    """The same as a server has it: with what it fills in."""
    filled = [{**each, "generation": 1, "importPolicy": {}} for each in tags]
    return {"metadata": {"name": "python", "uid": "u"}, "spec": {"tags": filled}}


def tags(stream: JSON | None) -> dict[str, Any]:
    """The images of a stream's tags."""
    assert stream is not None
    return {each["name"]: each["from"]["name"] for each in stream["spec"]["tags"]}


def test_what_was_never_offered_is_made() -> None:
    wanted = a_stream(a_tag("3"))

    assert now(wanted, None, None) == wanted
    assert remembered(wanted, None, None) == [a_tag("3")]


def test_a_stream_that_was_removed_stays_away_with_its_new_tags() -> None:
    wanted = a_stream(a_tag("3"), a_tag("4"))

    assert now(wanted, None, [a_tag("3")]) is None
    assert remembered(wanted, None, [a_tag("3")]) == [a_tag("3"), a_tag("4")]


def test_a_new_tag_comes_beside_those_there_are() -> None:
    found = now(a_stream(a_tag("3"), a_tag("4")), stored(a_tag("3")), [a_tag("3")])

    assert tags(found) == {"3": "one", "4": "one"}


def test_a_tag_that_was_removed_stays_away() -> None:
    before = [a_tag("3"), a_tag("4")]

    assert now(a_stream(*before), stored(a_tag("4")), before) is None


def test_a_tag_that_nobody_changed_follows_what_is_offered() -> None:
    offered = a_tag("latest", "two", sampleRepo="https://example.org/a.git")

    found = now(a_stream(offered), stored(a_tag("latest", old="x")), [a_tag("latest", old="x")])

    assert found is not None
    assert found["spec"]["tags"] == [{**offered, "generation": 1, "importPolicy": {}}]


@pytest.mark.parametrize(
    "changed", [a_tag("latest", "mine"), a_tag("latest", tags="hidden"), {"name": "latest"}]
)
def test_a_tag_that_somebody_changed_stays_so(changed: JSON) -> None:
    before = [a_tag("latest", tags="builder")]

    assert now(a_stream(a_tag("latest", "two")), stored(changed), before) is None


def test_what_somebody_said_of_a_tag_besides_goes_along() -> None:
    held = stored(a_tag("latest", mine="yes"))

    found = now(a_stream(a_tag("latest", "two")), held, [a_tag("latest")])

    assert found is not None
    (tag,) = found["spec"]["tags"]
    assert (tag["from"]["name"], tag["annotations"]["mine"]) == ("two", "yes")


def test_a_tag_of_somebodys_own_is_not_replaced_by_one_that_is_new() -> None:
    held = stored(a_tag("3"), a_tag("4", "mine"))

    assert now(a_stream(a_tag("3"), a_tag("4")), held, [a_tag("3")]) is None


def test_what_is_offered_no_more_stays_and_is_remembered() -> None:
    before = [a_tag("2"), a_tag("3")]

    assert now(a_stream(a_tag("3")), stored(*before), before) is None
    assert remembered(a_stream(a_tag("3")), stored(*before), before) == [a_tag("3"), a_tag("2")]


def test_a_stream_of_somebodys_own_is_left_alone_for_good() -> None:
    wanted, held = a_stream(a_tag("3"), a_tag("4")), stored(a_tag("3", "mine"))

    assert now(wanted, held, None) is None
    assert remembered(wanted, held, None) == []
    assert now(wanted, held, []) is None
    assert remembered(wanted, held, []) == []


def test_what_was_made_and_not_yet_remembered_is_known_again() -> None:
    wanted = a_stream(a_tag("3"))

    assert now(wanted, stored(a_tag("3")), None) is None
    assert remembered(wanted, stored(a_tag("3")), None) == [a_tag("3")]


def test_what_was_brought_to_date_and_not_yet_remembered_is_left_so() -> None:
    assert now(a_stream(a_tag("3", "two")), stored(a_tag("3", "two")), [a_tag("3")]) is None
