"""Deliveries that are taken at the same time, and those that nobody can write down."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.ports.deliveries import Delivery
from slipcast.store.store import Store
from slipcast.values.actor import ANONYMOUS
from slipcast.values.sensitive import Sensitive
from unit.store.conftest import BUILD_CONFIGS, BUILDS

pytestmark = pytest.mark.anyio

LOG = Resource(kinds.require(kinds.SLIPCAST, "WebhookDelivery"), "p")
LONG = "a" * 253
HEADERS = {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": "72d3162e",
}


def a_config(name: str) -> JSON:
    """A BuildConfig with a webhook."""
    strategy = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}}}
    source = {"git": {"uri": "https://example.com/app.git"}}
    triggers = [{"type": "GitHub", "github": {"secret": "s3cret"}}]
    spec = {"source": source, "strategy": strategy, "triggers": triggers}
    return {"metadata": {"name": name}, "spec": spec}


def a_delivery(name: str, **payload: Any) -> Delivery:
    """A push of master."""

    async def body() -> bytes:
        told = {"ref": "refs/heads/master", "head_commit": {"id": "c1"}, **payload}
        return json.dumps(told).encode()

    return Delivery(
        actor=ANONYMOUS,
        place=BUILD_CONFIGS.named(name),
        method="POST",
        rest=Sensitive("s3cret/github"),
        headers=HEADERS,
        body=body,
    )


async def test_a_delivery_that_comes_twice_at_once_starts_one_build(api: Api, store: Store) -> None:
    await api.create(BUILD_CONFIGS, a_config("app"))

    taken = await asyncio.gather(*(store.webhooks.take(a_delivery("app")) for _ in range(5)))

    assert {each.build.names.name for each in taken if each.build} == {"app-1"}
    assert len((await api.list(BUILDS)).documents) == 1
    assert len((await api.list(LOG)).documents) == 1


async def test_a_build_config_counts_no_build_of_a_replay(api: Api, store: Store) -> None:
    await api.create(BUILD_CONFIGS, a_config("app"))

    await asyncio.gather(*(store.webhooks.take(a_delivery("app")) for _ in range(3)))

    config = await api.get(BUILD_CONFIGS.named("app"))
    assert config.content["status"]["lastVersion"] == 1


async def test_deliveries_of_the_longest_name_are_written_down(api: Api, store: Store) -> None:
    await api.create(BUILD_CONFIGS, a_config(LONG))

    await store.webhooks.take(a_delivery(LONG))

    (told,) = (await api.list(LOG)).documents
    assert told.content["buildConfig"] == LONG


async def test_what_others_say_is_cut_in_the_log(api: Api, store: Store) -> None:
    await api.create(BUILD_CONFIGS, a_config("app"))

    await store.webhooks.take(a_delivery("app", ref="x" * 100_000))

    (told,) = (await api.list(LOG)).documents
    assert len(told.content["ref"]) == 1000
