"""Fixtures that every tier shares: an engine, images to start from, a registry."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import containers
from slipcast.adapters.dockersocket import DockerSocket, Endpoint
from slipcast.adapters.engine.buildah import BuildahEngine
from slipcast.adapters.engine.docker import DockerEngine
from slipcast.adapters.engine.host import look
from slipcast.ports.engine import Engine

ENGINES = ("buildah", "docker")
HEARD = (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)


def pytest_configure() -> None:
    """Be begun alike by everybody: hear signals, and leave files that others may read.

    Shape:  whoever begins the tests in the background has signals ignored, which programs that the
            tests start would inherit, as they do the umask.
    """
    os.umask(0o022)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in HEARD:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def _engines_work() -> None:
    why = containers.missing()
    if why:
        pytest.skip(why)


@pytest.fixture(scope="session")
def buildah(_engines_work: None) -> BuildahEngine:
    """The buildah adapter on the shared test storage."""
    return containers.buildah_engine()


@pytest.fixture(scope="session")
def podman_socket(_engines_work: None) -> Generator[Path]:
    """The Docker Engine API, served by podman over the shared test storage."""
    with containers.podman_socket() as path:
        yield path


@pytest.fixture(scope="session")
def docker_engine(podman_socket: Path) -> Engine:
    """The docker adapter over podman's socket."""
    socket = DockerSocket(Endpoint(url=f"unix://{podman_socket}"))
    return DockerEngine(socket, ulimits=look().ulimits)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine adapter in turn."""
    name = {"buildah": "buildah", "docker": "docker_engine"}[request.param]
    chosen: Engine = request.getfixturevalue(name)
    return chosen


@pytest.fixture(scope="session")
def base_image(_engines_work: None) -> str:
    """A minimal Debian with python3."""
    return containers.base_image()


@pytest.fixture(scope="session")
def builder_image(_engines_work: None) -> str:
    """A tiny S2I builder image."""
    return containers.builder_image()


@pytest.fixture
def new_image(buildah: BuildahEngine) -> Iterator[Callable[[], str]]:
    """Names for images, which are removed afterwards."""
    given: list[str] = []

    def name() -> str:
        given.append(containers.a_name())
        return given[-1]

    yield name
    for image in given:
        buildah.remove(image)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A directory for Unix sockets, whose paths may have no more than a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="short-") as directory:
        yield Path(directory)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Callable[..., containers.Registry]]:
    """Starts registries: `registry()`, `registry(password="x")`, `registry(tls=True)`."""
    with ExitStack() as stack:
        count = iter(range(100))

        def start(
            *, password: str = "", tls: bool = False, tokens: bool = False
        ) -> containers.Registry:
            directory = tmp_path / f"registry{next(count)}"
            begun = containers.registry(directory, password=password, tls=tls, tokens=tokens)
            return stack.enter_context(begun)

        yield start
