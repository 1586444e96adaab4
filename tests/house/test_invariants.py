"""Every invariant that ARCHITECTURE.md claims names the test or contract that holds it."""

import re

import pytest

from house.tree import ROOT

CLAIM = re.compile(r"\*\*Invariant:\*\*(.+?)\((?:test|contract) `([^`]+)`\)", re.DOTALL)
TEXT = (ROOT / "ARCHITECTURE.md").read_text()
CLAIMS = CLAIM.findall(TEXT)


def test_every_invariant_names_its_keeper() -> None:
    assert len(CLAIMS) == TEXT.count("**Invariant:**") > 0


@pytest.mark.parametrize("keeper", sorted({keeper for _, keeper in CLAIMS}))
def test_the_keeper_of_an_invariant_exists(keeper: str) -> None:
    contracts = re.findall(r"^\[importlinter:contract:(\w+)\]", linter_settings(), re.MULTILINE)
    path, _, name = keeper.partition("::")

    held = keeper in contracts or f"def {name}(" in (ROOT / path).read_text()

    assert held, f"{keeper} is neither a contract nor a test"


def linter_settings() -> str:
    """The import contracts."""
    return (ROOT / ".importlinter").read_text()
