"""People log in at an OpenID Connect provider, which answers over HTTPS."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from slipcast.adapters.identity.openid import OpenId
from slipcast.adapters.identity.relying import RelyingParty, secret_of
from slipcast.ports.daemon import Identification
from slipcast.ports.identity import Errand, Person
from slipcast.values.apifaults import Unauthorized, Unavailable
from slipcast.values.faults import InvalidFault
from slipcast.values.sensitive import Sensitive
from unit.adapters.identity.provider import SECRET, Provider, an_ec_key
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

Opened = Callable[..., RelyingParty]
ERRAND = Errand(
    redirect="https://server.test/oauth2callback/openid",
    state="mine",
    nonce="once",
    challenge="7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM",
    verifier=Sensitive("v" * 43),
)


@pytest.fixture
async def opened(provider: Provider, clock: StandingClock) -> AsyncIterator[Opened]:
    """Makes a relying party of the provider's."""
    doors = []

    def make(**settings: Any) -> RelyingParty:
        usual = {
            "oidc_issuer": provider.url,
            "oidc_client_id": "slipcast",
            "oidc_username_prefix": "",
            "oidc_ca_file": provider.authority,
            "oidc_client_secret": Sensitive(SECRET),
        }
        wanted = Identification(**{**usual, **settings})
        doors.append(OpenId(wanted, clock))
        return RelyingParty(doors[-1], wanted, secret_of(wanted) or Sensitive(""))

    yield make
    for door in doors:
        await door.close()


async def code_of(provider: Provider, door: RelyingParty) -> Sensitive:
    """The code of somebody who has logged in."""
    back = await provider.visited(await door.place(ERRAND))
    return Sensitive(parse_qs(urlsplit(back).query)["code"][0])


async def logged_in(provider: Provider, door: RelyingParty) -> Person:
    """Who has logged in."""
    return await door.vouched(ERRAND, await code_of(provider, door))


async def test_the_browser_is_sent_with_what_a_login_needs(provider: Provider, opened: Opened):
    place = await opened(oidc_extra_scopes=("email", "openid")).place(ERRAND)

    asked = {name: each[0] for name, each in parse_qs(urlsplit(place).query).items()}
    assert place.startswith(f"{provider.url}/authorize?")
    assert asked == {
        "response_type": "code",
        "client_id": "slipcast",
        "redirect_uri": ERRAND.redirect,
        "scope": "openid email",
        "state": "mine",
        "nonce": "once",
        "code_challenge": ERRAND.challenge,
        "code_challenge_method": "S256",
    }


async def test_what_the_address_of_the_provider_says_already_stays(
    provider: Provider, opened: Opened
):
    provider.about["authorization_endpoint"] += "?tenant=7"

    place = await opened().place(ERRAND)

    assert place.startswith(f"{provider.url}/authorize?tenant=7&response_type=code&")


async def test_who_has_logged_in_is_known_by_the_same_rules_as_by_a_token(
    provider: Provider, opened: Opened
):
    provider.claims = {"name": "Anna A", "roles": ["staff", "system:masters"]}
    settings = {"oidc_username_claim": "name", "oidc_username_prefix": "oidc:"}

    person = await logged_in(provider, opened(**settings, oidc_groups_claim="roles"))

    assert (person.name, person.groups) == ("oidc:Anna A", ("staff",))
    assert (person.provider, person.known_as) == ("openid", "anna")


async def test_a_name_is_told_from_those_of_others_by_the_issuer(
    provider: Provider, opened: Opened
):
    person = await logged_in(provider, opened(oidc_username_prefix=None))

    assert person.name == f"{provider.url}#anna"


@pytest.mark.parametrize(
    ("methods", "shown"),
    [
        (None, "basic"),
        (["client_secret_post", "client_secret_basic"], "basic"),
        (["client_secret_post"], "post"),
        (["private_key_jwt"], "basic"),
    ],
)
async def test_the_secret_is_shown_as_the_provider_wants_it(
    provider: Provider, opened: Opened, methods: list[str] | None, shown: str
):
    provider.about["token_endpoint_auth_methods_supported"] = methods

    person = await logged_in(provider, opened())

    assert (person.name, provider.shown) == ("anna", [(shown, SECRET)])


