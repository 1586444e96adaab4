"""What was sent and what was not: the counts a user sees when the source has gone out (UP-6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipcast.ports.progress import Progress
from slipcast.values.entries import Entry, Kind
from slipcast.values.legible import legible
from slipcast.values.sizes import in_units

_NAMED = 5


@dataclass(slots=True)
class Tally:
    """Counts of one walk.

    Shape:  special holds the paths of sockets, pipes and devices; kept those of links that could
            not be replaced by what they point to.
    Units:  size in bytes.
    """

    files: int = 0
    size: int = 0
    ignored: int = 0
    special: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def count(self, entry: Entry) -> None:
        """Count an entry that goes out."""
        if entry.kind is not Kind.DIRECTORY:
            self.files += 1
            self.size += entry.size

    def tell(self, progress: Progress) -> None:
        """Say it all."""
        ignored = f"; {self.ignored} ignored" if self.ignored else ""
        progress.note(f"Source: {self.files} files, {in_units(self.size)}{ignored}")
        if self.special:
            names = _names(self.special)
            progress.note(f"Left out, since neither file, directory nor link: {names}", level=0)
        if self.kept:
            names = _names(self.kept)
            progress.note(f"Kept as links, since they lead to a directory above: {names}", level=0)


def _names(paths: list[str]) -> str:
    named = ", ".join(legible(path) for path in paths[:_NAMED])
    rest = len(paths) - _NAMED
    return f"{named} and {rest} more" if rest > 0 else named
