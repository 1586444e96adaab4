"""Variables laid over those of a container that is to be created."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah import stepenv, stepenvlaid
from slipcast.values.faults import EngineFault


@pytest.mark.parametrize(
    ("words", "directory"),
    [
        (["--log", "x", "create", "--bundle", "/b", "name"], "/b"),
        (["create", "-b", "/b", "name"], "/b"),
        (["create", "--bundle=/b", "name"], "/b"),
        (["create", "name"], "."),
    ],
)
def test_the_bundle_is_where_the_call_of_the_runtime_says(words: list[str], directory: str) -> None:
    assert stepenvlaid.bundle(words) == Path(directory)


def test_variables_take_the_place_of_those_of_their_name(tmp_path: Path) -> None:
    values, config = tmp_path / "values", tmp_path / "config.json"
    values.write_text(json.dumps({"A": "1\n2"}))
    config.write_text(json.dumps({"process": {"env": ["A=0", "AB=3"]}, "root": {}}))

    stepenvlaid.lay(values, config)

    assert json.loads(config.read_text()) == {"process": {"env": ["AB=3", "A=1\n2"]}, "root": {}}


def test_values_are_in_a_file_of_ours_alone_and_in_no_program(tmp_path: Path) -> None:
    program = stepenv.runtime({"A": "hush"}, "runc", tmp_path)

    assert "hush" not in program.read_text()
    assert (tmp_path / "variables.json").stat().st_mode & 0o077 == 0


def test_where_no_runtime_starts_steps_they_are_refused() -> None:
    stepenv.refuse({}, "chroot")

    with pytest.raises(EngineFault) as refused:
        stepenv.refuse({"A": "1"}, "chroot")

    assert refused.value.reason == "NotSupported"
