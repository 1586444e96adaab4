"""What is said to PostgreSQL: the schema, and the statements that read and write it.

The tables are those of the SQLite journal, in PostgreSQL's words. Keys compare by their bytes.
"""

from __future__ import annotations

from typing import Final, LiteralString

import msgspec

VERSION = 1
BELL = "slipcast_journal"

# Two processes may find an empty database at the same time.
LOCK_SCHEMA = "SELECT pg_advisory_xact_lock(7811887871)"
FOUND: Final = """
SELECT to_regclass('journal') IS NOT NULL, to_regclass('mark') IS NOT NULL,
       current_setting('server_encoding')"""
SCHEMA: Final = """
CREATE TABLE journal (
  revision BIGINT   PRIMARY KEY,
  key      TEXT     COLLATE "C" NOT NULL,
  created  BIGINT   NOT NULL,
  previous BIGINT   NOT NULL,
  deleted  SMALLINT NOT NULL,
  value    BYTEA
);
CREATE INDEX journal_key_revision ON journal (key, revision DESC);
CREATE INDEX turns ON journal (revision, key, deleted) WHERE previous = 0 OR deleted = 1;
CREATE TABLE newest (key TEXT COLLATE "C" PRIMARY KEY, revision BIGINT NOT NULL);
CREATE TABLE mark (name TEXT PRIMARY KEY, revision BIGINT NOT NULL);
INSERT INTO mark VALUES ('schema', 1), ('head', 0), ('compacted', 0), ('swept', 0);
"""
MARKS: Final = "SELECT name, revision FROM mark"

# An acknowledged row survives, whatever the database's default says; and a process that stops
# in the middle of a transaction does not stop all others.
SETTINGS: Final = """
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') IN ('off', 'local')"""
PATIENCE: Final = "SET idle_in_transaction_session_timeout = '10s'"
# Every statement is meant to go by an index, in its order; plans made while the tables were small,
# or never analysed, would read all of them, or collect all keys of a range to sort them for a page.
PLANS: Final = """
SELECT set_config(name, 'off', false)
FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_bitmapscan',
                  'enable_sort']) AS name"""

LOCK_HEAD: Final = "SELECT revision FROM mark WHERE name = 'head' FOR UPDATE"
LIVE: Final = """
SELECT n.key, j.revision, j.created, j.value
FROM newest n JOIN journal j ON j.revision = n.revision WHERE n.key = ANY(%s)"""
INSERT: Final = """
INSERT INTO journal (revision, key, created, previous, deleted, value)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::smallint[],
                     %s::bytea[])"""
POINT: Final = """
INSERT INTO newest (key, revision) SELECT * FROM unnest(%s::text[], %s::bigint[])
ON CONFLICT (key) DO UPDATE SET revision = excluded.revision"""
END: Final = "DELETE FROM newest WHERE key = ANY(%s)"
FORGET: Final = "UPDATE journal SET value = '' WHERE revision = ANY(%s)"
SET_HEAD: Final = "UPDATE mark SET revision = %s WHERE name = 'head'"
RING: Final = "SELECT pg_notify(%s, %s)"
LISTEN: Final = "LISTEN slipcast_journal"

GET: Final = """
SELECT j.key, j.revision, j.created, j.previous, j.value
FROM newest n JOIN journal j ON j.revision = n.revision WHERE n.key = %s"""
GET_AT: Final = """
SELECT key, revision, created, previous, value FROM journal
WHERE key = %s AND revision <= %s ORDER BY revision DESC LIMIT 1"""

SINCE: Final = """
SELECT j.key, j.revision, j.created, j.previous, j.value, p.value
FROM journal j LEFT JOIN journal p ON p.revision = j.previous
WHERE j.revision > %s AND j.revision <= %s AND starts_with(j.key, %s) ORDER BY j.revision"""

DECLARE_GONE: Final = """
UPDATE mark SET revision = least(%s, (SELECT revision FROM mark WHERE name = 'head'))
WHERE name = 'compacted' AND revision < %s RETURNING revision"""
LOCK_SWEEP: Final = "SELECT revision FROM mark WHERE name = 'swept' FOR UPDATE"
SET_SWEPT: Final = "UPDATE mark SET revision = %s WHERE name = 'swept'"
SWEEP_REPLACED: Final = """
DELETE FROM journal WHERE revision IN (
  SELECT previous FROM journal WHERE revision > %s AND revision <= %s AND previous > 0)"""
SWEEP_ENDED: Final = "DELETE FROM journal WHERE revision > %s AND revision <= %s AND deleted = 1"


class Listing(msgspec.Struct, frozen=True):
    """The statements of a listing.

    Shape:  parameters by name: start, end, most; moment and head for the earlier ones.
    """

    now: LiteralString
    then: LiteralString
    count: LiteralString
    turns: LiteralString


_NOW: Final = """
SELECT n.key, j.revision, j.created, j.previous, j.value
FROM (
  SELECT key, revision FROM newest WHERE key >= %(start)s AND key BEFORE-END
  ORDER BY key LIMIT %(most)s
) AS n JOIN journal j ON j.revision = n.revision ORDER BY n.key"""
# From key to key by seeking, so that a page of history costs a page.
_THEN: Final = """
WITH RECURSIVE walk AS (
  (SELECT key FROM journal WHERE key >= %(start)s AND key BEFORE-END ORDER BY key LIMIT 1)
  UNION ALL
  SELECT (
    SELECT j.key FROM journal j WHERE j.key > walk.key AND j.key BEFORE-END ORDER BY j.key LIMIT 1
  ) FROM walk WHERE walk.key IS NOT NULL
)
SELECT row.key, row.revision, row.created, row.previous, row.value
FROM walk CROSS JOIN LATERAL (
  SELECT * FROM journal j WHERE j.key = walk.key AND j.revision <= %(moment)s
  ORDER BY j.revision DESC LIMIT 1
) AS row WHERE row.deleted = 0 LIMIT %(most)s"""
_COUNT: Final = "SELECT count(*) FROM newest WHERE key >= %(start)s AND key BEFORE-END"
_TURNS: Final = """
SELECT coalesce(sum(CASE deleted WHEN 1 THEN -1 ELSE 1 END), 0) FROM journal
WHERE (previous = 0 OR deleted = 1) AND revision > %(moment)s AND revision <= %(head)s
AND key >= %(start)s AND key BEFORE-END"""


def _listing(condition: LiteralString) -> Listing:
    return Listing(
        now=_NOW.replace("BEFORE-END", condition),
        then=_THEN.replace("BEFORE-END", condition),
        count=_COUNT.replace("BEFORE-END", condition),
        turns=_TURNS.replace("BEFORE-END", condition),
    )


BOUNDED: Final = _listing("< %(end)s")
UNBOUNDED: Final = _listing("IS NOT NULL")
