"""The journal in PostgreSQL: for several processes, and for those who run one anyway."""

from slipcast.adapters.journal.postgres.journal import PostgresJournal

__all__ = ["PostgresJournal"]
