"""Signatures of webhooks, as providers make them."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from slipcast.builds.delivery import Posted
from slipcast.builds.signatures import one_of
from slipcast.builds.webhooks import by_word
from slipcast.values.sensitive import Sensitive

BODY = b'{"ref":"refs/heads/main"}'
SECRETS = (Sensitive("old"), Sensitive("new"))
SIGNED = {
    "github": ("x-hub-signature-256", "sha256="),
    "github of old": ("x-hub-signature", "sha1="),
    "gogs": ("x-gogs-signature", ""),
    "bitbucket": ("x-hub-signature", "sha256="),
}


def is_genuine(word: str, **headers: str) -> bool:
    """What the rule of a forge says of headers, whose names have underscores."""
    forge = by_word(word)
    assert forge is not None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return forge.is_genuine(Posted(headers=named, body=BODY), SECRETS)


def signature(secret: str, prefix: str) -> str:
    """The signature of the body."""
    algorithm = hashlib.sha1 if prefix == "sha1=" else hashlib.sha256
    return prefix + hmac.new(secret.encode(), BODY, algorithm).hexdigest()


@pytest.mark.parametrize("word", ["github", "gitlab", "bitbucket", "generic"])
def test_what_is_not_signed_has_its_secret_alone(word: str) -> None:
    assert is_genuine(word)


@pytest.mark.parametrize("who", SIGNED)
@pytest.mark.parametrize("secret", ["old", "new"])
def test_a_signature_of_any_secret_is_right(who: str, secret: str) -> None:
    header, prefix = SIGNED[who]
    word = "bitbucket" if who == "bitbucket" else "github"

    assert is_genuine(word, **{header: signature(secret, prefix)})
    assert is_genuine(word, **{header: signature(secret, prefix).upper()})


@pytest.mark.parametrize("who", SIGNED)
@pytest.mark.parametrize("made", ["other", ""])
def test_a_signature_of_another_secret_is_wrong(who: str, made: str) -> None:
    header, prefix = SIGNED[who]
    word = "bitbucket" if who == "bitbucket" else "github"

    assert not is_genuine(word, **{header: signature(made, prefix)})


@pytest.mark.parametrize("told", ["x", "sha256", "sha256=", "md5=abc", "sha256=é"])
def test_what_is_no_signature_is_wrong(told: str) -> None:
    assert not is_genuine("github", x_hub_signature_256=told)


def test_each_signature_must_be_right() -> None:
    right, wrong = signature("new", "sha256="), signature("other", "sha1=")

    assert not is_genuine("github", x_hub_signature_256=right, x_hub_signature=wrong)


def test_the_token_of_gitlab_is_the_secret() -> None:
    assert is_genuine("gitlab", x_gitlab_token="new")
    assert not is_genuine("gitlab", x_gitlab_token="newer")


@pytest.mark.parametrize(
    ("given", "found"), [("old", 0), ("new", 1), ("New", -1), ("", -1), ("\ud800", -1)]
)
def test_a_secret_is_one_of_those_that_count_tr_23(given: str, found: int) -> None:
    assert one_of(given, (*SECRETS, Sensitive(""))) == found


def test_of_the_same_secrets_the_first_counts() -> None:
    assert one_of("a", (Sensitive("a"), Sensitive("a"))) == 0
