"""Small random policies with criteria to trade off, and their Pareto sets by enumeration.

The sets are found plan by plan, with the checks of the rules: nothing of the search is used.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from allocator.optimise.results import Options
from allocator.optimise.tradeoff.pareto_search import ParetoSearch
from allocator.optimise.tradeoff.tradeoff_result import TradeoffResult
from allocator.rules.context import RuleContext
from allocator.rules.criteria import parse_criteria, traded_policy
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.verify import judge
from example_scenario import example_rule
from worlds import Space, Trial, trials, world_of
from zone_maps import Fields, map_world, zoning

#: The cost of each criterion.
Costs = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class World:
    """A policy with criteria.

    Attributes:
        policy: The rules.
        criteria: The criteria as a call gives them.
        above: Ids of the rules above all criteria, all of one level.
        own: Ids of the rules of each criterion.
    """

    policy: Policy
    criteria: str
    above: tuple[str, ...]
    own: tuple[tuple[str, ...], ...]

    def pareto_set(self, limits: Sequence[int] = ()) -> set[Costs]:
        """Return the costs of all plans of which none is better than another at every criterion."""
        priced = []
        plans = Space.of(self.policy.context).all()
        for decisions in plans.matrix:
            judgement = judge(self.policy, plans.decisions.assignments(decisions))
            if judgement.broken:
                continue
            cost = {finding.rule.id: finding.cost for finding in judgement.findings}
            first = sum(cost[rule] for rule in self.above)
            priced.append((first, tuple(sum(cost[rule] for rule in rules) for rules in self.own)))
        least = min((first for first, _ in priced), default=0)
        able = {costs for first, costs in priced if first == least}
        if limits:
            able = {costs for costs in able if _is_as_good(costs, tuple(limits))}
        return {one for one in able if not any(other != one and _is_as_good(other, one) for other in able)}

    def trade(
        self, *, limits: Costs | None = None, seconds: float = 60.0, observer: Observer = NULL_OBSERVER
    ) -> TradeoffResult:
        """Search the set, in a way that can be repeated."""
        traded = traded_policy(self.policy, parse_criteria(self.policy, self.criteria))
        return ParetoSearch(traded, Options(seconds=seconds, workers=1), observer, limits).run()

    def assert_is_set(self, found: TradeoffResult, best: set[Costs]) -> None:
        """Check that a set is complete and has exactly these costs, which its plans have by the checks."""
        if not best:
            assert (found.status, found.points) == ("infeasible", ())
            return
        assert {point.costs for point in found.points} == best
        assert (found.status, found.gaps) == ("optimal", ())
        for point in found.points:
            assert point.bounds == point.costs
            judgement = judge(self.policy, point.result.assignments)
            cost = {finding.rule.id: finding.cost for finding in judgement.findings}
            assert not judgement.broken
            assert point.costs == tuple(sum(cost[rule] for rule in rules) for rules in self.own)
            for proof in point.result.proofs:
                assert judgement.costs.get(proof.level, 0) == proof.cost >= proof.bound


def _is_as_good(one: Costs, other: Costs) -> bool:
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


@cache
def small_world() -> RuleContext:
    """Return two years of three people in two teams or none: 729 plans at most."""
    return replace(world_of(frozenset({"turn"}), 2), baseline=None)


def posting_world(seed: int, count: int = 0) -> World:
    """Return people in teams, with two or three criteria of prices at random and other rules.

    Args:
        seed: Seed of every random choice.
        count: The number of criteria; 0 for any.
    """
    rng = random.Random(seed)
    count = count or rng.choice((2, 2, 3))
    take = {"kind": "take", "on": "turn", "places": small_world().layers["turn"].spec.take}
    rules, own = [example_rule(take, id="take.turn")], [list[str]() for _ in range(count)]
    for k in range(count):
        idle = {"kind": "take", "on": "turn", "places": 1}
        rules.append(_prices(rng, rng.choice((2, 9)), id=f"price.{k}", level=k + 2))
        rules.append(example_rule(idle, id=f"idle.{k}", level=k + 2, weight=rng.randint(2, 6)))
        own[k] += [f"price.{k}", f"idle.{k}"]
    for number, trial in enumerate(rng.sample(_other_rules(), k=rng.randint(0, 2))):
        level = rng.choice(("hard", 1, 2, 3)) if trial.kind.can_be_soft else "hard"
        rules.append(trial.rule(id=f"{trial.kind.name}.{number}", level=level, weight=rng.randint(1, 3)))
        if level in (2, 3):
            own[int(level) - 2].append(rules[-1].id)
    named = [rng.choice((str(k + 2), "+".join(own[k]))) for k in range(count)]
    above = tuple(rule.id for rule in rules if rule.level == 1)
    return World(Policy(small_world(), tuple(rules), (), {}), ",".join(named), above, tuple(map(tuple, own)))


@cache
def _other_rules() -> list[Trial]:
    """Return the examples that are about the layer alone, without a baseline."""
    return [
        one
        for one in trials(levels=["hard"])
        if {*layers_read(one.rule())} == {"turn"}
        and one.kind.name not in ("take", "keep")
        and getattr(one.rule(), "against", "") != "baseline"
    ]


def squares_world(seed: int) -> World:
    """Return people in teams, with squares of large loads to trade off against prices at random.

    Few of the tangents of these squares are written: a solver knows too little of what a plan costs.
    """
    rng = random.Random(seed)
    take = {"kind": "take", "on": "turn", "places": small_world().layers["turn"].spec.take}
    even = {"kind": "balance", "on": "turn", "measure": "squares", "target": rng.randint(60, 190)}
    load = f"person.grade == 'head' ? {rng.randint(90, 200)} : {rng.randint(70, 200)}"
    rules = [
        example_rule(take, id="take.turn"),
        example_rule({**even, "load": load}, id="even", level=1),
        _prices(rng, 9, id="price", level=2),
        example_rule({"kind": "take", "on": "turn", "places": 1}, id="idle", level=2, weight=5),
    ]
    criteria = rng.choice(("1,2", "2,1"))
    own = (("even",), ("price", "idle"))
    return World(
        Policy(small_world(), tuple(rules), (), {}), criteria, (), own if criteria == "1,2" else own[::-1]
    )


def _prices(rng: random.Random, most: int, **fields: object) -> Rule:
    layer = small_world().layers["turn"]
    places = [f"{i}/{s}/{t.id}" for i in layer.items for s in layer.slots for t in layer.periods]
    prices = ", ".join(f"'{place}': {rng.randint(0, most)}" for place in places)
    cost = f"{{{prices}}}[person.id + '/' + group.id + '/' + period.id]"
    return example_rule({"kind": "prefer", "on": "turn", "cost": cost}, **fields)


_NEAR: Fields = {"kind": "compact", "to": "centre", "load": "unit.workload"}
_OF_ZONES: tuple[Fields, ...] = (
    _NEAR,
    {**_NEAR, "power": 2},
    {"kind": "compact", "to": "seat"},
    {"kind": "balance", "load": "unit.workload", "measure": "squares", "target": 6},
    {"kind": "balance", "load": "unit.workload", "tolerance": 1},
    {"kind": "prefer", "when": "unit.kind == 'town' && group.id != 'Z0'"},
    {"kind": "together", "pairs": (("U0", "U1"), ("U2", "U4"))},
    {"kind": "capacity", "load": "unit.workload", "atleast": 3, "atmost": 6},
)


def zone_world(seed: int) -> World:
    """Return a small map to be divided into connected zones, with two or three rules to trade off."""
    rng = random.Random(seed)
    zones = rng.randint(2, 3)
    chosen = rng.sample(_OF_ZONES, k=rng.choice((2, 2, 3)))
    rules = [{**one, "level": k, "weight": rng.randint(1, 3)} for k, one in enumerate(chosen, start=1)]
    policy = zoning(map_world(seed, rng.randint(5, 8 - zones), zones), rules)
    own = tuple(tuple(rule.id for rule in policy.rules if rule.level == k) for k in range(1, len(chosen) + 1))
    return World(policy, ",".join(str(k) for k in range(1, len(chosen) + 1)), (), own)
