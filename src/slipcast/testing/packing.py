"""FakePacker: archives that are a list of names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slipcast.dockerfile.ignore import IgnoreRules
from slipcast.ports.packing import Counted


@dataclass(slots=True)
class FakePacking:
    """The names of the files of a directory, a line each."""

    root: Path
    rules: IgnoreRules | None

    @property
    def names(self) -> list[str]:
        """The paths that are not ignored."""
        found = sorted(path for path in self.root.rglob("*") if path.is_file())
        names = [path.relative_to(self.root).as_posix() for path in found]
        rules = self.rules
        return [name for name in names if rules is None or not rules.ignores(name, False)]  # noqa: FBT003

    @property
    def counted(self) -> Counted:
        """How many they are."""
        return Counted(files=len(self.names), size=len("\n".join(self.names)))

    def __iter__(self) -> Iterator[bytes]:
        yield "\n".join(self.names).encode()


@dataclass(slots=True)
class FakePacker:
    """Implements the Packer port."""

    def pack(
        self,
        root: Path,
        rules: IgnoreRules | None = None,
        *,
        compress: bool,  # noqa: ARG002 -- names are short
    ) -> FakePacking:
        """See the port."""
        return FakePacking(root, rules)
