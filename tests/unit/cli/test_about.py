"""`slipcast api-resources`, `api-versions`, `whoami` and `version`."""

from __future__ import annotations

from slipcast.api.kinds import KINDS
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


def test_every_type_is_a_row(call: Call) -> None:
    lines = call("api-resources").stdout.splitlines()

    assert lines[0].split() == ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
    assert len(lines) == len(KINDS) + 1


def test_types_can_be_chosen(call: Call) -> None:
    ended = call(
        "api-resources", "--api-group=batch", "--namespaced=true", "--verbs=list", "-o", "name"
    )

    assert ended.stdout == "jobs.batch\n"


def test_types_can_be_shown_with_everything(call: Call) -> None:
    ended = call("api-resources", "--api-group=batch", "--categories=all", "-o", "wide")

    assert ended.stdout.splitlines()[1].split()[-1] == "all"


def test_types_can_be_sorted(call: Call) -> None:
    first = call("api-resources", "--sort-by=kind", "--no-headers").stdout.split()[0]

    assert first == "builds"


def test_what_cannot_be_asked_is_refused(call: Call) -> None:
    assert call("api-resources", "-o", "x").stderr == "error: --output x is not available\n"
    assert call("api-resources", "--sort-by=x").code == 1
    assert call("version", "-o", "x").code == 1
    assert call("whoami", "-t", "-c").code == 1


def test_versions_are_sorted(call: Call) -> None:
    lines = call("api-versions").stdout.splitlines()

    assert lines == sorted(lines)
    assert "build.openshift.io/v1" in lines


def test_one_is_told_who_one_is(call: Call) -> None:
    assert call("whoami").stdout == "admin\n"
    assert call("whoami", "--as", "eve").stdout == "eve\n"


def test_who_has_no_credentials_is_nobody(call: Call) -> None:
    ended = call("whoami", "--as", "system:anonymous")

    assert (ended.code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: You must be logged in to the server")


def test_one_is_told_where_one_is(call: Call) -> None:
    assert call("whoami", "--show-server").stdout == "https://memory\n"
    assert call("whoami", "-c").stdout == "memory\n"


def test_ones_token_is_told_when_there_is_one(call: Call) -> None:
    assert call("whoami", "-t", "--token", "abc").stdout == "abc\n"
    assert call("whoami", "-t").stderr == "error: no token is currently in use for this session\n"


def test_client_and_server_tell_their_versions(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.answers["/version"] = b'{"gitVersion": "v1.32.0"}'

    lines = call("version").stdout.splitlines()

    assert lines[0].startswith("Client Version: v")
    assert lines[1] == "Server Version: v1.32.0"


def test_versions_can_be_read_by_programs(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.answers["/version"] = b'{"gitVersion": "v1.32.0"}'

    assert call("version", "-o", "json").document["serverVersion"]["gitVersion"] == "v1.32.0"
    assert "serverVersion" not in call("version", "--client", "-o", "yaml").stdout
