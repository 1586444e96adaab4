"""The builder as a pod's supervisor calls it, in tests: a Build in, an image and a code out."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import containers
from commandline import Ran

PROGRAM = Path(sys.executable).parent / "slipcast-builder"
SECRETS = "var/run/secrets/openshift.io"


@dataclass(slots=True, kw_only=True)
class Builder:
    """slipcast-builder in a pod's directory, with a state of its own and nobody to report to.

    Shape:  name is that of the Build, whose image is called IMAGE.
    """

    name: str
    root: Path
    state: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def image(self) -> str:
        """What the image is called when the Build pushes it nowhere."""
        return f"localhost/shop/{self.name}:latest"

    def __call__(self, role: str, stdin: bytes = b"", **variables: str) -> Ran:
        """Run a role to its end."""
        ran = subprocess.run(
            [PROGRAM, role, "--loglevel=0"],
            input=stdin,
            env={**self.env, **variables},
            capture_output=True,
            check=False,
            timeout=300,
        )
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    def docker(self, source: dict[str, Any], stdin: bytes = b"", **strategy: Any) -> Ran:
        """A Docker build of a source."""
        spec = {"source": source, "strategy": {"type": "Docker", "dockerStrategy": strategy}}
        return self("docker-build", stdin, BUILD=self.build(spec))

    def custom(self, image: str, sent: bytes = b"", **container: Any) -> Ran:
        """A Custom build by an image, as the pod's container describes it."""
        return self("custom-build", sent, SLIPCAST_CONTAINER=a_container(image, **container))

    def begun(self, role: str, **variables: str) -> subprocess.Popen[bytes]:
        """A role that runs while the test goes on."""
        return subprocess.Popen(
            [PROGRAM, role],
            env={**self.env, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def build(self, spec: dict[str, Any]) -> str:
        """A Build as it stands in BUILD."""
        build = {
            "apiVersion": "build.openshift.io/v1",
            "kind": "Build",
            "metadata": {"name": self.name, "namespace": "shop"},
            "spec": {"serviceAccount": "builder", **spec},
        }
        return json.dumps(build)

    def secret(self, name: str, **files: str) -> None:
        """Mount a Secret of the source's as kubelets do: behind links."""
        directory = self.root / SECRETS / "build" / name
        data = directory / "..2026"
        data.mkdir(parents=True)
        (directory / "..data").symlink_to(data.name)
        for file, content in files.items():
            (data / file).write_text(content)
            (directory / file).symlink_to(f"..data/{file}")

    def registry_secret(self, variable: str, registry: containers.Registry) -> None:
        """Mount who we are to a registry, and say where."""
        inside = f"/{SECRETS}/{variable.lower()}"
        auth = base64.b64encode(f"{registry.username}:{registry.password}".encode()).decode()
        auths = {"auths": {registry.host: {"auth": auth}}}
        self.volume(inside, **{".dockerconfigjson": json.dumps(auths)})
        self.environment[variable] = inside

    def volume(self, path: str, **files: str) -> None:
        """Mount a volume at a path."""
        directory = self.root / path.lstrip("/")
        directory.mkdir(parents=True)
        for file, content in files.items():
            (directory / file).write_text(content)

    @property
    def env(self) -> dict[str, str]:
        """The environment in which it runs."""
        return {
            **os.environ,
            "SLIPCAST_ROOT": str(self.root),
            "SLIPCAST_STATE": str(self.state),
            "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
            "SLIPCAST_RUN_ROOT": str(containers.RUN),
            "SLIPCAST_ENGINE": "buildah",
            **self.environment,
        }


def a_container(image: str, **more: Any) -> str:
    """The container of a Custom build's pod, as JSON."""
    security = {"privileged": True}
    container = {"name": "custom-build", "image": image, "securityContext": security, **more}
    return json.dumps(container)
