"""Signals end the program at any moment, and nothing is left behind."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

import containers
from commandline import (
    SIGNALS,
    SLEEPING,
    Program,
    script,
    silent_server,
)

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("number", SIGNALS)
def test_assemble_is_ended_by_every_signal(program: Program, number: signal.Signals) -> None:
    script(program, "assemble", SLEEPING)

    with program.begun("s2i", "build", "app", containers.BUILDER) as begun:
        begun.prints("started")
        begun.child.send_signal(number)

        assert begun.ends() == 2
    assert f"ended by {number.name}" in begun.printed
    assert ("most recent call first" in begun.printed) == (number == signal.SIGQUIT)
    assert program.left_behind() == []


def test_a_second_signal_does_not_disturb_the_clean_up(program: Program) -> None:
    script(program, "assemble", f"#!/bin/sh\ntrap '' TERM\n{SLEEPING}")

    with program.begun("s2i", "build", "app", containers.BUILDER) as begun:
        begun.prints("started")
        begun.child.send_signal(signal.SIGINT)
        begun.child.send_signal(signal.SIGTERM)
        begun.child.send_signal(signal.SIGINT)

        assert begun.ends() == 2
    assert program.left_behind() == []


def test_saving_artifacts_is_ended(program: Program, new_image: Callable[[], str]) -> None:
    script(program, "save-artifacts", SLEEPING)
    name = new_image()
    program("s2i", "build", "app", containers.BUILDER, name)

    with program.begun("s2i", "build", "app", containers.BUILDER, name, "--incremental") as begun:
        begun.prints("started")
        begun.child.send_signal(signal.SIGTERM)

        assert begun.ends() == 2
    assert program.left_behind() == []


def test_a_clone_from_a_silent_host_is_ended(program: Program) -> None:
    with silent_server() as server:
        url = f"http://127.0.0.1:{server.port}/app.git"

        with program.begun("s2i", "build", url, containers.BUILDER) as begun:
            server.is_asked()
            begun.child.send_signal(signal.SIGINT)

            assert begun.ends() == 2
    assert program.left_behind() == []


def test_a_pull_from_a_silent_registry_is_ended(program: Program) -> None:
    with silent_server() as server:
        image = f"127.0.0.1:{server.port}/app:1"

        with program.begun("s2i", "build", "app", image) as begun:
            server.is_asked()
            begun.child.send_signal(signal.SIGTERM)

            assert begun.ends() == 2
    assert program.left_behind() == []


def test_the_container_of_run_is_removed(program: Program, new_image: Callable[[], str]) -> None:
    script(program, "run", "#!/bin/sh\ntrap exit TERM\necho serving\nsleep 600 &\nwait\n")

    with program.begun("s2i", "build", "app", containers.BUILDER, new_image(), "--run") as begun:
        begun.prints("serving")
        begun.child.send_signal(signal.SIGINT)

        assert begun.ends() == 2
    name = begun.printed.partition("as container ")[2].split()[0]
    assert name not in containers.podman("ps", "--all", "--format={{.Names}}")
    assert program.left_behind() == []


def test_what_a_killed_process_left_is_swept_up_by_the_next(
    program: Program, new_image: Callable[[], str]
) -> None:
    script(program, "assemble", SLEEPING)
    with program.begun("s2i", "build", "app", containers.BUILDER) as begun:
        begun.prints("started")
    assert program.left_behind() != []
    script(program, "assemble", "#!/bin/sh\ntrue\n")

    ran = program("s2i", "build", "app", containers.BUILDER, new_image())

    assert ran.code == 0
    assert program.left_behind() == []
