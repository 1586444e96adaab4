"""The repository speaks of the project only: no place of a machine, nothing a command can make."""

import re
import subprocess

import pytest

from house.tree import ROOT

TRACKED = subprocess.run(
    ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
).stdout.split("\0")[:-1]
MADE_BY_COMMANDS = re.compile(r"(__pycache__|\.pyc$|\.egg-info|^dist/|^\.state/|^\.venv/)")
BIG = 200_000


@pytest.fixture(autouse=True)
def _only_in_a_checkout() -> None:
    if not TRACKED:
        pytest.skip("this is not a git checkout")


def test_nothing_generated_is_committed() -> None:
    assert [name for name in TRACKED if MADE_BY_COMMANDS.search(name)] == []


def test_no_large_file_is_committed() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in TRACKED if (ROOT / name).is_file()}

    assert {name: size for name, size in sizes.items() if size > BIG} == {}


def test_scripts_are_executable() -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()]

    assert [path.name for path in scripts if not path.stat().st_mode & 0o100] == []
