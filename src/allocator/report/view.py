"""A plan laid out for people: who is where, what it costs, what was waived, and how it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.report.board import Board, board
from allocator.report.frame import bare_frames, bound_frames
from allocator.report.identified import IdentityLine, identity_lines
from allocator.report.recusal import Register, register
from allocator.report.score import (
    LevelLine,
    RuleLine,
    WaiverLine,
    level_lines,
    rule_lines,
    rule_terms,
    rule_whys,
    waiver_lines,
)
from allocator.report.wished import WishLine, wish_lines
from allocator.report.words import status_text
from allocator.rules.policy import Policy
from allocator.verify import OtherVersion, other_version, plan_inconsistencies
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import Figure, measure_figures


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
        wishes: What people want, and whether the plan has it so.
        identities: Whom names of parties and of ends of ties stand for.
        figures: What the source document says against what the plan shows.
        recusals: Who is out of which case, where that was asked for.
        run: How the plan was found.
        differs: What differs where the plan is named by another version of its scenario.
        doubtful: Why what the plan claims of itself is not shown as true.
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
    differs: OtherVersion | None = None
    doubtful: tuple[Text, ...] = ()
    wishes: tuple[WishLine, ...] = ()
    identities: tuple[IdentityLine, ...] = ()

    @property
    def is_without_plan(self) -> bool:
        """Whether this is an answer without a plan."""
        placed = any(cell for board in self.boards for row in board.rows for cell in row.cells)
        return self.status in ("infeasible", "unknown") and not placed

    @property
    def cautions(self) -> tuple[Text, ...]:
        """What whoever reads the plan, or a file made of it, must be told first, in short."""
        return (*((OTHER_VERSION,) if self.differs else ()), *((_DOUBTFUL,) if self.doubtful else ()))


def bound_view(
    policy: Policy, plan: Plan, *, recusals: bool = False, doubtful: tuple[Text, ...] = ()
) -> PlanView:
    """Lay out a plan with the names of the scenario that it was made for.

    Args:
        policy: The scenario with its rules bound.
        plan: A plan for it.
        recusals: Whether to say who is out of which case, too.
        doubtful: What of the plan's claims is not so.

    Raises:
        InputError: The scenario's ``expected.yaml`` is wrong.
    """
    spec = policy.context.scenario.spec
    expected = read_expected(policy.context.scenario.folder)
    figures = measure_figures(expected, policy, plan) if expected and plan.assignments else []
    return PlanView(
        scenario=spec.scenario,
        title=spec.title,
        synthetic=spec.synthetic,
        status=plan.status,
        status_text=_status(plan, doubtful),
        boards=tuple(board(frame, plan.assignments) for frame in bound_frames(policy.context)),
        score=level_lines(plan.score, spec.levels),
        rules=rule_lines(
            plan.rules, rule_whys(policy), rule_terms(policy, plan.assignments) if plan.rules else {}
        ),
        waivers=waiver_lines(policy, plan),
        figures=tuple(figures),
        run=plan.run,
        recusals=register(policy, plan) if recusals else (),
        differs=other_version(policy, plan),
        doubtful=doubtful,
        wishes=wish_lines(policy, plan) if plan.assignments else (),
        identities=identity_lines(policy.context.scenario.organisation),
    )


def bare_view(plan: Plan) -> PlanView:
    """Lay out a plan by ids only, where its scenario is not at hand."""
    is_answer = not plan.is_found and not plan.assignments
    doubtful = () if is_answer else tuple(one.message for one in plan_inconsistencies(plan))
    return PlanView(
        scenario=plan.scenario.name,
        title=Text(),
        synthetic=False,
        status=plan.status,
        status_text=_status(plan, doubtful),
        boards=tuple(board(frame, plan.assignments) for frame in bare_frames(plan)),
        score=level_lines(plan.score, {}),
        rules=rule_lines(plan.rules, {}),
        waivers=(),
        figures=(),
        run=plan.run,
        doubtful=doubtful,
    )


def pick_layer(view: PlanView, layer: str) -> PlanView:
    """Return the view with one layer only, given by its name or title.

    Raises:
        InputError: The plan has no such layer.
    """
    found = tuple(board for board in view.boards if board.layer == layer)
    found = found or tuple(
        board for board in view.boards if layer and layer in (board.title.zh, board.title.en)
    )
    if len(found) != 1:
        raise InputError(
            [
                _unknown(
                    Text(zh="没有这一层", en="no such layer"),
                    "--layer",
                    layer,
                    [b.layer for b in view.boards],
                )
            ]
        )
    return replace(view, boards=found)


def pick_period(view: PlanView, period: str) -> PlanView:
    """Return the view with one period only, and the layers that are decided in it or once for all.

    Raises:
        InputError: No layer is decided in such a period.
    """
    periods = dict.fromkeys(
        row.period for board in view.boards for row in board.rows if row.period is not None
    )
    if period not in periods:
        raise InputError([_unknown(Text(zh="没有这一期", en="no such period"), "--period", period, periods)])
    return replace(view, boards=tuple(_during(board, period) for board in view.boards))


def _during(board: Board, period: str) -> Board:
    rows = tuple(row for row in board.rows if row.period in (None, period))
    return replace(board, rows=rows, moves=tuple(one for one in board.moves if one.period == period))


def _unknown(message: Text, option: str, found: str, valid: Iterable[str]) -> Fault:
    names = list(valid)
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return Fault(
        message,
        option,
        found=shorten(found),
        allowed=shorten(shown, 400) or "—",
        nearest=nearest(found, names),
    )


def _status(plan: Plan, doubtful: tuple[Text, ...]) -> Text:
    """Return a plan's status in words, as a mere claim where it does not follow from the rest."""
    if not doubtful:
        return status_text(plan)
    return Text(
        zh=f"自称 {plan.status}，与其内容不符（详见 verify）",
        en=f"claims to be {plan.status}, which does not follow from what it holds (see verify)",
    )


OTHER_VERSION = Text(zh="名称出自场景的另一版本", en="names are those of another version of the scenario")
_DOUBTFUL = Text(zh="方案自称的不实", en="what the plan claims is not so")
