"""A client that costs little: prebuilt requests over kept TLS connections; what the server used.

What a client library spends would be measured as the server's, on a machine that both share.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LARGEST = 1 << 26
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server that runs: where, as which process, and with which keys to enter."""

    pid: int
    host: str
    port: int
    keys: Path

    @classmethod
    def of(cls, state: Path) -> Target | None:
        """The server of a state directory; None while there is none."""
        try:
            said = json.loads((state / "server.lock").read_text())
        except (OSError, ValueError):
            return None
        host, _, port = said["address"].removeprefix("https://").rpartition(":")
        return cls(pid=said["pid"], host=host, port=int(port), keys=state / "pki")

    def tls(self) -> ssl.SSLContext:
        """What an administrator enters with."""
        context = ssl.create_default_context(cafile=str(self.keys / "ca.crt"))
        context.load_cert_chain(str(self.keys / "admin.crt"), str(self.keys / "admin.key"))
        return context

    def cpu(self) -> float:
        """Seconds of processor that the server has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        """Bytes of the server that are resident."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024


class Connection:
    """One kept connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, target: Target, tls: ssl.SSLContext) -> Connection:
        """Connect, with a handshake."""
        return cls(
            *await asyncio.open_connection(target.host, target.port, ssl=tls, limit=_LARGEST)
        )

    async def ask(self, raw: bytes) -> bytes:
        """The body of the answer to a request, which has to succeed."""
        self._writer.write(raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        _check(head, body)
        return body

    async def follow(self, raw: bytes) -> None:
        """Begin a watch; return when the server has."""
        self._writer.write(raw)
        _check(await self._reader.readuntil(b"\r\n\r\n"), b"")

    async def frames(self) -> AsyncIterator[bytes]:
        """The pieces of a watch."""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            yield (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)

    async def read(self, raw: bytes) -> bytes:
        """The body of an answer that comes in pieces."""
        await self.follow(raw)
        return b"".join([frame async for frame in self.frames()])

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()


def request(method: str, path: str, content: Mapping[str, Any] | None = None) -> bytes:
    """A request, ready to be sent."""
    body = b"" if content is None else json.dumps(content).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench/1\r\n"
        f"accept: application/json\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of many requests.

    Units:  seconds of wall time; `cpu` of the server's processor, for all of them; latencies in
            seconds, in order.
    """

    seconds: float
    cpu: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Requests per second of wall time."""
        return len(self.latencies) / self.seconds

    @property
    def cost(self) -> float:
        """Seconds of the server's processor for each request."""
        return self.cpu / len(self.latencies)

    def quantile(self, part: float) -> float:
        """The latency that this part of the requests kept within."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * part))]


async def flood(target: Target, requests: Iterable[bytes], connections: int) -> Load:
    """Send requests as fast as they are answered, each connection one after the other."""
    tls, waiting, latencies = target.tls(), iter(requests), []
    opened = [await Connection.open(target, tls) for _ in range(connections)]

    async def work(connection: Connection) -> None:
        for raw in waiting:
            began = time.perf_counter()
            await connection.ask(raw)
            latencies.append(time.perf_counter() - began)

    cpu, began = target.cpu(), time.perf_counter()
    await asyncio.gather(*map(work, opened))
    seconds, cpu = time.perf_counter() - began, target.cpu() - cpu
    for connection in opened:
        await connection.close()
    return Load(seconds=seconds, cpu=cpu, latencies=sorted(latencies))


async def steady(target: Target, requests: Iterable[bytes], rate: float, connections: int) -> Load:
    """Send requests at a rate, whether or not earlier ones are answered.

    A latency counts from when its request was due: one that waits for a connection is late.
    """
    tls, latencies = target.tls(), []
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        idle.put_nowait(await Connection.open(target, tls))

    async def send(raw: bytes, due: float) -> None:
        connection = await idle.get()
        await connection.ask(raw)
        latencies.append(time.perf_counter() - due)
        idle.put_nowait(connection)

    cpu, began = target.cpu(), time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, raw in enumerate(requests):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(send(raw, due))
    seconds, cpu = time.perf_counter() - began, target.cpu() - cpu
    while not idle.empty():
        await idle.get_nowait().close()
    return Load(seconds=seconds, cpu=cpu, latencies=sorted(latencies))


def _check(head: bytes, body: bytes) -> None:
    if head[9:10] != b"2":
        message = f"the server answered {head[9:12].decode()}: {body[:500].decode()}"
        raise SystemExit(message)
