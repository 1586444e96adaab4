"""Which secret a repository is fetched with."""

from __future__ import annotations

import pytest

from slipcast.api.core import Secret
from slipcast.api.meta import ObjectMeta
from slipcast.builds.sourcesecrets import ANNOTATION, source_secret, why_unfit


def a_secret(name: str, *patterns: str, of_type: str = "Opaque") -> Secret:
    """A secret for addresses."""
    annotations = {f"{ANNOTATION}{number}": each for number, each in enumerate(patterns)}
    return Secret(metadata=ObjectMeta(name=name, annotations=annotations), type=of_type)


@pytest.mark.parametrize(
    ("pattern", "uri"),
    [
        ("https://example.com/team/*", "https://example.com/team/app.git"),
        ("*://example.com/*", "git://example.com/app"),
        ("https://*/*", "https://anything.example.com/app"),
        ("https://*.example.com/*", "https://git.example.com/app"),
        ("https://*.example.com/*", "https://example.com/app"),
        ("https://example.com:8443/*", "https://user:word@example.com:8443/app"),
        ("ssh://example.com/*/app.git", "git@example.com:team/app.git"),
        ("https://example.com/*/a/*", "https://example.com/x/a/y"),
        ("https://example.com/a", "https://example.com/a"),
    ],
)
def test_a_pattern_fits_an_address_bl_23(pattern: str, uri: str):
    assert source_secret(uri, [a_secret("s", pattern)]) == "s"


@pytest.mark.parametrize(
    ("pattern", "uri"),
    [
        ("https://example.com/*", "http://example.com/app"),
        ("https://example.com/*", "https://example.com:8443/app"),
        ("https://example.com/*", "https://EXAMPLE.com/app"),
        ("https://*.example.com/*", "https://notexample.com/app"),
        ("https://example.com/team/*", "https://example.com/teams/app"),
        ("https://example.com/*b*b", "https://example.com/ab"),
        ("https://example.com", "https://example.com/app"),
        ("ftp://example.com/*", "ftp://example.com/app"),
        ("https://e*.com/*", "https://example.com/app"),
        ("*", "https://example.com/app"),
        ("https://[/*", "https://[/app"),
        ("https://*/*", "file:///srv/app"),
        ("https://*/*", "../app"),
    ],
)
def test_a_pattern_fits_no_other_address_bl_23(pattern: str, uri: str):
    assert source_secret(uri, [a_secret("s", pattern)]) == ""


def test_the_longest_pattern_counts_bl_23():
    some = a_secret("some", "https://example.com/*", "https://*.example.com/*")
    team = a_secret("team", "https://example.com/team-of-mine/*")

    found = source_secret("https://example.com/team-of-mine/app", [some, team])

    assert found == "team"


def test_a_password_is_not_for_ssh_and_a_key_for_nothing_else_bl_22():
    password = a_secret("password", "*://*/*", of_type="kubernetes.io/basic-auth")
    key = a_secret("key", "*://*/*", of_type="kubernetes.io/ssh-auth")

    assert source_secret("ssh://example.com/app", [password, key]) == "key"
    assert source_secret("https://example.com/app", [key, password]) == "password"


def test_a_secret_without_patterns_is_for_no_address_bl_22():
    assert source_secret("https://example.com/app", [a_secret("s")]) == ""


def test_a_pattern_of_many_stars_is_answered_at_once():
    pattern = "https://example.com/" + "*a" * 2_000 + "*b"

    assert source_secret("https://example.com/" + "a" * 4_000, [a_secret("s", pattern)]) == ""


WEB, OVER_SSH = "https://example.com/app.git", "git@example.com:app.git"
LOCKED = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
# What `ssh-keygen -t ed25519` writes without, and with a passphrase, as far as it matters.
OPEN = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END"
SHUT = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ng==\n-----END"
BROKEN = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\n-----END"


@pytest.mark.parametrize(
    ("uri", "data", "why"),
    [
        (WEB, {"password": "x"}, ""),
        (WEB, {".gitconfig": "x"}, ""),
        (WEB, {"ssh-privatekey": OPEN}, "holds no username and password"),
        (WEB, {".dockerconfigjson": "{}"}, "holds none of what git can use"),
        (OVER_SSH, {"ssh-privatekey": OPEN}, ""),
        (OVER_SSH, {".gitconfig": "x"}, ""),
        (OVER_SSH, {"password": "x"}, "holds no ssh-privatekey"),
        (OVER_SSH, {"ssh-privatekey": "ssh-ed25519 AAAA me"}, "is no private key"),
        (OVER_SSH, {"ssh-privatekey": LOCKED}, "with a passphrase"),
        (OVER_SSH, {"ssh-privatekey": SHUT}, "with a passphrase"),
        (OVER_SSH, {"ssh-privatekey": BROKEN}, "is cut off"),
        ("file:///srv/app", {"password": "x"}, ""),
    ],
)
def test_a_secret_is_for_some_addresses_only_up_4(uri: str, data: dict[str, str], why: str):
    secret = Secret(data={key: text.encode() for key, text in data.items()})

    said = why_unfit(uri, secret)

    assert why in said
    assert bool(why) is bool(said)
