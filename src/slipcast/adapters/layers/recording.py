"""A layer's digest and its tar-split, in one reading of the files and without writing the tar.

A tar-split is the tar without the contents of its files: headers and padding as they were, and for
each file its name, size and checksum. containers-storage keeps one per layer, so that the very same
tar can be put together again from the unpacked files when the image is pushed.

Source: vbatts/tar-split, tar/storage; OCI image specification, layer DiffID.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from binascii import b2a_base64
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec
from fastcrc import crc64
from isal import igzip

from slipcast.adapters.layers.tar import END, Member, Type, header, padding

_PIECE = 1 << 20
_AHEAD = 8
_LINES = 256
_MANY = 64


class Changed(Exception):
    """A file became shorter or longer while it was read."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A layer, described.

    Shape:  diff_id is `sha256:...` of the uncompressed tar; uids and gids are sorted.
    Units:  size in bytes of the uncompressed tar.
    """

    diff_id: str
    size: int
    uids: tuple[int, ...]
    gids: tuple[int, ...]


class Hasher:
    """sha256 in a thread of its own, so that reading and hashing overlap."""

    def __init__(self) -> None:
        self.size = 0
        self._digest = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._bytes_waiting = 0
        self._pieces: queue.Queue[list[bytes] | None] = queue.Queue(_AHEAD)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        self._waiting.append(data)
        self._bytes_waiting += len(data)
        if self._bytes_waiting >= _PIECE:
            self._send()

    def finish(self) -> str:
        """The digest, `sha256:...`; ends the thread."""
        self._send()
        self._pieces.put(None)
        self._thread.join()
        return f"sha256:{self._digest.hexdigest()}"

    def _send(self) -> None:
        self.size += self._bytes_waiting
        self._pieces.put(self._waiting)
        self._waiting, self._bytes_waiting = [], 0

    def _work(self) -> None:
        while (pieces := self._pieces.get()) is not None:
            # Each update takes the interpreter's lock from the reader: one for many small pieces.
            for piece in [b"".join(pieces)] if len(pieces) > _MANY else pieces:
                self._digest.update(piece)


def record(members: Iterable[tuple[Member, bytes | None]], tar_split: Path) -> Recorded:
    """Read every file once; write the tar-split, compressed.

    Shape:  members come with the path of their content, None for those without.
    Errors: Changed; OSError.
    """
    with igzip.open(tar_split, "wb", compresslevel=1) as file:  # type: ignore[no-untyped-call]  # its stub has gaps
        recorder = _Recorder(file)
        try:
            for member, path in members:
                recorder.add(member, path)
        finally:
            recorder.finish()
    return recorder.recorded()


class _Recorder:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hasher = Hasher()
        self._segment = b""
        self._lines: list[str] = []
        self._position = 0
        self._uids: set[int] = set()
        self._gids: set[int] = set()
        self._diff_id = ""

    def add(self, member: Member, path: bytes | None) -> None:
        """Take the next member."""
        self._uids.add(member.uid)
        self._gids.add(member.gid)
        self._raw(header(member))
        name = member.name + b"/" if member.type is Type.DIRECTORY else member.name
        if member.type is not Type.FILE or member.size == 0 or path is None:
            self._entry(name, 0, None)
            return
        checksum = self._content(path, member.size)
        self._entry(name, member.size, checksum.to_bytes(8, "big"))
        self._raw(padding(member.size))

    def finish(self) -> None:
        """Write the end."""
        self._raw(END)
        self._flush()
        self._write()
        self._diff_id = self._hasher.finish()

    def recorded(self) -> Recorded:
        """What was seen."""
        return Recorded(
            diff_id=self._diff_id,
            size=self._hasher.size,
            uids=tuple(sorted(self._uids)),
            gids=tuple(sorted(self._gids)),
        )

    def _content(self, path: bytes, size: int) -> int:
        checksum, left = 0, size
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            # One byte more than expected shows a file that has grown without another call.
            while piece := os.read(descriptor, min(left + 1, _PIECE)):
                checksum = crc64.go_iso(piece, checksum)
                self._hasher.update(piece)
                left -= len(piece)
                if left <= 0 and len(piece) < _PIECE:
                    break
            if left:
                raise Changed(os.fsdecode(path))
        finally:
            os.close(descriptor)
        return checksum

    def _raw(self, data: bytes) -> None:
        self._hasher.update(data)
        self._segment += data

    def _flush(self) -> None:
        if self._segment:
            payload = _text(self._segment)
            self._line(f'{{"type":2,"payload":"{payload}","position":{self._position}}}\n')
            self._segment = b""

    def _entry(self, name: bytes, size: int, checksum: bytes | None) -> None:
        self._flush()
        try:
            named = f'"name":{msgspec.json.encode(name.decode()).decode()}'
        except UnicodeDecodeError:
            named = f'"name_raw":"{_text(name)}"'
        sized = f',"size":{size}' if size else ""
        payload = f'"{_text(checksum)}"' if checksum else "null"
        self._line(f'{{"type":1,{named}{sized},"payload":{payload},"position":{self._position}}}\n')

    def _line(self, line: str) -> None:
        self._lines.append(line)
        self._position += 1
        if len(self._lines) >= _LINES:
            self._write()

    def _write(self) -> None:
        self._file.write("".join(self._lines).encode())
        self._lines.clear()


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()
