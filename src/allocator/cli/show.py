"""``allocator show``: shows the roster of a plan, its costs and its changes."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.cli.failures import FINE, NO
from allocator.cli.options import command as declare
from allocator.cli.options import flag, plan_argument, same_version_option, scenario_option
from allocator.cli.output import Output
from allocator.cli.plan_context import name_plan
from allocator.report.rendering.plan_text import render_plan


@declare("show", zh="展示方案：名单、得分与变动", en="Who is where, what it costs, and what changed.")
@plan_argument
@scenario_option
@flag("--ids", zh="名称旁注明编号", en="show ids beside names")
@flag("--posts", zh="姓名旁注明单位与职务", en="show units and posts beside names")
@flag("--recusals", zh="列出回避登记：谁因何回避何案", en="list who is out of which case, and why")
@same_version_option
def command(
    output: Output, plan: Path, scenario: Path | None, ids: bool, posts: bool, recusals: bool, strict: bool
) -> int:
    """Lay out a plan with the names of its scenario, or by ids where the scenario is not at hand."""
    shown = api.read_plan(plan)
    _, view = name_plan(shown, plan, scenario, output, recusals=recusals, strict=strict)
    output.data(view)
    output.report(render_plan(view, output.language, ids=ids, posts=posts))
    return NO if view.is_without_plan else FINE
