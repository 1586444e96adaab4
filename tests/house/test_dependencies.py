"""Every dependency is argued for, pinned with hashes, and pinned without an address."""

import re
import tomllib
from pathlib import Path

import pytest

from house.tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAMES = sorted(re.split(r"[<>=\[ ]", line)[0] for line in PROJECT["dependencies"])
PINS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_dependency_has_a_line_on_what_we_would_write_without_it(name: str) -> None:
    page = (ROOT / "docs/decisions/0002-dependencies.md").read_text()

    assert re.search(rf"^\| {re.escape(name)} \|", page, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_a_dependency_is_pinned_by_version_and_hash(name: str) -> None:
    pins = (ROOT / "requirements/runtime.txt").read_text()

    assert re.search(rf"^{re.escape(name)}==\S+ \\\n    --hash=sha256:", pins, re.MULTILINE)


@pytest.mark.parametrize("pins", PINS, ids=lambda path: path.name)
def test_pins_record_no_address(pins: Path) -> None:
    text = pins.read_text()

    assert "://" not in text
    assert "--index-url" not in text
