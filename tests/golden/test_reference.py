"""The reference pages tell every command, flag, setting and exit code, and nothing else.

`make golden` writes rows of flags and sections of commands that are missing.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from golden import reference
from golden.tree import ENGINE_FLAGS, commands, flags
from slipcast.builds.s2i.reasons import Exit, Reason
from slipcast.wiring.settings import SETTINGS

REFERENCE = Path(__file__).parents[2] / "docs/reference"
COMMANDS = REFERENCE / "commands.md"
REWRITE = os.environ.get("GOLDEN") == "rewrite"


@pytest.fixture(scope="module")
def page() -> str:
    """The page of the commands; its tables brought up to date when golden files are."""
    if REWRITE:
        COMMANDS.write_text(reference.rewritten(COMMANDS.read_text()))
    return COMMANDS.read_text()


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_tells_its_flags_and_no_other(name: str, page: str) -> None:
    assert reference.told(page, f"`{name}`") == flags(commands()[name])


def test_no_section_tells_a_command_that_is_gone(page: str) -> None:
    titles = reference.sections(page)

    sections = {title.strip("`") for title in titles if title.startswith("`")}

    assert sections == set(commands())


def test_the_engine_flags_are_told_once(page: str) -> None:
    assert reference.told(page, "Flags of the engine") == ENGINE_FLAGS


def test_a_table_that_is_up_to_date_is_left_as_it_was_written(page: str) -> None:
    assert reference.rewritten(page) == page


def test_a_new_command_gets_a_section(page: str) -> None:
    title, *_, last = page.partition("## `slipcast logout`\n")
    rest = last[last.index("## ") :]

    made = reference.sections(reference.rewritten(title + rest))

    assert made["`slipcast logout`"].strip().startswith("`slipcast logout`: ")
    assert "[flags of the server]" in made["`slipcast logout`"]


def test_a_new_flag_gets_a_row_and_a_flag_that_is_gone_loses_its_own(page: str) -> None:
    changed = page.replace("| `--dump-logs` |", "| `--dumped-logs` |", 1)

    made = reference.rewritten(changed)

    assert "--dumped-logs" not in made
    assert reference.told(made, "`slipcast cancel-build`") == reference.told(
        page, "`slipcast cancel-build`"
    )


def test_every_setting_is_told_with_its_variable() -> None:
    page = (REFERENCE / "settings.md").read_text()

    rows = re.findall(r"^\| `([a-z_.]+)` \| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)

    assert rows == [(each.key, each.variable, each.form, each.meaning) for each in SETTINGS]


def test_every_exit_code_is_told() -> None:
    page = (REFERENCE / "exit-codes.md").read_text()

    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)]

    assert codes == sorted(set(map(int, Exit)))


def test_every_reason_is_told() -> None:
    page = (REFERENCE / "exit-codes.md").read_text()

    reasons = set(re.findall(r"^\| `([A-Za-z0-9]+)` \|", page, re.MULTILINE))

    assert reasons == set(map(str, Reason))
