"""Version 1: contents by their hash, the chain of events, and triggers that only let rows be added.

The SQL is written out: a store's tables and triggers are compared with it text by text (``store_schema``).
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "CREATE TABLE contents (sha256 VARCHAR(64) NOT NULL PRIMARY KEY, content {bytes} NOT NULL)",
    "CREATE TABLE events (number INTEGER NOT NULL PRIMARY KEY, at VARCHAR(27) NOT NULL, who TEXT NOT NULL, "
    "what TEXT NOT NULL, why TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, "
    "plan VARCHAR(64) NOT NULL, scenario VARCHAR(64) NOT NULL, details TEXT NOT NULL, "
    "previous VARCHAR(64) NOT NULL, sha256 VARCHAR(64) NOT NULL, CONSTRAINT events_sha256 UNIQUE (sha256))",
    "CREATE INDEX events_name ON events (name, version)",
    "CREATE INDEX events_plan ON events (plan)",
    "CREATE INDEX events_scenario ON events (scenario)",
    "CREATE UNIQUE INDEX events_kept ON events (name, version) WHERE what = 'kept'",
)
#: A version that was published is neither led back nor published again: it can only be voided.
_PUBLISHED_STAYS = (
    "NEW.version > 0 AND NEW.what IN ('submitted', 'returned', 'approved', 'published') AND EXISTS "
    "(SELECT 1 FROM events WHERE name = NEW.name AND version = NEW.version AND what = 'published')"
)
#: SQLite: rows are neither changed nor removed, and an event follows the last one.
_SQLITE = (
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'the store is append-only'); END"
        for table in ("contents", "events")
        for verb in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER contents_once BEFORE INSERT ON contents "
    "WHEN EXISTS (SELECT 1 FROM contents WHERE sha256 = NEW.sha256) "
    "BEGIN SELECT RAISE(ABORT, 'the store is append-only'); END",
    "CREATE TRIGGER events_follow BEFORE INSERT ON events "
    "WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM events) "
    "OR NEW.previous IS NOT coalesce((SELECT sha256 FROM events ORDER BY number DESC LIMIT 1), '') "
    "BEGIN SELECT RAISE(ABORT, 'an event must follow the last one'); END",
    f"CREATE TRIGGER events_published BEFORE INSERT ON events WHEN {_PUBLISHED_STAYS} "
    "BEGIN SELECT RAISE(ABORT, 'what is published stays as it is'); END",
)
#: PostgreSQL: the same; a table is not emptied at once either.
_POSTGRESQL = (
    "CREATE FUNCTION store_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'the store is append-only'; END $$",
    "CREATE FUNCTION store_follow() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "DECLARE final record; BEGIN "
    "SELECT number, sha256 INTO final FROM events ORDER BY number DESC LIMIT 1; "
    "IF NEW.number <> coalesce(final.number, 0) + 1 OR NEW.previous <> coalesce(final.sha256, '') THEN "
    "RAISE EXCEPTION 'an event must follow the last one'; END IF; "
    f"IF {_PUBLISHED_STAYS} THEN RAISE EXCEPTION 'what is published stays as it is'; END IF; "
    "RETURN NEW; END $$",
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'TRUNCATE' else 'ROW'} EXECUTE FUNCTION store_refuse()"
        for table in ("contents", "events")
        for verb in ("UPDATE", "DELETE", "TRUNCATE")
    ),
    "CREATE TRIGGER events_follow BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION store_follow()",
)


def upgrade() -> None:
    """Make the tables and their triggers."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (*_TABLES, *(_SQLITE if is_sqlite else _POSTGRESQL)):
        op.execute(statement.replace("{bytes}", "BLOB" if is_sqlite else "BYTEA"))
