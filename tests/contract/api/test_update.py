"""Replacing objects."""

from __future__ import annotations

import pytest

from contract.api.conftest import (
    BUILD_CONFIGS,
    BUILDS,
    CONFIG_MAPS,
    DEPLOYMENTS,
    NAMESPACES,
    SECRETS,
    Put,
    a_build,
    a_config,
)
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.values.apifaults import BadRequest, Conflict, Invalid, NotFound

pytestmark = pytest.mark.anyio


async def test_an_object_is_replaced(api: Api, put: Put):
    content = await put("a", {"old": "1"})

    answer = await api.update(CONFIG_MAPS.named("a"), {**content, "data": {"new": "2"}})

    assert answer.document.content["data"] == {"new": "2"}
    assert answer.document.revision > int(content["metadata"]["resourceVersion"])


async def test_an_older_revision_is_a_conflict_ba_8(api: Api, put: Put):
    content = await put("a")
    await api.update(CONFIG_MAPS.named("a"), {**content, "data": {"b": "1"}})

    with pytest.raises(Conflict, match="the object has been modified; please apply your changes"):
        await api.update(CONFIG_MAPS.named("a"), {**content, "data": {"b": "2"}})


async def test_without_a_revision_the_newest_is_replaced(api: Api, put: Put):
    await put("a")

    answer = await api.update(CONFIG_MAPS.named("a"), {"metadata": {"name": "a"}, "data": {}})

    assert answer.document.content["data"] == {}


async def test_a_build_config_is_not_replaced_without_a_revision_ba_8(api: Api):
    await api.create(BUILD_CONFIGS, a_config("app"))

    with pytest.raises(Invalid, match="must be specified for an update"):
        await api.update(BUILD_CONFIGS.named("app"), a_config("app"))


async def test_an_update_never_creates_ba_8(api: Api):
    with pytest.raises(NotFound):
        await api.update(BUILD_CONFIGS.named("app"), a_config("app"))


async def test_nothing_is_written_where_nothing_changes(api: Api, put: Put):
    content = await put("a", {"b": "c"})

    answer = await api.update(CONFIG_MAPS.named("a"), content)

    assert answer.document.revision == int(content["metadata"]["resourceVersion"])


async def test_managed_fields_that_are_null_are_passed_over(api: Api, put: Put):
    content = await put("a")
    content["metadata"]["managedFields"] = [None]

    answer = await api.update(CONFIG_MAPS.named("a"), {**content, "data": {"b": "1"}})

    assert answer.document.content["data"] == {"b": "1"}


async def test_another_name_than_the_urls_is_refused(api: Api, put: Put):
    content = await put("a")
    await put("b")

    with pytest.raises(BadRequest, match="does not match the name on the URL"):
        await api.update(CONFIG_MAPS.named("b"), content)


async def test_another_object_of_the_name_is_a_conflict(api: Api, put: Put):
    content = await put("a")
    other = {**content, "metadata": {"name": "a", "uid": "another"}}

    with pytest.raises(Conflict, match="Precondition failed: UID in precondition: another"):
        await api.update(CONFIG_MAPS.named("a"), other)


async def test_what_the_server_says_stays(api: Api, put: Put):
    content = await put("a")
    metadata = {"name": "a", "creationTimestamp": "2001-01-01T00:00:00Z", "labels": {"b": "c"}}

    answer = await api.update(CONFIG_MAPS.named("a"), {"metadata": metadata})

    found = answer.document.content["metadata"]
    assert found["uid"] == content["metadata"]["uid"]
    assert found["creationTimestamp"] == content["metadata"]["creationTimestamp"]


async def test_a_dry_run_changes_nothing(api: Api, put: Put):
    content = await put("a", {"b": "1"})
    changed = {**content, "data": {"b": "2"}}

    answer = await api.update(CONFIG_MAPS.named("a"), changed, WriteOptions(dry_run=True))

    assert answer.document.content["data"] == {"b": "2"}
    assert (await api.get(CONFIG_MAPS.named("a"))).content["data"] == {"b": "1"}


