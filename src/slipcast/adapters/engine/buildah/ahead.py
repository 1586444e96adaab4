"""A new layer sent to where its image will be pushed, while the commit still describes it.

Nothing is told of how it ends. When it went well the push finds the layer there; otherwise the push
sends it again, and its errors are the ones that count. A layer that turns out to be known from an
earlier push, and to be there still, is sent no further.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from slipcast.adapters.engine.buildah.change import Found
from slipcast.adapters.layers.tar import END, Type, header, padding
from slipcast.ports.engine import RegistryAccess

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PIECE = 1 << 20
# Below, the push itself takes no longer than asking the registry does.
_WORTH = 8 << 20


class Missing(Exception):
    """A file is not what it was when its layer was walked."""


class Abandoned(Exception):
    """The layer need not be sent."""


Send = Callable[[Iterator[bytes], "Described"], None]
"""Sends the pieces of a tar, and returns when the place has them and the layer is described."""


class Described:
    """What the commit comes to know of the layer while it is being sent."""

    def __init__(self) -> None:
        self._known = threading.Event()
        self._diff_id = ""

    @property
    def diff_id(self) -> str:
        """`sha256:...` of the layer; empty while it is not known."""
        return self._diff_id

    def tell(self, diff_id: str) -> None:
        """Say what the layer is; nothing when there is none after all."""
        self._diff_id = diff_id
        self._known.set()

    @property
    def is_over(self) -> bool:
        """Whether the commit has said its word."""
        return self._known.is_set()

    def wait(self) -> str:
        """The diffID, once the commit has said it.

        Errors: Abandoned when there is no layer.
        """
        self._known.wait()
        if not self._diff_id:
            raise Abandoned
        return self._diff_id


class Ahead:
    """One layer on its way, in a thread of its own."""

    def __init__(self, send: Send, found: Sequence[Found], upper: Path) -> None:
        self._described = Described()
        # The directory is moved into the store meanwhile; its descriptor goes with it.
        self._descriptor = os.open(upper, _DIRECTORY)
        self._open = threading.Lock()
        self._is_open = True
        pieces = tar(found, os.fsencode(upper), self._descriptor)
        self._thread = threading.Thread(target=self._work, args=(send, pieces), daemon=True)
        self._thread.start()

    @property
    def diff_id(self) -> str:
        """Which layer it is; empty while that is not known."""
        return self._described.diff_id

    @property
    def is_alive(self) -> bool:
        """Whether it is still on its way."""
        return self._thread.is_alive()

    def tell(self, diff_id: str) -> None:
        """Say which layer it is; nothing when the commit failed."""
        self._described.tell(diff_id)

    def read_from(self, place: Path) -> None:
        """Read the same files elsewhere: what the store had before is not moved, but removed."""
        with self._open:
            if self._is_open:
                other = os.open(place, _DIRECTORY)
                os.dup2(other, self._descriptor, inheritable=False)
                os.close(other)

    def wait(self) -> None:
        """Wait for the end, whatever that is."""
        self._thread.join()

    def _work(self, send: Send, pieces: Iterator[bytes]) -> None:
        try:
            send(pieces, self._described)
        except Exception:  # noqa: BLE001, S110 -- the push finds it again, and tells it
            pass
        finally:
            with self._open:
                self._is_open = False
                os.close(self._descriptor)


SendTo = Callable[[str, RegistryAccess, Iterator[bytes], Described], None]
"""Sends as above, to a destination that is reached in a way."""

Begin = Callable[[Sequence[Found], Path], Ahead | None]
"""Begins to send a change that lies in an upper directory, where that is worth it."""


class Outgoing:
    """All layers of one engine that are on their way."""

    def __init__(self, send: SendTo) -> None:
        self._send = send
        self._every: list[Ahead] = []

    def begin(
        self, destination: str, access: RegistryAccess, found: Sequence[Found], upper: Path
    ) -> Ahead | None:
        """Begin to send a layer to a registry; None when it is too small to be worth it."""
        if sum(each.member.size for each in found) < _WORTH:
            return None

        def send(pieces: Iterator[bytes], described: Described) -> None:
            self._send(destination, access, pieces, described)

        ahead = Ahead(send, found, upper)
        self._every = [*(other for other in self._every if other.is_alive), ahead]
        return ahead

    def wait(self, diff_ids: Collection[str]) -> None:
        """Wait for the layers of an image that are still on their way."""
        for ahead in self._every:
            if ahead.diff_id in diff_ids:
                ahead.wait()


def tar(found: Sequence[Found], upper: bytes, descriptor: int) -> Iterator[bytes]:
    """The tar of a change, in pieces of about a megabyte.

    Errors: Missing; OSError.
    """
    waiting: list[bytes] = []
    size = 0
    for piece in _pieces(found, len(upper) + 1, descriptor):
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _pieces(found: Sequence[Found], prefix: int, descriptor: int) -> Iterator[bytes]:
    for each in found:
        member = each.member
        yield header(member)
        if member.type is Type.FILE and member.size and each.path is not None:
            yield from _content(each.path[prefix:], member.size, descriptor)
            yield padding(member.size)
    yield END


def _content(path: bytes, size: int, holder: int) -> Iterator[bytes]:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, dir_fd=holder)
    try:
        left = size
        while left:
            piece = os.read(descriptor, min(left, _PIECE))
            if not piece:
                raise Missing(os.fsdecode(path))
            left -= len(piece)
            yield piece
    finally:
        os.close(descriptor)
