"""The journal in a SQLite file: the embedded default, one process, nothing to set up."""

from slipcast.adapters.journal.sqlite.journal import SqliteJournal

__all__ = ["SqliteJournal"]
