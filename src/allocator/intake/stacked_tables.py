"""Tells apart the tables that stand one below the other on a sheet, each with columns of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from allocator.intake.import_notes import Questions
from allocator.intake.roster_layout import FEWEST_FIELDS, find_header
from allocator.intake.sheet_files import Sheet
from allocator.model.reading.roster_fields import field_of


def split_tables(sheet: Sheet, questions: Questions) -> Iterator[Sheet]:
    """Yield the tables that stand one below the other on a sheet, each with the rows of the others empty.

    A second table begins with a header that names other columns; a header that is repeated begins none.
    """
    while (found := find_header(sheet, questions)) is not None:
        filled, _, columns, last = found
        mine = {column.index: column.field for column in columns}
        cut = next((row for row, cells in filled[last:] if _is_other_header(cells, mine)), None)
        if cut is None:
            break
        yield replace(sheet, rows=sheet.rows[:cut])
        sheet = replace(sheet, rows=[*([""] * len(cells) for cells in sheet.rows[:cut]), *sheet.rows[cut:]])
    yield sheet


def _is_other_header(cells: Sequence[str], mine: Mapping[int, str]) -> bool:
    """Return whether a row is a header with a column of names whose columns are not those of the table."""
    found = {index: field_of(cell) for index, cell in enumerate(cells) if cell}
    known = {index: name for index, name in found.items() if name}
    is_header = "name" in known.values() and len(known) >= max(FEWEST_FIELDS, (len(found) + 1) // 2)
    return is_header and any(mine.get(index, "") != name for index, name in known.items())
