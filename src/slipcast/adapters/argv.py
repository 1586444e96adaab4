"""Running other programs: an argument list, never a shell; output as it comes; nothing left behind.

Every child gets a session of its own, so that a signal from the terminal reaches only us and we
end the child's whole process group ourselves, TERM first, KILL after a grace. The environment is
ours with the given variables laid over it; a value of None takes a variable away.
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shlex
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

from slipcast.adapters.pieces import descriptor_of
from slipcast.ports.engine import Sink, ignore
from slipcast.values import patterns
from slipcast.values.faults import HostFault
from slipcast.values.sensitive import redacted

Environment = Mapping[str, str | None]

_PIECE = 1 << 16
_GRACE = 5.0
TAIL_LINES = 20


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """What else belongs to the end of a program.

    Shape:  early is called before a program that still runs is ended, because we were interrupted
            or it was silent: for programs that would not pass the news on. left waits for what a
            program that ended well has left running with its streams, as long as it is given, and
            tells how that ended.
    """

    early: Callable[[], None] = lambda: None
    left: Callable[[float | None], int] | None = None


_USUAL: Final = Ends()


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How a program ended, and what it printed."""

    argv: tuple[str, ...]
    code: int
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def text(self) -> str:
        """Standard output as text, without the last line end."""
        return self.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    @property
    def complaint(self) -> str:
        """Standard error as text, trimmed."""
        return self.stderr.decode("utf-8", "replace").strip()


class ProgramFailed(Exception):
    """A program ended with a status other than 0. Adapters turn it into a fault of their port."""

    def __init__(self, program: str, code: int, tail: tuple[str, ...]) -> None:
        super().__init__(f"{program} ended with {code}: {tail[-1] if tail else 'no message'}")
        self.program = program
        self.code = code
        self.tail = tail

    @property
    def complaint(self) -> str:
        """The last lines that it printed, as one text."""
        return "\n".join(self.tail)


class Silent(Exception):
    """A program printed nothing for longer than it may; it was ended."""


class Tail:
    """A sink that passes output on and remembers its last lines."""

    def __init__(self, then: Sink = ignore, lines: int = TAIL_LINES) -> None:
        self._then = then
        self._lines: deque[bytes] = deque(maxlen=lines)
        self._open = b""

    def __call__(self, data: bytes) -> None:
        """Take a piece of output."""
        self._then(data)
        *whole, self._open = (self._open + data).split(b"\n")
        self._lines.extend(whole)
        self._open = self._open[-_PIECE:]

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines, oldest first, without empty ones."""
        every = (*self._lines, self._open)
        return tuple(text for line in every if (text := line.decode("utf-8", "replace").strip()))


Listener = Callable[[str], None]

_listeners: list[Listener] = []
_VALUED = patterns.lazy(r"--(?:env|build-arg|secret)=[^=]+=", re.DOTALL)


def listen(listener: Listener) -> None:
    """Tell the command line of whatever is run from now on, fit for a log (BLD-178)."""
    _listeners.append(listener)


def shown(argv: Sequence[str]) -> str:
    """A command line fit for a log: on one line, without values and passwords."""
    texts = ((_VALUED.match(word), word) for word in argv)
    return redacted(shlex.join(f"{found[0]}***" if found else word for found, word in texts))


def find(program: str) -> str | None:
    """The path of a program, None when it is not installed."""
    return shutil.which(program)


def run(
    argv: Sequence[str],
    *,
    env: Environment | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    timeout: float | None = None,
) -> Ran:
    """Run a program to its end and keep what it printed.

    Units:  timeout in seconds.
    Errors: HostFault when the program is not installed or did not end in time.
    """
    with _started(argv, env=env, cwd=cwd, stdin=subprocess.PIPE) as child:
        try:
            stdout, stderr = child.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired as late:
            msg = f"{argv[0]} did not end within {timeout:g} seconds"
            raise HostFault(msg, reason="Timeout", retryable=True) from late
    return Ran(argv=tuple(argv), code=child.returncode, stdout=stdout, stderr=stderr)


def check(
    argv: Sequence[str],
    *,
    env: Environment | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    timeout: float | None = None,
) -> Ran:
    """Like `run`, for a program that must succeed.

    Errors: ProgramFailed on any status but 0; HostFault as for `run`.
    """
    ran = run(argv, env=env, cwd=cwd, stdin=stdin, timeout=timeout)
    if ran.code != 0:
        tail = Tail()
        tail(ran.stderr or ran.stdout)
        raise ProgramFailed(argv[0], ran.code, tail.lines)
    return ran


def stream(
    argv: Sequence[str],
    *,
    stdout: Sink = ignore,
    stderr: Sink = ignore,
    stdin: Iterable[bytes] | None = None,
    env: Environment | None = None,
    cwd: Path | None = None,
    ends: Ends = _USUAL,
    idle: float | None = None,
) -> int:
    """Run a program, handing on its output while it comes; its exit status.

    Shape:  stdin is handed on as it is when it is a file with a descriptor, else fed from a
            thread of its own; a reader that stops early is not an error. One sink for both
            streams has them in the order in which they were written.
    Units:  idle in seconds without output.
    Errors: HostFault when the program is not installed; Silent.
    """
    descriptor = descriptor_of(stdin)
    feed = subprocess.DEVNULL if stdin is None else subprocess.PIPE
    if descriptor is not None:
        feed, stdin = descriptor, None
    one = stdout == stderr  # a bound method is another object each time it is named
    started = _started(argv, env=env, cwd=cwd, stdin=feed, one_pipe=one)
    with started as child, _fed(child, stdin):
        try:
            for sink, data in _pieces(child, stdout, stderr, idle):
                sink(data)
            try:
                code = child.wait(idle)
            except subprocess.TimeoutExpired as late:
                raise Silent from late
            return code if code or ends.left is None else ends.left(idle)
        except BaseException:
            ends.early()
            raise


@contextmanager
def pipe(
    argv: Sequence[str],
    *,
    env: Environment | None = None,
    cwd: Path | None = None,
) -> Generator[IO[bytes]]:
    """A program's standard output as a file, for the length of the context.

    Errors: ProgramFailed at the end of the context on any status but 0, unless the reader left
            early with an exception of its own.
    """
    tail = Tail()
    with _started(argv, env=env, cwd=cwd, stdin=subprocess.DEVNULL) as child:
        assert child.stdout is not None  # noqa: S101 -- Popen was told to make it
        assert child.stderr is not None  # noqa: S101 -- likewise
        listener = threading.Thread(target=_drain, args=(child.stderr, tail), daemon=True)
        listener.start()
        yield child.stdout
        child.stdout.close()
        code = child.wait()
        listener.join()
    if code not in (0, -signal.SIGPIPE):
        raise ProgramFailed(argv[0], code, tail.lines)


@contextmanager
def background(
    argv: Sequence[str], *, env: Environment | None = None, pass_fds: Sequence[int] = ()
) -> Generator[Callable[[], str]]:
    """A program that runs beside us for the length of the context, then is ended.

    Shape:  yields a function that tells what it complained of so far; what it prints on standard
            output is read and forgotten. pass_fds stay open in it under their numbers.
    Errors: HostFault when the program is not installed.
    """
    tail = Tail()
    with _started(argv, env=env, cwd=None, stdin=subprocess.DEVNULL, pass_fds=pass_fds) as child:
        listeners = [
            threading.Thread(target=_drain, args=(file, sink), daemon=True)
            for file, sink in ((child.stderr, tail), (child.stdout, ignore))
        ]
        for listener in listeners:
            listener.start()
        yield lambda: " / ".join(tail.lines)


def overlaid(over: Environment | None) -> dict[str, str]:
    """Our environment with variables laid over it."""
    merged: dict[str, str | None] = {**os.environ, **(over or {})}  # noqa: TID251 -- inherited as is
    return {name: value for name, value in merged.items() if value is not None}


def attached(argv: Sequence[str], cwd: Path | None = None) -> int:
    """Run a program on our own terminal, as if the user had started it; its status.

    Errors: HostFault when it cannot be started.
    """
    try:
        return subprocess.run(list(argv), cwd=cwd, check=False).returncode
    except OSError as fault:
        raise HostFault(f"{argv[0]} cannot be started: {fault.strerror}") from fault


class Detached:
    """A program that outlives us, for as long as we look at it."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self.pid = child.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is over already."""
        return self._child.poll() is not None


