"""``allocator export``: writes a plan to a file, in the format that its ending asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from allocator import api
from allocator.cli.failures import FINE, NO
from allocator.cli.language import both
from allocator.cli.naming import name_plan
from allocator.cli.options import AsJson, Lang, PlanPath, SameVersion, ScenarioFolder
from allocator.cli.output import Output
from allocator.model.reading.wholefile import write_whole
from allocator.model.text import Text
from allocator.report.exporters import export_plan, exporter_for, formats_text
from allocator.report.rendering.console import pick, printable
from allocator.report.words import status_text

_FORMATS = formats_text()
HELP = both(f"导出方案：{_FORMATS.zh}", f"Write a plan as {_FORMATS.en}.")

_NOTHING = Text(
    zh="文件中没有方案，未导出", en="the file holds an answer without a plan, and nothing is exported"
)


def command(
    plan: PlanPath,
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            metavar="FILE",
            help=both("写到此文件，格式随扩展名", "the file to write; its ending says what as"),
        ),
    ],
    layer: Annotated[
        str | None,
        typer.Option("--layer", metavar="L", help=both("只导出这一层", "one layer only")),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", metavar="P", help=both("只导出这一期", "one period only")),
    ] = None,
    scenario: ScenarioFolder = None,
    strict: SameVersion = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Write a plan, or one layer or period of it, to a file; a picture shows one layer."""
    output = Output(lang, as_json=as_json)
    exporter = exporter_for(to)
    read = api.read_plan(plan)
    if not read.is_found and not read.assignments:
        output.data({"file": None, "status": read.status})
        colon = pick(output.language, "：", ": ")
        output.report([printable(f"{status_text(read)(output.language)}{colon}{_NOTHING(output.language)}")])
        return NO
    policy, view = name_plan(read, plan, scenario, output, strict=strict)
    if view.cautions:
        zh, en = ("；".join(one.zh for one in view.cautions), "; ".join(one.en for one in view.cautions))
        output.remark(Text(zh=f"警告：{zh}", en=f"warning: {en}"))
    context = policy.context if policy else None
    content = export_plan(exporter, view, context, output.language, layer=layer, period=period)
    write_whole(content, to)
    output.data({"file": str(to), "format": exporter.name, "bytes": len(content)})
    output.report([printable(pick(output.language, f"已写入 {to}", f"written to {to}"))])
    return FINE
