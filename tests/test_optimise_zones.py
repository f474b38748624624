"""The zones route: on small maps the best of all plans, level by level, under other rules for zones too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from allocator.api import bind, load
from allocator.graph.geography import adjacency_of, connected_components
from allocator.model.tables import Link
from allocator.optimise import lexicographic
from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.results import Options
from allocator.optimise.routes.route import ProgramRequest, RouteResult
from allocator.optimise.zones import cover_search, local_search, residual_cover, spanning_trees
from allocator.optimise.zones import map_search as route
from allocator.optimise.zones.connected_sets import Band, connected_sets
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverParams
from allocator.optimise.zones.local_search import costs_of, improve_by_units, is_least, is_plan
from allocator.optimise.zones.map_search import solve_zones
from allocator.optimise.zones.residual_cover import ResidualParams
from allocator.optimise.zones.spanning_trees import TreeSplitter, first_plan, split_plans
from allocator.optimise.zones.zone_pairs import recombine, reoptimise_pairs
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.slot_decomposition import decompose_by_slot
from allocator.program.subproblem import MilpInstance
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from allocator.solvers.deadline import Budget, Deadline, SolveContext
from allocator.solvers.observer import CallbackObserver, Observer
from allocator.solvers.solver import SearchParams
from brute_force import assert_best, solved, solver_by_level
from scenario_tools import folder
from worlds import Space
from zone_maps import Fields, grid_world, map_world, zoning

#: Thousands of plans or whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

NEAR: Fields = {"kind": "compact", "to": "centre", "load": "unit.workload"}
OF_ONE_SLOT: tuple[Fields, ...] = (
    NEAR,
    {**NEAR, "power": 2},
    {"kind": "compact", "to": "seat"},
    {"kind": "compact", "to": "members", "metres": 5000},
    {"kind": "capacity", "load": "unit.workload", "atleast": 3, "atmost": 9},
    {"kind": "capacity", "items": "unit.kind == 'town'", "atleast": 1},
    {"kind": "capacity", "slots": "group.id == 'Z1'", "atmost": 2},
    {"kind": "apart", "pairs": (("U0", "U3"),)},
    {"kind": "balance", "load": "unit.workload", "measure": "squares", "target": 6},
    {"kind": "prefer", "when": "unit.kind == 'town' && group.id != 'Z0'"},
    {"kind": "keep"},
    {"kind": "exclude", "item": "U1", "slot": "Z0"},
)
OF_SEVERAL: tuple[Fields, ...] = (
    {"kind": "together", "pairs": (("U0", "U1"), ("U2", "U4"))},
    {"kind": "balance", "load": "unit.workload", "tolerance": 1},
    {"kind": "balance", "load": "unit.workload", "items": "unit.kind == 'town'", "tolerance": 2},
)


@st.composite
def maps_with_rules(draw: st.DrawFn) -> Policy:
    fields = draw(st.lists(st.sampled_from(OF_ONE_SLOT + OF_SEVERAL), min_size=1, max_size=4, unique_by=str))
    rules = [
        {**one, "level": draw(st.sampled_from(("hard", 1, 2, 3))), "weight": draw(st.integers(1, 3))}
        for one in fields
    ]
    zones = draw(st.integers(2, 3))
    baseline = any(one["kind"] == "keep" for one in fields)
    context = map_world(draw(st.integers(0, 999)), draw(st.integers(5, 8 - zones)), zones, baseline=baseline)
    return zoning(context, rules)


@settings(max_examples=10)
@given(maps_with_rules(), st.sampled_from((1, 4, 1500)))
def test_the_best_of_all_plans_is_found_and_proved(policy: Policy, few: int) -> None:
    assert_best_zones(policy, few)


@pytest.mark.slow
@settings(max_examples=100)
@given(maps_with_rules(), st.sampled_from((1, 4, 1500)))
def test_the_best_of_all_plans_is_found_and_proved_on_many_maps(policy: Policy, few: int) -> None:
    assert_best_zones(policy, few)


def assert_best_zones(policy: Policy, few: int) -> None:
    most = 30 if few == 4 else ResidualParams().zones_apart
    with (
        mock.patch.object(cover_search, "PARAMS", replace(cover_search.PARAMS, first_columns=few)),
        mock.patch.object(residual_cover, "PARAMS", ResidualParams(zones_alike=most, zones_apart=most)),
    ):
        best = assert_best(policy, Space.of(policy.context))
        run = solved(policy).run
    if run["structure"]["kind"] != "network":  # one flow may be contiguous by chance
        assert run["structure"] == {"kind": "zones"}
        levels = policy.compile().levels if best is not None else ()
        assert run["route"]["kind"] == "zones"
        assert solver_by_level(run) == dict.fromkeys(levels, "zones")


@given(st.integers(0, 999), st.integers(1, 8), st.integers(0, 6), st.integers(1, 12))
def test_every_connected_set_in_the_bands_is_met_once(seed: int, count: int, low: int, high: int) -> None:
    rng = random.Random(seed)
    links = [pair for pair in combinations(range(count), 2) if rng.random() < 0.3]
    near = adjacency_of(links)
    weights = [rng.randint(0, 3) for _ in range(count)]
    found = connected_sets(
        [sum(1 << other for other in near.get(k, ())) for k in range(count)],
        [Band(np.array(weights), low, high), Band(np.ones(count, dtype=np.int64), 0, 5)],
        most=10**6,
        may_continue=lambda _: True,
    )
    every = (frozenset(own) for size in range(1, 6) for own in combinations(range(count), size))
    expected = [
        sum(1 << k for k in own)
        for own in every
        if low <= sum(weights[k] for k in own) <= high and len(list(connected_components(own, near))) == 1
    ]
    assert found is not None and found.tolist() == sorted(expected)


def test_sets_are_given_up_where_they_are_too_many_or_take_too_long() -> None:
    near, all_of_them = [sum(1 << j for j in range(9) if j != k) for k in range(9)], 2**9 - 1
    for most, goes_on in ((all_of_them - 1, True), (all_of_them, False)):
        assert connected_sets(near, [], most, lambda _, answer=goes_on: answer) is None
    every = connected_sets(near, [], all_of_them, lambda _: True)
    assert every is not None and len(every) == all_of_them


def test_too_many_zones_are_left_to_other_routes() -> None:
    seat = {"kind": "compact", "to": "seat", "level": 1}  # of no centre, so that these do not settle it
    policy = zoning(map_world(1, 6, 2), [seat, OF_ONE_SLOT[4]])
    with (
        mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=3)),
        mock.patch.object(route, "solve_cover_levels") as descend,
    ):
        assert solved(policy).status == "optimal"
        descend.assert_not_called()
        assert assert_best(policy, Space.of(policy.context)) is not None


@pytest.mark.parametrize(
    "rules",
    [
        [{"kind": "contiguous", "link": "road"}],  # two maps
        [{"kind": "balance", "measure": "squares", "each": "layer", "level": 1}],  # the square of all slots
    ],
)
def test_what_is_not_of_zones_is_told(rules: list[Fields]) -> None:
    policy = zoning(map_world(3, 6, 2), rules)
    assert policy.adjacency is None or decompose_by_slot(policy.compile()) is None


def test_a_countys_townships_are_settled_by_all_their_zones() -> None:
    policy = bind(load(folder("henan-cooperation")))
    found = solve(policy.truncate({"zoning": 1}), Options(seconds=60))
    assert (found.status, solver_by_level(found.run)) == ("optimal", {1: "zones"})
    assert found.run["structure"] == {"kind": "zones"}


def test_zones_exactly_as_large_as_they_must_be_are_found() -> None:
    band = {"kind": "capacity", "atleast": 3, "atmost": 3}
    context = map_world(3, 6, 2)
    chain = tuple(Link(source=f"U{k}", target=f"U{k + 1}", kind="adjacent") for k in range(5))
    organisation = replace(context.scenario.organisation, links=chain)
    policy = zoning(
        bind_context(replace(context.scenario, organisation=organisation), None), [band, {**NEAR, "level": 1}]
    )
    assert (found := solved(policy)).status == "optimal"
    assert [one.slot for one in found.assignments] == ["Z0"] * 3 + ["Z1"] * 3


def test_slots_that_are_alike_may_stay_empty_together() -> None:
    policy = zoning(map_world(3, 5, 3), [{"kind": "together", "pairs": (tuple(f"U{k}" for k in range(5)),)}])
    found = solved(policy)
    assert (found.status, found.run["structure"]) == ("optimal", {"kind": "zones"})
    assert {one.slot for one in found.assignments} == {"Z0"}


def cover_by(sets: Sequence[int], items: int) -> MilpInstance:
    matrix = np.array([[one >> item & 1 for one in sets] for item in range(items)], dtype=np.int64)
    nothing, ones = np.zeros(len(sets), dtype=np.int64), np.ones(items, dtype=np.int64)
    return MilpInstance(
        *(np.arange(len(sets)), (nothing, nothing + 1), csr_array(matrix)),
        *((ones, ones), nothing, 0, nothing),
    )


@st.composite
def covers(draw: st.DrawFn) -> tuple[MilpInstance, list[np.ndarray]]:
    """Draw sets of five items, some of which are to cover each item once, and two prices of each."""
    few = st.sets(st.integers(0, 4), min_size=1, max_size=3).map(lambda own: sum(1 << item for item in own))
    sets = draw(st.lists(few, min_size=6, max_size=13))
    prices = st.lists(st.integers(0, 9), min_size=len(sets), max_size=len(sets)).map(np.array)
    return cover_by(sets, 5), [draw(prices), draw(prices)]


def searching() -> tuple[SolveContext, Deadline]:
    search = SolveContext(1, Budget(30, 1))
    return search, Deadline(search.budget, search.budget.share(1.0))


def test_columns_that_cost_more_each_are_looked_at_too() -> None:
    # Two triangles of pairs at 2 and single ones at 4; in the best cover is a pair of both triangles at 7.
    pairs, single = [0b11, 0b101, 0b110, 0b11000, 0b101000, 0b110000], [1 << item for item in range(6)]
    problem, (search, deadline) = cover_by([*pairs, *single, 0b1001], 6), searching()
    with mock.patch.object(cover_search, "PARAMS", replace(cover_search.PARAMS, first_columns=6)):
        made = cover_search.CoverSearch(problem, np.ones(13, dtype=np.bool_), search)
        found = made.minimise(np.array([2] * 6 + [4] * 6 + [7]), 0, SearchParams(deadline.share(1.0)))
    assert (found.found, found.cost, found.bound) == ("optimal", 11, 11)


@settings(max_examples=40)
@given(covers(), st.sampled_from((1, 2, 300)), st.booleans())
def test_a_cover_of_few_columns_is_the_best_of_all(
    drawn: tuple[MilpInstance, list[np.ndarray]], few: int, is_begun: bool
) -> None:
    assert_best_cover(drawn, few, is_begun)


@pytest.mark.slow
@settings(max_examples=400)
@given(covers(), st.sampled_from((1, 2, 300)), st.booleans())
def test_each_of_many_covers_is_the_best_of_all(
    drawn: tuple[MilpInstance, list[np.ndarray]], few: int, is_begun: bool
) -> None:
    assert_best_cover(drawn, few, is_begun)


def assert_best_cover(drawn: tuple[MilpInstance, list[np.ndarray]], few: int, is_begun: bool) -> None:
    problem, prices = drawn
    search, deadline = searching()
    every = (np.arange(2 ** len(problem))[:, None] >> np.arange(len(problem))) & 1
    left = every[(every @ problem.matrix.T.toarray() == 1).all(axis=1)]
    hint = left[0] if is_begun and len(left) else None
    with mock.patch.object(cover_search, "PARAMS", CoverParams(first_columns=few, growth=2)):
        made = cover_search.CoverSearch(problem, np.ones(len(problem), dtype=np.bool_), search)
        for price in prices:
            found = made.minimise(price, 0, SearchParams(deadline.share(1.0), hint=hint))
            if not len(left):
                assert found.found == "infeasible" and made.confirms_infeasible(deadline)
                return
            least = int((left @ price).min())
            assert (found.found, found.cost, found.bound) == ("optimal", least, least)
            left, hint = left[left @ price == least], found.values


def test_a_cover_that_costs_what_is_known_to_be_the_least_is_not_searched_for() -> None:
    problem, (search, deadline) = cover_by([0b1, 0b10, 0b11], 2), searching()
    hint = np.array([1, 1, 0])
    made = cover_search.CoverSearch(problem, np.ones(3, dtype=np.bool_), search)
    with mock.patch.object(cover_search, "relax", side_effect=AssertionError):
        found = made.minimise(
            np.array([1, 1, 5]), 3, SearchParams(deadline.share(1.0), hint=hint, known_bound=5)
        )
    assert (found.found, found.cost, found.bound) == ("optimal", 5, 5)


def test_a_cover_to_begin_from_is_kept_where_there_is_no_time_for_a_better_one() -> None:
    problem, (search, deadline) = cover_by([0b1, 0b10, 0b11], 2), searching()
    made = cover_search.CoverSearch(problem, np.ones(3, dtype=np.bool_), search)
    deadline.stop()
    found = made.minimise(
        np.array([1, 1, 1]), 0, SearchParams(deadline.share(1.0), hint=np.array([1, 1, 0]), known_bound=1)
    )
    assert (found.found, found.cost) == ("feasible", 2) and found.bound <= 1


@given(st.integers(0, 9999), st.integers(1, 4))
def test_a_map_split_at_random_has_connected_zones_in_the_band(seed: int, count: int) -> None:
    rng = random.Random(seed)
    near = adjacency_of((k, rng.randrange(k)) for k in range(1, 20))
    weights = {k: rng.randint(0, 5) for k in range(20)}
    whole = sum(weights.values())
    band = whole // count - 6, whole // count + 6
    found = TreeSplitter(near, weights, band, seed).zones(frozenset(range(20)), count)
    if found is None:
        return
    assert len(found) == count and sorted(k for zone in found for k in zone) == list(range(20))
    assert all(len(list(connected_components(zone, near))) == 1 for zone in found)
    assert all(band[0] <= sum(weights[k] for k in zone) <= band[1] for zone in found)


def test_a_map_in_pieces_is_not_split() -> None:
    assert TreeSplitter({0: {1}, 1: {0}}, {0: 1, 1: 1, 2: 2}, (1, 3), 1).zones(frozenset(range(3)), 2) is None
    assert TreeSplitter({0: {1}, 1: {0}}, {0: 1, 1: 1, 2: 2}, (1, 9), 1).zones(frozenset(range(3)), 1) is None


def test_a_large_map_has_a_first_plan_by_splitting() -> None:
    band = {"kind": "capacity", "load": "unit.workload", "atleast": 20, "atmost": 90}
    town = {"kind": "capacity", "items": "unit.kind == 'town'", "atleast": 2}
    policy = zoning(map_world(5, 80, 4), [band, town, {"kind": "compact", "to": "seat", "level": 1}])
    constrained = constrain(policy, policy.compile())
    whole, (search, deadline) = decompose_by_slot(constrained.program), searching()
    assert whole is not None
    decisions = first_plan(constrained, whole, None, deadline, search)
    assert decisions is not None and constrained.is_feasible(
        evaluate_auxiliaries(constrained.program, decisions[None, :])[0]
    )
    found = solve_zones(ProgramRequest(constrained, search, deadline))
    assert found.found == "feasible" and found.decisions is not None
    better = evaluate_auxiliaries(constrained.program, np.stack([found.decisions, decisions]))
    assert constrained.is_feasible(better[0]) and np.diff(level_costs(constrained.program, better)[:, 0]) >= 0
    search.request_stop()
    assert first_plan(constrained, whole, None, deadline, search) is None


def test_the_better_of_a_start_and_a_split_map_is_kept() -> None:
    policy = zoning(map_world(1, 9, 2), [{**NEAR, "level": 1}, {"kind": "capacity", "atleast": 2}])
    program, best = policy.compile(), solved(policy)
    good = program.decisions.vector(best.assignments)
    every = [values for seed in range(9) if (values := split_at_random(policy, seed)) is not None]
    costs = level_costs(program, evaluate_auxiliaries(program, np.array(every)))[:, 0]
    worse = every[int(costs.argmax())]
    assert costs.max() > best.proofs[1].cost
    for split, other in ((worse, good), (good, worse)):
        with (
            mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=0)),
            mock.patch.object(spanning_trees, "plans_by_splitting", lambda *_, split=split: iter([split])),
            mock.patch.object(lexicographic, "level_routes", list),
        ):
            made = LexicographicSolver(constrain(policy, program), searching()[0], "again")
            made.solve(other, 0.1)
        assert made.costs == {1: best.proofs[1].cost}


BALANCED: Fields = {"kind": "balance", "load": "unit.workload", "level": 1}


@pytest.mark.parametrize("rules", [[BALANCED], [{**NEAR, "level": 1}, {"kind": "capacity", "atleast": 2}]])
@pytest.mark.parametrize("seed", range(4))
def test_a_plan_is_climbed_from_until_no_unit_makes_it_better(seed: int, rules: list[Fields]) -> None:
    policy = zoning(map_world(seed, 9, 3), rules)
    given = split_at_random(policy, seed)
    if given is None:
        return
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    made = improve_by_units(constrained, given, deadline, search)
    assert costs_of(constrained.program, made) <= costs_of(constrained.program, given)
    assert is_plan(constrained, made) and constrained.is_feasible(
        evaluate_auxiliaries(constrained.program, made[None, :])[0]
    )
    grid = constrained.program.decisions.grids["zoning"][:, :, 0, 0]
    for item, slot in np.argwhere(grid >= 0).tolist():
        other = made.copy()
        other[grid[item]] = 0
        other[grid[item, slot]] = 1
        if constrained.is_feasible(evaluate_auxiliaries(constrained.program, other[None, :])[0]):
            assert costs_of(constrained.program, other) >= costs_of(constrained.program, made)


def test_a_plan_is_climbed_from_as_long_as_there_is_time_and_if_it_is_not_too_large() -> None:
    policy = zoning(grid_world(3, 4, 4, 3), [BALANCED])
    given = split_at_random(policy, 1)
    assert given is not None
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    best = costs_of(constrained.program, improve_by_units(constrained, given, deadline, search))
    assert best < costs_of(constrained.program, given)
    with mock.patch.object(local_search, "PARAMS", replace(local_search.PARAMS, batch_values=10)):
        assert improve_by_units(constrained, given, deadline, search) is given
    search.request_stop()
    assert improve_by_units(constrained, given, deadline, search) is given


@pytest.mark.parametrize("seed", range(6))
def test_a_plan_and_its_cover_by_zones_are_one(seed: int) -> None:
    rules = [BALANCED] if seed % 2 else [{**NEAR, "level": 1}]
    policy = zoning(map_world(seed, 8, 3), rules)
    found: list[tuple[CoverModel, np.ndarray]] = []

    def hear(_program: object, model: CoverModel, *more: object) -> RouteResult:
        found.append((model, more[3]))  # type: ignore[arg-type]
        return RouteResult()

    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    with (
        mock.patch.object(route, "solve_cover_levels", hear),
        mock.patch.object(route, "is_least", lambda *_: False),
    ):
        solve_zones(ProgramRequest(constrained, search, deadline))
    [(model, plan)] = found
    values = model.values(plan)
    assert values is not None
    low, high = model.problem.sides
    assert (low <= model.problem.matrix @ values).all() and (model.problem.matrix @ values <= high).all()
    assert costs_of(constrained.program, model.decisions(values)) == costs_of(constrained.program, plan)
    model._groups[0].held[:] = False
    assert model.values(plan) is None


def observed_by(
    observer: Observer, constrained: ConstrainedProgram, search: SolveContext, deadline: Deadline
) -> ProgramRequest:
    """Return a request whose every level is observed by the same observer."""
    return ProgramRequest(constrained, search, deadline, observer_of=lambda _: observer)


def test_plans_of_a_map_are_shown_as_soon_as_there_are_any() -> None:
    policy = zoning(map_world(4, 9, 3), [{**NEAR, "level": 1}])
    for most, step in ((10**6, "solve_cover_levels"), (0, "reoptimise_pairs")):
        shown: list[np.ndarray] = []
        constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
        with (
            mock.patch.object(route, "PARAMS", replace(route.PARAMS, most_zones=most)),
            mock.patch.object(route, "recognise_first", lambda *_: None),
            mock.patch.object(route, step, side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            solve_zones(observed_by(CallbackObserver(plan=shown.append), constrained, search, deadline))
        assert shown and is_plan(constrained, shown[-1])


def test_zones_that_are_to_be_even_keep_a_band_that_is_narrower_still() -> None:
    """Split near the mean, they would break it: no plan came of two hundred tries."""
    context = grid_world(5, 9, 8, 6)
    load = sum(unit.workload for unit in context.scenario.organisation.units.values())
    band = {"kind": "capacity", "load": "unit.workload", "atleast": load // 6 - 1, "atmost": load // 6 + 2}
    policy = zoning(context, [BALANCED, band, {**NEAR, "level": 2}])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None and len(spanning_trees.tree_splitters(constrained, whole, 1)) == 1
    plan = first_plan(constrained, whole, None, deadline, search)
    assert plan is not None and is_plan(constrained, plan)


def test_where_chance_gives_no_even_zones_those_around_centres_are_taken() -> None:
    policy = zoning(grid_world(5, 9, 8, 6), [BALANCED, {**NEAR, "level": 2}])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    with mock.patch.object(spanning_trees, "plans_by_splitting", lambda *_: iter(())):
        stopping = CallbackObserver(bound=lambda *_: search.request_stop())
        found = solve_zones(observed_by(stopping, constrained, search, deadline))
    assert found.decisions is not None and is_plan(constrained, found.decisions)


def test_tied_zones_get_better_by_splitting_two_anew() -> None:
    policy = zoning(grid_world(5, 9, 8, 6), [BALANCED, {"kind": "capacity", "atleast": 2}])
    given = split_at_random(policy, 1)
    assert given is not None
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None
    shown: list[np.ndarray] = []
    made = recombine(constrained, whole, given, deadline, search, CallbackObserver(plan=shown.append))
    costs = [costs_of(constrained.program, plan) for plan in (given, *shown)]
    assert (
        costs == sorted(costs, reverse=True) and costs[-1] == costs_of(constrained.program, made) < costs[0]
    )
    assert all(is_plan(constrained, plan) for plan in (*shown, made))
    assert is_least(constrained, made) and recombine(constrained, whole, made, deadline, search) is made
    search.request_stop()
    assert recombine(constrained, whole, given, deadline, search) is given


def test_a_start_is_taken_for_a_plan_only_if_it_is_one() -> None:
    policy = zoning(map_world(1, 9, 2), [{**NEAR, "level": 1}, {"kind": "capacity", "atleast": 2}])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    nobody = np.zeros(constrained.program.decisions.count, dtype=np.int64)
    found = solve_zones(ProgramRequest(constrained, search, deadline, nobody))
    assert found.found == "optimal"


def split_at_random(policy: Policy, seed: int) -> np.ndarray | None:
    search = SolveContext(seed, Budget(30, 1))
    constrained = constrain(policy, policy.compile())
    whole, deadline = (
        decompose_by_slot(constrained.program),
        Deadline(search.budget, search.budget.share(1.0)),
    )
    assert whole is not None
    return next(split_plans(constrained, whole, deadline, search), None)


@pytest.mark.parametrize("seed", range(6))
def test_two_zones_made_anew_are_the_best_two(seed: int) -> None:
    seat = {"kind": "compact", "to": "seat", "level": 2}
    rules = [{**NEAR, "level": 1}, seat, {"kind": "capacity", "atleast": 2}]
    policy = zoning(map_world(seed, 9, 2), rules)
    best, given = solved(policy), split_at_random(policy, seed)
    if best.status == "infeasible" or given is None:
        return
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None
    made = evaluate_auxiliaries(
        constrained.program, reoptimise_pairs(constrained, whole, given, deadline, search)[None, :]
    )[0]
    assert constrained.is_feasible(made)
    assert [constrained.cost(made, level) for level in (1, 2)] == [proof.cost for proof in best.proofs[1:]]


def test_zones_made_anew_two_by_two_get_better_and_keep_what_is_asked() -> None:
    band = {"kind": "capacity", "load": "unit.workload", "atleast": 8, "atmost": 60}
    policy = zoning(map_world(5, 40, 4), [band, {**NEAR, "level": 1}])
    given = split_at_random(policy, 1)
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None and given is not None
    values = evaluate_auxiliaries(
        constrained.program, np.stack([given, reoptimise_pairs(constrained, whole, given, deadline, search)])
    )
    costs = level_costs(constrained.program, values)[:, 0].tolist()
    assert constrained.is_feasible(values[1]) and costs[1] < costs[0]
    search.request_stop()
    assert (reoptimise_pairs(constrained, whole, given, deadline, search) == given).all()


def test_a_plan_of_zones_that_something_ties_stays_as_it_is() -> None:
    policy = zoning(map_world(1, 9, 2), [{**NEAR, "level": 1}, {**OF_SEVERAL[1], "level": 1}])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole, given = decompose_by_slot(constrained.program), split_at_random(policy, 1)
    assert whole is not None and given is not None and len(whole.linking_rows)
    assert reoptimise_pairs(constrained, whole, given, deadline, search) is given
