"""Judges every option under the rules of every other one; what cannot be judged is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allocator.errors import InputError
from allocator.model.plan import HARD, Level
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.verify.judge import Judgement, judge
from allocator.verify.plan_option import PlanOption
from allocator.verify.plan_references import missing_references


@dataclass(frozen=True)
class LevelCost:
    """Cost of one level."""

    level: Level
    cost: int


@dataclass(frozen=True)
class MissingName:
    """A name in a plan that a scenario does not have: a layer, an item, a slot, a role or a period."""

    field: str
    entity: NamedEntity


@dataclass(frozen=True)
class CrossCell:
    """One option under the rules of one option.

    Attributes:
        plan: Label of the option whose plan is judged.
        rules: Label of the option whose rules judge it.
        is_judged: Whether it could be judged.
        costs: Cost by level; empty if it could not be judged.
        breaches: Number of breaches of hard rules.
        missing: The names in the plan that the scenario of the rules lacks: why it could not be judged.
        unplaced: Items of that scenario which the scenario of the plan lacks, so that the plan has no place
            for them.
        fault: Another reason why it could not be judged; empty without one.
    """

    plan: str
    rules: str
    is_judged: bool
    costs: tuple[LevelCost, ...] = ()
    breaches: int = 0
    missing: tuple[MissingName, ...] = ()
    unplaced: tuple[NamedEntity, ...] = ()
    fault: Text | None = None


def cross_judge(options: Sequence[PlanOption]) -> tuple[CrossCell, ...]:
    """Return a cell for each option under the rules of each option, by option, then by rules.

    An option is judged whole or not at all: without the assignments that a scenario cannot know, the seats
    that they fill would count as empty.
    """
    return tuple(_cell(plan, rules) for plan in options for rules in options)


def _cell(plan: PlanOption, rules: PlanOption) -> CrossCell:
    if not plan.has_plan:
        return CrossCell(plan.label, rules.label, is_judged=False)
    if plan is rules and plan.judgement is not None:
        return _judged(plan, rules, plan.judgement)
    if missing := tuple(_missing(plan, rules.policy)):
        return CrossCell(plan.label, rules.label, is_judged=False, missing=missing)
    try:
        return _judged(plan, rules, judge(rules.policy, plan.plan.assignments))
    except InputError as error:
        return CrossCell(plan.label, rules.label, is_judged=False, fault=error.faults[0].message)


def _judged(plan: PlanOption, rules: PlanOption, judgement: Judgement) -> CrossCell:
    return CrossCell(
        plan.label,
        rules.label,
        is_judged=True,
        costs=tuple(LevelCost(level, cost) for level, cost in judgement.costs.items()),
        breaches=sum(len(found.breaches) for found in judgement.broken),
        unplaced=tuple(_unplaced(plan.policy, rules.policy)),
    )


def _missing(plan: PlanOption, policy: Policy) -> Iterable[MissingName]:
    """Yield the names of a plan that a policy lacks, with the names that the plan's own scenario gives."""
    named = plan.policy.context.scenario.organisation.named
    for field, ids in missing_references(policy, plan.plan).names.items():
        for id_ in ids:
            yield MissingName(field, named(id_) if field in ("item", "slot") else NamedEntity(id_, id_))


def _unplaced(own: Policy, policy: Policy) -> Iterable[NamedEntity]:
    """Yield the items of a policy that the policy of the plan does not have in the same layer."""
    named = policy.context.scenario.organisation.named
    found: dict[str, None] = {}
    for name, layer in policy.context.layers.items():
        there = own.context.layers.get(name)
        known = there.item_index if there is not None else {}
        found.update(dict.fromkeys(item for item in layer.items if item not in known))
    return map(named, found)


def hard_cost(cell: CrossCell) -> int:
    """Return the cost of the hard rules in a cell."""
    return sum(one.cost for one in cell.costs if one.level == HARD)
