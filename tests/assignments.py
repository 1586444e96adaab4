"""Builds as a builder is given them, and the tasks that become of them, over doubles."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from slipcast.builder import given
from slipcast.builder.job import Credentials
from slipcast.builder.recording import Record
from slipcast.builder.task import Held, Task
from slipcast.builder.telling import Telling
from slipcast.builds.s2i.request import Platform
from slipcast.ports.builders import Builders
from slipcast.ports.engine import ANONYMOUS, Credential, RegistryAccess
from slipcast.ports.reporter import Report
from slipcast.testing.downloads import FakeDownloads
from slipcast.testing.engine import FakeEngine
from slipcast.testing.git import FakeGit
from slipcast.testing.objects import a_builder
from slipcast.testing.progress import RecordingProgress
from slipcast.testing.reporter import RecordingReporter
from slipcast.values.enginechoice import USUAL, EngineChoice
from slipcast.values.sensitive import Sensitive

URL = "https://git.example/app.git"
BUILDER = "registry.example/builder:1"
OUTPUT = "registry.example/shop/app:1"
SOURCE_STRATEGY = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": BUILDER}}}


def build_text(
    *,
    strategy: Mapping[str, Any] = SOURCE_STRATEGY,
    source: Mapping[str, Any] | None = None,
    output: str = "",
    labels: Sequence[Mapping[str, str]] = (),
    **spec: Any,
) -> str:
    """A Build of the namespace shop as JSON: of a repository, by a builder image, not pushed."""
    git = {"git": {"uri": URL}}
    to = {"to": {"kind": "DockerImage", "name": output}} if output else {}
    content = {
        "source": git if source is None else source,
        "strategy": strategy,
        "output": {**to, "imageLabels": labels},
        **spec,
    }
    return json.dumps(
        {
            "kind": "Build",
            "apiVersion": "build.openshift.io/v1",
            "metadata": {"name": "app-1", "namespace": "shop", "uid": "u-1"},
            "spec": content,
        }
    )


def of_strategy(**changes: Any) -> Mapping[str, Any]:
    """The source strategy with changes."""
    return {"sourceStrategy": {**SOURCE_STRATEGY["sourceStrategy"], **changes}}


def access_of(held: tuple[Held, ...]) -> Credentials:
    """Whoever the files name; everybody's password is the same."""

    def access(_: str) -> RegistryAccess:
        names = [each.path.read_text(encoding="utf-8") for each in held]
        known = [Credential(username=name, password=Sensitive("pw")) for name in names]
        if not known:
            return ANONYMOUS
        return RegistryAccess(credential=known[0], others=tuple(known[1:]))

    return access


@dataclass
class FakeOutfit:
    """Implements builder.outfit.Outfit over doubles."""

    state: Path
    env: dict[str, str]
    engine: FakeEngine = field(default_factory=FakeEngine)
    git: FakeGit = field(default_factory=lambda: FakeGit({URL: {"app.txt": "hello"}}))
    downloads: FakeDownloads = field(default_factory=FakeDownloads)
    shown: RecordingProgress = field(default_factory=RecordingProgress)
    reports: RecordingReporter = field(default_factory=RecordingReporter)
    said: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    platform: Platform = field(default_factory=Platform)
    stdin: IO[bytes] = field(default_factory=io.BytesIO)
    level: int = -1
    offered: Builders | None = None
    chosen: EngineChoice = USUAL

    def choose(self, choice: EngineChoice) -> None:
        """Remember how the engine was to work."""
        self.chosen = choice

    def builders(self) -> Builders | None:
        """The builder images on offer."""
        return self.offered

    def registries(self, held: tuple[Held, ...]) -> Credentials:
        """Whoever the files name."""
        return access_of(held)

    def progress(self, level: int) -> RecordingProgress:
        """What was shown, whatever the level."""
        self.level = max(level, self.level)
        return self.shown

    def reporter(self, *_: object) -> RecordingReporter:
        """What was reported."""
        return self.reports

    def say(self, line: str) -> None:
        """Remember a line of standard output."""
        self.said.append(line)

    def complain(self, line: str) -> None:
        """Remember a line of standard error."""
        self.complaints.append(line)

    def record_bug(self) -> str:
        """Say where a trace would be."""
        return "its number is 7"

    @property
    def left(self) -> list[Path]:
        """What is left of working directories and notes, but for those that stay with an image."""
        every = (each for each in self.state.rglob("*") if each.name != "unfinished")
        return sorted(each for each in every if "nodeimages" not in each.parts)


def an_outfit(path: Path, text: str = "", **env: str) -> FakeOutfit:
    """What the program is given for a Build in a pod; the builder image is here."""
    root = path / "root"
    root.mkdir(exist_ok=True)
    outfit = FakeOutfit(
        path / "state", {"BUILD": text or build_text(), "SLIPCAST_ROOT": str(root), **env}
    )
    outfit.engine.add(BUILDER, a_builder())
    return outfit


def a_task(outfit: FakeOutfit) -> Task:
    """The task of an outfit, in a working directory that stays."""
    work = outfit.state / "work"
    work.mkdir(parents=True, exist_ok=True)
    record = Record(outfit.reports, Report())
    read = given.read(outfit.env["BUILD"])
    return Task(
        build=given.resolved(read, outfit.env),
        hidden=given.hidden(read),
        env=outfit.env,
        root=Path(outfit.env["SLIPCAST_ROOT"]),
        work=work,
        stdin=outfit.stdin,
        state=outfit.state,
        engine=outfit.engine,
        git=outfit.git,
        downloads=outfit.downloads,
        progress=Telling(outfit.shown, record),
        record=record,
        tag="localhost/shop/app-1:00000000",
        registries=outfit.registries,
        builders=outfit.builders,
    )


def secret(outfit: FakeOutfit, variable: str, files: Mapping[str, str]) -> Path:
    """A secret of the pod, and the variable that says where it is."""
    inside = f"/secrets/{variable.lower()}"
    directory = Path(outfit.env["SLIPCAST_ROOT"]) / inside.lstrip("/")
    directory.mkdir(parents=True)
    for name, text in files.items():
        (directory / name).write_text(text)
    outfit.env[variable] = inside
    return directory
