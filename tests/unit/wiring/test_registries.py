"""How registries are reached: the credentials of docker's configuration file."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from slipcast.ports.engine import ANONYMOUS
from slipcast.wiring.registries import DOCKER_HUB, Registries


def entry(user: str = "me") -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:secret:with:colons".encode()).decode(), "email": "x"}


@pytest.mark.parametrize(
    "document", [{"auths": {"r.example:5000": entry()}}, {"r.example:5000": entry()}]
)
def test_both_forms_of_the_file_are_read_s2i_141(tmp_path: Path, document: object) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(document))

    credential = Registries(credentials=path).access("r.example:5000/a/b:1").credential

    assert credential is not None
    assert (credential.username, credential.password.reveal()) == ("me", "secret:with:colons")


@pytest.mark.parametrize(
    ("image", "user"),
    [
        ("python", "hub"),
        ("docker.io/library/python", "hub"),
        ("r.example/python", "mine"),
        ("r.example:5000/python", ""),
        ("oci:directory", ""),
        ("Not A Reference", ""),
    ],
)
def test_the_entry_is_that_of_the_registry_host_s2i_142(
    tmp_path: Path, image: str, user: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {DOCKER_HUB: entry("hub"), "r.example": entry("mine")}}))

    credential = Registries(credentials=path).access(image).credential

    assert (credential.username if credential else "") == user


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"auths": 1}', '{"auths": {"r": 1}}', '{"auths": {"r": {"auth": "?"}}}'],
)
def test_what_cannot_be_read_means_anonymous_s2i_142(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)

    assert Registries(credentials=path).access("r/image") == ANONYMOUS


def test_no_file_means_anonymous_s2i_142(tmp_path: Path) -> None:
    assert Registries(credentials=tmp_path / "none").access("r.example/image") == ANONYMOUS


def test_trust_comes_from_the_settings(tmp_path: Path) -> None:
    registries = Registries(
        credentials=tmp_path / "none", insecure=("plain.example:5000",), ca_file=Path("/ca")
    )

    assert registries.access("plain.example:5000/x").insecure is True
    assert registries.access("r.example/x").insecure is False
    assert registries.access("r.example/x").ca_file == Path("/ca")
