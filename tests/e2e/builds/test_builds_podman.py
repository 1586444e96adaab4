"""A server whose pods are containers: builds run in our own builder image."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

import applications
import containers
from e2e.builds.conftest import looked_after, variables
from e2e.builds.project import Project, a_config, by_dockerfile, by_source
from e2e.server.process import Server

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

TEXT = f"FROM {containers.BASE}\nRUN echo made > /made\n"


@pytest.fixture(scope="module")
def contained(
    tmp_path_factory: pytest.TempPathFactory, builder_image: str
) -> Iterator[tuple[Server, Path]]:
    """The server, and where its builders have their state."""
    place = tmp_path_factory.mktemp("podman")
    assert builder_image == containers.BUILDER
    environment = {
        **variables(place),
        "SLIPCAST_PODS": "podman",
        "SLIPCAST_BUILDER_IMAGE": applications.pod_image(),
    }
    server = Server(state=place / "state", log=place / "log", environment=environment)
    try:
        yield server.start(), place / "own"
    finally:
        server.close()


@pytest.fixture
def shop(contained: tuple[Server, Path], tmp_path: Path, names: list[str]) -> Iterator[Project]:
    """A project on it."""
    server, own = contained
    names.append(f"e2e-{secrets.token_hex(4)}")
    project = Project(server=server, name=names[-1], directory=tmp_path)
    yield from looked_after(project, own)


def test_a_dockerfile_is_built_in_a_container(shop: Project) -> None:
    shop.apply(a_config(by_dockerfile(), {"dockerfile": TEXT}))

    ran = shop.start()

    assert ran.code == 0, ran.said
    assert shop.printed("cat /made") == "made\n"
    assert "RUN echo made" in shop.log()


def test_a_source_that_is_sent_is_built_in_a_container(shop: Project) -> None:
    shop.apply(a_config(by_source()))

    ran = shop.start(f"--from-dir={shop.files('app', {'index.html': 'hello'})}")

    assert ran.code == 0, ran.said
    assert shop.printed("cat index.html") == "hello"


def test_a_build_in_a_container_is_cancelled(shop: Project) -> None:
    shop.apply(a_config(by_source()))
    endless = "#!/bin/sh\necho begun\nexec sleep 600\n"
    with shop.begun("start-build", "app", "-F", shop.assembling(endless)) as following:
        following.prints("\nbegun\n")

        shop.done("cancel-build", "app-1")

        assert following.ends() == 1
    assert shop.comes_to("app-1", "Cancelled")["reason"] == "CancelledBuild"
