"""What registries want to hear, and who we are to them."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from slipcast.adapters.remoteregistry.challenges import (
    MOST_LOGINS,
    Challenge,
    Token,
    Tokens,
    basic,
    challenge_of,
    fitting,
    token_of,
    token_url,
)
from slipcast.ports.distribution import Login
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WEB = ImageRef.parse("registry.example.com/acme/web:1")


def a_login(place: str, user: str = "ada") -> Login:
    """A login for a place."""
    return Login(place=place, user=user, password=Sensitive("secret"))


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        (
            ['Bearer realm="https://a.example/token",service="r.example",scope="s t"'],
            Challenge(
                scheme="bearer", realm="https://a.example/token", service="r.example", scope="s t"
            ),
        ),
        (['Basic realm="x"'], Challenge(scheme="basic", realm="x")),
        (["bearer REALM=https://a.example"], Challenge(scheme="bearer", realm="https://a.example")),
        (
            ['Basic realm="x"', 'Bearer realm="https://a.example"'],
            Challenge(scheme="bearer", realm="https://a.example"),
        ),
        (
            ['Basic realm="x", Bearer realm="https://a.example"'],
            Challenge(scheme="bearer", realm="https://a.example"),
        ),
        (['Bearer realm="a\\"b"'], Challenge(scheme="bearer", realm='a"b')),
        (["Bearer"], Challenge(scheme="bearer")),
        (["Negotiate"], None),
        ([""], None),
        ([], None),
    ],
)
def test_a_token_is_given_rather_than_a_password(headers: list[str], challenge: Challenge | None):
    assert challenge_of(headers) == challenge


@pytest.mark.parametrize(
    ("challenge", "url"),
    [
        (
            Challenge(scheme="bearer", realm="https://a.example/t", service="r", scope="x:y:pull"),
            "https://a.example/t?service=r&scope=x%3Ay%3Apull",
        ),
        (
            Challenge(scheme="bearer", realm="https://a.example/t?v=2"),
            "https://a.example/t?v=2&scope=repository%3Aacme%2Fweb%3Apull",
        ),
        (Challenge(scheme="bearer", realm="file:///etc/passwd"), ""),
        (Challenge(scheme="bearer", realm="//a.example"), ""),
        (Challenge(scheme="bearer", realm="https://u:p@a.example"), ""),
        (Challenge(scheme="bearer", realm="https://[::1"), ""),
        (Challenge(scheme="bearer"), ""),
    ],
)
def test_a_token_is_asked_for_on_the_web_and_nowhere_else(challenge: Challenge, url: str):
    assert token_url(challenge, WEB) == url


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"token": "t"}', 55),
        (b'{"access_token": "t", "expires_in": 300}', 295),
        (b'{"token": "t", "access_token": "u", "expires_in": 1}', 55),
        (b'{"token": "t", "expires_in": 1e9}', 3595),
        (b'{"token": "t", "expires_in": null}', 55),
    ],
)
def test_a_token_holds_until_shortly_before_it_ends(body: bytes, seconds: int):
    token = token_of(body, NOON)

    assert token is not None
    assert token.authorization.reveal() == "Bearer t"
    assert token.until == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"token": 3}', b'{"token": "a\\r\\nX: y"}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_token_is_none(body: bytes):
    assert token_of(body, NOON) is None


def test_a_login_is_told_as_its_registry_expects_it():
    assert basic(a_login("r")) == "Basic YWRhOnNlY3JldA=="


@pytest.mark.parametrize(
    ("image", "place"),
    [
        ("registry.example.com/acme/web", "registry.example.com"),
        ("registry.example.com/acme/web", "Registry.Example.com/acme"),
        ("registry.example.com/acme/web", "registry.example.com/acme/web"),
        ("registry.example.com/acme/web", "https://registry.example.com/v2/"),
        ("registry.example.com:5000/web", "registry.example.com:5000"),
        ("ruby", "docker.io"),
        ("centos/ruby", "https://index.docker.io/v1/"),
        ("registry-1.docker.io/library/ruby", "docker.io"),
    ],
)
def test_a_login_is_for_its_registry_and_what_is_below(image: str, place: str):
    assert fitting(ImageRef.parse(image), (a_login(place),)) == (a_login(place),)


@pytest.mark.parametrize(
    ("image", "place"),
    [
        ("registry.example.com/acme/web", "example.com"),
        ("registry.example.com/acme/web", "registry.example.com:5000"),
        ("registry.example.com/acme/web", "registry.example.com/ac"),
        ("registry.example.com/acme", "registry.example.com/acme/web"),
        ("evil.example/docker.io/web", "docker.io"),
        ("ruby", "registry.example.com"),
    ],
)
def test_a_login_is_for_no_other_registry(image: str, place: str):
    assert fitting(ImageRef.parse(image), (a_login(place),)) == ()


def test_the_login_for_the_longest_path_is_first_and_each_is_tried_once():
    logins = (
        a_login("registry.example.com", "all"),
        a_login("registry.example.com/acme", "acme"),
        a_login("registry.example.com", "again"),
        a_login("registry.example.com", "all"),
    )

    found = fitting(WEB, logins)

    assert [each.user for each in found] == ["acme", "all", "again"]


def test_no_more_than_a_few_logins_are_tried():
    logins = tuple(a_login("registry.example.com", f"user{number}") for number in range(100))

    assert len(fitting(WEB, logins)) == MOST_LOGINS


def a_token(text: str = "Bearer t", **after: float) -> Token:
    """A token that holds for a while after noon."""
    return Token(authorization=Sensitive(text), until=NOON + timedelta(**after))


def test_a_token_is_known_until_it_ends():
    tokens: Tokens[str] = Tokens()
    tokens.keep("key", a_token(minutes=1))

    said = [tokens.get("key", NOON), tokens.get("key", NOON + timedelta(minutes=1))]

    assert said == ["Bearer t", ""]


def test_a_token_that_is_dropped_is_not_known():
    tokens: Tokens[str] = Tokens()
    tokens.keep("key", a_token(minutes=1))

    tokens.drop("key")

    assert tokens.get("key", NOON) == ""


def test_old_tokens_make_room_for_new_ones():
    tokens: Tokens[int] = Tokens()
    keep = partial(tokens.keep, token=a_token(minutes=1))

    deque(map(keep, range(1001)), maxlen=0)

    assert (tokens.get(0, NOON), tokens.get(1000, NOON)) == ("", "Bearer t")
