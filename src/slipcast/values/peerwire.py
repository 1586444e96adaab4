"""How servers of one database ask each other for logs.

Each piece of a log travels behind its length, so that it arrives as it was. Whoever asks shows that
it knows the word that those servers share, for just what it asks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Mapping
from typing import Final

from slipcast.values.sensitive import Sensitive

PREFIX: Final = "/peers/v1/"
RECORDS: Final = f"{PREFIX}records"
CONTAINERS: Final = f"{PREFIX}containers"
HEADER: Final = "x-slipcast-peer"
LENGTH: Final = struct.Struct(">I")
LARGEST: Final = 64 << 20
"""Bytes of a piece at most."""


def proof(word: Sensitive, path: str, query: Mapping[str, str]) -> str:
    """What shows that whoever asks this knows the word."""
    said = json.dumps([path, sorted((name, value) for name, value in query.items() if value)])
    return hmac.new(word.reveal().encode(), said.encode(), hashlib.sha256).hexdigest()


def is_proven(given: str, word: Sensitive, path: str, query: Mapping[str, str]) -> bool:
    """Whether what was shown is that."""
    return hmac.compare_digest(given.encode(), proof(word, path, query).encode())


def framed(piece: bytes) -> bytes:
    """A piece as it travels."""
    return LENGTH.pack(len(piece)) + piece
