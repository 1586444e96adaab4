"""Deleting objects: at once, or when all agree."""

from __future__ import annotations

import pytest

from contract.api.conftest import (
    BUILD_CONFIGS,
    BUILDS,
    CONFIG_MAPS,
    NAMESPACES,
    PODS,
    Put,
    a_build,
    a_config,
)
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Patch, Resource
from slipcast.values.apifaults import Conflict, Invalid, NotFound

pytestmark = pytest.mark.anyio


async def test_a_deleted_object_is_gone_at_once_ba_9(api: Api, put: Put):
    await put("a", {"b": "1"})

    answer = await api.delete(CONFIG_MAPS.named("a"))

    assert answer.gone
    with pytest.raises(NotFound):
        await api.get(CONFIG_MAPS.named("a"))


async def test_a_missing_object_is_not_found(api: Api):
    with pytest.raises(NotFound):
        await api.delete(CONFIG_MAPS.named("a"))


async def test_a_name_that_was_deleted_can_be_used_again(api: Api, put: Put):
    old = await put("a")
    await api.delete(CONFIG_MAPS.named("a"))

    new = await put("a")

    assert new["metadata"]["uid"] != old["metadata"]["uid"]


async def test_another_uid_than_the_preconditions_is_a_conflict(api: Api, put: Put):
    await put("a")

    with pytest.raises(Conflict, match="Precondition failed: UID in precondition: other"):
        await api.delete(CONFIG_MAPS.named("a"), DeleteOptions(uid="other"))


async def test_another_revision_than_the_preconditions_is_a_conflict(api: Api, put: Put):
    await put("a")

    with pytest.raises(Conflict, match="Precondition failed: ResourceVersion"):
        await api.delete(CONFIG_MAPS.named("a"), DeleteOptions(resource_version="1"))


async def test_a_dry_run_deletes_nothing(api: Api, put: Put):
    await put("a")

    answer = await api.delete(CONFIG_MAPS.named("a"), DeleteOptions(dry_run=True))

    assert answer.gone
    await api.get(CONFIG_MAPS.named("a"))


async def test_an_object_with_a_finalizer_waits_for_it(api: Api, put: Put):
    await put("a", finalizers=["example.com/wait"])

    answer = await api.delete(CONFIG_MAPS.named("a"))

    metadata = answer.document.content["metadata"]
    assert not answer.gone
    assert metadata["deletionTimestamp"]
    assert metadata["deletionGracePeriodSeconds"] == 0


async def test_it_goes_when_its_last_finalizer_is_taken(api: Api, put: Put):
    await put("a", finalizers=["example.com/wait"])
    await api.delete(CONFIG_MAPS.named("a"))

    patch = Patch(type="merge", body={"metadata": {"finalizers": None}})
    await api.patch(CONFIG_MAPS.named("a"), patch)

    with pytest.raises(NotFound):
        await api.get(CONFIG_MAPS.named("a"))


async def test_no_finalizer_is_added_to_what_is_being_deleted(api: Api, put: Put):
    await put("a", finalizers=["example.com/wait"])
    await api.delete(CONFIG_MAPS.named("a"))
    more = {"metadata": {"finalizers": ["example.com/wait", "example.com/more"]}}

    with pytest.raises(Invalid, match="no new finalizers can be added"):
        await api.patch(CONFIG_MAPS.named("a"), Patch(type="merge", body=more))


async def test_deleting_twice_changes_nothing(api: Api, put: Put):
    await put("a", finalizers=["example.com/wait"])
    first = await api.delete(CONFIG_MAPS.named("a"))

    second = await api.delete(CONFIG_MAPS.named("a"))

    assert second.document.revision == first.document.revision


@pytest.mark.parametrize(
    ("propagation", "finalizer"),
    [("Orphan", "orphan"), ("Foreground", "foregroundDeletion")],
)
async def test_what_becomes_of_dependents_is_a_finalizer(
    api: Api, put: Put, propagation: str, finalizer: str
):
    await put("a")

    answer = await api.delete(
        CONFIG_MAPS.named("a"),
        DeleteOptions(propagation=propagation),  # type: ignore[arg-type]
    )

    assert answer.document.content["metadata"]["finalizers"] == [finalizer]


async def test_the_legacy_paths_leave_what_a_build_config_owns_ba_37(api: Api):
    await api.create(BUILD_CONFIGS, a_config("app"))
    await api.create(BUILDS, a_build("b"))

    # Nobody collects garbage here, so that a real deletion would be waited for.
    dry = DeleteOptions(dry_run=True)
    config = await api.delete(Resource(BUILD_CONFIGS.kind, "p", "app", legacy=True), dry)
    build = await api.delete(Resource(BUILDS.kind, "p", "b", legacy=True), dry)

    assert config.document.content["metadata"]["finalizers"] == ["orphan"]
    assert (config.gone, build.gone) == (False, True)


async def test_a_namespace_is_terminating_until_it_is_empty(api: Api):
    answer = await api.delete(NAMESPACES.named("p"))

    assert not answer.gone
    assert answer.document.content["status"]["phase"] == "Terminating"


async def test_a_pod_that_never_ran_goes_at_once(api: Api):
    await api.create(PODS, a_pod())

    assert (await api.delete(PODS.named("w"))).gone


async def test_a_running_pod_has_its_time_to_end(api: Api):
    await api.create(PODS, a_pod(nodeName="here", terminationGracePeriodSeconds=7))

    answer = await api.delete(PODS.named("w"))
    last = await api.delete(PODS.named("w"), DeleteOptions(grace=0))

    assert answer.document.content["metadata"]["deletionGracePeriodSeconds"] == 7
    assert (answer.gone, last.gone) == (False, True)


async def test_all_that_is_selected_is_deleted(api: Api, put: Put):
    await put("a", labels={"app": "x"})
    await put("b")

    deleted = await api.delete_all(CONFIG_MAPS, ListOptions(labels="app=x"))

    left = await api.list(CONFIG_MAPS)
    assert [each.names.name for each in deleted.documents] == ["a"]
    assert [each.names.name for each in left.documents] == ["b"]


async def test_only_the_namespace_that_was_named_is_emptied(api: Api, put: Put):
    await api.create(NAMESPACES, {"metadata": {"name": "p-2"}})
    other = Resource(CONFIG_MAPS.kind, "p-2")
    await api.create(other, {"metadata": {"name": "a"}})
    await put("a")

    await api.delete_all(CONFIG_MAPS)

    assert len((await api.list(other)).documents) == 1


def a_pod(**spec: object) -> dict[str, object]:
    containers = [{"name": "c", "image": "example.com/w"}]
    return {"metadata": {"name": "w"}, "spec": {"containers": containers, **spec}}
