"""The nest: a process that has everything loaded which a supervisor needs, and forks one for each
pod. Started by the server (nursery), it ends with it; supervisors do not.

Run as a program with the number of a connected socket, and the main function and modules of the
program that containers are, when that is to be loaded, too. It says its process id, then takes the
paths of pods; each is answered by its supervisor: the uid, and what went wrong, if anything did.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

from slipcast.adapters import kernel
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.preloaded import Entry, load
from slipcast.adapters.pods.process.supervisor import Supervisor

LONGEST = 1 << 12
_TRIES = 100
_PAUSE = 0.01


def main() -> None:
    """Serve requests until the other end is closed."""
    number, *preloaded = sys.argv[1:]
    with socket.socket(fileno=int(number)) as server:
        entry = load(preloaded[0], preloaded[1:]) if preloaded else None
        if os.fork():
            # Whoever started us need not wait for our end.
            os._exit(0)
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Nobody here waits for supervisors: how they end is none of our business.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        gc.freeze()
        # Whoever has started us may end at any moment; then so do we.
        with contextlib.suppress(ConnectionError):
            server.send(str(os.getpid()).encode())
            while request := server.recv(LONGEST):
                _serve(server, Place(Path(os.fsdecode(request))), entry)


def _serve(server: socket.socket, place: Place, entry: Entry | None) -> None:
    if os.fork() == 0:
        try:
            _supervise(server, place, entry)
        finally:
            os._exit(0)


def _supervise(server: socket.socket, place: Place, entry: Entry | None) -> None:
    try:
        # Nothing that ends us is to end it.
        os.setsid()
        _redirected(place)
        supervisor = _begun(place, entry)
    except BaseException as error:
        _answer(server, place, f"{type(error).__name__}: {error}")
        raise
    _answer(server, place, "")
    server.close()
    if supervisor is not None:
        try:
            supervisor.run()
        except BaseException:
            traceback.print_exc()
            raise


def _begun(place: Place, entry: Entry | None) -> Supervisor | None:
    """The supervisor of a pod, which holds its place; None when the pod has, or had, another."""
    for _ in range(_TRIES):
        # Whoever only looks whether the place is held, holds it for a moment.
        held = place.taken()
        if held is not None or place.has_begun():
            break
        time.sleep(_PAUSE)
    else:
        return None
    plan = place.plan()
    if held is None or plan is None or place.has_begun():
        return None
    os.ftruncate(held, 0)
    os.pwrite(held, str(os.getpid()).encode(), 0)
    kernel.adopt_orphans()
    supervisor = Supervisor(place, plan, entry)
    supervisor.begin()
    return supervisor


def _redirected(place: Place) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(place.path / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for descriptor, number in ((nothing, 0), (nothing, 1), (log, 2)):
        os.dup2(descriptor, number)
    os.close(nothing)
    os.close(log)
    os.chdir("/")


def _answer(server: socket.socket, place: Place, complaint: str) -> None:
    with contextlib.suppress(OSError):
        server.send(f"{place.uid}\n{complaint}".encode()[:LONGEST])


if __name__ == "__main__":
    main()
