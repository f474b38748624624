"""Judges scenarios and plans without any solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.api.drawing import draws
from allocator.api.scenarios import bind
from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.model.reading import input_error
from allocator.model.run import Overrides
from allocator.model.scenario import Scenario
from allocator.report.lint import find_doubts
from allocator.rules.overrides import plan_overrides, with_plan_overrides
from allocator.rules.policy import Policy
from allocator.verify import (
    Disagreement,
    Judgement,
    OtherVersion,
    check_baseline,
    check_references,
    judge,
    listing_disagreements,
    other_version,
    plan_inconsistencies,
    score_disagreements,
)
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import Figure, measure_figures
from allocator.verify.slot_shortages import SlotShortage, find_slot_shortages

if TYPE_CHECKING:
    from allocator.lottery import BoundDraw


@dataclass(frozen=True)
class Verdict:
    """The result of judging a plan.

    Attributes:
        judgement: The findings of every rule.
        disagreements: The false claims of the plan, such as a wrong score.
        differs: The differences between the versions, if the plan was made for another version of the
            scenario.
    """

    judgement: Judgement
    disagreements: tuple[Disagreement, ...]
    differs: OtherVersion | None = None

    @property
    def other_scenario(self) -> bool:
        """Whether the plan was made for another version of the scenario."""
        return self.differs is not None

    @property
    def holds(self) -> bool:
        """Whether the plan breaks no hard rule and makes no false claim."""
        return not self.judgement.broken and not self.disagreements


def verify(policy: Policy, plan: Plan, *, file: str = "plan") -> Verdict:
    """Judge a plan and its claims by code that shares nothing with the solver.

    An answer without a plan has no findings. If the plan was made for another version of the scenario, other
    levels and rules are differences, not disagreements. The pins and exclusions in the plan are judged too.

    Args:
        policy: The bound policy, from ``bind``.
        plan: The plan to judge.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan refers to ids that the scenario does not have.
    """
    check_references(policy, plan, file)
    policy = with_plan_overrides(policy, plan, file)
    differs = other_version(policy, plan)
    claims = list(plan_inconsistencies(plan))
    if not plan.is_found and not plan.assignments:
        return Verdict(Judgement(()), tuple(claims), differs)
    if differs is None:
        claims += listing_disagreements(policy, plan)
    judgement = judge(policy, plan.assignments)
    claims += score_disagreements(plan, judgement)
    return Verdict(judgement, tuple(dict.fromkeys(claims)), differs)


@dataclass(frozen=True)
class Examination:
    """The findings about a scenario before it is solved.

    Attributes:
        policy: The scenario with its rules bound.
        draws: The draws of the scenario by name.
        figures: The figures of its ``expected.yaml`` that need no plan.
        shortages: Slots without enough people.
        doubts: Likely mistakes that are no faults.
    """

    policy: Policy
    draws: Mapping[str, BoundDraw]
    figures: tuple[Figure, ...]
    shortages: tuple[SlotShortage, ...]
    doubts: tuple[Fault, ...]


def examine(scenario: Scenario, *, strict: bool = False) -> Examination:
    """Check a scenario, its rules and its draws for faults and doubts.

    Args:
        scenario: The scenario, from ``load``.
        strict: Whether doubts count as faults.

    Raises:
        InputError: With every fault of the rules and of the draws, or every doubt if ``strict``.
    """
    policy, bound = _bind_with_draws(scenario)
    policy.check_expressions()
    figures = document_figures(policy)
    found = Examination(policy, bound, figures, find_slot_shortages(policy), find_doubts(policy))
    if strict and found.doubts:
        raise input_error(found.doubts)
    return found


def _bind_with_draws(scenario: Scenario) -> tuple[Policy, Mapping[str, BoundDraw]]:
    """Return the rules and the draws of a scenario; the faults of both are raised together."""
    try:
        policy = bind(scenario)
    except InputError as error:
        try:
            draws(scenario)
        except InputError as other:
            raise input_error([*error.faults, *other.faults]) from None
        raise
    return policy, draws(scenario)


def document_figures(
    policy: Policy, plan: Plan | None = None, judgement: Judgement | None = None
) -> tuple[Figure, ...]:
    """Return the figures of ``expected.yaml``: each value in the source document, and the measured value.

    Args:
        policy: The bound policy, from ``bind``.
        plan: A plan; without a plan only figures of the tables are measured.
        judgement: The judgement of the plan, if ``verify`` has made it already.

    Raises:
        InputError: ``expected.yaml`` has faults.
    """
    expected = read_expected(policy.context.scenario.folder)
    return tuple(measure_figures(expected, policy, plan, judgement)) if expected else ()


def dropped_overrides(policy: Policy, baseline: Plan, file: str = "baseline") -> Overrides:
    """Return the overrides in a baseline that this policy lacks: their seats may change hands now.

    Args:
        policy: The bound policy, from ``bind``.
        baseline: The baseline plan.
        file: Name of the baseline in faults.

    Raises:
        InputError: The scenario has none of the ids in the baseline.
    """
    check_baseline(policy, baseline, file)
    return plan_overrides(baseline, file).without(policy.overrides)
