"""File names as people can read them: whatever bytes they hold, one line each."""

from __future__ import annotations

_FIRST_BYTE = 0xDC80
_LAST_BYTE = 0xDCFF


def legible(path: str) -> str:
    """A name with its line ends, control characters and stray bytes spelled out."""
    return "".join(map(_spelled, path))


def _spelled(character: str) -> str:
    if character.isprintable():
        return character
    if _FIRST_BYTE <= ord(character) <= _LAST_BYTE:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
