"""A new layer sent to where its image will be pushed, while the commit still describes it.

Nothing is told of how it ends. When it went well the push finds the layer there; otherwise the push
sends it again, and its errors are the ones that count. A layer that turns out to be known from an
earlier push, and to be there still, is sent no further.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from slipcast.adapters.engine.buildah.change import Found
from slipcast.adapters.layers.shrinking import LARGE, Content, read_below, shrinks
from slipcast.adapters.layers.tar import END, Type, header, padding
from slipcast.ports.engine import RegistryAccess

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_PIECE = 1 << 20


class Missing(Exception):
    """A file is not what it was when its layer was walked."""


class Abandoned(Exception):
    """The layer need not be sent."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a layer goes, and how that is reached.

    Shape:  takes_plain says that the image's manifest can name layers that are not packed.
    """

    destination: str
    access: RegistryAccess
    takes_plain: bool = True


class Tar:
    """The tar of a change that lies below an open directory; iterated over once."""

    def __init__(self, found: Sequence[Found], upper: Path, holder: int) -> None:
        self._found = found
        self._prefix = len(os.fsencode(upper)) + 1
        self._holder = holder

    def __iter__(self) -> Iterator[bytes]:
        return tar(self._found, self._prefix, self._holder)

    def shrinks(self) -> bool:
        """Whether packing it is worth it; the same as of the layer in the store.

        Errors: OSError.
        """
        files = [
            Content(each.path[self._prefix :], each.member.size)
            for each in self._found
            if _has_bytes(each) and each.path is not None
        ]
        return shrinks(files, len(self._found), read_below(self._holder))


Send = Callable[[Tar, "Described"], None]
"""Sends a tar, and returns when the place has it and the layer is described."""


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
        layer = Tar(found, upper, self._descriptor)
        self._thread = threading.Thread(target=self._work, args=(send, layer), daemon=True)
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

    def _work(self, send: Send, layer: Tar) -> None:
        try:
            send(layer, self._described)
        except Exception:  # noqa: BLE001, S110 -- the push finds it again, and tells it
            pass
        finally:
            with self._open:
                self._is_open = False
                os.close(self._descriptor)


SendTo = Callable[[Target, Tar, Described], None]
"""Sends as above, to a target."""

Begin = Callable[[Sequence[Found], Path], Ahead | None]
"""Begins to send a change that lies in an upper directory, where that is worth it."""


class Outgoing:
    """All layers of one engine that are on their way."""

    def __init__(self, send: SendTo) -> None:
        self._send = send
        self._every: list[Ahead] = []

    def begin(self, target: Target, found: Sequence[Found], upper: Path) -> Ahead | None:
        """Begin to send a layer to a registry; None when it is too small to be worth it."""
        # A push of less takes no longer than asking the registry does.
        if sum(each.member.size for each in found) < LARGE:
            return None

        def send(layer: Tar, described: Described) -> None:
            self._send(target, layer, described)

        ahead = Ahead(send, found, upper)
        self._every = [*(other for other in self._every if other.is_alive), ahead]
        return ahead

    def wait(self, diff_id: str) -> None:
        """Wait for a layer that is still on its way."""
        for ahead in self._every:
            if ahead.diff_id == diff_id:
                ahead.wait()


def tar(found: Sequence[Found], prefix: int, descriptor: int) -> Iterator[bytes]:
    """The tar of a change, in pieces of about a megabyte.

    Shape:  prefix is how much of every path stands for the open directory.

    Errors: Missing; OSError.
    """
    waiting: list[bytes] = []
    size = 0
    for piece in _pieces(found, prefix, descriptor):
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
        if _has_bytes(each) and each.path is not None:
            yield from _content(each.path[prefix:], member.size, descriptor)
            yield padding(member.size)
    yield END


def _has_bytes(each: Found) -> bool:
    member = each.member
    return member.type is Type.FILE and member.size > 0 and each.path is not None


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
