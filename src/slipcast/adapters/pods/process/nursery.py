"""The server's end of the nest: starts it when it is first needed, and again when it has gone."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from slipcast.adapters.pods.process.place import Place
from slipcast.values.faults import PodFault

_PATIENCE = 20.0
_LONGEST = 1 << 12
_GONE = (OSError, EOFError, ValueError, subprocess.SubprocessError)
_PROGRAM = "slipcast.adapters.pods.process.nest"


class Nursery:
    """Starts supervisors. Safe to be used from several threads."""

    def __init__(
        self, env: Mapping[str, str], *, entry: str = "", modules: Sequence[str] = ()
    ) -> None:
        """Start supervisors, and containers too when an entry is given.

        Shape:  the nest has these variables, and none of ours. entry is the main function of the
                builder, `module:function`: it then runs in a fork of the nest, instead of the
                program that a pod names; modules are what else is loaded beforehand.
        """
        self._env = dict(env)
        self._preloaded = (entry, *modules) if entry else ()
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self.pid = 0

    def start(self, place: Place) -> None:
        """Have a pod looked after; one that is, stays so.

        Errors: PodFault, retryable.
        """
        with self._lock:
            if place.has_begun():
                # Somebody else has asked while we waited.
                return
            try:
                complaint = self._asked(place)
            except _GONE:
                # The nest is gone: whether it still served us does not matter, to ask again does
                # no harm.
                self._close()
                try:
                    complaint = self._asked(place)
                except _GONE as error:
                    self._close()
                    complaint = str(error) or "the process that starts supervisors has ended"
        if complaint:
            raise PodFault(
                f"pod {place.uid} cannot be looked after: {complaint}",
                reason="HostUnfit",
                retryable=True,
            )

    def close(self) -> None:
        """End the nest; supervisors stay."""
        with self._lock:
            self._close()

    def _asked(self, place: Place) -> str:
        connection = self._connection or self._opened()
        connection.send(bytes(place.path))
        while True:
            uid, _, complaint = _received(connection).partition("\n")
            if uid == place.uid:
                return complaint

    def _opened(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_PATIENCE)
        self._connection = ours
        with theirs:
            # -P: what lies in the current directory is none of its modules.
            argv = [sys.executable, "-P", "-m", _PROGRAM, str(theirs.fileno()), *self._preloaded]
            subprocess.run(
                argv,
                env=self._env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                check=False,
                timeout=_PATIENCE,
            )
        self.pid = int(_received(ours))
        return ours

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _received(connection: socket.socket) -> str:
    data = connection.recv(_LONGEST)
    if not data:
        raise EOFError
    return data.decode(errors="replace")