@pytest.mark.parametrize(
    ("claims", "what"),
    [
        ({"nonce": "another"}, "of another login"),
        ({"nonce": None}, "of another login"),
        ({"nonce": 7}, "of another login"),
        ({"aud": "bank"}, "for somebody else"),
        ({"azp": "bank"}, "for somebody else"),
        ({"aud": ["slipcast", "bank"]}, "for somebody else"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "cannot be believed"),
        ({"iss": "https://elsewhere.test"}, "cannot be believed"),
        ({"sub": "system:admin"}, "not its own to give"),
    ],
)
async def test_a_token_that_is_not_of_this_login_is_refused(
    provider: Provider, opened: Opened, claims: dict[str, Any], what: str
):
    provider.claims = claims

    with pytest.raises(Unauthorized, match=what):
        await logged_in(provider, opened())


async def test_a_token_for_several_says_who_has_asked(provider: Provider, opened: Opened):
    provider.claims = {"aud": ["slipcast", "bank"], "azp": "slipcast"}

    assert (await logged_in(provider, opened())).name == "anna"


async def test_a_token_of_another_key_is_refused(provider: Provider, opened: Opened):
    provider.signs_with = an_ec_key("first")

    with pytest.raises(Unauthorized, match="cannot be believed"):
        await logged_in(provider, opened())


async def test_claims_that_are_required_are_required_here_too(provider: Provider, opened: Opened):
    with pytest.raises(Unauthorized, match="the claim hd"):
        await logged_in(provider, opened(oidc_required_claims=(("hd", "example.test"),)))


async def test_a_code_is_good_once(provider: Provider, opened: Opened):
    door = opened()
    code = await code_of(provider, door)
    await door.vouched(ERRAND, code)

    with pytest.raises(Unauthorized, match="openid does not know this login any more"):
        await door.vouched(ERRAND, code)


@pytest.mark.parametrize(
    "changed",
    [
        {"verifier": Sensitive("w" * 43)},
        {"redirect": "https://elsewhere.test/oauth2callback/openid"},
    ],
)
async def test_a_code_of_another_login_is_refused(
    provider: Provider, opened: Opened, changed: dict[str, Any]
):
    door = opened()
    code = await code_of(provider, door)

    with pytest.raises(Unauthorized, match="does not know this login"):
        await door.vouched(replace(ERRAND, **changed), code)


async def test_a_provider_that_does_not_know_the_secret_is_told_to_the_log(
    provider: Provider, opened: Opened, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    door = opened(oidc_client_secret=Sensitive("another-one"))
    code = await code_of(provider, door)

    with pytest.raises(Unavailable, match="openid does not let this server ask"):
        await door.vouched(ERRAND, code)

    records = " ".join(str(record.__dict__) for record in caplog.records)
    assert "invalid_client" in records
    assert "another-one" not in records
    assert code.reveal() not in records


@pytest.mark.parametrize("which", ["authorization_endpoint", "token_endpoint"])
@pytest.mark.parametrize("place", ["http://localhost/authorize", None, 7])
async def test_nobody_is_sent_over_a_bare_connection(
    provider: Provider, opened: Opened, which: str, place: object
):
    door = opened()
    provider.about[which] = place

    with pytest.raises(Unavailable, match="openid does not answer"):
        await logged_in(provider, door)


async def test_a_provider_that_fails_is_not_our_fault(provider: Provider, opened: Opened):
    provider.fails = True

    with pytest.raises(Unavailable):
        await opened().place(ERRAND)


async def test_the_secret_may_be_in_a_file_which_goes_first(tmp_path: Path):
    (tmp_path / "secret").write_text("of the file\n")

    found = secret_of(
        Identification(
            oidc_client_secret=Sensitive("another"), oidc_client_secret_file=tmp_path / "secret"
        )
    )

    assert found == Sensitive("of the file")


@pytest.mark.parametrize(
    ("content", "what"),
    [(b" \n", "holds no secret"), (b"a" * 5000, "holds no secret"), (b"\xff", "it is no text")],
)
async def test_a_file_without_a_secret_is_told(tmp_path: Path, content: bytes, what: str):
    (tmp_path / "secret").write_bytes(content)

    with pytest.raises(InvalidFault, match=f"--oidc-client-secret-file: .*{what}"):
        secret_of(Identification(oidc_client_secret_file=tmp_path / "secret"))


async def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(InvalidFault, match="--oidc-client-secret-file: cannot be read"):
        secret_of(Identification(oidc_client_secret_file=tmp_path / "secret"))


@pytest.mark.parametrize("name", ["a/b", "..", " a", "a?b", "ä", "a" * 64])
async def test_a_name_is_part_of_an_address(opened: Opened, name: str):
    with pytest.raises(InvalidFault, match=r"oidc\.name: must be"):
        opened(oidc_name=name)
