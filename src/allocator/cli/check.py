"""``allocator check``: finds all faults and doubts of the input at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from allocator import api
from allocator.cli.options import command as declare
from allocator.cli.options import flag, scenario_argument
from allocator.cli.output import FINE, Output
from allocator.errors import Fault, InputError, fault_lines
from allocator.model.text import Language
from allocator.report.json_schemas import to_json
from allocator.report.lint import doubt_count_text
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.infeasibility_text import render_shortages
from allocator.report.rendering.scenario_text import render_summary
from allocator.report.scenario_summary import scenario_summary
from allocator.workbook.table_columns import foreign_headers


@declare(
    "check",
    zh="检查输入：一次列出全部问题及所在文件、行、列",
    en="Is the input sound? Every fault, with file, row and column.",
)
@scenario_argument
@flag("--strict", zh="存疑即为错误", en="treat doubts as faults")
@flag(
    "--no-copy",
    zh="不为工作簿另存标出问题的副本（名称.checked.xlsx）",
    en="write no marked copy of a workbook (NAME.checked.xlsx)",
)
def command(output: Output, scenario: Path, strict: bool, no_copy: bool) -> int:
    """Read a scenario and its rules, evaluate every expression; tell what is short or in doubt."""
    copy: Path | None = None
    book = None if no_copy else api.tables_workbook(scenario)
    if book is not None:
        checked = api.check_workbook(book, language=output.language)
        output.report(_copy_lines(checked, output.language))
        if not checked.is_clean:
            raise InputError(checked.faults)
        copy = checked.copy
    loaded = api.load(scenario)
    found = api.examine(loaded, strict=strict)
    summary = scenario_summary(found.policy)
    output.data(
        {"ok": True, **to_json(summary), **_as_data(loaded, found), **({"copy": str(copy)} if copy else {})}
    )
    output.report(render_summary(summary, output.language))
    output.report(_renamed(loaded, output.language))
    output.report(_labelled(loaded.labelled, output.language))
    output.report(_draws(found.draws, output.language))
    output.report(_figures(found.figures, output.language))
    output.report(render_shortages(found.shortages, found.policy, output.language))
    output.report(_doubts(found.doubts, output.language))
    output.report([doubt_count_text(found.doubts)(output.language)])
    return FINE


def _copy_lines(checked: api.CheckedWorkbook, language: Language) -> Iterator[str]:
    """Yield where the marked copy is, and how many rows were taken of each sheet with a fault."""
    if checked.copy is not None:
        shown = printable(str(checked.copy))
        gone = pick(language, f"副本中的标记已清除：{shown}", f"no mark is left in the copy: {shown}")
        marked = pick(language, f"问题已在副本中标出：{shown}", f"the marked copy: {shown}")
        yield marked if checked.faults else gone
    for sheet, rows in checked.rows.items():
        taken = checked.taken.get(sheet, 0)
        if taken < rows:
            name = printable(sheet)
            yield pick(
                language,
                f"{name}：已读入 {taken} 行，{rows - taken} 行有问题",
                f"{name}: {taken} rows taken, {rows - taken} with faults",
            )


def _as_data(loaded: api.Scenario, found: api.Examination) -> dict[str, object]:
    """Return the findings for ``--json``."""
    return {
        "draws": {
            name: {"kind": one.draw.kind, "title": one.draw.title} for name, one in found.draws.items()
        },
        "figures": found.figures,
        "shortages": found.shortages,
        "doubts": [doubt.as_json() for doubt in found.doubts],
        "columns": {file: dict(columns) for file, columns in loaded.renamed.items()},
    }


def _draws(draws: Mapping[str, api.BoundDraw], language: Language) -> Iterator[str]:
    """Yield a line for each draw of the scenario."""
    for name, one in draws.items():
        title = one.draw.title(language)
        named = f"{name} ({title})" if title else name
        kind = one.draw.summary(language)
        yield printable(pick(language, f"抽签 {named}：{kind}", f"draw {named}: {kind}"))


def _doubts(doubts: Sequence[Fault], language: Language) -> Iterator[str]:
    """Yield a line for each doubt; many doubts of one sort share a line."""
    for line in fault_lines(doubts, language):
        yield pick(language, "存疑：", "in doubt: ") + line


def _renamed(loaded: api.Scenario, language: Language) -> Iterator[str]:
    """Yield a line for each file with headers that are read as columns of another name.

    The headers that a workbook has from this program are not told.
    """
    for file, columns in foreign_headers(loaded).items():
        listed = ", ".join(f"{header} → {column}" for header, column in columns.items())
        yield printable(pick(language, f"列的对应 {file}：{listed}", f"columns of {file}: {listed}"))


def _labelled(labelled: Mapping[str, Sequence[str]], language: Language) -> Iterator[str]:
    """Yield a line that tells in which columns of a workbook names are read as ids."""
    columns = {sheet.rpartition(":")[2]: headers for sheet, headers in labelled.items()}
    if columns and language == "zh":
        listed = "；".join(f"{sheet}（{'、'.join(headers)}）" for sheet, headers in columns.items())
        yield printable(f"所填名称均按其编号读入：{listed}")
    elif columns:
        listed = "; ".join(f"{sheet} ({', '.join(headers)})" for sheet, headers in columns.items())
        yield printable(f"names are read as the ids that they stand for: {listed}")


def _figures(figures: Sequence[api.Figure], language: Language) -> Iterator[str]:
    """Yield a line for each figure of the source document that the tables contradict."""
    for figure in figures:
        if not figure.holds:
            text = printable(figure.text(language))
            zh = f"与文件不符：{text}：文件 {figure.expected}，表中 {figure.found}"
            yield pick(
                language, zh, f"unlike the document: {text}: {figure.expected} there, {figure.found} here"
            )
