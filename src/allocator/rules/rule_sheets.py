"""Reads the sheets of rules and waivers, and keeps each pack that they do not change as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.notation import listed
from allocator.model.reading import YamlDocument, validate_yaml
from allocator.model.reading.settings_sheets import SheetDocument, day_text, dumped, header_row
from allocator.model.reading.yaml_file import KeyPath, parse_yaml
from allocator.model.scenario import RuleSheets, Scenario
from allocator.model.text import Text
from allocator.rules.blanks import blanks
from allocator.rules.kinds import all_kinds
from allocator.rules.packs import Rulebook, pack_file, read_rulebook
from allocator.rules.rule import Rule, Waiver
from allocator.rules.rule_blanks import rule_from_blanks
from allocator.rules.rule_layers import Suits, only_layer
from allocator.rules.rule_sheet_layout import (
    LANGUAGES,
    NUMBERED,
    RULE_HEADERS,
    WAIVER_HEADERS,
    choice_text,
    column_of,
    kinds_by_text,
    own_blanks,
    sentence_key,
)
from allocator.rules.wordbook import Wordbook

#: The pack of rows that name none in a workbook without packs.
OWN_PACK = "own-rules"
_SPLIT = re.compile(r"[、,，;；]")
_COMMON = ("on", "role", "items", "slots", "during", "level", "weight", "why.zh", "why.en")
#: Fields of every kind that stand among the other blanks.
_WITHOUT_COLUMN = ("waivable",)


def scenario_rulebook(scenario: Scenario, suits: Suits | None = None) -> Rulebook:
    """Return the rules of a scenario: those of its packs, or of the sheets of its workbook.

    Args:
        scenario: The scenario.
        suits: Tells whether a rule fits its layer, for rows without a layer.
    """
    if scenario.rule_sheets is None:
        return read_rulebook(scenario.spec.rules, scenario.folder)
    return _SheetReader(scenario, scenario.rule_sheets, suits).rulebook()


@dataclass(frozen=True)
class _Line:
    """A rule or a waiver of a sheet: its fields, its row and the header of each field's column."""

    line: int
    fields: Mapping[str, Any]
    columns: Mapping[str, str]
    rule: Rule | None = None


