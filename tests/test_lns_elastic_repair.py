"""First plans of large programs: the network part by a flow, the rest repaired; and large squares."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from allocator.optimise.constrained_program import constrain
from allocator.optimise.flow_plans import lexicographic_flow_plan
from allocator.optimise.lns import plan_repair
from allocator.optimise.lns.operators import NeighbourhoodSelector, follow_chains
from allocator.program import cuts
from allocator.program.cuts import (
    ELASTIC_LEVEL,
    add_tangents,
    elastic,
    has_outer_approximation,
    initial_tangents,
    violated_tangents,
)
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.network import find_network_part
from allocator.program.program import IntArray, Program
from allocator.program.structure import penalty_by_place
from allocator.program.subproblem import (
    MilpInstance,
    Subproblem,
    decision_rows,
    level_objective,
    restrict_to_decisions,
)
from allocator.rules.policy import Policy
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.solver import SearchResult
from big_world import postings
from brute_force import assert_best, policy_for
from example_scenario import example_context, example_rule
from worlds import Space

#: What a load leaves to a few people follows from bounds alone, unless there is room for it.
STAFFED = (
    {"id": "one", "kind": "capacity", "on": "turn", "atleast": 1, "atmost": 2},
    {"id": "native", "kind": "avoid", "on": "turn", "when": "person.native_place == group.place"},
    {"id": "load", "kind": "capacity", "on": "turn", "load": "person.age - 40", "atmost": 5},
    {"id": "all", "kind": "take", "on": "turn", "places": 1, "during": ["2026", "2027"]},
    {"id": "west", "kind": "prefer", "on": "turn", "when": "group.id == 'West'", "level": 1},
)


def some_plans(space: Space, count: int) -> np.ndarray:
    return space.plans(space.sample(count, np.random.default_rng(3))).matrix


def whole_of(program: Program) -> MilpInstance:
    whole = Subproblem(program, None, {}, (program.lower, program.upper)).full()
    assert whole is not None
    return whole


def decided(program: Program, values: np.ndarray) -> np.ndarray:
    return values[None, : program.decisions.count]


def test_an_elastic_program_pays_for_what_is_broken_by_how_much() -> None:
    policy, space = policy_for(example_rule(rule) for rule in STAFFED[:3])
    program = policy.compile()
    loose = np.flatnonzero(~program.rows.defining)
    stretched = elastic(program, (program.lower, program.upper), loose)
    plans = some_plans(space, 1500)
    values = evaluate_auxiliaries(stretched, plans)
    assert not violated_rows(stretched, values).any()
    paid = level_costs(stretched, values)[:, 0]
    own = evaluate_auxiliaries(program, plans)
    rows = program.rows
    sums = np.array(
        [
            [(plan[rows.cols[a:b]] * rows.coefs[a:b]).sum() for a, b in zip(rows.starts, rows.starts[1:])]  # noqa: B905
            for plan in own
        ]
    )
    short = np.maximum(0, np.maximum(rows.lo - sums, sums - rows.hi))[:, loose]
    assert paid.tolist() == short.sum(axis=1).tolist()
    assert ((paid == 0) == ~violated_rows(program, own).any(axis=1)).all() and (paid == 0).any()
    assert (values <= stretched.upper).all()


def test_of_what_breaks_as_much_the_cheaper_costs_less() -> None:
    prefer = {"id": "near", "kind": "prefer", "on": "turn", "cost": "person.age % 7 - 3", "level": 1}
    policy, space = policy_for(example_rule(rule) for rule in (*STAFFED[:3], prefer))
    program = policy.compile()
    stretched = elastic(program, (program.lower, program.upper), np.flatnonzero(~program.rows.defining))
    values = evaluate_auxiliaries(stretched, some_plans(space, 1500))
    broken = values[:, len(program) :].sum(axis=1)
    own = level_costs(stretched, values)[:, 1]
    paid = level_costs(stretched, values)[:, 0]
    assert stretched.levels == (ELASTIC_LEVEL, 1) and (own != own[0]).any() and (broken != broken[0]).any()
    assert paid.min() >= 0
    order = np.lexsort((own, broken))
    assert (np.diff(paid[order]) >= 0).all()
    assert (np.diff(paid[order])[np.diff(broken[order]) + np.diff(own[order]) != 0] != 0).all()


def test_rules_are_taken_into_the_network_in_their_order() -> None:
    roomy = [{**rule, "atmost": 8} if rule["id"] == "load" else rule for rule in STAFFED]
    policy, _ = policy_for(example_rule(rule) for rule in roomy)
    program = policy.compile()
    found = find_network_part(program, whole_of(program))
    assert found is not None
    assert {"take.turn", "one", "native"} <= {*found.rules} and "load" not in found.rules
    assert found.problem.rows.tolist() == sorted({*found.problem.rows.tolist()})


def test_no_rule_is_looked_at_once_the_time_is_over() -> None:
    policy, _ = policy_for(example_rule(rule) for rule in STAFFED)
    program, looks = policy.compile(), iter((False, True))
    assert find_network_part(program, whole_of(program), lambda: next(looks)) is None


def search() -> SolveContext:
    return SolveContext(1, Budget(20.0, 1))


def attracted() -> Policy:
    """Return a policy under which a flow gives one group the greatest loads, which is too much."""
    policy = postings(40, 4)
    takes = tuple(rule for rule in policy.rules if rule.kind == "take")
    sized = {"kind": "capacity", "on": "posting", "atleast": 9, "atmost": 11}
    load = {"kind": "capacity", "on": "posting", "load": "int(person.title)", "atmost": 60}
    cost = "group.id == 'G00' ? 9 - int(person.title) : 9"
    prefer = {"kind": "prefer", "on": "posting", "cost": cost, "level": 1}
    made = (example_rule(rule, id=f"own.{k}") for k, rule in enumerate((sized, load, prefer)))
    return replace(policy, rules=(*takes, *made))


def test_what_a_flow_breaks_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
    policy = attracted()
    constrained = constrain(policy, policy.compile())
    part = find_network_part(constrained.program, whole_of(constrained.program))
    assert part is not None and part.rules == ("r0", "own.0")
    flow = lexicographic_flow_plan(constrained.program, part.problem, part.network)
    assert flow is not None
    assert violated_rows(
        constrained.program, evaluate_auxiliaries(constrained.program, decided(constrained.program, flow))
    ).any()
    found = plan_repair.elastic_repair(constrained, Budget(20.0, 1).share(1.0), search())
    assert found is not None and constrained.is_feasible(found)


@pytest.mark.parametrize("many", [100, 1])
def test_a_few_decisions_are_mended_first_then_all(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, sampled_decisions=many))
    made: list[int] = []

    def counting(*given: Any) -> tuple[Program, IntArray]:
        made.append(int(given[2].sum()))
        return restrict_to_decisions(*given)

    monkeypatch.setattr(plan_repair, "restrict_to_decisions", counting)
    policy = attracted()
    constrained = constrain(policy, policy.compile())
    found = plan_repair.elastic_repair(constrained, Budget(20.0, 1).share(1.0), search())
    assert found is not None and constrained.is_feasible(found)
    assert made[0] < constrained.program.decisions.count / 2
    assert made[1:] == ([constrained.program.decisions.count] if many == 1 else [])


def test_a_narrow_program_asks_what_the_whole_does_where_all_else_is_0() -> None:
    policy, _ = policy_for(example_rule(rule) for rule in (STAFFED[0], STAFFED[2]))
    program = policy.compile()
    asked = decision_rows(program, whole := whole_of(program))
    rng = np.random.default_rng(2)
    kept = rng.random(len(asked)) < 0.85
    made, columns = restrict_to_decisions(program, asked, kept)
    assert (made.decisions.count, columns.tolist()) == (kept.sum(), asked.columns[kept].tolist())
    grid, own = program.decisions.grids["turn"], made.decisions.grids["turn"]
    assert np.array_equal(grid[own >= 0], columns[own[own >= 0]])
    plans = (rng.random((4000, len(columns))) < 0.4).astype(np.int64)
    wholes = np.tile(whole.fixed[: program.decisions.count], (len(plans), 1))
    wholes[:, asked.columns] = 0
    wholes[:, columns] = plans
    is_within = ((made.lower <= plans) & (plans <= made.upper)).all(axis=1)
    holds = ~violated_rows(made, evaluate_auxiliaries(made, plans)).any(axis=1)
    assert (holds & is_within).tolist() == (
        ~violated_rows(program, evaluate_auxiliaries(program, wholes)).any(axis=1)
    ).tolist()
    assert holds.any() and not holds.all()


def test_what_cannot_be_mended_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
    apart = {"id": "all-apart", "kind": "apart", "on": "turn", "when": "true"}
    three = {"id": "three", "kind": "capacity", "on": "turn", "each": "layer", "atleast": 3}
    policy, _ = policy_for(example_rule(rule) for rule in (*STAFFED[:2], apart, three))
    constrained = constrain(policy, policy.compile())
    assert plan_repair.elastic_repair(constrained, Budget(2.0, 1).share(1.0), search()) is None


def test_small_programs_are_left_to_the_search() -> None:
    policy, _ = policy_for(example_rule(rule) for rule in STAFFED)
    assert (
        plan_repair.elastic_repair(constrain(policy, policy.compile()), Budget(2.0, 1).share(1.0), search())
        is None
    )


FAR_OUT = {
    "id": "even",
    "kind": "balance",
    "on": "turn",
    "load": "person.age * 7",
    "measure": "squares",
    "target": 900,
    "level": 1,
}


def test_squares_far_out_are_proved_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distances of hundreds, where most tangents are written only when a plan calls for them."""
    monkeypatch.setattr(cuts, "TANGENT_PARAMS", cuts.TangentParams(dense_until=3))
    policy, space = policy_for(example_rule(rule) for rule in (STAFFED[0], FAR_OUT))
    assert has_outer_approximation(policy.compile())
    best = assert_best(policy, space)
    assert best is not None and best[0] > 100 * 100


