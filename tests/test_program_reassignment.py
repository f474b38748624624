"""Reassignment costs of movers are the costs of the plan in which they have moved."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from allocator.optimise.lns.mover_selection import Movers, MoverSelector
from allocator.program.evaluate import IncrementalEvaluator, evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.lazy_auxiliaries import undefined_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.program.reassignment import DeltaEvaluator, Potential, Reassignment, reassignment_costs
from allocator.program.structure import item_features, similarity
from allocator.program.subproblem import level_objective
from brute_force import policy_for
from example_scenario import example_rule
from worlds import HARD, SOFT, Trial, plans_of, policy_of, trials

#: Thousands of plans or whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

#: Number of base plans, and of selections of movers by each method.
FROM, OFTEN = 4, 3
METHODS = ("random", "similar", "chain")
NEUTRAL = Potential(0.0, 0.0)


def placed(program: Program, tables: IncrementalEvaluator, values: IntArray, movers: Movers) -> Reassignment:
    own = movers.own
    state = tables.evaluate(values)
    return Reassignment(movers.columns, state, tables.update(state, own, np.full_like(own, -1)))


def moved(program: Program, values: IntArray, movers: Movers, places: IntArray) -> IntArray:
    """The decisions of the plan with each mover at its place."""
    decisions = values[: program.decisions.count].copy()
    decisions[movers.own] = 0
    decisions[movers.at(places)] += 1
    return decisions


def choices(program: Program, values: IntArray, rng: np.random.Generator) -> list[Movers]:
    everything = np.ones(program.decisions.count, dtype=np.bool_)
    price_of_one = (
        level_objective(program, program.levels[0]) if program.levels else np.zeros(len(program), np.int64)
    )
    chooser = MoverSelector(program, price_of_one, everything, rng)
    layers = list(program.decisions.grids) * OFTEN
    found = [chooser.movers(layer, way, values, everything) for layer in layers for way in METHODS]
    return [movers for movers in found if movers is not None]


@pytest.mark.parametrize("trial", trials(levels=[HARD, SOFT]), ids=str)
def test_an_updated_plan_is_as_if_evaluated_in_full(trial: Trial) -> None:
    plans = plans_of(trial.kind, trial.number)
    program = policy_of(plans.context, trial.rule()).compile()
    rng, tables = np.random.default_rng(4), IncrementalEvaluator(program)
    for values in evaluate_auxiliaries(program, plans.matrix[rng.choice(len(plans), FROM)]):
        flips = rng.choice(program.decisions.count, 3, replace=False)
        changed = tables.update(tables.evaluate(values), flips, 1 - 2 * values[flips])
        decisions = values[: program.decisions.count].copy()
        decisions[flips] = 1 - decisions[flips]
        whole = evaluate_auxiliaries(program, decisions[None, :])
        expected = tables.evaluate(whole[0])
        assert (changed.values == whole[0]).all() and (changed.row_values == expected.row_values).all()
        assert all(
            (a == b).all() for a, b in zip(changed.expression_values, expected.expression_values, strict=True)
        )
        assert tables.violates_rows(changed) == violated_rows(program, whole).any()


@pytest.mark.slow
@pytest.mark.parametrize("trial", trials(levels=[HARD, SOFT]), ids=str)
def test_reassignment_costs_are_those_of_the_plan(trial: Trial) -> None:
    plans = plans_of(trial.kind, trial.number)
    program = policy_of(plans.context, trial.rule()).compile()
    rng, tables = np.random.default_rng(6), IncrementalEvaluator(program)
    level_prices = [level_objective(program, level) for level in program.levels]
    for values in evaluate_auxiliaries(program, plans.matrix[rng.choice(len(plans), FROM)]):
        for movers in choices(program, values, rng):
            placing = placed(program, tables, values, movers)
            costs, impossible = reassignment_costs(tables, placing, level_prices, NEUTRAL)
            changes = DeltaEvaluator(tables, placing)
            for k in range(len(tables.ranks)):
                changes.propagate_rank(k)
            size = np.arange(placing.shape[0])
            start = level_costs(program, values[None, :])[0]
            for places in map(np.array, permutations(size.tolist())):
                decisions = moved(program, values, movers, places)
                if impossible[size, places].any():
                    # There is no such decision, or it is taken already, or a row is violated.
                    lost = len(movers.at(places)) < len(movers.own) or decisions.max() > 1
                    after = evaluate_auxiliaries(program, decisions[None, :])
                    assert lost or violated_rows(program, after).any()
                    continue
                after = evaluate_auxiliaries(program, decisions[None, :])
                # Auxiliaries without a definition (components of a map) count in the full plan only.
                if not changes.coupled.any() and not undefined_auxiliaries(program):
                    for cost, was, now in zip(costs, start, level_costs(program, after)[0], strict=True):
                        assert cost[size, places].sum() - cost.trace() == pytest.approx(now - was)


@pytest.mark.parametrize(
    "rules",
    [
        [
            {"id": "native", "kind": "avoid", "on": "turn", "when": "person.native_place == group.place"},
            {"id": "load", "kind": "capacity", "on": "turn", "load": "person.age - 40", "atmost": 5},
        ],
        [
            {
                "id": "enough",
                "kind": "capacity",
                "on": "casework",
                "each": "item",
                "load": "case.effort",
                "over": "horizon",
                "atleast": 2,
            }
        ],
    ],
    ids=["a row of one place", "a row of one mover"],
)
def test_a_move_that_violates_a_row_is_impossible(rules: list[dict[str, object]]) -> None:
    policy, space = policy_for(example_rule(rule) for rule in rules)
    program = policy.compile()
    rng, tables = np.random.default_rng(2), IncrementalEvaluator(program)
    values = evaluate_auxiliaries(program, space.plans(space.sample(400, rng)).matrix)
    seen = set()
    for plan in values[~violated_rows(program, values).any(axis=1)][:40]:
        for movers in choices(program, plan, rng):
            placing = placed(program, tables, plan, movers)
            _, impossible = reassignment_costs(tables, placing, [], NEUTRAL)
            size = np.arange(placing.shape[0])
            assert not impossible[size, size].any()
            for places in map(np.array, permutations(size.tolist())):
                if len(movers.at(places)) < len(movers.own):
                    continue
                decisions = moved(program, plan, movers, places)
                broken = (
                    decisions.max() > 1
                    or violated_rows(program, evaluate_auxiliaries(program, decisions[None, :])).any()
                )
                assert impossible[size, places].any() == broken
                seen.add(bool(broken))
    assert seen == {True, False}


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_a_maximum_is_charged_for_values_above_the_target(strength: float) -> None:
    rule = {"id": "even", "kind": "balance", "on": "turn", "load": "person.age", "level": 1, "weight": 3}
    policy, space = policy_for([example_rule(rule)])
    program = policy.compile()
    rng, tables = np.random.default_rng(2), IncrementalEvaluator(program)
    better = 0
    for plan in evaluate_auxiliaries(program, space.plans(space.sample(60, rng)).matrix):
        for movers in choices(program, plan, rng):
            placing = placed(program, tables, plan, movers)
            [cost], _ = reassignment_costs(
                tables, placing, [level_objective(program, 1)], Potential(0.0, strength)
            )
            size = np.arange(placing.shape[0])
            was = level_costs(program, plan[None, :])[0, 0]
            for places in map(np.array, permutations(size.tolist())):
                if len(movers.at(places)) < len(movers.own):
                    continue
                after = evaluate_auxiliaries(program, moved(program, plan, movers, places)[None, :])
                now = level_costs(program, after)[0, 0]
                # With the target at the maximum no value of the plan is charged, so no cost is understated.
                assert now - was <= cost[size, places].sum() - cost.trace() + 1e-9
                better += now < was
    assert better


def test_items_with_the_same_features_are_similar() -> None:
    policy, _ = policy_for(
        [example_rule({"id": "mix", "kind": "composition", "on": "turn", "atleast": "1正"})]
    )
    program = policy.compile()
    rows, grid = program.rows, program.decisions.grids["turn"]
    mix = np.flatnonzero(rows.tags[:, 0] == program.rules.index("mix"))
    counted = np.concatenate([rows.cols[rows.starts[k] : rows.starts[k + 1]] for k in mix])
    heads = np.isin(grid, counted).any(axis=(1, 2, 3))
    assert heads.any() and not heads.all()
    asked = item_features(program, "turn")
    for item, is_head in enumerate(heads):
        like = similarity(asked, item)
        assert ((like == 0) == (heads == is_head)).all() and like.max() == 0
