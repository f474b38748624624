"""A plan laid out for people: who is where, what it costs, what was waived, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.report.board import Board, board
from allocator.report.expected import read_expected
from allocator.report.frame import bare_frames, bound_frames
from allocator.report.measuring import Figure, measure
from allocator.report.recusal import Register, register
from allocator.report.score import (
    LevelLine,
    RuleLine,
    WaiverLine,
    level_lines,
    rule_lines,
    rule_whys,
    waiver_lines,
)
from allocator.report.words import STATUS
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class PlanView:
    """A plan laid out.

    Attributes:
        scenario: Name of its scenario.
        title: What people call the scenario.
        synthetic: Whether people and cases are invented.
        status: The plan's status.
        status_text: The same in words.
        boards: Who is where, layer by layer.
        score: Cost and bound by level.
        rules: What each rule finds, as the plan says.
        waivers: The named exceptions.
        figures: What the source document says against what the plan shows.
        recusals: Who is out of which case, where that was asked for.
        run: How the plan was found.
    """

    scenario: str
    title: Text
    synthetic: bool
    status: str
    status_text: Text
    boards: tuple[Board, ...]
    score: tuple[LevelLine, ...]
    rules: tuple[RuleLine, ...]
    waivers: tuple[WaiverLine, ...]
    figures: tuple[Figure, ...]
    run: Mapping[str, Any]
    recusals: tuple[Register, ...] = ()


def bound_view(policy: Policy, plan: Plan, *, recusals: bool = False) -> PlanView:
    """Lay out a plan with the names of the scenario that it was made for.

    Args:
        policy: The scenario with its rules bound.
        plan: A plan for it.
        recusals: Whether to say who is out of which case, too.

    Raises:
        InputError: The scenario's ``expected.yaml`` is wrong.
    """
    spec = policy.world.scenario.spec
    expected = read_expected(policy.world.scenario.folder)
    figures = measure(expected, policy, plan) if expected and plan.assignments else []
    return PlanView(
        scenario=spec.scenario,
        title=spec.title,
        synthetic=spec.synthetic,
        status=plan.status,
        status_text=STATUS[plan.status],
        boards=tuple(board(frame, plan.assignments) for frame in bound_frames(policy.world)),
        score=level_lines(plan.score, spec.levels),
        rules=rule_lines(plan.rules, rule_whys(policy)),
        waivers=waiver_lines(policy, plan),
        figures=tuple(figures),
        run=plan.run,
        recusals=register(policy, plan) if recusals else (),
    )


def bare_view(plan: Plan) -> PlanView:
    """Lay out a plan by ids only, where its scenario is not at hand."""
    return PlanView(
        scenario=plan.scenario.name,
        title=Text(),
        synthetic=False,
        status=plan.status,
        status_text=STATUS[plan.status],
        boards=tuple(board(frame, plan.assignments) for frame in bare_frames(plan)),
        score=level_lines(plan.score, {}),
        rules=rule_lines(plan.rules, {}),
        waivers=(),
        figures=(),
        run=plan.run,
    )
