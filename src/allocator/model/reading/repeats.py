"""People who stand twice in a table under two ids: all else that is written of them is the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from allocator.errors import Fault, shorten
from allocator.model.reading.grid import Grid
from allocator.model.reading.headers import is_ordinal
from allocator.model.text import Text

#: So many cells beside the name make it sure that two rows are of one person.
_SURELY = 3


def repeated_people(grid: Grid) -> Iterator[tuple[Fault, bool]]:
    """Yield each row that says of a person what an earlier one says, and whether that is surely a fault.

    Two people of one name, of whom a sparse table says nothing else, may be two.
    """
    if grid.table != "people" or "name" not in grid.columns:
        return
    name = grid.columns.index("name")
    told = [
        index
        for index, (column, header) in enumerate(zip(grid.columns, grid.headers, strict=True))
        if column != "id" and not is_ordinal(header)
    ]
    often = {
        one for one, count in Counter(cells[name] for _, cells in grid.rows).items() if one and count > 1
    }
    first: dict[tuple[str, ...], int] = {}
    for line, cells in grid.rows:
        if cells[name] not in often:
            continue
        said = tuple(cells[index] for index in told)
        earlier = first.setdefault(said, line)
        if earlier != line:
            message = Text(
                zh=f"除编号外与第 {earlier} 行完全相同；若为同一人请删去一行，若为两人请补充可区分的内容",
                en=f"says the same as row {earlier} but for the id: delete it, or tell the two apart",
            )
            sure = sum(map(bool, said)) > _SURELY
            yield Fault(message, grid.file, line, "name", shorten(cells[name])), sure
