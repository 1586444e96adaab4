"""The supervisor of a pod: one process that runs its containers and tells how they are doing.

It has nothing to do with the server any more: it is told things on a pipe, and tells by a file.
Whatever its containers leave behind becomes its child and is killed. One thread, one loop.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType

from slipcast.adapters.pods.process import cgroups, processes
from slipcast.adapters.pods.process.inputs import Inputs
from slipcast.adapters.pods.process.life import DEADLINE, Container, Ending, Life
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Limits, Plan
from slipcast.adapters.pods.process.preloaded import Entry
from slipcast.adapters.pods.process.running import START_ERROR, Running
from slipcast.adapters.pods.process.spawning import CannotStart, Launch, spawn
from slipcast.api.pod import PodStatus
from slipcast.values import instant

CANNOT_START = 128
_NEVER = float("inf")
_PIECE = 1 << 12
_PATIENCE = 1.0


class Supervisor:
    """Runs a pod to its end."""

    def __init__(self, place: Place, plan: Plan, entry: Entry | None = None) -> None:
        """With an entry, containers are that program, and not the one they name."""
        self._place = place
        self._plan = plan
        self._entry = entry
        self._begun = time.monotonic()
        self._life = Life(plan, _wall())
        self._told = PodStatus()
        self._running: dict[int, Running] = {}
        self._dead: dict[int, int] = {}
        self._kill_at = _NEVER
        self._hierarchies = cgroups.look()
        self._inputs = Inputs(place, plan)
        self._selector = selectors.DefaultSelector()
        self._heard = b""

    def begin(self) -> None:
        """Say that the pod is being looked after, and listen."""
        self._control = os.open(
            self._place.control, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
        )  # also for writing, so that it never ends
        self._selector.register(self._control, selectors.EVENT_READ, self._hear)
        woken, waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.signal(signal.SIGTERM, self._asked)
        self._selector.register(woken, selectors.EVENT_READ, lambda: _emptied(woken))
        self._tell()

    def run(self) -> None:
        """Run the pod to its end."""
        while True:
            self._start_due()
            if self._life.is_over:
                break
            self._tell()
            self._wait()
            self._look_at_the_time()
            self._bury()
        processes.end_all(self._everyone, self._reap)
        if self._hierarchies is not None:
            cgroups.remove_pod(self._hierarchies, self._plan.uid)
        self._tell_the_end()

    def _tell(self) -> None:
        status = self._life.status
        if status != self._told:
            # A full disk is no reason to end a pod: it is told with the next change.
            with contextlib.suppress(OSError):
                self._place.tell(status)
                self._told = status

    def _tell_the_end(self) -> None:
        while True:
            try:
                self._place.tell(self._life.status, durably=True)
            except FileNotFoundError:
                return  # somebody has removed the place
            except OSError:
                time.sleep(_PATIENCE)
            else:
                return

    def _start_due(self) -> None:
        while due := self._life.startable(time.monotonic()):
            for container in due:
                self._start(container)

    def _start(self, container: Container) -> None:
        role = container.role
        running = Running(self._place, container, self._group(container))
        stdin = -1
        try:
            stdin = self._inputs.open(role)
            running.prepare()
            running.pid = spawn(
                Launch(
                    argv=role.argv,
                    words=role.words,
                    entry=self._entry,
                    env=self._place.env(role.name),
                    directory=Path(role.box) if role.box else self._place.work,
                    stdin=stdin,
                    stdout=running.stdout,
                    stderr=running.stderr,
                    group=None if role.box else running.group,
                )
            )
        except (CannotStart, OSError) as error:
            running.close_writers()
            running.drain()
            ending = Ending(code=CANNOT_START, reason=START_ERROR, message=str(error))
            self._life.ended(container, ending, time.monotonic(), _wall())
            return
        finally:
            if stdin >= 0:
                os.close(stdin)
        running.close_writers()
        self._running[running.pid] = running
        for stream in running.streams:
            self._selector.register(stream, selectors.EVENT_READ, self._reader(running, stream))
        self._life.started(container, time.monotonic(), _wall())

    def _group(self, container: Container) -> cgroups.Group | None:
        if self._hierarchies is None:
            return None
        role = container.role
        try:
            # In a box other groups are made, which have the limits.
            limits = Limits() if role.box else role.limits
            return cgroups.make(self._hierarchies, self._plan.uid, role.name, limits)
        except OSError as error:
            sys.stderr.write(f"{role.name} runs without limits: {error}\n")
            return None

    def _reader(self, running: Running, stream: int) -> Callable[[], None]:
        def read() -> None:
            if stream in running.streams and not running.read(stream):
                self._selector.unregister(stream)

        return read

    def _wait(self) -> None:
        settling = (each.quiet_at for each in self._running.values())
        moments = [self._deadline, self._kill_at, self._life.next_start() or _NEVER, *settling]
        soonest = min(moments)
        timeout = None if soonest == _NEVER else max(0.0, soonest - time.monotonic())
        for key, _ in self._selector.select(timeout):
            key.data()
        self._reap()

    @property
    def _deadline(self) -> float:
        if self._plan.deadline is None or self._life.ending:
            return _NEVER
        return self._begun + self._plan.deadline

    def _look_at_the_time(self) -> None:
        now = time.monotonic()
        if now >= self._deadline:
            self._end(self._plan.grace, DEADLINE)
        if now >= self._kill_at:
            processes.end_all(self._everyone, self._reap)
            self._kill_at = _NEVER
        for running in self._running.values():
            running.settle(now)

    def _end(self, grace: float, reason: str = "") -> None:
        self._life.end(reason)
        for running in self._running.values():
            running.terminate()
        self._kill_at = min(self._kill_at, time.monotonic() + max(0.0, grace))

    def _hear(self) -> None:
        *lines, self._heard = (self._heard + os.read(self._control, _PIECE)).split(b"\n")
        for line in lines:
            word, _, rest = line.decode(errors="replace").partition(" ")
            if word == "stop":
                with contextlib.suppress(ValueError):
                    self._end(float(rest))
            elif word == "sent":
                self._inputs.sent(rest)

    def _asked(self, _: int, __: FrameType | None) -> None:
        self._end(self._plan.grace)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                self._dead[pid] = status

    def _bury(self) -> None:
        while (pid := next((pid for pid in self._dead if pid in self._running), 0)) != 0:
            running, status = self._running.pop(pid), self._dead.pop(pid)
            processes.end_all(partial(self._left_of, running), self._reap)
            for stream in running.streams:
                self._selector.unregister(stream)
            running.drain()
            ending = running.ending(status)
            self._life.ended(running.container, ending, time.monotonic(), _wall())
            if running.group is not None:
                running.group.remove()
        self._dead.clear()

    def _left_of(self, running: Running) -> set[int]:
        """Who is left of a container whose first process has ended."""
        if not self._running:
            return self._everyone()
        every = processes.table()
        left = processes.of_session(every, running.pid)
        if running.group is not None:
            left |= running.group.processes & set(every)
        return left | processes.descendants(every, left)

    def _everyone(self) -> set[int]:
        """Everybody below us; orphans are, since they become our children."""
        try:
            # Asks whether there is a child at all; one that has ended stays to be reaped.
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return set()
        return processes.descendants(processes.table(), (os.getpid(),))


def _wall() -> str:
    return instant.to_text(datetime.now(UTC))


def _emptied(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(descriptor, _PIECE)


def _nothing(_: int, __: FrameType | None) -> None:
    """A signal that only has to wake us."""
