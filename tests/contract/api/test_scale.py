"""How many pods are wanted, as an object of its own below what keeps pods running."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from contract.api.conftest import DEPLOYMENTS
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource, WriteOptions
from slipcast.values.apifaults import BadRequest, Conflict, Invalid, NotFound

pytestmark = pytest.mark.anyio

WEB = DEPLOYMENTS.named("web")
SCALE = replace(WEB, subresource="scale")
CONFIGS = Resource(kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig"), "p")
CONFIG_SCALE = replace(CONFIGS.named("web"), subresource="scale")
ADA, BOB = WriteOptions(manager="ada"), WriteOptions(manager="bob")


def template(**labels: str) -> JSON:
    """Pods of one container."""
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "x"}]}}


def a_deployment(**spec: Any) -> JSON:
    """A Deployment that nothing is wrong with."""
    selector = {"matchLabels": {"app": "web"}}
    whole = {"selector": selector, "template": template(app="web", tier="front"), **spec}
    return {"metadata": {"name": "web"}, "spec": whole}


def a_config(**spec: Any) -> JSON:
    """A DeploymentConfig that nothing is wrong with."""
    labels = {"app": "web", "a": "b"}
    whole = {"selector": labels, "template": template(**labels), **spec}
    return {"metadata": {"name": "web"}, "spec": whole}


def a_scale(replicas: int, **metadata: str) -> JSON:
    """What says how many are wanted."""
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {"name": "web", **metadata},
        "spec": {"replicas": replicas},
    }


async def wanted(api: Api, resource: Resource = WEB) -> int:
    """How many pods the object itself wants."""
    spec: JSON = (await api.get(resource)).content["spec"]
    return int(spec["replicas"])


async def test_a_scale_tells_what_is_wanted_what_there_is_and_which_pods_count(api: Api):
    expressions = [{"key": "tier", "operator": "In", "values": ["front"]}]
    selector = {"matchLabels": {"app": "web"}, "matchExpressions": expressions}
    await api.create(DEPLOYMENTS, a_deployment(selector=selector))
    await api.update(
        replace(WEB, subresource="status"), {**a_deployment(), "status": {"replicas": 2}}
    )

    document = await api.get(SCALE)

    whole, content = (await api.get(WEB)).content, document.content
    assert (content["apiVersion"], content["kind"]) == ("autoscaling/v1", "Scale")
    assert content["metadata"] == {
        field: whole["metadata"][field]
        for field in ("name", "namespace", "uid", "creationTimestamp", "resourceVersion")
    }
    assert content["spec"] == {"replicas": 1}
    assert content["status"] == {"replicas": 2, "selector": "app=web,tier in (front)"}


async def test_an_update_changes_how_many_are_wanted_and_nothing_else(api: Api):
    before = (await api.create(DEPLOYMENTS, a_deployment(paused=True))).document.content

    answer = await api.update(SCALE, a_scale(3, selfLink="/x") | {"status": {"replicas": 9}})

    after = (await api.get(WEB)).content
    assert answer.document.content["spec"] == {"replicas": 3}
    assert after["spec"] == {**before["spec"], "replicas": 3}
    assert after["metadata"]["generation"] == 2
    assert not after.get("status")


async def test_an_update_that_says_no_number_wants_none(api: Api):
    await api.create(DEPLOYMENTS, a_deployment())

    await api.update(SCALE, {"metadata": {"name": "web"}})

    assert await wanted(api) == 0


@pytest.mark.parametrize(
    "patch",
    [
        Patch(type="json", body=[{"op": "replace", "path": "/spec/replicas", "value": 5}]),
        Patch(type="merge", body={"spec": {"replicas": 5}}),
        Patch(type="strategic", body={"kind": "Deployment", "spec": {"replicas": 5}}),
        Patch(type="apply", body=a_scale(5)),
    ],
    ids=lambda patch: patch.type,
)
async def test_a_patch_of_every_type_scales(api: Api, patch: Patch):
    await api.create(DEPLOYMENTS, a_deployment())

    answer = await api.patch(SCALE, patch, WriteOptions(manager="ada", force=patch.type == "apply"))

    assert answer.document.content["spec"] == {"replicas": 5}
    assert await wanted(api) == 5


async def test_what_changes_nothing_is_no_new_revision(api: Api):
    created = await api.create(DEPLOYMENTS, a_deployment(replicas=3))

    answer = await api.update(SCALE, a_scale(3))

    assert answer.document.revision == created.document.revision


async def test_a_scale_of_an_older_revision_is_a_conflict(api: Api):
    first = (await api.create(DEPLOYMENTS, a_deployment())).document.revision
    await api.update(SCALE, a_scale(2, resourceVersion=str(first)))

    with pytest.raises(Conflict, match="the object has been modified"):
        await api.update(SCALE, a_scale(3, resourceVersion=str(first)))

    assert await wanted(api) == 2


async def test_a_patch_may_name_the_revision_that_it_is_for(api: Api):
    first = (await api.create(DEPLOYMENTS, a_deployment())).document.revision
    body = {"metadata": {"resourceVersion": str(first)}, "spec": {"replicas": 2}}
    await api.patch(SCALE, Patch(type="merge", body=body))

    with pytest.raises(Conflict):
        await api.patch(SCALE, Patch(type="merge", body={**body, "spec": {"replicas": 3}}))


async def test_a_scale_for_another_object_of_the_name_is_a_conflict(api: Api):
    await api.create(DEPLOYMENTS, a_deployment())

    with pytest.raises(Conflict, match="UID in precondition: other"):
        await api.update(SCALE, a_scale(2, uid="other"))


async def test_a_trial_answers_and_keeps_nothing(api: Api):
    await api.create(DEPLOYMENTS, a_deployment())

    answer = await api.update(SCALE, a_scale(4), WriteOptions(dry_run=True))

    assert answer.document.content["spec"] == {"replicas": 4}
    assert await wanted(api) == 1


async def test_fewer_than_none_is_invalid(api: Api):
    await api.create(DEPLOYMENTS, a_deployment())

    with pytest.raises(
        Invalid, match=r"spec\.replicas: Invalid value: -1: must be greater than or"
    ):
        await api.patch(SCALE, Patch(type="merge", body={"spec": {"replicas": -1}}))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "Deployment"}, "cannot be handled as a Scale"),
        ({"apiVersion": "v1"}, "does not match the expected API version"),
        ({"metadata": {"name": "other"}}, "does not match the name on the URL"),
        ({"spec": {"replicas": "three"}}, "replicas"),
    ],
)
async def test_what_is_no_scale_of_it_is_refused(api: Api, change: JSON, told: str):
    await api.create(DEPLOYMENTS, a_deployment())

    with pytest.raises(BadRequest, match=told):
        await api.update(SCALE, {**a_scale(2), **change})


async def test_an_unknown_field_is_told_or_refused(api: Api):
    await api.create(DEPLOYMENTS, a_deployment())
    content = {**a_scale(2), "spec": {"replicas": 2, "replica": 3}}

    answer = await api.update(SCALE, content, WriteOptions(validation="Warn"))

    assert answer.warnings == ('unknown field "spec.replica"',)
    with pytest.raises(BadRequest, match="strict decoding error"):
        await api.update(SCALE, content, WriteOptions(validation="Strict"))


@pytest.mark.parametrize("type_", ["merge", "apply"])
async def test_what_is_not_there_is_not_scaled(api: Api, type_: Any):
    with pytest.raises(NotFound):
        await api.get(SCALE)
    with pytest.raises(NotFound):
        await api.patch(SCALE, Patch(type=type_, body=a_scale(2)), ADA)


async def test_who_scales_manages_how_many_through_the_scale(api: Api):
    await api.create(DEPLOYMENTS, a_deployment(replicas=1), ADA)

    await api.update(SCALE, a_scale(2), BOB)

    entries = (await api.get(WEB)).content["metadata"]["managedFields"]
    (entry,) = [each for each in entries if each["manager"] == "bob"]
    assert (entry["apiVersion"], entry["subresource"]) == ("apps/v1", "scale")
    assert entry["fieldsV1"] == {"f:spec": {"f:replicas": {}}}


async def test_an_apply_that_takes_the_number_from_somebody_is_a_conflict(api: Api):
    await api.create(DEPLOYMENTS, a_deployment(replicas=1), ADA)

    with pytest.raises(Conflict, match=r'conflict with "ada" using apps/v1: \.spec\.replicas'):
        await api.patch(SCALE, Patch(type="apply", body=a_scale(2)), BOB)

    forced = replace(BOB, force=True)
    await api.patch(SCALE, Patch(type="apply", body=a_scale(2)), forced)
    assert await wanted(api) == 2


async def test_who_applied_a_number_and_no_longer_says_one_wants_none(api: Api):
    await api.create(DEPLOYMENTS, a_deployment())
    forced = replace(ADA, force=True)
    await api.patch(SCALE, Patch(type="apply", body=a_scale(2)), forced)

    await api.patch(SCALE, Patch(type="apply", body={**a_scale(2), "spec": {}}), forced)

    assert await wanted(api) == 0


async def test_a_deployment_config_is_scaled_alike(api: Api):
    await api.create(CONFIGS, a_config(replicas=1))

    answer = await api.update(CONFIG_SCALE, a_scale(3))

    assert answer.document.content["apiVersion"] == "autoscaling/v1"
    assert answer.document.content["status"] == {"replicas": 0, "selector": "a=b,app=web"}
    assert await wanted(api, CONFIGS.named("web")) == 3


async def test_the_legacy_path_has_the_scale_of_its_time(api: Api):
    await api.create(CONFIGS, a_config(replicas=1))
    legacy = replace(CONFIG_SCALE, legacy=True)
    content = (await api.get(legacy)).content

    answer = await api.update(legacy, {**content, "spec": {"replicas": 2}})

    assert content["apiVersion"] == "extensions/v1beta1"
    assert answer.document.content["status"] == {
        "replicas": 0,
        "selector": {"app": "web", "a": "b"},
        "targetSelector": "a=b,app=web",
    }
    assert await wanted(api, CONFIGS.named("web")) == 2
