"""The server as a program of its own: started, looked at, stopped. Implements the Daemon port."""

from __future__ import annotations

import os
import signal
import ssl
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.adapters import argv
from slipcast.ports.daemon import Building, Identification, Serving, Streams
from slipcast.ports.running import Running
from slipcast.values.faults import PortFault
from slipcast.wiring.serving import Place

COMING_UP: Final = 60.0
"""Seconds a server may take until it answers."""
GOING_DOWN: Final = 40.0
"""Seconds a server may take to end; longer than it gives its requests."""
LOOK: Final = 0.05
TAIL: Final = 5
STORE: Final = "SLIPCAST_STORE"
"""The variable for the store: its address may hold a password, which a list of processes shows."""

NOBODY: Final = Identification()
USUAL: Final = Building()
STREAMS: Final = Streams()


class Server:
    """Implements Daemon."""

    def __init__(
        self,
        usual: Path,
        identity: Identification = NOBODY,
        building: Building = USUAL,
        streams: Streams = STREAMS,
        notice: float = 0.3,
    ) -> None:
        """Serve from a usual state directory, unless another is asked for.

        Shape:  identity is who is let in where the request does not say; building is how builds
                are run, streams what image streams rest on and notice how long ends are
                announced, which no request says.
        """
        self._usual = usual
        self._identity = identity
        self._building = building
        self._streams = streams
        self._notice = notice

    def serve(self, wanted: Serving, started: Callable[[Running], None]) -> None:
        """Serve in this process."""
        from slipcast.adapters import listening  # noqa: PLC0415 -- looking and stopping need none
        from slipcast.wiring import daemon, logs  # noqa: PLC0415 -- likewise

        logs.install()
        place = self._place(wanted.state)
        identity = wanted.identity.over(self._identity)
        whole = replace(
            wanted,
            identity=identity,
            building=self._building,
            streams=self._streams,
            notice=self._notice,
        )
        listening.run(lambda: daemon.serve(whole, place, started))

    def start(self, wanted: Serving) -> Running:
        """Serve in a process that outlives this one."""
        place = self._place(wanted.state)
        place.prepare()
        other = place.running()
        if other is not None:
            # The same words as those of a server that finds the lock taken.
            with place.held():
                pass
        before = _length(place.log)
        with place.usable():
            process = argv.detached(_words(wanted, place), place.log, {STORE: wanted.store})
        limit = time.monotonic() + COMING_UP
        while time.monotonic() < limit:
            running = self.status(wanted.state)
            if running is not None and running.ready:
                return replace(running, log=place.log)
            if process.has_ended:
                break
            time.sleep(LOOK)
        raise PortFault(
            "the server did not come up",
            hint=f"Its log is {place.log}.",
            reason="NotStarted",
            tail=_tail(place.log, before),
        )

    def status(self, state: Path | None) -> Running | None:
        """The server of a state directory, and whether it answers."""
        running = self._place(state).running()
        if running is None or not running.address:
            return running
        return replace(running, ready=_answers(running, self._place(state)))

    def stop(self, state: Path | None) -> Running | None:
        """Stop it and wait for its end."""
        place = self._place(state)
        running = place.running()
        if running is None or not running.pid:
            return running
        os.kill(running.pid, signal.SIGTERM)
        limit = time.monotonic() + GOING_DOWN
        while time.monotonic() < limit:
            if place.running() is None:
                return running
            time.sleep(LOOK)
        raise PortFault(
            f"the server, process {running.pid}, did not end within {GOING_DOWN:.0f} seconds",
            hint=f"Its log may say why; `kill -9 {running.pid}` loses nothing acknowledged.",
        )

    def _place(self, state: Path | None) -> Place:
        return Place(state if state is not None else self._usual)


def _words(wanted: Serving, place: Place) -> list[str]:
    host = f"[{wanted.host}]" if ":" in wanted.host else wanted.host
    words = [sys.executable, "-m", "slipcast", "server", "--state-dir", str(place.directory)]
    words += ["--listen", f"{host}:{wanted.port}"]
    if wanted.kubeconfig is not None:
        words += ["--kubeconfig", str(wanted.kubeconfig)]
    for flag, value in _said(wanted.identity):
        words += [flag, value]
    return words


def _said(identity: Identification) -> Iterator[tuple[str, str]]:
    """The flags of the command line that say who is let in; the settings say the rest again."""
    for field, value in msgspec.structs.asdict(identity).items():
        if value and isinstance(value, str | Path):
            yield f"--{field.replace('_', '-')}", str(value)


def _length(log: Path) -> int:
    """How much there is of a log, in bytes."""
    try:
        return log.stat().st_size
    except OSError:
        return 0


def _tail(log: Path, before: int) -> tuple[str, ...]:
    """The last lines that came after what was there before."""
    try:
        with log.open("rb") as file:
            file.seek(before)
            return tuple(file.read().decode("utf-8", "replace").splitlines()[-TAIL:])
    except OSError:
        return ()


def _answers(running: Running, place: Place) -> bool:
    try:
        context = ssl.create_default_context(cafile=str(place.keys / "ca.crt"))
        with urllib.request.urlopen(  # noqa: S310 -- an address of our own, always https
            f"{running.address}/readyz", timeout=5, context=context
        ) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 -- OK
    except OSError:
        return False
