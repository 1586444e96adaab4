"""Changing objects in part."""

from __future__ import annotations

import pytest

from contract.api.conftest import BUILD_CONFIGS, CONFIG_MAPS, PODS, Put, a_config
from slipcast.ports.api import Api, Patch, WriteOptions
from slipcast.values.apifaults import Conflict, Invalid, NotFound

pytestmark = pytest.mark.anyio


def merge(**body: object) -> Patch:
    return Patch(type="merge", body=body)


async def test_a_merge_patch_changes_what_it_names(api: Api, put: Put):
    await put("a", {"b": "1", "c": "1"})

    answer = await api.patch(CONFIG_MAPS.named("a"), merge(data={"b": None, "d": "2"}))

    assert answer.document.content["data"] == {"c": "1", "d": "2"}


async def test_a_json_patch_is_a_list_of_operations(api: Api, put: Put):
    await put("a", {"b": "1"})
    operations = [{"op": "replace", "path": "/data/b", "value": "2"}]

    answer = await api.patch(CONFIG_MAPS.named("a"), Patch(type="json", body=operations))

    assert answer.document.content["data"] == {"b": "2"}


async def test_a_strategic_patch_merges_lists_by_their_keys(api: Api):
    containers = [{"name": "a", "image": "one"}, {"name": "b", "image": "two"}]
    await api.create(PODS, {"metadata": {"name": "p"}, "spec": {"containers": containers}})
    body = {"spec": {"containers": [{"name": "b", "image": "three"}]}}

    answer = await api.patch(PODS.named("p"), Patch(type="strategic", body=body))

    images = [each["image"] for each in answer.document.content["spec"]["containers"]]
    assert images == ["one", "three"]


async def test_a_patch_of_nothing_is_not_found(api: Api):
    with pytest.raises(NotFound):
        await api.patch(CONFIG_MAPS.named("a"), merge(data={}))


async def test_a_patch_needs_no_revision_ba_8(api: Api):
    await api.create(BUILD_CONFIGS, a_config("app"))

    answer = await api.patch(BUILD_CONFIGS.named("app"), merge(spec={"runPolicy": "Parallel"}))

    assert answer.document.content["spec"]["runPolicy"] == "Parallel"


async def test_a_patch_that_names_an_older_revision_is_a_conflict(api: Api, put: Put):
    content = await put("a")
    await api.patch(CONFIG_MAPS.named("a"), merge(data={"b": "1"}))
    version = content["metadata"]["resourceVersion"]

    with pytest.raises(Conflict):
        await api.patch(
            CONFIG_MAPS.named("a"), merge(metadata={"resourceVersion": version}, data={"b": "2"})
        )


async def test_a_patch_does_not_rename(api: Api, put: Put):
    await put("a")

    with pytest.raises(Invalid, match=r"metadata.name.*field is immutable"):
        await api.patch(CONFIG_MAPS.named("a"), merge(metadata={"name": "b"}))


async def test_a_patch_that_changes_nothing_writes_nothing(api: Api, put: Put):
    content = await put("a", {"b": "1"})

    answer = await api.patch(CONFIG_MAPS.named("a"), merge(data={"b": "1"}))

    assert answer.document.revision == int(content["metadata"]["resourceVersion"])


async def test_only_fields_of_the_patch_are_warned_about(api: Api):
    await api.create(
        BUILD_CONFIGS, {**a_config("app"), "known": 1}, WriteOptions(validation="Ignore")
    )

    answer = await api.patch(BUILD_CONFIGS.named("app"), merge(more=1))

    assert answer.warnings == ('unknown field "more"',)


async def test_an_apply_makes_what_is_not_there(api: Api):
    config = applied({"b": "1"})

    answer = await api.patch(CONFIG_MAPS.named("a"), config, WriteOptions(manager="ada"))

    entries = answer.document.content["metadata"]["managedFields"]
    assert answer.created
    assert [(entry["manager"], entry["operation"]) for entry in entries] == [("ada", "Apply")]


async def test_an_apply_takes_back_what_it_no_longer_says(api: Api):
    await api.patch(CONFIG_MAPS.named("a"), applied({"b": "1"}), WriteOptions(manager="ada"))

    answer = await api.patch(
        CONFIG_MAPS.named("a"), applied({"c": "1"}), WriteOptions(manager="ada")
    )

    assert answer.document.content["data"] == {"c": "1"}


async def test_an_apply_of_somebody_elses_field_is_a_conflict(api: Api):
    await api.patch(CONFIG_MAPS.named("a"), applied({"b": "1"}), WriteOptions(manager="ada"))

    with pytest.raises(Conflict, match="conflict") as caught:
        await api.patch(CONFIG_MAPS.named("a"), applied({"b": "2"}), WriteOptions(manager="bob"))

    assert [cause.field for cause in caught.value.causes] == [".data.b"]


async def test_an_apply_takes_a_field_by_force(api: Api):
    await api.patch(CONFIG_MAPS.named("a"), applied({"b": "1"}), WriteOptions(manager="ada"))

    answer = await api.patch(
        CONFIG_MAPS.named("a"), applied({"b": "2"}), WriteOptions(manager="bob", force=True)
    )

    assert answer.document.content["data"] == {"b": "2"}


async def test_an_apply_that_says_the_same_writes_nothing(api: Api):
    options = WriteOptions(manager="ada")
    first = await api.patch(CONFIG_MAPS.named("a"), applied({"b": "1"}), options)

    second = await api.patch(CONFIG_MAPS.named("a"), applied({"b": "1"}), options)

    assert second.document.revision == first.document.revision


async def test_who_wrote_what_is_told(api: Api, put: Put):
    await put("a")

    answer = await api.patch(
        CONFIG_MAPS.named("a"), merge(data={"b": "1"}), WriteOptions(manager="ada")
    )

    (entry,) = answer.document.content["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("ada", "Update")
    assert "f:b" in entry["fieldsV1"]["f:data"]


def applied(data: dict[str, str]) -> Patch:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
    return Patch(type="apply", body=body)
