"""Obstacles on a map that make zones impossible are named, and never where there is a plan."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.explain import why_infeasible
from allocator.explain.map_obstacles import find_map_obstacles
from allocator.model.scenario import Organisation
from allocator.model.tables import Group, Link, Unit
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from brute_force import least_costs, solved
from worlds import Space
from zone_maps import map_world, zoning

#: Weights of units, neighbours, zones, the band, and what is said of it.
CASES = {
    "heavy": ((9, 2, 2), ((0, 1), (1, 2)), 2, (1, 8), "U0: 9 by itself, above the limit of 8"),
    "all": ((3, 3, 3), ((0, 1), (1, 2)), 2, (5, 9), "all together 9, for 2 slots of 5 or more each"),
    "island": (
        (4, 4, 1, 5),
        ((0, 1), (1, 3)),
        2,
        (4, 9),
        "U2: has no neighbour, 1 by itself, which makes no zone of 4 to 9",
    ),
    "bottleneck": (
        (4, 3, 3, 3, 9),
        ((0, 1), (0, 2), (0, 3), (0, 4)),
        2,
        (9, 12),
        "U0: only it joins U1, U2, U3 to the rest, too light for zones of 9; with it that is 13, "
        "above the limit of 12",
    ),
}


def policy_of(
    weights: tuple[int, ...], links: tuple[tuple[int, int], ...], zones: int, band: tuple[int, int]
) -> Policy:
    organisation = Organisation(
        units={f"U{k}": Unit(id=f"U{k}", kind="town", workload=w) for k, w in enumerate(weights)},
        groups={f"Z{k}": Group(id=f"Z{k}") for k in range(zones)},
        links=tuple(Link(source=f"U{a}", target=f"U{b}", kind="adjacent") for a, b in links),
    )
    context = bind_context(replace(map_world(1, 5, 2).scenario, organisation=organisation), None)
    return zoning(
        context, [{"kind": "capacity", "load": "unit.workload", "atleast": band[0], "atmost": band[1]}]
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_cannot_be_divided_is_named(case: tuple[object, ...]) -> None:
    *map_and_band, said = case
    policy = policy_of(*map_and_band)
    found = solved(policy)
    assert (found.status, found.run["route"]) == ("infeasible", {"kind": "zones"})
    assert found.run["structure"] == {"kind": "zones"}
    reasons = why_infeasible(policy, seconds=8)
    assert [(one.rule, one.text.en) for one in reasons.blocked] == [("capacity.2", said)]
    assert all(one.text.zh for one in reasons.blocked)


@settings(max_examples=40)
@given(st.integers(0, 9999), st.integers(2, 3), st.integers(0, 6), st.integers(3, 10))
def test_nothing_is_named_where_there_is_a_plan(seed: int, zones: int, low: int, high: int) -> None:
    band = {"kind": "capacity", "load": "unit.workload", "atleast": low, "atmost": max(low, high)}
    policy = zoning(map_world(seed, 8 - zones, zones), [band])
    if find_map_obstacles(policy):
        assert least_costs(policy, Space.of(policy.context)) is None
