"""From a source to something that answers in two commands; skeletons."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import containers
from commandline import (
    SERVING,
    Program,
    fetched,
    repository,
    script,
)

pytestmark = pytest.mark.engine


def test_a_dockerfile_is_built_where_no_language_is_found(
    program: Program, new_image: Callable[[], str]
) -> None:
    name = new_image()
    text = f"FROM {containers.BUILDER}\nCOPY other.txt /opt/app/\n"
    (program.directory / "plain").mkdir()
    (program.directory / "plain/Dockerfile").write_text(text)
    (program.directory / "plain/other.txt").write_text("x")

    ran = program("build", "plain", "--tag", name)

    assert (ran.code, ran.stdout) == (0, f"{name}\n"), ran.stderr
    assert "Found Dockerfile and no language" in ran.stderr


def test_uncommitted_work_is_built_and_counted_up_5(
    program: Program, new_image: Callable[[], str]
) -> None:
    repository(program)
    (program.directory / "app/new.html").write_text("x")
    script(program, "assemble", "#!/bin/sh\nls /tmp/src\n")

    ran = program("build", "app", containers.BUILDER, "--tag", new_image())

    assert ran.code == 0
    assert "2 files are not committed; all of it is built" in ran.stderr
    assert "\nnew.html\n" in ran.stderr


def test_the_result_runs_answers_and_is_ended(
    program: Program, new_image: Callable[[], str]
) -> None:
    name, port = new_image(), containers.a_port()
    script(program, "run", SERVING.replace("PORT", str(port)))
    built = program("build", "app", containers.BUILDER, "--tag", name)
    assert built.code == 0, built.stderr

    started = program("run", name, "--port", str(port))
    try:
        assert started.stdout == f"http://127.0.0.1:{port}/\n", started.stderr
        assert fetched(port, "/index.html") == b"hello\n"
        assert program("run", name, "--status").code == 0
    finally:
        stopped = program("run", name, "--stop")

    assert stopped.code == 0
    assert program("run", name, "--status").code == 1


def test_a_result_that_dies_is_told_with_its_last_lines(
    program: Program, new_image: Callable[[], str]
) -> None:
    name = new_image()
    script(program, "run", "#!/bin/sh\necho no module named flask >&2\nexit 4\n")
    program("build", "app", containers.BUILDER, "--tag", name)

    ran = program("run", name, "--port", str(containers.a_port()))

    assert ran.code == 1
    assert "ended before it answered" in ran.stderr
    assert "no module named flask" in ran.stderr
    assert program.left_behind() == []


def test_the_skeleton_builds_and_passes_its_own_test_s2i_285(
    program: Program, new_image: Callable[[], str], base_image: str
) -> None:
    name = new_image().removesuffix(":1")
    program("s2i", "create", name, "skeleton")
    file = program.directory / "skeleton/Dockerfile"
    text = file.read_text().replace("docker.io/library/debian:bookworm-slim", base_image)
    file.write_text(text)

    made = subprocess.run(
        ["make", "--no-print-directory", "test", f"SLIPCAST={sys.executable} -m slipcast"],
        cwd=program.directory / "skeleton", env=program.env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert made.returncode == 0, made.stderr
    assert made.stdout.endswith("Test passed\n")
    assert program.left_behind() == []
