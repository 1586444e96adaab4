"""Service accounts: what they are given, and who is known by it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from slipcast.adapters.identity.serviceaccounts import Issuing, ServiceAccounts
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.store.store import Setup, Store
from slipcast.values.apifaults import Conflict, Invalid, NotFound, Unauthorized
from unit.adapters.identity.conftest import ACCOUNTS, PODS, REGISTRY, SECRETS, a_key, bearer
from unit.store.conftest import NOON, StandingClock

pytestmark = pytest.mark.anyio

BUILDER = "system:serviceaccount:shop:builder"
TOKEN = "kubernetes.io/service-account-token"


async def secret_of(api: Api, account: str, type_: str = TOKEN) -> JSON:
    """The secret of a type that an account was given."""
    listed = (await api.get(ACCOUNTS.named(account))).content["secrets"]
    found = [(await api.get(SECRETS.named(each["name"]))).content for each in listed]
    return next(each for each in found if each["type"] == type_)


def token_in(secret: JSON) -> str:
    return base64.b64decode(secret["data"]["token"]).decode()


async def requested(api: Api, account: str = "builder", **spec: Any) -> JSON:
    """The answer to a token request."""
    resource = Resource(ACCOUNTS.kind, "shop", account, "token")
    return (await api.act(resource, {"spec": spec})).document.content


def forged(claims: JSON, **header: str) -> str:
    """A token that nobody has signed."""
    parts = ({"typ": "JWT", **header}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join((*coded, b"")).decode()


async def claims_of(key: SigningKey, api: Api) -> JSON:
    return dict(key.read(token_in(await secret_of(api, "builder"))))


async def test_a_new_account_has_a_token_and_a_registry_secret(api: Api):
    await api.create(ACCOUNTS, {"metadata": {"name": "robot"}})

    robot = (await api.get(ACCOUNTS.named("robot"))).content

    token, registry = [each["name"] for each in robot["secrets"]]
    assert (token[:12], registry[:16]) == ("robot-token-", "robot-dockercfg-")
    assert robot["imagePullSecrets"] == [{"name": registry}]


async def test_what_an_account_lists_already_stays(api: Api):
    await api.create(ACCOUNTS, {"metadata": {"name": "robot"}, "secrets": [{"name": "ssh"}]})

    robot = (await api.get(ACCOUNTS.named("robot"))).content

    assert (robot["secrets"][0], len(robot["secrets"])) == ({"name": "ssh"}, 3)


async def test_a_token_secret_says_where_and_whose_it_is(api: Api):
    secret = await secret_of(api, "builder")

    uid = (await api.get(ACCOUNTS.named("builder"))).names.uid
    assert {*secret["data"]} == {"token", "ca.crt", "service-ca.crt", "namespace"}
    assert base64.b64decode(secret["data"]["namespace"]) == b"shop"
    assert secret["metadata"]["annotations"] == {
        "kubernetes.io/service-account.name": "builder",
        "kubernetes.io/service-account.uid": uid,
    }


async def test_the_registry_takes_the_same_token(api: Api):
    token = token_in(await secret_of(api, "builder"))

    secret = await secret_of(api, "builder", "kubernetes.io/dockercfg")

    login = json.loads(base64.b64decode(secret["data"][".dockercfg"]))[REGISTRY]
    assert (login["username"], login["password"]) == ("serviceaccount", token)
    assert base64.b64decode(login["auth"]).decode() == f"serviceaccount:{token}"


async def test_an_account_is_known_by_its_token(api: Api, accounts: ServiceAccounts):
    known = await bearer(accounts, token_in(await secret_of(api, "builder")))

    assert known is not None
    assert known.name == BUILDER
    assert "system:serviceaccounts:shop" in known.groups


async def test_a_secret_made_by_hand_gets_a_token(api: Api, accounts: ServiceAccounts):
    annotations = {"kubernetes.io/service-account.name": "builder"}
    await api.create(
        SECRETS, {"metadata": {"name": "mine", "annotations": annotations}, "type": TOKEN}
    )

    known = await bearer(accounts, token_in((await api.get(SECRETS.named("mine"))).content))

    assert known is not None
    assert known.name == BUILDER


async def test_a_secret_for_nobody_gets_no_token(api: Api):
    annotations = {"kubernetes.io/service-account.name": "nobody"}
    await api.create(
        SECRETS, {"metadata": {"name": "mine", "annotations": annotations}, "type": TOKEN}
    )

    assert "token" not in ((await api.get(SECRETS.named("mine"))).content.get("data") or {})


async def test_without_its_secret_a_token_is_nothing(api: Api, accounts: ServiceAccounts):
    secret = await secret_of(api, "builder")
    await api.delete(SECRETS.named(secret["metadata"]["name"]))

    with pytest.raises(Unauthorized, match="taken back"):
        await bearer(accounts, token_in(secret))


async def test_without_its_account_a_token_is_nothing(api: Api, accounts: ServiceAccounts):
    secret = await secret_of(api, "builder")
    await api.delete(ACCOUNTS.named("builder"))

    with pytest.raises(Unauthorized, match="taken back"):
        await bearer(accounts, token_in(secret))


async def test_an_account_made_anew_is_another(api: Api, accounts: ServiceAccounts):
    token = token_in(await secret_of(api, "builder"))
    await api.delete(ACCOUNTS.named("builder"))
    await api.create(ACCOUNTS, {"metadata": {"name": "builder"}})

    with pytest.raises(Unauthorized, match="taken back"):
        await bearer(accounts, token)


async def test_a_secret_with_another_token_takes_back_the_first(
    api: Api, accounts: ServiceAccounts
):
    secret = await secret_of(api, "builder")
    other = await secret_of(api, "default")
    data = {**secret["data"], "token": other["data"]["token"]}
    await api.update(SECRETS.named(secret["metadata"]["name"]), {**secret, "data": data})

    with pytest.raises(Unauthorized, match="taken back"):
        await bearer(accounts, token_in(secret))


async def test_a_token_without_a_signature_is_refused(
    api: Api, accounts: ServiceAccounts, key: SigningKey
):
    claims = await claims_of(key, api)

    with pytest.raises(Unauthorized):
        await bearer(accounts, forged(claims, alg="none"))


async def test_a_token_of_another_key_is_refused(
    api: Api, accounts: ServiceAccounts, key: SigningKey
):
    claims = await claims_of(key, api)

    with pytest.raises(Unauthorized):
        await bearer(accounts, a_key().signed(claims))


async def test_a_token_of_another_algorithm_is_refused(
    api: Api, accounts: ServiceAccounts, key: SigningKey
):
    token = jwt.encode({"alg": "HS256"}, await claims_of(key, api), OctKey.import_key(b"0" * 32))

    with pytest.raises(Unauthorized):
        await bearer(accounts, token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "....", "\x00.\x00.\x00", "sha256~abc"])
async def test_what_is_no_token_of_ours_is_for_others(accounts: ServiceAccounts, token: str):
    assert await bearer(accounts, token) is None


async def test_a_token_request_is_answered_with_a_token(api: Api, accounts: ServiceAccounts):
    answer = await requested(api, expirationSeconds=600)

    known = await bearer(accounts, answer["status"]["token"])
    assert known is not None
    assert known.name == BUILDER
    assert answer["status"]["expirationTimestamp"] == "2026-11-22T12:10:00Z"
    assert (answer["kind"], answer["spec"]["expirationSeconds"]) == ("TokenRequest", 600)


async def test_a_token_for_a_while_ends(api: Api, accounts: ServiceAccounts, clock: StandingClock):
    answer = await requested(api, expirationSeconds=600)
    clock.move(seconds=631)

    with pytest.raises(Unauthorized, match="expired"):
        await bearer(accounts, answer["status"]["token"])


async def test_a_token_for_a_while_is_not_good_before(
    api: Api, accounts: ServiceAccounts, clock: StandingClock
):
    answer = await requested(api)
    clock.moment = NOON.replace(hour=11)

    with pytest.raises(Unauthorized, match="not good yet"):
        await bearer(accounts, answer["status"]["token"])


async def test_a_token_for_others_does_not_let_in_here(api: Api, accounts: ServiceAccounts):
    token = (await requested(api, audiences=["bank"]))["status"]["token"]

    there = await bearer(accounts, token, "bank")
    with pytest.raises(Unauthorized, match="for somebody else"):
        await bearer(accounts, token)

    assert there is not None


async def test_a_token_of_a_secret_is_not_for_others(api: Api, accounts: ServiceAccounts):
    with pytest.raises(Unauthorized, match="for somebody else"):
        await bearer(accounts, token_in(await secret_of(api, "builder")), "bank")


async def test_a_bound_token_ends_with_what_it_is_bound_to(api: Api, accounts: ServiceAccounts):
    await api.create(SECRETS, {"metadata": {"name": "bound"}})
    reference = {"kind": "Secret", "apiVersion": "v1", "name": "bound"}
    token = (await requested(api, boundObjectRef=reference))["status"]["token"]
    before = await bearer(accounts, token)
    await api.delete(SECRETS.named("bound"))

    with pytest.raises(Unauthorized, match="taken back"):
        await bearer(accounts, token)

    assert before is not None
    assert before.extra["authentication.kubernetes.io/secret-name"] == ("bound",)


async def test_a_token_is_bound_to_a_pod_of_its_account_only(api: Api):
    containers = [{"name": "c", "image": "i"}]
    await api.create(PODS, {"metadata": {"name": "web"}, "spec": {"containers": containers}})

    with pytest.raises(Invalid, match="cannot bind token"):
        await requested(api, boundObjectRef={"kind": "Pod", "apiVersion": "v1", "name": "web"})


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ({"expirationSeconds": 599}, "less than 10 minutes"),
        ({"expirationSeconds": 2**32 + 1}, "larger than 2"),
        ({"boundObjectRef": {"kind": "Job", "name": "x"}}, "spec.boundObjectRef.kind"),
        ({"boundObjectRef": {"kind": "Pod"}}, "spec.boundObjectRef.name: Required value"),
    ],
)
async def test_a_token_request_that_cannot_be_is_refused(api: Api, spec: JSON, what: str):
    with pytest.raises(Invalid, match=what):
        await requested(api, **spec)


async def test_a_token_cannot_be_bound_to_what_is_not_there(api: Api):
    with pytest.raises(NotFound):
        await requested(api, boundObjectRef={"kind": "Secret", "name": "none"})


async def test_a_token_cannot_be_bound_to_another_of_the_name(api: Api):
    await api.create(SECRETS, {"metadata": {"name": "bound"}})

    with pytest.raises(Conflict, match="does not match the UID"):
        await requested(api, boundObjectRef={"kind": "Secret", "name": "bound", "uid": "1"})


async def test_there_is_no_token_for_nobody(api: Api):
    with pytest.raises(NotFound):
        await requested(api, "nobody")


def readdressed(key: SigningKey, secret: JSON, *registries: str) -> JSON:
    return Issuing(key, b"", registries).readdressed(secret)


def logins_in(secret: JSON) -> dict[str, Any]:
    return dict(json.loads(base64.b64decode(secret["data"][".dockercfg"])))


async def test_a_registry_secret_follows_the_registry_with_the_same_token(
    api: Api, key: SigningKey
):
    before = await secret_of(api, "builder", "kubernetes.io/dockercfg")

    after = readdressed(key, before, "moved:1", "moved.example:2")

    login = logins_in(before)[REGISTRY]
    assert logins_in(after) == {"moved:1": login, "moved.example:2": login}
    assert after["metadata"] == before["metadata"]


async def test_what_is_right_or_not_ours_is_left_as_it_is(api: Api, key: SigningKey):
    right = await secret_of(api, "builder", "kubernetes.io/dockercfg")
    bare = {**right, "metadata": {"name": "mine"}}
    edited = {**right, "data": {".dockercfg": base64.b64encode(b'{"x": {"username": "me"}}')}}
    broken = {**right, "data": {".dockercfg": "%"}}

    assert readdressed(key, right, REGISTRY) == right
    assert readdressed(key, bare, "moved:1") == bare
    assert readdressed(key, edited, "moved:1") == edited
    assert readdressed(key, broken, "moved:1") == broken


async def test_a_store_that_is_opened_again_has_logins_for_the_new_address(
    journal: MemoryJournal, clock: StandingClock, key: SigningKey, api: Api
):
    before = await secret_of(api, "builder", "kubernetes.io/dockercfg")
    moved = Store(journal, clock, Setup(issuer=Issuing(key, b"", ("moved:1",))))

    await moved.prepare()

    after = await secret_of(api, "builder", "kubernetes.io/dockercfg")
    assert logins_in(after) == {"moved:1": logins_in(before)[REGISTRY]}
