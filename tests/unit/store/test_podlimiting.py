"""New pods get what the limit ranges of their namespace say, or are refused."""

from __future__ import annotations

import pytest

from slipcast.api import kinds
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.values.apifaults import Forbidden

pytestmark = pytest.mark.anyio

PODS = Resource(kinds.require("", "Pod"), "p")
RANGES = Resource(kinds.require("", "LimitRange"), "p")
POD = {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "main", "image": "x"}]}}


async def test_a_pod_gets_the_limits_of_its_namespace(api: Api) -> None:
    item = {"type": "Container", "default": {"memory": "1Gi"}}
    await api.create(RANGES, {"metadata": {"name": "r"}, "spec": {"limits": [item]}})

    made = await api.create(PODS, POD)

    (container,) = made.document.content["spec"]["containers"]
    assert container["resources"]["limits"] == {"memory": "1Gi"}


async def test_a_pod_beyond_them_is_refused(api: Api) -> None:
    item = {"type": "Container", "max": {"memory": "1Gi"}}
    await api.create(RANGES, {"metadata": {"name": "r"}, "spec": {"limits": [item]}})
    wants = {"name": "main", "image": "x", "resources": {"limits": {"memory": "2Gi"}}}

    with pytest.raises(Forbidden, match="maximum memory usage per Container is 1Gi"):
        await api.create(PODS, {**POD, "spec": {"containers": (wants,)}})


async def test_what_a_pod_is_given_belongs_to_no_manager(api: Api) -> None:
    item = {"type": "Container", "default": {"memory": "1Gi"}}
    await api.create(RANGES, {"metadata": {"name": "r"}, "spec": {"limits": [item]}})

    made = await api.create(PODS, POD, WriteOptions(manager="me"))

    (entry,) = made.document.content["metadata"]["managedFields"]
    container = entry["fieldsV1"]["f:spec"]["f:containers"]['k:{"name":"main"}']
    assert "f:image" in container
    assert "f:resources" not in container
    assert "f:status" not in entry["fieldsV1"]


QUOTAS = Resource(kinds.require("", "ResourceQuota"), "p")


async def test_a_pod_beyond_a_quota_is_refused_bl_43(api: Api) -> None:
    await api.create(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "1"}}})
    await api.create(PODS, POD)

    with pytest.raises(Forbidden, match="exceeded quota: q, requested: pods=1, used: pods=1"):
        await api.create(PODS, {**POD, "metadata": {"name": "b"}})
