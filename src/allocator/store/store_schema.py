"""The tables of a store, its version, and the triggers that let nothing be changed or removed."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

#: The revision of the newest migration, which is the version of a store that this program writes.
NEWEST = "0001"
#: What an SQLite file of a store says that it is, in its header: ``Aloc``.
APPLICATION_ID = 0x416C6F63
#: SHA-256 of the tables, indexes and triggers of an SQLite store of this version (``schema_digest``).
SQLITE_SCHEMA = "dd033bcdaedd24db1aafa41c510b91f81a99be7141d57ec1f414a3b1f74041cc"
#: Number of triggers of a PostgreSQL store.
POSTGRESQL_TRIGGERS = 7

metadata = MetaData()
#: What is kept, by the SHA-256 of its bytes: plans, files of scenarios, and the lists of these files.
contents = Table(
    "contents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
#: The chain of events, one row each.
events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("plan", String(64), nullable=False),
    Column("scenario", String(64), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("sha256", name="events_sha256"),
    Index("events_name", "name", "version"),
    Index("events_plan", "plan"),
    Index("events_scenario", "scenario"),
)
Index(
    "events_kept",
    events.c.name,
    events.c.version,
    unique=True,
    sqlite_where=text("what = 'kept'"),
    postgresql_where=text("what = 'kept'"),
)
