"""Judges scenarios and plans; never asks a solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.api.drawing import draws
from allocator.api.loading import bind
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
        judgement: What every rule finds.
        disagreements: Where the plan's own score is not so.
        differs: What differs where the plan was made for another version of the scenario.
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
        """Whether the plan breaks no hard rule and claims nothing that is not so."""
        return not self.judgement.broken and not self.disagreements


def verify(policy: Policy, plan: Plan, *, file: str = "plan") -> Verdict:
    """Judge a plan, and what it claims, by code that shares nothing with the solver.

    An answer without a plan does not hold. Of a plan of another version of the scenario its levels and rules
    are told among the differences, not held against it. Pins and exclusions that it was asked for are judged.

    Raises:
        InputError: The plan names what the scenario does not have.
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
        draws: Its draws by name.
        figures: The figures of its ``expected.yaml`` that need no plan.
        shortages: Slots without enough people.
        doubts: What is likely not meant.
    """

    policy: Policy
    draws: Mapping[str, BoundDraw]
    figures: tuple[Figure, ...]
    shortages: tuple[SlotShortage, ...]
    doubts: tuple[Fault, ...]


def examine(scenario: Scenario, *, strict: bool = False) -> Examination:
    """Look for everything that is wrong or in doubt in a scenario, its rules and its draws.

    Args:
        scenario: What ``load`` returned.
        strict: Whether doubts are refused.

    Raises:
        InputError: With every fault of the rules and of the draws.
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
    """Return the figures that the scenario's ``expected.yaml`` takes from its document, beside what is found.

    Args:
        policy: What ``bind`` returned.
        plan: A plan; without one, only figures of the tables are measured.
        judgement: What ``verify`` found of the plan, if that is at hand.

    Raises:
        InputError: The file is wrong.
    """
    expected = read_expected(policy.context.scenario.folder)
    return tuple(measure_figures(expected, policy, plan, judgement)) if expected else ()


def dropped_overrides(policy: Policy, baseline: Plan, file: str = "baseline") -> Overrides:
    """Return what a baseline was asked for and this policy is not: it may change hands now.

    Raises:
        InputError: Nothing that the baseline names is in the scenario.
    """
    check_baseline(policy, baseline, file)
    return plan_overrides(baseline, file).without(policy.overrides)
