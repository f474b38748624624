"""The route of zones around centres: its proved plans are the best of all plans."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.optimise.constrained_program import constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.optimise.routes import zones as zones_route
from allocator.optimise.routes.route import ProgramRequest, RouteResult
from allocator.optimise.zones import map_search as route
from allocator.optimise.zones import spanning_trees
from allocator.optimise.zones.map_search import solve_zones
from allocator.optimise.zones.pmedian import pmedian_search as centres
from allocator.optimise.zones.pmedian.districting import recognise_first
from allocator.optimise.zones.pmedian.pmedian_search import SlotPlacement
from allocator.program import lazy_auxiliaries
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.slot_decomposition import decompose_by_slot
from allocator.rules.policy import Policy
from allocator.solvers.deadline import Budget, Deadline, SolveContext
from allocator.solvers.observer import CallbackObserver
from brute_force import assert_best, least_costs, solved, solver_by_level
from worlds import Space
from zone_maps import Fields, grid_world, map_world, zoning

NEAR: Fields = {"kind": "compact", "to": "centre", "load": "unit.workload"}
BAND: Fields = {"kind": "capacity", "load": "unit.workload", "atleast": 3, "atmost": 9}
MORE: tuple[Fields, ...] = (
    BAND,
    {"kind": "capacity", "items": "unit.kind == 'town'", "atleast": 1},
    {"kind": "capacity", "slots": "group.id == 'Z1'", "atmost": 2},
    {"kind": "apart", "pairs": (("U0", "U3"),)},
    {"kind": "together", "pairs": (("U0", "U1"), ("U2", "U4"))},
    {"kind": "exclude", "item": "U1", "slot": "Z0"},
    {"kind": "prefer", "when": "unit.kind == 'town' && group.id != 'Z0'", "level": 1},
    {"kind": "balance", "load": "unit.workload", "measure": "squares", "target": 6, "level": 1},
    {"kind": "balance", "load": "unit.workload", "tolerance": 1, "level": 2},
    {"kind": "compact", "to": "seat", "level": 2},
)


def searching(seconds: float = 30.0, workers: int = 1) -> tuple[SolveContext, Deadline]:
    search = SolveContext(1, Budget(seconds, workers))
    return search, Deadline(search.budget, search.budget.share(1.0))


@st.composite
def maps_around_centres(draw: st.DrawFn) -> Policy:
    more = draw(st.lists(st.sampled_from(MORE), max_size=3, unique_by=str))
    near = {**NEAR, "power": draw(st.sampled_from((1, 2))), "level": 1, "weight": draw(st.integers(1, 3))}
    zones = draw(st.integers(2, 3))
    context = map_world(draw(st.integers(0, 999)), draw(st.integers(5, 8 - zones)), zones)
    return zoning(context, [near, *more])


def assert_best_around_centres(policy: Policy) -> None:
    """What the route finds is a plan, none costs less than it proves, and where it reads all it is best."""
    best, constrained = (
        least_costs(policy, Space.of(policy.context)),
        constrain(policy, policy.compile()),
    )
    search, deadline = searching()
    with mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=0)):
        found = solve_zones(ProgramRequest(constrained, search, deadline))
    if found.found == "unknown":
        return
    assert (found.found == "infeasible") == (best is None) == (found.decisions is None)
    if best is None:
        return
    assert found.decisions is not None
    values = evaluate_auxiliaries(constrained.program, found.decisions[None, :])
    [cost, *_] = level_costs(constrained.program, values)[0].tolist()
    [proof] = found.proofs
    assert constrained.is_feasible(values[0]) and proof.bound <= best[0] <= cost <= proof.cost
    if found.is_final:
        assert (found.found, proof.bound, cost) == ("optimal", *best, *best)


@settings(max_examples=4)
@given(maps_around_centres())
def test_the_best_of_all_plans_is_found_and_proved(policy: Policy) -> None:
    assert_best_around_centres(policy)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(maps_around_centres())
def test_the_best_of_all_plans_is_found_and_proved_of_many_maps(policy: Policy) -> None:
    assert_best_around_centres(policy)


@settings(max_examples=40)
@given(maps_around_centres(), st.data())
def test_no_plan_costs_less_than_what_is_read_of_it(policy: Policy, data: st.DataObject) -> None:
    program = policy.compile()
    whole = decompose_by_slot(program)
    assert whole is not None and policy.adjacency is not None
    read = recognise_first(program, whole, policy.adjacency)
    assert read is not None and read[0] == 1
    most, count = read[1].zone_count - 1, len(read[1])
    placing, at = SlotPlacement(program, whole, 1), program.levels.index(1)
    zone = np.array(data.draw(st.lists(st.integers(0, most), min_size=count, max_size=count)))
    decisions = np.zeros(program.decisions.count, dtype=np.int64)
    [grid] = program.decisions.grids.values()
    columns = grid[whole.items, zone, 0, 0]
    if (columns < 0).any():
        return
    decisions[columns] = 1
    values = evaluate_auxiliaries(program, decisions[None, :])
    if violated_rows(program, values).any():
        return
    assert read[1].keeps_bands(zone)
    cost = int(level_costs(program, values)[0, at])
    assert read[1].cost(zone) <= cost
    placed = placing.decisions(zone)  # zones that have slots are given some, no dearer ones
    assert placed is not None and (placing.zone(decisions) == zone).all()
    again = evaluate_auxiliaries(program, placed[None, :])
    assert (
        len(whole.linking_rows)
        or len(whole.linking_variables)
        or int(level_costs(program, again)[0, at]) <= cost
    )
    if read[1].is_exact:
        assert read[1].cost(zone) == cost and not violated_rows(program, again).any()


@settings(max_examples=15)
@given(maps_around_centres())
def test_a_way_that_only_a_matrix_says_is_the_same_way(policy: Policy) -> None:
    written = least_costs(policy, Space.of(policy.context))
    with mock.patch.object(lazy_auxiliaries, "MEDOID_LIMIT", 0):
        assert least_costs(policy, Space.of(policy.context)) == written
        assert_best(policy, Space.of(policy.context))


@pytest.mark.parametrize("seed", range(3))
def test_a_way_that_only_a_matrix_says_is_priced_as_plans_call_for_it(seed: int) -> None:
    policy = zoning(map_world(seed, 5, 2), [{**NEAR, "level": 1}, BAND])
    with (
        mock.patch.object(lazy_auxiliaries, "MEDOID_LIMIT", 0),
        mock.patch.object(zones_route, "solve_zones", lambda _: RouteResult()),
    ):
        assert_best(policy, Space.of(policy.context))


def test_a_larger_map_is_proved_and_told() -> None:
    policy = zoning(grid_world(3, 9, 8, 4), [{**NEAR, "level": 1}, {**BAND, "atleast": 38, "atmost": 52}])
    told: list[tuple[int | None, int]] = []
    offered: list[int] = []
    found = solve(
        policy,
        Options(seconds=50, workers=1),
        observer=CallbackObserver(
            snapshot=lambda reached: offered.append(reached.proofs[0].cost),
            progress=lambda step: told.append((step.cost, step.bound)) if step.level == 1 else None,
        ),
    )
    [_, proof] = found.proofs
    assert (found.status, solver_by_level(found.run), proof.cost) == ("optimal", {1: "zones"}, proof.bound)
    bounds = [bound for _, bound in told]
    assert bounds == sorted(bounds) and told[-1] == (proof.cost, proof.bound)
    assert all(cost is not None and cost >= bound for cost, bound in told)
    costs = [cost for cost, _ in told]
    assert offered == sorted(offered, reverse=True) and set(offered) == set(costs) and len(set(offered)) > 1
    again = solve(policy, Options(seconds=50, workers=1))
    assert again.assignments == found.assignments


def test_where_branch_and_cut_is_too_long_plans_are_sought_while_there_is_time() -> None:
    policy = zoning(grid_world(3, 9, 8, 4), [{**NEAR, "level": 1}, {**BAND, "atleast": 38, "atmost": 52}])
    constrained = constrain(policy, policy.compile())
    for many, most, workers in ((0, 10**6, 2), (0, 0, 2), (0, 10**6, 1)):
        search, deadline = searching(0.5, workers)
        with mock.patch.object(centres, "PARAMS", replace(centres.PARAMS, many_pairs=many, most_pairs=most)):
            found = solve_zones(ProgramRequest(constrained, search, deadline))
        assert found.decisions is not None and found.is_final
        [proof] = found.proofs
        assert 0 < proof.bound <= proof.cost
        assert constrained.is_feasible(evaluate_auxiliaries(constrained.program, found.decisions[None, :])[0])


def test_a_plan_to_begin_from_is_not_given_up() -> None:
    policy = zoning(map_world(2, 8, 2), [{**NEAR, "level": 1}, {**BAND, "atmost": 16}])
    best = solved(policy)
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    start = constrained.program.decisions.vector(best.assignments)
    with (
        mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=0)),
        mock.patch.object(centres, "PARAMS", replace(centres.PARAMS, first_tries=0)),
    ):
        found = solve_zones(ProgramRequest(constrained, search, deadline, start))
    assert found.decisions is not None
    cost = constrained.cost(evaluate_auxiliaries(constrained.program, found.decisions[None, :])[0], 1)
    assert cost == best.proofs[1].cost == found.proofs[0].bound


def test_where_flows_give_no_plan_a_map_is_split_by_chance() -> None:
    policy = zoning(map_world(1, 9, 2), [{**NEAR, "level": 1}, {"kind": "capacity", "atleast": 2}])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    with (
        mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=0)),
        mock.patch.object(centres, "PARAMS", replace(centres.PARAMS, first_tries=0)),
    ):
        found = solve_zones(ProgramRequest(constrained, search, deadline))
    assert found.decisions is not None
    with (
        mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=0)),
        mock.patch.object(centres, "PARAMS", replace(centres.PARAMS, first_tries=0)),
        mock.patch.object(spanning_trees, "plans_by_splitting", lambda *_: iter(())),
    ):
        found = solve_zones(ProgramRequest(constrained, search, deadline))
    assert found.found == "unknown" and found.decisions is None
