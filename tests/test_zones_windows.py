"""Zones charged together: choices that remain after sum propagation, and the best of all windows."""

from __future__ import annotations

from itertools import product
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.optimise.constrained_program import constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.optimise.routes.route import ProgramRequest
from allocator.optimise.zones import lexicographic_cover, residual_cover
from allocator.optimise.zones import map_search as route
from allocator.optimise.zones.candidates import cost_bands
from allocator.optimise.zones.lexicographic_cover import WindowSearch
from allocator.optimise.zones.local_search import costs_of, is_plan
from allocator.optimise.zones.map_search import solve_zones
from allocator.optimise.zones.residual_cover import OPEN_SIDE, Domain, ResidualParams, SumConstraints
from allocator.optimise.zones.spanning_trees import split_plans
from allocator.program.slot_decomposition import decompose_by_slot
from allocator.rules.policy import Policy
from allocator.solvers.deadline import Budget, Deadline, SolveContext
from allocator.solvers.solver import SearchResult
from allocator.verify import judge
from brute_force import assert_best, solved, solver_by_level
from worlds import Space
from zone_maps import Fields, grid_world, map_world, zoning

EVEN: Fields = {"kind": "balance", "load": "unit.workload", "level": 1}
SIZES: Fields = {"kind": "balance", "load": "unit.workload", "items": "unit.kind == 'town'", "level": 2}
NEAR: Fields = {"kind": "compact", "to": "centre", "load": "unit.workload", "level": 2}
TOWNS: Fields = {"kind": "prefer", "when": "unit.kind == 'town' && group.id != 'Z0'", "level": 2}


@st.composite
def sums_and_what_is_left(draw: st.DrawFn) -> tuple[SumConstraints, Domain]:
    slots, rows, numbers = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    counts = [draw(st.integers(1, 4)) for _ in range(slots)]
    few = st.integers(-3, 4)
    blocks = [
        (slot, row, np.array(draw(st.lists(few, min_size=counts[slot], max_size=counts[slot]))))
        for slot, row in product(range(slots), range(rows))
        if draw(st.booleans())
    ]
    shared = np.array(draw(st.lists(few, min_size=rows * numbers, max_size=rows * numbers)), dtype=np.int64)
    low = np.array([draw(st.sampled_from((-OPEN_SIDE, -4, 0, 2))) for _ in range(rows)])
    high = low + np.array([draw(st.sampled_from((0, 3, OPEN_SIDE))) for _ in range(rows)])
    able = [np.array([draw(st.integers(0, 4)) > 0 for _ in range(count)]) for count in counts]
    least = np.array([draw(st.integers(-2, 2)) for _ in range(numbers)], dtype=np.int64)
    most = least + np.array([draw(st.integers(0, 4)) for _ in range(numbers)], dtype=np.int64)
    return SumConstraints(low, high, blocks, shared.reshape(rows, numbers)), Domain(able, least, most)


@settings(max_examples=200)
@given(sums_and_what_is_left())
def test_nothing_that_rows_allow_is_left_out(drawn: tuple[SumConstraints, Domain]) -> None:
    sums, left = drawn
    if not all(own.any() for own in left.able):
        return
    narrow, (least, most), implied = sums.propagate(left), sums.activity_bounds(left), sums.implied(left)
    choices = [np.flatnonzero(own).tolist() for own in left.able]
    numbers = [range(a, b + 1) for a, b in zip(left.low.tolist(), left.high.tolist(), strict=True)]
    for chosen in product(*choices):
        for values in product(*numbers):
            found = sums.shared @ np.array(values, dtype=np.int64)
            for slot, row, counts in sums.blocks:
                found[row] += counts[chosen[slot]]
            assert (least <= found).all() and (found <= most).all()
            holds = (sums.low <= found) & (found <= sums.high)
            assert holds[implied].all()
            if holds.all():
                assert narrow is not None
                assert all(own[k] for own, k in zip(narrow.able, chosen, strict=True))
                assert (narrow.low <= values).all() and (values <= narrow.high).all()


def test_halves_are_all_that_was_left() -> None:
    left = Domain([np.ones(2, dtype=np.bool_)], np.array([0, 3]), np.array([0, 8]))
    assert left.widest == 1
    assert [(one.low.tolist(), one.high.tolist()) for one in left.halves(1)] == [
        ([0, 3], [0, 5]),
        ([0, 6], [0, 8]),
    ]
    assert Domain([], np.array([4]), np.array([4])).widest is None
    assert Domain([], np.array([], dtype=np.int64), np.array([], dtype=np.int64)).widest is None


@pytest.mark.slow
@settings(max_examples=15)
@given(
    st.integers(0, 999),
    st.sampled_from([[EVEN], [EVEN, SIZES], [EVEN, NEAR], [EVEN, TOWNS], [{**EVEN, "tolerance": 1}, NEAR]]),
    st.sampled_from((30, 3000)),
)
def test_the_best_of_all_windows_is_the_best_of_all(seed: int, rules: list[Fields], most: int) -> None:
    policy = zoning(map_world(seed, 6, 2 + seed % 2), rules)
    with mock.patch.object(residual_cover, "PARAMS", ResidualParams(zones_alike=most, zones_apart=most)):
        assert_best(policy, Space.of(policy.context))


