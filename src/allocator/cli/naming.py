"""A plan with the names of its scenario, of the version that it was made for if that is at hand."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.cli.nearby import scenarios_near
from allocator.cli.output import Output
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.report.plan_view import PlanView, view_ids_only, view_with_names
from allocator.verify import OtherVersion, other_version

#: So many scenarios of a plan's name are read at most in search of the version that it was made for.
MOST_READ = 5


def name_plan(
    plan: Plan,
    file: Path,
    scenario: Path | None,
    output: Output,
    *,
    recusals: bool = False,
    strict: bool = False,
) -> tuple[api.Policy | None, PlanView]:
    """Lay out a plan with the names of its scenario, or by ids where none is at hand, which is then said.

    Args:
        plan: The plan.
        file: Where it was read from.
        scenario: Where its scenario lies, if the caller says so.
        output: Where to say that only ids can be shown.
        recusals: Whether to list who is out of which case, and why.
        strict: Whether to refuse names of another version of the scenario, and ids alone.

    Raises:
        InputError: The scenario that the caller names is wrong or does not fit the plan; or it is ``strict``
            and the version that the plan was made for is not at hand.
    """
    policy = _nearest(plan, file, output) if scenario is None else api.bind(api.load(scenario))
    if strict:
        refuse_other_version(_differs(policy, plan), file)
    if policy is None:
        return None, view_ids_only(plan)
    try:
        policy = api.with_plan_overrides(policy, plan, file.name)
        return policy, view_with_names(
            policy, plan, recusals=recusals, doubtful=_doubtful(policy, plan, file)
        )
    except InputError as error:
        if scenario is not None:
            raise
        _remark_unfit(policy.context.scenario.folder, error, output)
        return None, view_ids_only(plan)


def refuse_other_version(differs: OtherVersion | None, file: Path) -> None:
    """Refuse a plan that was made for another version of its scenario.

    Raises:
        InputError: Something differs.
    """
    if differs is not None:
        raise InputError([Fault(differs.message, file.name, column="scenario.sha256")])


def _differs(policy: api.Policy | None, plan: Plan) -> OtherVersion | None:
    """Return what differs; everything may, where no scenario is at hand."""
    return OtherVersion(is_told=False) if policy is None else other_version(policy, plan)


def _doubtful(policy: api.Policy, plan: Plan, file: Path) -> tuple[Text, ...]:
    """Return what of a plan's claims is not so; of one of another version only what needs no scenario."""
    verdict = api.verify(policy, plan, file=file.name)
    if not plan.is_found and not plan.assignments:
        return ()  # an answer without a plan claims none
    said = verdict.disagreements if verdict.differs is None else api.plan_inconsistencies(plan)
    return tuple(one.message for one in said)


def _nearest(plan: Plan, file: Path, output: Output) -> api.Policy | None:
    """Return the scenario of a plan with its rules: of the plan's version if it is near, else the next."""
    near: api.Policy | None = None
    failed: tuple[Path, InputError] | None = None
    for place in scenarios_near(plan.scenario, file)[:MOST_READ]:
        try:
            policy = api.bind(api.load(place))
        except InputError as error:
            failed = failed or (place, error)
            continue
        if policy.sha256 == plan.scenario.sha256:
            return policy
        near = near or policy
    if near is None and failed is not None:
        _remark_unfit(*failed, output)
    elif near is None:
        name = shorten(plan.scenario.name, 100)
        zh = f"提示：未找到场景 {name}，只显示编号（可用 --scenario DIR）"
        output.remark(Text(zh=zh, en=f"note: no scenario {name} at hand, so ids only (see --scenario DIR)"))
    return near


def _remark_unfit(place: Path, error: InputError, output: Output) -> None:
    first = error.faults[0]
    zh = f"提示：场景 {place} 与方案不合，只显示编号（{first('zh')}）"
    en = f"note: the scenario {place} does not fit the plan, so ids only ({first('en')})"
    output.remark(Text(zh=zh, en=en))