async def test_the_main_resource_leaves_the_status_alone(api: Api):
    created = await api.create(DEPLOYMENTS, a_deployment())
    content = {**created.document.content, "status": {"replicas": 3}}

    answer = await api.update(DEPLOYMENTS.named("d"), content)

    assert "replicas" not in answer.document.content.get("status", {})


async def test_the_status_subresource_changes_the_status_only(api: Api):
    created = await api.create(DEPLOYMENTS, a_deployment())
    content = {**created.document.content, "status": {"replicas": 3}}
    content["spec"] = {**content["spec"], "replicas": 9}

    status = Resource(DEPLOYMENTS.kind, "p", "d", "status")
    answer = await api.update(status, content)

    assert answer.document.content["status"] == {"replicas": 3}
    assert answer.document.content["spec"] == created.document.content["spec"]


async def test_the_generation_counts_changes_of_the_spec(api: Api):
    content = (await api.create(DEPLOYMENTS, a_deployment())).document.content
    content["spec"]["replicas"] = 2

    changed = (await api.update(DEPLOYMENTS.named("d"), content)).document.content
    changed["metadata"]["labels"] = {"a": "b"}
    labelled = (await api.update(DEPLOYMENTS.named("d"), changed)).document.content

    assert (changed["metadata"]["generation"], labelled["metadata"]["generation"]) == (2, 2)


async def test_the_last_version_never_falls_ba_31(api: Api):
    content = (await api.create(BUILD_CONFIGS, a_config("app"))).document.content
    raised = {**content, "status": {"lastVersion": 3}}
    content = (await api.update(BUILD_CONFIGS.named("app"), raised)).document.content

    lowered = {**content, "status": {"lastVersion": 1}}
    answer = await api.update(BUILD_CONFIGS.named("app"), lowered)

    assert answer.document.content["status"]["lastVersion"] == 3
    assert content["metadata"]["generation"] == 2


async def test_the_spec_of_a_build_does_not_change_ba_140(api: Api):
    content = (await api.create(BUILDS, a_build("b"))).document.content
    content["spec"]["serviceAccount"] = "other"

    with pytest.raises(Invalid, match="spec is immutable"):
        await api.update(BUILDS.named("b"), content)


async def test_details_of_a_build_take_what_a_builder_tells_ba_141(api: Api):
    await api.create(BUILDS, a_build("b"))
    report = {
        "metadata": {"name": "b"},
        "spec": {"revision": {"git": {"commit": "abc"}}, "serviceAccount": "other"},
        "status": {"phase": "Running", "reason": "Why", "message": "because"},
    }

    answer = await api.update(Resource(BUILDS.kind, "p", "b", "details"), report)

    content = answer.document.content
    assert content["spec"]["revision"]["git"]["commit"] == "abc"
    assert "serviceAccount" not in content["spec"]
    assert (content["status"]["phase"], content["status"]["reason"]) == ("New", "Why")


async def test_the_type_of_a_secret_does_not_change(api: Api):
    content = (await api.create(SECRETS, {"metadata": {"name": "s"}})).document.content

    with pytest.raises(Invalid, match=r"type: Invalid value.*field is immutable"):
        await api.update(SECRETS.named("s"), {**content, "type": "example.com/other"})


async def test_text_of_a_secret_is_kept_as_data(api: Api):
    secret = {"metadata": {"name": "s"}, "stringData": {"key": "value"}}

    content = (await api.create(SECRETS, secret)).document.content

    assert content["data"] == {"key": "dmFsdWU="}
    assert (content["type"], "stringData" in content) == ("Opaque", False)


async def test_a_namespace_goes_when_its_last_finalizer_is_taken(api: Api):
    await api.delete(NAMESPACES.named("p"))
    content = (await api.get(NAMESPACES.named("p"))).content

    finalize = Resource(NAMESPACES.kind, "", "p", "finalize")
    await api.update(finalize, {**content, "spec": {"finalizers": []}})

    with pytest.raises(NotFound):
        await api.get(NAMESPACES.named("p"))


def a_deployment() -> dict[str, object]:
    labels = {"app": "d"}
    containers = [{"name": "c", "image": "example.com/d"}]
    return {
        "metadata": {"name": "d"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
    }
