"""The pool of an assignment by lot, its audit file, and the checks of its lottery, bound and rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from allocator.errors import InputError
from allocator.lottery.draw_kind import AuditModel, Committed
from allocator.lottery.findings import Check
from allocator.lottery.scenario_view import ScenarioView
from allocator.model.layer import IntArray, Layer
from allocator.model.plan import HARD, Assignment
from allocator.model.text import Text
from allocator.rules.expressions.axes import pair_types
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.policy import Policy
from allocator.rules.rule import FieldError
from allocator.verify.judge import judge

Count = Annotated[int, Field(ge=0)]
WholeFraction = tuple[int, Annotated[int, Field(ge=1)]]


class AssignmentRules(AuditModel):
    """The rules of an assignment by lot: limits of the lottery, and rules that every assignment keeps.

    Attributes:
        on: The layer whose pairs are bounded.
        probability: Upper bound on the chance of a pair.
        different: Least number of different assignments.
        perturb: Strength by which likely pairs lose worth.
        worth: Expression of the worth of a pair, for ``perturb``.
        scenario: The SHA-256 of the scenario and its rule packs.
        rules: Each rule as canonical JSON.
    """

    on: str
    probability: WholeFraction
    different: Annotated[int, Field(ge=1)]
    perturb: WholeFraction
    worth: str
    scenario: str
    rules: tuple[str, ...]


class SlotEntry(AuditModel):
    """A slot, and the items that may not be assigned to it."""

    id: str
    recused: tuple[str, ...]


class PairEntry(AuditModel):
    """A pair of an item and a slot, and the number of tickets with it."""

    layer: str
    item: str
    slot: str
    role: str | None
    period: str | None
    tickets: Annotated[int, Field(ge=1)]


class AssignmentTickets(AuditModel):
    """An assignment of the lottery: its tickets, and its pairs by index."""

    tickets: Annotated[int, Field(ge=1)]
    pairs: tuple[Count, ...]


class ExpectedCost(AuditModel):
    """The expected cost of a level, and a lower bound on that of every such lottery; fractions."""

    level: int
    cost: tuple[int, Annotated[int, Field(ge=1)]]
    bound: tuple[int, Annotated[int, Field(ge=1)]]


class AssignmentCommitted(Committed):
    """The commitment of an assignment by lot: rules, pool, pairs, lottery and expected costs."""

    rules: AssignmentRules
    items: tuple[str, ...]
    slots: tuple[SlotEntry, ...]
    pairs: Annotated[tuple[PairEntry, ...], Field(min_length=1)]
    lottery: Annotated[tuple[AssignmentTickets, ...], Field(min_length=1)]
    expected: tuple[ExpectedCost, ...]
    route: str

    @model_validator(mode="after")
    def _check_consistency(self) -> AssignmentCommitted:
        many = len(self.pairs)
        if any(pair >= many for one in self.lottery for pair in one.pairs):
            raise FieldError(zh="签与人案对不上", en="pairs and lottery do not fit together")
        return self


class AssignmentResult(AuditModel):
    """The ticket drawn, and the assignment of the lottery that holds it."""

    ticket: Count
    assignment: Count


#: Tolerance of a chance above the bound: rounding to whole tickets takes less.
TOLERANCE = Fraction(1, 100_000)


def assignments_of(committed: AssignmentCommitted, number: int) -> tuple[Assignment, ...]:
    """Return an assignment of the lottery by index; empty if there is none."""
    own = committed.lottery[number].pairs if number < len(committed.lottery) else ()
    return tuple(
        Assignment(layer=pair.layer, item=pair.item, slot=pair.slot, role=pair.role, period=pair.period)
        for pair in (committed.pairs[k] for k in own)
    )


def pair_chances(committed: AssignmentCommitted) -> Mapping[tuple[str, str, str | None], Fraction]:
    """Return the chance of each pair of item and slot, by period, of the layer whose pairs are bounded."""
    total = sum(one.tickets for one in committed.lottery)
    chances: dict[tuple[str, str, str | None], Fraction] = {}
    for pair in committed.pairs:
        if pair.layer == committed.rules.on:
            key = pair.item, pair.slot, pair.period
            chances[key] = chances.get(key, Fraction(0)) + Fraction(pair.tickets, total)
    return chances


def assignment_lottery_checks(committed: AssignmentCommitted) -> Iterator[Check]:
    """Yield whether tickets and chances agree, and keep the bounds."""
    tickets = [0] * len(committed.pairs)
    for one in committed.lottery:
        for k in one.pairs:
            tickets[k] += one.tickets
    wrong = [k for k, pair in enumerate(committed.pairs) if pair.tickets != tickets[k]]
    if wrong:
        pair = committed.pairs[wrong[0]]
        text = Text(
            zh=f"概率不实：{pair.item} → {pair.slot} 有 {tickets[wrong[0]]} 签，文件为 {pair.tickets}",
            en=f"a chance is not so: {pair.item} -> {pair.slot} has {tickets[wrong[0]]} tickets,"
            f" not {pair.tickets}",
        )
        yield Check(text, False)
    yield from _bound_checks(committed)


def _bound_checks(committed: AssignmentCommitted) -> Iterator[Check]:
    most = Fraction(*committed.rules.probability)
    over = {key: chance for key, chance in pair_chances(committed).items() if chance > most + TOLERANCE}
    for (item, slot, _), chance in list(over.items())[:10]:
        text = Text(
            zh=f"{item} → {slot} 的概率 {float(chance):.4f} 超过 {most}",
            en=f"the probability of {item} -> {slot} is {float(chance):.4f}, above {most}",
        )
        yield Check(text, False)
    different = len({one.pairs for one in committed.lottery})
    if different < committed.rules.different or different < len(committed.lottery):
        text = Text(
            zh=f"只有 {different} 套不同的安排，应有 {committed.rules.different}",
            en=f"there are {different} different assignments, and {committed.rules.different} are asked for",
        )
        yield Check(text, False)
    if not over:
        yield Check(
            Text(
                zh=f"任何一对的概率均不超过 {most}（共 {different} 套安排）",
                en=f"no pair has a probability above {most} ({different} assignments)",
            )
        )


def rule_checks(committed: AssignmentCommitted, policy: Policy) -> Iterator[Check]:
    """Yield whether every assignment keeps the hard rules of a policy, and the expected costs are right."""
    total = sum(one.tickets for one in committed.lottery)
    mean: dict[int, Fraction] = {}
    for number, one in enumerate(committed.lottery):
        assignments = assignments_of(committed, number)
        if stray := _unknown_id(policy, assignments):
            text = Text(
                zh=f"第 {number} 套安排中场景没有 {stray}",
                en=f"assignment {number} has what the scenario does not have: {stray}",
            )
            yield Check(text, False)
            return
        judgement = judge(policy, assignments)
        if judgement.broken:
            rules = ", ".join(found.rule.id for found in judgement.broken)
            text = Text(zh=f"第 {number} 套安排违反 {rules}", en=f"assignment {number} breaks {rules}")
            yield Check(text, False)
            return
        for level, cost in judgement.costs.items():
            if level != HARD:
                mean[level] = mean.get(level, Fraction(0)) + Fraction(cost * one.tickets, total)
    yield _expected_check(committed.expected, mean, len(committed.lottery))


def _expected_check(said: tuple[ExpectedCost, ...], mean: Mapping[int, Fraction], many: int) -> Check:
    claimed = {one.level: one.cost for one in said}
    true = {level: cost.as_integer_ratio() for level, cost in mean.items()}
    wrong = [level for level in {**claimed, **true} if claimed.get(level) != true.get(level)]
    if wrong or any(Fraction(*one.bound) > Fraction(*one.cost) for one in said):
        levels = ", ".join(map(str, wrong)) or "—"
        return Check(
            Text(zh=f"期望代价不实：第 {levels} 级", en=f"an expected cost is not so: level {levels}"), False
        )
    return Check(
        Text(
            zh=f"{many} 套安排均守全部硬规则，期望代价属实",
            en=f"all {many} assignments keep the hard rules, and cost what is said in the mean",
        )
    )


def _unknown_id(policy: Policy, assignments: tuple[Assignment, ...]) -> str:
    """Return an id of an assignment that the scenario does not have; empty if there is none."""
    for one in assignments:
        layer = policy.context.layers.get(one.layer)
        if layer is None:
            return one.layer
        if one.item not in layer.item_index:
            return one.item
        if one.slot not in layer.slot_index:
            return one.slot
        if one.role not in layer.roles or one.period not in layer.period_index:
            return f"{one.role} {one.period}"
    return ""


#: Greatest denominator of a probability or a strength.
MAX_DENOMINATOR = 100


def parse_share(value: Any) -> Fraction:
    """Return a fraction from 0 to 1: of ``0.5``, ``"1/3"`` or ``1``.

    Raises:
        FieldError: The value is no such fraction, or its denominator is too large.
    """
    try:
        share = value if isinstance(value, Fraction) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if isinstance(value, bool) or not 0 <= share <= 1 or share.denominator > MAX_DENOMINATOR:
        most = MAX_DENOMINATOR
        raise FieldError(
            zh=f"应为 0 至 1 的小数或分数，分母至多 {most}，如 0.35 或 1/3",
            en=f"should be a number from 0 to 1, with a denominator of at most {most}: 0.35 or 1/3",
        )
    return share


Share = Annotated[
    Fraction,
    BeforeValidator(parse_share),
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "maximum": 1}),
]


def recused_by_slot(policy: Policy, layer: Layer) -> Mapping[str, tuple[str, ...]]:
    """Return for each slot of a layer the items that may not be assigned to it, in any role and period."""
    possible = np.asarray(layer.open.any(axis=2))
    for rule in policy.rules:
        if rule.on == layer.name and rule.is_hard:
            scope = policy.scopes[rule.id]
            if len(scope.roles) < len(layer.roles) or len(scope.periods) < len(layer.periods):
                continue
            for breach in rule.recusals(scope):
                if not scope.waives(breach.subject):
                    possible[breach.subject.item, breach.subject.slot] = False
    items = np.array(layer.items, dtype=object)
    return {slot: tuple(items[~possible[:, s]].tolist()) for s, slot in enumerate(layer.slots)}


def absences_of(layer: Layer) -> Iterator[str]:
    """Yield the people who are absent in all periods of a layer, and the others by period: ``P3@2027``."""
    sides = ((layer.spec.items, layer.items, layer.present), (layer.spec.slots, layer.slots, layer.active))
    for source, ids, there in sides:
        for name, here in zip(ids, there, strict=True) if source.table == "people" else ():
            if not here.any():
                yield name
            else:
                yield from (f"{name}@{layer.periods[int(t)].id}" for t in np.flatnonzero(~here))


def pair_worths(policy: Policy, on: str, text: str, view: ScenarioView) -> IntArray:
    """Return ``[I, S]`` the worth of the pairs of a layer.

    Raises:
        InputError: The expression is wrong, reads an empty cell, or gives less than 0.
    """
    context, layer = policy.context, policy.context.layers[on]
    axes = (*context.item_axes(layer), *context.slot_axes(layer))
    types = {name: kind for axis in axes for name, kind in axis.types.items()}
    try:
        selector = context.compiler.compile(text, {**types, **pair_types(context.scenario)}, "INT")
        found = selector.over(*axes, pairs=context.pairs(layer)).astype(np.int64)
    except SelectorError as error:
        known = {"detail": error.detail, "nearest": error.nearest, "allowed": error.allowed}
        raise InputError([view.fault(error.message, "worth", **known)]) from None
    if found.min(initial=0) < 0:
        i, s = np.unravel_index(int(found.argmin()), found.shape)
        message = Text(zh="价值不得为负", en="nothing may be worth less than 0")
        where = f"{found[i, s]} ({layer.items[int(i)]}, {layer.slots[int(s)]})"
        raise InputError([view.fault(message, "worth", found=where)])
    return found
