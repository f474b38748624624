"""What the databases say when something is wrong, as faults of the store in both languages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, StatementError

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text
from allocator.store.store_place import StorePlace

_SQLITE = {
    "SQLITE_BUSY": Text(
        zh="被另一程序占用，等候超时", en="another program holds it, and did not let go of it"
    ),
    "SQLITE_LOCKED": Text(zh="被另一程序占用", en="another program holds it"),
    "SQLITE_FULL": Text(zh="磁盘已满，未能写入", en="the disk is full; nothing was written"),
    "SQLITE_READONLY": Text(
        zh="不可写入：文件或文件夹只读", en="cannot be written: the file or folder is read-only"
    ),
    "SQLITE_CANTOPEN": Text(zh="无法打开", en="cannot be opened"),
    "SQLITE_CORRUPT": Text(zh="文件已损坏；请换用备份", en="the file is damaged; go on with a backup of it"),
    "SQLITE_NOTADB": Text(zh="不是方案库：不是 SQLite 文件", en="is no store: not an SQLite file"),
    "SQLITE_IOERR": Text(zh="读写磁盘出错", en="the disk could not be read or written"),
    "SQLITE_CONSTRAINT_TRIGGER": Text(zh="只能追加，不能改动", en="is only ever added to, never changed"),
}
#: What PostgreSQL says, by the first two characters of its codes.
_POSTGRESQL = {
    "08": Text(zh="连接中断", en="the connection was lost"),
    "28": Text(zh="数据库拒绝登录", en="the database refuses the login"),
    "3D": Text(zh="没有这个数据库", en="there is no such database"),
    "42": Text(zh="数据库不许此操作", en="the database does not permit this"),
    "53": Text(zh="数据库资源不足", en="the database is out of resources"),
    "57": Text(zh="数据库已停止", en="the database was stopped"),
    "P0": Text(zh="只能追加，不能改动", en="is only ever added to, never changed"),
}


@contextmanager
def store_errors(place: StorePlace) -> Iterator[None]:
    """Within the block, an error of the database becomes a fault of the store.

    Raises:
        InputError: In place of the error.
    """
    try:
        yield
    except (DBAPIError, StatementError) as error:
        raise InputError([store_fault(error, place)]) from None
    except sqlite3.Error as error:
        raise InputError([_fault(error, place)]) from None
    except UnicodeDecodeError:  # a damaged name or text, of which the library makes no error of its own
        raise InputError([Fault(_SQLITE["SQLITE_CORRUPT"], place.shown)]) from None


def store_fault(error: StatementError, place: StorePlace) -> Fault:
    """Return the fault for an error of the database."""
    if error.orig is None:
        return Fault(Text(zh="数据库出错", en="an error of the database"), place.shown, found=shorten(error))
    if place.file is None and isinstance(error, OperationalError | InterfaceError):
        code = getattr(error.orig, "sqlstate", None)
        if code is None:
            message = Text(zh="无法连接数据库", en="the database cannot be reached")
            return Fault(message, place.shown)
    return _fault(error.orig, place)


def _fault(error: BaseException, place: StorePlace) -> Fault:
    name = getattr(error, "sqlite_errorname", None)
    if name is not None:
        parts = name.split("_")
        known = (_SQLITE.get("_".join(parts[:k])) for k in range(len(parts), 1, -1))
        if message := next(filter(None, known), None):
            return Fault(message, place.shown)
    code = getattr(error, "sqlstate", None)
    if code is not None and code[:2] in _POSTGRESQL:
        return Fault(_POSTGRESQL[code[:2]], place.shown)
    if isinstance(error, sqlite3.OperationalError) and "decode" in str(error).lower():
        return Fault(_SQLITE["SQLITE_CORRUPT"], place.shown)
    return Fault(Text(zh="数据库出错", en="an error of the database"), place.shown, found=shorten(error))
