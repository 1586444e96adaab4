"""What is told where nothing was found (UP-7, UP-9, UP-10)."""

from __future__ import annotations

import pytest

from slipcast.source.inspect import inspect
from slipcast.source.nearby import nearby
from slipcast.source.tree import MemoryTree


def told(*paths: str, root: str = "") -> tuple[str, ...]:
    """What is told of a source of such files."""
    return nearby(MemoryTree(dict.fromkeys(paths, b"")), root)


def test_directories_below_are_offered_with_what_they_look_like() -> None:
    assert told("web/package.json", "api/Dockerfile", "docs/index.html", ".git/app.py") == (
        "Below it there is api (Dockerfile), web (nodejs): choose with --context-dir=api",
    )


def test_only_the_highest_directories_are_offered() -> None:
    assert told("src/app/app.csproj", "src/app/web/package.json", root="src") == (
        "Below it there is app (dotnet): choose with --context-dir=src/app",
    )
    assert told("a/b/c/pom.xml") == (
        "Below it there is a/b/c (jee): choose with --context-dir=a/b/c",
    )


def test_of_many_directories_some_are_offered() -> None:
    (said,) = told(*(f"d{number}/app.py" for number in range(8)))

    assert said.endswith("d4 (python) and 3 more: choose with --context-dir=d0")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("dockerfile",), "dockerfile is not read: it has to be called Dockerfile."),
        (("jenkinsfile",), "jenkinsfile is not read: it has to be called Jenkinsfile."),
        (("compose.yml",), "compose.yml is not read: name the directories and images"),
        (("HEAD", "objects/x", "refs/y"), "It is a bare repository: name it by its URL"),
    ],
)
def test_what_is_not_read_is_told(names: tuple[str, ...], said: str) -> None:
    assert told(*names)[0].startswith(said)


def test_nothing_is_told_where_something_was_found() -> None:
    assert inspect(MemoryTree({"app.py": b"", "compose.yml": b""})).nearby == ()
    assert inspect(MemoryTree({"README": b"", "compose.yml": b""})).nearby != ()
