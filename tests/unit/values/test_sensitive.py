"""Secrets do not show themselves, in memory or in text."""

from __future__ import annotations

import pickle

import pytest

from slipcast.values.sensitive import Sensitive, redacted


def test_a_secret_is_shown_by_reveal_only() -> None:
    secret = Sensitive("hunter2")

    assert "hunter2" not in f"{secret} {secret!r}"
    assert secret.reveal() == "hunter2"


def test_secrets_are_compared_by_what_they_hold() -> None:
    assert Sensitive("a") == Sensitive("a")
    assert Sensitive("a") != Sensitive("b")
    assert Sensitive("a") != "a"
    assert len({Sensitive("a"), Sensitive("a")}) == 1


def test_an_empty_secret_is_false() -> None:
    assert not Sensitive("")
    assert Sensitive("x")


def test_a_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Sensitive("a"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("clone https://u:p@h/x failed", "clone https://***@h/x failed"),
        ("https://token@h/x", "https://***@h/x"),
        ("http://u:p@a@h:3128", "http://***@h:3128"),
        ("https://u:p/w@h/x", "https://***@h/x"),
        ("ssh://git:p@h/x", "ssh://git:***@h/x"),
        ("ssh://git@h/x", "ssh://git@h/x"),
        ("https://h:80/@scope/x", "https://h:80/@scope/x"),
        ("https://h/x@y", "https://h/x@y"),
        ("git@h:x", "git@h:x"),
    ],
)
def test_no_url_in_a_text_shows_its_password(text: str, shown: str) -> None:
    # S2I-118, S2I-295
    assert redacted(text) == shown


def test_a_long_word_is_read_through_once() -> None:
    # Quadratic, this took minutes.
    assert redacted("x" * 1_000_000 + "://u:p@h") == "x" * 1_000_000 + "://u:***@h"
