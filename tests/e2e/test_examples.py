"""The examples: built from Git repositories, run under two users, asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import applications
import containers
from applications import ANY_USER, EXAMPLES, Application, Running

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.e2e]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An example, the repository it was built from, and its image."""

    application: Application
    repository: Path
    image: str
    log: str


@pytest.fixture(scope="session", autouse=True)
def _engine(_engines_work: None) -> None:
    """Nothing here works without one."""


ALL = {example.name: example for example in applications.applications(EXAMPLES)}


@pytest.fixture(scope="session", params=ALL)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Each example in turn, built once for all the tests of it."""
    example = ALL[request.param]
    repository = applications.repository(example, tmp_path_factory.mktemp("git") / example.name)
    image = f"localhost/slipcast-tests/{example.name}:1"
    log = applications.build(example, f"file://{repository}", image)
    return Built(application=example, repository=repository, image=image, log=log)


@pytest.fixture(params=["", ANY_USER], ids=["own-user", "any-user"])
def served(built: Built, request: pytest.FixtureRequest) -> Iterator[Running]:
    """A container of it, as the image's user and as one that nobody foresaw (IMG-126)."""
    env = built.application.run_env
    with applications.running(built.image, user=request.param, env=env) as container:
        yield container


def test_an_example_answers_as_expected_and_ends_when_asked(built: Built, served: Running):
    # IMG-23, 126
    missing = applications.missing_answers(built.application, served)
    status = served.stop()

    assert missing == []
    assert status != 137


def test_group_0_may_do_what_the_owner_may(built: Built):
    # IMG-19, IMG-24
    lacking = applications.in_image(built.image, "fix-permissions --check /opt/app-root || true")

    assert lacking == ""


def test_the_build_shows_the_output_of_the_scripts(built: Built):
    assert built.application.log in built.log


def test_nothing_of_the_build_stays_beside_the_application(built: Built):
    left = applications.in_image(
        built.image, "find /tmp -type f; cat /run/slipcast/* 2>/dev/null; true"
    )

    assert [line for line in left.splitlines() if not line.startswith("/tmp/scripts/")] == []


def test_the_same_commit_gives_the_same_image(built: Built):
    # IMG-129
    again = f"{built.image}-again"

    applications.build(built.application, f"file://{built.repository}", again)

    engine = containers.buildah_engine()
    first, second = engine.inspect(built.image), engine.inspect(again)
    assert first is not None
    assert second is not None
    assert first.layers == second.layers


HAND_ON = {"flask-hello", "django-notes", "express-hello", "incremental-node", "golang-hello"}


@pytest.mark.parametrize("built", sorted(HAND_ON), indirect=True)
def test_a_second_build_takes_over_what_the_first_installed(built: Built):
    # IMG-125
    again = f"{built.image}-incremental"
    containers.buildah_engine().tag(built.image, again)

    log = applications.build(
        built.application, f"file://{built.repository}", again, "--incremental"
    )

    with applications.running(again) as served:
        path, text = built.application.answers[0]
        assert text in served.get(path)
    assert "of the last build" in log or "the last build compiled" in log


@pytest.mark.parametrize("built", ["two-image"], indirect=True)
def test_a_runtime_image_has_the_program_and_no_compiler(built: Built):
    # S2I-240
    compilers = applications.in_image(built.image, "command -v go gcc || true")

    assert compilers == ""