DENSE = cuts.TANGENT_PARAMS.dense_until


def test_tangents_meet_the_squares_that_call_for_them() -> None:
    policy, space = policy_for(example_rule(rule) for rule in (STAFFED[0], FAR_OUT))
    program = policy.compile()
    true = evaluate_auxiliaries(program, some_plans(space, 40))
    squares = program.definitions.cols[program.definitions.power == 2]
    assert len(squares) and (true[:, squares] > DENSE**2).any()
    assert not violated_rows(program, true)[:, program.rows.defining].any()
    for plan in true:
        cheap = plan.copy()
        cheap[squares] = 0
        met = add_tangents(program, violated_tangents(program, cheap, plan))
        assert not violated_rows(met, plan[None, :])[:, met.rows.defining].any()
        less = plan.copy()
        less[squares[plan[squares] > 0]] -= 1
        broken = violated_rows(met, less[None, :])[0] & met.rows.defining
        assert broken.any() == (plan[squares] > 0).any()


def test_a_tangent_has_the_tag_of_the_first_row_of_its_square() -> None:
    """In whatever order and however often squares call for them; none may be called for, too."""
    program = policy_for(example_rule(rule) for rule in (STAFFED[0], FAR_OUT))[0].compile()
    rows, squares = program.rows, np.flatnonzero(program.definitions.power == 2).tolist()
    asked = [(square, k) for k in (90, 70) for square in [*reversed(squares), squares[0]]]
    met = add_tangents(program, asked)
    tags = [
        rows.tags[
            next(k for k in range(len(rows)) if column in rows.cols[rows.starts[k] : rows.starts[k + 1]])
        ]
        for column in program.definitions.cols[[square for square, _ in asked]].tolist()
    ]
    assert len({tuple(tag.tolist()) for tag in tags}) > 1
    np.testing.assert_array_equal(met.rows.tags[len(rows) :], tags)
    np.testing.assert_array_equal(
        met.rows.cols[met.rows.starts[len(rows) : -1]],
        [program.definitions.cols[square] for square, _ in asked],
    )
    assert len(add_tangents(program, []).rows) == len(rows)


