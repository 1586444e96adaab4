"""`slipcast demo`: which machine will do, what is begun, what is said, what is taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli import demonstrating
from slipcast.cli.commands.demo import USUAL_PORT
from slipcast.ports.host import Fact, Verdict
from slipcast.ports.launcher import Launched
from slipcast.testing.engine import FakeEngine
from slipcast.testing.objects import a_builder
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import EngineFault, HostFault
from unit.cli.conftest import Call

GIT = Fact(name="git", found="2.39")
NO_BUILDAH = Fact(
    name="buildah",
    found="not installed",
    verdict=Verdict.MISSING,
    advice="apt-get install buildah: builds and keeps images",
)
NO_PODMAN = Fact(name="podman", found="not installed", verdict=Verdict.LIMITED)
NO_LIMITS = Fact(name="cgroups", found="v1", verdict=Verdict.LIMITED)


def test_a_machine_with_limits_will_do() -> None:
    assert demonstrating.lacking((GIT, NO_LIMITS)) == ()


def test_what_builds_need_and_what_runs_the_result_must_be_there() -> None:
    assert demonstrating.lacking((NO_BUILDAH, GIT, NO_PODMAN)) == (NO_BUILDAH, NO_PODMAN)


def test_a_machine_that_lacks_something_is_told_before_anything_is_begun(
    call: Call, toolbox: FakeToolbox
) -> None:
    toolbox.host.told = (GIT, NO_BUILDAH)

    ended = call("demo")

    assert ended.code == 1
    assert "this machine lacks what it takes: buildah" in ended.stderr
    assert "apt-get install buildah" in ended.stderr
    assert (toolbox.examples.laid, toolbox.daemon.wanted) == ({}, [])


class BehindASocket(FakeEngine):
    """Docker, which is there or is not."""

    name = "docker"


def test_a_docker_socket_that_answers_needs_nothing_else(toolbox: FakeToolbox) -> None:
    toolbox.host.told = (NO_BUILDAH,)

    demonstrating.check(toolbox.host, BehindASocket())


def test_where_nothing_answers_it_is_said_what_can_be_installed(toolbox: FakeToolbox) -> None:
    toolbox.host.told = (NO_BUILDAH,)
    engine = BehindASocket()
    engine.fail("check", EngineFault("no docker"))

    with pytest.raises(HostFault, match="lacks what it takes: buildah"):
        demonstrating.check(toolbox.host, engine)


def test_a_builder_image_that_is_not_here_is_made_first(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.builders.fault = HostFault("no mmdebstrap", hint="apt-get install mmdebstrap")

    ended = call("demo")

    assert "$ slipcast builders build python:3.11" in ended.stdout
    assert "no mmdebstrap" in ended.stderr


def test_a_server_is_started_where_none_runs(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.builders.made.append("python:3.11")

    ended = call("demo")

    assert "builders build" not in ended.stdout
    assert "$ slipcast server --background" in ended.stdout
    assert toolbox.daemon.wanted[0].port in {0, USUAL_PORT}
    assert f"$ slipcast new-app {toolbox.examples.directory}/hello" in ended.stdout


def test_a_project_of_that_name_which_is_somebody_elses_is_left_alone(
    call: Call,
) -> None:
    call("server", "--background")
    call("create", "namespace", "slipcast-demo")

    ended = call("demo", "--remove")

    assert ended.code == 1
    assert "which the demonstration has not made" in ended.stderr
    assert call("get", "namespace", "slipcast-demo").code == 0


def test_what_was_made_is_removed(call: Call, toolbox: FakeToolbox) -> None:
    call("server", "--background")
    toolbox.examples.lay_out("flask-hello", "hello")
    toolbox.work.engine.add("there/hello", a_builder())
    running = Launched(name="slipcast-demo", image="there/hello")
    toolbox.work.launcher.containers["slipcast-demo"] = running

    ended = call("demo", "--remove")

    assert ended.code == 0, ended.stderr
    assert (toolbox.work.launcher.containers, toolbox.examples.laid) == ({}, {})
    assert toolbox.work.engine.inspect("there/hello") is None


def test_without_a_server_the_project_is_spoken_of(call: Call) -> None:
    ended = call("demo", "--remove")

    assert ended.code == 0
    assert "goes by `slipcast server --background`" in ended.stderr


@pytest.mark.parametrize("way", [(), ("--kubeconfig", "/k")])
def test_what_can_be_done_next_is_said_with_the_way_to_the_server(way: tuple[str, ...]) -> None:
    said = demonstrating.how_to_go_on("bin/slipcast", Path("/state/demo/hello"), way)

    assert said[0].startswith("/state/demo/hello was built as slipcast-demo/hello")
    words = " ".join(("bin/slipcast", "get", "all", "-n", "slipcast-demo", *way))
    assert any(line.endswith(f":                  {words}") for line in said)
