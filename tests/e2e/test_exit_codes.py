"""With which status the program ends (S2I section 2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import containers
from commandline import (
    Program,
    repository,
    script,
)

pytestmark = pytest.mark.engine


def test_success_is_0_s2i_62(program: Program, new_image: Callable[[], str]) -> None:
    ran = program("s2i", "build", "app", containers.BUILDER, new_image())

    assert (ran.code, ran.stdout) == (0, "")
    assert ran.stderr.endswith("Build completed successfully\n")
    assert program.left_behind() == []


def test_an_image_that_cannot_be_pulled_is_2_s2i_64(
    program: Program, registry: Callable[..., containers.Registry]
) -> None:
    server = registry()
    program.environment["SLIPCAST_INSECURE_REGISTRIES"] = server.host

    ran = program("s2i", "build", "app", server.name("nothing"))

    assert ran.code == 2
    assert server.name("nothing") in ran.stderr
    assert program.left_behind() == []


def test_an_image_that_must_not_be_pulled_is_1_s2i_136(program: Program) -> None:
    assert program("s2i", "build", "app", "localhost/none", "-p", "never").code == 1


def test_a_user_that_is_not_allowed_is_15_s2i_147(program: Program) -> None:
    ran = program("s2i", "build", "app", containers.BUILDER, "--allowed-uids=2000-")

    assert ran.code == 15
    assert "1001" in ran.stderr


def test_an_image_without_scripts_is_11_s2i_153(program: Program, base_image: str) -> None:
    ran = program("s2i", "build", "app", base_image)

    assert ran.code == 11
    assert "assemble" in ran.stderr


def test_a_repository_without_commits_is_16_s2i_107(program: Program) -> None:
    repository(program, commit=False)

    ran = program("s2i", "build", "app", containers.BUILDER)

    assert ran.code == 16
    assert "--copy" in ran.stderr


def test_a_failing_assemble_is_1_and_says_how_it_ended_s2i_79(program: Program) -> None:
    script(program, "assemble", "#!/bin/sh\necho no such module >&2\nexit 3\n")

    ran = program("s2i", "build", "app", containers.BUILDER)

    assert ran.code == 1
    assert f"non-zero (3) exit code from {containers.BUILDER}" in ran.stderr
    assert "ERROR:     no such module\n" in ran.stderr
    assert "Build failed\nERROR: An error occurred: " in ran.stderr
    assert program.left_behind() == []


@pytest.mark.parametrize(
    "words",
    [
        ["app", "--ref", "nothing"],
        ["app#nothing"],
        ["nothing"],
        ["app/index.html"],
        ["app", "--context-dir", "nothing"],
        ["app", "--context-dir", "../.."],
        ["app", "--network", "nonsense"],
        ["app", "--scripts-url", "scripts"],
        ["--", "--upload-pack=touch pwned"],
        ["--", "-app"],
    ],
)
def test_what_cannot_be_fetched_or_run_is_1(program: Program, words: list[str]) -> None:
    repository(program)
    at = words.index("--") + 2 if "--" in words else 1

    ran = program("s2i", "build", *words[:at], containers.BUILDER, *words[at:])

    assert (ran.code, ran.stdout) == (1, "")
    assert "ERROR: " in ran.stderr
    assert "internal error" not in ran.stderr
    assert not (program.directory / "pwned").exists()
    assert program.left_behind() == []


def test_usage_of_a_builder_is_0_s2i_3(program: Program) -> None:
    ran = program("s2i", "usage", containers.BUILDER)

    assert ran.code == 0
    assert "a builder that copies the source to /opt/app\n" in ran.stderr
