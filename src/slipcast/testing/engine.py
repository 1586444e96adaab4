"""FakeEngine: an engine in memory, whose programs are Python functions told beforehand.

It records calls, keeps images and containers as data, and fails where it was told to. What needs
a kernel (limits, networks, mounts, capabilities) is recorded and has no effect.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import msgspec
from msgspec.structs import replace

from slipcast.ports.engine import (
    BuildSpec,
    CommitSpec,
    Container,
    ContainerSpec,
    PullSpec,
    PushSpec,
    Sink,
    ignore,
)
from slipcast.testing.files import Files, Node
from slipcast.values.container import ExitStatus, Owner, PullPolicy
from slipcast.values.entries import Entry
from slipcast.values.faults import EngineFault, Fault, InvalidFault, NotFound
from slipcast.values.image import ImageConfig, ImageFacts
from slipcast.values.imageref import ImageRef

NOT_FOUND = 127
NOT_EXECUTABLE = 126


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What a scripted program sees: its words, its environment and the container's files."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    user: str
    workdir: str
    files: Files
    spec: ContainerSpec
    stdout: Sink
    stderr: Sink
    idle: float | None = None

    def keep_silent(self, seconds: float) -> None:
        """Print nothing for so long, which may be the end of the program."""
        if self.idle is not None and seconds >= self.idle:
            raise _Silent


class _Silent(Exception):
    pass


Program = Callable[[Process], int | ExitStatus | None]
"""A program of an image: reads and changes files, writes output; None means it ended well."""

Recipe = Callable[[BuildSpec], "FakeImage"]
"""What a Dockerfile build makes."""


class FakeImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image: what it says of itself, its files, and its programs by path.

    Shape:  layers are invented digests, lowest first.
    """

    config: ImageConfig = msgspec.field(default_factory=ImageConfig)
    files: Files = msgspec.field(default_factory=Files)
    programs: Mapping[str, Program] = msgspec.field(default_factory=dict)
    layers: tuple[str, ...] = ()
    created: int = 0

    @property
    def id(self) -> str:
        """A hash of everything but the programs: the same input gives the same id."""
        return _hash(self.config, self.layers or _listed(self.files), self.created)

    def facts(self, names: Iterable[str] = ()) -> ImageFacts:
        """What an engine would say of it."""
        size = sum(node.entry.size for node in self.files.nodes.values())
        return ImageFacts(
            id=self.id,
            digest=f"sha256:{_hash('manifest', self.id)}",
            names=tuple(sorted(names)),
            config=self.config,
            layers=self.layers or (f"sha256:{_hash(_listed(self.files))}",),
            size=size,
            created=self.created,
            architecture="amd64",
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a verb: what it was given."""

    verb: str
    given: object


class FakeEngine:
    """An Engine in memory. `add` puts an image into storage, `offer` into the registry.

    Shape:  programs are those of every image, by path; an image's own win. open holds the
            containers whose context has not ended.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.pushed: dict[str, FakeImage] = {}
        self.open: list[FakeContainer] = []
        self.left_behind = 0
        self.recipe: Recipe = _no_recipe
        self.programs: dict[str, Program] = {}
        self._images: dict[str, FakeImage] = {}
        self._names: dict[str, str] = {}
        self._registry: dict[str, FakeImage] = {}
        self._failures: list[tuple[str, Fault]] = []
        self._clock = 0

    def add(self, name: str, image: FakeImage) -> ImageFacts:
        """Put an image into storage; name empty leaves it untagged."""
        self._images[image.id] = image
        if name:
            self._names[_full(name)] = image.id
        return self._facts(image)

    def offer(self, name: str, image: FakeImage) -> None:
        """Put an image into the registry, from where it can be pulled."""
        self._registry[_full(name)] = image

    def fail(self, verb: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a verb fail. A container's verbs are write, read, run, commit."""
        self._failures += [(verb, fault)] * times

    def image(self, name: str) -> FakeImage:
        """An image of the storage, for a test to look into.

        Errors: NotFound.
        """
        found = self._found(name)
        if found is None:
            raise NotFound(f"there is no image {name} in the fake's storage")
        return found

    def given(self, verb: str) -> list[object]:
        """What a verb was called with, call by call."""
        return [call.given for call in self.calls if call.verb == verb]

    @property
    def name(self) -> str:
        """The technology."""
        return "fake"

    def check(self) -> str:
        """A line saying what answers."""
        self.called("check", None)
        return "fake engine"

    def pull(self, spec: PullSpec, *, log: Sink = ignore) -> ImageFacts:
        """The image after applying the policy."""
        self.called("pull", spec)
        here = self._found(spec.image)
        if here is not None and spec.policy is not PullPolicy.ALWAYS:
            return self._facts(here)
        if spec.policy is PullPolicy.NEVER:
            raise NotFound(f"the image {spec.image} is not here, and must not be pulled")
        there = self._registry.get(_full(spec.image))
        if there is None:
            raise EngineFault(
                f"the registry does not know the image {spec.image}", reason="ImageUnknown"
            )
        log(f"pulled {spec.image}\n".encode())
        return self.add(spec.image, there)

    def inspect(self, image: str) -> ImageFacts | None:
        """The image in local storage."""
        self.called("inspect", image)
        found = self._found(image)
        return None if found is None else self._facts(found)

    def build(self, spec: BuildSpec, *, log: Sink = ignore) -> ImageFacts:
        """What the recipe makes of it, with the labels of the spec."""
        self.called("build", spec)
        made = self.recipe(spec)
        log(b"built\n")
        config = replace(made.config, labels={**made.config.labels, **spec.labels})
        return self.add(spec.tag, replace(made, config=config))

    @contextmanager
    def container(self, spec: ContainerSpec) -> Generator[Container]:
        """A working container; not in `open` any more afterwards."""
        self.called("container", spec)
        container = FakeContainer(self, spec, self.image(spec.image))
        self.open.append(container)
        try:
            yield container
        finally:
            self.open.remove(container)

    def tag(self, image: str, tag: str) -> None:
        """Give an image another name."""
        self.called("tag", (image, tag))
        self.add(tag, self.image(image))

    def push(self, spec: PushSpec, *, log: Sink = ignore) -> str:
        """Keep the image in `pushed`, and offer it when the destination is a registry's."""
        self.called("push", spec)
        image = self.image(spec.image)
        self.pushed[spec.destination] = image
        if not spec.destination.startswith("oci:"):
            self.offer(spec.destination, image)
        log(f"pushed {spec.destination}\n".encode())
        return image.facts().digest

    def remove(self, image: str, *, unused: bool = False) -> None:
        """Remove a name, and the image with its last name; an id removes all of it."""
        self.called("remove", image)
        found = self._found(image)
        if found is None:
            return
        if unused and any(self.image(each.spec.image).id == found.id for each in self.open):
            raise EngineFault(f"the image {image} is in use by a container")
        if self._names.pop(_full(image), None) is None:
            self._names = {name: id_ for name, id_ in self._names.items() if id_ != found.id}
        if found.id not in self._names.values():
            del self._images[found.id]

    def sweep(self) -> int:
        """What `left_behind` says, once."""
        self.called("sweep", None)
        swept, self.left_behind = self.left_behind, 0
        return swept

    def called(self, verb: str, given: object) -> None:
        """Record a call, and fail when a failure was asked for."""
        self.calls.append(Call(verb, given))
        for index, (failing, fault) in enumerate(self._failures):
            if failing == verb:
                del self._failures[index]
                raise fault

    def tick(self) -> int:
        """The next second: the fake's now."""
        self._clock += 1
        return self._clock

    def _found(self, image: str) -> FakeImage | None:
        if image in self._images:
            return self._images[image]
        id_ = self._names.get(_full(image))
        if id_ is not None:
            return self._images[id_]
        # As engines do: a part of an id is an id where it is no other's.
        begun = [found for found in self._images if found.startswith(image)]
        return self._images[begun[0]] if len(begun) == 1 else None

    def _facts(self, image: FakeImage) -> ImageFacts:
        return image.facts(name for name, id_ in self._names.items() if id_ == image.id)


class FakeContainer:
    """A working container of FakeEngine; `files` is its tree."""

    def __init__(self, engine: FakeEngine, spec: ContainerSpec, image: FakeImage) -> None:
        self.spec = spec
        self.files = image.files.copy()
        self._engine = engine
        self._image = image
        self._ran = False
        self._id = _hash("container", engine.tick())

    @property
    def id(self) -> str:
        """An invented id, never twice the same."""
        return self._id

    def write(self, path: str, entries: Iterable[Entry], *, owner: Owner) -> None:
        """Put entries below a directory."""
        self._engine.called("write", path)
        self.files.write(path, entries, owner)

    @contextmanager
    def read(self, path: str) -> Generator[IO[bytes]]:
        """A tar stream of a path."""
        self._engine.called("read", path)
        yield io.BytesIO(self.files.tar(path))

    def run(
        self, *, stdout: Sink = ignore, stderr: Sink = ignore, idle: float | None = None
    ) -> ExitStatus:
        """Call the program told for the first word that has one, if a file is there as well.

        Shape:  words before it stand for an entrypoint that executes its arguments.
        """
        self._engine.called("run", self.spec)
        if self._ran:
            raise EngineFault(f"the container {self._id[:12]} has run already")
        self._ran = True
        argv = self._argv()
        programs = {**self._engine.programs, **self._image.programs}
        path = next((word for word in argv if word in programs), argv[0] if argv else "")
        entry = self.files.entry(path)
        if entry is None or path not in programs:
            return ExitStatus(code=NOT_FOUND, error=f"{path}: no such file or directory")
        if not entry.mode & 0o111:
            return ExitStatus(code=NOT_EXECUTABLE, error=f"{path}: permission denied")
        process = Process(
            argv=argv,
            env={**dict(self._image.config.env), **dict(self.spec.env)},
            user=self.spec.user or self._image.config.user,
            workdir=self.spec.workdir or self._image.config.workdir or "/",
            files=self.files,
            spec=self.spec,
            stdout=stdout,
            stderr=stderr,
            idle=idle,
        )
        try:
            ended = programs[path](process)
        except _Silent:
            return ExitStatus.silenced(idle or 0)
        return ended if isinstance(ended, ExitStatus) else ExitStatus(code=ended or 0)

    def commit(self, spec: CommitSpec) -> ImageFacts:
        """An image of the files, with the configuration of the spec and nothing else."""
        self._engine.called("commit", spec)
        files = _dated(self.files.without(spec.leave_out), spec.timestamp)
        below = self._image.facts().layers
        created = self._engine.tick() if spec.timestamp is None else spec.timestamp
        made = FakeImage(
            config=spec.config,
            files=files,
            programs=self._image.programs,
            layers=(*below, f"sha256:{_hash(below, _listed(files))}"),
            created=created,
        )
        return self._engine.add(spec.tag, made)

    def _argv(self) -> tuple[str, ...]:
        config = self._image.config
        given = self.spec.argv or config.cmd
        return (*config.entrypoint, *given) if self.spec.use_entrypoint else given


def _no_recipe(spec: BuildSpec) -> FakeImage:
    raise EngineFault(f"the fake was not told what a build in {spec.context} makes")


def _dated(files: Files, latest: int | None) -> Files:
    if latest is None:
        return files
    return Files(
        {
            path: Node(
                entry=replace(node.entry, mtime=min(node.entry.mtime, latest)), owner=node.owner
            )
            for path, node in files.nodes.items()
        }
    )


def _full(name: str) -> str:
    try:
        return ImageRef.parse(name).exact
    except InvalidFault:
        return name


def _listed(files: Files) -> tuple[tuple[str, Node], ...]:
    return tuple(sorted(files.nodes.items(), key=lambda item: item[0]))


def _hash(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogateescape")).hexdigest()
