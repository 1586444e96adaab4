"""What a quota has no room for is refused; all else is as without it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from contract.api.conftest import BUILD_CONFIGS, CONFIG_MAPS, NAMESPACES, PODS, STREAMS
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource, WriteOptions
from slipcast.values.apifaults import Forbidden

pytestmark = pytest.mark.anyio

QUOTAS = Resource(kinds.require("", "ResourceQuota"), "p")
SERVICES = Resource(kinds.require("", "Service"), "p")
CLAIMS = Resource(kinds.require("", "PersistentVolumeClaim"), "p")
ACCOUNTS = Resource(kinds.require("", "ServiceAccount"), "p")
MAP: JSON = {"metadata": {"name": "a"}, "data": {"x": "y"}}


async def limit(api: Api, **spec: Any) -> None:
    """A quota called q."""
    await api.create(QUOTAS, {"metadata": {"name": "q"}, "spec": spec})


async def test_one_more_than_a_quota_allows_is_refused(api: Api) -> None:
    await limit(api, hard={"configmaps": "1"})
    await api.create(CONFIG_MAPS, MAP)

    with pytest.raises(Forbidden) as refused:
        await api.create(CONFIG_MAPS, {**MAP, "metadata": {"name": "b"}})

    assert refused.value.message == (
        'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1,'
        " used: configmaps=1, limited: configmaps=1"
    )


async def test_what_is_there_is_changed_and_deleted_beyond_a_quota(api: Api) -> None:
    await api.create(CONFIG_MAPS, MAP)
    await limit(api, hard={"configmaps": "0"})
    place = CONFIG_MAPS.named("a")

    await api.patch(place, Patch(type="merge", body={"data": {"x": "z"}}))
    await api.delete(place)

    assert not (await api.list(CONFIG_MAPS)).documents


async def test_a_dry_run_is_refused_as_the_write_would_be(api: Api) -> None:
    await limit(api, hard={"count/configmaps": "0"})

    with pytest.raises(Forbidden, match="exceeded quota: q, requested: count/configmaps=1"):
        await api.create(CONFIG_MAPS, MAP, WriteOptions(dry_run=True))


async def test_a_quota_that_is_gone_limits_nothing_at_once(api: Api) -> None:
    await limit(api, hard={"configmaps": "0"})
    with pytest.raises(Forbidden):
        await api.create(CONFIG_MAPS, MAP)

    await api.delete(QUOTAS.named("q"))

    assert (await api.create(CONFIG_MAPS, MAP)).created


async def test_other_namespaces_have_room(api: Api) -> None:
    await limit(api, hard={"configmaps": "0"})
    await api.create(NAMESPACES, {"metadata": {"name": "other"}})

    made = await api.create(Resource(CONFIG_MAPS.kind, "other"), MAP)

    assert made.created


async def test_kinds_of_builds_are_counted_by_their_names(api: Api) -> None:
    await limit(api, hard={"count/buildconfigs.build.openshift.io": "0"})
    base = {"kind": "DockerImage", "name": "ruby"}
    source = {"git": {"uri": "https://example.com/x"}}
    spec = {"source": source, "strategy": {"sourceStrategy": {"from": base}}}

    with pytest.raises(Forbidden, match=r"limited: count/buildconfigs\.build\.openshift\.io=0"):
        await api.create(BUILD_CONFIGS, {"metadata": {"name": "app"}, "spec": spec})


@pytest.mark.parametrize(
    "name", ["openshift.io/imagestreams", "count/imagestreams.image.openshift.io"]
)
async def test_streams_are_counted_by_either_name(api: Api, name: str) -> None:
    await limit(api, hard={name: "0"})

    with pytest.raises(Forbidden, match=f"exceeded quota: q, requested: {name}=1"):
        await api.create(STREAMS, {"metadata": {"name": "app"}})


async def test_a_service_that_wants_ports_of_nodes_later_is_refused(api: Api) -> None:
    await limit(api, hard={"services.nodeports": "1"})
    spec = {"type": "ClusterIP", "ports": [{"name": "a", "port": 80}, {"name": "b", "port": 81}]}
    await api.create(SERVICES, {"metadata": {"name": "web"}, "spec": spec})

    with pytest.raises(Forbidden, match=r"requested: services\.nodeports=2, used: "):
        await api.patch(
            SERVICES.named("web"), Patch(type="merge", body={"spec": {"type": "NodePort"}})
        )


async def test_storage_is_added_up(api: Api) -> None:
    await limit(api, hard={"requests.storage": "3Gi"})
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    await api.create(CLAIMS, {"metadata": {"name": "a"}, "spec": spec})

    with pytest.raises(Forbidden, match=r"requested: requests\.storage=2Gi, used: "):
        await api.create(CLAIMS, {"metadata": {"name": "b"}, "spec": spec})


async def test_pods_are_counted_by_their_scope(api: Api) -> None:
    await limit(api, hard={"pods": "0"}, scopes=["BestEffort"])
    lazy = {"name": "main", "image": "x"}
    busy = {**lazy, "resources": {"limits": {"cpu": "1"}}}

    await api.create(PODS, {"metadata": {"name": "busy"}, "spec": {"containers": [busy]}})

    with pytest.raises(Forbidden, match="exceeded quota: q, requested: pods=1"):
        await api.create(PODS, {"metadata": {"name": "lazy"}, "spec": {"containers": [lazy]}})


async def test_of_many_at_once_no_more_are_let_in_than_there_is_room_for(api: Api) -> None:
    await limit(api, hard={"configmaps": "3"})
    names = [f"map-{number}" for number in range(12)]
    writes = [api.create(CONFIG_MAPS, {**MAP, "metadata": {"name": name}}) for name in names]

    answers = await asyncio.gather(*writes, return_exceptions=True)

    assert sum(isinstance(each, Forbidden) for each in answers) == 9
    assert len((await api.list(CONFIG_MAPS)).documents) == 3


async def test_a_service_account_is_made_where_there_is_no_room_for_its_secrets(api: Api) -> None:
    await limit(api, hard={"secrets": "0"})

    made = await api.create(ACCOUNTS, {"metadata": {"name": "robot"}})

    assert made.created
