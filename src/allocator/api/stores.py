"""Opens, verifies, copies and writes out the stores in which plans are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.model.reading.files import atomic_write

if TYPE_CHECKING:
    from allocator.store.store import Store
    from allocator.store.store_check import StoreCheck


def open_store(
    place: str | Path, *, create: bool = False, writes: bool = False, verify: bool = True
) -> Store:
    """Open a store; the caller closes it, best by ``with``.

    Args:
        place: A file, or ``postgresql://USER@HOST/DATABASE``.
        create: Whether a store is made where there is none.
        writes: Whether something will be added.
        verify: Whether the whole chain is verified first, as it is before anything is added.

    Raises:
        InputError: It cannot be opened, or is no store.
        ChainError: The chain does not verify.
    """
    from allocator.store.store import Store

    return Store(place, create=create, writes=writes, verify=verify)


def check_store(store: Store, *, printed_head: str = "") -> StoreCheck:
    """Verify a store: its chain, everything that it keeps, every step, and a head that was printed.

    Args:
        store: The open store.
        printed_head: The head on a document, such as ``12:3f2a9c1b2d4e5f60``.

    Raises:
        InputError: ``printed_head`` is no head, or the database fails.
    """
    from allocator.store.store_check import check_store

    return check_store(store, printed_head)


def back_up(store: Store, file: Path | str) -> None:
    """Write a store to one new file, which is a store itself.

    Raises:
        InputError: The file is there, or cannot be written.
        ChainError: The store does not verify.
    """
    from allocator.store.store_backup import back_up

    back_up(store, Path(file))


def load_backup(file: Path | str, place: str | Path) -> Store:
    """Make a new store of a backup, and return it open.

    Raises:
        InputError: The backup cannot be read, or there is a store already.
        ChainError: The backup does not verify.
    """
    from allocator.store.store_backup import load_backup

    return load_backup(Path(file), place)


def export_events(store: Store, file: Path | str | None = None) -> str:
    """Return the chain as text, an event on each line as JSON, and write it to a file if one is given.

    Raises:
        InputError: The file cannot be written, or the database fails.
    """
    text = "".join(json.dumps(vars(one), ensure_ascii=False) + "\n" for one in store.events())
    if file is not None:
        atomic_write(text.encode(), Path(file))
    return text
