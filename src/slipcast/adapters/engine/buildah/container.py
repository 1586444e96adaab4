"""A working container of buildah's: written to, run, read from, committed, removed.

Source: ports.engine, Container.
"""

from __future__ import annotations

import errno
import io
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import msgspec

from slipcast.adapters import argv, oomkills
from slipcast.adapters.engine.buildah import commands, reading, writing
from slipcast.adapters.engine.buildah.ahead import Ahead, Outgoing, Target
from slipcast.adapters.engine.buildah.change import Found
from slipcast.adapters.engine.buildah.chosen import runs_here
from slipcast.adapters.engine.buildah.committing import NotHere, commit, ground_of
from slipcast.adapters.engine.buildah.direct import Direct
from slipcast.adapters.engine.buildah.inside import Inside
from slipcast.adapters.engine.buildah.program import Program
from slipcast.adapters.pieces import Pieces
from slipcast.adapters.runc.runner import Runner
from slipcast.ports.engine import CommitSpec, ContainerSpec, Sink, ignore
from slipcast.values.container import ExitStatus, Owner
from slipcast.values.entries import Entry
from slipcast.values.faults import EngineFault
from slipcast.values.image import ImageFacts

_KILLED = 137
# How buildah, which ends with 1 then, tells of a program that a signal ended.
_WAS_KILLED = "container exited on killed"

Inspect = Callable[[str], ImageFacts | None]


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """A working container as buildah made it: its name, its image, where its root is mounted.

    Shape:  store_known says that the store's format is one that we may write to.
    """

    name: str
    spec: ContainerSpec
    image: ImageFacts
    root: Path
    store_known: bool = False


class BuildahContainer:
    """The Container of the port."""

    def __init__(
        self,
        program: Program,
        runner: Runner,
        working: Working,
        inspect: Inspect,
        outgoing: Outgoing,
        note: Callable[[str], None],
    ) -> None:
        self._program = program
        self._runner = runner
        self._working = working
        self._inspect = inspect
        self._outgoing = outgoing
        self._note = note
        self._root = Inside(working.root)
        self._committed = False

    @property
    def id(self) -> str:
        """Its name, which buildah and podman take everywhere."""
        return self._working.name

    @property
    def _inside(self) -> Inside:
        if self._committed:
            raise EngineFault(f"the container {self.id} has become an image; begin another one")
        return self._root

    def write(self, path: str, entries: Iterable[Entry], *, owner: Owner) -> None:
        """Put entries below a directory of the container."""
        writing.write(self._inside, path, entries, owner)

    @contextmanager
    def read(self, path: str) -> Generator[IO[bytes]]:
        """A tar stream of a file or directory."""
        if not path.endswith("/") and self._inside.status(path) is None:
            # Says what is missing before the reader begins.
            with self._inside.file(path):
                pass
        pieces: Iterator[bytes] = reading.pieces(self._inside, path)
        with io.BufferedReader(Pieces(pieces), 1 << 20) as stream:
            yield stream

    def run(
        self, *, stdout: Sink = ignore, stderr: Sink = ignore, idle: float | None = None
    ) -> ExitStatus:
        """Run the program to its end."""
        spec = self._working.spec
        direct = Direct(self._runner, self._program.host, self._inside, self._working.root)
        if runs_here(self._program.choice) and direct.possible(spec):
            config = self._working.image.config
            return direct.run(self.id, spec, config, stdout=stdout, stderr=stderr, idle=idle)
        command = list(spec.argv or self._working.image.config.cmd)
        if spec.use_entrypoint:
            command = [*self._working.image.config.entrypoint, *command]
        words = commands.run_words(spec, self.id, command)
        tail = argv.Tail(stderr)
        # One sink for both keeps the order in which buildah tells them.
        output = tail if stdout == stderr else stdout
        ended_for_memory = oomkills.count()
        try:
            code = argv.stream(
                self._program.line(*words),
                stdin=spec.stdin,
                stdout=output,
                stderr=tail,
                env=self._program.env,
                idle=idle,
            )
        except argv.Silent:
            return ExitStatus.silenced(idle or 0)
        if code and _WAS_KILLED in tail.lines[-2:]:
            code = _KILLED
        oom_killed = code == _KILLED and oomkills.count() > ended_for_memory
        return ExitStatus(code=code, oom_killed=oom_killed)

    def commit(self, spec: CommitSpec) -> ImageFacts:
        """Make an image of what the container's root has become; the container is spent then."""
        what = f"the container could not be committed{f' as {spec.tag}' if spec.tag else ''}"
        facts = self._made(spec, what)
        self._note(facts.id)
        return facts

    def _made(self, spec: CommitSpec, what: str) -> ImageFacts:
        if self._working.store_known:
            try:
                facts = self._moved(spec, what)
            except NotHere:
                # Its root may be unmounted by now, which the other way needs.
                self._program.check(what, "mount", "--", self.id)
            else:
                self._committed = True
                return facts
        return self._copied(spec, what)

    def _moved(self, spec: CommitSpec, what: str) -> ImageFacts:
        try:
            ground = ground_of(self._working.root, self._working.image.id)
            return commit(ground, spec, int(time.time()), partial(self._begin, spec))
        except OSError as odd:
            full = odd.errno in {errno.ENOSPC, errno.EDQUOT}
            raise EngineFault(
                f"{what}: {odd.strerror}",
                reason="NoSpace" if full else "",
                hint="free space in the image storage; see slipcast doctor" if full else "",
            ) from odd

    def _begin(self, spec: CommitSpec, found: Sequence[Found], upper: Path) -> Ahead | None:
        if not spec.push_to:
            return None
        target = Target(
            destination=spec.push_to, access=spec.push_access, takes_plain=not spec.config.onbuild
        )
        return self._outgoing.begin(target, found, upper)

    def _copied(self, spec: CommitSpec, what: str) -> ImageFacts:
        for path in spec.leave_out:
            self._inside.drop(path)
        self._program.check(what, *commands.config_words(spec.config, spec.comment, self.id))
        with self._program.scratch() as scratch:
            id_file = scratch / "id"
            self._program.check(
                what, *commands.commit_words(self.id, spec.tag, spec.timestamp, str(id_file))
            )
            image_id = id_file.read_text().strip().removeprefix("sha256:")
        facts = self._inspect(image_id)
        if facts is None:
            raise EngineFault(f"{what}: the image is not there afterwards")
        return facts
