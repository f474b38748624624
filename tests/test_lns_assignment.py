"""The assignment neighbourhood: movers are assigned anew at once, and the incumbent never gets worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.feasible_plan import find_feasible
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.lns import large_neighbourhood, mover_selection, operators
from allocator.optimise.lns.assignment_neighbourhood import AssignmentNeighbourhood
from allocator.optimise.lns.large_neighbourhood import LnsParams
from allocator.optimise.lns.mover_selection import MoverParams, MoverSelector
from allocator.optimise.lns.operators import SLOTS, NeighbourhoodOperator, OperatorParams, Selection
from allocator.program.evaluate import level_costs, violated_rows
from allocator.program.subproblem import level_objective
from allocator.solvers.deadline import Allotment, Budget, Deadline, SolveContext
from big_world import postings
from brute_force import least_costs, policy_for, priced_at_random
from example_scenario import example_rule

#: Thousands of plans or whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

RULES = (
    {"id": "some", "kind": "capacity", "on": "turn", "atleast": 1, "atmost": 2},
    {"id": "load", "kind": "capacity", "on": "turn", "load": "person.age - 40", "atmost": 6},
    {"id": "even", "kind": "balance", "on": "turn", "load": "person.age", "level": 2},
)
WAYS: tuple[Selection, ...] = ("random", "chain", "similar", "return")


def standing_of(constrained: ConstrainedProgram, level: int, search: SolveContext) -> LevelIncumbent:
    deadline = Deadline(search.budget, search.budget.share(1.0))
    found = find_feasible(constrained, None, deadline, search)
    assert found.values is not None
    return LevelIncumbent(constrained, level, found.values)


def everything_of(constrained: ConstrainedProgram) -> np.ndarray:
    return np.ones(constrained.program.decisions.count, dtype=np.bool_)


def task_for(seed: int) -> tuple[ConstrainedProgram, tuple[int, ...] | None]:
    rules = [example_rule(rule) for rule in RULES]
    policy, _ = policy_for(rules)
    policy, space = policy_for([*rules, *priced_at_random("turn", policy.context, seed)])
    return constrain(policy, policy.compile()), least_costs(policy, space)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_exchanges_make_a_plan_better_and_break_nothing(seed: int, workers: int) -> None:
    constrained, least = task_for(seed)
    assert least is not None
    search = SolveContext(seed, Budget(10.0, workers))
    incumbent = standing_of(constrained, 1, search)
    exchanges, program = (
        AssignmentNeighbourhood(incumbent, everything_of(constrained), search),
        constrained.program,
    )
    movable = np.ones(program.decisions.count, dtype=np.bool_)
    for way in WAYS * 3:
        before = incumbent.cost
        part = search.budget.share(0.5)
        found = exchanges.run_batch(
            NeighbourhoodOperator("turn", SLOTS, False, 0.5, selection=way, by_assignment=True),
            part,
            movable,
            lambda: False,
        )
        assert least[0] <= incumbent.cost <= before and 0 <= found.effort <= 1
        assert not violated_rows(program, incumbent.values[None, :]).any()
        assert level_costs(program, incumbent.values[None, :])[0, 0] == incumbent.cost
    assert search.budget.spent_work > 0
    # A level that is held to its cost stays at it while the next is made better.
    constrained.fix_level(1, incumbent.cost, proved=False)
    second = LevelIncumbent(constrained, 2, incumbent.values)
    AssignmentNeighbourhood(second, everything_of(constrained), search).run_batch(
        NeighbourhoodOperator("turn", SLOTS, False, 0.5, by_assignment=True),
        search.budget.share(0.5),
        movable,
        lambda: False,
    )
    assert constrained.cost(second.values, 1) <= incumbent.cost and second.cost <= constrained.cost(
        incumbent.values, 2
    )


@pytest.mark.parametrize("seed", range(3))
def test_what_is_closed_stays_as_it_is(seed: int) -> None:
    constrained, _ = task_for(seed)
    search = SolveContext(seed, Budget(10.0, 2))
    incumbent = standing_of(constrained, 1, search)
    movable = np.random.default_rng(seed).random(constrained.program.decisions.count) < 0.7
    before = incumbent.values[: len(movable)]
    exchanges = AssignmentNeighbourhood(incumbent, everything_of(constrained), search)
    for way in WAYS * 4:
        arm = NeighbourhoodOperator("turn", SLOTS, False, 0.5, selection=way, by_assignment=True)
        exchanges.run_batch(arm, search.budget.share(0.1), movable, lambda: False)
        assert (incumbent.values[: len(movable)][~movable] == before[~movable]).all()


def test_the_same_seed_makes_the_same_exchanges() -> None:
    made = []
    for _ in range(2):
        constrained, _ = task_for(3)
        search = SolveContext(5, Budget(10.0, 1))
        incumbent = standing_of(constrained, 1, search)
        movable = np.ones(constrained.program.decisions.count, dtype=np.bool_)
        arm = NeighbourhoodOperator("turn", SLOTS, False, 0.5, by_assignment=True)
        found = AssignmentNeighbourhood(incumbent, everything_of(constrained), search).run_batch(
            arm, search.budget.share(0.5), movable, lambda: False
        )
        made.append((incumbent.values.tolist(), found.effort, search.budget.spent_work))
    assert made[0] == made[1]


@pytest.mark.parametrize("workers", [1, 2])
def test_there_may_be_no_time_left_for_an_exchange(workers: int) -> None:
    constrained, _ = task_for(1)
    search = SolveContext(1, Budget(10.0, workers))
    exchanges = AssignmentNeighbourhood(
        standing_of(constrained, 1, search), everything_of(constrained), search
    )
    part = Allotment(0.0, 0.0 if workers == 1 else None)
    arm = NeighbourhoodOperator("turn", SLOTS, False, 0.5, by_assignment=True)
    assert exchanges.run_batch(arm, part, everything_of(constrained), lambda: False).effort == 1.0


def test_what_is_not_open_stays_where_it_is() -> None:
    constrained, _ = task_for(1)
    search = SolveContext(1, Budget(10.0, 2))
    incumbent = standing_of(constrained, 1, search)
    nothing = np.zeros(constrained.program.decisions.count, dtype=np.bool_)
    before = incumbent.values
    for way in WAYS:
        arm = NeighbourhoodOperator("turn", SLOTS, False, 0.5, selection=way, by_assignment=True)
        AssignmentNeighbourhood(incumbent, everything_of(constrained), search).run_batch(
            arm, search.budget.share(0.5), nothing, lambda: False
        )
    assert incumbent.values is before


def test_movers_are_one_at_a_place_and_go_where_they_cost_less() -> None:
    constrained, _ = task_for(2)
    search = SolveContext(1, Budget(10.0, 2))
    values, program = standing_of(constrained, 1, search).values, constrained.program
    everything = np.ones(program.decisions.count, dtype=np.bool_)
    grid = program.decisions.grids["turn"]
    price = level_objective(program, 1)
    cheaper = 0
    for seed in range(20):
        chooser = MoverSelector(program, price, everything, np.random.default_rng(seed))
        for way in WAYS:
            movers = chooser.movers("turn", way, values, everything)
            assert movers is not None
            own = movers.own
            assert (values[own] > 0).all() and len(np.unique(own)) == len(own)
            items, slots, _, periods = (
                (
                    np.concatenate(found)
                    for found in zip(*(np.nonzero(grid == column) for column in own), strict=True)
                )
                if len(own)
                else (np.zeros(0, int),) * 4
            )
            for period in np.unique(periods):
                assert len(np.unique(slots[periods == period])) == (periods == period).sum()
                assert len(np.unique(items[periods == period])) == (periods == period).sum()
            if way == "chain":
                cheaper += bool((price[own] > price[movers.columns].min(initial=0)).any())
    assert cheaper


@pytest.mark.parametrize("tried", [1, 40])
def test_those_of_whom_there_are_many_are_exchanged_first(
    monkeypatch: pytest.MonkeyPatch, tried: int
) -> None:
    """Eight of forty count for a seat of their own: where all are tried, they are never taken."""
    monkeypatch.setattr(mover_selection, "PARAMS", MoverParams(free_seed=0.0, seeds_tried=tried))
    policy = postings(40, 4)
    few = {"kind": "capacity", "on": "posting", "items": "person.id < 'P008'", "atleast": 1}
    takes = tuple(rule for rule in policy.rules if rule.kind == "take")
    program = replace(policy, rules=(*takes, example_rule(few, id="few"))).compile()
    grid = program.decisions.grids["posting"]
    values = np.zeros(len(program), dtype=np.int64)
    values[grid[np.arange(40), np.arange(40) // 2 % 4, 0, :]] = 1
    everything = np.ones(program.decisions.count, dtype=np.bool_)
    chosen = set()
    for seed in range(20):
        chooser = MoverSelector(program, np.zeros(len(program)), everything, np.random.default_rng(seed))
        movers = chooser.movers("posting", "similar", values, everything)
        assert movers is not None and len(movers.own)
        chosen |= {int(np.argwhere(grid == column)[0, 0]) for column in movers.own}
    assert (min(chosen) < 8) == (tried == 1)


@pytest.mark.parametrize("seed", range(3))
def test_pieces_and_exchanges_find_the_best_plan(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(large_neighbourhood, "PARAMS", LnsParams(largest_whole=0))
    monkeypatch.setattr(operators, "PARAMS", OperatorParams(many_places=1))
    constrained, least = task_for(seed)
    assert least is not None
    search = SolveContext(seed, Budget(10.0, 2))
    incumbent = standing_of(constrained, 1, search)
    everything = np.ones(len(constrained.program), dtype=np.bool_)
    large_neighbourhood.LargeNeighbourhoodSearch(incumbent, everything, search, races=False).run(
        search.budget.share(1.0)
    )
    assert incumbent.cost == incumbent.bound == least[0]
