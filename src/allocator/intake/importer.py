"""Imports rosters into the tables of a scenario folder: reads, tells apart, merges; writes nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from allocator.errors import Fault, InputError, shorten
from allocator.intake.assembly import People, UnitRegister, person_row, set_units, units_alike
from allocator.intake.form_matching import read_forms, sort_paths
from allocator.intake.form_people import people_of_forms, taken_fields
from allocator.intake.import_notes import BLANK, NOTES_FILE, Questions, note_line, read_notes, short
from allocator.intake.import_outcome import (
    Imported,
    ImportedFile,
    TakenColumn,
    TakenSheet,
    table_outcomes,
    taken_columns,
)
from allocator.intake.new_scenario import (
    PACK,
    grade_ladder,
    notes_text,
    rules_text,
    scenario_text,
    unknown_grades,
)
from allocator.intake.post_roles import PostRoles
from allocator.intake.privacy import fault_without_numbers
from allocator.intake.roster_layout import FoundRoster, find_roster
from allocator.intake.roster_reader import RosterPerson, part_keys, read_people
from allocator.intake.roster_ties import kin_ties, postings_and_service
from allocator.intake.scenario_tables import (
    UNREAD_FILE,
    Row,
    TableMerge,
    read_tables,
    unread_table,
)
from allocator.intake.sheet_files import Sheet, read_sheets, sheet_rows
from allocator.intake.stacked_tables import split_tables
from allocator.model.reading import read_spec
from allocator.model.reading.headers import standard_names
from allocator.model.reading.identity import name_key
from allocator.model.reading.roster_fields import fields
from allocator.model.reading.scenario_location import SCENARIO_FILE
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import TABLES
from allocator.model.text import Text

_COLUMNS: Mapping[str, Sequence[str]] = {
    "units": ("id", "name", "parent"),
    "people": ("id", "name", "sex", "grade", "title", "unit", "native_place", "born"),
    "ties": ("source", "target", "kind", "since", "until", "known_from", "outside"),
    "postings": ("person", "group", "from", "to", "known_from"),
}
_UNITS = frozenset(("units", "单位", "单位表", "机构"))
_OTHER_SHEETS = frozenset((*TABLES, "scenario", "关系", "任职", "组", "案件", "规则", "说明")) - {"people"}
_OTHER_TABLE = Text(zh="是场景的其他表，未读入", en="is another table of a scenario and is not read")
_NO_ROSTER = Text(zh="没有带“姓名”列的表头，未读入", en="has no header with names and is not read")
_UNIT_TABLE = Text(zh="按单位表读入", en="is read as a table of units")
_MOST_NAMED = 5
_HIDDEN = Text(
    zh="是隐藏的工作表，其中的人员也已读入；不需要时请从文件中删去",
    en="is a hidden sheet, whose people are read, too; delete it from the file if they are not meant",
)
_NO_PEOPLE = Text(zh="只有表头，没有人员", en="has a header and no people")
_NOTHING = Text(zh="没有花名册：没有带“姓名”列的表头", en="has no roster: no row is a header with names")


@dataclass(frozen=True)
class SheetTarget:
    """A workbook into which an import goes, beside whose ``import.yaml`` it lies.

    Attributes:
        path: The workbook.
        tables: Its tables by name; none of a new workbook.
        spec: Its settings; None for a new workbook, and for settings with a fault.
    """

    path: Path
    tables: Mapping[str, TableMerge] | None = None
    spec: ScenarioSpec | None = None


def import_rosters(
    paths: Sequence[Path], folder: Path, name: str, year: int, book: SheetTarget | None = None
) -> Imported:
    """Read rosters and merge them with the tables of a folder; the caller writes the contents.

    Args:
        paths: The files.
        folder: The folder of the scenario, which need not exist.
        name: Name of the scenario if it is new.
        year: First year of the horizon if it is new.
        book: The workbook that holds the tables instead of the folder, or is to hold them. The contents of a
            new one are those of a folder; those of the tables of another one are left to the caller.

    Raises:
        InputError: ``import.yaml``, a table of the folder or every file cannot be read.
    """
    try:
        questions = Questions(read_notes(folder))
        tables = {**_new_tables(), **(book.tables or {})} if book else read_tables(folder, _COLUMNS)
        return _Import(paths, tables, questions, book).run(folder, name, year)
    except InputError as error:
        raise InputError(map(fault_without_numbers, error.faults)) from None


class _Import:
    """One import of some files."""

    def __init__(
        self,
        paths: Sequence[Path],
        tables: dict[str, TableMerge],
        questions: Questions,
        book: SheetTarget | None,
    ) -> None:
        self._paths, self._tables, self._questions, self._book = paths, tables, questions, book
        self._sheets: list[TakenSheet] = []
        self._rosters: list[FoundRoster] = []
        self._people: list[RosterPerson] = []
        self._remarks: list[Fault] = []
        self._faults: list[Fault] = []
        self._form_count = 0

    def run(self, folder: Path, name: str, year: int) -> Imported:
        """Read the files and merge the tables."""
        given = sort_paths(self._paths)
        self._faults.extend(given.faults)
        self._remarks.extend(given.remarks)
        for sheet in self._read(given.others):
            for one in split_tables(sheet, self._questions):
                self._take(one)
        self._take_forms(given.forms)
        if not self._people and not self._faults and not self._questions.faults.all():
            self._faults.extend(self._without_people())
            self._rosters = [] if self._faults else self._rosters
        if self._faults and not self._rosters and not self._form_count:
            raise InputError(self._faults)
        self._questions.faults.extend(self._faults)
        spec = self._spec(folder)
        people = self._load(PostRoles(spec.roles if spec else {}))
        in_sheets = self._book is not None and self._book.tables is not None
        changed = [] if in_sheets else [one for one in self._tables.values() if one.is_changed]
        contents = {f"{one.name}.csv": one.content() for one in changed}
        begun = dict(self._begun(people, name, year))
        own = [NOTES_FILE] if self._book else [*begun]
        kept = [file for file in own if (folder / file).exists()]
        if in_sheets:
            begun = {file: text for file, text in begun.items() if file in own}
        if spec is not None:
            book = self._book.path.name if self._book else ""
            self._remarks.extend(unknown_grades(spec, book, self._people))
        new = {file: text.encode() for file, text in begun.items() if file not in kept}
        remarks = [*(one for roster in self._rosters for one in roster.remarks), *self._remarks]
        remarks.extend(self._questions.unused())
        told = tuple(map(fault_without_numbers, remarks))
        if told or (folder / UNREAD_FILE).exists():
            contents[UNREAD_FILE] = unread_table(told)
        return Imported(
            tuple(self._sheets),
            (
                *table_outcomes(self._tables, new, kept),
                *([ImportedFile(UNREAD_FILE, "list", len(told))] if told else ()),
            ),
            told,
            self._questions.faults.all(),
            {**contents, **new},
        )

    def _without_people(self) -> Iterator[Fault]:
        """Yield the faults of an import without people: headers alone, or no file but those passed over."""
        for roster in self._rosters:
            yield Fault(_NO_PEOPLE, roster.sheet.label)
        if not self._sheets:
            yield Fault(_NOTHING, shorten(", ".join(path.name for path in self._paths), 100))

    def _take_forms(self, paths: Sequence[tuple[Path, str]]) -> None:
        """Take the people of cadre forms."""
        if not paths:
            return
        folder = read_forms(paths)
        people = people_of_forms([file.form for file in folder.files], self._questions, self._remarks)
        self._faults.extend(folder.faults)
        self._people.extend(people)
        self._form_count = len(people)
        known = fields()
        columns = (TakenColumn(caption, name, known[name].title, True) for caption, name in taken_fields())
        self._sheets.append(TakenSheet(".lrmx, .lrm", columns=tuple(columns), people=len(people)))

    def _read(self, paths: Sequence[Path]) -> Iterator[Sheet]:
        """Yield the sheets of all rosters; a file that cannot be read is a fault."""
        names = Counter(path.name for path in paths)
        for path in paths:
            label = path.name if names[path.name] == 1 else f"{path.parent.name}/{path.name}"
            before = len(self._rosters)
            try:
                yield from read_sheets(path, label)
            except InputError as error:
                self._faults.extend(error.faults)
                continue
            if len(self._rosters) == before and not any(one.why is _UNIT_TABLE for one in self._sheets):
                self._faults.append(Fault(_NOTHING, label))

    def _take(self, sheet: Sheet) -> None:
        """Take one sheet: a table of units, a roster, or neither."""
        if not any(map(any, sheet.rows)):
            return
        if sheet.name in _UNITS and (units := list(_units(sheet))):
            self._tables["units"].merge(units)
            self._sheets.append(TakenSheet(sheet.label, why=_UNIT_TABLE))
            return
        if sheet.name in _OTHER_SHEETS:
            self._sheets.append(TakenSheet(sheet.label, why=_OTHER_TABLE))
            return
        roster = find_roster(sheet, self._questions)
        if roster is None:
            self._sheets.append(TakenSheet(sheet.label, why=_NO_ROSTER))
            return
        if sheet.is_hidden:
            self._remarks.append(Fault(_HIDDEN, sheet.label))
        people = read_people(roster, self._questions)
        self._rosters.append(roster)
        self._people.extend(people)
        columns = tuple(taken_columns(roster))
        skipped = tuple(roster.skipped)
        self._sheets.append(TakenSheet(sheet.label, roster.header_lines, columns, skipped, len(people)))

    def _spec(self, folder: Path) -> ScenarioSpec | None:
        """Return the settings of the scenario that is there already; None for a new one."""
        if self._book:
            return self._book.spec
        loaded = read_spec(folder) if folder.exists() else None
        return loaded.spec if loaded else None

    def _load(self, roles: PostRoles) -> Mapping[str, RosterPerson]:
        """Merge the people, their units, ties and postings with the tables; return those loaded, by id."""
        given = {one.values["id"] for one in self._people if "id" in one.values}
        tables = self._tables
        register = UnitRegister(tables["units"].rows, {*given, *(row["id"] for row in tables["people"].rows)})
        set_units(self._people, register, self._questions, self._remarks)
        for roster in self._rosters:
            self._remarks.extend(_without_units(roster, self._people))
        people = People(tables["people"].rows, (row["id"] for row in register.rows), self._questions)
        people.load(self._people)
        self._remarks.extend(people.remarks)
        loaded = people.loaded
        self._remarks.extend(units_alike(loaded.values(), register))
        used = {person.values.get("unit", "") for person in loaded.values()}
        ties = list(kin_ties(loaded, people.names(), register, self._questions))
        service = list(postings_and_service(loaded, register, roles, self._questions, self._remarks))
        used.update(row["group"] for table, row in service if table == "postings")
        self._remarks.extend(self._missing(loaded))
        tables["units"].merge(_with_parents(register.new, used))
        tables["people"].merge(map(person_row, loaded.values()))
        ties.extend(row for table, row in service if table == "ties")
        postings = [row for table, row in service if table == "postings"]
        labels = {person_id: person.place.label for person_id, person in loaded.items()}
        for name, rows in (("ties", ties), ("postings", postings)):
            tables[name].remove_unsaid(rows, labels)
            tables[name].merge(rows)
        return loaded

    def _missing(self, loaded: Mapping[str, RosterPerson]) -> Iterator[Fault]:
        """Yield a remark about the people of the folder who are in none of the files."""
        names = {name_key(person.name) for person in self._people}
        rows = self._tables["people"].rows
        missing = [
            f"{row['id']} {row.get('name', '')}"
            for row in rows
            if row["id"] not in loaded and name_key(row.get("name", "")) not in names
        ]
        if missing:
            message = Text(
                zh=f"有 {len(missing)} 人不在导入的文件里，保留未动",
                en=f"has {len(missing)} people who are in none of the files, and are left as they are",
            )
            listed = ", ".join(missing[:_MOST_NAMED]) + (", ..." if len(missing) > _MOST_NAMED else "")
            file = self._book.path.name if self._book else "people.csv"
            yield Fault(message, file, found=shorten(listed, 100))

    def _begun(self, people: Mapping[str, RosterPerson], name: str, year: int) -> Iterator[tuple[str, str]]:
        """Yield the files with which a scenario begins, and ``import.yaml``."""
        kin = any(row.get("kind") in ("spouse", "kin", "in_law") for row in self._tables["ties"].rows)
        if people:
            grades = grade_ladder(one.values.get("grade", "") for one in self._people)
            yield SCENARIO_FILE, scenario_text(name, year, grades, has_kin=kin)
            yield f"{PACK}.yaml", rules_text(has_kin=kin)
        yield NOTES_FILE, notes_text(self._rosters)


def _new_tables() -> dict[str, TableMerge]:
    return {name: TableMerge(name, [*columns], [], is_new=True) for name, columns in _COLUMNS.items()}


_NO_UNITS = Text(
    zh="看不出这些人员的单位；若整张表是一个单位，或分节标题就是单位，请在 import.yaml 写明",
    en="does not tell the units of its people; import.yaml may say that the sheet or its sections are units",
)
_EMPTY_UNITS = Text(
    zh="有空着的单位，留空；没有合并的单元格不向下填充，若应与上一行相同，请在 import.yaml 写明",
    en="has empty units, which stay empty: only merged cells are filled down, unless import.yaml says so",
)
_NO_AGES = Text(
    zh="只有年龄，不能推出出生年月；请给出出生年月",
    en="has ages only, which tell no month of birth: give the months",
)


def _without_units(roster: FoundRoster, people: Sequence[RosterPerson]) -> Iterator[Fault]:
    """Yield a remark about a roster that does not tell the units, or the months of birth, of its people."""
    label = roster.sheet.label
    there = [person for person in people if person.place.label == label]
    without = [person for person in there if not person.values.get("unit")]
    sheet, sections, above = part_keys(label, roster.header("unit"))
    if without and len(without) == len(there):
        lines = [note_line(sheet, [BLANK])]
        if any(roster.sections.values()):
            lines.append(note_line(sections, ["unit"]))
        yield Fault(_NO_UNITS, label, allowed=" | ".join(lines))
    elif without:
        listed = ", ".join(str(person.place.row) for person in without[:_MOST_NAMED])
        more = ", ..." if len(without) > _MOST_NAMED else ""
        column = roster.header("unit")
        line = note_line(above, ["above"]) if column else ""
        yield Fault(_EMPTY_UNITS, label, 0, short(column), f"{len(without)}: {listed}{more}", line)
    if roster.index("age") is not None and roster.index("born") is None:
        yield Fault(_NO_AGES, label, roster.header_lines[-1], short(roster.header("age")))


def _units(sheet: Sheet) -> Iterator[Row]:
    """Yield the rows of a table of units; none if it lacks ids or names."""
    rows = [cells for _, cells in sheet_rows(sheet)]
    names = standard_names("units", rows[0], {})
    if "id" in names and "name" in names:
        for cells in rows[1:]:
            row = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
            if row.get("id"):
                yield row


def _with_parents(units: Sequence[Row], used: set[str]) -> Iterator[Row]:
    """Yield the units in which somebody serves, and the units above them."""
    parents = {row["id"]: row.get("parent", "") for row in units}
    wanted: set[str] = set()
    for one in used:
        above = one
        while above and above not in wanted:
            wanted.add(above)
            above = parents.get(above, "")
    yield from (row for row in units if row["id"] in wanted)
