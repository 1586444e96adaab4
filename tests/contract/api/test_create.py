"""Creating objects."""

from __future__ import annotations

import pytest

from contract.api.conftest import (
    BUILD_CONFIGS,
    BUILDS,
    CONFIG_MAPS,
    NAMESPACES,
    STREAMS,
    Put,
    a_build,
    a_config,
)
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.values.apifaults import AlreadyExists, BadRequest, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.anyio


async def test_the_server_says_uid_and_creation_time(api: Api):
    content = {
        "metadata": {"name": "a", "uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z"}
    }

    answer = await api.create(CONFIG_MAPS, content)

    metadata = answer.document.content["metadata"]
    assert answer.created
    assert metadata["uid"] not in {"", "mine"}
    assert metadata["creationTimestamp"] == "2026-11-22T12:00:00Z"
    assert metadata["namespace"] == "p"


async def test_a_name_is_made_of_generate_name_and_five_characters_ba_10(api: Api):
    answer = await api.create(CONFIG_MAPS, {"metadata": {"generateName": "web-"}})

    name = answer.document.names.name
    assert name.startswith("web-")
    assert len(name) == len("web-") + 5


async def test_a_taken_name_is_a_conflict(api: Api, put: Put):
    await put("a")

    with pytest.raises(AlreadyExists, match='configmaps "a" already exists'):
        await api.create(CONFIG_MAPS, {"metadata": {"name": "a"}})


async def test_a_missing_namespace_is_not_found(api: Api):
    elsewhere = Resource(CONFIG_MAPS.kind, "nowhere")

    with pytest.raises(NotFound, match='namespaces "nowhere" not found'):
        await api.create(elsewhere, {"metadata": {"name": "a"}})


async def test_nothing_new_comes_into_a_namespace_that_is_being_deleted(api: Api):
    await api.delete(NAMESPACES.named("p"))

    with pytest.raises(Forbidden, match="in namespace p because it is being terminated"):
        await api.create(CONFIG_MAPS, {"metadata": {"name": "a"}})


async def test_another_namespace_than_the_urls_is_refused(api: Api):
    with pytest.raises(BadRequest, match="does not match the namespace sent on the request"):
        await api.create(CONFIG_MAPS, {"metadata": {"name": "a", "namespace": "q"}})


async def test_another_kind_than_the_urls_is_refused(api: Api):
    content = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}

    with pytest.raises(BadRequest, match='Secret in version "v1" cannot be handled as a ConfigMap'):
        await api.create(CONFIG_MAPS, content)


async def test_the_version_of_the_legacy_paths_is_taken_ba_2(api: Api):
    content = {"apiVersion": "v1", "kind": "BuildConfig", **a_config("app")}

    answer = await api.create(BUILD_CONFIGS, content)

    assert answer.document.content["apiVersion"] == "build.openshift.io/v1"


async def test_all_that_is_wrong_is_told_at_once_ba_12(api: Api):
    content = {"metadata": {"name": "No", "labels": {"a b": "c"}}}

    with pytest.raises(Invalid) as caught:
        await api.create(CONFIG_MAPS, content)

    assert {cause.field for cause in caught.value.causes} == {"metadata.name", "metadata.labels"}


async def test_without_a_name_nothing_is_created(api: Api):
    with pytest.raises(Invalid, match="name or generateName is required"):
        await api.create(CONFIG_MAPS, {"data": {}})


async def test_a_dry_run_says_what_would_be_and_keeps_nothing(api: Api):
    answer = await api.create(CONFIG_MAPS, {"metadata": {"name": "a"}}, WriteOptions(dry_run=True))

    assert answer.document.revision == 0
    with pytest.raises(NotFound):
        await api.get(CONFIG_MAPS.named("a"))


async def test_a_dry_run_of_a_taken_name_is_a_conflict(api: Api, put: Put):
    await put("a")

    with pytest.raises(AlreadyExists):
        await api.create(CONFIG_MAPS, {"metadata": {"name": "a"}}, WriteOptions(dry_run=True))


async def test_unknown_fields_are_kept_and_warned_about(api: Api):
    content = {**a_config("app"), "more": 1}

    answer = await api.create(BUILD_CONFIGS, content, WriteOptions(validation="Warn"))

    assert answer.warnings == ('unknown field "more"',)
    assert answer.document.content["more"] == 1


async def test_unknown_fields_are_kept_in_silence(api: Api):
    content = {**a_config("app"), "more": 1}

    answer = await api.create(BUILD_CONFIGS, content, WriteOptions(validation="Ignore"))

    assert answer.warnings == ()
    assert answer.document.content["more"] == 1


async def test_unknown_fields_are_refused_where_the_client_is_strict(api: Api):
    content = {**a_config("app"), "more": 1}

    with pytest.raises(BadRequest, match='strict decoding error: unknown field "more"'):
        await api.create(BUILD_CONFIGS, content, WriteOptions(validation="Strict"))


async def test_a_build_config_gets_history_limits_by_the_group_paths_only_ba_30(api: Api):
    legacy = Resource(BUILD_CONFIGS.kind, "p", legacy=True)

    new = await api.create(BUILD_CONFIGS, a_config("new"))
    old = await api.create(legacy, a_config("old"))

    assert new.document.content["spec"]["successfulBuildsHistoryLimit"] == 5
    assert "successfulBuildsHistoryLimit" not in old.document.content["spec"]


async def test_a_build_keeps_the_status_it_is_created_with_ba_107(api: Api):
    running = {**a_build("b"), "status": {"phase": "Running"}}

    answer = await api.create(BUILDS, running)
    other = await api.create(BUILDS, a_build("c"))

    assert answer.document.content["status"]["phase"] == "Running"
    assert other.document.content["status"]["phase"] == "New"


async def test_the_status_of_a_stream_is_not_a_clients_to_say(api: Api):
    content = {"metadata": {"name": "s"}, "status": {"dockerImageRepository": "mine"}}

    answer = await api.create(STREAMS, content)

    assert answer.document.content["status"] == {"dockerImageRepository": ""}


async def test_a_generation_begins_at_one_where_there_is_one_ba_35(api: Api, put: Put):
    config = await api.create(BUILD_CONFIGS, a_config("app"))
    plain = await put("a")

    assert config.document.content["metadata"]["generation"] == 1
    assert "generation" not in plain["metadata"]
