"""The builder images: what each says of itself, and applications of every shape made with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import applications
import containers
import gitserver
from applications import ANY_USER, RECIPES, Application

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.e2e]

NAMES = tuple(row.name for row in applications.catalogue().builders if row.recipe)
SHAPES = {shape.name: shape for shape in applications.applications(RECIPES)}


@pytest.fixture(scope="session", autouse=True)
def _engine(_engines_work: None) -> None:
    """Nothing here works without one."""


@pytest.fixture(scope="session", params=NAMES)
def image(request: pytest.FixtureRequest) -> str:
    """Each builder image in turn."""
    return applications.builder(request.param)


@pytest.fixture
def config(image: str) -> dict[str, Any]:
    """What the image says of itself, to podman."""
    inspected: list[dict[str, Any]] = json.loads(containers.podman("image", "inspect", image))
    found: dict[str, Any] = inspected[0]["Config"]
    return found


@pytest.fixture
def made(new_image: Callable[[], str]) -> str:
    """A name for an application's image."""
    return new_image()


def test_it_carries_the_labels_that_tools_read(config: dict[str, Any]):
    # IMG-1 to 4, 123
    labels = config["Labels"]

    assert labels["io.openshift.s2i.scripts-url"] == "image:///usr/libexec/s2i"
    assert labels["io.openshift.expose-services"] == "8080:http"
    assert "builder" in labels["io.openshift.tags"].split(",")
    assert labels["io.k8s.display-name"]
    assert labels["io.k8s.description"]


def test_it_can_be_run_by_the_platform(config: dict[str, Any]):
    # IMG-6 to 11
    assert config["User"] == "1001"
    assert config["WorkingDir"] == "/opt/app-root/src"
    assert config["Entrypoint"] == ["container-entrypoint"]
    assert "8080/tcp" in config["ExposedPorts"]
    assert not config.get("OnBuild")


def test_its_scripts_are_programs(image: str):
    # IMG-13 to 16
    command = "cd /usr/libexec/s2i && for name in *; do test -x $name && echo $name; done"

    found = applications.in_image(image, command).split()

    assert {"assemble", "run", "usage"} <= set(found)


def test_it_explains_itself_when_run(image: str):
    # IMG-10
    said = containers.podman("run", "--rm", "--network=none", image)

    assert "an S2I builder image" in said
    assert image.rpartition(":")[0] in said


def test_it_starts_with_nothing_that_group_0_cannot_use(image: str):
    # IMG-19, 22
    lacking = applications.in_image(image, "fix-permissions --check /opt/app-root || true")
    written = applications.in_image(image, "touch ~/new && ls ~", user=ANY_USER)

    assert (lacking, written) == ("", "new\n")


def test_a_user_without_a_name_gets_one(image: str):
    # IMG-21
    said = applications.in_image(image, "whoami; bash -ic whoami 2>/dev/null", user=ANY_USER)

    assert said.split() == ["default", "default"]


def test_every_shell_finds_the_language(image: str):
    # IMG-26
    plain = applications.in_image(image, "echo $PATH; sh -ic 'echo $PATH' 2>/dev/null")

    first, second = plain.splitlines()
    assert first == second


def test_nothing_of_its_making_is_left(image: str):
    command = "find /tmp /opt/app-root/src /run/slipcast -type f -size +0; ls /var/lib/apt/lists"

    assert applications.in_image(image, command) == ""


@pytest.fixture(scope="session", params=SHAPES)
def shape(request: pytest.FixtureRequest) -> tuple[Application, str, str]:
    """Each test application in turn, its image, and what its build said."""
    application = SHAPES[request.param]
    image = f"localhost/slipcast-tests/{application.name}:1"
    said = applications.build(application, application.directory, image, "--copy")
    return application, image, said


@pytest.mark.parametrize("user", ["", ANY_USER], ids=["own-user", "any-user"])
def test_an_application_is_built_and_answers(shape: tuple[Application, str, str], user: str):
    # IMG-128: a variable each
    application, image, said = shape

    with applications.running(image, user=user, env=application.run_env) as served:
        missing = applications.missing_answers(application, served)
        status = served.stop()

    assert missing == []
    assert application.log in said
    assert status != 137


