"""``allocator export``: a plan as a picture, a table or plain data, in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from allocator import api
from allocator.cli.failures import FINE, NO
from allocator.cli.language import both
from allocator.cli.naming import name_plan
from allocator.cli.options import AsJson, Lang, PlanPath, SameVersion, ScenarioFolder
from allocator.cli.output import Output
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.jsontext import shown_json
from allocator.model.reading.wholefile import write_whole
from allocator.model.text import Language, Text
from allocator.report.csvtable import csv_bytes
from allocator.report.picture.choose import draw, pick_layer, pick_period
from allocator.report.picture.svg import svg
from allocator.report.plain import plain
from allocator.report.rendering.console import pick, printable
from allocator.report.view import PlanView
from allocator.report.words import status_text

HELP = both(
    "导出方案：图（svg）、表（csv）或数据（json）",
    "Write a plan as a picture (svg), a table (csv) or data (json).",
)

_NOTHING = Text(
    zh="文件中没有方案，未导出", en="the file holds an answer without a plan, and nothing is exported"
)
FORMATS = ("svg", "csv", "json")


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
    ending = _ending(to)
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
    view = pick_period(view, period) if period is not None else view
    content = _content(ending, view, policy, layer, output.language)
    write_whole(content, to)
    output.data({"file": str(to), "format": ending, "bytes": len(content)})
    output.report([printable(pick(output.language, f"已写入 {to}", f"written to {to}"))])
    return FINE


def _content(
    ending: str, view: PlanView, policy: api.Policy | None, layer: str | None, language: Language
) -> bytes:
    if ending == "svg":
        return svg(draw(view, policy.context if policy else None, layer, language)).encode()
    view = pick_layer(view, layer) if layer is not None else view
    if ending == "csv":
        return csv_bytes(view, language)
    return shown_json(json.dumps(plain(view), ensure_ascii=False, indent=2) + "\n").encode()


def _ending(to: Path) -> str:
    """Return the format that a file's name asks for."""
    ending = to.suffix.removeprefix(".").lower()
    if ending in FORMATS:
        return ending
    message = Text(zh="不能导出这种格式", en="this is no format to export to")
    allowed = ", ".join(f".{one}" for one in FORMATS)
    close = nearest(ending, FORMATS)
    raise InputError(
        [
            Fault(
                message, "--to", found=shorten(to.name), allowed=allowed, nearest=f".{close}" if close else ""
            )
        ]
    )
