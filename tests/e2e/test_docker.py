"""The program over a Docker API."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import containers
from commandline import (
    SLEEPING,
    Program,
    script,
)

pytestmark = pytest.mark.engine


@pytest.fixture
def over_docker(program: Program, podman_socket: Path) -> Program:
    program.environment["DOCKER_HOST"] = f"unix://{podman_socket}"
    program.environment["SLIPCAST_ENGINE"] = "docker"
    return program


def test_the_endpoint_of_the_environment_is_used_s2i_10(
    over_docker: Program, new_image: Callable[[], str]
) -> None:
    name = new_image()

    ran = over_docker("s2i", "build", "app", containers.BUILDER, name, "-o", "json")

    assert (ran.code, ran.document["tag"]) == (0, name), ran.stderr
    assert over_docker.left_behind() == []


def test_a_failing_assemble_is_1_s2i_79(over_docker: Program) -> None:
    script(over_docker, "assemble", "#!/bin/sh\nexit 3\n")

    ran = over_docker("s2i", "build", "app", containers.BUILDER)

    assert ran.code == 1
    assert f"non-zero (3) exit code from {containers.BUILDER}" in ran.stderr
    assert over_docker.left_behind() == []


@pytest.mark.parametrize("url", ["unix:///nowhere.sock", "tcp://127.0.0.1:1"])
def test_an_endpoint_that_does_not_answer_is_1_before_any_work_s2i_60(
    program: Program, url: str
) -> None:
    ran = program("s2i", "build", "app", containers.BUILDER, "-U", url)

    assert ran.code == 1
    assert url.rpartition("//")[2] in ran.stderr
    assert "internal error" not in ran.stderr


def test_a_url_means_docker_whatever_the_settings_say(
    program: Program, podman_socket: Path, new_image: Callable[[], str]
) -> None:
    ran = program(
        *("s2i", "-U", f"unix://{podman_socket}", "--loglevel", "1"),
        *("build", "app", containers.BUILDER, new_image()),
    )

    assert ran.code == 0, ran.stderr


def test_assemble_is_ended_by_a_signal_s2i_296(over_docker: Program) -> None:
    script(over_docker, "assemble", SLEEPING)

    with over_docker.begun("s2i", "build", "app", containers.BUILDER) as begun:
        begun.prints("started")
        begun.child.send_signal(signal.SIGTERM)

        assert begun.ends() == 2
    assert over_docker.left_behind() == []
