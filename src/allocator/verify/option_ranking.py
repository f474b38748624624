"""Ranks options, and says of each pair which is better, at which level, and whether that is proved.

An option is better if it costs less at the first level where the two differ. That no plan of the other option
could be better is proved only where its cost is no more than the lower bound of the other one at that level
and at each level above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from allocator.model.plan import HARD, Level
from allocator.verify.cross_judgement import CrossCell
from allocator.verify.plan_option import PlanOption
from allocator.verify.score_differences import level_order, measure_of

#: ``better`` by cost; ``inadmissible``: the other one breaks hard rules, or both do; ``no_plan``: the other
#: one has none; ``equal`` in cost; ``identical``: the same assignments.
Relation = Literal["better", "inadmissible", "no_plan", "equal", "identical"]


@dataclass(frozen=True)
class PairVerdict:
    """How one option compares with another.

    Attributes:
        better: Label of the better option, or of the first of two that are equal.
        other: Label of the other one.
        relation: How they compare.
        level: The first level at which their costs differ; None where none does.
        costs: Their costs at this level, that of the better one first.
        bound: The lower bound of the other one at this level; None if there is none to rely on.
        is_proved: Whether it is proved that no plan under the rules of the other one costs less than the
            better one; of two that are equal, that no plan costs less than both.
    """

    better: str
    other: str
    relation: Relation
    level: Level | None = None
    costs: tuple[int, int] | None = None
    bound: int | None = None
    is_proved: bool = False


@dataclass(frozen=True)
class OptionRanking:
    """The options from the best to the worst.

    Attributes:
        rules: Label of the option whose rules judge all; None where each is judged by its own.
        order: Labels from the best; options of equal cost in the order of the call.
        places: The place of each of them, from 1; equal ones share a place.
        unjudged: Labels of options that these rules cannot judge.
        verdicts: Each pair, the better one first, by place.
    """

    rules: str | None
    order: tuple[str, ...]
    places: tuple[int, ...]
    unjudged: tuple[str, ...]
    verdicts: tuple[PairVerdict, ...]


@dataclass(frozen=True)
class _Scored:
    """An option with its costs under some rules, and the lower bounds that hold under them."""

    option: PlanOption
    costs: Mapping[Level, int]
    bounds: Mapping[Level, int]

    @property
    def key(self) -> tuple[bool, tuple[int, ...]]:
        levels = range(max((level_order(one) for one in self.costs), default=0) + 1)
        by_order = {level_order(level): cost for level, cost in self.costs.items()}
        return not self.option.has_plan, tuple(by_order.get(k, 0) for k in levels)


def rank_options(options: Sequence[PlanOption], cells: Sequence[CrossCell]) -> tuple[OptionRanking, ...]:
    """Return the ranking by each option's own rules where costs are comparable, then one for each rule set.

    Args:
        options: The options.
        cells: Each option under the rules of each, from ``cross_judge``.
    """
    found: list[OptionRanking] = []
    own = [_Scored(one, one.costs, one.bounds) for one in options]
    if all(_comparable(a, b) for a, b in combinations(own, 2)):
        found.append(_ranking(None, own, ()))
    sets = {one.rules_key: one for one in reversed(options)}
    if len(sets) > 1:
        found.extend(_under(rules, options, cells) for rules in options if sets[rules.rules_key] is rules)
    return tuple(found)


def _under(rules: PlanOption, options: Sequence[PlanOption], cells: Sequence[CrossCell]) -> OptionRanking:
    bounds = rules.bounds if rules.is_judged_whole else {}
    by_plan = {one.plan: one for one in cells if one.rules == rules.label}
    scored, unjudged = [], []
    for one in options:
        cell = by_plan[one.label]
        if one.has_plan and not cell.is_judged:
            unjudged.append(one.label)
        else:
            scored.append(_Scored(one, {cost.level: cost.cost for cost in cell.costs}, bounds))
    return _ranking(rules.label, scored, tuple(unjudged))


def _ranking(rules: str | None, scored: Sequence[_Scored], unjudged: tuple[str, ...]) -> OptionRanking:
    levels = max((len(one.key[1]) for one in scored), default=0)
    keys = {one.option.label: _padded(one.key, levels) for one in scored}
    ordered = sorted(scored, key=lambda one: keys[one.option.label])
    places: list[int] = []
    for k, one in enumerate(ordered):
        same = k and keys[one.option.label] == keys[ordered[k - 1].option.label]
        places.append(places[-1] if same else k + 1)
    verdicts = tuple(_verdict(a, b, shares_rules=rules is not None) for a, b in combinations(ordered, 2))
    return OptionRanking(rules, tuple(one.option.label for one in ordered), tuple(places), unjudged, verdicts)


def _padded(key: tuple[bool, tuple[int, ...]], size: int) -> tuple[bool, tuple[int, ...]]:
    return key[0], (*key[1], *[0] * (size - len(key[1])))


def _first_difference(a: _Scored, b: _Scored) -> Level | None:
    for level in sorted({*a.costs, *b.costs}, key=level_order):
        if a.costs.get(level, 0) != b.costs.get(level, 0):
            return level
    return None


def _comparable(a: _Scored, b: _Scored) -> bool:
    """Whether soft rules measure the same at each level down to the first difference of two options."""
    if not (a.option.has_plan and b.option.has_plan):
        return True
    differing = _first_difference(a, b)
    last = level_order(differing) if differing is not None else 10**6
    every = {rule.plan_level for one in (a, b) for rule in one.option.policy.rules} - {HARD}
    return all(
        measure_of(a.option.policy.rules, level) == measure_of(b.option.policy.rules, level)
        for level in every
        if level_order(level) <= last
    )


def _verdict(a: _Scored, b: _Scored, *, shares_rules: bool) -> PairVerdict:
    """Compare two options of which the first is ranked no later."""
    labels = a.option.label, b.option.label
    if not b.option.has_plan:
        return PairVerdict(*labels, "no_plan")
    level = _first_difference(a, b)
    bounds = _bounds(a, b, level, same_rules=shares_rules or a.option.rules_key == b.option.rules_key)
    every = sorted({*a.costs, *b.costs}, key=level_order)
    down_to = every if level is None else every[: every.index(level) + 1]
    proved = all(a.costs.get(one, 0) <= bounds.get(one, 0) for one in down_to)
    is_same = set(a.option.plan.assignments) == set(b.option.plan.assignments)
    if level is None and is_same:
        return PairVerdict(*labels, "identical", is_proved=proved)
    if b.costs.get(HARD, 0):
        costs = a.costs.get(HARD, 0), b.costs[HARD]
        return PairVerdict(*labels, "inadmissible", HARD, costs, bounds.get(HARD))
    if level is None:
        return PairVerdict(*labels, "equal", is_proved=proved)
    costs = a.costs.get(level, 0), b.costs.get(level, 0)
    return PairVerdict(*labels, "better", level, costs, bounds.get(level), proved)


def _bounds(a: _Scored, b: _Scored, level: Level | None, *, same_rules: bool) -> Mapping[Level, int]:
    """Return the bounds that the costs of the better option are held to.

    These are the bounds of the other one; under the same rules the higher of both; under different rules at
    equal costs the lower of both. A level without a bound has the bound 0: nothing costs less.
    """
    if same_rules:
        return {one: max(a.bounds.get(one, 0), b.bounds.get(one, 0)) for one in {*a.bounds, *b.bounds}}
    if level is None:
        return {one: min(a.bounds[one], b.bounds[one]) for one in a.bounds if one in b.bounds}
    return b.bounds
