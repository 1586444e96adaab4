"""Image streams and tags, described: cli.md section 10, user-pain.md UP-23."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.images import repositories
from slipcast.images.scheduling import LOOKS
from slipcast.views.describe.description import described
from slipcast.views.describe.page import Around

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STREAM = kinds.require(kinds.IMAGE, "ImageStream")
HOUR_AGO = "last checked about an hour ago"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
DOCKER = {"kind": "DockerImage", "name": "r.example.com/x"}
FAILED = {
    "type": "ImportSuccess",
    "status": "False",
    "reason": "NotFound",
    "message": "it is gone",
    "lastTransitionTime": "2026-11-22T11:58:00Z",
    "generation": 3,
}


def an_item(image: str = ONE, created: str = "2026-11-22T11:00:00Z", **fields: Any) -> JSON:
    """An image in a history."""
    reference = f"r.example.com/x@{image}"
    return {"image": image, "dockerImageReference": reference, "created": created, **fields}


def page(
    *tags: JSON, items: list[JSON] | None = None, look: JSON | None = None, **history: Any
) -> list[str]:
    """The lines about the stream shop/web; its first tag, or `latest`, has a history."""
    metadata: JSON = {"name": "web", "namespace": "shop"}
    if look is not None:
        metadata["annotations"] = {LOOKS: json.dumps({"latest": look})}
    name = tags[0]["name"] if tags else "latest"
    held = [{"tag": name, "items": items or [], **history}] if items or history else []
    content = {
        "metadata": metadata,
        "spec": {"tags": list(tags)},
        "status": {"tags": held, "dockerImageRepository": "10.0.0.1:5000/shop/web"},
    }
    return described(STREAM, content, Around(now=NOON), events=False).splitlines()


def a_tag(source: JSON | None = None, name: str = "latest", **fields: Any) -> JSON:
    """A tag as it shall be."""
    return {"name": name, **({"from": source} if source else {}), **fields}


def test_a_stream_tells_where_it_is_and_how_many_images_it_has() -> None:
    lines = page(a_tag(DOCKER), items=[an_item(TWO), an_item(ONE), an_item(TWO)])

    assert "Docker Pull Spec:  10.0.0.1:5000/shop/web" in lines
    assert "Unique Images:     2" in lines
    assert "Tags:              1" in lines


def test_a_stream_without_tags_says_so() -> None:
    assert "Tags:              <none>" in page()


def test_a_repository_that_could_not_be_read_is_told_with_time_and_cause_up_23() -> None:
    failed = {
        "from": "r.example.com/acme/all",
        "last": "2026-11-22T11:57:00Z",
        "reason": "Unauthorized",
        "message": "you may not",
    }
    content = {
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "annotations": {repositories.ANNOTATION: json.dumps(failed)},
        }
    }

    lines = described(STREAM, content, Around(now=NOON), events=False).splitlines()

    place = lines.index("Repository Import:  failed from r.example.com/acme/all")
    assert lines[place + 1 : place + 3] == [
        "  ! error: Import failed (Unauthorized): you may not",
        "      3 minutes ago",
    ]
    assert not any(repositories.ANNOTATION in line for line in lines)


def test_a_history_has_the_newest_first_and_marked() -> None:
    other = {"dockerImageReference": "r.example.com/x:1", "image": ONE}

    lines = page(a_tag(DOCKER), items=[an_item(TWO), other])

    assert lines[-4:] == [
        f"  * r.example.com/x@{TWO}",
        "      About an hour ago",
        "    r.example.com/x:1",
        f"        {ONE}",
    ]


def test_tags_that_matter_most_come_first_with_those_that_follow_them() -> None:
    follows = {"kind": "ImageStreamTag", "name": "latest"}

    lines = page(a_tag(name="1.0"), a_tag(follows, name="b"), a_tag(DOCKER))

    heads = [line for line in lines if line in {"1.0", "b", "latest", "latest (b)"}]
    assert heads == ["latest (b)", "1.0", "b"]


@pytest.mark.parametrize(
    ("tag", "origin", "updates"),
    [
        (a_tag(), "pushed image", "changes with every push"),
        (
            a_tag({"kind": "ImageStreamImage", "name": f"ruby@{ONE}", "namespace": "openshift"}),
            f"tagged from openshift/ruby@{ONE}",
            "pinned to that image",
        ),
        (
            a_tag({"kind": "ImageStreamTag", "name": "web:2", "namespace": "shop"}),
            "tagged from web:2",
            "tracking: it changes with that tag",
        ),
        (
            a_tag({"kind": "ImageStreamTag", "name": "ruby:2", "namespace": "openshift"}),
            "tagged from openshift/ruby:2",
            "pinned to the image that it meant when this was tagged",
        ),
        (
            a_tag(DOCKER, reference=True),
            "reference to r.example.com/x",
            "pinned to the name: it is never looked up, and pulled from there",
        ),
        (
            a_tag({"kind": "DockerImage", "name": f"r.example.com/x@{ONE}"}),
            f"tagged from r.example.com/x@{ONE}",
            "pinned to its digest; last checked about an hour ago",
        ),
        (
            a_tag(DOCKER),
            "tagged from r.example.com/x",
            f"pinned to the image it found; {HOUR_AGO}, import-image looks again",
        ),
        (
            a_tag(DOCKER, importPolicy={"scheduled": True}),
            "updates automatically from r.example.com/x",
            "tracking; last checked about an hour ago, and again soon",
        ),
    ],
)
def test_a_tag_says_whether_it_is_pinned_or_tracking_up_23(
    tag: JSON, origin: str, updates: str
) -> None:
    lines = page(tag, items=[an_item()])

    at = lines.index("latest")
    assert lines[at + 1 : at + 3] == [f"  {origin}", f"    {updates}"]


@pytest.mark.parametrize(
    ("look", "told"),
    [
        (
            {"last": "2026-11-22T11:55:00Z", "next": "2026-11-22T12:10:00Z"},
            "tracking; last checked 5 minutes ago, next check in 10 minutes",
        ),
        (
            {"last": "2026-11-22T11:55:00Z", "next": "2026-11-22T11:59:00Z", "failures": 3},
            "tracking; last checked 5 minutes ago (3 failed in a row), next check now",
        ),
        (
            {"last": "2026-11-22T11:55:00Z"},
            "tracking; last checked 5 minutes ago, and not again: scheduled imports are off",
        ),
    ],
)
def test_a_tag_that_tracks_says_when_it_was_and_will_be_checked_up_23(
    look: JSON, told: str
) -> None:
    tag = a_tag(DOCKER, importPolicy={"scheduled": True})

    assert f"    {told}" in page(tag, items=[an_item()], look=look)


def test_a_tag_whose_image_was_never_found_says_so_up_23() -> None:
    lines = page(a_tag(DOCKER), conditions=[FAILED])

    assert "    no image found; last checked 2 minutes ago, import-image looks again" in lines


def test_what_is_told_in_words_is_no_annotation() -> None:
    assert "Annotations:       <none>" in page(a_tag(DOCKER), look={"last": "x"})


def test_an_import_that_failed_says_why_and_when_up_23() -> None:
    lines = page(a_tag(DOCKER, generation=3), conditions=[FAILED])

    assert lines[-2:] == [
        "  ! error: Import failed (NotFound): it is gone",
        "      2 minutes ago",
    ]
    assert not [line for line in lines if "~" in line]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (DOCKER, "  ~ importing latest image ..."),
        ({"kind": "ImageStreamTag", "name": "b"}, "  ~ waiting for b to have an image"),
    ],
)
def test_a_tag_says_what_it_waits_for(source: JSON, told: str) -> None:
    assert page(a_tag(source, generation=2))[-1] == told


def test_a_new_source_is_waited_for_beside_the_images_of_the_old() -> None:
    lines = page(a_tag(DOCKER, generation=4), items=[an_item(generation=3)])

    assert "  ~ importing latest image ..." in lines
    assert not [
        line
        for line in page(a_tag(DOCKER, generation=3), items=[an_item(generation=3)])
        if "~" in line
    ]


def test_policies_and_words_about_a_tag_are_told() -> None:
    lines = page(
        a_tag(
            DOCKER,
            importPolicy={"insecure": True},
            referencePolicy={"type": "Local"},
            annotations={"description": "The newest.", "tags": "builder,ruby", "supports": "ruby"},
        )
    )

    assert lines[-6:] == [
        "    will use insecure HTTPS or HTTP connections",
        "    prefer registry pullthrough when referencing this tag",
        "",
        "  The newest.",
        "  Tags: builder, ruby",
        "  Supports: ruby",
    ]


def test_a_tag_that_only_pushes_made_says_so() -> None:
    lines = page(items=[an_item()])

    assert lines[lines.index("latest") + 1 :][:2] == [
        "  no spec tag",
        "    changes with every push",
    ]


def test_the_tag_of_an_image_says_where_it_comes_from_up_23() -> None:
    content = {
        "metadata": {"name": "web:latest", "creationTimestamp": "2026-11-22T11:00:00Z"},
        "tag": a_tag(DOCKER),
        "conditions": [FAILED],
        "image": {"metadata": {"name": ONE}},
    }

    told = described(kinds.require(kinds.IMAGE, "ImageStreamTag"), content, Around(now=NOON))

    assert "tagged from r.example.com/x\n" in told
    assert "pinned to the image it found; last checked 2 minutes ago" in told
    assert "error: Import failed (NotFound): it is gone, 2 minutes ago" in told
