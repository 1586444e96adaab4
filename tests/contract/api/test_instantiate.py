"""Builds out of BuildConfigs: what is made, what is counted, what is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contract.api.conftest import (
    BUILD_CONFIGS,
    BUILDS,
    SECRETS,
    STREAMS,
    a_build,
    a_config,
)
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Answer, Api, Patch, Resource, WriteOptions
from slipcast.values.apifaults import (
    AlreadyExists,
    BadRequest,
    Forbidden,
    InternalError,
    Invalid,
    NotFound,
)

pytestmark = pytest.mark.anyio

RUBY = "docker.io/centos/ruby@sha256:" + "1" * 64
NEWER = "docker.io/centos/ruby@sha256:" + "2" * 64
ACCOUNTS = Resource(kinds.require("", "ServiceAccount"), "p")
IMAGE_CHANGE = {"type": "ImageChange", "imageChange": {}}


async def a_stream(api: Api, name: str = "ruby", tag: str = "2.3", image: str = RUBY) -> None:
    """A stream whose tag has an image."""
    await api.create(STREAMS, {"metadata": {"name": name}})
    await tagged(api, name, tag, image)


async def tagged(api: Api, name: str, tag: str, image: str) -> None:
    """The tag has another image."""
    event = {"dockerImageReference": image, "image": image.partition("@")[2], "generation": 1}
    event["created"] = "2026-11-22T12:00:00Z"
    change = {"status": {"tags": [{"tag": tag, "items": [event]}]}}
    status = Resource(STREAMS.kind, "p", name, "status")
    await api.patch(status, Patch(type="merge", body=change))


async def a_plain_config(api: Api, name: str = "app", **spec: Any) -> None:
    """A BuildConfig of an image that needs no stream."""
    image = {"kind": "DockerImage", "name": "example.com/ruby"}
    content = a_config(name)
    content["spec"] |= {"strategy": {"sourceStrategy": {"from": image}}, **spec}
    await api.create(BUILD_CONFIGS, content)


async def instantiated(api: Api, name: str = "app", **request: Any) -> Answer:
    """What becomes of a request for a build."""
    place = Resource(BUILD_CONFIGS.kind, "p", name, "instantiate")
    return await api.act(place, {"metadata": {"name": name}, **request})


async def made(api: Api, name: str = "app", **request: Any) -> JSON:
    """The Build that a request makes."""
    return (await instantiated(api, name, **request)).document.content


async def last_version(api: Api, name: str = "app") -> int:
    """The number that a BuildConfig counted last."""
    content = (await api.get(BUILD_CONFIGS.named(name))).content
    number: int = (content.get("status") or {}).get("lastVersion", 0)
    return number


async def test_a_build_is_new_numbered_and_its_configs_ba_22_ba_119(api: Api):
    await a_plain_config(api)

    answer = await instantiated(api)

    build = answer.document.content
    assert answer.created
    assert build["metadata"]["name"] == "app-1"
    assert build["metadata"]["annotations"]["openshift.io/build.number"] == "1"
    assert build["metadata"]["ownerReferences"][0]["name"] == "app"
    assert build["status"]["phase"] == "New"
    assert build["status"]["config"] == {
        "kind": "BuildConfig", "namespace": "p", "name": "app",
    }  # fmt: skip
    assert build == (await api.get(BUILDS.named("app-1"))).content
    assert await last_version(api) == 1


async def test_the_tag_a_build_starts_from_is_pinned_bl_17_bl_19(api: Api):
    await a_stream(api)
    await api.create(BUILD_CONFIGS, a_config("app"))

    build = await made(api)

    pinned = build["spec"]["strategy"]["sourceStrategy"]["from"]
    assert pinned == {"kind": "DockerImage", "name": RUBY}


async def test_an_image_that_is_not_found_counts_no_number_ba_116(api: Api):
    await api.create(STREAMS, {"metadata": {"name": "ruby"}})
    await api.create(BUILD_CONFIGS, a_config("app"))

    with pytest.raises(Invalid) as caught:
        await instantiated(api)

    why = (
        "Error resolving ImageStreamTag ruby:2.3 in namespace p: unable to find latest tagged image"
    )
    assert caught.value.message == why
    assert (caught.value.plural, caught.value.name) == ("ImageStreamTag", "ruby:2.3")
    assert [(each.field, each.message) for each in caught.value.causes] == [("from", why)]
    assert await last_version(api) == 0


async def test_a_stream_that_is_not_there_is_told_ba_116(api: Api):
    await api.create(BUILD_CONFIGS, a_config("app"))

    with pytest.raises(Invalid, match=r'in namespace p: imagestreams.* "ruby" not found'):
        await instantiated(api)


async def test_a_trigger_remembers_what_was_built_with_bl_10(api: Api):
    await a_stream(api)
    content = a_config("app")
    content["spec"]["triggers"] = [IMAGE_CHANGE]
    await api.create(BUILD_CONFIGS, content)

    await instantiated(api)

    config = (await api.get(BUILD_CONFIGS.named("app"))).content
    assert config["spec"]["triggers"][0]["imageChange"]["lastTriggeredImageID"] == RUBY


async def test_an_image_is_built_with_once_ba_115_tr_95(api: Api):
    await a_stream(api)
    content = a_config("app")
    content["spec"]["triggers"] = [IMAGE_CHANGE]
    await api.create(BUILD_CONFIGS, content)
    request: dict[str, Any] = {
        "from": {"kind": "ImageStreamTag", "name": "ruby:2.3"},
        "triggeredByImage": {"kind": "DockerImage", "name": NEWER},
        "triggeredBy": [{"message": "Image change"}],
    }

    build = await made(api, **request)

    assert build["spec"]["strategy"]["sourceStrategy"]["from"]["name"] == NEWER
    assert build["spec"]["triggeredBy"] == [{"message": "Image change"}]
    with pytest.raises(InternalError, match="already instantiated a build for imageid"):
        await instantiated(api, **request)


async def test_a_build_has_its_cause_and_what_was_asked_for_ba_117_ba_652(api: Api):
    await a_plain_config(api)

    plain = await made(api)
    asked = await made(
        api,
        env=[{"name": "A", "value": "1"}],
        revision={"git": {"commit": "abc"}},
        triggeredBy=[{"message": "because"}],
    )

    assert plain["spec"]["triggeredBy"] == [{"message": "Manually triggered"}]
    assert asked["spec"]["triggeredBy"] == [{"message": "because"}]
    assert asked["spec"]["strategy"]["sourceStrategy"]["env"] == [{"name": "A", "value": "1"}]
    assert asked["spec"]["revision"]["git"]["commit"] == "abc"


async def test_labels_of_a_request_are_added_and_replace_none_ba_26(api: Api):
    await a_plain_config(api)
    labels = {"x": "y", "buildconfig": "another"}

    build = await made(api, metadata={"name": "app", "labels": labels, "annotations": {"n": "o"}})

    assert build["metadata"]["labels"]["x"] == "y"
    assert build["metadata"]["labels"]["buildconfig"] == "app"
    assert build["metadata"]["annotations"]["n"] == "o"


async def test_a_paused_config_makes_no_builds_ba_115(api: Api):
    content = a_config("app")
    content["metadata"]["annotations"] = {"openshift.io/build-config.paused": "True"}
    await api.create(BUILD_CONFIGS, content)

    with pytest.raises(BadRequest) as caught:
        await instantiated(api)

    why = "can't instantiate from BuildConfig p/app: BuildConfig is paused"
    assert caught.value.message == why


async def test_a_build_of_another_version_is_refused_ba_115(api: Api):
    await a_plain_config(api)
    await instantiated(api, lastVersion=0)

    with pytest.raises(BadRequest) as caught:
        await instantiated(api, lastVersion=7)

    why = "the LastVersion(1) on build config p/app does not match the build request LastVersion(7)"
    assert caught.value.message == why
    assert await last_version(api) == 1


async def test_options_of_another_strategy_are_refused_ba_653(api: Api):
    await a_plain_config(api)

    with pytest.raises(BadRequest, match="on p/app, not a Docker build"):
        await instantiated(api, dockerStrategyOptions={"noCache": True})


async def test_a_config_that_is_not_there_is_forbidden_bl_142(api: Api):
    with pytest.raises(Forbidden) as caught:
        await instantiated(api, "nosuch")

    assert caught.value.name == "nosuch"
    assert 'buildconfigs.build.openshift.io "nosuch" not found' in caught.value.message


async def test_a_request_without_a_name_is_forbidden_bl_142(api: Api):
    await a_plain_config(api)

    with pytest.raises(Forbidden, match='"Unknown" is forbidden: resource name may not be empty'):
        await instantiated(api, metadata={})


async def test_a_request_for_another_config_than_the_urls_is_refused(api: Api):
    await a_plain_config(api)
    await a_plain_config(api, "other")

    with pytest.raises(Forbidden, match="the request is for other, but was sent to app"):
        await instantiated(api, metadata={"name": "other"})

    assert await last_version(api, "other") == 0


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "BuildConfig"},
        {"apiVersion": "v2"},
        {"metadata": {"name": "app", "namespace": "q"}},
    ],
)
async def test_what_is_no_request_for_a_build_here_is_refused(api: Api, content: JSON):
    await a_plain_config(api)

    with pytest.raises(BadRequest):
        await instantiated(api, **content)


async def test_a_missing_service_account_counts_no_number_bl_14(api: Api):
    await a_plain_config(api, serviceAccount="nobody")

    with pytest.raises(InternalError) as caught:
        await instantiated(api)

    assert caught.value.message == (
        "Internal error occurred: Error getting push/pull secrets for service account p/nobody:"
        ' serviceaccounts "nobody" not found'
    )
    assert await last_version(api) == 0


async def test_the_accounts_secret_for_the_registry_is_pushed_with_bl_15(api: Api):
    entry = '{"registry.example.com": {"auth": "dTpw"}}'
    secret = {"metadata": {"name": "push"}, "type": "kubernetes.io/dockercfg"}
    await api.create(SECRETS, {**secret, "stringData": {".dockercfg": entry}})
    listed = {"secrets": [{"name": "gone"}, {"name": "push"}]}
    await api.patch(ACCOUNTS.named("builder"), Patch(type="merge", body=listed))
    to = {"kind": "DockerImage", "name": "registry.example.com/p/app"}
    await a_plain_config(api, output={"to": to})

    build = await made(api)

    assert build["spec"]["output"]["pushSecret"] == {"name": "push"}


async def test_a_build_that_is_wrong_takes_no_number_ba_118(api: Api):
    await a_plain_config(api)

    with pytest.raises(Invalid, match=r'"app-1" is invalid: spec\.strategy\.sourceStrategy\.env'):
        await instantiated(api, env=[{"name": "a b"}])

    assert (await made(api))["metadata"]["name"] == "app-1"


async def test_twenty_at_once_get_twenty_numbers_bl_115(api: Api):
    await a_plain_config(api)

    builds = await asyncio.gather(*(made(api) for _ in range(20)))

    assert {each["metadata"]["name"] for each in builds} == {f"app-{n}" for n in range(1, 21)}
    assert await last_version(api) == 20


async def test_a_config_created_anew_counts_on_from_builds_that_are_left_up_27(api: Api):
    await a_plain_config(api)
    for _ in range(3):
        await instantiated(api)
    await api.delete(BUILDS.named("app-1"))
    await api.delete(BUILD_CONFIGS.named("app"))
    await a_plain_config(api)

    build = await made(api)

    assert build["metadata"]["name"] == "app-4"
    assert await last_version(api) == 4


async def test_a_name_that_another_build_has_is_a_conflict_ba_118(api: Api):
    await a_plain_config(api)
    await api.create(BUILDS, a_build("app-1"))

    with pytest.raises(AlreadyExists, match='"app-1" already exists'):
        await instantiated(api)

    assert (await made(api))["metadata"]["name"] == "app-2"


async def test_what_is_edited_later_is_not_in_the_build_ba_120(api: Api):
    await a_plain_config(api, completionDeadlineSeconds=60)
    await instantiated(api)
    change = {"spec": {"completionDeadlineSeconds": 90}}

    await api.patch(BUILD_CONFIGS.named("app"), Patch(type="merge", body=change))

    build = (await api.get(BUILDS.named("app-1"))).content
    assert build["spec"]["completionDeadlineSeconds"] == 60


async def test_source_may_be_said_to_be_sent_along_ba_50(api: Api):
    await a_plain_config(api)

    build = await made(api, binary={"asFile": "app.war"})

    assert build["spec"]["source"] == {"type": "Binary", "binary": {"asFile": "app.war"}}
    assert build["spec"]["triggeredBy"] == [{"message": "Manually triggered"}]


async def test_clients_of_the_legacy_paths_find_its_owner_in_their_version_ba_27(api: Api):
    await a_plain_config(api)
    place = Resource(BUILD_CONFIGS.kind, "p", "app", "instantiate")
    legacy = Resource(BUILD_CONFIGS.kind, "p", "app", "instantiate", legacy=True)

    new = (await api.act(place, {"metadata": {"name": "app"}})).document.content
    old = (await api.act(legacy, {"metadata": {"name": "app"}})).document.content

    owners = [each["metadata"]["ownerReferences"][0]["apiVersion"] for each in (new, old)]
    assert owners == ["build.openshift.io/v1", "v1"]


async def test_a_dry_run_counts_nothing_and_creates_nothing(api: Api):
    await a_plain_config(api)
    place = Resource(BUILD_CONFIGS.kind, "p", "app", "instantiate")

    answer = await api.act(place, {"metadata": {"name": "app"}}, options=WriteOptions(dry_run=True))

    assert answer.document.names.name == "app-1"
    assert await last_version(api) == 0
    with pytest.raises(NotFound):
        await api.get(BUILDS.named("app-1"))
