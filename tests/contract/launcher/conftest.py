"""Each launcher in turn, on the shared test storage, and an image with a web server in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import containers
from slipcast.adapters.dockersocket import DockerSocket, Endpoint
from slipcast.adapters.engine.host import look
from slipcast.adapters.launcher.docker import DockerLauncher
from slipcast.adapters.launcher.podman import PodmanLauncher
from slipcast.ports.engine import BuildSpec
from slipcast.ports.launcher import Launcher

IMAGE = "localhost/slipcast-tests/web:1"
PORT = 8080

_SERVER = """\
import os, signal, socket, sys
if os.environ.get("STUBBORN"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: (print("told to end", flush=True), sys.exit(7)))
print("ready", flush=True)
print("warned", file=sys.stderr, flush=True)
if os.environ.get("END"):
    sys.exit(int(os.environ["END"]))
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 8080))
listener.listen()
while True:
    peer, _ = listener.accept()
    peer.recv(65536)
    body = (os.environ.get("GREETING", "hello") + " from " + str(os.getuid())).encode()
    head = "HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
    peer.sendall(head.encode() + body)
    peer.close()
"""
_RECIPE = f"""\
FROM {containers.BASE}
COPY server.py /server.py
EXPOSE {PORT}
USER 1001
CMD ["/usr/bin/python3", "/server.py"]
"""


@pytest.fixture(scope="session")
def web_image(base_image: str) -> str:
    """An image that answers on port 8080 with a greeting, and ends as END says."""
    assert base_image == containers.BASE
    with containers.locked("web"):
        context = containers.STATE / "web"
        context.mkdir(parents=True, exist_ok=True)
        (context / "server.py").write_text(_SERVER)
        (context / "Dockerfile").write_text(_RECIPE)
        spec = BuildSpec(context=context, tag=IMAGE, network="none", timestamp=1_700_000_000)
        containers.buildah_engine().build(spec)
    return IMAGE


@pytest.fixture(params=["podman", "docker"])
def launcher(request: pytest.FixtureRequest, web_image: str) -> Launcher:
    """Each launcher adapter in turn."""
    assert web_image
    if request.param == "podman":
        prefix = ("podman", *containers.engine_flags())
        return PodmanLauncher(containers.STATE / "podman", prefix, containers.engine_env())
    path: Path = request.getfixturevalue("podman_socket")
    return DockerLauncher(DockerSocket(Endpoint(url=f"unix://{path}")), ulimits=look().ulimits)


@pytest.fixture
def new_name(launcher: Launcher) -> Iterator[Callable[[], str]]:
    """Names for containers, which are ended afterwards."""
    given: list[str] = []

    def name() -> str:
        given.append(f"slipcast-tests-{containers.a_name().rpartition('-')[2][:-2]}")
        return given[-1]

    yield name
    for each in given:
        launcher.stop(each, grace=0)
