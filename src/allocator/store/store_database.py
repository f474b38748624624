"""Opens the database of a store: makes it, leads an older one to this version, refuses what is no store."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from allocator.errors import ChainError, Fault, InputError, shorten
from allocator.model.text import Text
from allocator.store.store_faults import store_errors
from allocator.store.store_place import StorePlace, check_store_file
from allocator.store.store_schema import APPLICATION_ID, NEWEST, POSTGRESQL_TRIGGERS, SQLITE_SCHEMA

MIGRATIONS = Path(__file__).with_name("migrations")
#: Seconds to wait for another program that writes.
PATIENCE = 60.0


class StoreDatabase:
    """An open database of a store.

    Args:
        place: Where it is.
        create: Whether it is made where there is none.
        writes: Whether something will be added.

    Attributes:
        place: Where it is.
        migrated: The version that it had before it was led to this one; empty if it had this one.

    Raises:
        InputError: It cannot be opened, or is no store of this version or an older one.
    """

    def __init__(
        self,
        place: StorePlace,
        *,
        create: bool,
        writes: bool,
    ) -> None:
        self.place = place
        self.migrated = ""
        is_there = place.file is None or check_store_file(place, place.file, create=create)
        if not is_there and not create:
            raise self._empty()
        self.engine = _engine(place, create=create)
        try:
            with store_errors(place):
                self._prepare(create=create, writes=writes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the store.

        Raises:
            InputError: The database fails.
        """
        with store_errors(self.place), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that alone may write, until the block ends; an error undoes all of it.

        Raises:
            InputError: The database fails.
        """
        with store_errors(self.place), self.engine.connect() as connection:
            chosen = connection.execution_options(store_writes=True)
            with chosen.begin():
                if not self.is_sqlite:
                    chosen.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
                yield chosen

    @property
    def is_sqlite(self) -> bool:
        """Whether it is an SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def check_schema(self, connection: Connection) -> None:
        """Refuse tables and triggers that were changed by hand.

        Raises:
            ChainError: They were.
        """
        if not self._is_schema_whole(connection):
            message = Text(
                zh="表或触发器被改动过：不再只能追加",
                en="its tables or triggers were changed: it is no more only added to",
            )
            raise ChainError([Fault(message, self.place.shown)])

    def _is_schema_whole(self, connection: Connection) -> bool:
        if self.is_sqlite:
            return schema_digest(connection) == SQLITE_SCHEMA
        query = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgrelid IN "
        found = connection.execute(text(query + "('contents'::regclass, 'events'::regclass)")).scalar()
        return found == POSTGRESQL_TRIGGERS

    def _prepare(self, *, create: bool, writes: bool) -> None:
        version = self._version()
        if self.is_sqlite and writes:
            self._use_wal()
        if version is None:
            if not create:
                raise self._empty()
            self._make()
        elif version != NEWEST:
            self._lead_from(version)

    def _version(self) -> str | None:
        """Return the version of the store; None where there are no tables."""
        with self.engine.connect() as connection, connection.begin():
            tables = set(self.engine.dialect.get_table_names(connection))
            if self.is_sqlite and not tables:
                return None
            if self.is_sqlite:
                found = connection.exec_driver_sql("PRAGMA application_id").scalar()
                if found != APPLICATION_ID:
                    raise self.place.fault(
                        "不是方案库：是另一程序的 SQLite 文件",
                        "is no store: an SQLite file of another program",
                    )
            if not {"contents", "events", "alembic_version"} <= tables:
                if self.is_sqlite or tables & {"contents", "events", "alembic_version"}:
                    raise self.place.fault("方案库不完整：缺少表", "is no whole store: it lacks a table")
                return None
            versions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        return self._known(versions)

    def _known(self, versions: Any) -> str:
        version = str(versions[0]) if len(versions) == 1 else ""
        if not (version.isdecimal() and len(version) == len(NEWEST)):
            message = Text(zh="方案库的版本不明", en="its version is unknown")
            shown = shorten(", ".join(map(str, versions)))
            raise InputError([Fault(message, self.place.shown, found=shown)])
        if version > NEWEST:
            message = Text(
                zh="由更新的程序写成，请更新 allocator",
                en="was written by a newer allocator; update this one",
            )
            found, newest = str(int(version)), f"≤ {int(NEWEST)}"
            raise InputError([Fault(message, self.place.shown, found=found, allowed=newest)])
        return version

    def _empty(self) -> InputError:
        return self.place.fault(
            "是空的：还没有方案库（由 solve --store 建立）",
            "is empty: no store yet (solve --store makes one)",
        )

    def _make(self) -> None:
        """Make the tables, unless another program is faster."""
        with self.engine.connect() as connection:
            chosen = connection.execution_options(store_writes=True)
            with chosen.begin():
                if not self.is_sqlite:  # two programs may make one store at once
                    chosen.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPLICATION_ID})
                if "events" in self.engine.dialect.get_table_names(chosen):
                    return
                if self.is_sqlite:
                    chosen.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                self._migrate(chosen)

    def _use_wal(self) -> None:
        """Switch to the write-ahead log, in which readers and a writer do not wait for each other."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with closing(self.engine.raw_connection()) as connection:
                    connection.cursor().execute("PRAGMA journal_mode = WAL").close()
                return
            except sqlite3.OperationalError as error:  # does not wait by itself
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _lead_from(self, version: str) -> None:
        """Lead an older store to this version; of a file a copy is kept as it was."""
        if self.place.file is not None:
            copy_sqlite(self.place.file, self.place.file.with_name(f"{self.place.file.name}.v{int(version)}"))
        with self.engine.connect() as connection:
            chosen = connection.execution_options(store_writes=True)
            with chosen.begin():
                self._migrate(chosen)
        self.migrated = version

    def _migrate(self, connection: Connection) -> None:
        from alembic.command import upgrade
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        upgrade(config, NEWEST)


def _engine(place: StorePlace, *, create: bool) -> Engine:
    if place.file is None:
        try:
            return create_engine(place.url, poolclass=NullPool)
        except ModuleNotFoundError:
            message = Text(
                zh="PostgreSQL 需要附加组件：pip install 'allocator[postgres]'",
                en="PostgreSQL needs an extra: pip install 'allocator[postgres]'",
            )
            raise InputError([Fault(message, place.shown)]) from None
    address = f"{place.file.resolve().as_uri()}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )

    engine = create_engine(place.url, creator=connect, poolclass=NullPool)
    event.listen(engine, "connect", _protect)
    event.listen(engine, "begin", _begin)
    return engine


#: The schema of a file is not trusted; no row is replaced behind the triggers; commits outlive a power cut.
_PRAGMAS = ("trusted_schema = OFF", "recursive_triggers = ON", "cell_size_check = ON", "synchronous = FULL")


def _protect(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("store_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def schema_digest(connection: Connection) -> str:
    """Return the SHA-256 of all tables, indexes and triggers of an SQLite store, as their SQL."""
    query = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' "
        "AND tbl_name <> 'alembic_version' ORDER BY type, name"
    )
    rows = connection.exec_driver_sql(query).all()
    return sha256("\n".join("|".join(map(str, row)) for row in rows).encode()).hexdigest()


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite database, as it is at one moment, into one new file, also while others write.

    Raises:
        sqlite3.Error: It fails.
    """
    uri = f"{source.resolve().as_uri()}?mode=rw"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE)) as one,
        closing(sqlite3.connect(target, timeout=PATIENCE)) as other,
    ):
        one.backup(other)
        other.execute("PRAGMA journal_mode = DELETE").close()
