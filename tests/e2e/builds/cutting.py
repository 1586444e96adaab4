"""A way to a server on loopback that can be cut and mended."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

PIECE = 1 << 16
NEVER = 1 << 62
AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Cutter:
    """Hands bytes to and fro.

    Shape:  after is how many bytes from clients it lets pass before it cuts itself.
    """

    port: int
    target: int
    after: int = NEVER
    cuts: int = 0
    _open: list[socket.socket] = field(default_factory=list)
    _turn: threading.RLock = field(default_factory=threading.RLock)
    _is_cut: bool = False

    @classmethod
    @contextlib.contextmanager
    def to(cls, target: int) -> Iterator[Cutter]:
        """A way to a port of loopback."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            cutter = cls(port=listening.getsockname()[1], target=target)
            thread = threading.Thread(target=cutter._accept, args=(listening,), daemon=True)
            thread.start()
            yield cutter
            cutter.cut()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()

    def cut(self) -> None:
        """End all connections, at once, and every new one until it is mended."""
        with self._turn:
            self._is_cut = True
            self.cuts += 1
            self.after = NEVER
            for connection in self._open:
                with contextlib.suppress(OSError):
                    # A reset: who waits for room to send would hear of nothing less for minutes.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                    connection.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def mend(self) -> None:
        """Let new connections through."""
        self._is_cut = False

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                if self._is_cut:
                    client.close()
                else:
                    self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", self.target))
        with self._turn:
            self._open += [client, server]
            if self._is_cut:
                self.cut()
        threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=_passed, args=(server, client, _nothing), daemon=True)
        with client, server:
            back.start()
            _passed(client, server, self._count)
            back.join()

    def _count(self, size: int) -> None:
        self.after -= size
        if self.after < 0:
            self.cut()


def _passed(source: socket.socket, sink: socket.socket, count: Callable[[int], None]) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            sink.sendall(piece)
            count(len(piece))
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _nothing(_: int) -> None:
    """What comes back is not counted."""
