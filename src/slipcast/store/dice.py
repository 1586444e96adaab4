"""Dice: uids and the ends of generated names, unguessable.

Random bytes are fetched many at once: each fetch lets other threads run first, which costs more
than all the rest of a write.
"""

from __future__ import annotations

import secrets
from typing import Final

from slipcast.values.names import SUFFIX_ALPHABET, SUFFIX_LENGTH

FETCHED: Final = 4096
"""Bytes fetched at once."""

_UID: Final = 16
_VARIANTS: Final = "89ab"


class Dice:
    """A cup of random bytes, each used once."""

    def __init__(self) -> None:
        self._bytes = b""
        self._used = 0

    def uid(self) -> str:
        """A random UUID.

        Source: RFC 9562, version 4.
        """
        text = self._take(_UID).hex()
        variant = _VARIANTS[int(text[16], 16) & 3]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def suffix(self) -> str:
        """The end of a generated name (BA-10)."""
        return "".join(
            SUFFIX_ALPHABET[byte % len(SUFFIX_ALPHABET)] for byte in self._take(SUFFIX_LENGTH)
        )

    def _take(self, count: int) -> bytes:
        if self._used + count > len(self._bytes):
            self._bytes, self._used = secrets.token_bytes(FETCHED), 0
        taken = self._bytes[self._used : self._used + count]
        self._used += count
        return taken
