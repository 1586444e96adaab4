"""Who asks the registry, and how clients learn to say so (IS-111)."""

from __future__ import annotations

import httpx
import pytest

from slipcast.ports.api import Api
from unit.registry.conftest import ANNA, BASE, basic, bearer, bind, pass_of, token_of_anna
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

ROOT = "/v2/"
TOKEN = "/openshift/token"


async def test_who_says_nothing_is_told_where_to_say_it_is_111(client: httpx.AsyncClient):
    answer = await client.get(ROOT)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="{BASE}{TOKEN}",service="registry.test:5000"'
    )
    assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


@pytest.mark.parametrize(
    ("method", "deeds"), [("GET", "pull"), ("HEAD", "pull"), ("DELETE", "pull,push")]
)
async def test_a_challenge_names_the_repository_and_what_is_wanted_is_111(
    client: httpx.AsyncClient, method: str, deeds: str
):
    answer = await client.request(method, "/v2/shop/app/manifests/1")

    assert answer.status_code == 401
    assert f',scope="repository:shop/app:{deeds}"' in answer.headers["www-authenticate"]


async def test_a_challenge_holds_no_words_of_the_client(client: httpx.AsyncClient):
    answer = await client.get('/v2/a",realm="https:/evil/tags/list', headers=basic("a", "b"))

    assert answer.status_code == 401
    assert "evil" not in answer.headers["www-authenticate"]


async def test_a_password_gets_a_pass_and_the_pass_is_taken_is_111(client: httpx.AsyncClient):
    told = await client.get(TOKEN, headers=basic(*ANNA))

    given = told.json()
    assert given["token"] == given["access_token"]
    assert (given["expires_in"], given["issued_at"]) == (300, "2026-11-22T12:00:00Z")
    assert told.headers["cache-control"] == "no-store"
    assert (await client.get(ROOT, headers=bearer(given["token"]))).status_code == 200


@pytest.mark.parametrize("user", ["anna", "unused", "serviceaccount", ""])
async def test_a_token_goes_as_a_password_of_any_user_is_111(
    client: httpx.AsyncClient, api: Api, user: str
):
    token = await token_of_anna(api)

    straight = await client.get(ROOT, headers=basic(user, token))
    exchanged = await client.get(TOKEN, headers=basic(user, token))

    assert (straight.status_code, exchanged.status_code) == (200, 200)


async def test_a_token_goes_as_it_is_is_111(client: httpx.AsyncClient, api: Api):
    token = await token_of_anna(api)

    answer = await client.get(ROOT, headers=bearer(token))

    assert answer.status_code == 200


async def test_a_password_goes_without_a_pass(client: httpx.AsyncClient):
    answer = await client.get(ROOT, headers=basic(*ANNA))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Basic " + "!" * 8, "Basic", "Bearer", "Digest abc", "Bearer nonsense",
        "Bearer a.b.c", "Bearer " + "x" * 20_000, basic("anna", "wrong")["authorization"],
        basic("anna", "")["authorization"], basic("nobody", "secret")["authorization"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [ROOT, TOKEN, "/v2/shop/app/tags/list"])
async def test_wrong_credentials_are_refused_is_111(
    client: httpx.AsyncClient, path: str, header: str
):
    answer = await client.get(path, headers={"authorization": header})

    assert answer.status_code == 401
    assert answer.json()["errors"] == [
        {"code": "UNAUTHORIZED", "message": "failed to decode credentials"}
    ]


async def test_guessing_is_slowed(client: httpx.AsyncClient):
    for _ in range(10):
        await client.get(TOKEN, headers=basic("anna", "guess"))

    answer = await client.get(TOKEN, headers=basic(*ANNA))

    assert answer.status_code == 429
    assert answer.json()["errors"][0]["code"] == "TOOMANYREQUESTS"
    assert int(answer.headers["retry-after"]) > 0


async def test_a_form_with_a_password_gets_a_pass(client: httpx.AsyncClient):
    form = {"grant_type": "password", "username": ANNA[0], "password": ANNA[1], "service": "x"}

    told = await client.post(TOKEN, data=form)

    assert told.status_code == 200
    given = bearer(told.json()["access_token"])
    assert (await client.get(ROOT, headers=given)).status_code == 200


