"""ImageStreamImports: what was found is told, and taken into the stream where that is asked for."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.images.manifests import OCI_MANIFEST, SCHEMA_2
from slipcast.ports.api import Api, Patch, Resource, WriteOptions
from slipcast.ports.distribution import (
    FORBIDDEN,
    HTTP_ONLY,
    LIMITED,
    NOT_V2,
    TLS,
    UNREACHABLE,
    DistributionFault,
)
from slipcast.store.store import SERVER, Setup, Store, Streaming
from slipcast.testing.registries import FakeRegistries
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Conflict, Forbidden, Invalid, NotFound, Unavailable
from slipcast.values.digest import Digest
from unit.store.conftest import NAMESPACES, SECRETS, STREAMS, StandingClock

pytestmark = pytest.mark.anyio

IMPORTS = Resource(kinds.require(kinds.IMAGE, "ImageStreamImport"), "p")
IMAGES = Resource(kinds.require(kinds.IMAGE, "Image"))
RANGES = Resource(kinds.require("", "LimitRange"), "p")
HOST = "registry.example.com"
WEB = f"{HOST}/acme/web:1"


@pytest.fixture
def elsewhere() -> FakeRegistries:
    return FakeRegistries()


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock, elsewhere: FakeRegistries) -> Store:
    return Store(
        journal, clock, Setup(streaming=Streaming(address="here:5000", distribution=elsewhere))
    )


def an_image(name: str = WEB, to: str = "", **more: Any) -> JSON:
    """An image that is asked for."""
    target = {"to": {"name": to}} if to else {}
    return {"from": {"kind": "DockerImage", "name": name}, **target, **more}


def request(*images: JSON, name: str = "web", **more: Any) -> JSON:
    """A request for images."""
    metadata = {"name": name, **more.pop("metadata", {})}
    return {"metadata": metadata, "spec": {"import": True, "images": list(images), **more}}


async def imported(api: Api, *images: JSON, **more: Any) -> JSON:
    """The status of an import."""
    answer = await api.create(IMPORTS, request(*images, **more))
    status: JSON = answer.document.content["status"]
    return status


async def failure(api: Api, *images: JSON) -> JSON:
    """What is said of the first image, which is not there."""
    found: JSON = (await imported(api, *images or (an_image(),)))["images"][0]["status"]
    return found


async def stream(api: Api, name: str = "web") -> JSON:
    """A stream as it is now."""
    return (await api.get(STREAMS.named(name))).content


async def a_secret(api: Api, *, is_right: bool = True, annotations: JSON | None = None) -> None:
    """A docker secret of the namespace."""
    password = "right" if is_right else "wrong"
    auth = base64.b64encode(f"ada:{password}".encode()).decode()
    text = json.dumps({"auths": {HOST: {"auth": auth}}})
    await api.create(
        SECRETS,
        {
            "metadata": {"generateName": "pull-", "annotations": annotations or {}},
            "type": "kubernetes.io/dockerconfigjson",
            "stringData": {".dockerconfigjson": text},
        },
    )


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


async def test_a_repository_that_is_not_there_is_told_is_88(api: Api):
    repository = {"from": {"kind": "DockerImage", "name": f"{HOST}/acme/none"}}

    status = await imported(api, repository=repository)

    assert status["repository"]["status"]["message"] == (
        f'dockerimage.image.openshift.io "{HOST}/acme/none" not found'
    )


async def test_images_are_looked_up_once_however_often_they_are_asked_for(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)

    status = await imported(api, an_image(to="a"), an_image(to="b"))

    assert len(elsewhere.asked) == 2
    assert [each["tag"] for each in status["images"]] == ["1", "1"]


@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [
        (HTTP_ONLY, "BadRequest", "HTTP only and requires the insecure flag"),
        (TLS, "TLS", "trust the registry's certificate"),
        (FORBIDDEN, "Forbidden", "the registry says so"),
        (LIMITED, "TooManyRequests", "the registry says so"),
        (NOT_V2, "NotV2Registry", "the registry says so"),
        (UNREACHABLE, "InternalError", "Internal error occurred: the registry says so"),
    ],
)
async def test_what_is_wrong_with_a_registry_is_told_apart_up_22(
    api: Api, elsewhere: FakeRegistries, fault: str, reason: str, words: str
):
    elsewhere.broken[HOST] = DistributionFault("the registry says so", reason=fault)

    status = await failure(api)

    assert (status["status"], status["reason"]) == ("Failure", reason)
    assert words in status["message"]


async def test_an_image_that_is_not_there_is_told_is_88(api: Api):
    assert await failure(api, an_image(f"{HOST}/acme/none")) == {
        "metadata": {},
        "status": "Failure",
        "reason": "NotFound",
        "code": 404,
        "message": f'dockerimage.image.openshift.io "{HOST}/acme/none:latest" not found',
        "details": {
            "group": "image.openshift.io",
            "kind": "dockerimage",
            "name": f"{HOST}/acme/none:latest",
        },
    }


async def test_who_has_no_login_is_told_that_there_is_none_up_22(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.passwords[HOST] = ("ada", "right")

    status = await failure(api)

    assert (status["reason"], status["code"]) == ("Unauthorized", 401)
    assert status["message"] == (
        f'you may not have access to the Docker image "{WEB}" and did not have credentials to the'
        " repository"
    )


async def test_who_has_the_wrong_login_is_told_so_up_22(api: Api, elsewhere: FakeRegistries):
    elsewhere.passwords[HOST] = ("ada", "right")
    await a_secret(api, is_right=False)

    status = await failure(api)

    assert status["message"] == f'you may not have access to the Docker image "{WEB}"'


async def test_the_secrets_of_the_namespace_are_used_is_82(api: Api, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    elsewhere.passwords[HOST] = ("ada", "right")
    await a_secret(api)

    status = await imported(api, an_image())

    assert status["images"][0]["status"]["status"] == "Success"


async def test_a_secret_may_be_left_out_is_82(api: Api, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    elsewhere.passwords[HOST] = ("ada", "right")
    await a_secret(api, annotations={"openshift.io/image.excludeSecret": "true"})

    status = await failure(api)

    assert status["reason"] == "Unauthorized"


async def test_secrets_are_not_sent_where_nobody_asks_for_them_is_82(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    await a_secret(api)

    await imported(api, an_image())

    assert len(elsewhere.asked) == 2


async def test_a_registry_that_does_not_answer_is_asked_once(api: Api, elsewhere: FakeRegistries):
    elsewhere.broken[HOST] = DistributionFault("no", reason=UNREACHABLE, retryable=True)

    status = await imported(api, *(an_image(f"{HOST}/acme/web:{n}") for n in range(20)))

    assert {each["status"]["reason"] for each in status["images"]} == {"InternalError"}
    assert len(elsewhere.asked) <= 5


async def test_insecure_is_for_the_images_that_say_so_is_518(api: Api, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    elsewhere.insecure[HOST] = DistributionFault("no TLS", reason=HTTP_ONLY)

    status = await imported(
        api, an_image(to="a"), an_image(to="b", importPolicy={"insecure": True})
    )

    reasons = [each["status"].get("reason") for each in status["images"]]
    assert reasons == ["BadRequest", None]


async def test_of_an_image_for_several_platforms_ours_is_taken_is_520(
    api: Api, elsewhere: FakeRegistries
):
    arm = elsewhere.push(f"{HOST}/acme/web:arm", architecture="arm64")
    amd = elsewhere.push(f"{HOST}/acme/web:amd", architecture="amd64")
    elsewhere.push_index(WEB, arm64=arm, amd64=amd)

    status = await imported(api, an_image())

    image = status["images"][0]["image"]
    assert (image["metadata"]["name"], image["dockerImageMetadata"]["Architecture"]) == (
        str(amd),
        "amd64",
    )


async def test_an_image_for_several_platforms_may_stay_one_is_520(
    api: Api, elsewhere: FakeRegistries
):
    arm = elsewhere.push(f"{HOST}/acme/web:arm", architecture="arm64")
    amd = elsewhere.push(f"{HOST}/acme/web:amd", architecture="amd64")
    index = elsewhere.push_index(WEB, arm64=arm, amd64=amd)

    status = await imported(api, an_image(importPolicy={"importMode": "PreserveOriginal"}))

    found = status["images"][0]
    assert found["image"]["metadata"]["name"] == str(index)
    assert [each["metadata"]["name"] for each in found["manifests"]] == [str(arm), str(amd)]
    assert len((await api.list(IMAGES)).documents) == 3


async def test_an_index_of_indexes_is_not_imported(api: Api, elsewhere: FakeRegistries):
    amd = elsewhere.push(f"{HOST}/acme/web:amd")
    inner = elsewhere.push_index(f"{HOST}/acme/web:inner", amd64=amd)
    elsewhere.push_index(WEB, amd64=inner)

    assert "stands for another index" in (await failure(api))["message"]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"schemaVersion": 2, "config": 3}'])
async def test_what_is_no_manifest_is_told(api: Api, elsewhere: FakeRegistries, body: bytes):
    elsewhere.put(WEB, body, SCHEMA_2)

    status = await failure(api)

    assert status["reason"] == "InternalError"
    assert f"{WEB} has no manifest that can be read" in status["message"]


async def test_a_configuration_that_is_another_is_not_taken(api: Api, elsewhere: FakeRegistries):
    config = elsewhere.put_blob(WEB, b"{}")
    elsewhere.spoil(WEB, config, b'{"config": {"User": "root"}}')
    manifest = {
        "schemaVersion": 2,
        "config": {
            "digest": str(config),
            "size": 2,
            "mediaType": "application/vnd.oci.image.config.v1+json",
        },
        "layers": [],
    }
    elsewhere.put(WEB, json.dumps(manifest).encode(), OCI_MANIFEST)

    assert "is not what its digest names" in (await failure(api))["message"]


async def test_what_is_no_image_is_imported_without_a_configuration(
    api: Api, elsewhere: FakeRegistries
):
    chart = {"digest": str(Digest.of(b"x")), "size": 1, "mediaType": "application/vnd.helm"}
    manifest = {"schemaVersion": 2, "config": chart, "layers": []}
    elsewhere.put(WEB, json.dumps(manifest).encode(), OCI_MANIFEST)

    status = await imported(api, an_image())

    assert status["images"][0]["status"]["status"] == "Success"


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


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock, elsewhere: FakeRegistries) -> Store:
    store = Store(journal, clock, Setup(guarded=True, streaming=Streaming(distribution=elsewhere)))
    await store.prepare()
    await store.as_(SERVER).create(NAMESPACES, {"metadata": {"name": "p"}})
    return store


async def may(store: Store, plural: str, *verbs: str) -> None:
    """Let Ben do something."""
    rule = {"apiGroups": ["image.openshift.io"], "resources": [plural], "verbs": list(verbs)}
    role = Resource(kinds.require(kinds.RBAC, "Role"), "p")
    binding = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
    server = store.as_(SERVER)
    await server.create(role, {"metadata": {"name": plural}, "rules": [rule]})
    await server.create(
        binding,
        {
            "metadata": {"name": plural},
            "roleRef": {"apiGroup": kinds.RBAC, "kind": "Role", "name": plural},
            "subjects": [{"apiGroup": kinds.RBAC, "kind": "User", "name": "ben"}],
        },
    )


async def test_who_may_import_may_look(guarded: Store, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    await may(guarded, "imagestreamimports", "create")
    ben = guarded.as_(Actor(name="ben", groups=(AUTHENTICATED,)))

    status = await imported(ben, an_image(), **{"import": False})

    assert status["images"][0]["status"]["status"] == "Success"


async def test_who_may_not_write_the_stream_does_not(guarded: Store, elsewhere: FakeRegistries):
    elsewhere.push(WEB)
    await may(guarded, "imagestreamimports", "create")
    ben = guarded.as_(Actor(name="ben", groups=(AUTHENTICATED,)))

    with pytest.raises(Forbidden, match="cannot create"):
        await imported(ben, an_image())

    assert elsewhere.asked == []


async def test_who_may_write_streams_may_import_into_them(
    guarded: Store, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    await may(guarded, "imagestreamimports", "create")
    await may(guarded, "imagestreams", "create")
    ben = guarded.as_(Actor(name="ben", groups=(AUTHENTICATED,)))

    status = await imported(ben, an_image())

    assert status["import"]["metadata"]["name"] == "web"
