"""A server that runs builds, for all tests of a worker, and a project for each of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import containers
import gitserver
from e2e.builds.cutting import Cutter
from e2e.builds.leftovers import left, orphans
from e2e.builds.project import Project
from e2e.server.process import Server
from e2e.server.waiting import until


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server and what it talks to have their files."""
    return tmp_path_factory.mktemp("builds")


@pytest.fixture(scope="session")
def open_registry(place: Path) -> Iterator[containers.Registry]:
    """A registry that asks nobody who he is."""
    with containers.registry(place / "open") as registry:
        yield registry


@pytest.fixture(scope="session")
def private_registry(place: Path) -> Iterator[containers.Registry]:
    """A registry with a password."""
    with containers.registry(place / "private", password="hunter2") as registry:
        yield registry


@pytest.fixture(scope="session")
def way_to_registry(open_registry: containers.Registry) -> Iterator[Cutter]:
    """A way to the open registry that can be cut."""
    with Cutter.to(int(open_registry.host.rpartition(":")[2])) as cutter:
        yield cutter


@pytest.fixture(scope="session")
def shell(place: Path) -> Iterator[gitserver.Shell]:
    """What serves every repository of this machine over ssh."""
    if why := gitserver.why_no_ssh():
        pytest.skip(why)
    with gitserver.ssh(place / "ssh") as shell:
        yield shell


@pytest.fixture(scope="session")
def serving(
    place: Path,
    builder_image: str,
    open_registry: containers.Registry,
    private_registry: containers.Registry,
    way_to_registry: Cutter,
) -> Iterator[Server]:
    """The server."""
    assert builder_image == containers.BUILDER
    hosts = (open_registry.host, private_registry.host, f"localhost:{way_to_registry.port}")
    server = Server(state=place / "state", log=place / "log", environment=variables(place, hosts))
    try:
        yield server.start()
    finally:
        server.close()


def variables(place: Path, insecure: tuple[str, ...] = ()) -> dict[str, str]:
    """The settings of a server whose builds use the images of the tests."""
    return {
        "SLIPCAST_STATE": str(place / "own"),
        "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
        "SLIPCAST_RUN_ROOT": str(containers.RUN),
        "SLIPCAST_ENGINE": "buildah",
        "SLIPCAST_INSECURE_REGISTRIES": ",".join(insecure),
        "SLIPCAST_BUILDS_AT_ONCE": "2",
    }


@pytest.fixture(scope="session")
def names() -> Iterator[list[str]]:
    """The names of projects, whose images are removed in the end."""
    given: list[str] = []
    yield given
    until(lambda: forgotten(given))


def forgotten(projects: list[str]) -> bool:
    """Whether projects have no images any more; what they have goes, by us or by their server."""
    listed = containers.podman("images", "--format={{.ID}} {{.Repository}}:{{.Tag}}")
    own = removable(listed, projects)
    if own:
        with suppress(AssertionError):
            containers.podman("rmi", "--force", "--ignore", *own)
    return not own


def removable(listed: str, projects: list[str]) -> list[str]:
    """The images of projects: by name, and by what they are where they were pulled by digest."""
    images = [line.split() for line in listed.splitlines()]
    own = [each for each in images if any(f"/{name}/" in each[1] for name in projects)]
    others = {each[0] for each in images if each not in own}
    return sorted(
        {
            name if not name.endswith(":<none>") else image
            for image, name in own
            if not name.endswith(":<none>") or image not in others
        }
    )


@pytest.fixture
def project(serving: Server, place: Path, tmp_path: Path, names: list[str]) -> Iterator[Project]:
    """A project on it; nothing is left of its builds but images."""
    names.append(f"e2e-{secrets.token_hex(4)}")
    project = Project(server=serving, name=names[-1], directory=tmp_path)
    yield from looked_after(project, place / "own")


def looked_after(project: Project, own: Path) -> Iterator[Project]:
    """Make a project, and see afterwards what is left of its builds; own is the builders' state."""
    server, namespaces = project.server, "/api/v1/namespaces"
    before = orphans()
    with server.client() as client:
        client.post(namespaces, json={"metadata": {"name": project.name}})
        yield project
        client.delete(f"{namespaces}/{project.name}")
    nothing_is_left(server, own)
    assert orphans() <= before


def nothing_is_left(server: Server, own: Path) -> None:
    """Wait until nothing is; fails with what was there in the end.

    Shape:  what the server begins after that, such as the removal of an image, is its own.
    """
    found: list[str] = []

    def is_empty() -> bool:
        found[:] = left(server, own)
        return not found

    with suppress(AssertionError):
        until(is_empty, patience=60)
    assert found == []