async def test_a_form_with_a_token_that_was_kept_gets_a_pass(client: httpx.AsyncClient, api: Api):
    form = {"grant_type": "refresh_token", "refresh_token": await token_of_anna(api)}

    told = await client.post(TOKEN, data=form)

    assert told.status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"grant_type=password&username=anna&password=wrong", 401),
        (b"grant_type=password&username=anna", 401),
        (b"grant_type=refresh_token&refresh_token=nonsense", 401),
        (b"grant_type=client_credentials", 400),
        (b"", 400),
        (b"\xff\xfe=1", 400),
        (b"&".join(b"a=1" for _ in range(200)), 400),
        (b"a=" + b"x" * 100_000, 413),
    ],
)
async def test_a_form_that_says_too_little_or_too_much_gets_none(
    client: httpx.AsyncClient, body: bytes, status: int
):
    answer = await client.post(TOKEN, content=body)

    assert answer.status_code == status


async def test_a_pass_ends_after_five_minutes(client: httpx.AsyncClient, clock: StandingClock):
    given = bearer(await pass_of(client))
    clock.move(minutes=6)

    answer = await client.get(ROOT, headers=given)

    assert answer.status_code == 401


async def test_who_wants_to_stay_unknown_gets_a_pass_for_nobody(client: httpx.AsyncClient):
    told = await client.get(TOKEN, params={"scope": "repository:shop/app:pull"})

    given = bearer(told.json()["token"])
    assert (await client.get(ROOT, headers=given)).status_code == 200
    refused = await client.get("/v2/shop/app/tags/list", headers=given)
    assert refused.status_code == 401
    assert 'scope="repository:shop/app:pull"' in refused.headers["www-authenticate"]


async def test_rights_are_those_of_the_moment_not_of_the_pass(client: httpx.AsyncClient, api: Api):
    given = bearer(await pass_of(client))
    before = await client.get("/v2/shop/app/tags/list", headers=given)
    await bind(api, "system:image-puller", "User", "anna")

    after = await client.get("/v2/shop/app/tags/list", headers=given)

    assert (before.status_code, after.status_code) == (403, 404)


async def test_a_token_for_less_than_all_pulls_nothing(client: httpx.AsyncClient, api: Api):
    await bind(api, "system:image-puller", "User", "anna")
    token = await token_of_anna(api, "user:info", "user:check-access")
    exchanged = (await client.get(TOKEN, headers=basic("", token))).json()["token"]

    straight = await client.get("/v2/shop/app/tags/list", headers=bearer(token))
    by_pass = await client.get("/v2/shop/app/tags/list", headers=bearer(exchanged))

    assert (straight.status_code, by_pass.status_code) == (403, 403)
    assert by_pass.json()["errors"][0] == {"code": "DENIED", "message": "access denied"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_the_token_endpoint_knows_two_methods(client: httpx.AsyncClient, method: str):
    answer = await client.request(method, TOKEN)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("path", ["/v2/x", "/v2//tags/list", "/openshift/tokens", "/v2/a/b/c"])
async def test_other_paths_are_not_there(client: httpx.AsyncClient, path: str):
    answer = await client.get(path, headers=basic(*ANNA))

    assert answer.status_code == 404


async def test_a_pass_gets_no_other_pass(client: httpx.AsyncClient):
    text = await pass_of(client)

    answer = await client.get("/openshift/token", headers=bearer(text))

    assert (answer.status_code, "token" in answer.json()) == (401, False)


@pytest.mark.parametrize("host", ["x/v2/_slipcast/prune?", "x/openshift/token?", "x/v2/?#"])
async def test_the_path_is_what_was_asked_for_whatever_the_host_is_called(
    client: httpx.AsyncClient, host: str
):
    headers = {**basic(*ANNA), "host": host}

    answer = await client.get("/v2/shop/app/manifests/1", headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "DENIED")


@pytest.mark.parametrize("path", ["/v2/%3Fx", "/v2/%23", "/openshift/token%3F"])
async def test_what_ends_like_a_question_is_another_path(client: httpx.AsyncClient, path: str):
    answer = await client.get(path, headers=basic(*ANNA))

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NAME_UNKNOWN")
