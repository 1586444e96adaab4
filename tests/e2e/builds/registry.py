"""The server's registry as people use it: podman with a token, and storage of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import containers
from e2e.builds.project import Project
from slipcast.adapters.engine.host import look

STREAMS = "/apis/image.openshift.io/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """A project's repositories."""

    project: Project
    directory: Path

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.project.server.port}"

    def repository(self, stream: str) -> str:
        """Where a stream's images are."""
        return f"{self.address}/{self.project.name}/{stream}"

    def newest(self, stream: str, tag: str) -> dict[str, Any]:
        """The newest event of a tag."""
        with self.project.server.client() as client:
            path = f"{STREAMS}/namespaces/{self.project.name}/imagestreams/{stream}"
            status = client.get(path).json()["status"]
        found: dict[str, Any] = next(
            each["items"][0] for each in status["tags"] if each["tag"] == tag
        )
        return found

    def push(self, image: str, name: str) -> None:
        """Send an image of the tests into a stream, which is made by that."""
        self.podman_here("push", image, f"docker://{self.address}/{self.project.name}/{name}")

    def ran(self, name: str, command: str) -> str:
        """What a shell prints in an image that was pulled whole."""
        image = f"{self.address}/{self.project.name}/{name}"
        self.podman("pull", *self._way, image)
        entry = ("--network=none", "--entrypoint=/bin/sh")
        return self.podman("run", "--rm", *entry, image, "-c", command)

    def podman(self, *words: str) -> str:
        """Podman over storage of its own."""
        driver = look().storage_driver
        own = ("--root", str(self.directory / "root"), "--runroot", str(self.directory / "run"))
        return _said("podman", *own, "--storage-driver", driver, *words)

    def podman_here(self, verb: str, *words: str) -> str:
        """Podman over the storage of the tests, logged in."""
        return containers.podman(verb, *self._way, *words)

    @property
    def _way(self) -> tuple[str, ...]:
        """Who we are to the registry, and what vouches for it."""
        file, trusted = self.directory / "auth.json", self.directory / "certs"
        if not file.exists():
            account = ("-z", "builder", "--trust-in", str(trusted))
            self.project.done("registry", "login", *account, "--to", str(file))
        return ("--authfile", str(file), "--cert-dir", str(trusted / self.address))


def _said(*words: str) -> str:
    ran = subprocess.run(
        words, env=containers.engine_env(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{' '.join(words)}: {ran.stderr}"
    return ran.stdout
