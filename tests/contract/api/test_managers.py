"""Who owns which field, as writers of every kind see it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from contract.api.conftest import CONFIG_MAPS, DEPLOYMENTS
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, WriteOptions
from slipcast.values.apifaults import Conflict

pytestmark = pytest.mark.anyio

ADA, BOB = WriteOptions(manager="ada"), WriteOptions(manager="bob")
WEB = DEPLOYMENTS.named("web")


def deployment(**rest: object) -> JSON:
    container = {"name": "web", "image": "nginx"}
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
        **rest,
    }


def apply(body: JSON) -> Patch:
    return Patch(type="apply", body=body)


def entries(content: JSON) -> list[tuple[str, str, str]]:
    return [
        (entry["manager"], entry["operation"], entry.get("subresource", ""))
        for entry in content["metadata"].get("managedFields", [])
    ]


async def test_an_apply_of_the_object_says_nothing_of_its_status(api: Api):
    body = deployment(status={"replicas": 9})
    first = await api.patch(WEB, apply(body), ADA)

    second = await api.patch(WEB, apply(body), ADA)

    (entry,) = second.document.content["metadata"]["managedFields"]
    assert "f:status" not in entry["fieldsV1"]
    assert second.document.revision == first.document.revision


async def test_a_status_is_owned_by_whoever_reports_it(api: Api):
    await api.patch(WEB, apply(deployment()), ADA)
    patch = Patch(type="merge", body={"status": {"replicas": 1}})

    answer = await api.patch(replace(WEB, subresource="status"), patch, BOB)

    assert entries(answer.document.content) == [("ada", "Apply", ""), ("bob", "Update", "status")]


async def test_managed_fields_are_forgotten_on_demand(api: Api):
    await api.patch(WEB, apply(deployment()), ADA)
    reset = Patch(type="merge", body={"metadata": {"managedFields": [{}]}})

    answer = await api.patch(WEB, reset, BOB)

    assert entries(answer.document.content) == []


async def test_fields_can_be_handed_to_another_manager_by_a_json_patch(api: Api):
    made = await api.create(DEPLOYMENTS, deployment(), ADA)
    (entry,) = made.document.content["metadata"]["managedFields"]
    handed = [{**entry, "manager": "kubectl", "operation": "Apply"}]
    operation = {"op": "replace", "path": "/metadata/managedFields", "value": handed}

    answer = await api.patch(WEB, Patch(type="json", body=[operation]), BOB)

    assert answer.document.content["metadata"]["managedFields"] == handed


async def test_what_an_update_changed_is_no_longer_the_appliers(api: Api):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "1"}}
    place = CONFIG_MAPS.named("a")
    made = await api.patch(place, apply(body), ADA)
    changed = {**made.document.content, "data": {"b": "2"}}
    await api.update(place, changed, BOB)

    with pytest.raises(Conflict, match=r'conflict with "bob" using v1: \.data\.b'):
        await api.patch(place, apply(body), ADA)
