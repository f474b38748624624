"""Writes a scenario as a workbook: settings, tables, rules, lists, and the files that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsxwriter.utility import xl_col_to_name

from allocator.model.notation import scenario_words
from allocator.model.reading.headers import standard_names
from allocator.model.reading.reference_labels import NAME_COLUMNS, EntityLabels, entity_names
from allocator.model.reading.scenario_location import SCENARIO_FILE, SCORES
from allocator.model.reading.settings_sheets import FLAGS, HEADERS, ITEMS, SPREAD
from allocator.model.reading.workbook_files import TableForm, WorkbookFiles, csv_rows, table_form
from allocator.model.reading.workbook_sheets import FILES_SHEET, TITLES
from allocator.model.reading.yaml_file import parse_yaml
from allocator.model.scenario import Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import TABLES, columns
from allocator.model.text import Language, Text
from allocator.rules.blank_values import phrase
from allocator.rules.packs import Rulebook, bundled_home, read_rulebook
from allocator.rules.rule import Rule, Waiver
from allocator.rules.rule_sheet_layout import (
    NUMBERED,
    RULE_HEADERS,
    WAIVER_HEADERS,
    rule_rows,
    waiver_rows,
)
from allocator.rules.wordbook import Wordbook
from allocator.workbook.guide import (
    LAYER_NOTES,
    RULE_NOTES,
    SETTING_NOTES,
    guide_rows,
    sentence_rows,
    write_guide,
)
from allocator.workbook.lists import LabelCells, Lists
from allocator.workbook.settings_rows import settings_rows
from allocator.workbook.sheet_writer import BookWriter, SheetColumn, TableSheet
from allocator.workbook.table_columns import TableColumns, cell_writer, shown_headers, standard_header

#: The tables that a workbook has even if the scenario lacks them.
ALWAYS = ("units", "people", "ties", "postings", "groups", "cases")
_BLUE, _GREEN, _ORANGE = "#2F75B5", "#548235", "#C65911"
_FONT = Text(zh="微软雅黑", en="Calibri")


@dataclass(frozen=True)
class WrittenBook:
    """A workbook as bytes.

    Attributes:
        content: The bytes of the file.
        sheets: The titles of its sheets.
        rewritten: The files whose bytes cannot be told from the sheets: the workbook has another digest.
    """

    content: bytes
    sheets: tuple[str, ...]
    rewritten: tuple[str, ...] = ()


def write_scenario(
    scenario: Scenario, files: Mapping[str, bytes], language: Language, *, example: bool = False
) -> WrittenBook:
    """Return a scenario as a workbook.

    Args:
        scenario: The scenario, from a folder.
        files: The content of each of its files: ``scenario.yaml``, tables and rule packs, by file name.
        language: The language of the sheets.
        example: Whether the rows of the tables are examples.
    """
    return _ScenarioBook(scenario, files, language, example).written()


class _ScenarioBook:
    def __init__(
        self, scenario: Scenario, files: Mapping[str, bytes], language: Language, example: bool
    ) -> None:
        self._scenario, self._files, self._language, self._example = scenario, files, language, example
        document = parse_yaml(files[SCENARIO_FILE], SCENARIO_FILE)
        self._data, self._spec = document.data, ScenarioSpec.model_validate(document.data)
        self._book, self._lists = Wordbook(scenario), Lists(language)
        self._writer = BookWriter(_FONT(language))
        self._forms: dict[str, TableForm] = {}
        self._label_cells: dict[str, LabelCells] = {}
        names = {table: self._entities(table) for table in NAME_COLUMNS}
        self._labels = EntityLabels(names, scenario_words(self._spec))
        self._rewritten: list[str] = []
        self._packs = {
            name: text for name, text in files.items() if name.endswith(".yaml") and name != SCENARIO_FILE
        }

    def written(self) -> WrittenBook:
        tables = self._tables()
        rules = self._rule_sheets()
        settings = self._settings()
        index = self._lists.blank_choices(self._book)
        titles = [TITLES["notes"](self._language)]
        write_guide(self._writer, titles[0], guide_rows(self._language, example=self._example))
        for sheet in (*settings, *tables, *rules):
            page = self._writer.table(sheet)
            page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
            titles.append(sheet.title)
        self._lists.write(self._writer, index, self._label_cells)
        self._hidden()
        return WrittenBook(self._writer.content(), tuple(titles), tuple(self._rewritten))

    def _hidden(self) -> None:
        """Write the sheet with the files as they were, which no menu shows."""
        page = self._writer.sheet(FILES_SHEET)
        texts = {SCENARIO_FILE: self._files[SCENARIO_FILE], **self._packs}
        for number, row in enumerate(WorkbookFiles(self._forms, texts).rows()):
            for place, cell in enumerate(row):
                page.write_string(number, place, cell)
        page.very_hidden()

    def _headed(self, sheet: str, choices: Mapping[str, str], notes: Mapping[str, Text]) -> list[SheetColumn]:
        empty = Text()
        return [
            SheetColumn(
                text(self._language), notes.get(key, empty)(self._language), choices.get(key, ""), wrap=True
            )
            for key, text in HEADERS[sheet].items()
        ]

    def _settings(self) -> list[TableSheet]:
        language, lists = self._language, self._lists
        rows = settings_rows(self._spec, self._data, language)
        items = lists.of(TITLES["settings"](language), (text(language) for text in ITEMS.values()))
        flags = lists.of("✓", (text(language) for text in FLAGS.values()))
        packs = lists.of(ITEMS["rules"](language), self._known_packs())
        chosen = f'INDIRECT(IF($A2="{ITEMS["rules"](language)}","{packs}","{flags}"))'
        spread = lists.of(
            HEADERS["layers"]["periods"](language), (text(language) for text in SPREAD.values())
        )
        about = Text(zh="填写说明（不读入）", en="How to fill in (not read)")(language)
        by_item = {
            text(language): note(language) for key, text in ITEMS.items() if (note := SETTING_NOTES[key])
        }
        settings = [
            *self._headed("settings", {"item": items, "zh": chosen}, {}),
            SheetColumn(about, width=60, wrap=True),
        ]
        explained = [[*row, by_item.get(row[0], "")] for row in rows["settings"]]
        layers = self._headed("layers", {"periods": spread}, LAYER_NOTES)
        periods = self._headed("periods", {"past": flags}, {})
        titles = {key: TITLES[key](language) for key in HEADERS}
        return [
            TableSheet(titles["settings"], settings, explained, colour=_BLUE, spare=60),
            TableSheet(titles["layers"], layers, rows["layers"], colour=_BLUE, spare=20),
            TableSheet(titles["periods"], periods, rows["periods"], colour=_BLUE, spare=60),
        ]

    def _known_packs(self) -> list[str]:
        bundled = (path.stem for path in sorted((bundled_home() / "rules").glob("*.yaml")))
        return [*(name.removesuffix(".yaml") for name in self._packs), *bundled]

    def _tables(self) -> list[TableSheet]:
        maker = TableColumns(self._book, self._lists, self._labels)
        present = [table for table in TABLES if f"{table}.csv" in self._files]
        sheets = [self._table(table, maker) for table in (*ALWAYS, *(t for t in present if t not in ALWAYS))]
        scores = sorted(name.removesuffix(".csv") for name in self._files if name.startswith(SCORES))
        return [*sheets, *map(self._scores, scores)]

    def _entities(self, table: str) -> list[tuple[str, str]]:
        """Return the id and the name of each row of a table."""
        header, rows = self._rows(table)
        return entity_names(table, [header, *rows], self._spec.columns.get(table, {}))

    def _rows(self, table: str) -> tuple[list[str], list[list[str]]]:
        """Return the header of a table and its rows, all of one width."""
        name = f"{table}.csv"
        if name not in self._files:
            return [], []
        header, *rows = csv_rows(self._files[name], name)
        return header, [[*row, *[""] * (len(header) - len(row))][: len(header)] for row in rows]

    def _with_labels(self, table: str, names: Sequence[str], rows: Sequence[list[str]]) -> tuple[str, ...]:
        """Put labels in place of ids, and return the columns that have names already and stay."""
        verbatim = []
        for place, column in enumerate(names):
            read = self._labels.reader(table, column)
            write = cell_writer(table, column, self._labels, self._language)
            if read is None or write is None:
                continue
            shown = {cell: write(cell) for cell in {row[place] for row in rows}}
            if all(read(cell) == read(label) == cell for cell, label in shown.items()):
                for row in rows:
                    row[place] = shown[row[place]]
            else:
                verbatim.append(column)
        return tuple(verbatim)

    def _form(self, table: str, shown: Sequence[str], verbatim: tuple[str, ...] = ()) -> None:
        name = f"{table}.csv"
        form = table_form(self._files[name], csv_rows(self._files[name], name), shown)
        if form is None:
            self._rewritten.append(name)
            form = TableForm(tuple(self._rows(table)[0]), tuple(shown))
        self._forms[table] = replace(form, verbatim=verbatim)

    def _table(self, table: str, maker: TableColumns) -> TableSheet:
        header, rows = self._rows(table)
        own = self._spec.columns.get(table, {})
        shown = shown_headers(table, header, own, self._language)
        names = list(standard_names(table, header, own))
        if header:
            self._form(table, shown, self._with_labels(table, names, rows))
        for column in columns(table):
            if column not in names:
                names.append(column)
                shown.append(standard_header(table, column, self._language))
        wide = [[*row, *[""] * (len(names) - len(row))] for row in rows]
        made = [
            maker.column(table, name, title, (row[place] for row in wide))
            for place, (name, title) in enumerate(zip(names, shown, strict=True))
        ]
        if table in NAME_COLUMNS:
            letters = (xl_col_to_name(names.index(one)) for one in ("id", NAME_COLUMNS[table]))
            self._label_cells[table] = LabelCells(TITLES[table](self._language), *letters)
        frozen = 2 if "name" in names[:2] or "title" in names[:2] else 1
        title = TITLES[table](self._language)
        is_example = self._example and bool(wide)
        return TableSheet(title, made, wide, frozen, example=is_example, colour=_GREEN)

    def _scores(self, table: str) -> TableSheet:
        header, rows = self._rows(table)
        self._form(table, header)
        made = [SheetColumn(word, is_number=place > 0) for place, word in enumerate(header)]
        return TableSheet(table, made, rows, colour=_GREEN, spare=0)

    def _rule_sheets(self) -> list[TableSheet]:
        language, lists, book = self._language, self._lists, self._book
        packs, waivers = self._rules()
        words: Mapping[str, Iterable[str]] = {
            "on": (book.layer(one)(language) for one in book.layers),
            "role": (book.roles.word(one, language) for one, _ in book.roles.entries),
            "during": book.periods,
            "level": (phrase(one)(language) for one in ("hard", *range(1, 10))),
            "pack": packs,
        }
        choices = {key: lists.of(RULE_HEADERS[key](language), some) for key, some in words.items()}
        choices["sentence"] = "list_sentences"
        for number in range(1, NUMBERED + 1):
            choices[str(number)] = f"INDIRECT(VLOOKUP($B2,sentence_blanks,{number + 1},FALSE))"
        widths = {
            "sentence": 44,
            "read": 50,
            "more": 26,
            "why.zh": 26,
            "why.en": 26,
            "weight": 8,
            "level": 10,
        }
        rules = [
            SheetColumn(
                text(language), RULE_NOTES.get(key, Text())(language), choices.get(key, ""),
                strict=key in ("sentence", "on", "level"), width=widths.get(key, 16), wrap=True,
            )
            for key, text in RULE_HEADERS.items()
        ]  # fmt: skip
        waived = [SheetColumn(text(language), wrap=True, width=20) for text in WAIVER_HEADERS.values()]
        help_columns, help_rows = sentence_rows(language, book)
        title = {key: TITLES[key](language) for key in ("rules", "waivers", "sentences")}
        return [
            TableSheet(title["rules"], rules, rule_rows(packs, book, language), 2, colour=_ORANGE),
            TableSheet(title["waivers"], waived, waiver_rows(waivers, book), colour=_ORANGE),
            TableSheet(title["sentences"], help_columns, help_rows, colour="#A6A6A6", spare=0),
        ]

    def _rules(self) -> tuple[dict[str, dict[str, Rule]], list[tuple[Waiver, str]]]:
        """Return the rules of each pack by id, each where it stands first, and waivers with packs."""
        found: dict[str, dict[str, Rule]] = {}
        waivers: list[tuple[Waiver, str]] = []
        seen: set[str] = set()
        for name in self._spec.rules:
            rulebook: Rulebook = read_rulebook((name,), self._scenario.folder)
            found[name] = {key: rule for key, rule in rulebook.rules.items() if key not in seen}
            seen.update(found[name])
            waivers.extend((waiver, name) for waiver, _ in rulebook.waivers)
        return found, waivers
