"""Where clients of other people's are: fetched once, in the versions that are written down here."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

import containers

HERE: Final = Path(__file__).parent
ANSIBLE: Final = "ansible==12.3.0"
"""Of which there are two collections here; all of them would be 700 MB."""
COLLECTIONS: Final = ("community/okd/", "kubernetes/core/")
PATIENCE: Final = 300


def python() -> Path:
    """A virtual environment with Ansible, two collections of it, and clients in Python."""
    return _fetched("python", (HERE / "requirements.txt").read_bytes(), _python)


def node() -> Path:
    """The programs of packages for Node.js."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    return _fetched("node", (HERE / "package-lock.json").read_bytes(), _node)


def _fetched(name: str, pins: bytes, fetch: Callable[[Path], None]) -> Path:
    """The directory of that name for those pins; whoever comes first fetches."""
    place = containers.STATE / "foreign" / f"{name}-{hashlib.sha256(pins).hexdigest()[:12]}"
    with containers.locked(f"foreign-{name}"):
        if (place / "whole").exists():
            return place
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        try:
            fetch(place)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
            said = (failed.stderr or b"").decode(errors="replace").strip().splitlines()
            pytest.skip(f"{name}: packages cannot be fetched: {said[-1:]}")
        (place / "whole").touch()
    return place


def _python(place: Path) -> None:
    _run(sys.executable, "-m", "venv", str(place))
    pip = (str(place / "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
    _run(*pip, "install", "--only-binary", ":all:", "-r", str(HERE / "requirements.txt"))
    _run(*pip, "download", "--no-deps", "--only-binary", ":all:", "-d", str(place), ANSIBLE)
    (wheel,) = place.glob("ansible-*.whl")
    wanted = tuple(f"ansible_collections/{each}" for each in COLLECTIONS)
    with zipfile.ZipFile(wheel) as packed:
        names = [name for name in packed.namelist() if name.startswith(wanted)]
        packed.extractall(place, names)
    wheel.unlink()


def _node(place: Path) -> None:
    for file in ("package.json", "package-lock.json"):
        shutil.copy(HERE / file, place)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(place))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, timeout=PATIENCE)
