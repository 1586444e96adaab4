"""Questions about who may do what, as clients of OpenShift ask them."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.access.bootstrap import binding, user_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden, Invalid
from unit.store.conftest import NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
BUILDS = {"verb": "create", "resourceAPIGroup": kinds.BUILD, "resource": "builds"}
OLDER = {"verb": "create", "resource": "builds"}
CAUTIOUS = Actor(name="anna", groups=(AUTHENTICATED,), scopes=("user:check-access",))


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock) -> Store:
    """A server at which Anna is admin of a namespace and Ed edits in it."""
    store = Store(journal, clock, Setup(guarded=True))
    await store.prepare()
    root = store.as_(SERVER)
    await root.create(NAMESPACES, {"metadata": {"name": "p"}})
    await root.create(BINDINGS, binding("p", "admins", "admin", [user_subject("anna")]))
    robot = {"kind": "ServiceAccount", "namespace": "p", "name": "robot"}
    await root.create(BINDINGS, binding("p", "editors", "edit", [user_subject("ed"), robot]))
    return store


@pytest.fixture
def anna(guarded: Store) -> Api:
    return guarded.as_(Actor(name="anna", groups=(AUTHENTICATED,)))


@pytest.fixture
def ed(guarded: Store) -> Api:
    return guarded.as_(Actor(name="ed", groups=(AUTHENTICATED,)))


async def answered(api: Api, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    """What a review is answered; those that have a namespace are asked in one."""
    asked = kinds.require(kinds.AUTHORIZATION_OPENSHIFT, kind)
    resource = Resource(asked, "p" if asked.namespaced else "")
    return (await api.create(resource, content)).document.content


async def test_an_actor_asks_what_it_may_do(ed: Api):
    there = await answered(ed, "SubjectAccessReview", {**BUILDS, "namespace": "p"})
    elsewhere = await answered(ed, "SubjectAccessReview", {**BUILDS, "namespace": "default"})

    assert (there["kind"], there["allowed"]) == ("SubjectAccessReviewResponse", True)
    assert (elsewhere["namespace"], elsewhere["allowed"]) == ("default", False)


async def test_the_resources_of_openshift_are_known_by_the_group_of_their_time(ed: Api):
    # What the client of that time sends, which says everything.
    unsaid = {"resourceAPIGroup": "", "content": None, "user": "", "groups": None, "scopes": None}

    found = await answered(ed, "SubjectAccessReview", {**OLDER, **unsaid, "namespace": "p"})

    assert found["allowed"]


async def test_a_local_review_is_about_its_namespace(ed: Api):
    found = await answered(ed, "LocalSubjectAccessReview", {**BUILDS, "content": {"a": 1}})

    assert (found["namespace"], found["allowed"]) == ("p", True)


async def test_an_admin_asks_about_others_in_the_namespace(anna: Api):
    found = await answered(anna, "LocalSubjectAccessReview", {**BUILDS, "user": "ed"})

    assert found["allowed"]


@pytest.mark.parametrize("whom", [{"user": "anna"}, {"groups": ["crew"]}, {"user": "ed"}])
async def test_who_looks_after_no_rights_learns_nothing_of_others(ed: Api, whom: dict[str, Any]):
    with pytest.raises(Forbidden, match="localsubjectaccessreviews"):
        await answered(ed, "LocalSubjectAccessReview", {**BUILDS, **whom})
    with pytest.raises(Forbidden, match="subjectaccessreviews"):
        await answered(ed, "SubjectAccessReview", {**BUILDS, "namespace": "p", **whom})


async def test_who_may_is_told_to_who_looks_after_rights(anna: Api, ed: Api):
    found = await answered(anna, "LocalResourceAccessReview", BUILDS)

    assert (found["kind"], found["namespace"]) == ("ResourceAccessReviewResponse", "p")
    assert found["users"] == ["anna", "ed", "system:serviceaccount:p:robot"]
    assert found["groups"] == ["system:cluster-admins", "system:masters"]
    with pytest.raises(Forbidden, match="localresourceaccessreviews"):
        await answered(ed, "LocalResourceAccessReview", BUILDS)


async def test_an_admin_of_a_namespace_asks_nothing_of_the_cluster(anna: Api):
    with pytest.raises(Forbidden, match="resourceaccessreviews"):
        await answered(anna, "ResourceAccessReview", {**BUILDS, "namespace": "default"})
    with pytest.raises(Forbidden, match="subjectaccessreviews"):
        await answered(anna, "SubjectAccessReview", {**BUILDS, "user": "ed"})


async def test_a_path_is_asked_about(guarded: Store):
    path = {"verb": "get", "isNonResourceURL": True, "path": "/metrics"}

    found = await answered(guarded.as_(SERVER), "ResourceAccessReview", path)

    assert "system:cluster-readers" in found["groups"]


async def test_rules_of_ones_own_are_told(ed: Api):
    found = await answered(ed, "SelfSubjectRulesReview", {"spec": {}})

    rules = found["status"]["rules"]
    assert any("builds" in rule["resources"] and "create" in rule["verbs"] for rule in rules)


async def test_rules_of_others_are_told_to_who_looks_after_rights(anna: Api, ed: Api):
    spec = {"spec": {"user": "ed"}}

    found = await answered(anna, "SubjectRulesReview", spec)

    assert any("builds" in rule["resources"] for rule in found["status"]["rules"])
    with pytest.raises(Forbidden, match="subjectrulesreviews"):
        await answered(ed, "SubjectRulesReview", spec)


async def test_scopes_hold_back_who_asks_unless_others_are_named(guarded: Store):
    scoped = guarded.as_(CAUTIOUS)
    question = {**BUILDS, "namespace": "p"}

    as_it_is = await answered(scoped, "SubjectAccessReview", question)
    in_full = await answered(scoped, "SubjectAccessReview", {**question, "scopes": []})

    assert "scopes ['user:check-access'] prevent" in as_it_is["reason"]
    assert (as_it_is["allowed"], in_full["allowed"]) == (False, True)


async def test_rules_are_told_as_far_as_scopes_let(anna: Api):
    found = await answered(anna, "SelfSubjectRulesReview", {"spec": {"scopes": ["user:info"]}})

    (rule,) = found["status"]["rules"]
    assert (rule["resources"], rule["resourceNames"]) == (["users"], ["~"])


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"resource": "builds"}, "verb"),
        ({"verb": "get"}, "resource"),
        ({"verb": "get", "isNonResourceURL": True}, "path"),
        ({**BUILDS, "namespace": "default"}, "namespace"),
    ],
)
async def test_a_question_that_is_none_is_invalid(anna: Api, content: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refused:
        await answered(anna, "LocalSubjectAccessReview", content)

    assert [cause.field for cause in refused.value.causes] == [field]
