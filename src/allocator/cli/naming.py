"""A plan with the names of its scenario, which is looked for from here and from the plan upwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from allocator import api
from allocator.cli.output import Output
from allocator.errors import InputError
from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.report.view import PlanView, bare_view, bound_view
from allocator.verify import admit

_SAFE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def name_plan(
    plan: Plan, file: Path, scenario: Path | None, output: Output, *, recusals: bool = False
) -> tuple[api.Policy | None, PlanView]:
    """Lay out a plan with the names of its scenario, or by ids where none is at hand, which is then said.

    Args:
        plan: The plan.
        file: Where it was read from.
        scenario: Where its scenario lies, if the caller says so.
        output: Where to say that only ids can be shown.
        recusals: Whether to list who is out of which case, and why.

    Raises:
        InputError: The scenario that the caller names is wrong or does not fit the plan.
    """
    if scenario is not None:
        return _bound(plan, file, scenario, recusals=recusals)
    found = next(_candidates(plan.scenario.name, file), None)
    if found is None:
        name = plan.scenario.name[:100]
        zh = f"提示：未找到场景 {name}，只显示编号（可用 --scenario DIR）"
        output.remark(Text(zh=zh, en=f"note: no scenario {name} at hand, so ids only (see --scenario DIR)"))
        return None, bare_view(plan)
    try:
        return _bound(plan, file, found, recusals=recusals)
    except InputError as error:
        first = error.faults[0]
        zh = f"提示：场景 {found} 与方案不合，只显示编号（{first('zh')}）"
        en = f"note: the scenario {found} does not fit the plan, so ids only ({first('en')})"
        output.remark(Text(zh=zh, en=en))
        return None, bare_view(plan)


def _bound(plan: Plan, file: Path, scenario: Path, *, recusals: bool) -> tuple[api.Policy, PlanView]:
    policy = api.bind(api.load(scenario))
    admit(policy, plan, file.name)
    return policy, bound_view(policy, plan, recusals=recusals)


def _candidates(name: str, file: Path) -> Iterator[Path]:
    """Yield where the scenario of a plan lies, by its name: from here, then from the plan upwards."""
    if not _SAFE_NAME.fullmatch(name):
        return
    for folder in (Path(), *file.resolve().parents):
        for place in (folder / "scenarios" / name, folder / name):
            if (place / "scenario.yaml").is_file():
                yield place
