"""Examples laid out: what is copied, that it is a repository, and that changes are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitserver import git
from slipcast.adapters.examples import ExampleTrees
from slipcast.values.faults import HostFault, NotFound


@pytest.fixture
def examples(tmp_path: Path) -> ExampleTrees:
    """One example, with what belongs to its tests beside it."""
    hello = tmp_path / "source/hello"
    (hello / "__pycache__").mkdir(parents=True)
    (hello / "app.py").write_text("print(1)\n")
    (hello / "expect.toml").touch()
    return ExampleTrees(tmp_path / "source", tmp_path / "laid")


def test_an_example_is_laid_out_as_a_repository_with_one_commit(examples: ExampleTrees) -> None:
    place = examples.lay_out("hello", "mine")

    assert place.name == "mine"
    assert git(place, "ls-files") == "app.py"
    assert git(place, "rev-list", "--count", "HEAD") == "1"
    assert git(place, "status", "--porcelain") == ""


def test_what_was_changed_in_it_stays(examples: ExampleTrees) -> None:
    place = examples.lay_out("hello", "mine")
    (place / "app.py").write_text("print(2)\n")

    again = examples.lay_out("hello", "mine")

    assert (again / "app.py").read_text() == "print(2)\n"


def test_nothing_lies_beside_it(examples: ExampleTrees) -> None:
    place = examples.lay_out("hello", "mine")

    assert list(place.parent.iterdir()) == [place]


def test_it_is_taken_away_once(examples: ExampleTrees) -> None:
    place = examples.lay_out("hello", "mine")

    assert examples.take_away("mine")
    assert not place.exists()
    assert not examples.take_away("mine")


def test_there_is_no_other_example(examples: ExampleTrees) -> None:
    with pytest.raises(NotFound, match="no example bye"):
        examples.lay_out("bye", "mine")


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path, examples: ExampleTrees) -> None:
    (tmp_path / "laid").touch()

    with pytest.raises(HostFault, match="laid cannot be used"):
        examples.lay_out("hello", "mine")
