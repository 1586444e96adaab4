"""`slipcast diff`: what apply would change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slipcast.api import kinds
from slipcast.cli import differing
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

FILE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '1'}\n"


def test_both_states_are_handed_to_the_program(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    seen: dict[str, str] = {}

    def look(words: Sequence[str]) -> int:
        seen.update(
            {word: (Path(word) / "v1.ConfigMap.default.a").read_text() for word in words[3:]}
        )
        return 1

    toolbox.programs.does = look
    (tmp_path / "a.yaml").write_text(FILE)

    ended = call("diff", "-f", "a.yaml")

    assert ended.code == 1
    assert toolbox.programs.ran[0][:3] == ("diff", "-u", "-N")
    live, merged = seen.values()
    assert live == ""
    assert 'x: "1"' in merged


def test_nothing_is_changed_by_looking(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)

    ended = call("diff", "-f", "a.yaml")

    assert ended.code == 0
    assert call("get", "cm", "a").code == 1


def test_trouble_has_a_code_of_its_own(call: Call) -> None:
    assert call("diff", "-f", "nowhere.yaml").code == 2
    assert call("diff", "--no-such-flag").code == 2


def test_the_users_program_is_taken_with_its_plain_arguments() -> None:
    said = {"KUBECTL_EXTERNAL_DIFF": "colordiff -N -u ;rm $(x)"}

    assert differing.program(said) == ("colordiff", "-N", "-u")


def test_values_of_secrets_are_not_shown() -> None:
    kind = kinds.require("", "Secret")
    before = {"metadata": {"name": "s"}, "data": {"a": "eA==", "b": "eQ=="}}
    after = {"metadata": {"name": "s"}, "data": {"a": "eA==", "b": "eg=="}}

    texts = differing.texts(kind, before, after)

    assert "(before)" in texts[0]
    assert "eA==" not in "".join(texts)
    assert "eg==" not in "".join(texts)
