"""What is known of the scenarios of a study: a table with a row for each, numbers and a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.reading import YamlDocument
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import TABLE_BYTES, read_text
from allocator.model.reading.table_files import csv_lines
from allocator.model.text import Text
from allocator.study.study_spec import FactsSpec

#: The column of the scenario's name in the study, and columns that are no numbers to tell options apart by.
SCENARIO, TITLE, PLACE = "scenario", "title", ("lon", "lat")
#: Least and greatest value of longitude and latitude.
_RANGE = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0)}
MOST_COLUMNS = 100


@dataclass(frozen=True)
class ScenarioFacts:
    """What is known of the scenarios.

    Attributes:
        columns: Titles of the columns of numbers by which options are told apart.
        numbers: Their values, by scenario and column.
        places: Longitude and latitude in degrees, by scenario.
        titles: Titles of scenarios by name.
    """

    columns: Mapping[str, Text]
    numbers: Mapping[str, Mapping[str, float]]
    places: Mapping[str, tuple[float, float]]
    titles: Mapping[str, str]


def read_facts(
    spec: FactsSpec, path: Path, scenarios: Mapping[str, Any], document: YamlDocument, faults: FaultList
) -> ScenarioFacts | None:
    """Read the table of what is known of the scenarios; None with faults.

    Args:
        spec: What the study file says of it.
        path: The file.
        scenarios: The scenarios by name; each has a row.
        document: The study file, for faults of the columns that it names.
        faults: Collects the faults.
    """
    before = faults.count
    reader = _FactsReader(spec, Path(spec.table).name, faults)
    try:
        lines = [line for line in csv_lines(read_text(path, reader.file, TABLE_BYTES).text, reader.file)
                 if any(map(str.strip, line[1]))]  # fmt: skip
    except InputError as error:
        faults.extend(error.faults)
        return None
    rows = reader.rows(lines, list(scenarios), document)
    if faults.count > before:
        return None
    return reader.facts(rows)


Row = Mapping[str, str]


class _FactsReader:
    def __init__(self, spec: FactsSpec, file: str, faults: FaultList) -> None:
        self._spec, self.file, self._faults = spec, file, faults
        self._header: list[str] = []

    def _add(self, zh: str, en: str, line: int, column: str = "", found: str = "", **more: Any) -> None:
        message = Text(zh=zh, en=en)
        self._faults.add(Fault(message, self.file, line, column, shorten(found), **more))

    def rows(
        self, lines: Sequence[tuple[int, Sequence[str]]], scenarios: Sequence[str], document: YamlDocument
    ) -> dict[str, Row]:
        """Return the rows by scenario; faults are collected."""
        if not lines:
            self._add("没有表头", "has no header", 1)
            return {}
        line, cells = lines[0]
        self._header = [cell.strip() for cell in cells][:MOST_COLUMNS]
        if SCENARIO not in self._header or len(set(self._header)) < len(self._header):
            self._add("须有不重复的列名，且有 scenario 列", "needs distinct columns, and `scenario`",
                      line, SCENARIO)  # fmt: skip
            return {}
        self._columns(document)
        found: dict[str, Row] = {}
        for line, cells in lines[1:]:
            values = [cell.strip() for cell in cells]
            row = dict(zip(self._header, [*values, *[""] * len(self._header)], strict=False))
            name = row[SCENARIO]
            if name not in scenarios:
                self._add("试算中没有此场景", "the study has no such scenario", line, SCENARIO, name,
                          nearest=nearest(name, scenarios))  # fmt: skip
            elif name in found:
                self._add("有重复", "has a value twice", line, SCENARIO, name)
            else:
                found[name] = row
                self._numbers(row, line)
        if missing := [name for name in scenarios if name not in found]:
            shown = ", ".join(missing[:5])
            self._add(
                f"缺少 {len(missing)} 个场景", f"lacks {len(missing)} of the scenarios", 0, SCENARIO, shown
            )
        return found

    def _columns(self, document: YamlDocument) -> None:
        for name in self._spec.columns:
            if name not in self._header:
                where = ("facts", "columns", name)
                place = (document.label_of(where), document.line_of(where), document.column_of(where))
                message = Text(zh="表中没有此列", en="is no column of the table")
                allowed = ", ".join(self._header)
                self._faults.add(Fault(message, *place, name, allowed, nearest(name, self._header)))

    def _numbers(self, row: Row, line: int) -> None:
        """Report what is no number in a column that needs one."""
        for name in (*self._spec.columns, *PLACE):
            if name not in row or (name in PLACE and not row[name]):
                continue
            value = as_number(row[name])
            least, most = _RANGE.get(name, (-(10.0**12), 10.0**12))
            if value is None or not least <= value <= most:
                self._add("须为数", "must be a number", line, name, row[name],
                          allowed=f"{least:g}..{most:g}" if name in _RANGE else "")  # fmt: skip

    def facts(self, rows: Mapping[str, Row]) -> ScenarioFacts:
        """Return what sound rows say."""
        columns = dict(self._spec.columns) or {
            name: Text(zh=name, en=name) for name in self._number_columns(rows)
        }
        titled = {name: title or Text(zh=name, en=name) for name, title in columns.items()}
        numbers = {
            scenario: {name: as_number(row[name]) or 0.0 for name in titled} for scenario, row in rows.items()
        }
        places = {
            scenario: (float(row["lon"]), float(row["lat"]))
            for scenario, row in rows.items()
            if all(row.get(name) for name in PLACE)
        }
        titles = {scenario: row[TITLE] for scenario, row in rows.items() if row.get(TITLE)}
        return ScenarioFacts(titled, numbers, places, titles)

    def _number_columns(self, rows: Mapping[str, Row]) -> Iterator[str]:
        for name in self._header:
            is_free = name and name not in (SCENARIO, TITLE, *PLACE)
            if is_free and all(as_number(row[name]) is not None for row in rows.values()):
                yield name


def as_number(text: str) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
