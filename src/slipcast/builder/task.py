"""A task: one Build on its way in a build pod, and the ports it is carried out with.

Every path that the contract names, such as that of a secret, is meant below `root`: `/` in a
container, a directory of the pod where its processes run on the host itself.

Source: builder-process.md sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

import msgspec

from slipcast.api.build import Build, EnvVar
from slipcast.builder.job import Credentials
from slipcast.builder.recording import Record
from slipcast.builds.s2i.request import Platform
from slipcast.ports.builders import Builders
from slipcast.ports.downloads import Downloads
from slipcast.ports.engine import ANONYMOUS, Engine, RegistryAccess
from slipcast.ports.git import Git
from slipcast.ports.progress import Progress
from slipcast.values.revision import SourceRevision


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file with credentials, and the name of the Secret that it is of, if it is."""

    path: Path
    secret: str = ""


Registries = Callable[[tuple[Held, ...]], Credentials]
"""How registries are reached with the credentials in files, or with nobody's."""


def anonymous(_: tuple[Held, ...]) -> Credentials:
    """Every registry as nobody."""
    return _nobody


def no_builders() -> Builders | None:
    """No builder images."""
    return None


def _nobody(_: str) -> RegistryAccess:
    return ANONYMOUS


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What every part of the builder needs.

    Shape:  build has the values of its variables in it (BL-47) and its output in full; env is the
            process's own; work is a directory that this pod's containers share; stdin what a
            client sent; record is where stages, revision and digest are told as they are known.
            tag is what the image is called until it is finished: nobody else's, and taken away
            whatever happens. platform is what every build is given and no image keeps. builders
            gives the builder images that this installation makes, if it makes any. hidden are the
            names of variables and build arguments that no image is to keep.
    """

    build: Build
    env: Mapping[str, str]
    root: Path
    work: Path
    stdin: IO[bytes]
    state: Path
    engine: Engine
    git: Git
    downloads: Downloads
    progress: Progress
    record: Record
    tag: str
    registries: Registries = anonymous
    platform: Platform = Platform()
    hidden: frozenset[str] = frozenset()
    builders: Callable[[], Builders | None] = no_builders

    @property
    def is_by_hand(self) -> bool:
        """Whether a person runs this, whose own credentials and settings of git then count."""
        return self.root == Path("/") and not self.env.get("KUBERNETES_SERVICE_HOST")

    def unkept(self, variables: Iterable[EnvVar]) -> tuple[tuple[str, str], ...]:
        """Those that are for the build alone."""
        return tuple((each.name, each.value) for each in variables if each.name in self.hidden)

    def at(self, path: str) -> Path:
        """Where a path of the contract lies."""
        return self.root / path.lstrip("/")

    def named_by(self, variable: str) -> Path | None:
        """Where the path lies that a variable holds; None when it is not set."""
        said = self.env.get(variable, "")
        return self.at(said) if said else None


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """The source, together (BLD-15).

    Shape:  root is where it all was put, context the directory below it that is built.
    """

    root: Path
    context: Path
    revision: SourceRevision


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """An image that was built under a tag of its own, which is nobody else's.

    Shape:  bases are the images that it was made of, as the Build names them.
    """

    tag: str
    image: str
    bases: tuple[str, ...] = ()
