"""``allocator import``: reads rosters and cadre forms as they are into the folder of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allocator import api
from allocator.cli.options import FILE, argument, flag, option
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, WRONG, Output, call_name, eprint, quoted
from allocator.errors import Fault, fault_lines
from allocator.model.text import Text
from allocator.report.rendering.import_text import render_import


@declare(
    "import",
    zh="导入花名册（.xlsx .xls .ods .csv）和任免审批表（.lrmx .lrm），原样即可；问题一次列出",
    en="Read rosters (.xlsx, .xls, .ods, .csv) and cadre forms (.lrmx, .lrm); every question at once.",
)
@argument(
    "files",
    type=FILE,
    metavar="FILE...",
    nargs=-1,
    required=True,
    zh="花名册，或任免审批表及其文件夹",
    en="rosters, cadre forms, folders of forms",
)
@option(
    "--into",
    type=FILE,
    required=True,
    metavar="TARGET",
    zh="工作簿（.xlsx）或场景文件夹，没有则新建",
    en="the scenario's workbook (.xlsx) or folder, made if it is not there",
)
@flag("--preview", zh="只看结果，不写文件", en="show the outcome and write nothing")
def command(output: Output, files: tuple[Path, ...], into: Path, preview: bool) -> int:
    """Import rosters and forms; the exit status is 2 while a question is open."""
    imported = api.import_files(files, into, preview=preview, language=output.language)
    output.data(
        {
            "ok": not imported.questions,
            "folder": str(into),
            "sheets": imported.sheets,
            "files": imported.files,
            "remarks": [one.as_json() for one in imported.remarks],
            "faults": [one.as_json() for one in imported.questions],
        }
    )
    output.report(render_import(imported, output.language))
    if not imported.questions:
        if not preview:
            output.report([f"{call_name()} check {quoted(str(into))}"])
        return FINE
    if not output.as_json:
        for line in fault_lines(imported.questions, output.language):
            eprint(line)
    eprint(_next(imported.questions, into)(output.language))
    return WRONG


def _next(questions: Sequence[Fault], into: Path) -> Text:
    """Return what to do about open questions."""
    count = sum(one.count for one in questions)
    if not any(one.detail for one in questions):
        return Text(
            zh=f"还有 {count} 个问题：改正后再导入一次；其余各行已读入",
            en=f"{count} questions: mend the file and import again; all other rows are read",
        )
    place = (into.parent if into.suffix.lower() == ".xlsx" and not into.is_dir() else into) / "import.yaml"
    return Text(
        zh=f"还有 {count} 个问题：把缩进的那一行（选一个答案）加到 {place} 末尾，再导入一次；其余各行已读入",
        en=f"{count} questions: add the indented line with your answer to the end of {place}, and import"
        " again; all other rows are read",
    )
