"""The commands about what comes with the program: scenarios to list and to copy, rule kinds, schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from allocator import api
from allocator.cli.options import FILE, argument, flag, option
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, Output, call_name, print_json, quoted
from allocator.errors import Fault, InputError, nearest
from allocator.model.text import Language, Text
from allocator.report.compare.comparison_schema import comparison_schema
from allocator.report.json_schemas import SCHEMAS
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.scenario_text import render_rule_kind, rule_kinds_table, scenarios_table
from allocator.report.scenario_summary import rule_kind_view, scenario_line


@declare(
    "scenarios", zh="列出随程序提供的示例场景", en="The scenarios that come with the program, to copy from."
)
def scenarios(output: Output) -> int:
    """List the scenarios that come with the program, with what each decides and how large it is."""
    places = api.bundled_scenarios()
    lines = [scenario_line(name, api.bind(api.load(place))) for name, place in places.items()]
    output.data(lines)
    output.report([scenarios_table(lines, output.language)] if lines else [])
    name = pick(output.language, "我的方案", "mine")
    to_copy = pick(output.language, "复制一个：", "to copy one: ")
    nothing = pick(output.language, "安装时未带示例场景", "this installation comes without scenarios")
    example = f"{to_copy}{call_name()} new {name} --like {next(iter(places), '')}"
    output.report([example if lines else nothing])
    return FINE


#: The plan file in the commands that the report suggests.
FIRST_PLAN = "plan.json"


@declare(
    "new",
    zh="新建场景：带注释的入门场景，或复制一个示例；文件夹或 Excel 工作簿",
    en="Write a commented starter scenario, or a copy of another: a folder or an Excel workbook.",
)
@argument("name", type=FILE, metavar="NAME", zh="新文件夹或工作簿", en="the new folder or workbook")
@option(
    "--like",
    default="",
    metavar="SCENARIO",
    zh="复制此示例及其规则（见 scenarios）",
    en="copy this scenario with its rules (see scenarios)",
)
@flag("--excel", zh="写成一个 Excel 工作簿", en="write one Excel workbook")
def new(output: Output, name: Path, like: str, excel: bool) -> int:
    """Write a scenario with its rules into a new folder; the last part of the name is the scenario's."""
    if excel:
        return _new_workbook(output, name, like)
    files = api.create_scenario(name, like)
    output.data({"folder": str(name), "files": files})
    output.report(map(printable, _new_report(name, files, output.language)))
    return FINE


def _new_workbook(output: Output, name: Path, like: str) -> int:
    """Write a scenario as a workbook."""
    path, book = api.create_workbook(name, like, language=output.language)
    output.data({"file": str(path), "sheets": book.sheets})
    output.report(map(printable, _new_report(path, list(book.sheets), output.language)))
    return FINE


def _new_report(folder: Path, names: list[str], language: Language) -> Iterator[str]:
    """Yield the files written, and the next commands."""
    yield pick(language, f"已写入 {folder}：", f"written to {folder}: ") + ", ".join(names)
    program, place, plan = (
        call_name(),
        quoted(str(folder)),
        quoted(str((folder if folder.suffix != ".xlsx" else folder.parent) / FIRST_PLAN)),
    )
    yield f"{program} check {place}"
    yield f"{program} solve {place} -o {plan}"
    yield f"{program} show {plan}"


@declare("kinds", zh="规则种类：字段、含义、示例", en="The rule kinds: fields, meaning, examples.")
@argument("kind", required=False, default="", metavar="[KIND]", zh="规则种类", en="a rule kind")
def kinds(output: Output, kind: str) -> int:
    """List all kinds, or say what there is to know of one."""
    known = api.rule_kinds()
    if not kind:
        views = [rule_kind_view(one) for one in known.values()]
        output.data(views)
        output.report([rule_kinds_table(views, output.language)])
        return FINE
    if kind not in known:
        raise InputError([_unknown_kind(kind, list(known))])
    view = rule_kind_view(known[kind])
    output.data(view)
    output.report(render_rule_kind(view, output.language))
    return FINE


def _unknown_kind(kind: str, known: list[str]) -> Fault:
    message = Text(zh="没有此规则种类", en="there is no such rule kind")
    return Fault(message, found=kind[:100], allowed=", ".join(known), nearest=nearest(kind, known))


_SCHEMAS = {**SCHEMAS, "comparison": comparison_schema}


@declare(
    "schema",
    zh="输出 JSON Schema，供编辑器使用",
    en="JSON Schema of scenarios, rule packs, plans, sets of plans or studies, for editors.",
)
@argument(
    "of",
    type=click.Choice(list(_SCHEMAS)),
    metavar="|".join(_SCHEMAS),
    zh="哪一种文件",
    en="of which kind of file",
)
def schema(output: Output, of: str) -> int:
    """Print a schema; it is JSON in any case and has no language."""
    print_json(_SCHEMAS[of]())
    return FINE
