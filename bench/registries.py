"""The registries that are timed: Debian's docker-registry, ours alone, and our whole server.

Each is a process of its own over a directory of its own.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from registryclient import Client, Contender
from wire import Target

from slipcast.adapters import listening
from slipcast.adapters.blobs import opened
from slipcast.adapters.clock import SystemClock
from slipcast.adapters.identity.passes import SignedPasses
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.ports.identity import Credentials
from slipcast.registry.app import Registry
from slipcast.registry.parts import Parts
from slipcast.store.store import SERVER, Setup, Store, Streaming
from slipcast.testing.registries import FakeRegistries
from slipcast.values.actor import Actor

SPACE = "bench"
STARTING = 30.0
JSON = {"content_type": "application/json"}
PROGRAM = Path(__file__).with_name("registry.py")
OWN_CIPHERS = "OPENSSL_CONF"
"""What the client is told of ciphers, and the registries are not."""


class Everybody:
    """Lets everybody in as one who may do everything."""

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """Whoever it is."""
        del credentials
        return SERVER


async def serve(directory: Path, port: int, tls: listening.Tls | None) -> None:
    """Our registry alone."""
    clock = SystemClock()
    store = Store(MemoryJournal(), clock, Setup(guarded=False, streaming=Streaming()))
    await store.prepare()
    api = store.as_(SERVER)
    await api.create(Resource(kinds.require("", "Namespace")), {"metadata": {"name": SPACE}})
    blobs, links = opened(directory, clock)
    registry = Registry(
        Parts(
            apis=store,
            server=api,
            authenticator=Everybody(),
            passes=SignedPasses(SigningKey.at(directory / "key")),
            blobs=blobs,
            links=links,
            distribution=FakeRegistries(),
            clock=clock,
            address=f"localhost:{port}",
            base=lambda host: f"http://{host}",
        )
    )
    server = listening.Server(registry, tls, drain=lambda: None)
    await server.serve(listening.bind("127.0.0.1", port))


@contextlib.contextmanager
def running(argv: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process, as long as it is needed."""
    env = {name: value for name, value in os.environ.items() if name != OWN_CIPHERS}
    with log.open("ab") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, env=env)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def answering(contender: Contender) -> Contender:
    """The contender, as soon as it answers."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            Client(contender).ask("GET", "/v2/").read()
            return contender
        time.sleep(0.1)
    raise SystemExit(f"{contender.name} did not start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What servers and the client need for TLS."""

    certificate: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        """The client's."""
        return ssl.create_default_context(cafile=str(self.authority))


@contextlib.contextmanager
def debian(home: Path, keys: Keys | None) -> Iterator[Contender]:
    """Debian's docker-registry."""
    port = free_port()
    place = home / f"docker-registry-{port}"
    http: dict[str, object] = {"addr": f"127.0.0.1:{port}"}
    if keys:
        http["tls"] = {"certificate": str(keys.certificate), "key": str(keys.key)}
    config = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(place)}},
        "http": http,
    }
    file = home / f"docker-registry-{port}.yml"
    file.write_text(json.dumps(config))
    with running(["docker-registry", "serve", str(file)], home / "log") as process:
        yield answering(_contender("docker-registry", process.pid, port, keys))
    shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def alone(home: Path, keys: Keys | None) -> Iterator[Contender]:
    """Our registry alone."""
    port = free_port()
    place = home / f"slipcast-{port}"
    argv = [sys.executable, str(PROGRAM), "--serve", str(place), "--port", str(port)]
    if keys:
        paths = (keys.certificate, keys.key, keys.authority)
        argv += ["--tls", *map(str, paths)]
    with running(argv, home / "log") as process:
        yield answering(_contender("slipcast alone", process.pid, port, keys))
    shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def whole(home: Path) -> Iterator[Contender]:
    """Our server, as it is."""
    state = home / "state"
    argv = [sys.executable, "-m", "slipcast", "server", "--listen", "127.0.0.1:0"]
    with running([*argv, "--state-dir", str(state)], home / "log"):
        end = time.monotonic() + STARTING
        while (target := Target.of(state)) is None:
            if time.monotonic() > end:
                raise SystemExit("the server did not start")
            time.sleep(0.1)
        url = f"https://{target.host}:{target.port}"
        server = Contender(name="slipcast server", pid=target.pid, url=url, tls=target.tls())
        space = json.dumps({"metadata": {"name": SPACE}}).encode()
        Client(answering(server)).done("POST", "/api/v1/namespaces", space, **JSON)
        yield server


def _contender(name: str, pid: int, port: int, keys: Keys | None) -> Contender:
    scheme = "https" if keys else "http"
    tls = keys.context() if keys else None
    login = "Basic " + base64.b64encode(b"bench:bench").decode()
    return Contender(name=name, pid=pid, url=f"{scheme}://localhost:{port}", tls=tls, login=login)