def detached(argv: Sequence[str], log: Path, env: Environment | None = None) -> Detached:
    """Start a program that outlives us; what it prints is appended to the log.

    Errors: HostFault when it cannot be started.
    """
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=overlaid(env) if env else None,
                cwd="/",
                start_new_session=True,
            )
        except OSError as fault:
            raise HostFault(f"{argv[0]} cannot be started: {fault.strerror}") from fault
    return Detached(child)


@contextmanager
def _started(
    argv: Sequence[str],
    *,
    env: Environment | None,
    cwd: Path | None,
    stdin: int,
    pass_fds: Sequence[int] = (),
    one_pipe: bool = False,
) -> Generator[subprocess.Popen[bytes]]:
    for listener in _listeners:
        listener(shown(argv))
    try:
        child = subprocess.Popen(
            list(argv),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if one_pipe else subprocess.PIPE,
            env=overlaid(env) if env else None,
            cwd=cwd,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except FileNotFoundError as missing:
        msg = f"the program {argv[0]} is not installed"
        hint = f"install it (on Debian: apt-get install {Path(argv[0]).name}); see slipcast doctor"
        raise HostFault(msg, reason="ProgramMissing", hint=hint) from missing
    try:
        yield child
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        _signal_group(child, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
        # Also for what the program started and did not end itself.
        _signal_group(child, signal.SIGKILL)
        child.wait()
    for file in (child.stdin, child.stdout, child.stderr):
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _pieces(
    child: subprocess.Popen[bytes], stdout: Sink, stderr: Sink, idle: float | None
) -> Iterator[tuple[Sink, bytes]]:
    with selectors.DefaultSelector() as ready:
        for file, sink in ((child.stdout, stdout), (child.stderr, stderr)):
            if file is not None:
                ready.register(file, selectors.EVENT_READ, sink)
        while ready.get_map():
            came = ready.select(idle)
            if not came:
                raise Silent
            for key, _ in came:
                data = os.read(key.fd, _PIECE)
                if data:
                    yield key.data, data
                else:
                    ready.unregister(key.fileobj)


@contextmanager
def _fed(child: subprocess.Popen[bytes], stdin: Iterable[bytes] | None) -> Generator[None]:
    if stdin is None or child.stdin is None:
        yield
        return
    broken: list[BaseException] = []
    feeder = threading.Thread(target=_feed, args=(child.stdin, stdin, broken), daemon=True)
    feeder.start()
    yield
    feeder.join(_GRACE)
    if broken:
        raise broken[0]


def _feed(into: IO[bytes], stdin: Iterable[bytes], broken: list[BaseException]) -> None:
    try:
        with into:
            for data in stdin:
                into.write(data)
    except (BrokenPipeError, ValueError):
        return  # the reader left, or was ended: its status tells why
    except BaseException as fault:  # noqa: BLE001 -- carried to the thread that waits
        broken.append(fault)


def _drain(file: IO[bytes] | None, sink: Sink) -> None:
    with contextlib.suppress(OSError, ValueError):
        while file is not None and (data := os.read(file.fileno(), _PIECE)):
            sink(data)
