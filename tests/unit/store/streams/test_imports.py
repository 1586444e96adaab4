"""ImageStreamImports: what was found is told, and taken into the stream where that is asked for."""

from __future__ import annotations

import json

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, WriteOptions
from slipcast.store.store import SERVER, Store
from slipcast.testing.registries import FakeRegistries
from slipcast.values.apifaults import Conflict, Forbidden, Invalid, NotFound, Unavailable
from unit.store.conftest import STREAMS, StandingClock
from unit.store.streams.importing import (
    HOST,
    IMAGES,
    IMPORTS,
    RANGES,
    WEB,
    an_image,
    imported,
    request,
    stream,
)

pytestmark = pytest.mark.anyio


async def test_an_image_is_taken_into_a_new_stream(api: Api, elsewhere: FakeRegistries):
    digest = elsewhere.push(WEB, {"User": "1001"})

    status = await imported(api, an_image())

    found = await stream(api)
    assert status["import"]["metadata"]["uid"] == found["metadata"]["uid"]
    assert found["spec"]["tags"][0]["generation"] == found["metadata"]["generation"] == 1
    assert found["status"]["dockerImageRepository"] == "here:5000/p/web"
    assert found["status"]["tags"][0]["items"] == [
        {
            "created": "2026-11-22T12:00:00Z",
            "dockerImageReference": f"{HOST}/acme/web@{digest}",
            "image": str(digest),
            "generation": 1,
        }
    ]


async def test_the_image_is_kept_with_what_its_configuration_says(
    api: Api, elsewhere: FakeRegistries
):
    digest = elsewhere.push(WEB, {"User": "1001"})

    await imported(api, an_image())

    image = (await api.get(IMAGES.named(str(digest)))).content
    assert image["dockerImageMetadata"]["Config"] == {"User": "1001"}
    assert json.loads(image["dockerImageManifest"])["schemaVersion"] == 2


async def test_looking_changes_nothing_is_533(api: Api, elsewhere: FakeRegistries):
    digest = elsewhere.push(WEB)

    status = await imported(api, an_image(), **{"import": False})

    assert "import" not in status
    assert status["images"][0]["image"]["metadata"] == {
        "name": str(digest),
        "creationTimestamp": None,
    }
    with pytest.raises(NotFound):
        await stream(api)


async def test_a_dry_run_changes_nothing(api: Api, elsewhere: FakeRegistries):
    elsewhere.push(WEB)

    answer = await api.create(IMPORTS, request(an_image()), WriteOptions(dry_run=True))

    assert answer.document.content["status"]["images"][0]["tag"] == "1"
    with pytest.raises(NotFound):
        await stream(api)


@pytest.mark.parametrize("whole", [True, False])
async def test_manifests_are_told_where_they_are_asked_for_is_85(
    api: Api, elsewhere: FakeRegistries, *, whole: bool
):
    elsewhere.push(WEB)

    status = await imported(api, an_image(includeManifest=whole))

    image = status["images"][0]["image"]
    assert [("dockerImageManifest" in image), ("dockerImageConfig" in image)] == [whole, whole]


async def test_the_same_import_again_writes_nothing_is_91(
    api: Api, elsewhere: FakeRegistries, clock: StandingClock
):
    elsewhere.push(WEB)
    await imported(api, an_image())
    before = await stream(api)

    clock.move(hours=1)
    await imported(api, an_image())

    assert await stream(api) == before


async def test_a_scheduled_tag_says_when_it_was_looked_up_though_nothing_changed_up_23(
    api: Api, elsewhere: FakeRegistries, clock: StandingClock
):
    elsewhere.push(WEB)
    image = an_image(importPolicy={"scheduled": True})
    await imported(api, image)

    clock.move(hours=1)
    await imported(api, image)

    annotations = (await stream(api))["metadata"]["annotations"]
    assert '"last":"2026-11-22T13:00:00Z"' in annotations["image.slipcast.io/scheduled-imports"]


async def test_a_repository_is_imported_up_to_a_number_of_tags_is_86(
    api: Api, elsewhere: FakeRegistries
):
    for number in range(7):
        elsewhere.push(f"{HOST}/acme/many:t{number}", {"User": str(number)})
    repository = {"from": {"kind": "DockerImage", "name": f"{HOST}/acme/many"}}

    status = await imported(api, repository=repository)

    assert [each["tag"] for each in status["repository"]["images"]] == [f"t{n}" for n in range(5)]
    assert status["repository"]["additionalTags"] == ["t5", "t6"]
    assert len((await stream(api))["spec"]["tags"]) == 5


async def test_a_stream_that_was_changed_meanwhile_is_read_again(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    await imported(api, an_image(to="a"))
    await api.patch(
        STREAMS.named("web"), Patch(type="merge", body={"metadata": {"labels": {"x": "y"}}})
    )

    await imported(api, an_image(to="b"))

    found = await stream(api)
    assert found["metadata"]["labels"] == {"x": "y"}
    assert [each["tag"] for each in found["status"]["tags"]] == ["a", "b"]


async def test_who_names_an_old_revision_is_told_is_81(api: Api, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    await imported(api, an_image())

    with pytest.raises(Conflict, match='the image stream was updated from "1" to'):
        await imported(api, an_image(), metadata={"resourceVersion": "1"})


@pytest.mark.parametrize("named", [{"uid": "u"}, {"resourceVersion": "7"}])
async def test_who_names_a_stream_that_is_not_there_is_told_is_81(api: Api, named: JSON):
    with pytest.raises(NotFound):
        await imported(api, an_image(), metadata=named)


async def test_who_names_another_stream_of_the_name_is_told_is_81(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    await imported(api, an_image())

    with pytest.raises(NotFound):
        await imported(api, an_image(), metadata={"uid": "another"})


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"images": []}, "spec.images"),
        (
            {"images": [{"from": {"kind": "ImageStreamTag", "name": "a:b"}}]},
            "spec.images[0].from.kind",
        ),
        ({"images": [an_image("!!")]}, "spec.images[0].from.name"),
        ({"images": [an_image()] * 1001}, "spec.images"),
    ],
)
async def test_what_makes_no_sense_is_invalid_is_534(api: Api, spec: JSON, path: str):
    with pytest.raises(Invalid) as caught:
        await imported(api, **spec)

    assert [cause.field for cause in caught.value.causes] == [path]


async def test_where_nobody_looks_anything_up_nothing_is_imported(
    journal: MemoryJournal, clock: StandingClock
):
    api = Store(journal, clock).as_(SERVER)

    with pytest.raises(Unavailable):
        await imported(api, an_image())


async def test_an_image_beyond_the_limit_is_a_failure_of_its_tag_is_75(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    limit = {"type": "openshift.io/Image", "max": {"storage": "1"}}
    await api.create(RANGES, {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})

    await imported(api, an_image())

    (tag,) = (await stream(api))["status"]["tags"]
    assert (tag["items"], tag["conditions"][0]["reason"]) == (None, "Forbidden")


async def test_tags_beyond_the_limit_are_refused_and_told_is_92(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    await imported(api, an_image())
    limit = {"type": "openshift.io/ImageStream", "max": {"openshift.io/image-tags": "1"}}
    await api.create(RANGES, {"metadata": {"name": "l"}, "spec": {"limits": [limit]}})

    elsewhere.push(f"{HOST}/acme/web:2")
    with pytest.raises(Forbidden):
        await imported(api, an_image(f"{HOST}/acme/web:2"))

    history = (await stream(api))["status"]["tags"][1]
    assert (history["tag"], history["conditions"][0]["reason"]) == ("2", "Forbidden")
