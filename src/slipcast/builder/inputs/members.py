"""The members of a tar that lies in memory or is mapped into it; only headers are looked at.

It knows ustar, what GNU tar and pax write for long names, links and large numbers, and refuses
what has more than one reading. tarfile takes twice as long, and knows far more dialects.

Source: POSIX.1-2017 pax, ustar interchange format, extended header; GNU tar manual, basic format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

FILE, HARD_LINK, LINK, DIRECTORY = b"0", b"1", b"2", b"5"

_BLOCK = 512
_ZEROS = bytes(_BLOCK)
_BLANKS = sum(b" " * 8)
_LONGEST_HEADER = 1 << 20
_LONGEST_LENGTH = 8
_LATEST = (1 << 33) - 1
_POSIX = b"ustar\0"
_FILES = frozenset({b"\0", FILE, b"7"})
_WITHOUT_CONTENT = frozenset({HARD_LINK, LINK, DIRECTORY})
_OF_THE_NEXT, _OF_ALL, _LONG_NAME, _LONG_TARGET = frozenset({b"x", b"X"}), b"g", b"L", b"K"
_EXTENDED = _OF_THE_NEXT | {_OF_ALL, _LONG_NAME, _LONG_TARGET}
_SPARSE = b"GNU.sparse."
_OCTAL = b"01234567"
_LONGEST_DECIMAL = 20
_POSITIVE, _NEGATIVE = 0x80, 0xFF

Records = dict[bytes, bytes]


class BadTar(ValueError):
    """What was read is no tar, or one that is not taken; the text says why."""


@dataclass(slots=True)
class Member:
    """One member, as its headers say.

    Shape:  type is one of the four constants, or as it came when it is none of them. A size other
            than 0 is a file's; its content lies at offset.
    Units:  mtime in whole seconds, within what ustar can hold; size and offset in bytes.
    """

    name: bytes
    type: bytes
    mode: int
    mtime: int
    size: int
    offset: int
    target: bytes


def members(tar: mmap | bytes) -> Iterator[Member]:
    """The members up to the end mark; what follows it is ignored, as tar fills its last record.

    Errors: BadTar.
    """
    position, everywhere = 0, Records()
    pending = Records()
    while (block := tar[position : position + _BLOCK]) != _ZEROS:
        _check(block, position)
        position += _BLOCK
        kind = block[156:157]
        if kind in _EXTENDED:
            size = _number(block[124:136])
            if size > _LONGEST_HEADER:
                raise BadTar("a header is too long")
            found = _extension(kind, _piece(tar, position, size))
            position += _padded(size)
            if kind == _OF_ALL:
                everywhere.update(found)
            elif found.keys() & pending.keys():
                raise BadTar("two headers say different things of one member")
            else:
                pending.update(found)
            continue
        member = _member(block, kind, {**everywhere, **pending} if everywhere else pending)
        pending = Records()
        member.offset = position
        position += _padded(member.size)
        if position > len(tar):
            raise BadTar("it broke off before its end")
        yield member
    if pending:
        raise BadTar("its last header belongs to no member")


def _check(block: bytes, position: int) -> None:
    if len(block) < _BLOCK:
        raise BadTar("it broke off before its end" if position else "it is too short for one")
    field = block[148:156]
    # The sum counts its own field as blanks.
    total = sum(block) - sum(field) + _BLANKS
    digits = _text(field).strip()
    if not digits.isdigit() or total != _number(field):
        where = "has something between its members" if position else "begins with something"
        raise BadTar(f"it {where} that is no header")


def _member(block: bytes, kind: bytes, records: Records) -> Member:
    name, target = _text(block[:100]), _text(block[157:257])
    size, mtime = _number(block[124:136]), _number(block[136:148])
    if block[257:263] == _POSIX and block[345]:
        name = _text(block[345:500]) + b"/" + name
    if records:
        name = records.get(b"path") or name
        target = records.get(b"linkpath") or target
        size = _decimal(records.get(b"size"), size)
        mtime = _decimal(records.get(b"mtime"), mtime)
        if any(keyword.startswith(_SPARSE) for keyword in records):
            raise BadTar("it holds a sparse file; run tar without --sparse")
    if kind == b"\0" and name.endswith(b"/"):
        kind = DIRECTORY
    elif kind in _FILES:
        kind = FILE
    if size < 0 or (size and kind in _WITHOUT_CONTENT):
        raise BadTar("the size in a header makes no sense")
    mode = _number(block[100:108])
    return Member(name, kind, mode, max(0, min(mtime, _LATEST)), size, 0, target)


def _extension(kind: bytes, data: bytes) -> Records:
    if kind == _LONG_NAME:
        return {b"path": _text(data)}
    if kind == _LONG_TARGET:
        return {b"linkpath": _text(data)}
    return _records(data)


def _records(data: bytes) -> Records:
    found, position = Records(), 0
    while position < len(data):
        blank = data.find(b" ", position, position + _LONGEST_LENGTH)
        digits = data[position:blank] if blank > position else b""
        if not digits.isdigit():
            raise BadTar("an extended header is broken")
        end = position + int(digits)
        keyword, equals, value = data[blank + 1 : end - 1].partition(b"=")
        if data[max(end - 1, blank) : end] != b"\n" or not equals or not keyword:
            raise BadTar("an extended header is broken")
        found[keyword] = value
        position = end
    return found


def _piece(tar: mmap | bytes, position: int, size: int) -> bytes:
    data = tar[position : position + size]
    if size < 0 or len(data) < size:
        raise BadTar("it broke off before its end")
    return data


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int:
    if field[0] in (_POSITIVE, _NEGATIVE):
        return int.from_bytes(field[1:]) - (256 ** (len(field) - 1) if field[0] == _NEGATIVE else 0)
    digits = _text(field).strip()
    if digits.strip(_OCTAL):
        raise BadTar("a header is broken")
    return int(digits or b"0", 8)


def _decimal(value: bytes | None, otherwise: int) -> int:
    if not value:
        return otherwise
    whole = value.partition(b".")[0]
    if not whole.removeprefix(b"-").isdigit() or len(whole) > _LONGEST_DECIMAL:
        raise BadTar("an extended header is broken")
    return int(whole)


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
