"""A client of registries, as containers/image is one, and the registries it is timed against.

It speaks the distribution protocol over connections that it keeps, six at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

AT_ONCE = 6
"""Layers that are sent and fetched at once, as containers/image does."""
BUFFER = 1 << 20
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


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
