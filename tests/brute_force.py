"""The best plan by enumeration of all plans, for comparison with the solver."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options, SolveResult
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Rule
from allocator.verify import judge
from example_scenario import example_rule
from worlds import Plans, Space, world_of

#: Maximum number of plans to enumerate, and the number of plans in one block.
MOST, AT_ONCE = 70_000, 10_000
#: The units that remain in the zoning layer where the full one has too many plans.
FEW_UNITS = ("North", "Mill")


@cache
def space_of(layers: frozenset[str]) -> Space | None:
    """Return all plans of some layers, over as many periods as can be enumerated; None if over none."""
    for few in (False, True):
        for periods in (3, 2, 1):
            context = world_of(layers, periods)
            space = Space.of(_with_few_units(context) if few else context)
            if space.size <= MOST:
                return space
    return None


def _with_few_units(context: RuleContext) -> RuleContext:
    if "zoning" not in context.layers:
        return context
    layer = context.layers["zoning"]
    kept = np.array([item in FEW_UNITS for item in layer.items])[:, None]
    return replace(
        context, layers={**context.layers, "zoning": replace(layer, possible=layer.possible & kept)}
    )


def policy_for(rules: Iterable[Rule]) -> tuple[Policy, Space]:
    """Return the policy of some rules and the takes of their layers, in a world that is small enough."""
    rules = tuple(rules)
    space = space_of(frozenset(name for rule in rules for name in layers_read(rule)))
    assert space is not None
    layers = space.context.layers
    reads_baseline = any(rule.kind == "keep" or getattr(rule, "against", "") == "baseline" for rule in rules)
    context = space.context if reads_baseline else replace(space.context, baseline=None)
    takes = [
        example_rule({"kind": "take", "on": name, "places": layer.spec.take}, id=f"take.{name}")
        for name, layer in layers.items()
    ]
    return Policy(context, (*takes, *rules), (), {}), space


def least_costs(policy: Policy, space: Space) -> tuple[int, ...] | None:
    """Return the cost of each level in the best of all plans, None if every plan violates a hard rule."""
    program = policy.compile()
    admitted, costs = [], []
    for plans in parts_of(space):
        values = evaluate_auxiliaries(program, plans.matrix)
        sound = ~violated_rows(program, values).any(axis=1)
        admitted.append(plans.matrix[sound])
        costs.append(level_costs(program, values[sound]))
    matrix, cost = np.concatenate(admitted), np.concatenate(costs)
    for k in np.lexsort(cost.T[::-1]) if cost.shape[1] else range(len(matrix)):
        roster = Roster(policy.context.layers, program.decisions.assignments(matrix[k]))
        if not policy.cuts(roster):
            return tuple(int(one) for one in cost[k])
    return None


def sound_plans(policy: Policy, space: Space) -> tuple[np.ndarray, np.ndarray]:
    """Return ``[n, decisions]`` all plans that violate no hard rule, and ``[n, levels]`` their costs."""
    program = policy.compile()
    admitted, costs = [], []
    for plans in parts_of(space):
        values = evaluate_auxiliaries(program, plans.matrix)
        sound = ~violated_rows(program, values).any(axis=1)
        admitted.append(plans.matrix[sound])
        costs.append(level_costs(program, values[sound]))
    matrix, cost = np.concatenate(admitted), np.concatenate(costs)
    if policy.has_cuts:
        layers = policy.context.layers
        kept = [
            k
            for k, row in enumerate(matrix)
            if not policy.cuts(Roster(layers, program.decisions.assignments(row)))
        ]
        matrix, cost = matrix[kept], cost[kept]
    return matrix, cost


def parts_of(space: Space) -> Iterator[Plans]:
    """Yield all plans in blocks."""
    sizes = [len(block) for block in space.options]
    for first in range(0, space.size, AT_ONCE):
        numbers = np.arange(first, min(first + AT_ONCE, space.size))
        yield space.plans(np.stack(np.unravel_index(numbers, sizes), axis=1))


def priced_at_random(layer: str, context: RuleContext, seed: int, level: int = 1) -> list[Rule]:
    """Return rules with a random cost for each decision of a layer, and a cost for each idle item."""
    rng, bound = random.Random(seed), context.layers[layer]
    item = {"units": "unit", "people": "person"}[bound.spec.items.table]
    slot = {"groups": "group", "cases": "case"}[bound.spec.slots.table]
    prices = [
        f"'{i}/{s}/{period.id}': {rng.randint(0, 9)}"
        for i in bound.items
        for s in bound.slots
        for period in bound.periods
    ]
    cost = f"{{{', '.join(prices)}}}[{item}.id + '/' + {slot}.id + '/' + period.id]"
    prefer = {"kind": "prefer", "on": layer, "cost": cost}
    idle = {"kind": "take", "on": layer, "places": 1}
    return [
        example_rule(prefer, id=f"prices.{layer}", level=level),
        example_rule(idle, id=f"idle.{layer}", level=level, weight=6),
    ]


def solved(policy: Policy, seconds: float = 10.0) -> SolveResult:
    return solve(policy, Options(seconds=seconds, workers=1))


def assert_best(policy: Policy, space: Space) -> tuple[int, ...] | None:
    """Check that the solver proves the cost of each level that enumeration finds; return the costs."""
    best, found = least_costs(policy, space), solved(policy)
    if best is None:
        assert (found.status, found.assignments, found.proofs) == ("infeasible", (), ()), found.run
        return None
    assert found.status == "optimal", (found.status, found.proofs, found.run, best)
    proofs = [(proof.cost, proof.bound) for proof in found.proofs]
    assert proofs == [(cost, cost) for cost in (0, *best)]
    judgement = judge(policy, found.assignments)
    assert not judgement.broken
    assert all(judgement.costs.get(proof.level, 0) == proof.cost for proof in found.proofs)
    return best


def solver_by_level(run: Mapping[str, Any]) -> dict[int, str]:
    """Return the solver of each level's plan, from the data of a run."""
    return {one["level"]: one["solver"] for one in run["route"].get("levels", ())}
