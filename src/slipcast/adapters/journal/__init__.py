"""The Journal port's adapters: one record of every object, in memory, SQLite or PostgreSQL."""
