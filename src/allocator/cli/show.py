"""``allocator show``: who is where, what it costs, and what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from allocator import api
from allocator.cli.failures import FINE
from allocator.cli.language import both
from allocator.cli.options import AsJson, Lang, PlanPath
from allocator.cli.output import Output
from allocator.errors import InputError
from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.report.rendering.plans import render_plan
from allocator.report.view import PlanView, bare_view, bound_view
from allocator.verify import admit

HELP = both("展示方案：名单、得分与变动", "Who is where, what it costs, and what changed.")

_SAFE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def command(
    plan: PlanPath,
    scenario: Annotated[
        Path | None,
        typer.Option("--scenario", metavar="DIR", help=both("场景文件夹", "the scenario's folder")),
    ] = None,
    ids: Annotated[bool, typer.Option("--ids", help=both("名称旁注明编号", "show ids beside names"))] = False,
    recusals: Annotated[
        bool,
        typer.Option(
            "--recusals", help=both("列出回避登记：谁因何回避何案", "list who is out of which case, and why")
        ),
    ] = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Lay out a plan with the names of its scenario, or by ids where the scenario is not at hand."""
    output = Output(lang, as_json=as_json)
    shown = api.read_plan(plan)
    view = _view(shown, plan, scenario, output, recusals=recusals)
    output.data(view)
    output.report(render_plan(view, output.language, ids=ids))
    return FINE


def _view(plan: Plan, file: Path, scenario: Path | None, output: Output, *, recusals: bool) -> PlanView:
    if scenario is not None:
        return _bound(plan, file, scenario, recusals=recusals)
    found = next(_candidates(plan.scenario.name, file), None)
    if found is None:
        name = plan.scenario.name[:100]
        zh = f"提示：未找到场景 {name}，只显示编号（可用 --scenario DIR）"
        output.remark(Text(zh=zh, en=f"note: no scenario {name} at hand, so ids only (see --scenario DIR)"))
        return bare_view(plan)
    try:
        return _bound(plan, file, found, recusals=recusals)
    except InputError as error:
        first = error.faults[0]
        zh = f"提示：场景 {found} 与方案不合，只显示编号（{first('zh')}）"
        en = f"note: the scenario {found} does not fit the plan, so ids only ({first('en')})"
        output.remark(Text(zh=zh, en=en))
        return bare_view(plan)


def _bound(plan: Plan, file: Path, scenario: Path, *, recusals: bool) -> PlanView:
    policy = api.bind(api.load(scenario))
    admit(policy, plan, file.name)
    return bound_view(policy, plan, recusals=recusals)


def _candidates(name: str, file: Path) -> Iterator[Path]:
    """Yield where the scenario of a plan lies, by its name: from here, then from the plan upwards."""
    if not _SAFE_NAME.fullmatch(name):
        return
    for folder in (Path(), *file.resolve().parents):
        for place in (folder / "scenarios" / name, folder / name):
            if (place / "scenario.yaml").is_file():
                yield place
