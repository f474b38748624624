"""Parallel pieces: each has decisions of its own; its result is accepted whatever else has changed."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.feasible_plan import find_feasible
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.lns import large_neighbourhood, operators
from allocator.optimise.lns.large_neighbourhood import LnsParams, merge_piece, solve_parallel
from allocator.optimise.lns.operators import OperatorParams
from allocator.program.evaluate import violated_rows
from allocator.solvers.deadline import Budget, Deadline, SolveContext
from allocator.solvers.solver import SearchParams
from brute_force import least_costs, policy_for, priced_at_random
from example_scenario import example_rule

RULES = (
    {"id": "some", "kind": "capacity", "on": "turn", "atleast": 1, "atmost": 2},
    {"id": "load", "kind": "capacity", "on": "turn", "load": "person.age - 40", "atmost": 6},
)


def standing_of(constrained: ConstrainedProgram, search: SolveContext) -> LevelIncumbent:
    deadline = Deadline(search.budget, search.budget.share(1.0))
    found = find_feasible(constrained, None, deadline, search)
    assert found.values is not None
    return LevelIncumbent(constrained, 1, found.values)


@pytest.mark.parametrize("seed", range(4))
def test_pieces_side_by_side_find_the_best_plan(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(large_neighbourhood, "PARAMS", LnsParams(largest_whole=0))
    monkeypatch.setattr(operators, "PARAMS", OperatorParams(many_places=1))
    rules = [example_rule(rule) for rule in RULES]
    policy, space = policy_for(rules)
    policy, space = policy_for([*rules, *priced_at_random("turn", policy.context, seed)])
    search = SolveContext(seed, Budget(10.0, 2))
    incumbent = standing_of(constrain(policy, policy.compile()), search)
    everything = np.ones(len(incumbent.constrained.program), dtype=np.bool_)
    large_neighbourhood.LargeNeighbourhoodSearch(incumbent, everything, search, races=False).run(
        search.budget.share(1.0)
    )
    assert least_costs(policy, space) == (incumbent.cost,) == (incumbent.bound,)
    assert not violated_rows(incumbent.constrained.program, incumbent.values[None, :]).any()


def test_what_was_found_of_a_piece_is_put_into_the_plan_as_it_now_is() -> None:
    rules = [example_rule(rule) for rule in RULES]
    policy, _ = policy_for(rules)
    policy, _ = policy_for([*rules, *priced_at_random("turn", policy.context, 2)])
    search = SolveContext(1, Budget(10.0, 2))
    incumbent = standing_of(constrain(policy, policy.compile()), search)
    start, program = incumbent.values, incumbent.constrained.program
    frees = []
    for period in (0, 1):
        free = np.zeros(len(program), dtype=np.bool_)
        columns = program.decisions.grids["turn"][..., period].reshape(-1)
        free[columns[columns >= 0]] = True
        free[program.decisions.count :] = True
        frees.append(free)
    problems = [incumbent.constrained.subproblem(1).restrict(start, free) for free in frees]
    looked: list[int] = []
    search_params = SearchParams(search.budget.share(1.0), threads=1)
    first, second = solve_parallel(
        [p for p in problems if p], search, search_params, lambda: looked.append(1), lambda: looked.append(0)
    )
    assert 0 in looked and 1 in looked and first.values is not None and second.values is not None
    for free, found in zip(frees, (first, second), strict=True):
        merge_piece(incumbent, start, free, found.values)
    for period, found in ((0, first), (1, second)):
        grid = program.decisions.grids["turn"][..., period]
        columns = grid[grid >= 0]
        assert incumbent.values[columns].tolist() == found.values[columns].tolist()
    # What no longer fits is left out: nobody is anywhere.
    before = incumbent.values
    empty = np.zeros(len(program), dtype=np.int64)
    merge_piece(incumbent, start, np.ones(len(program), dtype=np.bool_), empty)
    assert incumbent.values is before
