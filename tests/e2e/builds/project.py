"""A project of a test's own on a server that runs builds, driven by the command line."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import containers
from commandline import Begun
from e2e.server.process import Ran, Server
from e2e.server.waiting import until

SLOWEST = 240
PROGRAM = (sys.executable, "-m", "slipcast")
PATHS = {"build": "/apis/build.openshift.io/v1", "pod": "/api/v1"}
OVER = ("Complete", "Failed", "Error", "Cancelled")


def a_config(
    strategy: Mapping[str, Any], source: Mapping[str, Any] | None = None, **spec: Any
) -> dict[str, Any]:
    """A BuildConfig called app; without a source it builds what is sent to it."""
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": "app"},
        "spec": {"source": source or {"binary": {}}, "strategy": strategy, **spec},
    }


def by_source(image: str = containers.BUILDER, **more: Any) -> dict[str, Any]:
    """The Source strategy."""
    return {"sourceStrategy": {"from": an_image(image), **more}}


def by_dockerfile(**more: Any) -> dict[str, Any]:
    """The Docker strategy."""
    return {"dockerStrategy": more}


def an_image(name: str) -> dict[str, str]:
    """A reference to an image by its name."""
    return {"kind": "DockerImage", "name": name}


def pushed_to(image: str, **more: Any) -> dict[str, Any]:
    """An output."""
    return {"to": an_image(image), **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A namespace, and a directory where things of a test lie."""

    server: Server
    name: str
    directory: Path

    def __call__(self, *words: str, stdin: str = "") -> Ran:
        """Run `slipcast` in the project to its end."""
        ended = subprocess.run(
            [*PROGRAM, *words, *self._way], env=self.env, cwd=self.directory, input=stdin,
            capture_output=True, text=True, errors="replace", timeout=SLOWEST, check=False,
        )  # fmt: skip
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def done(self, *words: str, stdin: str = "") -> str:
        """Run `slipcast`, which must succeed; what it printed."""
        ran = self(*words, stdin=stdin)
        assert ran.code == 0, f"slipcast {' '.join(words)}: {ran.said}"
        return ran.stdout

    @contextlib.contextmanager
    def begun(self, *words: str) -> Iterator[Begun]:
        """`slipcast` while the test goes on."""
        with self._begun([*PROGRAM, *words, *self._way]) as begun:
            yield begun

    @contextlib.contextmanager
    def kubectl_begun(self, *words: str) -> Iterator[Begun]:
        """Kubectl while the test goes on."""
        config = ("--kubeconfig", str(self.server.kubeconfig), "--namespace", self.name)
        with self._begun(["kubectl", *config, *words]) as begun:
            yield begun

    def kubectl(self, *words: str) -> Ran:
        """Run kubectl in the project to its end."""
        return self.server.kubectl("--namespace", self.name, *words)

    def apply(self, *documents: Mapping[str, Any]) -> None:
        """Write objects."""
        items = {"apiVersion": "v1", "kind": "List", "items": documents}
        self.done("apply", "-f", "-", stdin=json.dumps(items))

    def secret(self, name: str, **files: str) -> str:
        """Make a Secret; its name."""
        document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
        texts = {file.replace("_", "-"): text for file, text in files.items()}
        self.apply({**document, "stringData": texts})
        return name

    def start(self, *words: str) -> Ran:
        """Start a build of the config, and follow it to its end."""
        return self("start-build", "app", "--follow", *words)

    def queue(self, *words: str) -> str:
        """Start a build of the config; its name."""
        printed = self.done("start-build", "app", "--output=name", *words)
        return printed.strip().rpartition("/")[2]

    def files(self, name: str, files: Mapping[str, str]) -> Path:
        """A directory with files; a name ending in `*` is executable."""
        directory = self.directory / name
        for file, text in files.items():
            path = directory / file.removesuffix("*")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755 if file.endswith("*") else 0o644)
        return directory

    def assembling(self, script: str) -> str:
        """The flag that sends an application which is assembled by a script."""
        return f"--from-dir={self.files('assembling', {'.s2i/bin/assemble*': script})}"

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """An object; nothing when there is none."""
        with self.server.client() as client:
            answer = client.get(f"{PATHS[kind]}/namespaces/{self.name}/{kind}s/{name}")
        return dict(answer.json()) if answer.is_success else {}

    def status(self, build: str = "app-1") -> dict[str, Any]:
        """How a build is doing."""
        return dict(self.get("build", build).get("status", {}))

    def comes_to(self, build: str, *phases: str) -> dict[str, Any]:
        """Wait until a build is in one of some phases; its status."""
        until(lambda: self.status(build).get("phase") in (*phases, *OVER), patience=180)
        status = self.status(build)
        assert status["phase"] in phases, status
        return status

    def last_words(self, build: str = "app-1") -> str:
        """The last lines of a failed build's log, which come a moment after its phase (BL-73)."""
        until(lambda: "logSnippet" in self.status(build), patience=60)
        return str(self.status(build)["logSnippet"])

    def log(self, build: str = "app-1") -> str:
        """What a build has said."""
        return self.done("logs", f"build/{build}")

    def image(self, build: str = "app-1") -> str:
        """What the image of a build without an output is called."""
        return f"localhost/{self.name}/{build}:latest"

    def printed(self, command: str, build: str = "app-1") -> str:
        """What a shell prints in the image of a build without an output."""
        return in_image(self.image(build), command)

    @contextlib.contextmanager
    def _begun(self, words: list[str]) -> Iterator[Begun]:
        log = self.directory / f"log-{len(list(self.directory.glob('log-*')))}"
        with log.open("wb") as into:
            child = subprocess.Popen(
                words, cwd=self.directory, env=self.env, stdin=subprocess.DEVNULL,
                stdout=into, stderr=into, start_new_session=True,
            )  # fmt: skip
        try:
            yield Begun(child, log)
        finally:
            child.kill()
            child.wait()

    @property
    def _way(self) -> tuple[str, ...]:
        return ("--namespace", self.name)

    @property
    def env(self) -> dict[str, str]:
        """The environment of its commands."""
        return {
            **os.environ,
            "HOME": str(self.directory),
            "KUBECONFIG": str(self.server.kubeconfig),
            "SLIPCAST_STATE": str(self.directory / "client"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }


def in_image(image: str, command: str) -> str:
    """What a shell prints in an image."""
    entry = ("--entrypoint", "/bin/sh")
    return containers.podman("run", "--rm", "--network=none", *entry, image, "-c", command)
