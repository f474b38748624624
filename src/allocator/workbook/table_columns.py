"""The columns of the sheets of tables: their headers, notes and drop-downs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.column_docs import column_doc
from allocator.model.entity_words import LINKS, extra_column
from allocator.model.reading.cell_values import kind_of_tie
from allocator.model.reading.headers import chinese_headers, standard_names
from allocator.model.reading.reference_labels import LABELLED, WITH_ID, EntityLabels
from allocator.model.reading.settings_sheets import FLAGS
from allocator.model.reading.table_rows import is_number_column
from allocator.model.reading.workbook_sheets import sheet_key
from allocator.model.scenario import Scenario
from allocator.model.tables import columns, required_columns
from allocator.model.text import Language, Text
from allocator.rules.wordbook import Wordbook
from allocator.workbook.lists import Lists
from allocator.workbook.sheet_writer import SheetColumn

#: Headers that say more than the first Chinese name of the column.
_HEADERS: Mapping[str, Mapping[str, str]] = {
    "ties": {"source": "人员", "target": "对象"},
    "links": {"source": "甲方", "target": "乙方"},
    "identities": {"name": "当事人"},
    "postings": {"group": "组"},
    "wishes": {"slot": "去处"},
}
_REQUIRED = Text(zh="（必填）", en=" (required)")


def shown_headers(
    table: str, headers: Sequence[str], own: Mapping[str, str], language: Language
) -> list[str]:
    """Return the headers of a sheet in a language; a header of the scenario's own words is kept.

    Of two columns with one word the standard one has it.

    Args:
        table: Name of the table.
        headers: The headers of its file.
        own: The scenario's own headers with their columns.
        language: The language of the words.
    """
    names = standard_names(table, headers, own)
    shown = [
        header if header != name else sheet_header(table, name, language)
        for header, name in zip(headers, names, strict=True)
    ]
    standard = {*columns(table)}
    return [
        word if shown.count(word) == 1 or (name in standard and header != word) else header
        for word, header, name in zip(shown, headers, names, strict=True)
    ]


def sheet_header(table: str, column: str, language: Language) -> str:
    """Return the header that a workbook has for a column in a language."""
    if column in columns(table):
        return standard_header(table, column, language)
    known = extra_column(table, column)
    if known is None:
        return column
    return known.zh if language == "zh" else known.en.capitalize()


def standard_header(table: str, column: str, language: Language) -> str:
    """Return the header of a standard column in a language."""
    if language == "zh":
        words = chinese_headers(table, column)
        return _HEADERS.get(table, {}).get(column) or next(iter(words), column)
    return column.replace("_", " ").capitalize()


def foreign_headers(scenario: Scenario) -> Mapping[str, Mapping[str, str]]:
    """Return by file the headers that differ from their column's name and are none of a workbook's own."""
    if scenario.rule_sheets is None:
        return scenario.renamed
    found = {}
    for file, renamed in scenario.renamed.items():
        table = sheet_key(file.rpartition(":")[2])
        own = {(name, sheet_header(table, name, "zh")) for name in renamed.values()}
        own |= {(name, sheet_header(table, name, "en")) for name in renamed.values()}
        if columns := {header: name for header, name in renamed.items() if (name, header) not in own}:
            found[file] = columns
    return found


@dataclass
class TableColumns:
    """Makes the columns of the sheets of tables of one scenario.

    Attributes:
        book: The words of the scenario.
        lists: The lists of the workbook.
        labels: The labels of units, people, groups and cases.
    """

    book: Wordbook
    lists: Lists
    labels: EntityLabels

    def column(self, table: str, column: str, header: str, cells: Iterable[str]) -> SheetColumn:
        """Return the column of a sheet.

        Args:
            table: Name of the table.
            column: Name of the column.
            header: Its header.
            cells: Its cells.
        """
        language = self.lists.language
        is_required = column in required_columns(table)
        note = column_doc(table, column)(language) + (_REQUIRED(language) if is_required else "")
        choices, strict = self._choices(table, column, header, cells)
        is_number = column in columns(table) and is_number_column(table, column)
        return SheetColumn(header, note, choices, strict, is_number, required=is_required)

    def _choices(self, table: str, column: str, header: str, cells: Iterable[str]) -> tuple[str, bool]:
        """Return the list of a column, and whether it holds all values."""
        language = self.lists.language
        if tables := LABELLED.get((table, column)):
            return self._label_list(table, column, tables), False
        closed: Mapping[str, Callable[[], Iterable[str]]] = {
            "grade": lambda: (self.book.grades.word(one, language) for one, _ in self.book.grades.entries),
            "role": lambda: (self.book.roles.word(one, language) for one, _ in self.book.roles.entries),
            "answer": lambda: (FLAGS[one](language) for one in ("true", "false")),
            "outside": lambda: (FLAGS[one](language) for one in ("true", "false")),
        }
        if column in closed:
            return self.lists.of(header, closed[column]()), True
        if table in ("ties", "links") and column == "kind":
            own = set(cells)
            people = {kind: text for kind, text in self.book.ties.items() if kind not in LINKS or kind in own}
            kinds = people if table == "ties" else self.book.links
            words = (word_of_kind(kind, text, table, language) for kind, text in kinds.items())
            return self.lists.of(header, words), False
        if table == "wishes" and column == "period":
            return self.lists.of(header, self.book.periods), True
        if column in ("kind", "place", "native_place", "domain"):
            return self.lists.of(header, sorted(dict.fromkeys(cells))), False
        return "", False

    def _label_list(self, table: str, column: str, tables: Sequence[str]) -> str:
        """Return the list of the labels of the first table to which a column refers that has rows."""
        listed = next((one for one in tables if self.labels.rows.get(one)), tables[0])
        with_id = (table, column) in WITH_ID
        rows = self.labels.rows.get(listed, ())
        values = [self.labels.label(entity, (listed,), with_id=with_id) for entity, _ in rows]
        return self.lists.of_labels(listed, values, with_id=with_id)


def word_of_kind(kind: str, text: Text, table: str, language: Language) -> str:
    """Return the word of a kind of tie if it is read as the kind, else the kind."""
    return text.zh if language == "zh" and kind_of_tie(text.zh, table) == kind else kind


def cell_writer(
    table: str, column: str, labels: EntityLabels, language: Language
) -> Callable[[str], str] | None:
    """Return what turns the values of a column into labels or words of a language; None for other columns."""
    if (vocabulary := labels.vocabulary(table, column)) is not None:
        return lambda value: vocabulary.word(value, language)
    if (table, column) == ("ties", "outside"):
        return lambda flag: FLAGS[flag](language) if flag in FLAGS else flag
    if column == "kind" and table in ("ties", "links"):
        book = Wordbook()
        return lambda kind: word_of_kind(kind, book.tie(kind), table, language)
    return labels.writer(table, column)
