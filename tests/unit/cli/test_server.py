"""`slipcast server`: how it is asked for, and what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli.commands.server import parse_address
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import UsageFault
from unit.cli.conftest import Call


def test_a_server_in_the_background_says_how_to_reach_it(call: Call) -> None:
    ended = call("server", "--background", "--listen", ":9443")

    assert ended.code == 0
    assert "slipcast serves at https://127.0.0.1:9443" in ended.stdout
    assert "kubectl --kubeconfig " in ended.stdout


def test_everything_asked_for_reaches_the_server(call: Call, toolbox: FakeToolbox) -> None:
    call("server", "--state-dir", "/s", "--kubeconfig", "/k", "--store", "memory")

    wanted = toolbox.daemon.wanted[0]
    assert (wanted.state, wanted.kubeconfig, wanted.store) == (Path("/s"), Path("/k"), "memory")
    assert (wanted.host, wanted.port) == ("127.0.0.1", 8443)


def test_who_is_let_in_reaches_the_server(call: Call, toolbox: FakeToolbox, tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.touch()

    call("server", "--htpasswd", str(users), "--oidc-issuer", "https://i", "--oidc-client-id", "c")

    identity = toolbox.daemon.wanted[0].identity
    assert (identity.htpasswd, identity.oidc_issuer, identity.oidc_client_id) == (
        users,
        "https://i",
        "c",
    )


def test_the_file_of_a_secret_reaches_the_server(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    (tmp_path / "client").touch()

    call("server", "--oidc-client-secret-file", str(tmp_path / "client"))

    assert toolbox.daemon.wanted[0].identity.oidc_client_secret_file == tmp_path / "client"


def test_a_password_file_that_is_not_there_is_refused(call: Call) -> None:
    ended = call("server", "--htpasswd", "/nowhere/users")

    assert ended.code == 2


def test_the_status_of_no_server_is_a_status_of_its_own(call: Call) -> None:
    ended = call("server", "--status")

    assert (ended.code, ended.stdout) == (3, "no server runs\n")


def test_programs_are_told_in_json(call: Call) -> None:
    call("server", "--background")

    document = call("server", "--status", "-o", "json").document

    assert document["schema"] == "slipcast.server/1"
    assert (document["running"], document["ready"]) == (True, True)


def test_stopping_tells_what_has_ended(call: Call, toolbox: FakeToolbox) -> None:
    call("server", "--background")

    ended = call("server", "--stop")

    assert ended.code == 0
    assert "has ended" in ended.stdout
    assert toolbox.daemon.running is None


def test_starting_and_stopping_at_once_is_refused(call: Call) -> None:
    ended = call("server", "--stop", "--background")

    assert ended.code == 2
    assert "exclude each other" in ended.stderr


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8443", ("127.0.0.1", 8443)),
        (":0", ("127.0.0.1", 0)),
        ("[::1]:8443", ("::1", 8443)),
        ("build.example.com:443", ("build.example.com", 443)),
    ],
)
def test_an_address_without_a_host_is_of_this_machine(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "host", "host:", "1:2:3", ":70000", ":-1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageFault):
        parse_address(text)
