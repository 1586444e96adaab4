"""What streams want looked up, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.image import (
    ImageStream,
    ImageStreamImport,
    ImageStreamSpec,
    ImageStreamStatus,
    NamedTagEventList,
    TagEvent,
    TagEventCondition,
    TagImportPolicy,
    TagReference,
)
from slipcast.api.meta import ObjectMeta, ObjectReference
from slipcast.images.imports import CHECKED, INSECURE
from slipcast.images.scheduling import Scheduling
from slipcast.reconcile.actions import Action, Again, Create, Record
from slipcast.reconcile.imageimports import ImportView, reconcile, refused, wants

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SCHEDULED = TagImportPolicy(scheduled=True)


def a_tag(name: str = "latest", **more: Any) -> TagReference:
    """A tag that comes from elsewhere."""
    source = ObjectReference(kind="DockerImage", name="r.example.com/a/b")
    return TagReference(name=name, **{"from_": source, "generation": 1, **more})


def a_stream(
    *tags: TagReference,
    histories: tuple[NamedTagEventList, ...] = (),
    annotations: dict[str, str] | None = None,
    repository: str = "",
) -> ImageStream:
    """A stream with such tags."""
    return ImageStream(
        metadata=ObjectMeta(
            name="web",
            namespace="shop",
            uid="u",
            resource_version="7",
            creation_timestamp="2026-11-22T12:00:00Z",
            annotations=annotations or {},
        ),
        spec=ImageStreamSpec(tags=tags, docker_image_repository=repository),
        status=ImageStreamStatus(tags=histories),
    )


def checked(**more: str) -> dict[str, str]:
    """Annotations of a stream that was looked up at noon."""
    return {CHECKED: "2026-11-22T12:00:00Z", **more}


def tried(tag: str = "latest", *, item: int = 0, condition: int = 0) -> NamedTagEventList:
    """A history with an image and a failure of such generations, where there are some."""
    items = (TagEvent(image="i", generation=item),) if item else ()
    conditions = (TagEventCondition(generation=condition),) if condition else ()
    return NamedTagEventList(tag=tag, items=items, conditions=conditions)


def done(
    stream: ImageStream, now: datetime = NOON, turn: datetime = NOON, *, enabled: bool = True
) -> tuple[Action, ...]:
    """What is done about a stream."""
    scheduling = Scheduling(enabled=enabled)
    return reconcile(ImportView(stream=stream, scheduling=scheduling, turn=turn), now)


def asked(stream: ImageStream, now: datetime = NOON) -> ImageStreamImport:
    """The one thing that is looked up."""
    (action,) = done(stream, now)
    assert isinstance(action, Create)
    assert isinstance(action.object, ImageStreamImport)
    return action.object


def names(request: ImageStreamImport) -> list[str]:
    """The tags that are looked up."""
    return [each.to.name for each in request.spec.images if each.to is not None]


def test_a_stream_that_never_was_looked_up_is_wholly_is_101():
    request = asked(a_stream(a_tag(), repository="r.example.com/a/c"))

    assert request.spec.repository is not None
    assert request.spec.repository.from_.name == "r.example.com/a/c"
    assert (names(request), request.spec.import_) == (["latest"], True)


@pytest.mark.parametrize(("said", "insecure"), [("true", True), ("false", False), ("", False)])
def test_a_repository_may_be_insecure_by_an_annotation_is_102(said: str, *, insecure: bool):
    stream = a_stream(repository="r.example.com/a/c", annotations={INSECURE: said})

    repository = asked(stream).spec.repository

    assert repository is not None
    assert repository.import_policy.insecure is insecure


def test_tags_have_their_own_policy_is_102():
    policy = TagImportPolicy(insecure=True)

    (image,) = asked(a_stream(a_tag(import_policy=policy))).spec.images

    assert image.import_policy == policy


def test_the_import_names_the_revision_that_it_was_decided_on_is_103():
    about = asked(a_stream(a_tag())).metadata

    assert (about.name, about.namespace, about.uid, about.resource_version) == (
        *("web", "shop"),
        *("u", "7"),
    )


@pytest.mark.parametrize(
    "history", [tried(), tried(item=1), tried(condition=1), tried(item=1, condition=1)]
)
def test_a_tag_that_is_newer_than_what_was_tried_is_looked_up_is_101(history: NamedTagEventList):
    stream = a_stream(a_tag(generation=2), histories=(history,), annotations=checked())

    assert names(asked(stream)) == ["latest"]


@pytest.mark.parametrize("history", [tried(item=2), tried(condition=2), tried(item=1, condition=2)])
def test_a_tag_that_was_tried_is_left_alone_is_101(history: NamedTagEventList):
    stream = a_stream(a_tag(generation=2), histories=(history,), annotations=checked())

    assert done(stream) == ()


def test_only_what_is_new_is_looked_up_is_101():
    stream = a_stream(a_tag(), a_tag("new"), histories=(tried(item=1),), annotations=checked())

    assert names(asked(stream)) == ["new"]


def test_nothing_is_looked_up_of_a_stream_that_goes():
    stream = a_stream(a_tag())
    going = replace(stream.metadata, deletion_timestamp="2026-11-22T12:00:00Z")

    assert done(replace(stream, metadata=going)) == ()


def a_scheduled_stream() -> ImageStream:
    """A stream that was looked up at noon, with one tag that is scheduled and one that is not."""
    return a_stream(
        a_tag("still"),
        a_tag(import_policy=SCHEDULED),
        histories=(tried("still", item=1), tried(item=1)),
        annotations=checked(),
    )


def test_a_scheduled_tag_is_waited_for_is_105():
    (action,) = done(a_scheduled_stream())

    assert isinstance(action, Again)
    assert timedelta(minutes=15) <= action.at - NOON <= timedelta(minutes=16.5)


def test_a_scheduled_tag_that_is_due_is_looked_up_alone_is_105():
    assert names(asked(a_scheduled_stream(), NOON + timedelta(minutes=17))) == ["latest"]


def test_a_scheduled_tag_waits_for_its_turn_is_105():
    now = NOON + timedelta(minutes=17)
    turn = now + timedelta(seconds=3)

    assert done(a_scheduled_stream(), now, turn) == (Again(at=turn),)


def test_where_nothing_is_scheduled_nothing_is_waited_for_is_105():
    assert done(a_scheduled_stream(), NOON + timedelta(days=1), enabled=False) == ()


def test_people_are_told_when_nothing_can_be_looked_up():
    view = ImportView(stream=a_stream(a_tag()), scheduling=Scheduling(), turn=NOON)

    (action,) = refused(view, "the quota is used up")

    assert isinstance(action, Record)
    assert action.message == "images of shop/web could not be imported: the quota is used up"


@pytest.mark.parametrize(
    ("stream", "is_wanting"),
    [
        (a_stream(), False),
        (a_stream(a_tag()), True),
        (a_stream(a_tag(), histories=(tried(item=1),), annotations=checked()), False),
        (a_scheduled_stream(), True),
    ],
)
def test_only_streams_that_may_want_something_are_known(stream: ImageStream, *, is_wanting: bool):
    assert wants(stream) is is_wanting
