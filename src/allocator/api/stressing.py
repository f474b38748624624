"""Stress: tries shocks on a plan, and finds for each the fewest changes that mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.exporting import check_writable
from allocator.api.scenarios import bind
from allocator.api.solving import fewest_changes
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.graph.ties import known_kinds
from allocator.model.plan import HARD, BoundProof, Level, Plan
from allocator.model.reading.files import atomic_write
from allocator.model.reading.json_files import plan_digest
from allocator.model.text import Language, Text
from allocator.rules.overrides import Asked, plan_overrides, with_overrides, with_plan_overrides
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.stress import (
    LEAVING,
    SHOCK_KINDS,
    Shock,
    ShockKind,
    ShockResult,
    ShockSettings,
    StressReport,
    find_shocks,
    shocked_scenario,
)
from allocator.verify import check_references, judge
from allocator.verify.diff import plan_diff
from allocator.verify.judge import Judgement

if TYPE_CHECKING:
    from allocator.report.stress_view import StressView

#: Called before each shock: how many were tried, of how many, and the shock.
ShockListener = Callable[[int, int, Shock], None]


def shocks(
    policy: Policy, plan: Plan, kinds: Sequence[ShockKind] = SHOCK_KINDS, *, file: str = "plan"
) -> list[Shock]:
    """Return the shocks that ``stress`` would try on a plan.

    Args:
        policy: The bound policy, from ``bind``.
        plan: A plan for it.
        kinds: The sorts of shocks.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan names what the scenario does not have, or holds no assignments.
    """
    check_references(policy, plan, file)
    if not plan.assignments:
        message = Text(zh="文件中没有方案，无从检验", en="the file holds no plan to try")
        raise InputError([Fault(message, file)])
    return find_shocks(policy.context, plan.assignments, kinds)


def stress(
    policy: Policy,
    plan: Plan,
    tried: Sequence[Shock],
    *,
    settings: ShockSettings | None = None,
    seconds: float = 10.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    on_shock: ShockListener | None = None,
    file: str = "plan",
) -> StressReport:
    """Try shocks on a plan: whether it holds, the fewest changes that mend it, or that no plan does.

    The plan is the baseline of each search, with its own pins and exclusions but for those of people who
    leave.

    Args:
        policy: The bound policy, from ``bind``.
        plan: A plan for it.
        tried: The shocks, from ``shocks``.
        settings: The size of shocks.
        seconds: Time limit of each search.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core. A single thread makes the report repeatable.
        observer: May stop the call; shocks not tried by then are reported as such.
        on_shock: Called before each shock.
        file: Name of the plan in faults.

    Raises:
        InputError: The kind of the tie is unknown, or an override of the plan is malformed.
        InternalError: As in ``solve``.
    """
    settings = settings or ShockSettings()
    _must_be_known(policy, settings.tie)
    costs = judge(with_plan_overrides(policy, plan, file), plan.assignments).costs
    results: list[ShockResult] = []
    for number, shock in enumerate(tried):
        if observer.stop_reason() is not None:
            results.append(ShockResult(shock, "not_tried"))
            continue
        if on_shock is not None:
            on_shock(number, len(tried), shock)
        shocked = _shocked_policy(policy, plan, shock, settings, file)
        judged = None if shock.kind in LEAVING else judge(shocked, plan.assignments)
        if judged is not None and not judged.broken:
            results.append(ShockResult(shock, "holds", costs=_cost_changes(judged, costs)))
            continue
        broken = () if judged is None else tuple(one.rule.id for one in judged.broken)
        found = fewest_changes(shocked, seconds=seconds, seed=seed, workers=workers, observer=observer)
        results.append(_result(shocked, plan, shock, found, broken, costs))
    return StressReport(tuple(results))


def export_stress(view: StressView, path: Path, *, language: Language = "en", plan: Plan) -> None:
    """Write a stress report as a workbook, with the hash of the plan at the foot of its pages.

    Args:
        view: The report, from ``stress_view``.
        path: The file.
        language: Language of the words.
        plan: The plan that was tried.

    Raises:
        InputError: The file cannot be written.
    """
    from allocator.report.desk.stress_workbook import stress_workbook

    check_writable(path)
    footer = f"{view.title(language)} · {plan_digest(plan)[:16]}"
    atomic_write(stress_workbook(view, language, footer=footer), path)


def _must_be_known(policy: Policy, kind: str) -> None:
    known = known_kinds(policy.context.scenario.organisation, "ties")
    if kind not in known:
        message = Text(zh="没有此类关系", en="there is no such kind of tie")
        allowed, meant = ", ".join(known[:40]), nearest(kind, known)
        raise InputError(
            [Fault(message, column="--tie", found=shorten(kind), allowed=allowed, nearest=meant)]
        )


def _shocked_policy(policy: Policy, plan: Plan, shock: Shock, settings: ShockSettings, file: str) -> Policy:
    """Return the policy after a shock, with the plan as baseline and its overrides that still make sense."""
    overrides = plan_overrides(plan, file)
    gone = shock.entities if shock.kind in LEAVING else ()
    pins, exclude = (
        [one for one in given if one.partition("=")[0].partition("@")[0] not in gone]
        for given in (overrides.pin, overrides.exclude)
    )
    bound = bind(shocked_scenario(policy.context.scenario, shock, settings), baseline=plan)
    return with_overrides(bound, Asked(pins=pins, exclude=exclude))


def _result(
    shocked: Policy, plan: Plan, shock: Shock, found: Plan, broken: tuple[str, ...], costs: dict[Level, int]
) -> ShockResult:
    if not found.is_found:
        if found.status != "infeasible":
            return ShockResult(shock, "unknown", broken)
        proof = BoundProof.model_validate(found.run["proof"]) if "proof" in found.run else None
        return ShockResult(shock, "impossible", broken, proof=proof)
    changes = found.run["changes"]
    return ShockResult(
        shock,
        "mended",
        broken,
        changes=changes["fewest"],
        bound=changes["bound"],
        proof=BoundProof.model_validate(changes["proof"]),
        seats=plan_diff(shocked, plan, found.assignments).seats,
        costs=_cost_changes(judge(shocked, found.assignments), costs),
    )


def _cost_changes(judged: Judgement, before: dict[Level, int]) -> dict[Level, int]:
    after = judged.costs
    return {level: after[level] - before.get(level, 0) for level in after if level != HARD}
