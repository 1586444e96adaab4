"""The help of every command, kept under review: `make golden` rewrites it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from golden.tree import commands

HELP = Path(__file__).parent / "help"
REWRITE = os.environ.get("GOLDEN") == "rewrite"


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_is_what_was_reviewed(name: str) -> None:
    path = HELP / f"{name.replace(' ', '-')}.txt"
    text = commands()[name].get_help() + "\n"
    if REWRITE:
        path.write_text(text)

    assert path.read_text() == text


def test_no_help_is_kept_of_a_command_that_is_gone() -> None:
    kept = {path.stem for path in HELP.glob("*.txt")}

    assert kept == {name.replace(" ", "-") for name in commands()}
