"""The program kept warm: one Python that has it imported, and forks for each call.

For tests that call the command line a thousand times. A fork has the arguments, environment,
directory, umask, ignored signals and open files of its client, and ends as any Python ends; so
nothing of one call is seen by the next. Who tests how the program itself starts and is ended
calls it directly (`commandline`).
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

LENGTH = 4
MOST = 250
"""Open files that a message between processes can hold."""
CLIENT = Path(__file__).with_name("warm_client.py")
IMPORTED = ("slipcast.cli", "slipcast.client", "slipcast.newapp", "slipcast.wiring")
ABOVE = 512
"""Where descriptors are kept while they are moved."""


@contextmanager
def warm(directory: Path) -> Iterator[tuple[str, ...]]:
    """The program kept warm while the context lasts; the words that call it."""
    path = directory / "warm"
    argv = [sys.executable, __file__, str(path)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == b"warm\n"
            yield (sys.executable, "-I", "-S", str(CLIENT), str(path))
        finally:
            # The end of its input is its own.
            child.stdin.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a client was given."""

    files: dict[int, int]
    ignored: list[int]
    mask: int
    directory: bytes
    words: list[str]
    environment: dict[str, str]

    def become(self) -> None:
        """Make this process the one that the client would be."""
        _move(self.files)
        os.chdir(self.directory)
        os.umask(self.mask)
        for number in self.ignored:
            signal.signal(number, signal.SIG_IGN)
        os.environ.clear()
        os.environ.update(self.environment)
        time.tzset()
        package = importlib.import_module("slipcast")
        sys.argv[:] = [str(Path(package.__path__[0]) / "__main__.py"), *self.words]


class Warm:
    """Takes calls, and tells their clients how they ended."""

    def __init__(self, path: str) -> None:
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen(100)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._listening, selectors.EVENT_READ)
        self._ready.register(0, selectors.EVENT_READ)
        self._clients: dict[socket.socket, int] = {}
        self._ending: dict[int, socket.socket] = {}

    def next(self) -> Call:
        """Serve; in a child of this process, and nowhere else, return its call."""
        while True:
            for key, _ in self._ready.select():
                if key.fileobj is self._listening:
                    call = self._begin()
                    if call is not None:
                        return call
                elif key.fileobj == 0:
                    self._end()
                elif isinstance(key.fileobj, int):
                    self._ended(key.fileobj)
                elif isinstance(key.fileobj, socket.socket):
                    self._heard(key.fileobj)

    def _begin(self) -> Call | None:
        client, _ = self._listening.accept()
        call = received(client)
        pid = os.fork()
        if not pid:
            self._forget()
            client.close()
            os.setsid()
            return call
        for each in call.files.values():
            os.close(each)
        ending = os.pidfd_open(pid)
        self._clients[client], self._ending[ending] = pid, client
        self._ready.register(client, selectors.EVENT_READ)
        self._ready.register(ending, selectors.EVENT_READ)
        return None

    def _heard(self, client: socket.socket) -> None:
        """Pass on a signal, or that the client was killed."""
        pid = self._clients.get(client)
        if pid is None:
            # Its call ended at the same moment, and came first.
            return
        said = client.recv(1)
        if not said:
            self._ready.unregister(client)
        with suppress(ProcessLookupError):
            os.kill(pid, said[0]) if said else os.killpg(pid, signal.SIGKILL)

    def _ended(self, ending: int) -> None:
        client = self._ending.pop(ending)
        _, status = os.waitpid(self._clients.pop(client), 0)
        self._ready.unregister(ending)
        os.close(ending)
        with suppress(KeyError):
            self._ready.unregister(client)
        with suppress(OSError):
            client.sendall(status.to_bytes(LENGTH, sys.byteorder))
        client.close()

    def _forget(self) -> None:
        """Close what a child has of its parent."""
        self._ready.close()
        self._listening.close()
        for ending, client in self._ending.items():
            os.close(ending)
            client.close()

    def _end(self) -> NoReturn:
        for pid in self._clients.values():
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        os._exit(0)


def received(client: socket.socket) -> Call:
    """What a client sends."""
    head, handed, _, _ = socket.recv_fds(client, LENGTH, MOST)
    left = int.from_bytes(head, sys.byteorder)
    payload = bytearray()
    while len(payload) < left:
        payload += client.recv(left - len(payload))
    given, ignored, mask, directory, count, *rest = bytes(payload).split(b"\0")
    words, variables = rest[: int(count)], rest[int(count) :]
    return Call(
        files=dict(zip(map(int, given.split()), handed, strict=True)),
        ignored=[int(each) for each in ignored.split()],
        mask=int(mask),
        directory=directory,
        words=[os.fsdecode(each) for each in words],
        environment=dict(os.fsdecode(each).split("=", 1) for each in variables),
    )


def _move(files: dict[int, int]) -> None:
    """Give open files the numbers that they had; nothing else stays open."""
    kept = {number: fcntl.fcntl(each, fcntl.F_DUPFD, ABOVE) for number, each in files.items()}
    os.closerange(0, ABOVE)
    for number, each in kept.items():
        os.dup2(each, number)
        os.close(each)


def import_all() -> None:
    for name in IMPORTED:
        package = importlib.import_module(name)
        for each in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(each.name)


def main() -> None:
    """Keep the program warm at a socket until the standard input ends."""
    import_all()
    gc.collect()
    gc.freeze()
    warmed = Warm(sys.argv[1])
    sys.stdout.write("warm\n")
    sys.stdout.flush()
    warmed.next().become()
    end(importlib.import_module("slipcast.wiring.cli").main)


def end(program: Callable[[], None]) -> NoReturn:
    """Run a program and end as Python ends, but for taking its memory apart, which takes long."""
    code: object = 0
    try:
        program()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 -- Python tells whatever it is, and ends
        traceback.print_exc()
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]  # what Python itself does at its end
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
