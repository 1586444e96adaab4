"""Who may scale: a right of its own, beside that to the object."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from slipcast.access.bootstrap import binding, user_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden
from unit.store.conftest import NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

EDDA = Actor(name="edda", groups=(AUTHENTICATED,))
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
ROLES = Resource(kinds.require(kinds.RBAC, "ClusterRole"))
DEPLOYMENT = Resource(kinds.require(kinds.APPS, "Deployment"), "p")
CONFIG = Resource(kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig"), "p")
WORKLOADS = pytest.mark.parametrize("resource", [DEPLOYMENT, CONFIG], ids=lambda at: at.kind.name)
MORE = Patch(type="merge", body={"spec": {"replicas": 2}})


def a_workload(resource: Resource) -> JSON:
    """What keeps pods running, of the kind."""
    labels = {"app": "web"}
    containers = [{"name": "c", "image": "x"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    selector: JSON = {"matchLabels": labels} if resource is DEPLOYMENT else dict(labels)
    return {"metadata": {"name": "web"}, "spec": {"selector": selector, "template": template}}


@pytest.fixture
async def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    """A store in which roles count, with what can be scaled in it."""
    store = Store(journal, clock, Setup(guarded=True))
    await store.prepare()
    admin = store.as_(SERVER)
    await admin.create(NAMESPACES, {"metadata": {"name": "p"}})
    await admin.create(DEPLOYMENT, a_workload(DEPLOYMENT))
    await admin.create(CONFIG, a_workload(CONFIG))
    return store


async def given(store: Store, role: str) -> Api:
    """What somebody with a role may use."""
    await store.as_(SERVER).create(BINDINGS, binding("p", "b", role, [user_subject("edda")]))
    return store.as_(EDDA)


def scale_of(resource: Resource) -> Resource:
    """The scale of what is there."""
    return replace(resource.named("web"), subresource="scale")


@WORKLOADS
@pytest.mark.parametrize("role", ["admin", "edit"])
async def test_who_may_change_a_project_may_scale(store: Store, resource: Resource, role: str):
    edda = await given(store, role)

    answer = await edda.patch(scale_of(resource), MORE)

    assert answer.document.content["spec"] == {"replicas": 2}


@WORKLOADS
async def test_who_may_only_look_sees_the_scale(store: Store, resource: Resource):
    edda = await given(store, "view")

    await edda.get(scale_of(resource))

    with pytest.raises(Forbidden, match=f"{resource.kind.plural}/scale"):
        await edda.patch(scale_of(resource), MORE)


@WORKLOADS
async def test_the_right_to_the_object_is_none_to_its_scale(store: Store, resource: Resource):
    plural, group = resource.kind.plural, resource.kind.group
    rule = {"verbs": ["*"], "apiGroups": [group], "resources": [plural]}
    await store.as_(SERVER).create(ROLES, {"metadata": {"name": "whole"}, "rules": [rule]})
    edda = await given(store, "whole")

    with pytest.raises(Forbidden, match=f"{plural}/scale"):
        await edda.get(scale_of(resource))


@WORKLOADS
async def test_the_right_to_scale_is_none_to_the_object(store: Store, resource: Resource):
    plural, group = resource.kind.plural, resource.kind.group
    rule = {"verbs": ["*"], "apiGroups": [group], "resources": [f"{plural}/scale"]}
    await store.as_(SERVER).create(ROLES, {"metadata": {"name": "part"}, "rules": [rule]})
    edda = await given(store, "part")

    await edda.patch(scale_of(resource), MORE)

    with pytest.raises(Forbidden):
        await edda.patch(resource.named("web"), MORE)
