"""`slipcast registry`: where the integrated registry is, and logins to it for other programs."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from slipcast.cli import registryfile
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import Fault
from unit.cli.conftest import Call


def logged_in(file: Path, host: str) -> str:
    """User and token of a login."""
    return b64decode(json.loads(file.read_text())["auths"][host]["auth"]).decode()


@pytest.fixture
def server(call: Call, toolbox: FakeToolbox) -> Call:
    """The command line, with a server that has a registry."""
    toolbox.answers["/v2/"] = b"{}"
    return call


def test_the_registry_is_where_the_server_is(server: Call) -> None:
    assert server("registry", "info").stdout == "memory\n"


def test_a_server_without_a_registry_is_told_of(call: Call) -> None:
    ended = call("registry", "info")

    assert ended.code == 1
    assert ended.stderr == "error: the integrated registry has not been configured\n"


def test_a_login_is_kept_beside_others(server: Call, tmp_path: Path) -> None:
    file = tmp_path / "auth.json"
    file.write_text('{"auths": {"r.example": {"auth": "eDp5"}}, "credsStore": "pass"}')

    ended = server("registry", "login", f"--to={file}", "--token=secret")

    assert ended.stdout == f"Saved credentials for memory into {file}\n"
    assert logged_in(file, "memory") == "admin:secret"
    assert logged_in(file, "r.example") == "x:y"
    assert json.loads(file.read_text())["credsStore"] == "pass"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_login_may_be_for_another_address(server: Call, tmp_path: Path) -> None:
    server("registry", "login", "--registry=images.example", "--to=auth.json", "--token=secret")

    assert logged_in(tmp_path / "auth.json", "images.example") == "admin:secret"


def test_without_a_token_nobody_is_logged_in(server: Call) -> None:
    ended = server("registry", "login")

    assert ended.code == 1
    assert ended.stderr.startswith("error: no token is currently in use for this session\n")
    assert "-z" in ended.stderr


@pytest.mark.parametrize("text", ["[]", "{", '{"auths": "x"}'])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.json"
    file.write_text(text)

    with pytest.raises(Fault, match="is no file of logins"):
        registryfile.load(file)

    assert file.read_text() == text


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"HOME": "/home/me"}, "/home/me/.docker/config.json"),
        ({"HOME": "/home/me", "DOCKER_CONFIG": "/d"}, "/d/config.json"),
        ({"DOCKER_CONFIG": "/d", "REGISTRY_AUTH_FILE": "/auth.json"}, "/auth.json"),
    ],
)
def test_the_file_is_where_docker_and_podman_look(environment: dict[str, str], place: str) -> None:
    assert registryfile.place(environment) == Path(place)
