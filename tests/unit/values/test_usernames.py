"""Names of people as names of objects."""

from __future__ import annotations

import pytest

from slipcast.values import usernames


@pytest.mark.parametrize("name", ["anna", "a@b.test", "Anna A", "oidc:anna", "ä"])
def test_a_name_that_can_be_in_a_path_is_kept_as_it_is(name: str) -> None:
    assert usernames.kept_as(name) == name


def test_another_is_kept_in_base64() -> None:
    assert usernames.kept_as("https://i#anna") == "b64:aHR0cHM6Ly9pI2FubmE"


@pytest.mark.parametrize("kept", ["b64:?", "b64:YW5uYQ", "b64:_w", "b64:a"])
def test_nobody_is_kept_under_a_name_that_no_name_is_kept_as(kept: str) -> None:
    assert usernames.read(kept) == ""
