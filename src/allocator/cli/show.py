"""``allocator show``: who is where, what it costs, and what changed."""

from __future__ import annotations

from typing import Annotated

import typer

from allocator import api
from allocator.cli.failures import FINE, NO
from allocator.cli.language import both
from allocator.cli.naming import name_plan
from allocator.cli.options import AsJson, Lang, PlanPath, SameVersion, ScenarioFolder
from allocator.cli.output import Output
from allocator.report.rendering.plans import render_plan

HELP = both("展示方案：名单、得分与变动", "Who is where, what it costs, and what changed.")


def command(
    plan: PlanPath,
    scenario: ScenarioFolder = None,
    ids: Annotated[bool, typer.Option("--ids", help=both("名称旁注明编号", "show ids beside names"))] = False,
    posts: Annotated[
        bool,
        typer.Option("--posts", help=both("姓名旁注明单位与职务", "show units and posts beside names")),
    ] = False,
    recusals: Annotated[
        bool,
        typer.Option(
            "--recusals", help=both("列出回避登记：谁因何回避何案", "list who is out of which case, and why")
        ),
    ] = False,
    strict: SameVersion = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Lay out a plan with the names of its scenario, or by ids where the scenario is not at hand."""
    output = Output(lang, as_json=as_json)
    shown = api.read_plan(plan)
    _, view = name_plan(shown, plan, scenario, output, recusals=recusals, strict=strict)
    output.data(view)
    output.report(render_plan(view, output.language, ids=ids, posts=posts))
    return NO if view.is_without_plan else FINE