def test_tangents_reach_as_far_as_they_must() -> None:
    ks = list(initial_tangents(1000))
    assert ks[: DENSE + 1] == list(range(DENSE + 1)) and ks == sorted(set(ks)) and ks[-1] > 1000 / 1.5
    assert len(ks) < DENSE + 12


def test_pieces_are_chosen_where_the_plan_pays() -> None:
    policy, _ = policy_for(example_rule(rule) for rule in STAFFED)
    program = policy.compile()
    grid = program.decisions.grids["turn"]
    values = np.zeros(len(program), dtype=np.int64)
    values[grid[2, 0, 0, 0]] = 1
    assert penalty_by_place(program, values, 1, "turn", 0).tolist()[2] > 0
    assert np.count_nonzero(penalty_by_place(program, values, 1, "turn", 0)) == 1
    assert np.count_nonzero(penalty_by_place(program, values, 1, "turn", 1)) == 1
    assert not penalty_by_place(program, values, 2, "turn", 1).any()
    near = NeighbourhoodSelector(program.decisions, np.ones(program.decisions.count, dtype=np.bool_), 1)
    weights = np.array([0, 0, 5])
    for _ in range(10):
        assert set(near._select("turn", 0, 0.1, weights)) == set(grid[2][grid[2] >= 0])


