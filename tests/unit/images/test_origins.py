"""Which registries images may come from."""

from __future__ import annotations

import pytest

from slipcast.images.origins import ALL, Origins


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("docker.io", "docker.io"),
        ("Docker.IO", "docker.io"),
        ("*.example.com", "a.b.example.com"),
        ("r?.example.com", "r1.example.com"),
        ("r.example.com", "r.example.com:443"),
        ("r.example.com", "r.example.com:80"),
        ("r.example.com:5000", "r.example.com:5000"),
        ("[::1]:5000", "[::1]:5000"),
        ("r.example.com:*", "r.example.com:5000"),
        ("*", "anything"),
    ],
)
def test_a_registry_that_is_named_is_allowed(pattern: str, host: str):
    assert Origins(allowed=("other", pattern)).allow(host)


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("example.com", "r.example.com"),
        ("*.example.com", "example.com"),
        ("*.example.com", "r.example.com.evil"),
        ("r.example.com", "r.example.com:5000"),
        ("r.example.com:5000", "r.example.com"),
        ("r.example.com:5000", "r.example.com:5001"),
    ],
)
def test_any_other_is_not(pattern: str, host: str):
    assert not Origins(allowed=(pattern,)).allow(host)


def test_where_none_is_named_all_are_allowed_and_none_is_known():
    assert ALL.allow("anything")
    assert not ALL.name("anything")


def test_who_is_named_one_by_one_is_known_and_who_is_among_many_is_not():
    origins = Origins(allowed=("*.example.com", "r.example.org"))

    assert [origins.name(each) for each in ("r.example.com", "r.example.org")] == [False, True]


def test_the_own_registry_always_is_and_nobody_need_be_told() -> None:
    origins = Origins(allowed=("quay.io",), own=("images.shop:443",))

    assert origins.allow("Images.shop:443")
    assert origins.refusal("x") == "policy forbids images from x: they may come from quay.io only"
