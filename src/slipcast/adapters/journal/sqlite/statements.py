"""What is said to SQLite: the schema, and the statements that read and write it.

`newest` has the live keys, so that listing now never walks history; `journal` has everything
since the mark. `turns` has where keys began and ended, to count them at an earlier revision.
"""

from __future__ import annotations

from functools import cache

APPLICATION = 0x536C6970
VERSION = 1

SCHEMA = """
CREATE TABLE journal (
  revision INTEGER PRIMARY KEY,
  key      TEXT    NOT NULL,
  created  INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  deleted  INTEGER NOT NULL,
  value    BLOB
);
CREATE INDEX journal_key_revision ON journal (key, revision);
CREATE INDEX turns ON journal (revision, key, deleted) WHERE previous = 0 OR deleted = 1;
CREATE TABLE newest (key TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO mark VALUES ('head', 0), ('compacted', 0), ('swept', 0);
"""

# Sorts after every text: SQLite puts all blobs there.
AFTER_ALL = b"\xff"

MARK = "SELECT revision FROM mark WHERE name = ?"
SET_MARK = "UPDATE mark SET revision = ? WHERE name = ?"
LIVE_KEYS = "SELECT key FROM newest"

# Each step of a statement gives other threads their turn, which is long when they are busy:
# a commit is a few statements for all of its rows.
LIVE = """
SELECT n.key, j.revision, j.created, j.value
FROM json_each(?) AS wanted JOIN newest n ON n.key = wanted.value
JOIN journal j ON j.revision = n.revision"""
ENDED = "DELETE FROM newest WHERE key IN (SELECT value FROM json_each(?))"
MOST_ROWS = 64
"""Rows that one statement writes."""


_INSERT = "INSERT INTO journal VALUES"
_ROW = "(?, ?, ?, ?, ?, ?)"
_POINT = "INSERT INTO newest (key, revision) VALUES"
_POINTER = "(?, ?)"
_AGAIN = "ON CONFLICT (key) DO UPDATE SET revision = excluded.revision"


@cache
def insert(rows: int) -> str:
    """Append rows to the journal."""
    return " ".join((_INSERT, ", ".join([_ROW] * rows)))


@cache
def point(rows: int) -> str:
    """Have keys point to their newest rows."""
    return " ".join((_POINT, ", ".join([_POINTER] * rows), _AGAIN))


FORGET = "UPDATE journal SET value = x'' WHERE revision = ?"

GET = """
SELECT j.revision, j.created, j.previous, j.value
FROM newest n JOIN journal j ON j.revision = n.revision WHERE n.key = ?"""
GET_AT = """
SELECT revision, created, previous, value FROM journal
WHERE key = ? AND revision <= ? ORDER BY revision DESC LIMIT 1"""

LIST = "SELECT key, revision FROM newest WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"
# From key to key by seeking, so that a page of history costs a page.
LIST_AT = """
WITH RECURSIVE walk (key) AS (
  SELECT min(key) FROM journal WHERE key >= ?1 AND key < ?2
  UNION ALL
  SELECT (SELECT min(key) FROM journal WHERE key > walk.key AND key < ?2)
  FROM walk WHERE walk.key IS NOT NULL
)
SELECT key, (
  SELECT revision FROM journal WHERE key = walk.key AND revision <= ?4
  ORDER BY revision DESC LIMIT 1
) FROM walk WHERE key IS NOT NULL LIMIT ?3"""
ROW = "SELECT key, revision, created, previous, value FROM journal WHERE revision = ?"
ROWS = """
SELECT n.key, j.revision, j.created, j.previous, j.value
FROM newest n JOIN journal j ON j.revision = n.revision
WHERE n.key >= ? AND n.key <= ? ORDER BY n.key"""
TURNS = """
SELECT total(CASE deleted WHEN 1 THEN -1 ELSE 1 END) FROM journal INDEXED BY turns
WHERE (previous = 0 OR deleted = 1) AND revision > ? AND revision <= ? AND key >= ? AND key < ?"""

# The plus keeps SQLite from walking all keys of the prefix: revisions are the narrower range.
SINCE = """
SELECT j.key, j.revision, j.created, j.previous, j.value, p.value
FROM journal j LEFT JOIN journal p ON p.revision = j.previous
WHERE j.revision > ? AND j.revision <= ? AND +j.key >= ? AND +j.key < ? ORDER BY j.revision"""

SWEEP_REPLACED = """
DELETE FROM journal WHERE revision IN (
  SELECT previous FROM journal WHERE revision > ? AND revision <= ? AND previous > 0)"""
SWEEP_ENDED = "DELETE FROM journal WHERE revision > ? AND revision <= ? AND deleted = 1"
