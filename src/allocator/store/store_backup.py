"""A backup of a store as one file, which is a store itself; and a new store made from a backup."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from sqlalchemy import insert, select

from allocator.errors import ChainError, Fault, InputError
from allocator.model.reading.files import unwritable_fault
from allocator.model.text import Text
from allocator.store.store import Store
from allocator.store.store_check import check_store
from allocator.store.store_database import StoreDatabase, copy_sqlite
from allocator.store.store_faults import store_errors
from allocator.store.store_place import store_place
from allocator.store.store_schema import contents, events

_ROWS = 500


def back_up(store: Store, file: Path) -> None:
    """Write a store, as it is at one moment, to one new file, while others may go on writing.

    A PostgreSQL store becomes an SQLite file, too. The file is a store, verified before it gets its name.

    Args:
        store: The open store.
        file: The file; it must not be there yet.

    Raises:
        InputError: The file is there, or cannot be written.
        ChainError: What was copied does not verify.
    """
    if file.exists():
        message = Text(zh="已存在；备份写到新文件", en="is there already; a backup goes to a new file")
        raise InputError([Fault(message, file.name)])
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:100]}.")
    except OSError as error:
        raise InputError([unwritable_fault(error, file)]) from None
    os.close(descriptor)
    made = Path(name)
    try:
        if store.place.file is not None:
            with store_errors(store.place):
                copy_sqlite(store.place.file, made)
        else:
            _copy_rows(store.database, name)
            _into_one_file(made)
        with Store(made, verify=False) as copy:
            found = check_store(copy)
        if not found.holds:
            raise ChainError(found.faults)
        with made.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.link(made, file)  # never replaces a file
    except OSError as error:
        raise InputError([unwritable_fault(error, file)]) from None
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                os.unlink(f"{name}{end}")


def load_backup(file: Path, place: str | Path) -> Store:
    """Make a new store of a backup, and return it open; nothing may be at its place yet.

    Args:
        file: The backup.
        place: The file of the new store, or the address of an empty PostgreSQL database.

    Raises:
        InputError: The backup cannot be read, or there is a store already.
        ChainError: The backup does not verify.
    """
    with Store(file, verify=False) as backup:
        found = check_store(backup)
        if not found.holds:
            raise ChainError(found.faults)
        target = store_place(place)
        if target.file is not None and target.file.exists():
            raise _is_there(target.shown)
        _copy_rows(backup.database, place)
    return Store(place, writes=True)


def _copy_rows(source: StoreDatabase, place: str | Path) -> None:
    """Copy all rows into a new store, in one transaction."""
    target = StoreDatabase(store_place(place), create=True, writes=True)
    try:
        with source.reading() as reading, target.writing() as writing:
            if writing.execute(select(events.c.number).limit(1)).first() is not None:
                raise _is_there(target.place.shown)
            for table, order in ((contents, contents.c.sha256), (events, events.c.number)):
                size = 1 if table is contents else _ROWS
                query = select(table).order_by(order).execution_options(yield_per=size)
                for part in reading.execute(query).mappings().partitions():
                    writing.execute(insert(table), [dict(row) for row in part])
    finally:
        target.close()


def _is_there(shown: str) -> InputError:
    message = Text(
        zh="已有方案库；只能还原到新的地方", en="there is a store already; a backup is loaded into a new one"
    )
    return InputError([Fault(message, shown)])


def _into_one_file(file: Path) -> None:
    """Take the write-ahead log into the file itself."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA journal_mode = DELETE").close()
    finally:
        connection.close()
