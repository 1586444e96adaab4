"""`slipcast demo` of an installed package: no checkout at hand, answered twice, and taken away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import applications
import containers

pytestmark = [pytest.mark.engine, pytest.mark.e2e, pytest.mark.network]

SLOWEST = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The package in an environment of its own, with a state of its own."""

    directory: Path

    @property
    def state(self) -> Path:
        """Where it keeps everything."""
        return self.directory / "state"

    @property
    def example(self) -> Path:
        """The example's page, laid out."""
        return self.state / "demo/hello/hello.py"

    def __call__(self, *words: str) -> str:
        """What `slipcast` prints, which must succeed."""
        ended = subprocess.run(
            [str(self.directory / "venv/bin/slipcast"), *words],
            cwd=self.directory, env=self._env, capture_output=True, text=True, timeout=SLOWEST,
            check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    @property
    def _env(self) -> dict[str, str]:
        env = {**applications.environment(), "HOME": str(self.directory)}
        env["SLIPCAST_STATE"] = str(self.state)
        return {name: value for name, value in env.items() if name != "KUBECONFIG"}


@pytest.fixture
def installed(tmp_path: Path, _engines_work: None) -> Iterator[Installed]:
    """The wheel of this checkout, installed; what it requires is that of the tests."""
    python, venv = sys.executable, tmp_path / "venv"
    called(python, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "wheel"))
    called(python, "-m", "venv", "--without-pip", str(venv))
    (wheel,) = (tmp_path / "wheel").iterdir()
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(venv))
    called(*pip, "install", "--no-deps", "--no-index", "--no-compile", str(wheel))
    (own,) = venv.glob("lib/python*/site-packages")
    (own / "required.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n")
    installed = Installed(directory=tmp_path)
    yield installed
    installed("demo", "--remove")
    installed("server", "--stop")
    for image in images():
        containers.podman("rmi", "--force", "--ignore", image)


def called(*words: str) -> None:
    """Run a program where the checkout is."""
    ran = subprocess.run(words, cwd=applications.ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def images() -> list[str]:
    """The images that builds of the demonstration have left to later ones."""
    listed = containers.podman("images", "--format={{.Repository}}:{{.Tag}}").split()
    return [each for each in listed if "/slipcast-demo/" in each]


def running() -> str:
    """The name of its container, nothing when there is none."""
    return containers.podman("ps", "--all", "--filter=name=^slipcast-demo$", "--format={{.Names}}")


def test_an_installed_package_shows_all_of_it_until_it_is_taken_away(installed: Installed) -> None:
    applications.builder("python:3.11")

    first = installed("demo")
    installed.example.write_text(installed.example.read_text().replace("Hello from", "Changed in"))
    second = installed("demo")
    removed = installed("demo", "--remove")

    assert "slipcast server --background" in first
    assert "\nHello from Flask" in first
    assert "slipcast server --status" in second
    assert "\nChanged in Flask" in second
    assert 'namespace "slipcast-demo" deleted' in removed
    assert (running(), installed.example.exists()) == ("", False)
