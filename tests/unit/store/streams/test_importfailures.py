"""ImageStreamImports: what registries answer is told, and what is no image is not taken."""

from __future__ import annotations

import json

import pytest

from slipcast.images.manifests import OCI_MANIFEST, SCHEMA_2
from slipcast.images.repositories import failure_of
from slipcast.ports.api import Api
from slipcast.ports.distribution import (
    FORBIDDEN,
    HTTP_ONLY,
    LIMITED,
    NOT_V2,
    TLS,
    UNAUTHORIZED,
    UNREACHABLE,
    DistributionFault,
)
from slipcast.testing.registries import FakeRegistries
from slipcast.values.digest import Digest
from unit.store.streams.importing import (
    HOST,
    IMAGES,
    WEB,
    a_secret,
    an_image,
    failure,
    imported,
    stream,
)

pytestmark = pytest.mark.anyio


async def test_a_repository_that_is_not_there_is_told_is_88(api: Api):
    repository = {"from": {"kind": "DockerImage", "name": f"{HOST}/acme/none"}}

    status = await imported(api, repository=repository)

    assert status["repository"]["status"]["message"] == (
        f'dockerimage.image.openshift.io "{HOST}/acme/none" not found'
    )


async def test_a_repository_that_cannot_be_read_leaves_its_trace_in_the_stream_up_23(api: Api):
    repository = {"from": {"kind": "DockerImage", "name": f"{HOST}/acme/none"}}

    await imported(api, repository=repository)

    failed = failure_of((await stream(api))["metadata"]["annotations"])
    assert failed is not None
    assert (failed.source, failed.reason) == (f"{HOST}/acme/none", "NotFound")


async def test_the_trace_goes_when_the_repository_can_be_read(api: Api, elsewhere: FakeRegistries):
    repository = {"from": {"kind": "DockerImage", "name": f"{HOST}/acme/web"}}
    await imported(api, repository=repository)
    elsewhere.push(WEB)

    await imported(api, repository=repository)

    assert failure_of((await stream(api))["metadata"]["annotations"]) is None


async def test_who_may_not_is_told_what_helps(api: Api, elsewhere: FakeRegistries):
    elsewhere.broken[HOST] = DistributionFault("no", reason=UNAUTHORIZED, hint="ask Ada")

    said = await failure(api)

    assert said["message"] == f'you may not have access to the Docker image "{WEB}"; ask Ada'


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
    await a_secret(api, is_right=False, name="old")

    status = await failure(api)

    assert status["message"] == (
        f'you may not have access to the Docker image "{WEB}" (tried the login of secret old)'
    )


async def test_of_several_secrets_for_a_registry_all_are_tried_is_82(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.push(WEB)
    elsewhere.passwords[HOST] = ("ada", "right")
    await a_secret(api, is_right=False, name="a-wrong-one")
    await a_secret(api, name="the-right-one")

    status = await imported(api, an_image())

    assert status["images"][0]["status"]["status"] == "Success"


async def test_the_condition_of_a_tag_names_the_secrets_that_were_tried_up_22(
    api: Api, elsewhere: FakeRegistries
):
    elsewhere.passwords[HOST] = ("ada", "right")
    await a_secret(api, is_right=False, name="one")
    await a_secret(api, is_right=False, name="two")

    await imported(api, an_image(to="1"))

    condition = (await stream(api))["status"]["tags"][0]["conditions"][0]
    assert condition["message"].endswith("(tried the login of secret one, two)")


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
