"""Lays out a plan with the names of its scenario, or by ids where the scenario is not at hand."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.cli.output import Output
from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text


def name_plan(
    plan: api.Plan,
    file: Path,
    scenario: Path | None,
    output: Output,
    *,
    recusals: bool = False,
    strict: bool = False,
) -> tuple[api.Policy | None, api.PlanView]:
    """Lay out a plan with the names of its scenario, or by ids (with a remark) where it is not at hand.

    Args:
        plan: The plan.
        file: The file of the plan.
        scenario: The folder of its scenario; None to look for it near the plan.
        output: The output for a remark that only ids can be shown.
        recusals: Whether to list the people who are recused from each case, and the reasons.
        strict: Whether to refuse another version of the scenario, and ids alone.

    Raises:
        InputError: The scenario that the caller names is wrong or does not fit the plan; or ``strict`` is set
            and the version that the plan was made for is not at hand.
    """
    policy = _found_policy(plan, file, output) if scenario is None else api.bind(api.load(scenario))
    if strict:
        refuse_other_version(_version_difference(policy, plan), file)
    try:
        return policy, api.plan_view(plan, policy, recusals=recusals, file=file.name)
    except InputError as error:
        if scenario is not None or policy is None:
            raise
        _remark_unfit(policy.context.scenario.folder, error, output)
        return None, api.plan_view(plan)


def refuse_other_version(differs: api.OtherVersion | None, file: Path) -> None:
    """Refuse a plan that was made for another version of its scenario.

    Raises:
        InputError: The versions differ.
    """
    if differs is not None:
        raise InputError([Fault(differs.message, file.name, column="scenario.sha256")])


def _version_difference(policy: api.Policy | None, plan: api.Plan) -> api.OtherVersion | None:
    """Return the difference of versions; an unknown one without a scenario at hand."""
    return api.OtherVersion(is_told=False) if policy is None else api.other_version(policy, plan)


def _found_policy(plan: api.Plan, file: Path, output: Output) -> api.Policy | None:
    """Return the policy of a plan's scenario; where it is not at hand, write a remark with the reason."""
    found = api.find_policy(plan, file)
    if found.policy is None and found.unreadable is not None:
        _remark_unfit(*found.unreadable, output)
    elif found.policy is None:
        name = shorten(plan.scenario.name, 100)
        zh = f"提示：未找到场景 {name}，只显示编号（可用 --scenario DIR）"
        output.remark(Text(zh=zh, en=f"note: no scenario {name} at hand, so ids only (see --scenario DIR)"))
    return found.policy


def _remark_unfit(place: Path, error: InputError, output: Output) -> None:
    first = error.faults[0]
    zh = f"提示：场景 {place} 与方案不合，只显示编号（{first('zh')}）"
    en = f"note: the scenario {place} does not fit the plan, so ids only ({first('en')})"
    output.remark(Text(zh=zh, en=en))
