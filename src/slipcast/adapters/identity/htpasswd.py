"""Password files as Apache's htpasswd writes them, with bcrypt (`-B`) or SHA-1 (`-s`).

Whether a name is in the file cannot be told from how long the answer takes: who is not in it is
checked against a hash that nobody has the password of.

Source: Apache HTTP Server, password formats.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import bcrypt
import msgspec

from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.names import path_segment

_BCRYPT: Final = re.compile(r"\$2[aby]\$(?P<cost>[0-9]{2})\$[./A-Za-z0-9]{53}")
_SHA: Final = "{SHA}"
LONGEST: Final = 72
"""Bytes of a password that bcrypt looks at."""
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a password file."""


class PasswordFile(msgspec.Struct, frozen=True):
    """Users and their hashes; decoy is the hash of those who are not in it."""

    hashes: Mapping[str, str]
    decoy: str

    @classmethod
    def read(cls, path: Path) -> PasswordFile:
        """The users of a file.

        Errors: InvalidFault with every line that cannot be used.
        """
        try:
            if path.stat().st_size > LARGEST:
                raise InvalidFault((FieldError(path=str(path), what="is too large"),))
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as wrong:
            what = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8"
            error = FieldError(path=str(path), what=f"cannot be read: {what}")
            raise InvalidFault((error,)) from wrong
        hashes: dict[str, str] = {}
        errors: list[FieldError] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, hashed = line.strip().partition(":")
            what = _wrong(name, hashed)
            if what:
                errors.append(FieldError(path=f"{path}, line {number}", what=what))
            hashes.setdefault(name, hashed)
        if errors:
            raise InvalidFault(tuple(errors))
        return cls(hashes, _decoy(hashes))

    def knows(self, user: str, password: str) -> bool:
        """Whether that is the user's password. Slow on purpose."""
        hashed = self.hashes.get(user)
        raw = password.encode()
        if hashed is None:
            _matches(self.decoy, raw)
            return False
        if hashed.startswith(_SHA) and not self.decoy.startswith(_SHA):
            # As slow as for everybody else.
            _matches(self.decoy, raw)
        return _matches(hashed, raw)


def _wrong(name: str, hashed: str) -> str:
    """What is wrong with a line, empty when nothing is; the hash is not repeated."""
    if not name or name == "~" or path_segment(name):
        return "the name cannot be a user's"
    if hashed.startswith(_SHA):
        try:
            digest = base64.b64decode(hashed.removeprefix(_SHA), validate=True)
        except ValueError:
            digest = b""
        is_good = len(digest) == hashlib.sha1(usedforsecurity=False).digest_size
        return "" if is_good else "the hash is broken"
    if _BCRYPT.fullmatch(hashed):
        return ""
    return f"the password of {name} is not hashed with bcrypt; `htpasswd -B` does that"


def _decoy(hashes: Mapping[str, str]) -> str:
    """A hash of nobody's password that takes as long as the slowest of the others."""
    found = (_BCRYPT.fullmatch(hashed) for hashed in hashes.values())
    costs = [int(each["cost"]) for each in found if each]
    if not costs:
        return _SHA + base64.b64encode(secrets.token_bytes(20)).decode()
    salt = bcrypt.gensalt(max(costs))
    # Hashing takes as long as checking does; the result is of the same length, and random.
    return salt.decode() + "." * (60 - len(salt))


def _matches(hashed: str, password: bytes) -> bool:
    if hashed.startswith(_SHA):
        digest = hashlib.sha1(password, usedforsecurity=False).digest()
        return hmac.compare_digest(_SHA.encode() + base64.b64encode(digest), hashed.encode())
    if b"\0" in password:
        return False
    return bcrypt.checkpw(password[:LONGEST], hashed.encode())
