"""When scheduled tags are looked up, and what is remembered of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.image import ImageStream, ImageStreamSpec, TagImportPolicy, TagReference
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.images.imports import CHECKED
from slipcast.images.scheduling import (
    LOOKS,
    Look,
    Scheduling,
    due,
    is_importable,
    looked,
    looks,
    scheduled,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAIN = Scheduling()
LATER = timedelta(minutes=15)
AT_MOST = timedelta(minutes=1.5)


def a_tag(name: str = "latest", **more: Any) -> TagReference:
    """A scheduled tag."""
    return TagReference(
        name=name,
        **{
            "from_": ObjectReference(kind="DockerImage", name="r.example.com/a/b"),
            "import_policy": TagImportPolicy(scheduled=True),
            **more,
        },
    )


def a_stream(*tags: TagReference, name: str = "web", **annotations: str) -> ImageStream:
    """A stream with such tags."""
    return ImageStream(
        metadata=ObjectMeta(
            name=name,
            namespace="shop",
            creation_timestamp="2026-11-22T11:00:00Z",
            annotations=annotations,
        ),
        spec=ImageStreamSpec(tags=tags or (a_tag(),)),
    )


@pytest.mark.parametrize(
    "tag",
    [
        a_tag(from_=None),
        a_tag(from_=ObjectReference(kind="ImageStreamTag", name="b:c")),
        a_tag(reference=True),
        a_tag(import_policy=TagImportPolicy()),
    ],
)
def test_what_is_not_looked_up_again_is_105(tag: TagReference):
    assert scheduled(a_stream(tag)) == ()


def test_a_tag_that_comes_from_elsewhere_can_be_imported_is_100():
    assert is_importable(a_tag())


def test_a_tag_is_due_an_interval_after_it_was_looked_up_is_105():
    stream = looked(a_stream(), {"latest": True}, PLAIN, NOON)

    assert NOON + LATER <= due(stream, "latest", PLAIN, NOON) <= NOON + LATER + AT_MOST


def test_a_tag_that_never_was_is_due_an_interval_after_the_streams_last_import_is_105():
    stream = a_stream(**{CHECKED: "2026-11-22T12:00:00Z"})

    assert NOON + LATER <= due(stream, "latest", PLAIN, NOON) <= NOON + LATER + AT_MOST


def test_a_stream_that_never_was_is_counted_from_its_creation():
    assert due(a_stream(), "latest", PLAIN, NOON) < NOON


def test_what_was_looked_up_in_the_future_is_counted_from_now():
    stream = a_stream(**{CHECKED: "2036-11-22T12:00:00Z"})

    assert due(stream, "latest", PLAIN, NOON) <= NOON + LATER + AT_MOST


def test_streams_are_spread_over_a_part_of_the_interval():
    moments = {due(a_stream(name=f"web{number}"), "latest", PLAIN, NOON) for number in range(50)}

    assert len(moments) > 40
    assert max(moments) - min(moments) <= AT_MOST


def test_what_is_said_of_the_next_lookup_is_when_it_is_due_up_23():
    stream = looked(a_stream(), {"latest": True}, PLAIN, NOON)

    moment = due(stream, "latest", PLAIN, NOON).replace(microsecond=0)

    said = looks(stream.metadata.annotations)["latest"].next
    assert said == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(("failures", "hours"), [(1, 0.5), (2, 1), (3, 2), (9, 6), (10**30, 6)])
def test_failures_double_the_wait_up_to_a_bound(failures: int, hours: float):
    text = f'{{"latest": {{"last": "2026-11-22T12:00:00Z", "failures": {failures}}}}}'
    stream = a_stream(**{LOOKS: text})

    moment = due(stream, "latest", PLAIN, NOON)

    wait = timedelta(hours=hours)
    assert NOON + wait <= moment <= NOON + wait + AT_MOST


def test_failures_are_counted_until_one_works():
    stream = looked(a_stream(), {"latest": False}, PLAIN, NOON)
    twice = looked(stream, {"latest": False}, PLAIN, NOON)
    works = looked(twice, {"latest": True}, PLAIN, NOON)

    counts = [looks(each.metadata.annotations)["latest"].failures for each in (twice, works)]
    assert counts == [2, 0]


def test_tags_that_were_not_looked_up_keep_what_is_known_of_them():
    tags = (a_tag(), a_tag("other"))
    stream = looked(a_stream(*tags), {"latest": True}, PLAIN, NOON)

    stream = looked(stream, {"other": True}, PLAIN, NOON + LATER)

    known = looks(stream.metadata.annotations)
    assert (known["latest"].last, known["other"].last) == (
        "2026-11-22T12:00:00Z",
        "2026-11-22T12:15:00Z",
    )


def test_tags_that_are_not_scheduled_are_forgotten_is_105():
    stream = looked(a_stream(note="kept"), {"latest": True}, PLAIN, NOON)
    plain = replace(stream, spec=ImageStreamSpec(tags=(a_tag(reference=True),)))

    assert looked(plain, {}, PLAIN, NOON).metadata.annotations == {"note": "kept"}


def test_nothing_is_written_of_a_stream_without_scheduled_tags():
    stream = a_stream(a_tag(reference=True))

    assert looked(stream, {"latest": True}, PLAIN, NOON) is stream


def test_where_nothing_is_scheduled_no_next_lookup_is_said():
    stream = looked(a_stream(), {"latest": True}, Scheduling(enabled=False), NOON)

    assert looks(stream.metadata.annotations) == {"latest": Look(last="2026-11-22T12:00:00Z")}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"latest": 3}', "[" * 5000, "x" * 100_000, '{"latest": {}}']
)
def test_what_cannot_be_read_is_not_known(text: str):
    assert looks({LOOKS: text}) == {}


def test_a_last_lookup_that_is_no_moment_is_not_known():
    stream = a_stream(
        **{LOOKS: '{"latest": {"last": "yesterday"}}', CHECKED: "2026-11-22T12:00:00Z"}
    )

    assert due(stream, "latest", PLAIN, NOON) >= NOON + LATER