def test_a_chain_leads_where_items_would_cost_less() -> None:
    assert follow_chains([5, 1], {5: [2, 3], 2: [7], 3: [5]}, 4) == [5, 2, 3, 7]
    assert follow_chains([5, 1], {5: [2]}, 3) == [5, 2, 1]
    policy, _ = policy_for(example_rule(rule) for rule in STAFFED)
    program = policy.compile()
    grid = program.decisions.grids["turn"]
    near = NeighbourhoodSelector(program.decisions, np.ones(program.decisions.count, dtype=np.bool_), 1)
    values = np.zeros(len(program), dtype=np.int64)
    values[[grid[0, 0, 0, 0], grid[1, 1, 0, 1]]] = 1
    price = level_objective(program, 1)  # the West costs nothing
    assert near._cheaper_slots("turn", values, price) == {0: [1]}


def test_what_a_relaxation_finds_likely_is_all_that_narrow_pieces_set_free() -> None:
    decisions = wide_decisions()
    near = NeighbourhoodSelector(decisions, np.ones(decisions.count, dtype=np.bool_), 1)
    likely = np.random.default_rng(2).random(decisions.count) < 0.2
    values = (np.random.default_rng(3).random(decisions.count) < 0.1).astype(np.int64)
    near.set_promising(likely)
    narrow = [arm for arm in near.operators if arm.promising_only]
    assert {arm.selection for arm in narrow} == {"random", "penalised", "chain"}
    for arm in narrow:
        free = near.free_decisions(
            arm, values, values, lambda _layer, axis: np.ones(decisions.grids["wide"].shape[axis])
        )
        assert len(free) and (likely[free] | (values[free] > 0)).all()


def wide_decisions() -> Decisions:
    """Return a layer of 30 people and 20 slots, of which nothing is known but who can be where."""
    grid = np.arange(600).reshape(30, 20, 1, 1)
    layer = replace(example_context().layers["turn"], items=tuple(f"P{i}" for i in range(30)))
    return Decisions({"wide": layer}, {"wide": grid}, 600)


def test_the_arm_that_gains_most_for_its_time_comes_next() -> None:
    policy, _ = policy_for(example_rule(rule) for rule in STAFFED)
    decisions = policy.compile().decisions
    near = NeighbourhoodSelector(decisions, np.ones(decisions.count, dtype=np.bool_), 1)
    for k in range(len(near.operators)):
        assert near.select() is near.operators[k]
        near.operators[k].update(SearchResult("feasible", effort=0.5), 10 if k == 1 else 1)
    chosen = [near.select() for _ in range(200)]
    assert 120 < sum(arm is near.operators[1] for arm in chosen) < 200
