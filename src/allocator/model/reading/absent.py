"""Tables that are not there though others refer to them: told once, before anything else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from allocator.errors import Fault, shorten
from allocator.model.text import Text

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Pointing:
    """A column that refers to tables.

    Attributes:
        table: The table that it is of.
        file: Its file as faults show it.
        key: The standard column.
        column: The column as the file writes it.
        kinds: The tables that it may refer to.
        names: What its cells name, with the first line of each.
    """

    table: str
    file: str
    key: str
    column: str
    kinds: tuple[str, ...]
    names: Mapping[str, int]


def absent_tables(
    pointing: Iterable[Pointing], ids: Mapping[str, Collection[str]], absent: Collection[str]
) -> Iterator[tuple[Fault, Pointing]]:
    """Yield a fault for each column that names mostly nothing where a table that it may mean is not there.

    Args:
        pointing: The columns.
        ids: The ids of each table.
        absent: The tables that are not there.

    Yields:
        The fault, and the column whose unknown names it stands for.
    """
    for one in pointing:
        lacking = [kind for kind in one.kinds if kind in absent]
        unknown = [name for name in one.names if not any(name in ids[kind] for kind in one.kinds)]
        # Where most names are known, the others are misspelt; a table that is optional may well be absent.
        if lacking and 2 * len(unknown) > len(one.names):
            files = " / ".join(one.file.replace(one.table, kind) for kind in lacking)
            message = Text(
                zh=f"没有此表，而 {one.file} 的 {one.column} 列用到其中的编号",
                en=f"there is no such table, yet the column {one.column} of {one.file} names ids of it",
            )
            found = ", ".join(unknown[:_MOST_SHOWN]) + (", ..." if len(unknown) > _MOST_SHOWN else "")
            yield Fault(message, files, found=shorten(found)), one
