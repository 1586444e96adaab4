"""Who may build how: every strategy is allowed by itself."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.access.bootstrap import binding, user_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden
from unit.store.conftest import BUILD_CONFIGS, BUILDS, NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

EDDA = Actor(name="edda", groups=(AUTHENTICATED,))
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
EVERYWHERE = Resource(kinds.require(kinds.RBAC, "ClusterRoleBinding"))
IMAGE = {"kind": "DockerImage", "name": "example.com/image"}
LABELLED = Patch(type="merge", body={"metadata": {"labels": {"a": "b"}}})


def an_object(name: str, strategy: str, **more: Any) -> JSON:
    """A BuildConfig or a Build of a strategy."""
    spec = {
        "source": {"git": {"uri": "https://example.com/app.git"}},
        "strategy": {strategy: {"from": IMAGE, **more}},
    }
    return {"metadata": {"name": name}, "spec": spec}


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    return Store(journal, clock, Setup(guarded=True))


@pytest.fixture
async def admin(store: Store) -> Api:
    """The server itself, with a namespace that Edda may edit."""
    await store.prepare()
    admin = store.as_(SERVER)
    await admin.create(NAMESPACES, {"metadata": {"name": "p"}})
    await admin.create(BINDINGS, binding("p", "edits", "edit", [user_subject("edda")]))
    return admin


@pytest.fixture
async def edda(store: Store, admin: Api) -> Api:
    """Somebody who may edit, and nothing else."""
    await admin.get(BINDINGS.named("edits"))
    return store.as_(EDDA)


async def instantiated(api: Api, name: str) -> str:
    """The name of the Build that a request makes."""
    place = Resource(BUILD_CONFIGS.kind, "p", name, "instantiate")
    return (await api.act(place, {"metadata": {"name": name}})).document.names.name


@pytest.mark.parametrize("strategy", ["sourceStrategy", "dockerStrategy"])
async def test_source_and_docker_are_everybodys_bl_145(edda: Api, strategy: str):
    await edda.create(BUILD_CONFIGS, an_object("app", strategy))

    assert await instantiated(edda, "app") == "app-1"


@pytest.mark.parametrize("resource", [BUILD_CONFIGS, BUILDS])
async def test_custom_is_nobodys_bl_141_bl_145(edda: Api, resource: Resource):
    with pytest.raises(Forbidden, match="build strategy Custom is not allowed") as caught:
        await edda.create(resource, an_object("app", "customStrategy"))

    assert (caught.value.plural, caught.value.name) == (resource.kind.plural, "app")


@pytest.mark.parametrize("resource", [BUILD_CONFIGS, BUILDS])
async def test_what_is_there_stays_and_is_not_updated_bl_149(
    admin: Api, edda: Api, resource: Resource
):
    await admin.create(resource, an_object("app", "customStrategy"))

    with pytest.raises(Forbidden, match="build strategy Custom is not allowed"):
        await edda.patch(resource.named("app"), LABELLED)


async def test_it_is_neither_instantiated_nor_cloned_bl_149(admin: Api, edda: Api):
    await admin.create(BUILD_CONFIGS, an_object("app", "customStrategy"))
    await instantiated(admin, "app")
    clone = Resource(BUILDS.kind, "p", "app-1", "clone")

    with pytest.raises(Forbidden, match="build strategy Custom is not allowed"):
        await instantiated(edda, "app")
    with pytest.raises(Forbidden, match="build strategy Custom is not allowed"):
        await edda.act(clone, {"metadata": {"name": "app-1"}})


async def test_source_that_is_said_to_be_sent_along_opens_no_way_round_bl_140(
    admin: Api, edda: Api
):
    await admin.create(BUILD_CONFIGS, an_object("app", "customStrategy"))
    place = Resource(BUILD_CONFIGS.kind, "p", "app", "instantiate")

    with pytest.raises(Forbidden, match="build strategy Custom is not allowed"):
        await edda.act(place, {"metadata": {"name": "app"}, "binary": {}})


async def test_who_is_given_the_role_may_bl_149(admin: Api, edda: Api):
    role = "system:build-strategy-custom"
    await admin.create(BINDINGS, binding("p", "custom", role, [user_subject("edda")]))

    await edda.create(BUILD_CONFIGS, an_object("app", "customStrategy"))

    assert await instantiated(edda, "app") == "app-1"


async def test_a_strategy_that_is_taken_from_all_is_nobodys_any_more_bl_149(admin: Api, edda: Api):
    await edda.create(BUILD_CONFIGS, an_object("app", "dockerStrategy"))
    await admin.delete(EVERYWHERE.named("system:build-strategy-dockers"))

    with pytest.raises(Forbidden, match="build strategy Docker is not allowed"):
        await instantiated(edda, "app")


async def test_leaving_out_layers_is_allowed_by_itself_bl_140(admin: Api, edda: Api):
    squashed = an_object("app", "dockerStrategy", imageOptimizationPolicy="SkipLayers")
    plain = an_object("other", "dockerStrategy", imageOptimizationPolicy="None")
    rule = {"verbs": ["create"], "apiGroups": [""], "resources": ["builds/docker"]}
    role = Resource(kinds.require(kinds.RBAC, "ClusterRole"), "", "system:build-strategy-docker")
    await admin.patch(role, Patch(type="merge", body={"rules": [rule | {"apiGroups": ["*"]}]}))

    await edda.create(BUILD_CONFIGS, plain)

    with pytest.raises(Forbidden, match="build strategy Docker is not allowed"):
        await edda.create(BUILD_CONFIGS, squashed)


async def test_leaving_out_layers_is_everybodys_at_first_bl_145(edda: Api):
    squashed = an_object("app", "dockerStrategy", imageOptimizationPolicy="SkipLayers")

    assert (await edda.create(BUILD_CONFIGS, squashed)).created


async def test_whom_an_object_goes_with_may_be_said_all_the_same_bl_144(admin: Api, edda: Api):
    await admin.create(BUILD_CONFIGS, an_object("app", "customStrategy"))
    change = Patch(type="merge", body={"metadata": {"finalizers": ["example.com/kept"]}})

    answer = await edda.patch(BUILD_CONFIGS.named("app"), change)

    assert answer.document.content["metadata"]["finalizers"] == ["example.com/kept"]


async def test_who_may_not_instantiate_is_not_told_what_is_there(store: Store, admin: Api):
    await admin.create(BUILD_CONFIGS, an_object("app", "sourceStrategy"))
    stranger = store.as_(Actor(name="stranger", groups=(AUTHENTICATED,)))

    with pytest.raises(Forbidden, match="cannot create resource"):
        await instantiated(stranger, "app")
    with pytest.raises(Forbidden, match="cannot create resource"):
        await instantiated(stranger, "nosuch")
