"""Where results and the output of scripts go."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable

import pytest

import containers
from commandline import (
    Program,
    repository,
    script,
)

pytestmark = pytest.mark.engine


def test_the_result_is_a_json_document(program: Program, new_image: Callable[[], str]) -> None:
    repository(program)
    name = new_image()

    ran = program("s2i", "build", "app", containers.BUILDER, name, "-o", "json")

    document = ran.document
    assert (document["success"], document["tag"], document["exit_code"]) == (True, name, 0)
    assert document["revision"]["message"] == "First"
    assert document["labels"]["io.openshift.s2i.build.image"] == containers.BUILDER
    assert {"Assemble", "CommitContainer"} <= {each["name"] for each in document["stages"]}
    assert document["image"] in containers.podman("images", "--no-trunc", "--quiet")


def test_a_failure_is_a_json_document(program: Program) -> None:
    script(program, "assemble", "#!/bin/sh\necho last words\nexit 3\n")

    ran = program("s2i", "build", "app", containers.BUILDER, "-o", "json")

    document = ran.document
    assert (ran.code, document["exit_code"], document["reason"]) == (1, 1, "AssembleFailed")
    assert document["tail"][-1] == "last words"


def test_the_output_of_scripts_is_untouched_s2i_204(program: Program) -> None:
    script(program, "assemble", "#!/bin/sh\nprintf '   indented\\t\\n\\nlast'\n")

    ran = program("s2i", "build", "app", containers.BUILDER)

    assert "\n   indented\t\n\nlast\n" in ran.stderr


def test_quiet_hides_standard_output_of_assemble_s2i_16(program: Program) -> None:
    script(program, "assemble", "#!/bin/sh\necho hidden\necho shown >&2\n")

    ran = program("s2i", "build", "app", containers.BUILDER, "--quiet")

    assert "shown\n" in ran.stderr
    assert "hidden" not in ran.stderr


def test_the_image_is_pushed_and_laid_out(
    program: Program,
    new_image: Callable[[], str],
    registry: Callable[..., containers.Registry],
) -> None:
    server = registry(password="secret")
    program.environment["SLIPCAST_INSECURE_REGISTRIES"] = server.host
    auth = {"auths": {server.host: {"auth": "dGVzdGVyOnNlY3JldA=="}}}
    (program.directory / "auth.json").write_text(json.dumps(auth))

    ran = program(
        *("s2i", "build", "app", containers.BUILDER, new_image(), "-o", "json"),
        *("--push", server.name(), "-o", "oci:out:1", "--dockercfg-path", "auth.json"),
    )

    assert ran.code == 0, ran.stderr
    first, second = ran.document["pushed"]
    assert first["destination"] == server.name()
    assert first["digest"].startswith("sha256:")
    assert (program.directory / "out/index.json").is_file()
    assert second["destination"] == "oci:out:1"
    assert "secret" not in ran.stderr


def test_every_change_builds_again(program: Program, new_image: Callable[[], str]) -> None:
    name = new_image()
    (program.directory / "app/.s2iignore").write_text("ignored\n")
    done = "Watching "

    with program.begun("s2i", "build", "app", containers.BUILDER, name, "--watch") as begun:
        begun.prints(done)
        (program.directory / "app/ignored").write_text("x")
        (program.directory / "app/new.html").write_text("x")
        begun.prints(done, times=2)
        begun.child.send_signal(signal.SIGINT)

        assert begun.ends() == 2
    assert "Changed: new.html\n" in begun.printed
    assert program.left_behind() == []


def test_a_change_during_a_build_is_not_lost(
    program: Program, new_image: Callable[[], str]
) -> None:
    waits = "#!/bin/sh\necho started\nuntil [ -e /wait/go ]; do sleep 0.1; done\n"
    script(program, "assemble", waits)
    wait = program.directory / "wait"
    wait.mkdir()

    with program.begun(
        *("s2i", "build", "app", containers.BUILDER, new_image(), "--watch"),
        *("-v", f"{wait}:/wait:ro"),
    ) as begun:
        begun.prints("started")
        (program.directory / "app/new.html").write_text("x")
        (wait / "go").touch()
        begun.prints("started", times=2)

    assert "Changed: new.html\n" in begun.printed


def test_the_saved_command_line_builds_the_same_s2i_61(
    program: Program, new_image: Callable[[], str]
) -> None:
    name = new_image()
    program("s2i", "build", "app", containers.BUILDER, name, "--use-config", "-e", "A=first")

    ran = program("s2i", "build", "--use-config", "-o", "json")

    assert (ran.code, ran.document["tag"]) == (0, name)
    assert "A=first" in containers.podman("inspect", "--format={{.Config.Env}}", name)
