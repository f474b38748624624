"""Reads a whole scenario with the consistency of its files, and reports all its faults at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from allocator.errors import Fault, InputError
from allocator.model.notation import NotationError, Words, notation_fault, scenario_words
from allocator.model.reading.entity_names import (
    doubtful_names,
    lookalike_ids,
    repeated_people,
    with_ids,
    with_ids_for_names,
)
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import listing_digest
from allocator.model.reading.identity import contradictions, identity_doubts, with_identities
from allocator.model.reading.reference_labels import LABELLED, WITH_ID
from allocator.model.reading.references import REFERENCES, check_references
from allocator.model.reading.scenario_location import SCENARIO_FILE, Location, locate
from allocator.model.reading.scenario_sources import FolderSource, WorkbookSource, open_source, read_document
from allocator.model.reading.score_table import read_score_table
from allocator.model.reading.spec_consistency import check_agreement, check_indicators, wish_faults
from allocator.model.reading.table_grid import Grid, read_grid
from allocator.model.reading.table_rows import Records, read_rows
from allocator.model.reading.yaml_file import YamlDocument
from allocator.model.reading.yaml_validation import validate_yaml
from allocator.model.scenario import Organisation, Scenario, ScoreTable
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import (
    Absence,
    Case,
    Group,
    Identity,
    Indicator,
    Link,
    Person,
    Posting,
    Row,
    Tie,
    Unit,
    Wish,
)
from allocator.model.text import Text

RowT = TypeVar("RowT", bound=Row)
Keyed = TypeVar("Keyed", Unit, Person, Group, Case)

#: The columns in which a name may stand for an id; the rows of ``identities.csv`` need ids, and the ends of
#: ties a name with its id.
_BY_NAME = (
    *(reference for reference in REFERENCES if reference[0] != "identities"),
    *((*column, LABELLED[column]) for column in sorted(WITH_ID)),
)


def load_scenario(path: Path | str) -> Scenario:
    """Read a scenario: ``scenario.yaml`` and the tables.

    Args:
        path: The scenario's folder, its ``scenario.yaml``, or a workbook with a sheet per table.

    Returns:
        The scenario; its digest depends on the content of its files, not on their folder.

    Raises:
        InputError: With every fault of every file, the first 200 in full.
    """
    location = locate(Path(path))
    return _Loader(location, open_source(location)).load()


@dataclass(frozen=True)
class SoundPart:
    """The part of a scenario that can be read, and the faults of the rest.

    Attributes:
        scenario: The scenario; with faults, of the rows without a fault, or None if its settings have one.
        faults: The faults, followed by the doubts.
        taken: The number of rows without a fault by file, as faults name it.
        rows: The number of rows by file.
    """

    scenario: Scenario | None
    faults: tuple[Fault, ...]
    taken: Mapping[str, int]
    rows: Mapping[str, int]


def read_sound_part(path: Path | str) -> SoundPart:
    """Read a scenario with possible faults: the rows without one are taken.

    Raises:
        InputError: There is no scenario at ``path``, or its workbook cannot be read.
    """
    location = locate(Path(path))
    loader = _Loader(location, open_source(location))
    try:
        scenario = loader.load()
    except InputError as error:
        return loader.sound_part(error.faults)
    sizes = {records.file: records.size for records in loader.records.values()}
    return SoundPart(scenario, (), sizes, sizes)


@dataclass(frozen=True)
class LoadedSpec:
    """The parsed ``scenario.yaml``, and the folder at which the search for its rule packs starts."""

    spec: ScenarioSpec
    folder: Path


def read_spec(path: Path) -> LoadedSpec | None:
    """Return the ``scenario.yaml`` of a scenario with possibly faulty tables; None if it is faulty too."""
    try:
        location = locate(path)
        document = read_document(open_source(location, tables=False), location)
        return LoadedSpec(validate_yaml(document, ScenarioSpec), location.folder)
    except InputError:
        return None


class _Loader:
    """Reads one scenario, and collects its faults, doubts and digests."""

    def __init__(self, location: Location, source: FolderSource | WorkbookSource) -> None:
        self._location = location
        self._source = source
        self._faults = FaultList()
        self._doubts = FaultList()
        self._digests: dict[str, str] = {}
        self._renamed: dict[str, Mapping[str, str]] = {}
        self._written: dict[str, frozenset[str]] = {}
        self._files: dict[str, str] = {}
        self._incomplete: set[str] = set()
        self._read: tuple[ScenarioSpec | None, YamlDocument | None] = None, None
        self.records: Mapping[str, Records] = {}

    def sound_part(self, faults: tuple[Fault, ...]) -> SoundPart:
        """Return what was read, without the rows that have a fault."""
        wrong = {(fault.file, fault.row) for fault in faults if not fault.is_doubt}
        kept: dict[str, Records] = {}
        for table, records in self.records.items():
            rows = tuple(one for one in records.rows if (records.file, one.line) not in wrong)
            kept[table] = replace(records, rows=rows)
        spec, document = self._read
        scenario = None
        if spec is not None:
            sheets = self._source.rules()
            scenario = Scenario(
                spec, _organisation(kept), self._location.folder, document=document, rule_sheets=sheets
            )
        taken = {records.file: len(records.rows) for records in kept.values()}
        sizes = {records.file: records.size for records in self.records.values()}
        return SoundPart(scenario, faults, taken, sizes)

    def load(self) -> Scenario:
        document = self._document()
        spec, words = self._spec(document)
        self._read = spec, document
        self._faults.extend(self._source.misnamed_tables())
        tables = with_ids_for_names(self._tables(_own_headers(spec, document), words), _BY_NAME, self._doubts)
        self.records = tables
        seats = words.seats if words else None
        lost = [table for table in self._source.tables if table not in tables or table in self._incomplete]
        check_references(tables, lost, seats, self._faults)
        if document is not None and spec is not None and "indicators" not in lost:
            named = dict.fromkeys(row.indicator for row in _rows(tables, Indicator, "indicators"))
            self._faults.extend(check_indicators(document, spec, named))
        periods = [period.id for period in spec.periods] if spec is not None else []
        if spec is not None and "wishes" in tables:
            self._faults.extend(wish_faults(tables["wishes"], periods))
        scores = self._scores(None if lost or spec is None else {*_ids(tables), *periods})
        if self._faults.kept:
            raise self._faults.with_doubts(self._doubts)
        if spec is None:
            raise InputError(self._faults.kept)
        digest = listing_digest(self._digests.items())
        organisation = replace(self._identified(tables), scores=scores)
        read, doubts = dict(self._digests), self._doubts.all()
        folder, renamed = self._location.folder, self._renamed
        sheets, labelled = self._source.rules(), dict(self._source.labelled)
        places = self._files, self._written
        return Scenario(
            spec, organisation, folder, digest, document, doubts, read, renamed, sheets, labelled, *places
        )

    def _identified(self, tables: Mapping[str, Records]) -> Organisation:
        """Return the organisation with people for names; an uncertain identity becomes a doubt."""
        written = _organisation(tables)
        answers = _rows(tables, Identity, "identities")
        self._faults.extend(contradictions(tables))
        self._faults.raise_if_any()
        self._doubts.extend(identity_doubts(tables, written, answers))
        return with_identities(written, answers)

    def _document(self) -> YamlDocument | None:
        try:
            document = read_document(self._source, self._location)
        except InputError as error:
            self._faults.extend(error.faults)
            return None
        self._digests[SCENARIO_FILE] = document.sha256
        return document

    def _spec(self, document: YamlDocument | None) -> tuple[ScenarioSpec | None, Words | None]:
        if document is None:
            return None, None
        try:
            spec = validate_yaml(document, ScenarioSpec)
            self._faults.extend(check_agreement(document, spec))
            return spec, scenario_words(spec)
        except InputError as error:
            self._faults.extend(error.faults)
        except NotationError as error:
            self._faults.add(
                notation_fault(error, document.label, document.line_of(("roles",)), "roles", None)
            )
        return None, None

    def _tables(self, own: Mapping[str, Mapping[str, str]], words: Words | None) -> Mapping[str, Records]:
        headers = {
            table: {**self._source.own_headers(table), **own.get(table, {})} for table in self._source.tables
        }
        self._source.take_words(headers, words)
        grids = (self._grid(table, headers[table]) for table in self._source.tables)
        tables = {grid.table: self._rows(grid, words) for grid in grids if grid}
        self._check_not_empty(tables)
        self._doubts.extend(lookalike_ids(tables))
        return tables

    def _rows(self, grid: Grid, words: Words | None) -> Records:
        for fault, sure in repeated_people(grid):
            (self._faults if sure else self._doubts).add(fault)
        self._doubts.extend(doubtful_names(grid))
        self._files[grid.table] = grid.file
        if grid.renamed:
            self._renamed[grid.file] = grid.renamed
            self._written[grid.file] = frozenset(self._source.written_headers(grid.table))
        self._incomplete.update([grid.table] if "id" in grid.absent else [])
        return read_rows(grid, words, self._faults, self._doubts)

    def _grid(self, table: str, own: Mapping[str, str]) -> Grid | None:
        try:
            text = self._source.read(table)
        except InputError as error:
            self._faults.extend(error.faults)
            return None
        self._digests[text.digest_name] = text.sha256
        grid = read_grid(text, own, self._faults, self._doubts)
        return with_ids(grid, self._faults, self._doubts) if grid else None

    def _scores(self, known: Collection[str] | None) -> Mapping[str, ScoreTable]:
        """Read the score tables; their ids must be in ``known``, unless ``known`` is None."""
        read: dict[str, ScoreTable] = {}
        for table in self._source.scores:
            try:
                text = self._source.read(table)
                self._digests[text.digest_name] = text.sha256
                found = read_score_table(table, text.file, text.lines, known, self._faults)
            except InputError as error:
                self._faults.extend(error.faults)
                continue
            if found is not None:
                read[found[0]] = found[1]
        return read

    def _check_not_empty(self, tables: Mapping[str, Records]) -> None:
        who = [table for table in ("units", "people") if table in self._source.tables]
        file = self._location.workbook.name if self._location.workbook else ""
        if not who:
            text = Text(zh="缺少单位表或人员表", en="there is neither a table of units nor one of people")
            self._faults.add(Fault(text, file, allowed="units.csv, people.csv"))
        elif all(table in tables and not tables[table].size for table in who):
            text = Text(
                zh="场景是空的：没有单位也没有人员", en="the scenario is empty: no unit and no person"
            )
            self._faults.add(Fault(text, file or f"{who[0]}.csv"))


def _own_headers(spec: ScenarioSpec | None, document: YamlDocument | None) -> Mapping[str, Mapping[str, str]]:
    """Return the scenario's own headers by table; of a faulty scenario, all that can be read."""
    if spec is not None:
        return spec.columns
    data = document.data if document is not None else None
    columns = data.get("columns") if isinstance(data, dict) else None
    if not isinstance(columns, dict):
        return {}
    return {
        str(table): {str(header): name for header, name in names.items() if isinstance(name, str)}
        for table, names in columns.items()
        if isinstance(names, dict)
    }


