"""Config maps and secrets from keys and values."""

from __future__ import annotations

import base64
import json

import pytest

from slipcast.cli.generators import data
from slipcast.cli.generators.data import Registry
from slipcast.values.faults import UsageFault


def test_a_hash_in_a_name_is_the_one_kubectl_makes() -> None:
    content = data.config_map("x", [("a", b"b")], append_hash=True)

    assert content["metadata"]["name"] == "x-64686gkt6c"


def test_credentials_are_kept_as_docker_keeps_them() -> None:
    registry = Registry(server="reg", username="u", password="p", email="e")

    entry = json.loads(registry.text)["auths"]["reg"]

    assert base64.b64decode(entry["auth"]) == b"u:p"
    assert entry["email"] == "e"


@pytest.mark.parametrize(
    ("text", "pair"),
    [("a=b", ("a", b"b")), ("a=", ("a", b"")), ("a=b=c", ("a", b"b=c")), ("a='b'", ("a", b"b"))],
)
def test_a_literal_ends_its_key_at_the_first_sign(text: str, pair: tuple[str, bytes]) -> None:
    assert data.literal(text) == pair


@pytest.mark.parametrize("text", ["a", "=b", ""])
def test_a_literal_has_a_key_and_a_value(text: str) -> None:
    with pytest.raises(UsageFault, match="invalid literal source"):
        data.literal(text)


def test_a_key_is_said_once() -> None:
    with pytest.raises(UsageFault, match='cannot add key "a", another key by that name'):
        data.config_map("x", [("a", b"1"), ("a", b"2")])


def test_a_key_is_no_path() -> None:
    with pytest.raises(UsageFault, match="is not a valid key name"):
        data.secret("x", [("../a", b"1")])


@pytest.mark.parametrize("text", ["=p", "k=", "k=a=b"])
def test_a_file_has_at_most_one_key(text: str) -> None:
    with pytest.raises(UsageFault):
        data.file_source(text)
