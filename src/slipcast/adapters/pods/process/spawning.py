"""Making a container's process: a session of its own, its group, its input and output."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import msgspec

from slipcast.adapters import kernel
from slipcast.adapters.pods.process.cgroups import Group
from slipcast.adapters.pods.process.plan import PROGRAM
from slipcast.adapters.pods.process.preloaded import Entry, become

_FAILED = 127


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What is started, and in which surroundings; output goes to descriptors.

    Shape:  with an entry, which is told the words, argv is not run.
    """

    argv: tuple[str, ...]
    words: tuple[str, ...] = ()
    entry: Entry | None = None
    env: Mapping[str, str]
    directory: Path
    stdin: int
    stdout: int
    stderr: int
    group: Group | None = None


class CannotStart(Exception):
    """The program cannot be started; the message says why."""


def spawn(launch: Launch) -> int:
    """Start a program; its process, which leads a session.

    Errors: CannotStart.
    """
    told, tell = os.pipe2(os.O_CLOEXEC)
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become(launch, parent, tell)
    os.close(tell)
    with os.fdopen(told, "rb") as answer:
        # Ends when the program has taken the process's place.
        complaint = answer.read().decode(errors="replace")
    if complaint:
        os.waitpid(pid, 0)
        raise CannotStart(f"{launch.argv[0]} cannot be started: {complaint}")
    return pid


def _become(launch: Launch, parent: int, tell: int) -> NoReturn:
    try:
        kernel.die_with_parent()
        if os.getppid() != parent:
            os._exit(_FAILED)  # it ended before it could be watched
        os.setsid()
        if launch.group is not None:
            _join(launch.group)
        for number, descriptor in enumerate((launch.stdin, launch.stdout, launch.stderr)):
            os.dup2(descriptor, number)
        os.chdir(launch.directory)
        os.umask(0o022)
        ordinary_signals()
        if launch.entry is not None:
            become(launch.entry, (PROGRAM, *launch.words), launch.env)
        os.execvpe(launch.argv[0], launch.argv, launch.env)  # noqa: S606 -- no shell
    except BaseException as error:  # noqa: BLE001 -- nothing above us is ours
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        os.write(tell, str(why).encode())
    finally:
        os._exit(_FAILED)


def _join(group: Group) -> None:
    try:
        group.join()
    except OSError as error:
        # Such as for a real-time process: better without limits than not at all.
        os.write(2, f"a process runs without limits: {error}\n".encode())


def ordinary_signals() -> None:
    """Take signals as a new program does: what Python ignores is not ignored further down."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        if signal.getsignal(number) not in {None, signal.SIG_DFL}:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
