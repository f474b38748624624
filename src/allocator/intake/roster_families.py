"""Reads the relatives whom a row of a roster states: in the text of a cell, or in columns for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from allocator.errors import Fault
from allocator.intake.dates import read_date
from allocator.intake.import_notes import FilePlace, Questions, short
from allocator.intake.kinship import (
    HAS_DIED,
    NO_END,
    NO_NAME,
    SPOUSE,
    Relative,
    Unread,
    has_died,
    kinship_of,
    relatives_in,
)
from allocator.intake.roster_layout import FoundRoster, RosterColumn
from allocator.model.reading.cell_values import plain_id, plain_name
from allocator.model.reading.roster_fields import SKIP, fields
from allocator.model.text import Text


@dataclass(frozen=True)
class StatedRelative:
    """A relative whom a person has stated, and the cell that says so."""

    relative: Relative
    place: FilePlace


_NO_TERM = Text(zh="不是已知的称谓", en="is no known term of kinship")


class FamilyReader:
    """Reads the relatives of the people of one roster."""

    def __init__(self, roster: FoundRoster, questions: Questions) -> None:
        self._roster, self._questions = roster, questions
        known = fields()
        self._columns = [one for one in roster.columns if one.field and known[one.field].kind == "relative"]

    def in_text(self, place: FilePlace, cell: str) -> list[StatedRelative]:
        """Return the relatives in a text; a part that is not certain is asked about or remarked on."""
        found, unread = relatives_in(cell)
        for part in unread:
            answer = self._questions.answer(place.key(part.text))
            if answer == SKIP:
                continue
            again, still = relatives_in(answer) if answer else ([], [part])
            found.extend(again)
            for one in still:
                self._ask(place, part.text, one)
        return [StatedRelative(relative, place) for relative in found]

    def _ask(self, place: FilePlace, written: str, part: Unread) -> None:
        if part.reason in (NO_NAME, HAS_DIED):
            fault = Fault(part.reason, place.label, place.row, short(place.column), short(part.text))
            self._roster.remarks.append(fault)
            return
        choices = [*_spellings(part), SKIP]
        self._questions.ask(place, part.reason, place.key(written), choices, found=part.text)

    def in_columns(self, row: int, first: int) -> Iterator[StatedRelative]:
        """Yield the relatives in the columns for them, of one row.

        Args:
            row: The row.
            first: The row in which the person begins; cells that are merged with its cells do not count.
        """
        group: dict[str, str] = {}
        begin: RosterColumn | None = None
        for column in self._columns:
            if column.field in group:
                yield from self._of_group(row, begin, group)
                group, begin = {}, None
            if row == first or (row, column.index) not in self._roster.sheet.goes_on:
                begin = begin or column
                group[column.field] = self._roster.sheet.rows[row][column.index]
        yield from self._of_group(row, begin, group)

    def _of_group(
        self, row: int, column: RosterColumn | None, group: Mapping[str, str]
    ) -> Iterator[StatedRelative]:
        name = plain_name(plain_id(group.get("relative_name", "")))
        work = " ".join(plain_id(group.get("relative_work", "")).split())
        if column is None or len(name) < 2 or has_died(work):
            return
        term = group.get("relative_term", "")
        place = self._roster.place(row, column.header)
        key = place.key(f"{term} {name}")
        answer = self._questions.answer(key)
        if answer == SKIP:
            return
        if kinship_of(answer or term) is None:
            self._questions.ask(place, _NO_TERM, key, ["", SKIP], found=f"{term} {name}")
            return
        born = read_date(group.get("relative_born", "")).iso[:7]
        yield StatedRelative(Relative(answer or term, name, born, work), place)


def with_spouse_work(relatives: Sequence[StatedRelative], work: str) -> list[StatedRelative]:
    """Return the relatives, the spouse with a unit and post from a column of their own."""
    return [
        replace(stated, relative=replace(stated.relative, work=work))
        if (kin := stated.relative.kinship) and kin.relation == SPOUSE
        else stated
        for stated in relatives
    ]


def _spellings(part: Unread) -> Iterator[str]:
    """Yield likely spellings of a relative whose name does not end: with a name of three and of two."""
    length = next((size for size in (5, 4, 3, 2, 1) if kinship_of(part.text[:size])), 0)
    if part.reason == NO_END and length:
        term, rest = part.text[:length], part.text[length:].lstrip(" :：")
        yield from (f"{term} {rest[:size]}，{rest[size:]}" for size in (3, 2) if len(rest) > size)
