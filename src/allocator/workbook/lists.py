"""The sheet of lists: every drop-down of a workbook is a defined range on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from allocator.model.reading.workbook_sheets import TITLES, inert
from allocator.model.text import Language
from allocator.rules.blank_values import allowed_values
from allocator.rules.kinds import all_kinds
from allocator.rules.rule_sheet_layout import NUMBERED, choice_text, own_blanks
from allocator.rules.wordbook import Wordbook
from allocator.workbook.sheet_writer import SPARE_ROWS, BookWriter

#: A table with more rows has no drop-down of its ids: nobody looks through one of that length.
MOST_LISTED = 1000


@dataclass(frozen=True)
class _List:
    """A list: its range, header and values, or the table whose rows it follows with their labels."""

    name: str
    header: str
    values: tuple[str, ...]
    follows: str = ""
    with_id: bool = False


@dataclass(frozen=True)
class LabelCells:
    """Where the ids and names of a table stand: the title of its sheet and the letters of two columns."""

    title: str
    entity: str
    name: str

    def entities(self) -> str:
        """Return the range of the ids."""
        return f"'{self.title}'!${self.entity}:${self.entity}"

    def names(self) -> str:
        """Return the range of the names."""
        return f"'{self.title}'!${self.name}:${self.name}"


@dataclass
class Lists:
    """The lists of one workbook, each made once.

    Attributes:
        language: The language of the words.
    """

    language: Language
    _lists: list[_List] = field(default_factory=list)
    _names: dict[tuple[str, ...], str] = field(default_factory=dict)

    def of(self, header: str, values: Iterable[str]) -> str:
        """Return the defined name of a list with these values; empty if there are none."""
        key = tuple(dict.fromkeys(filter(None, values)))
        if not key:
            return ""
        if key not in self._names:
            self._names[key] = f"list_{len(self._lists) + 1}"
            self._lists.append(_List(self._names[key], header, key))
        return self._names[key]

    def of_labels(self, table: str, values: Sequence[str], *, with_id: bool = False) -> str:
        """Return the defined name of the list of the labels of a table, which follows its sheet.

        Args:
            table: Name of the table.
            values: The label of each row.
            with_id: Whether every label has the id.
        """
        name = f"list_{table}_with_id" if with_id else f"list_{table}"
        if len(values) > MOST_LISTED:
            return ""
        if not any(one.name == name for one in self._lists):
            self._lists.append(_List(name, TITLES[table](self.language), tuple(values), table, with_id))
        return name

    def blank_choices(self, book: Wordbook) -> list[list[str]]:
        """Return, for the sentence of each kind, the names of the lists of its numbered blanks."""
        rows = []
        for kind in all_kinds().values():
            names = []
            for blank in own_blanks(kind)[:NUMBERED]:
                values = [text(self.language) for text in allowed_values(blank, book)]
                names.append(
                    self.of(blank.label(self.language), values if len(values) <= MOST_LISTED else ())
                )
            rows.append([choice_text(kind, self.language), *names, *[""] * (NUMBERED - len(names))])
        return rows

    def write(
        self, writer: BookWriter, index: Sequence[Sequence[str]], cells: Mapping[str, LabelCells]
    ) -> None:
        """Write the sheet of lists, and define the name of each.

        Args:
            writer: The workbook.
            index: The sentence of each kind with the lists of its blanks.
            cells: Where each table with labels has its ids and names.
        """
        title = TITLES["lists"](self.language)
        page = writer.sheet(title, "#A6A6A6")
        head, cell = writer.format(bold=True, bg_color="#E7E6E6"), writer.format(num_format="@")
        for place, one in enumerate(self._lists):
            page.write_string(0, place, one.header, head)
            column = xl_col_to_name(place)
            if one.follows:
                last = _follow(page, place, one, cells)
                inside = f"'{title}'!${column}$2:${column}${last}"
                formula = f"=OFFSET('{title}'!${column}$2,0,0,MAX(1,COUNTIF({inside},\"?*\")),1)"
            else:
                for row, value in enumerate(one.values, start=1):
                    page.write_string(row, place, inert(value), cell)
                formula = f"='{title}'!${column}$2:${column}${len(one.values) + 1}"
            writer.define(one.name, formula)
        begin = len(self._lists)
        for row, names in enumerate(index, start=1):
            for place, name in enumerate(names, start=begin):
                page.write_string(row, place, name, cell)
        first, last_column = xl_col_to_name(begin), xl_col_to_name(begin + NUMBERED)
        writer.define("sentence_blanks", f"='{title}'!${first}$2:${last_column}${len(index) + 1}")
        writer.define("list_sentences", f"='{title}'!${first}$2:${first}${len(index) + 1}")
        page.set_column(0, begin - 1, 16)
        page.set_column(begin, begin, 60)
        page.freeze_panes(1, 0)


def _follow(page: Worksheet, place: int, one: _List, cells: Mapping[str, LabelCells]) -> int:
    """Write formulas that show the labels of the rows of a sheet, and return their last row."""
    last = len(one.values) + SPARE_ROWS + 1
    formula = _label_formula(cells[one.follows], cells.values(), with_id=one.with_id)
    for row in range(1, last):
        value = one.values[row - 1] if row <= len(one.values) else ""
        page.write_formula(row, place, formula, None, inert(value))
    return last


def _label_formula(own: LabelCells, cells: Iterable[LabelCells], *, with_id: bool) -> str:
    """Return the formula of the label of a row: its name if it is the only one, else the name with the id."""
    entity, name = (f"INDEX({one},ROW())" for one in (own.entities(), own.names()))
    labelled = f'{name}&"（"&{entity}&"）"'
    if not with_id:
        ranges = [one for other in cells for one in dict.fromkeys((other.names(), other.entities()))]
        counted = "+".join(f"COUNTIF({one},{name})" for one in ranges)
        labelled = f"IF({counted}=1,{name},{labelled})"
    return f'=IF({entity}="","",IF(OR({name}="",{name}={entity}),{entity},{labelled}))'