class _SheetReader:
    """Reads the sheets of rules and waivers, and keeps each pack that they do not change as it was."""

    def __init__(self, scenario: Scenario, sheets: RuleSheets, suits: Suits | None) -> None:
        self._scenario, self._sheets, self._suits = scenario, sheets, suits
        self._book = Wordbook(scenario)
        self.faults: list[Fault] = []
        self._rules: dict[str, list[_Line]] = {}
        self._waivers: dict[str, list[_Line]] = {}
        self._ids: dict[str, int] = {}
        self._given: Set[str] = frozenset()
        self._written = dict(self._documents())
        self._default = OWN_PACK
        self._shown: Mapping[str, str] = {}

    def rulebook(self) -> Rulebook:
        self._default = next(
            (name for name in self._scenario.spec.rules if pack_file(name) in self._written), OWN_PACK
        )
        rows = list(self._table("rules", RULE_HEADERS))
        self._given = {cells["id"] for cells, _ in rows if "id" in cells}
        for cells, line in rows:
            self._rule(cells, line)
        for cells, line in self._table("waivers", WAIVER_HEADERS):
            self._waiver(cells, line)
        names = dict.fromkeys((*self._scenario.spec.rules, *self._rules, *self._waivers))
        given: dict[str, YamlDocument] = dict(self._written)
        for name in names:
            if name in self._rules or name in self._waivers or pack_file(name) in self._written:
                self._settle(name, given)
        placed = {name: self._placed(document) for name, document in given.items()}
        book = read_rulebook(names, self._scenario.folder, placed)
        book.faults[:0] = self.faults
        return book

    def _documents(self) -> Iterator[tuple[str, YamlDocument]]:
        for name, content in self._sheets.packs.items():
            try:
                yield name, parse_yaml(content, name)
            except InputError:
                continue

    def _table(self, sheet: str, headers: Mapping[str, Text]) -> Iterator[tuple[Mapping[str, str], int]]:
        rows = self._sheets.sheets.get(sheet, ())
        start, columns = header_row(rows, headers)
        self._shown = {name: rows[start][k].strip() for k, name in columns.items()}
        for line, row in enumerate(rows[start + 1 :], start=start + 2):
            cells = {name: row[k].strip() for k, name in columns.items() if k < len(row) and row[k].strip()}
            if any(name not in ("read", "pack") for name in cells):
                yield cells, line

    def _fault(self, sheet: str, line: int, column: str, message: Text, **details: Any) -> None:
        shown = self._shown.get(column, column)
        self.faults.append(Fault(message, self._sheets.labels[sheet], line, shown, **details))

    def _rule(self, cells: Mapping[str, str], line: int) -> None:
        kind = self._kind(cells.get("sentence", ""), line)
        if kind is None:
            return
        cells = {"id": self._new_id(kind), **cells}
        values = self._values(kind, cells, line)
        fields, faults = self._fields(kind, values)
        labels = {blank.path: blank.label for blank in blanks(kind)}
        for fault in faults:
            column = column_of(kind, fault.column) if fault.column not in ("", "id") else "id"
            label = labels.get(fault.column, Text(zh=fault.column, en=fault.column))
            said = _in_blanks(fault.message, labels)
            message = Text(zh=f"【{label.zh}】{said.zh}", en=f"[{label.en}] {said.en}") if label else said
            column = column if label else "sentence"
            place: dict[str, Any] = {
                "file": self._sheets.labels["rules"],
                "row": line,
                "column": self._shown.get(column, column),
            }
            self.faults.append(replace(fault, message=message, **place))
        first = self._ids.setdefault(cells["id"], line)
        if first != line:
            message = Text(
                zh=f"规则编号重复（首见于第 {first} 行）", en=f"row {first} has a rule of this id already"
            )
            self._fault("rules", line, "id", message, found=cells["id"])
        elif not faults:
            columns = {path: self._shown.get(column_of(kind, path), path) for path in labels}
            rule = validate_yaml(YamlDocument("", fields, {}, b""), kind)
            found = _Line(line, fields, {**columns, "": self._shown["id"]}, rule)
            self._rules.setdefault(cells.get("pack", self._default), []).append(found)

    def _fields(self, kind: type[Rule], values: dict[str, str]) -> tuple[dict[str, Any], list[Fault]]:
        """Return a rule as YAML has it, in the only layer that suits it if the row names none."""
        if "on" not in values:
            layer, faults = only_layer(kind, values, self._book, self._suits)
            if faults:
                return {}, faults
            values["on"] = layer
        return rule_from_blanks(kind, values, self._book)

    def _new_id(self, kind: type[Rule]) -> str:
        """Return an id for a rule without one: the kind, numbered where the sheet has it already."""
        numbered = (f"{kind.name}-{number}" for number in count(2))
        return next(one for one in chain([kind.name], numbered) if one not in self._given | {*self._ids})

    def _kind(self, text: str, line: int) -> type[Rule] | None:
        kind = kinds_by_text().get(sentence_key(text))
        if kind is None:
            message = Text(zh="没有此句式，请从下拉列表中选择", en="is no sentence; choose one from the list")
            sentences = [
                choice_text(one, "zh" if "【" in text and "对象" in text else "en")
                for one in all_kinds().values()
            ]
            near = nearest(text, all_kinds()) or nearest(text[:100], sentences)
            self._fault("rules", line, "sentence", message, found=shorten(text), nearest=shorten(near))
        return kind

    def _values(self, kind: type[Rule], cells: Mapping[str, str], line: int) -> dict[str, str]:
        """Return the text of each filled blank of a row."""
        found = {path: cells[path] for path in ("id", *_COMMON) if path in cells}
        for number, blank in enumerate(own_blanks(kind)[:NUMBERED], start=1):
            if str(number) in cells:
                found[blank.path] = cells[str(number)]
        for number in range(len(own_blanks(kind)[:NUMBERED]) + 1, NUMBERED + 1):
            if str(number) in cells:
                message = Text(zh="所选句式没有此空", en="the sentence has no such blank")
                self._fault("rules", line, str(number), message, found=shorten(cells[str(number)]))
        named = [*own_blanks(kind), *(one for one in blanks(kind) if one.path in _WITHOUT_COLUMN)]
        labels = {word: one.path for one in named for word in (one.label.zh, one.label.en, one.path)}
        last = ""
        for entry in cells.get("more", "").splitlines():
            label, colon, value = re.sub("：", ":", entry, count=1).partition(":")
            if colon and label.strip() in labels:
                last = labels[label.strip()]
                found[last] = value.strip()
            elif last:
                found[last] += f"\n{entry}"
            elif entry.strip():
                message = Text(
                    zh="应写作“名称：值”，每空一行", en="is written 'name: value', a line for each blank"
                )
                allowed = listed(blank.label.zh for blank in own_blanks(kind))
                self._fault("rules", line, "more", message, found=shorten(entry), allowed=allowed)
        return found

    def _waiver(self, cells: Mapping[str, str], line: int) -> None:
        reason = {key: cells[f"reason.{key}"] for key in LANGUAGES if f"reason.{key}" in cells}
        fields: dict[str, Any] = {key: cells[key] for key in ("rule",) if key in cells} | {"reason": reason}
        for key in ("items", "slots"):
            if key in cells:
                fields[key] = [
                    self._book.id_of(one.strip()) for one in _SPLIT.split(cells[key]) if one.strip()
                ]
        if "until" in cells:
            fields["until"] = day_text(cells["until"])
        columns = {
            **self._shown,
            "reason": self._shown.get("reason.zh", "reason"),
            "": self._shown.get("rule", ""),
        }
        self._waivers.setdefault(cells.get("pack", self._default), []).append(_Line(line, fields, columns))

    def _settle(self, name: str, given: dict[str, YamlDocument]) -> None:
        """Put the document of a pack among the given: as it was if the sheets say the same, else anew."""
        rules, waivers = self._rules.get(name, []), self._waivers.get(name, [])
        file = pack_file(name)
        base = read_rulebook((name,), self._scenario.folder, self._written) if file in self._written else None
        elsewhere = {one.fields["id"] for other, some in self._rules.items() if other != name for one in some}
        if base is not None and not base.faults:
            wanted = {key: rule for key, rule in base.rules.items() if key not in elsewhere}
            same = wanted == {str(one.fields["id"]): one.rule for one in rules}
            if same and [one for one, _ in base.waivers] == [*map(_waiver_of, waivers)]:
                return
        given[file] = self._made(name, rules, waivers, base)

    def _made(
        self, name: str, rules: Sequence[_Line], waivers: Sequence[_Line], base: Rulebook | None
    ) -> SheetDocument:
        """Return a pack of the rows of the sheets, with the title and source of the one that it was."""
        written = self._written.get(pack_file(name))
        about = written.data if written is not None and isinstance(written.data, dict) else {}
        entries = [dict(self._fields_of(one, base)) for one in rules]
        data = {"pack": name, **{key: about[key] for key in ("title", "source", "about") if key in about}}
        data |= {"rules": entries, **({"waive": [dict(one.fields) for one in waivers]} if waivers else {})}
        lines: dict[KeyPath, int] = {}
        columns: dict[KeyPath, str] = {}
        labels: dict[KeyPath, str] = {}
        for section, some in (("rules", rules), ("waive", waivers)):
            for k, one in enumerate(some):
                _place((section, k), one, lines, columns)
                labels[section, k] = self._sheets.labels["rules" if section == "rules" else "waivers"]
        return SheetDocument(
            self._sheets.labels["rules"], data, lines, dumped(data).encode(), labels, columns
        )

    def _fields_of(self, one: _Line, base: Rulebook | None) -> Mapping[str, Any]:
        """Return the fields of a rule as its pack had them, if they mean the same."""
        rule_id = str(one.fields["id"])
        if base is not None and base.rules.get(rule_id) == one.rule:
            return base.entries[rule_id].fields
        return one.fields

    def _placed(self, document: YamlDocument) -> YamlDocument:
        """Return a pack as it was, with its faults at the rows of the sheets."""
        if isinstance(document, SheetDocument) or not isinstance(document.data, dict):
            return document
        by_id = {str(one.fields["id"]): one for some in self._rules.values() for one in some}
        lines: dict[KeyPath, int] = {}
        columns: dict[KeyPath, str] = {}
        for section in ("rules", "change"):
            for k, fields in enumerate(_entries(document.data.get(section))):
                if one := by_id.get(str(fields.get("id"))):
                    _place((section, k), one, lines, columns)
        waivers = self._waivers.get(str(document.data.get("pack")), [])
        labels: dict[KeyPath, str] = {("waive",): self._sheets.labels["waivers"]}
        for (k, _), one in zip(enumerate(_entries(document.data.get("waive"))), waivers, strict=False):
            _place(("waive", k), one, lines, columns)
        label = self._sheets.labels["rules"]
        return SheetDocument(label, document.data, lines, document.content, labels, columns)


def _entries(value: Any) -> list[Mapping[str, Any]]:
    """Return the entries of a pack's list; of something else, nothing."""
    return [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []


def _place(path: KeyPath, one: _Line, lines: dict[KeyPath, int], columns: dict[KeyPath, str]) -> None:
    lines[path] = one.line
    columns[path] = one.columns[""]
    columns.update({(*path, *key.split(".")): shown for key, shown in one.columns.items() if key})


def _waiver_of(line: _Line) -> Waiver | None:
    try:
        return Waiver.model_validate(dict(line.fields))
    except ValueError:
        return None


def _in_blanks(message: Text, labels: Mapping[str, Text]) -> Text:
    """Return a message with the blanks of a sentence in place of the keys that they have in YAML."""
    words = {path: label for path, label in labels.items() if path.isascii()}

    if not words:
        return message
    name = r"\b(" + "|".join(map(re.escape, words)) + r")\b"
    return Text(
        zh=re.sub(f" ?{name} ?", lambda one: f"【{words[one[1]].zh}】", message.zh, flags=re.ASCII),
        en=re.sub(name, lambda one: f"[{words[one[1]].en}]", message.en, flags=re.ASCII),
    )
