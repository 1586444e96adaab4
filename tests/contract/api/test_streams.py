"""Image streams, and what is seen of them: their tags, their images, what they consist of."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from contract.api.conftest import STREAMS
from contract.api.streaming import (
    BASED,
    DOCKER,
    IMAGES,
    MAPPINGS,
    ONE,
    TWO,
    a_mapping,
    items,
    of_tag,
    ruby,
    stream,
)
from slipcast.api import kinds
from slipcast.ports.api import Api, ListOptions, Patch, WriteOptions
from slipcast.values.apifaults import (
    Invalid,
    NotFound,
)

__all__ = ["ruby"]

pytestmark = pytest.mark.anyio


async def test_a_mapping_answers_with_a_status_is_74(api: Api) -> None:
    await api.create(STREAMS, {"metadata": {"name": "ruby"}})

    answer = await api.create(MAPPINGS, a_mapping("2.3"))

    assert answer.created
    assert answer.document.kind is kinds.OUTCOME
    assert answer.document.content["status"] == "Success"


@pytest.mark.usefixtures("ruby")
async def test_a_pushed_image_is_the_newest_of_its_tag_and_of_who_follows_is_72_is_73(
    api: Api,
) -> None:
    found = await stream(api)

    assert items(found, "2.3") == items(found, "latest")
    assert items(found, "2.3")[0]["image"] == ONE
    assert (await api.get(IMAGES.named(ONE))).names.name == ONE


@pytest.mark.usefixtures("ruby")
async def test_the_same_push_again_changes_nothing_is_116(api: Api) -> None:
    before = await stream(api)

    await api.create(MAPPINGS, a_mapping("2.3"))

    assert await stream(api) == before


@pytest.mark.usefixtures("ruby")
async def test_a_push_of_another_image_keeps_the_one_before_is_532(api: Api) -> None:
    await api.create(MAPPINGS, a_mapping("2.3", TWO))

    assert [each["image"] for each in items(await stream(api), "latest")] == [TWO, ONE]


async def test_a_mapping_into_no_stream_is_not_found_is_71(api: Api) -> None:
    with pytest.raises(NotFound, match=r'imagestreams\.image\.openshift\.io "ruby" not found'):
        await api.create(MAPPINGS, a_mapping("2.3"))


async def test_a_mapping_finds_its_stream_by_the_repository_it_takes_over_is_70(api: Api) -> None:
    spec = {"dockerImageRepository": "docker.io/centos/ruby"}
    await api.create(STREAMS, {"metadata": {"name": "mine"}, "spec": spec})
    mapping = {**a_mapping("2.3"), "metadata": {}, **spec}

    await api.create(MAPPINGS, mapping)

    assert items(await stream(api, "mine"), "2.3")[0]["image"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_a_mapping_without_tag_is_refused_is_70(api: Api) -> None:
    with pytest.raises(Invalid, match="tag: Required value"):
        await api.create(MAPPINGS, a_mapping(""))


@pytest.mark.usefixtures("ruby")
async def test_a_mapping_that_is_tried_leaves_nothing(api: Api) -> None:
    before = await stream(api)

    await api.create(MAPPINGS, a_mapping("2.3", TWO), WriteOptions(dry_run=True))

    assert await stream(api) == before


@pytest.mark.usefixtures("ruby")
async def test_a_stream_is_replaced_by_who_has_seen_what_it_is_is_15(api: Api) -> None:
    unseen = {"metadata": {"name": "ruby"}, "spec": {}}

    with pytest.raises(Invalid, match=r"metadata\.resourceVersion.*must be specified"):
        await api.update(STREAMS.named("ruby"), unseen)


async def test_a_status_that_a_client_sends_is_thrown_away_is_10(api: Api) -> None:
    status = {"dockerImageRepository": "evil/x", "tags": [{"tag": "q", "items": []}]}
    sent = {"metadata": {"name": "s"}, "status": status}

    made = (await api.create(STREAMS, sent)).document.content

    assert made["status"] == {"dockerImageRepository": ""}


@pytest.mark.usefixtures("ruby")
async def test_what_another_stream_has_is_copied_when_the_tag_is_written_is_21_is_28(
    api: Api,
) -> None:

    made = (
        await api.create(STREAMS, {"metadata": {"name": "app"}, "spec": BASED})
    ).document.content

    (event,) = items(made, "base")
    assert (event["image"], event["created"]) == (ONE, made["metadata"]["creationTimestamp"])


@pytest.mark.usefixtures("ruby")
@pytest.mark.parametrize("type_", ["merge", "strategic", "apply"])
async def test_tags_that_are_patched_are_resolved_is_21(
    api: Api, type_: Literal["merge", "strategic", "apply"]
) -> None:
    await api.create(STREAMS, {"metadata": {"name": "app"}})
    head = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}
    body = {**head, "metadata": {"name": "app"}, "spec": BASED}

    patch = Patch(type=type_, body=body)
    await api.patch(STREAMS.named("app"), patch, WriteOptions(manager="test"))

    assert items(await stream(api, "app"), "base")[0]["image"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_tags_that_are_put_in_place_are_resolved_is_21(api: Api) -> None:
    made = (await api.create(STREAMS, {"metadata": {"name": "app"}})).document.content

    await api.update(STREAMS.named("app"), {**made, "spec": BASED})

    assert items(await stream(api, "app"), "base")[0]["image"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_other_streams_are_copied_and_not_followed_is_26(api: Api) -> None:
    await api.create(STREAMS, {"metadata": {"name": "app"}, "spec": BASED})

    await api.create(MAPPINGS, a_mapping("2.3", TWO))

    assert items(await stream(api, "app"), "base")[0]["image"] == ONE


@pytest.mark.usefixtures("ruby")
async def test_a_tag_with_generation_zero_is_looked_up_again_is_11(api: Api) -> None:
    await api.create(STREAMS, {"metadata": {"name": "app"}, "spec": BASED})
    await api.create(MAPPINGS, a_mapping("2.3", TWO))
    again = {"spec": {"tags": [{**BASED["tags"][0], "generation": 0}]}}

    await api.patch(STREAMS.named("app"), Patch(type="merge", body=again))

    (new, _) = items(await stream(api, "app"), "base")
    assert (new["image"], new["generation"]) == (TWO, 2)


async def test_a_stream_that_is_not_there_is_told_at_the_tag_is_23(api: Api) -> None:
    spec = {"tags": [{"name": "base", "from": of_tag("nowhere:1")}]}

    with pytest.raises(Invalid) as refused:
        await api.create(STREAMS, {"metadata": {"name": "app"}, "spec": spec})

    (cause,) = refused.value.causes
    assert cause.sentence == 'spec.tags[base].from.name: Not found: "nowhere:1"'


async def test_an_image_that_is_only_named_is_there_at_once_is_20(api: Api) -> None:
    spec = {"tags": [{"name": "a", "from": DOCKER, "reference": True}]}

    made = (await api.create(STREAMS, {"metadata": {"name": "s"}, "spec": spec})).document.content

    assert items(made, "a")[0]["dockerImageReference"] == "centos/ruby"
    assert items(made, "a")[0]["image"] == ""


@pytest.mark.usefixtures("ruby")
async def test_the_status_is_told_below_and_leaves_the_spec_is_14(api: Api) -> None:
    before = await stream(api)
    event = {"created": "2026-11-22T12:00:00Z", "dockerImageReference": "x", "image": TWO}
    told = {"tags": [{"tag": "z", "items": [event]}]}
    place = msgspec.structs.replace(STREAMS.named("ruby"), subresource="status")

    await api.update(place, {**before, "spec": {}, "status": told})

    after = await stream(api)
    assert after["spec"] == before["spec"]
    assert after["metadata"]["generation"] == before["metadata"]["generation"]
    assert items(after, "z")[0]["generation"] == 1


@pytest.mark.usefixtures("ruby")
async def test_streams_are_selected_by_their_repository(api: Api) -> None:
    spec = {"dockerImageRepository": "centos/python"}
    await api.create(STREAMS, {"metadata": {"name": "python"}, "spec": spec})

    listing = await api.list(
        STREAMS, ListOptions(fields="spec.dockerImageRepository=centos/python")
    )

    assert [each.names.name for each in listing.documents] == ["python"]
