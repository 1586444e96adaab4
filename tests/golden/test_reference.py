"""The reference pages tell every command, flag, setting and exit code, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from golden.tree import ENGINE_FLAGS, commands, flags
from slipcast.builds.s2i.reasons import Exit, Reason
from slipcast.wiring.settings import SETTINGS

REFERENCE = Path(__file__).parents[2] / "docs/reference"
COMMANDS = (REFERENCE / "commands.md").read_text()
SECTIONS = dict(re.findall(r"^##+ (.+?)\n(.*?)(?=^##|\Z)", COMMANDS, re.MULTILINE | re.DOTALL))
SHARED = {
    "flags of the engine": "Flags of the engine",
    "flags of the output": "Flags of the output",
    "flags of the server": "Flags of the server",
    "shared flags": "Shared flags",
}


def told(section: str) -> set[str]:
    """The flags that a section's table, and the sections it refers to, tell."""
    own = set(re.findall(r"^\| .*?`(--[a-z-]+)`", SECTIONS[section], re.MULTILINE))
    referred = [title for words, title in SHARED.items() if f"[{words}]" in SECTIONS[section]]
    return own.union(*(told(title) for title in referred))


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_tells_its_flags_and_no_other(name: str) -> None:
    assert told(f"`{name}`") == flags(commands()[name])


def test_no_section_tells_a_command_that_is_gone() -> None:
    sections = {title.strip("`") for title in SECTIONS if title.startswith("`")}

    assert sections == set(commands())


def test_the_engine_flags_are_told_once() -> None:
    assert told("Flags of the engine") == ENGINE_FLAGS


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
