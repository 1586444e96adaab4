"""Passwords: users of an htpasswd file, which is read anew when it changes.

Hashing is slow on purpose, so it is done beside the event loop, and no more of it at once than
leaves the machine to others.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from slipcast.adapters.identity.guesses import Guesses
from slipcast.adapters.identity.htpasswd import PasswordFile
from slipcast.adapters.identity.people import person
from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.identity import Credentials
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Unauthorized, Unavailable
from slipcast.values.faults import InvalidFault
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.identity")

AT_ONCE: Final = 2
"""Passwords that are checked at once."""
WAITING: Final = 100
"""Passwords that wait to be checked; more are sent away."""

_Stamp = tuple[int, int, int]


class Passwords:
    """Knows the users of a password file. Implements Authenticator."""

    def __init__(self, path: Path, api: Api, clock: Clock) -> None:
        """Read the file; users that are kept are looked up through the Api.

        Errors: InvalidFault.
        """
        self._path = path
        self._api = api
        self._stamp = _stamp(path)
        self._file: PasswordFile | None = PasswordFile.read(path)
        self._guesses = Guesses(clock)
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """The user whose password that is."""
        if credentials.password is None or credentials.bearer is not None:
            return None
        # Once to be quick, and again when it is our turn: others may have guessed meanwhile.
        self._guesses.check(credentials.user, credentials.address)
        if self._waiting >= WAITING:
            raise Unavailable("too many log in at once", retry_after=1)
        self._waiting += 1
        try:
            async with self._seats:
                await self._check(credentials.user, credentials.password, credentials.address)
        finally:
            self._waiting -= 1
        return await person(self._api, credentials.user)

    async def _check(self, user: str, password: Sensitive, address: str) -> None:
        self._guesses.check(user, address)
        if await asyncio.to_thread(self._is_right, user, password.reveal()):
            self._guesses.right(user, address)
            return
        self._guesses.wrong(user, address)
        log.info("password.wrong", extra={"fields": {"address": address}})
        raise Unauthorized("Unauthorized")

    def _is_right(self, user: str, password: str) -> bool:
        """Runs in a thread."""
        return self._newest().knows(user, password)

    def _newest(self) -> PasswordFile:
        """The file as it is now.

        Errors: Unavailable when it cannot be used: nobody is let in by what no longer holds.
        """
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._file = PasswordFile.read(self._path)
            except InvalidFault as fault:
                self._file = None
                log.error("passwords.unreadable", extra={"fields": {"why": fault.message}})  # noqa: TRY400 -- no trace
        if self._file is None:
            raise Unavailable("passwords cannot be checked now")
        return self._file


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
