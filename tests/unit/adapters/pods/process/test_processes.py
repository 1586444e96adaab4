"""Who descends from whom, and who belongs to a pod."""

from __future__ import annotations

import subprocess
from pathlib import Path

from slipcast.adapters.pods.process.processes import (
    Process,
    descendants,
    end_all,
    of_place,
    of_session,
    table,
)

EVERY = {
    1: Process(0, 1),
    10: Process(1, 10),
    11: Process(10, 10),
    12: Process(11, 12),
    20: Process(1, 20),
}


def test_descendants_are_found_through_generations() -> None:
    assert descendants(EVERY, (10,)) == {11, 12}


def test_who_has_no_children_has_no_descendants() -> None:
    assert descendants(EVERY, (12, 99)) == set()


def test_a_session_is_its_members() -> None:
    assert of_session(EVERY, 10) == {10, 11}


def test_processes_of_a_pod_are_known_by_their_root_and_can_be_ended(tmp_path: Path) -> None:
    env = {"SLIPCAST_ROOT": f"{tmp_path}/root-main"}
    with subprocess.Popen(["/bin/sleep", "1000"], env=env) as program:
        found = of_place(table(), tmp_path)

        end_all(lambda: of_place(table(), tmp_path))

    assert found == {program.pid}
    assert program.returncode == -9


def test_a_place_whose_name_begins_alike_is_another(tmp_path: Path) -> None:
    env = {"SLIPCAST_ROOT": f"{tmp_path}-2/root-main"}
    with subprocess.Popen(["/bin/sleep", "1000"], env=env) as program:
        found = of_place(table(), tmp_path)
        program.kill()

    assert found == set()
