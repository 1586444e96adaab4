"""The Launcher port: containers that stay, over every adapter."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import containers
from slipcast.adapters.launcher.podman import PodmanLauncher
from slipcast.ports.launcher import Launcher, LaunchSpec
from slipcast.values.faults import EngineFault, NotFound

pytestmark = pytest.mark.engine

PORT = 8080
Names = Callable[[], str]


def answer(port: int) -> str:
    """What a web server on loopback says, once it does."""
    said: list[str] = []

    def asks() -> bool:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/") as reply:
            said.append(reply.read().decode())
        return bool(said)

    containers.wait_for(asks, "the web server answered")
    return said[0]


def test_a_started_container_answers_on_its_published_port(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    launched = launcher.start(LaunchSpec(image=web_image, name=new_name(), ports=((0, PORT),)))

    [(host, inside)] = launched.ports
    assert (inside, launched.running, launched.note) == (PORT, True, "")
    assert answer(host) == "hello from 1001"


def test_the_host_port_asked_for_is_the_one_published(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    port = containers.a_port()

    launched = launcher.start(LaunchSpec(image=web_image, name=new_name(), ports=((port, PORT),)))

    assert launched.ports == ((port, PORT),)
    assert answer(port) == "hello from 1001"


def test_environment_and_user_are_given(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    greeting = 'a "b" $HOME #c\nsecond line'

    launched = launcher.start(
        LaunchSpec(
            image=web_image,
            name=new_name(),
            ports=((0, PORT),),
            env=(("GREETING", greeting), ("OTHER", " x ")),
            user="1234:0",
        )
    )

    assert answer(launched.ports[0][0]) == f"{greeting} from 1234"


def test_podman_works_in_a_directory_of_ours(
    web_image: str, new_name: Names, tmp_path: Path
) -> None:
    # Where conmon leaves its file `oom`.
    podman = PodmanLauncher(
        tmp_path / "new", ("podman", *containers.engine_flags()), containers.engine_env()
    )
    name = new_name()

    podman.start(LaunchSpec(image=web_image, name=name))

    monitor = containers.podman("inspect", "--format={{.State.ConmonPid}}", name).strip()
    assert Path(f"/proc/{monitor}/cwd").readlink() == tmp_path / "new"


def test_a_port_that_is_taken_is_said(launcher: Launcher, web_image: str, new_name: Names) -> None:
    port = containers.a_port()
    launcher.start(LaunchSpec(image=web_image, name=new_name(), ports=((port, PORT),)))
    second = new_name()

    with pytest.raises(EngineFault) as caught:
        launcher.start(LaunchSpec(image=web_image, name=second, ports=((port, PORT),)))

    assert caught.value.reason == "PortTaken"
    assert second not in {each.name for each in launcher.list()}


def test_a_port_that_another_program_has_is_said(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(EngineFault, match=str(port)) as caught:
            launcher.start(LaunchSpec(image=web_image, name=new_name(), ports=((port, PORT),)))

    assert caught.value.reason == "PortTaken"


def test_a_name_that_is_taken_is_said_and_its_container_stays(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name = new_name()
    launcher.start(LaunchSpec(image=web_image, name=name))

    with pytest.raises(EngineFault) as caught:
        launcher.start(LaunchSpec(image=web_image, name=name))

    assert caught.value.reason == "NameTaken"
    assert name in {each.name for each in launcher.list() if each.running}


def test_an_image_that_is_not_here_is_not_pulled(launcher: Launcher, new_name: Names) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        launcher.start(LaunchSpec(image="localhost/slipcast-tests/nowhere:1", name=new_name()))


def test_a_container_without_a_name_is_given_one(launcher: Launcher, web_image: str) -> None:
    launched = launcher.start(LaunchSpec(image=web_image))

    assert launched.name.startswith("s2i_localhost_slipcast_tests_web_1_")
    assert launcher.stop(launched.name, grace=0)


def test_its_output_is_followed_from_the_beginning_to_the_end(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name, out, err = new_name(), bytearray(), bytearray()
    launcher.start(LaunchSpec(image=web_image, name=name, env=(("END", "3"),)))

    status = launcher.follow(name, stdout=out.extend, stderr=err.extend)

    assert (bytes(out), bytes(err)) == (b"ready\n", b"warned\n")
    assert (status.code, status.oom_killed, status.error) == (3, False, "")


def test_following_ends_when_somebody_ends_the_container(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name, out = new_name(), bytearray()
    launched = launcher.start(LaunchSpec(image=web_image, name=name, ports=((0, PORT),)))
    answer(launched.ports[0][0])
    killer = threading.Thread(target=containers.podman, args=("kill", "--signal=TERM", name))

    killer.start()
    status = launcher.follow(name, stdout=out.extend)
    killer.join()

    assert status.code == 7
    assert bytes(out) == b"ready\ntold to end\n"


def test_the_tail_holds_the_last_lines_of_both_streams(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name = new_name()
    launcher.start(LaunchSpec(image=web_image, name=name, env=(("END", "1"),)))
    launcher.follow(name)

    assert sorted(launcher.tail(name).splitlines()) == ["ready", "warned"]
    assert launcher.tail(name, 1) == "warned"


def test_a_stopped_container_is_gone(launcher: Launcher, web_image: str, new_name: Names) -> None:
    name = new_name()
    launched = launcher.start(LaunchSpec(image=web_image, name=name, ports=((0, PORT),)))
    answer(launched.ports[0][0])

    assert launcher.stop(name)
    assert not launcher.stop(name)
    assert name not in {each.name for each in launcher.list()}
    assert not containers.accepts(launched.ports[0][0])


def test_a_container_that_ignores_the_request_is_killed(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name = new_name()
    launcher.start(LaunchSpec(image=web_image, name=name, env=(("STUBBORN", "1"),)))
    containers.wait_for(lambda: "ready" in launcher.tail(name), "the server was ready")

    assert launcher.stop(name, grace=1)
    assert name not in {each.name for each in launcher.list()}


def test_one_that_has_ended_is_listed_until_it_is_removed(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name = new_name()
    launcher.start(LaunchSpec(image=web_image, name=name, env=(("END", "0"),)))
    launcher.follow(name)

    [found] = [each for each in launcher.list() if each.name == name]
    assert (found.running, found.image) == (False, web_image)


def test_what_others_started_is_not_ours_to_end(
    launcher: Launcher, web_image: str, new_name: Names
) -> None:
    name = new_name()
    containers.podman("create", f"--name={name}", web_image)

    assert not launcher.stop(name)
    assert name not in {each.name for each in launcher.list()}
    with pytest.raises(NotFound, match=name):
        launcher.follow(name)
    containers.podman("rm", name)


@pytest.mark.parametrize("name", ["none", "--all"])
def test_there_is_nothing_to_end_under_an_unknown_name(launcher: Launcher, name: str) -> None:
    assert not launcher.stop(name)
    with pytest.raises(NotFound):
        launcher.tail(name)