ODD_NAMES = {
    "index.html": "found",
    "with blanks.txt": "found",
    "ünïcödé.txt": "found",
    ".hidden/file": "found",
    "deep/er/and/deeper.txt": "found",
}


@pytest.mark.parametrize("name", NAMES)
def test_files_of_any_name_arrive(name: str, made: str, tmp_path: Path):
    # IMG-124
    source = gitserver.repository(tmp_path / "source", {**ODD_NAMES, **_least(name)})

    applications.succeed("s2i", "build", str(source), applications.builder(name), made)

    command = "cat 'with blanks.txt' ünïcödé.txt .hidden/file deep/er/and/deeper.txt"
    assert applications.in_image(made, command, user=ANY_USER) == "found" * 4


def _least(name: str) -> dict[str, str]:
    """What assemble cannot do without: only Go has something to compile."""
    return {"main.go": "package main\n\nfunc main() {}\n"} if name.startswith("golang") else {}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("golang")])
def test_an_empty_source_is_built(name: str, made: str, tmp_path: Path):
    # IMG-13, 124
    source = tmp_path / "source"
    source.mkdir()

    applications.succeed("s2i", "build", str(source), applications.builder(name), made)

    assert applications.in_image(made, "ls ~") in {"", "log\ntmp\n"}


FAILING = {
    "python:3.11": {"requirements.txt": "no-such-package-anywhere==1.0 --nonsense\n"},
    "nodejs:24": {"package.json": "{ not json"},
    "php:8.2": {"composer.json": "{ not json"},
    "ruby:3.1": {"Gemfile": "raise 'no'\n"},
    "golang:1.23": {"main.go": "package main\n\nfunc main() { missing() }\n"},
    "static:1.22": {"nginx.conf": "nonsense;\n"},
}


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_assemble_gives_no_image(name: str, made: str, tmp_path: Path):
    # IMG-127
    source = gitserver.repository(tmp_path / "source", FAILING[name])

    ran = applications.slipcast("s2i", "build", str(source), applications.builder(name), made)

    assert ran.returncode == 1
    assert containers.buildah_engine().inspect(made) is None


@pytest.mark.parametrize("name", ["python:3.11", "nodejs:24", "ruby:3.1", "perl:5.36"])
def test_an_application_without_a_start_says_what_it_needs(name: str, made: str, tmp_path: Path):
    # IMG-64
    source = gitserver.repository(tmp_path / "source", {"README": "nothing to run\n"})
    applications.succeed("s2i", "build", str(source), applications.builder(name), made)

    with applications.running(made) as served:
        containers.wait_for(lambda: not served.is_running, "the container ended")
        assert "ERROR: there is nothing to start" in served.log


@pytest.mark.parametrize("shape", ["golang-no-module"], indirect=True)
def test_a_program_is_not_built_with_the_whole_standard_library(
    shape: tuple[Application, str, str],
):
    _, image, _ = shape

    compiled = applications.in_image(image, "du -s --block-size=1M $GOCACHE")

    assert int(compiled.split()[0]) < 10


def test_pipenv_and_micropipenv_exclude_each_other(made: str, tmp_path: Path):
    # IMG-47
    source = gitserver.repository(tmp_path / "source", {"Pipfile": ""})
    both = ["--env", "ENABLE_PIPENV=1", "--env", "ENABLE_MICROPIPENV=1"]

    words = ["s2i", "build", str(source), applications.builder("python"), made]
    ran = applications.slipcast(*words, *both)

    assert ran.returncode == 1
    assert "exclude each other" in ran.stderr
    assert "non-zero (3) exit code" in ran.stderr


def test_a_proxy_of_the_build_reaches_npm_and_does_not_stay(made: str, tmp_path: Path):
    # IMG-74, 130
    package = {
        "name": "proxied",
        "version": "1.0.0",
        "scripts": {"build": "node -p process.env.npm_config_proxy"},
    }
    source = gitserver.repository(tmp_path / "source", {"package.json": json.dumps(package)})

    words = ["s2i", "build", str(source), applications.builder("nodejs"), made]
    said = applications.succeed(
        *words, "--env", "http_proxy=http://somebody:hidden@proxy.test:3128"
    )

    found = applications.in_image(made, "grep -rl proxy.test / --include=*npmrc* 2>/dev/null; true")
    assert "proxy.test:3128" in said
    assert found == ""
