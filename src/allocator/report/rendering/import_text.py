"""An import as text: what each sheet was taken for, what was written, and what to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from allocator.errors import fault_lines
from allocator.intake.import_outcome import Imported, ImportedFile, TakenSheet
from allocator.intake.roster_layout import SkippedRow
from allocator.intake.scenario_tables import UNREAD_FILE
from allocator.model.text import Language, Text
from allocator.report.rendering.console import add_column, pick, printable, table

_MOST_ROWS = 5
_MOST_CHANGES = 20
#: Remarks that are printed; the list in the folder has them all.
_MOST_REMARKS = 40
_STATES = {
    "new": Text(zh="新建", en="new"),
    "changed": Text(zh="已并入", en="merged"),
    "unchanged": Text(zh="无变化", en="unchanged"),
    "kept": Text(zh="已有，未改动", en="was there, left alone"),
    "list": Text(zh="未读入的内容逐行列出", en="lists line by line what was not read"),
}


def render_import(imported: Imported, language: Language) -> Iterator[RenderableType]:
    """Yield the report of an import."""
    for sheet in imported.sheets:
        yield from _sheet(sheet, language)
    for file in imported.files:
        yield from _file(file, language)
    for line in fault_lines(imported.remarks[:_MOST_REMARKS], language):
        yield printable(pick(language, "注意：", "note: ") + line)
    more = len(imported.remarks) - _MOST_REMARKS
    if more > 0:
        zh, en = f"另有 {more} 处，见 {UNREAD_FILE}", f"and {more} more: see {UNREAD_FILE}"
        yield printable(pick(language, zh, en))


def _sheet(sheet: TakenSheet, language: Language) -> Iterator[RenderableType]:
    if sheet.why is not None:
        yield printable(f"{sheet.label}: {sheet.why(language)}")
        return
    rows = (
        "、".join(map(str, sheet.header_lines))
        if language == "zh"
        else ", ".join(map(str, sheet.header_lines))
    )
    zh = f"{sheet.label}：表头第 {rows} 行，人员 {sheet.people} 名"
    en = f"{sheet.label}: header in row {rows}, {sheet.people} people"
    if not sheet.header_lines:
        zh, en = f"任免审批表：人员 {sheet.people} 名", f"cadre forms: {sheet.people} people"
    yield printable(pick(language, zh, en))
    grid = table("")
    for heading in (("列", "column"), ("字段", "field"), ("含义", "meaning")):
        add_column(grid, pick(language, *heading))
    for column in sheet.columns:
        grid.add_row(printable(column.header), printable(column.field), printable(column.title(language)))
    yield grid
    yield from _skipped(sheet.skipped, language)


def _skipped(rows: Iterable[SkippedRow], language: Language) -> Iterator[str]:
    """Yield the rows that were not read, those with one reason on a line."""
    reasons: dict[Text, list[SkippedRow]] = {}
    for row in rows:
        reasons.setdefault(row.why, []).append(row)
    for why, same in reasons.items():
        shown = [
            pick(language, f"第 {row.line} 行“{row.text}”", f"row {row.line} '{row.text}'") for row in same
        ]
        listed = pick(language, "、", ", ").join(shown[:_MOST_ROWS])
        numbers = pick(language, "、", ", ").join(str(row.line) for row in same[_MOST_ROWS:])
        rest = pick(language, f"，以及第 {numbers} 行", f", and rows {numbers}") if numbers else ""
        yield printable(f"{why(language)}{pick(language, '：', ': ')}{listed}{rest}")


def _file(file: ImportedFile, language: Language) -> Iterator[str]:
    parts = [_STATES[file.state](language)]
    if file.added and file.state == "list":
        parts.append(pick(language, f"{file.added} 行", f"{file.added} line{'' if file.added == 1 else 's'}"))
    elif file.added:
        parts.append(pick(language, f"新增 {file.added} 行", f"{file.added} rows added"))
    if file.changes:
        parts.append(pick(language, f"改动 {len(file.changes)} 格", f"{len(file.changes)} cells changed"))
    if file.removed:
        parts.append(pick(language, f"删去 {len(file.removed)} 行", f"{len(file.removed)} rows removed"))
    if file.unchanged:
        parts.append(pick(language, f"{file.unchanged} 行相同", f"{file.unchanged} rows the same"))
    yield printable(f"{file.name}{pick(language, '：', ': ')}{pick(language, '，', ', ').join(parts)}")
    for line in file.removed[:_MOST_CHANGES]:
        yield printable(pick(language, "  文件中已没有：", "  no longer in the files: ") + line)
    for line in file.changes[:_MOST_CHANGES]:
        yield printable(f"  {line}")
    if len(file.changes) > _MOST_CHANGES:
        yield pick(language, f"  ……共 {len(file.changes)} 格", f"  ... {len(file.changes)} in all")
