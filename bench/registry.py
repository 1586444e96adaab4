"""The registry beside Debian's docker-registry, in one run: pushes and pulls, plain and over TLS.

Each contender is a process of its own over a directory of its own; the client is the same, on the
same machine, and speaks the distribution protocol as containers/image does. Contenders take turns,
and every push sends bytes that nobody has sent before. `slipcast alone` is our registry over a
store in memory that lets everybody do everything, as docker-registry does; `slipcast server` is
the whole of ours, with passes and roles, its own journal, and TLS only.

    python bench/registry.py [--runs N] [--size small|full] [--directory DIR] [CASE ...]
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from wire import Target

from slipcast.adapters import allocation, certificates, listening
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
AT_ONCE = 6
"""Layers that are sent and fetched at once, as containers/image does."""
READERS = 16
STARTING = 30.0
BUFFER = 1 << 20
JSON = {"content_type": "application/json"}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is sent.

    Units:  bytes.
    """

    large: int
    small: int
    layers: int


SIZES = {
    "small": Size(large=50_000_000, small=100_000, layers=40),
    "full": Size(large=500_000_000, small=100_000, layers=200),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A registry that runs."""

    name: str
    pid: int
    url: str
    tls: ssl.SSLContext | None = None
    login: str = ""

    def connect(self) -> HTTPConnection:
        """A connection."""
        host = urlsplit(self.url).netloc
        connection = (
            HTTPSConnection(host, context=self.tls, blocksize=BUFFER)
            if self.tls
            else HTTPConnection(host, blocksize=BUFFER)
        )
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def cpu(self) -> float:
        """Seconds of processor it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak(self) -> int:
        """Bytes of memory it has had at most since the last time it was asked."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        return int(line.split()[1]) * 1024


@dataclass(slots=True, kw_only=True)
class Layers:
    """Files that are pushed, each with its digest."""

    paths: list[Path]
    digests: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How much it is."""
        return sum(path.stat().st_size for path in self.paths)

    def renew(self) -> None:
        """Make them others than they were."""
        self.digests = []
        for path in self.paths:
            with path.open("r+b") as file:
                file.write(os.urandom(64))
                file.seek(0)
                self.digests.append(f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


class Client:
    """One connection, and what a client of a registry does with it."""

    def __init__(self, contender: Contender) -> None:
        """Connect."""
        self._connection = contender.connect()
        self._headers = {"authorization": contender.login} if contender.login else {}

    def ask(
        self, method: str, url: str, body: bytes | BinaryIO = b"", **headers: str
    ) -> HTTPResponse:
        """An answer whose body is still to be read."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if not isinstance(body, bytes):
            named["content-length"] = str(os.fstat(body.fileno()).st_size)
        elif method not in {"GET", "HEAD"}:
            named["content-length"] = str(len(body))
        self._connection.putrequest(method, url, skip_accept_encoding=True)
        for name, value in {**self._headers, **named}.items():
            self._connection.putheader(name, value)
        self._connection.endheaders()
        if not isinstance(body, bytes):
            self._connection.sock.sendfile(body)
        elif body:
            self._connection.send(body)
        return self._connection.getresponse()

    def done(
        self, method: str, url: str, body: bytes | BinaryIO = b"", **headers: str
    ) -> HTTPResponse:
        """An answer that is what it should be; its body is of no interest."""
        answer = self.ask(method, url, body, **headers)
        content = answer.read()
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise SystemExit(f"{method} {url}: {answer.status} {content[:500]!r}")
        return answer

    def push(self, repository: str, body: bytes | BinaryIO, digest: str) -> None:
        """Send a blob that is not there yet."""
        self.ask("HEAD", f"/v2/{repository}/blobs/{digest}").read()
        where = self.done("POST", f"/v2/{repository}/blobs/uploads/").getheader("location", "")
        kind = {"content_type": "application/octet-stream"}
        where = self.done("PATCH", _path(where), body, **kind).getheader("location", "")
        joined = "&" if "?" in where else "?"
        self.done("PUT", f"{_path(where)}{joined}digest={digest}")

    def pull(self, repository: str, digest: str, buffer: memoryview) -> int:
        """Fetch a blob; how much it was."""
        answer = self.ask("GET", f"/v2/{repository}/blobs/{digest}")
        size = 0
        while read := answer.readinto(buffer):
            size += read
        if answer.status != HTTPStatus.OK or size != int(answer.getheader("content-length", "-1")):
            raise SystemExit(f"pull of {digest}: {answer.status}, {size} bytes")
        return size


def _path(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _between(clients: int, items: list[str] | list[int], do: Callable[[int, int], None]) -> None:
    """Have clients do something with all items, each with its share."""

    def share(client: int) -> None:
        for number in range(client, len(items), clients):
            do(client, number)

    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(share, range(clients)))


def push(contender: Contender, repository: str, layers: Layers) -> None:
    """Send an image."""
    clients = [Client(contender) for _ in range(min(AT_ONCE, len(layers.paths)))]

    def one(client: int, number: int) -> None:
        with layers.paths[number].open("rb") as file:
            clients[client].push(repository, file, layers.digests[number])

    _between(len(clients), layers.digests, one)
    config = b'{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}'
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    clients[0].push(repository, config, digest)
    kind = "application/vnd.oci.image"
    body = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": f"{kind}.config.v1+json",
            "digest": digest,
            "size": len(config),
        },
        "layers": [
            {"mediaType": f"{kind}.layer.v1.tar", "digest": each, "size": path.stat().st_size}
            for each, path in zip(layers.digests, layers.paths, strict=True)
        ],
    }
    where = f"/v2/{repository}/manifests/latest"
    clients[0].done("PUT", where, json.dumps(body).encode(), content_type=MANIFEST)


def pull(contender: Contender, repository: str) -> int:
    """Fetch an image; how much it was."""
    first = Client(contender)
    answer = first.ask("GET", f"/v2/{repository}/manifests/latest", accept=MANIFEST)
    found = json.loads(answer.read())
    digests = [each["digest"] for each in [found["config"], *found["layers"]]]
    more = min(AT_ONCE, len(found["layers"])) - 1
    clients = [first, *(Client(contender) for _ in range(more))]
    buffers = [memoryview(bytearray(BUFFER)) for _ in clients]
    sizes = [0] * len(digests)

    def one(client: int, number: int) -> None:
        sizes[number] = clients[client].pull(repository, digests[number], buffers[client])

    _between(len(clients), digests, one)
    return sum(sizes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run.

    Units:  seconds, of wall time and of the registry's processor; bytes, moved and of memory.
    """

    seconds: float
    cpu: float
    moved: int
    peak: int


def timed(contender: Contender, do: Callable[[], int]) -> Sample:
    """Do something, and see what it takes of the registry."""
    contender.peak()
    cpu, began = contender.cpu(), time.perf_counter()
    moved = do()
    seconds = time.perf_counter() - began
    return Sample(seconds=seconds, cpu=contender.cpu() - cpu, moved=moved, peak=contender.peak())


def pushing(contender: Contender, layers: Layers, repository: str) -> Sample:
    """A push of what nobody has."""
    layers.renew()

    def do() -> int:
        push(contender, repository, layers)
        return layers.size

    return timed(contender, do)


def pulling(contender: Contender, repository: str, readers: int = 1) -> Sample:
    """Pulls of the same image, at once; each reader is a process."""
    if readers == 1:
        return timed(contender, lambda: pull(contender, repository))

    def do() -> int:
        children = []
        for _ in range(readers):
            child = os.fork()
            if not child:
                try:
                    pull(contender, repository)
                except BaseException:  # noqa: BLE001 -- it ends here
                    os._exit(1)
                os._exit(0)
            children.append(child)
        if any(os.waitpid(child, 0)[1] for child in children):
            raise SystemExit(f"{contender.name}: a reader failed")
        return 0

    return timed(contender, do)


def show(case: str, rows: dict[str, list[Sample]], size: int) -> None:
    """Print a case: medians, the range of times, ratios to the first row."""
    print(f"\n{case}")
    head = f"{'median':>10}{'min':>9}{'max':>9}{'rate':>12}{'ratio':>8}{'cpu':>9}{'ratio':>8}"
    print(f"  {'':22}{head}{'peak':>10}")
    first = next(iter(rows.values()))
    base = statistics.median(each.seconds for each in first)
    base_cpu = statistics.median(each.cpu for each in first)
    for name, samples in rows.items():
        seconds = [each.seconds for each in samples]
        median = statistics.median(seconds)
        cpu = statistics.median(each.cpu for each in samples)
        peak = max(each.peak for each in samples)
        print(
            f"  {name:22}{median:9.3f}s{min(seconds):8.3f}s{max(seconds):8.3f}s"
            f"{size / median / 1e6:7.0f} MB/s{median / base:7.2f}x{cpu:8.2f}s"
            f"{cpu / max(base_cpu, 0.01):7.2f}x{peak / 1e6:7.0f} MB",
            flush=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The contenders of a transport, and what they are sent."""

    transport: str
    contenders: list[Contender]
    layers: dict[str, Layers]
    runs: int

    def large(self) -> None:
        """One large layer, pushed and pulled."""
        self._case("1 layer", "large", "large")

    def small(self) -> None:
        """Many small layers, pushed and pulled."""
        count = len(self.layers["small"].paths)
        self._case(f"{count} layers", "small", "small")

    def readers(self) -> None:
        """The large layer, pulled by many at once."""
        for contender in self.contenders:
            pushing(contender, self.layers["large"], f"{SPACE}/read")
        rows: dict[str, list[Sample]] = {each.name: [] for each in self.contenders}
        for _ in range(self.runs):
            for contender in self.contenders:
                rows[contender.name].append(pulling(contender, f"{SPACE}/read", READERS))
        size = READERS * self.layers["large"].size
        show(f"{self.transport}: {READERS} pulls of 1 layer at once, {_mb(size)}", rows, size)

    def _case(self, title: str, layers: str, stream: str) -> None:
        sent = self.layers[layers]
        pushes: dict[str, list[Sample]] = {each.name: [] for each in self.contenders}
        pulls: dict[str, list[Sample]] = {each.name: [] for each in self.contenders}
        for run in range(self.runs + 1):
            for contender in self.contenders:
                repository = f"{SPACE}/{stream}{run}"
                pushed = pushing(contender, sent, repository)
                pulled = pulling(contender, repository)
                # The first one is to warm up.
                if run:
                    pushes[contender.name].append(pushed)
                    pulls[contender.name].append(pulled)
        size = sent.size
        show(f"{self.transport}: push of {title}, {_mb(size)}", pushes, size)
        show(f"{self.transport}: pull of {title}, {_mb(size)}", pulls, size)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


CASES = {"large": Bench.large, "small": Bench.small, "readers": Bench.readers}
"""THE TABLE of cases."""


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
    with log.open("ab") as output:
        process = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT)
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
    argv = [sys.executable, __file__, "--serve", str(place), "--port", str(port)]
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


def files(home: Path, size: Size) -> dict[str, Layers]:
    """What is sent."""
    block = os.urandom(1 << 20)
    large = home / "large"
    with large.open("wb") as file:
        for start in range(0, size.large, len(block)):
            file.write(block[: size.large - start])
    small = [home / f"small{number}" for number in range(size.layers)]
    for path in small:
        path.write_bytes(block[: size.small])
    return {"large": Layers(paths=[large]), "small": Layers(paths=small)}


def bench(home: Path, runs: int, size: Size, transports: list[str], cases: list[str]) -> None:
    """Run the cases over each transport."""
    layers = files(home, size)
    pki = certificates.prepare(home / "keys", ("localhost", "127.0.0.1"))
    keys = Keys(certificate=pki.server.certificate, key=pki.server.key, authority=pki.authority)
    for transport in transports:
        used = keys if transport == "TLS" else None
        with contextlib.ExitStack() as stack:
            contenders = [
                stack.enter_context(debian(home, used)),
                stack.enter_context(alone(home, used)),
            ]
            if used:
                contenders.append(stack.enter_context(whole(home)))
            run = Bench(transport=transport, contenders=contenders, layers=layers, runs=runs)
            for case in cases:
                CASES[case](run)


def main() -> None:
    """Parse, start the registries, run the cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--directory", type=Path, default=Path(".state"))
    parser.add_argument("--transport", choices=("plain", "TLS"), action="append")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--tls", type=Path, nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    given = parser.parse_args()
    if given.serve:
        tls = None
        if given.tls:
            certificate, key, clients = given.tls
            tls = listening.Tls(certificate=certificate, key=key, clients=clients)
        allocation.settle()
        listening.run(lambda: serve(given.serve, given.port, tls))
        return
    given.directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=given.directory, prefix="bench-registry-") as home:
        bench(
            Path(home).resolve(),
            given.runs,
            SIZES[given.size],
            given.transport or ["plain", "TLS"],
            given.cases or list(CASES),
        )


if __name__ == "__main__":
    main()
