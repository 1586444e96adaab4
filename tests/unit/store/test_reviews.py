"""Questions about who may do what, and who asks."""

from __future__ import annotations

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor
from slipcast.values.apifaults import BadRequest, Invalid, Unauthorized
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

ANNA = Actor(name="anna", uid="7", groups=(AUTHENTICATED,), extra={"a": ("b",)})
TEAM = {"resource": "builds", "group": kinds.BUILD, "namespace": "shop"}


async def authenticate(token: str, audience: str) -> Actor | None:
    """Knows one token, and one that is over."""
    if audience not in {"", "registry"}:
        raise Unauthorized("the token is for somebody else")
    if token == "old":
        raise Unauthorized("the token is over")
    return ANNA if token == "good" else None


@pytest.fixture
async def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    store = Store(journal, clock, Setup(guarded=True, authenticate=authenticate))
    await store.prepare()
    return store


@pytest.fixture
def anna(store: Store) -> Api:
    return store.as_(ANNA)


@pytest.fixture
def root(store: Store) -> Api:
    return store.as_(Actor(name="root", groups=(MASTERS,)))


async def answered(api: Api, kind: str, spec: JSON, namespace: str = "") -> JSON:
    """The status of a review."""
    group = kinds.AUTHORIZATION if "Access" in kind or "Rules" in kind else kinds.AUTHENTICATION
    resource = Resource(kinds.require(group, kind), namespace)
    answer = await api.create(resource, {"spec": spec})
    status: JSON = answer.document.content["status"]
    return status


async def test_the_server_asks_about_others_and_not_about_itself(store: Store) -> None:
    about = {"user": "system:anonymous", "groups": ["system:unauthenticated"]}
    wanted = {**about, "resourceAttributes": {**TEAM, "verb": "create"}}

    found = await answered(store.as_(SERVER), "SubjectAccessReview", wanted)

    assert found == {"allowed": False}


async def test_an_actor_asks_what_it_may_do(anna: Api, root: Api):
    wanted = {"resourceAttributes": {**TEAM, "verb": "create"}}

    assert await answered(anna, "SelfSubjectAccessReview", wanted) == {"allowed": False}
    assert await answered(root, "SelfSubjectAccessReview", wanted) == {"allowed": True}


async def test_an_actor_asks_about_a_path(anna: Api):
    wanted = {"nonResourceAttributes": {"path": "/version", "verb": "get"}}

    assert await answered(anna, "SelfSubjectAccessReview", wanted) == {"allowed": True}


async def test_a_review_of_nothing_is_invalid(anna: Api):
    with pytest.raises(Invalid, match="exactly one of nonResourceAttributes or resourceAttributes"):
        await answered(anna, "SelfSubjectAccessReview", {})


async def test_somebody_else_is_asked_about_by_name_and_groups(root: Api):
    wanted = {"resourceAttributes": {**TEAM, "verb": "create"}}

    of_anna = await answered(root, "SubjectAccessReview", {"user": "anna", **wanted})
    of_masters = await answered(root, "SubjectAccessReview", {"groups": [MASTERS], **wanted})

    assert (of_anna["allowed"], of_masters["allowed"]) == (False, True)


async def test_a_review_of_nobody_is_invalid(root: Api):
    with pytest.raises(Invalid, match="at least one of user or group must be specified"):
        await answered(root, "SubjectAccessReview", {"resourceAttributes": {**TEAM, "verb": "get"}})


async def test_a_local_review_stays_in_its_namespace(root: Api):
    wanted = {"user": "anna", "resourceAttributes": {**TEAM, "verb": "get"}}

    with pytest.raises(BadRequest, match="must match namespace: till"):
        await answered(root, "LocalSubjectAccessReview", wanted, "till")


async def test_an_actor_lists_its_rules(anna: Api):
    status = await answered(anna, "SelfSubjectRulesReview", {"namespace": "shop"})

    reviews = [rule for rule in status["resourceRules"] if "projects" in rule["resources"]]
    assert reviews[0]["verbs"] == ["list", "watch"]
    assert status["incomplete"] is False


async def test_an_actor_learns_who_it_is(anna: Api):
    status = await answered(anna, "SelfSubjectReview", {})

    assert status["userInfo"] == {
        "username": "anna",
        "uid": "7",
        "groups": [AUTHENTICATED],
        "extra": {"a": ["b"]},
    }


@pytest.mark.parametrize(("token", "user"), [("good", "anna"), ("bad", None), ("old", None)])
async def test_a_token_is_reviewed_and_not_repeated(root: Api, token: str, user: str | None):
    resource = Resource(kinds.require(kinds.AUTHENTICATION, "TokenReview"))

    answer = await root.create(resource, {"spec": {"token": token}})

    content = answer.document.content
    assert content["status"].get("user", {}).get("username") == user
    assert content["status"]["authenticated"] is (user is not None)
    assert content["spec"] == {}


async def test_a_token_is_reviewed_for_those_who_ask(root: Api):
    spec = {"token": "good", "audiences": ["registry", "bank"]}

    status = await answered(root, "TokenReview", spec)

    assert (status["authenticated"], status["audiences"]) == (True, ["registry"])


async def test_a_token_for_somebody_else_is_not_known(root: Api):
    status = await answered(root, "TokenReview", {"token": "good", "audiences": ["bank"]})

    assert status == {"authenticated": False, "error": "the token is for somebody else"}


async def test_the_user_tilde_is_whoever_asks(anna: Api):
    users = Resource(kinds.require(kinds.USER, "User"))

    content = (await anna.get(users.named("~"))).content

    assert content["metadata"]["name"] == "anna"
    assert content["groups"] == [AUTHENTICATED]


async def test_the_user_tilde_has_what_is_kept_of_it(anna: Api, root: Api):
    users = Resource(kinds.require(kinds.USER, "User"))
    await root.create(users, {"metadata": {"name": "anna"}, "fullName": "Anna A."})

    content = (await anna.get(users.named("~"))).content

    assert (content["fullName"], content["groups"]) == ("Anna A.", [AUTHENTICATED])
