"""Lays out a plan for people: rosters, score, exceptions, wishes, identities, figures and the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.notation import scenario_roles
from allocator.model.plan import Assignment, Plan
from allocator.model.scenario import NamedEntity, Organisation
from allocator.model.tables import Wish
from allocator.model.text import Text
from allocator.report.layer_layout import layouts_ids_only, layouts_with_names
from allocator.report.roster_view import RecusalRegister, RosterView, recusal_registers, roster_view
from allocator.report.score_view import (
    LevelLine,
    RuleLine,
    WaiverLine,
    level_lines,
    rule_lines,
    rule_measures,
    rule_reasons,
    waiver_lines,
)
from allocator.report.wording import status_text
from allocator.rules.policy import Policy
from allocator.verify import OtherVersion, other_version, plan_inconsistencies
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import Figure, measure_figures

OTHER_VERSION = Text(zh="名称出自场景的另一版本", en="names are those of another version of the scenario")
_DOUBTFUL = Text(zh="方案自称的不实", en="what the plan claims is not so")


@dataclass(frozen=True)
class PlanView:
    """A plan laid out.

    Attributes:
        scenario: Name of its scenario.
        title: Title of the scenario.
        synthetic: Whether people and cases are invented.
        status: The plan's status.
        status_text: The same in words.
        boards: The roster of each layer.
        score: Cost and bound by level.
        rules: Violations and cost of each rule, as the plan claims.
        waivers: The named exceptions.
        wishes: The wishes, and whether the plan meets them.
        identities: The people that names of parties and ends of ties stand for.
        figures: The figures of the source document, in it and in the plan.
        recusals: The recusal register, where it was asked for.
        run: How the plan was found.
        differs: Differences between this version of the scenario and that of the plan.
        doubtful: The false claims of the plan.
    """

    scenario: str
    title: Text
    synthetic: bool
    status: str
    status_text: Text
    boards: tuple[RosterView, ...]
    score: tuple[LevelLine, ...]
    rules: tuple[RuleLine, ...]
    waivers: tuple[WaiverLine, ...]
    figures: tuple[Figure, ...]
    run: Mapping[str, Any]
    recusals: tuple[RecusalRegister, ...] = ()
    differs: OtherVersion | None = None
    doubtful: tuple[Text, ...] = ()
    wishes: tuple[WishLine, ...] = ()
    identities: tuple[IdentityLine, ...] = ()

    @property
    def is_without_plan(self) -> bool:
        """Whether the file holds an answer without a plan."""
        placed = any(cell for board in self.boards for row in board.rows for cell in row.cells)
        return self.status in ("infeasible", "unknown") and not placed

    @property
    def cautions(self) -> tuple[Text, ...]:
        """Warnings that a reader of the plan, or of a file made of it, must see first."""
        return (*((OTHER_VERSION,) if self.differs else ()), *((_DOUBTFUL,) if self.doubtful else ()))


def view_with_names(
    policy: Policy, plan: Plan, *, recusals: bool = False, doubtful: tuple[Text, ...] = ()
) -> PlanView:
    """Lay out a plan with the names of the scenario that it was made for.

    Args:
        policy: The scenario with its rules bound.
        plan: A plan for it.
        recusals: Whether to add the recusal register.
        doubtful: The false claims of the plan.

    Raises:
        InputError: ``expected.yaml`` of the scenario is wrong.
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
        boards=tuple(roster_view(layout, plan.assignments) for layout in layouts_with_names(policy.context)),
        score=level_lines(plan.score, spec.levels),
        rules=rule_lines(
            plan.rules, rule_reasons(policy), rule_measures(policy, plan.assignments) if plan.rules else {}
        ),
        waivers=waiver_lines(policy, plan),
        figures=tuple(figures),
        run=plan.run,
        recusals=recusal_registers(policy, plan) if recusals else (),
        differs=other_version(policy, plan),
        doubtful=doubtful,
        wishes=wish_lines(policy, plan) if plan.assignments else (),
        identities=identity_lines(policy.context.scenario.organisation),
    )


