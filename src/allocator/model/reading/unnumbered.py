"""Tables without a column of ids: names stand for them, as far as each row has one of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from allocator.errors import Fault, shorten
from allocator.model.reading.cleaning import plain_id, plain_name
from allocator.model.reading.faults import FaultList
from allocator.model.reading.grid import Grid
from allocator.model.reading.headers import is_ordinal
from allocator.model.text import Text

#: What may be taken for an id where there is none.
NAME = "name"
_EMPTY = Text(zh="没有编号列，须填名称", en="has no column of ids: a name is needed")


def with_ids(grid: Grid, faults: FaultList, doubts: FaultList) -> Grid:
    """Return the table with names for ids, if it has names and no ids.

    A running number is no id: it is another one when a row is added. Names that repeat, and rows without a
    name, are faults.

    Args:
        grid: The table.
        faults: Takes rows whose name cannot stand for an id.
        doubts: Takes that names do.
    """
    if not grid.unnumbered:
        return grid
    index = grid.columns.index(NAME)
    header = grid.headers[index]
    named = tuple((line, (_name(cells, index), *cells)) for line, cells in grid.rows)
    found = list(_unfit(grid, header, named))
    if found:
        faults.extend(found)
        return replace(grid, absent=("id", *grid.absent))
    if named:
        message = Text(zh="没有编号列，以名称作编号", en="has no column of ids: names are taken for them")
        doubts.add(Fault(message, grid.file, grid.line, shorten(header), allowed=_ordinal(grid)))
    return replace(grid, columns=("id", *grid.columns), headers=(header, *grid.headers), rows=named)


def _name(cells: Sequence[str], index: int) -> str:
    return plain_name(plain_id(cells[index]))


def _unfit(grid: Grid, header: str, rows: Sequence[tuple[int, Sequence[str]]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line, cells in rows:
        name = cells[0]
        earlier = first.setdefault(name, line)
        if earlier != line or not name:
            message = Text(
                zh=f"没有编号列，而第 {earlier} 行同名：须增设编号列",
                en=f"has no column of ids, and row {earlier} has the same name: a column of ids is needed",
            )
            message = message if name else _EMPTY
            yield Fault(message, grid.file, line, shorten(header), shorten(name), _ordinal(grid) or "id")


def _ordinal(grid: Grid) -> str:
    """Return how a column of running numbers would be made one of ids."""
    header = next(filter(is_ordinal, grid.headers), "")
    return f"scenario.yaml: columns: {{{grid.table}: {{{header}: id}}}}" if header else ""