def searching(seconds: float = 30.0) -> tuple[SolveContext, Deadline]:
    search = SolveContext(1, Budget(seconds, 1))
    return search, Deadline(search.budget, search.budget.share(1.0))


@pytest.mark.parametrize("seed", range(3))
def test_even_zones_of_a_county_are_proved(seed: int) -> None:
    policy = zoning(grid_world(seed, 5, 4, 4), [EVEN, NEAR])
    found = solve(policy, Options(seconds=60, workers=1))
    assert (found.status, solver_by_level(found.run)) == ("optimal", {1: "zones", 2: "zones"})
    judgement = judge(policy, found.assignments)
    assert [judgement.costs[level] for level in (1, 2)] == [proof.cost for proof in found.proofs[1:]]


def windows_of(policy: Policy) -> tuple[WindowSearch, list[np.ndarray]]:
    """Return the windows of a map, and some plans of it by chance."""
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None
    kept: list[WindowSearch] = []
    real = WindowSearch

    def keep(*given: object) -> WindowSearch:
        kept.append(real(*given))  # type: ignore[arg-type]
        return kept[-1]

    with (
        mock.patch.object(route, "WindowSearch", keep),
        mock.patch.object(route, "cost_bands", lambda *_: {}),
        mock.patch.object(route, "is_least", lambda *_: False),
        mock.patch.object(route, "solve_cover_levels"),
    ):
        solve_zones(ProgramRequest(constrained, search, deadline))
    return kept[0], list(split_plans(constrained, whole, deadline, search))


def test_windows_show_what_is_better_and_prove_it() -> None:
    policy = zoning(grid_world(2, 4, 4, 3), [EVEN])
    made, plans = windows_of(policy)
    [best] = solved(policy).proofs[1:]
    worst = max(costs_of(made.program, plan)[0] for plan in plans)
    assert worst > best.cost
    shown: list[tuple[int, int]] = []
    constrained, (_, deadline) = constrain(policy, policy.compile()), searching()

    def show(decisions: np.ndarray, cost: int) -> None:
        assert is_plan(constrained, decisions)
        shown.append((costs_of(constrained.program, decisions)[0], cost))

    assert made.minimise(0, worst, 0, deadline, show) == best.cost
    assert shown[-1] == (best.cost, best.cost) and all(own <= told for own, told in shown)
    assert made.minimise(0, best.cost, 0, deadline, show) == best.cost and shown[-1] == (best.cost, best.cost)


def test_windows_that_are_cut_off_claim_no_more_than_is_proved() -> None:
    policy = zoning(grid_world(2, 4, 4, 3), [EVEN])
    made, _ = windows_of(policy)
    [best] = solved(policy).proofs[1:]
    _, deadline = searching()
    deadline.stop()
    assert made.minimise(0, 50, 0, deadline, lambda *_: None) <= best.cost


def test_a_window_that_is_not_searched_to_its_end_proves_nothing() -> None:
    policy = zoning(grid_world(2, 4, 4, 3), [EVEN])
    made, _ = windows_of(policy)
    _, deadline = searching()
    with mock.patch.object(lexicographic_cover.CoverSearch, "minimise", lambda *_: SearchResult("unknown")):
        assert made.minimise(0, 50, 0, deadline, lambda *_: pytest.fail("found")) < 5


@pytest.mark.parametrize("seed", range(4))
def test_zones_of_better_plans_lie_in_the_bands_of_a_plan(seed: int) -> None:
    policy = zoning(grid_world(seed, 4, 3, 3), [EVEN])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None
    plans = sorted(
        split_plans(constrained, whole, deadline, search),
        key=lambda plan: costs_of(constrained.program, plan),
    )
    grid = constrained.program.decisions.grids["zoning"][:, :, 0, 0]
    narrowed = False
    for k, plan in enumerate(plans):
        found = cost_bands(constrained, whole, plan)
        assert set(found) == {0, 1, 2}
        for better in plans[: k + 1]:
            for slot, bands in found.items():
                held = better[grid[:, slot]]
                assert all(band.low <= int(band.weights @ held) <= band.high for band in bands)
        narrowed |= any(band.low > 0 for band in found[0])
    assert narrowed


def test_a_plan_that_pays_nothing_says_nothing_of_others() -> None:
    policy = zoning(grid_world(1, 3, 3, 2), [{"kind": "balance", "load": "unit.workload", "tolerance": 9}])
    constrained, (search, deadline) = constrain(policy, policy.compile()), searching()
    whole = decompose_by_slot(constrained.program)
    assert whole is not None
    plan = next(iter(split_plans(constrained, whole, deadline, search)))
    assert cost_bands(constrained, whole, plan) == {}