def view_ids_only(plan: Plan) -> PlanView:
    """Lay out a plan by ids only, for a plan whose scenario is not at hand."""
    is_answer = not plan.is_found and not plan.assignments
    doubtful = () if is_answer else tuple(one.message for one in plan_inconsistencies(plan))
    return PlanView(
        scenario=plan.scenario.name,
        title=Text(),
        synthetic=False,
        status=plan.status,
        status_text=_status(plan, doubtful),
        boards=tuple(roster_view(layout, plan.assignments) for layout in layouts_ids_only(plan)),
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
        roster for roster in view.boards if layer and layer in (roster.title.zh, roster.title.en)
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
        row.period for roster in view.boards for row in roster.rows if row.period is not None
    )
    if period not in periods:
        raise InputError([_unknown(Text(zh="没有这一期", en="no such period"), "--period", period, periods)])
    return replace(view, boards=tuple(_during(roster, period) for roster in view.boards))


def _during(roster: RosterView, period: str) -> RosterView:
    rows = tuple(row for row in roster.rows if row.period in (None, period))
    return replace(roster, rows=rows, moves=tuple(one for one in roster.moves if one.period == period))


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
    """Return the status of a plan in words; as a mere claim if any claim of the plan is false."""
    if not doubtful:
        return status_text(plan)
    return Text(
        zh=f"自称 {plan.status}，与其内容不符（详见 verify）",
        en=f"claims to be {plan.status}, which does not follow from what it holds (see verify)",
    )


@dataclass(frozen=True)
class WishLine:
    """A wish that a rule reads.

    Attributes:
        layer: The layer that the rule is about.
        item: The item that has the wish.
        slot: The slot that it wishes for; None for any.
        role: The role, in words; empty for any.
        period: The period; empty for any.
        weight: Weight of the wish; negative if the place is not wanted.
        met: Whether the plan meets the wish.
    """

    layer: str
    item: NamedEntity
    slot: NamedEntity | None
    role: Text
    period: str
    weight: int
    met: bool


def wish_lines(policy: Policy, plan: Plan) -> tuple[WishLine, ...]:
    """Return the wishes for each layer that a rule of the kind ``wishes`` is about."""
    layers = dict.fromkeys(rule.on for rule in policy.rules if rule.name == "wishes")
    return tuple(line for layer in layers for line in _of_layer(policy, plan, layer))


def _of_layer(policy: Policy, plan: Plan, name: str) -> Iterator[WishLine]:
    layer, scenario = policy.context.layers[name], policy.context.scenario
    words, named = scenario_roles(scenario.spec), scenario.organisation.named
    taken: dict[str, list[Assignment]] = {}
    for one in plan.assignments:
        if one.layer == name:
            taken.setdefault(one.item, []).append(one)
    for wish in scenario.organisation.wishes:
        known = wish.item in layer.item_index and (not wish.slot or wish.slot in layer.slot_index)
        if known and (not wish.period or wish.period in layer.period_index):
            yield WishLine(
                layer=name,
                item=named(wish.item),
                slot=named(wish.slot) if wish.slot else None,
                role=words.get(wish.role, Text()),
                period=wish.period,
                weight=wish.weight,
                met=_is_there(wish, taken.get(wish.item, ())) == (wish.weight > 0),
            )


def _is_there(wish: Wish, taken: Sequence[Assignment]) -> bool:
    """Return whether any assignment is at the place of a wish."""
    return any(
        wish.slot in ("", one.slot) and wish.role in ("", one.role) and wish.period in ("", one.period)
        for one in taken
    )


@dataclass(frozen=True)
class IdentityLine:
    """A name of a party or an end of a tie.

    Attributes:
        name: The name as written.
        person: The person in question; None where the answer is about the name alone.
        answer: Whether both are the same; ``open`` without an answer, which counts as the same.
        case: The case for which the answer holds; None for all.
        known_from: The source of the answer.
    """

    name: str
    person: NamedEntity | None
    answer: Literal["open", "same_as", "not_same_as"]
    case: NamedEntity | None = None
    known_from: str = ""


def identity_lines(organisation: Organisation) -> tuple[IdentityLine, ...]:
    """Return the open questions, then the answers in the order of their table."""
    return tuple(_lines(organisation))


def _lines(organisation: Organisation) -> Iterator[IdentityLine]:
    named = organisation.named
    for person, name in organisation.assumed.items():
        yield IdentityLine(name, named(person), "open")
    for one in organisation.identities:
        yield IdentityLine(
            one.name,
            named(one.person) if one.person else None,
            one.answer,
            named(one.case) if one.case else None,
            one.known_from,
        )