def _ids(tables: Mapping[str, Records]) -> Mapping[str, None]:
    """Return every id of a unit, person, group or case."""
    return dict.fromkeys(
        name
        for table in ("units", "people", "groups", "cases")
        if table in tables
        for _, name in tables[table].ids
    )


def _organisation(tables: Mapping[str, Records]) -> Organisation:
    return Organisation(
        units=_keyed(_rows(tables, Unit, "units")),
        people=_keyed(_rows(tables, Person, "people")),
        groups=_keyed(_rows(tables, Group, "groups")),
        cases=_keyed(_rows(tables, Case, "cases")),
        links=_rows(tables, Link, "links"),
        ties=_rows(tables, Tie, "ties"),
        postings=_rows(tables, Posting, "postings"),
        absences=_rows(tables, Absence, "absences"),
        indicators=_rows(tables, Indicator, "indicators"),
        wishes=_rows(tables, Wish, "wishes"),
    )


def _rows(tables: Mapping[str, Records], model: type[RowT], table: str) -> tuple[RowT, ...]:
    placed = tables[table].rows if table in tables else ()
    return tuple(one.row for one in placed if isinstance(one.row, model))


def _keyed(rows: Iterable[Keyed]) -> Mapping[str, Keyed]:
    return {row.id: row for row in rows}
