"""The Examples port: trees of files, copied and committed.

Source: ports.examples.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from slipcast.adapters import argv
from slipcast.adapters.gitcall import LOCAL, Call
from slipcast.values.faults import GitFault, HostFault, NotFound

_NOBODYS: Final = shutil.ignore_patterns("__pycache__", "expect.toml")
"""What lies beside an example and is none of it; expect.toml is for the tests of examples."""
_CALL: Final = Call(
    protocols=LOCAL,
    settings=(
        "user.name=slipcast",
        "user.email=slipcast@localhost",
        "commit.gpgSign=false",
        "core.excludesFile=/dev/null",
    ),
)


class ExampleTrees:
    """Implements Examples with directories of a directory."""

    def __init__(self, source: Path, into: Path) -> None:
        self._source = source
        self._into = into

    def lay_out(self, name: str, called: str) -> Path:
        """The Git repository that an example is laid out as."""
        example, place = self._source / name, self._into / called
        if not example.is_dir():
            raise NotFound(f"there is no example {name}")
        with _usable(self._into):
            if place.is_dir():
                return place
            self._into.mkdir(parents=True, exist_ok=True)
            made = self._into / f".{called}.{os.getpid()}"
            try:
                shutil.copytree(example, made, ignore=_NOBODYS)
                for words in _COMMITS:
                    _git(made, *words)
                made.rename(place)
            finally:
                shutil.rmtree(made, ignore_errors=True)
        return place

    def take_away(self, called: str) -> bool:
        """Remove a repository that was laid out."""
        place = self._into / called
        with _usable(self._into):
            if not place.is_dir():
                return False
            shutil.rmtree(place)
        return True


_COMMITS: Final = (
    ("init", "--quiet"),
    ("add", "--all"),
    ("commit", "--quiet", "--message", "An example of slipcast"),
)


def _git(tree: Path, *words: str) -> None:
    ran = argv.run(_CALL.argv(*words), cwd=tree, env=_CALL.environment())
    if ran.code != 0:
        tail = tuple(ran.complaint.splitlines()[-argv.TAIL_LINES :])
        raise GitFault(f"git {words[0]} failed for {tree}", tail=tail)


@contextmanager
def _usable(directory: Path) -> Generator[None]:
    try:
        yield
    except OSError as fault:
        raise HostFault(
            f"{directory} cannot be used: {fault.strerror or fault}",
            hint="Name another state directory with SLIPCAST_STATE, or in the settings.",
        ) from fault
