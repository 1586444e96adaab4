"""The rules of each kind hold for what is written, and the legacy paths are as they were."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.ports.api import Api, Patch, Resource
from slipcast.values.apifaults import BadRequest, Forbidden, Invalid
from unit.store.conftest import BUILD_CONFIGS, SECRETS

pytestmark = pytest.mark.anyio

LEGACY = replace(BUILD_CONFIGS, legacy=True)
SERVICES = Resource(kinds.require("", "Service"), "p")
DEPLOYMENTS = Resource(kinds.require(kinds.APPS, "Deployment"), "p")


def a_config(**spec: Any) -> dict[str, Any]:
    given = {"source": {"dockerfile": "FROM x"}, "strategy": {"dockerStrategy": {}}, **spec}
    return {"metadata": {"name": "app"}, "spec": given}


async def test_a_buildconfig_of_the_legacy_path_is_kept_as_by_the_original(api: Api):
    content = (await api.create(LEGACY, a_config())).document.content

    assert set(content["metadata"]) == {
        *("name", "namespace", "uid", "creationTimestamp", "resourceVersion"),
    }
    assert content["spec"] == {
        "source": {"dockerfile": "FROM x", "type": "Dockerfile"},
        "strategy": {"dockerStrategy": {}, "type": "Docker"},
        "runPolicy": "Serial",
        "output": {},
        "resources": {},
        "postCommit": {},
        "nodeSelector": None,
        "triggers": [],
    }
    assert content["status"] == {"lastVersion": 0}


async def test_generations_are_counted_where_they_were_begun_ba_35(api: Api):
    await api.create(LEGACY, a_config())

    patch = Patch(type="merge", body={"spec": {"runPolicy": "Parallel"}})
    changed = await api.patch(LEGACY.named("app"), patch)

    assert "generation" not in changed.document.content["metadata"]


async def test_a_number_in_quotes_is_taken_by_the_legacy_path_only(api: Api):
    content = a_config(completionDeadlineSeconds="60")

    taken = await api.create(LEGACY, content)

    assert taken.document.content["spec"]["completionDeadlineSeconds"] == 60
    with pytest.raises(BadRequest):
        await api.create(BUILD_CONFIGS, content)


async def test_nobody_may_build_in_no_way_ba_80(api: Api):
    with pytest.raises(Forbidden, match='buildconfigs "app" is forbidden: unrecognized build'):
        await api.create(BUILD_CONFIGS, a_config(strategy={}))


async def test_a_type_alone_is_a_way_to_build_by_dockerfile_ba_162(api: Api):
    made = await api.create(BUILD_CONFIGS, a_config(strategy={"type": "Docker"}))

    strategy = {"type": "Docker", "dockerStrategy": {}}
    assert made.document.content["spec"]["strategy"] == strategy


async def test_a_strategy_is_not_taken_away_ba_80(api: Api):
    await api.create(BUILD_CONFIGS, a_config())

    with pytest.raises(Forbidden):
        await api.patch(BUILD_CONFIGS.named("app"), Patch(type="merge", body={"spec": None}))


async def test_wrong_labels_of_a_changed_buildconfig_are_told_three_times(api: Api):
    await api.create(BUILD_CONFIGS, a_config())
    labels = {"metadata": {"labels": {"a b": "c"}}}

    with pytest.raises(Invalid) as caught:
        await api.patch(BUILD_CONFIGS.named("app"), Patch(type="merge", body=labels))

    assert [cause.field for cause in caught.value.causes] == ["metadata.labels"] * 3


async def test_text_of_a_secret_becomes_data(api: Api):
    secret = {"metadata": {"name": "s"}, "stringData": {"a": "b"}}

    content = (await api.create(SECRETS, secret)).document.content

    assert (content["type"], content["data"]) == ("Opaque", {"a": "Yg=="})
    assert "stringData" not in content


async def test_a_service_is_filled_in_and_looked_at(api: Api):
    service = {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80, "odd": 1}]}}

    content = (await api.create(SERVICES, service)).document.content

    assert content["spec"]["ports"] == [
        {"port": 80, "odd": 1, "protocol": "TCP", "targetPort": 80},
    ]
    with pytest.raises(Invalid, match=r"spec\.ports: Required value"):
        await api.create(SERVICES, {"metadata": {"name": "b"}, "spec": {}})


async def test_a_deployment_without_pods_of_its_own_is_refused(api: Api):
    with pytest.raises(Invalid) as caught:
        await api.create(DEPLOYMENTS, {"metadata": {"name": "web"}, "spec": {}})

    assert [cause.field for cause in caught.value.causes] == [
        "spec.selector",
        "spec.template.spec.containers",
    ]
