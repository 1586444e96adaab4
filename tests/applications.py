"""Applications in tests: built by the program from Git repositories, run by podman, asked.


Builder images are made once per content of their recipes and kept in the shared test storage.
"""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import containers
import gitserver
from slipcast.source.catalogue import Catalogue, parse_catalogue

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "containers"
EXAMPLES = ROOT / "examples"
ANY_USER = "100001:0"
"""A user that no image knows, in the group that every image must serve (IMG-23)."""


def catalogue() -> Catalogue:
    """The catalogue of this checkout."""
    return parse_catalogue(tomllib.loads((RECIPES / "catalogue.toml").read_text()))


def environment() -> dict[str, str]:
    """The environment in which the program uses the shared test storage."""
    bundle = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    trusted = {"SLIPCAST_CA_BUNDLE": bundle} if Path(bundle).is_file() else {}
    return {
        **containers.engine_env(),
        "SLIPCAST_STATE": str(containers.STATE / "program"),
        "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
        "SLIPCAST_RUN_ROOT": str(containers.RUN),
        **trusted,
    }


def slipcast(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program to its end."""
    program = Path(sys.executable).with_name("slipcast")
    return subprocess.run(
        [str(program), *words], env=environment(), capture_output=True, text=True, check=False
    )


def succeed(*words: str) -> str:
    """Run the program, which must succeed; what it said, on both streams."""
    ran = slipcast(*words)
    said = ran.stdout + ran.stderr
    if ran.returncode != 0:
        raise AssertionError(f"slipcast {' '.join(words)} ended with {ran.returncode}:\n{said}")
    return said


def builder(name: str) -> str:
    """The builder image called name, made anew when its recipes have changed; its reference."""
    row = catalogue().find(name)
    assert row is not None, name
    content = _made_below(row.base)
    content = _digest(row.recipe, str(row.build_args), content)
    _make(row.name, content)
    return row.image


def pod_image() -> str:
    """The image of the server's own builds, made anew when it, or the program, has changed."""
    row = catalogue().base("builder")
    assert row is not None
    _make(row.name, _digest(row.recipe, _digest_of(ROOT / "src"), _made_below(row.on)))
    return row.image


def _made_below(name: str) -> str:
    """Make a base image and those below it where that is needed; what tells their contents."""
    below: list[tuple[str, str]] = []
    base = catalogue().base(name)
    while base is not None and base.on:
        below.append((base.name, base.recipe))
        base = catalogue().base(base.on)
    content = ""
    for image, recipe in reversed(below):
        content = _digest(recipe, "", content)
        _make(image, content)
    return content


def _make(name: str, content: str) -> None:
    stamp = containers.STATE / "made" / name.replace(":", "-")
    with containers.locked(f"made-{stamp.name}"):
        stamp.parent.mkdir(parents=True, exist_ok=True)
        if not stamp.exists() or stamp.read_text() != content or not _is_here(name):
            succeed("builders", "build", name)
            stamp.write_text(content)


def _is_here(name: str) -> bool:
    row = catalogue().find(name) or catalogue().base(name)
    return row is not None and containers.buildah_engine().inspect(row.image) is not None


def _digest(recipe: str, args: str, below: str) -> str:
    return _digest_of(RECIPES / recipe, f"{args}{below}")


def _digest_of(directory: Path, before: str = "") -> str:
    content = hashlib.sha256(before.encode())
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not {"test", "__pycache__"} & set(path.relative_to(directory).parts):
            content.update(f"{path.relative_to(directory)}\0{path.stat().st_mode}".encode())
            content.update(path.read_bytes())
    return content.hexdigest()


PATIENCE = 40.0
"""Seconds to end: gunicorn gives a worker thirty that was told to end before it could hear it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A directory with an expect.toml.

    Shape:  answers pairs a path with a text that its answer holds; log is a text of the build.
    """

    directory: Path
    builder: str
    answers: tuple[tuple[str, str], ...]
    env: Mapping[str, str]
    run_env: Mapping[str, str]
    log: str
    runtime: str

    @property
    def name(self) -> str:
        """A name for reports: the directory, and the builder's for its test applications."""
        parts = self.directory.relative_to(ROOT).parts
        return parts[-1] if parts[0] == "examples" else f"{parts[1]}-{parts[-1]}"


def applications(below: Path) -> list[Application]:
    """The applications below a directory, in order of their names."""
    return [_read(path) for path in sorted(below.glob("**/expect.toml"))]


def _read(path: Path) -> Application:
    document = tomllib.loads(path.read_text())
    return Application(
        directory=path.parent,
        builder=document["builder"],
        answers=tuple((get["path"], get["text"]) for get in document["get"]),
        env=document.get("env", {}),
        run_env=document.get("run_env", {}),
        log=document.get("log", ""),
        runtime=document.get("runtime", ""),
    )


def repository(application: Application, path: Path) -> Path:
    """A Git repository whose one commit is the application."""
    gitserver.repository(path)
    shutil.copytree(application.directory, path, dirs_exist_ok=True)
    gitserver.commit(path, {})
    return path


def build(application: Application, source: Path | str, tag: str, *more: str) -> str:
    """Build an application with its builder image; what the build said."""
    words = ["s2i", "build", str(source), builder(application.builder), tag]
    for name, value in application.env.items():
        words += ["--env", f"{name}={value}"]
    if application.runtime:
        runtime = f"localhost/slipcast-tests/{application.name}-runtime:1"
        recipe = application.directory / application.runtime
        containers.podman("build", "--quiet", "--tag", runtime, str(recipe))
        words += ["--runtime-image", runtime]
    return succeed(*words, *more)


class Running:
    """A container of an application, on a port of loopback."""

    def __init__(self, container: str, port: int) -> None:
        self.container = container
        self.port = port

    def get(self, path: str = "/") -> str:
        """The answer to a request, once the application answers at all."""
        answers: list[str] = []
        containers.wait_for(lambda: self._asked(path, answers), f"{path} was answered", 60)
        return answers[-1]

    def _asked(self, path: str, answers: list[str]) -> bool:
        if not self.is_running:
            raise AssertionError(f"the application ended: {self.log}")
        with suppress(OSError):
            try:
                answers.append(self._request(path))
            except urllib.error.HTTPError as fault:
                answers.append(f"{fault.code} {fault.read().decode(errors='replace')}")
        return bool(answers)

    def _request(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=10) as response:
            body: bytes = response.read()
        return body.decode()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        words = ("inspect", "--format={{.State.Running}}", self.container)
        try:
            return containers.podman(*words) == "true\n"
        except AssertionError as fault:
            # podman looks at the process that it takes for running; this one has just ended.
            if "no such process" not in str(fault):
                raise
            return containers.podman(*words) == "true\n"

    @property
    def log(self) -> str:
        """What it wrote, on both streams."""
        ran = subprocess.run(
            ["podman", *containers.engine_flags(), "logs", self.container],
            env=containers.engine_env(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        return ran.stdout + ran.stderr

    def execute(self, *words: str) -> str:
        """What a program in the container prints."""
        return containers.podman("exec", self.container, *words)

    def stop(self) -> int:
        """Ask it to end, by SIGTERM; its exit code. Fails when it takes too long."""
        containers.podman("kill", "--signal=TERM", self.container)
        containers.wait_for(lambda: not self.is_running, f"{self.container} ended", PATIENCE)
        return int(containers.podman("inspect", "--format={{.State.ExitCode}}", self.container))


@contextmanager
def running(
    image: str, *, user: str = "", env: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """A container of an image, on a free port, with no name for its user; gone afterwards."""
    port = containers.a_port()
    variables = {"PORT": str(port), **(env or {})}
    words = ["run", "--detach", "--network=host", "--passwd=false"]
    words += [f"--env={name}={value}" for name, value in variables.items()]
    if user:
        words.append(f"--user={user}")
    container = containers.podman(*words, image).strip()
    try:
        yield Running(container, port)
    finally:
        containers.podman("rm", "--force", "--time=0", container)


def missing_answers(application: Application, served: Running) -> list[tuple[str, str]]:
    """The texts that were expected and not found, each with the answer it was not in."""
    answers = [(served.get(path), text) for path, text in application.answers]
    return [(text, answer) for answer, text in answers if text not in answer]


def in_image(image: str, command: str, *, user: str = "") -> str:
    """What a shell command prints in a container of an image, without a network."""
    chosen = [f"--user={user}"] if user else []
    words = ["run", "--rm", "--network=none", "--passwd=false", *chosen]
    return containers.podman(*words, image, "sh", "-c", command)
