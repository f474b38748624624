"""The changes of a way out as text to paste, with the file and the place in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from allocator.explain.remedies import RemedyChange
from allocator.explain.remedy_exceptions import waiver_of
from allocator.model.reading.files import TABLE_BYTES, read_text
from allocator.model.reading.settings_sheets import SheetDocument
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.rules.rule import Waiver


@dataclass(frozen=True)
class Paste:
    """Text to paste.

    Attributes:
        file: The file, or the sheet of a workbook.
        place: The place in it, in words.
        line: The line of the file that is replaced, or after which the text stands; 0 for the end.
        replaces: Whether the text stands in place of that line.
        text: The text.
    """

    file: str
    place: Text
    line: int
    replaces: bool
    text: str


def pastes(policy: Policy, changes: Sequence[RemedyChange]) -> tuple[Paste, ...]:
    """Return the text of some changes: exceptions of one file together."""
    return (*_exceptions(policy, changes), *_others(policy, changes))


def _exceptions(policy: Policy, changes: Sequence[RemedyChange]) -> Iterator[Paste]:
    by_file: dict[str, list[Waiver]] = {}
    for one in changes:
        waiver = waiver_of(one)
        if waiver is not None:
            by_file.setdefault(_file(policy, one.rule), []).append(waiver)
    sheets = policy.context.scenario.rule_sheets
    for file, waivers in by_file.items():
        if sheets is not None:
            rows = [_cells(one) for one in waivers]
            place = Text(zh="在最后加一行", en="as rows at the end")
            yield Paste(sheets.labels.get("waivers", file), place, 0, replaces=False, text=_tabbed(rows))
            continue
        pack = policy.packs.get(file)
        lines = [f"  - {_flow(_entry(one))}" for one in waivers]
        document = policy.entries[waivers[0].rule].document
        line = 0 if document is None or not (pack and pack.waive) else document.line_of(("waive",))
        if line:
            place = Text(zh=f"第 {line} 行 waive: 之下", en=f"below `waive:` in line {line}")
            yield Paste(file, place, line, replaces=False, text="\n".join(lines))
        else:
            place = Text(zh="文件末尾", en="at the end")
            yield Paste(file, place, 0, replaces=False, text="\n".join(["waive:", *lines]))


def _others(policy: Policy, changes: Sequence[RemedyChange]) -> Iterator[Paste]:
    scenario, recruits = policy.context.scenario, []
    for one in changes:
        if one.kind == "relax":
            yield _relaxed(policy, one)
        elif one.kind == "take":
            yield _taken(policy, one)
        elif one.kind == "seats":
            file, header = scenario.table_place("groups", "seats")
            group = scenario.organisation.label(one.slots[0])
            place = Text(
                zh=f"{group}（{one.slots[0]}）的 {header} 格", en=f"{group} ({one.slots[0]}), {header}"
            )
            yield Paste(file, place, 0, replaces=True, text=str(one.new))
        elif one.kind == "recruit":
            recruits.append(dict(one.row))
    if recruits:
        file, _ = scenario.table_place("people", "id")
        columns, header = _header(policy, recruits)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(
            [[row.get(c, "") for c in columns] for row in recruits]
        )
        place = Text(zh=f"文件末尾（{header}）；姓名照实改", en=f"at the end ({header}); with the real name")
        yield Paste(file, place, 0, replaces=False, text=out.getvalue().rstrip("\n"))


def _relaxed(policy: Policy, one: RemedyChange) -> Paste:
    entry, file = policy.entries[one.rule], _file(policy, one.rule)
    line = 0 if entry.document is None else entry.document.line_of((*entry.path, one.field))
    if isinstance(entry.document, SheetDocument):
        column = entry.document.column_of((*entry.path, one.field))
        place = Text(zh=f"第 {line} 行 {column} 格", en=f"row {line}, {column}")
        return Paste(file, place, line, replaces=True, text=str(one.new))
    place = Text(
        zh=f"第 {line} 行，替换 {one.field}: {one.old}",
        en=f"line {line}, in place of `{one.field}: {one.old}`",
    )
    return Paste(file, place, line, replaces=True, text=f"{one.field}: {_flow(one.new)}")


def _taken(policy: Policy, one: RemedyChange) -> Paste:
    document, path = policy.context.scenario.document, ("layers", one.layer, "take")
    if isinstance(document, SheetDocument):
        column, line = document.column_of(path), document.line_of(path)
        place = Text(zh=f"第 {line} 行 {column} 格", en=f"row {line}, {column}")
        return Paste(document.label_of(path), place, line, replaces=True, text=str(one.new))
    line = 0 if document is None else document.line_of(path)
    has_own = document is not None and path in document.lines
    above = Text(zh=f"第 {line} 行之下", en=f"below line {line}")
    own = Text(zh=f"替换第 {line} 行", en=f"in place of line {line}")
    text = f"    take: {one.new}"
    return Paste("scenario.yaml", own if has_own else above, line, replaces=has_own, text=text)


def _header(policy: Policy, rows: Sequence[dict[str, str]]) -> tuple[list[str], str]:
    """Return the columns of the table of people in the order of its file, and its header."""
    scenario = policy.context.scenario
    file, _ = scenario.table_place("people", "id")
    own = list(dict.fromkeys(column for row in rows for column in row))
    place = scenario.folder / file
    if place.suffix.lower() != ".csv" or not place.is_file():
        headers = [scenario.table_place("people", column)[1] for column in own]
        return own, ",".join(headers)
    headers = next(csv.reader(io.StringIO(read_text(place, file, TABLE_BYTES).text)))
    renamed = scenario.renamed.get(file, {})
    return [renamed.get(one, one).strip() for one in headers], ",".join(headers)


def _file(policy: Policy, rule: str) -> str:
    entry = policy.entries[rule]
    return "" if entry.document is None else entry.document.label_of(entry.path)


def _entry(one: Waiver) -> dict[str, Any]:
    """Return a waiver as its YAML has it."""
    named: dict[str, Any] = {"rule": one.rule}
    for key, ids in (("items", one.items), ("slots", one.slots)):
        if ids:
            named[key] = ids[0] if len(ids) == 1 else list(ids)
    return {**named, "reason": {"zh": one.reason.zh, "en": one.reason.en}, "until": one.until}


def _cells(one: Waiver) -> list[str]:
    named = one.rule, "、".join(one.items), "、".join(one.slots)
    return [*named, one.reason.zh, one.reason.en, one.until.isoformat()]


def _tabbed(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


def _flow(value: object) -> str:
    """Return a value as YAML in one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n").removesuffix("...").strip()
