"""Who waits for a build, and who may read what of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime

import msgspec
import pytest
from typing_extensions import override

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.api.pod import Pod
from slipcast.ports.api import Api, Resource
from slipcast.ports.pods import Materials
from slipcast.store.store import Running, Setup, Store
from slipcast.testing.pods import FakePods
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.apifaults import Forbidden, NotFound, Timeout
from unit.store.conftest import BUILD_CONFIGS, BUILDS, NAMESPACES, PODS, StandingClock

pytestmark = pytest.mark.anyio

ADMIN = Actor(name="ada", groups=(MASTERS,))
VIEWER = Actor(name="vera")
STRATEGY: JSON = {
    "sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}},
}

SECOND = {"openshift.io/build.number": "2", "openshift.io/build-config.name": "app"}


def log_of(name: str) -> Resource:
    """The log of a build."""
    return msgspec.structs.replace(BUILDS.named(name), subresource="log")


async def text(api: Api, name: str, **parameters: str) -> str:
    """A log, whole."""
    async with aclosing(await api.open(log_of(name), parameters)) as stream:
        return b"".join([piece async for piece in stream]).decode()


async def nothing() -> AsyncIterator[bytes]:
    """A body without anything in it."""
    yield b""


async def begun(api: Api, name: str) -> None:
    """A build that has not started."""
    content = {"metadata": {"name": name, "annotations": SECOND}, "spec": {"strategy": STRATEGY}}
    await api.create(BUILDS, content)


async def run(api: Api, pods: FakePods, name: str) -> None:
    """The pod of a build, on its host."""
    build = (await api.get(BUILDS.named(name))).names
    owner = {"apiVersion": "v1", "kind": "Build", "name": name, "uid": build.uid}
    metadata = {"name": f"{name}-build", "ownerReferences": [{**owner, "controller": True}]}
    spec = {"containers": [{"name": "docker-build", "image": "example.com/builder"}]}
    answer = await api.create(PODS, {"metadata": metadata, "spec": spec})
    await pods.start(read(answer.document, Pod), Materials())
    pods.run(f"{name}-build")


async def become(api: Api, name: str, phase: str, message: str = "") -> None:
    """A build in another phase."""
    content = (await api.get(BUILDS.named(name))).content
    content["status"] = {"phase": phase, "reason": "Why", "message": message}
    await api.update(BUILDS.named(name), content)


class WaitedClock(StandingClock):
    """A clock that tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = asyncio.Event()

    @override
    async def until(self, moment: datetime) -> None:
        self.waited.set()
        await super().until(moment)


@pytest.fixture
def clock() -> WaitedClock:
    return WaitedClock()


@pytest.fixture
def pods() -> FakePods:
    return FakePods()


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock, pods: FakePods) -> Store:
    return Store(journal, clock, Setup(guarded=True, running=Running(pods=pods)))


@pytest.fixture
async def api(store: Store) -> Api:
    await store.prepare()
    api = store.as_(ADMIN)
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    return api


@pytest.fixture
async def viewer(store: Store, api: Api) -> Api:
    """Somebody who may look at what is in the namespace."""
    await bind(api, "ClusterRole", "view")
    return store.as_(VIEWER)


async def grant(api: Api, rule: JSON) -> None:
    """A right for who views, and no other."""
    role = Resource(kinds.require(kinds.RBAC, "Role"), "p")
    await api.create(role, {"metadata": {"name": "one"}, "rules": [rule]})
    await bind(api, "Role", "one")


async def bind(api: Api, kind: str, name: str) -> None:
    """A role for who views."""
    place = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
    role = {"apiGroup": kinds.RBAC, "kind": kind, "name": name}
    subject = {"apiGroup": kinds.RBAC, "kind": "User", "name": VIEWER.name}
    await api.create(place, {"metadata": {"name": name}, "roleRef": role, "subjects": [subject]})


async def test_who_waits_is_answered_when_the_build_goes_on(api: Api) -> None:
    await begun(api, "app-1")

    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(text(api, "app-1"))
        await become(api, "app-1", "Error", "no room")

    assert told.result() == "build app-1 encountered an error: Why: no room\n"


async def test_who_waits_too_long_is_asked_to_come_again(api: Api, clock: WaitedClock) -> None:
    await begun(api, "app-1")

    async def late() -> None:
        await clock.waited.wait()
        clock.move(seconds=11)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(late())
        with pytest.raises(Timeout, match="to start after 10s"):
            await text(api, "app-1")


async def test_the_log_of_a_pipeline_is_elsewhere_pl_73(api: Api) -> None:
    strategy = {"jenkinsPipelineStrategy": {"jenkinsfile": "node {}"}}
    await api.create(BUILDS, {"metadata": {"name": "pipe-1"}, "spec": {"strategy": strategy}})

    with pytest.raises(NotFound, match='pods "pipe-1-build" not found: Jenkins runs pipelines'):
        await text(api, "pipe-1")


async def test_who_views_may_read_logs(api: Api, viewer: Api) -> None:
    await begun(api, "app-1")

    assert await text(viewer, "app-1", nowait="true") == ""


async def test_who_views_may_send_no_source(api: Api, viewer: Api) -> None:
    spec = {"source": {"binary": {}}, "strategy": STRATEGY}
    await api.create(BUILD_CONFIGS, {"metadata": {"name": "app"}, "spec": spec})
    place = msgspec.structs.replace(BUILD_CONFIGS.named("app"), subresource="instantiatebinary")

    with pytest.raises(Forbidden, match="buildconfigs/instantiatebinary"):
        await viewer.open(place, {}, nothing())


async def test_a_stranger_may_read_no_log(store: Store, api: Api) -> None:
    await begun(api, "app-1")

    with pytest.raises(Forbidden, match="builds/log"):
        await text(store.as_(VIEWER), "app-1")


async def test_who_may_read_one_log_may_not_read_that_of_the_build_before(
    store: Store, api: Api
) -> None:
    await begun(api, "app-2")
    rule = {"apiGroups": ["build.openshift.io"], "resources": ["builds/log"], "verbs": ["get"]}
    await grant(api, {**rule, "resourceNames": ["app-2"]})

    with pytest.raises(Forbidden, match='"app-1" is forbidden'):
        await text(store.as_(VIEWER), "app-2", previous="true")


async def test_the_last_words_after_the_end_are_told(
    api: Api, pods: FakePods, clock: WaitedClock
) -> None:
    await begun(api, "app-1")
    await run(api, pods, "app-1")

    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(text(api, "app-1", follow="true"))
        await become(api, "app-1", "Failed")
        await clock.waited.wait()
        pods.say("app-1-build", "error: this is why")
        pods.fail("app-1-build")

    assert told.result() == "error: this is why\n"


async def test_who_has_no_last_words_is_not_listened_to_for_ever(
    api: Api, pods: FakePods, clock: WaitedClock
) -> None:
    await begun(api, "app-1")
    await run(api, pods, "app-1")
    pods.say("app-1-build", "on and on")

    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(text(api, "app-1", follow="true"))
        await become(api, "app-1", "Failed")
        await clock.waited.wait()
        clock.move(seconds=31)

    assert told.result() == "on and on\n"
