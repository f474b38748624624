"""Decisions: numbering, and plans to values and back; spells; cuts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.model.plan import Assignment
from allocator.program.builder import ProgramBuilder
from allocator.program.cuts import RuleCut, add_cuts
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import Program, Subject
from allocator.program.spells import Spells, add_spells
from example_scenario import example_context
from hulls import Relaxation
from worlds import Plans, Space, common_plans, world_of

WORLD = example_context()
ALL = Decisions.of(list(WORLD.layers.values()))


@given(st.lists(st.integers(0, 1), min_size=ALL.count, max_size=ALL.count))
def test_values_to_assignments_and_back(values: list[int]) -> None:
    assignments = ALL.assignments(np.array(values))
    assert ALL.vector(assignments).tolist() == values
    assert len(set(map(str, assignments))) == sum(values)


def test_there_is_a_decision_wherever_one_can_be() -> None:
    assert ALL.count == sum(int((grid >= 0).sum()) for grid in ALL.grids.values())
    for name, layer in WORLD.layers.items():
        for i, s, r, t in np.ndindex(*layer.shape):
            assert (ALL.grids[name][i, s, r, t] >= 0) == layer.can_be(i, s, t)


def test_assignments_come_by_layer_period_item_slot_and_role() -> None:
    assignments = ALL.assignments(np.ones(ALL.count, dtype=np.int64))
    place = {name: k for k, name in enumerate(WORLD.layers)}
    order = [
        (place[a.layer], layer.period_index[a.period], layer.item_index[a.item], layer.slot_index[a.slot],
         layer.roles.index(a.role))
        for a in assignments
        for layer in [WORLD.layers[a.layer]]
    ]  # fmt: skip
    assert order == sorted(order) and len(order) == ALL.count


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": "nothing"},
        {"item": "Nobody"},
        {"slot": "Nowhere"},
        {"role": "lead"},
        {"role": None, "period": None},
        {"period": "1999"},
        {"item": "Zhao", "period": "2028"},
    ],
)
def test_assignments_without_a_decision_are_left_out(changes: dict[str, str | None]) -> None:
    fields = {"layer": "turn", "item": "Wang", "slot": "East", "role": None, "period": "2026", **changes}
    assert ALL.column(Assignment(**fields)) == -1
    assert ALL.vector([Assignment(**fields)]).sum() == 0


def spelled(layer: str, roles: tuple[int, ...]) -> tuple[Plans, Program, Spells]:
    """Return every plan of a layer, and a program of its spells in some roles."""
    space, plans = common_plans(frozenset({layer}))
    builder = ProgramBuilder(space.decisions, [])
    spells = add_spells(builder, space.context.layers[layer], roles)
    return plans, builder.build(), spells


@pytest.mark.parametrize(("layer", "roles"), [("turn", (0,)), ("posting", (0,)), ("posting", (0, 1))])
def test_spells_are_the_stays_of_every_plan(layer: str, roles: tuple[int, ...]) -> None:
    plans, program, spells = spelled(layer, roles)
    values = evaluate_auxiliaries(program, plans.matrix)
    assert not violated_rows(program, values).any()
    assert (program.rows.defining).all() and (program.rows.tags[:, 0] == -1).all()
    grid = program.decisions.grids[layer][:, :, list(roles), :]
    for i, s, t in np.ndindex(grid.shape[0], grid.shape[1], grid.shape[3]):
        steps = grid[i, s, :, t][grid[i, s, :, t] >= 0]
        covering = (spells.item == i) & (spells.slot == s) & (spells.first <= t) & (spells.last >= t)
        assert (values[:, steps].sum(1) == values[:, spells.cols[covering]].sum(1)).all()
    for k in range(0, len(plans), 97):
        taken = np.flatnonzero(values[k, spells.cols])
        of_program = sorted(
            (
                int(spells.item[n]),
                int(spells.slot[n]),
                int(spells.first[n] - spells.carried[n]),
                int(spells.last[n]),
            )
            for n in taken
        )
        assert of_program == sorted(plans.rosters[k][layer].spells(roles))
        assert all(
            spells.length[n] == spells.last[n] - spells.first[n] + 1 + spells.carried[n] for n in taken
        )


def test_an_item_that_stays_is_in_the_slot_in_both_periods() -> None:
    plans, program, spells = spelled("turn", (0,))
    values, grid = evaluate_auxiliaries(program, plans.matrix), program.decisions.grids["turn"]
    for i, s, t in np.ndindex(3, 2, 3):
        if t == 0 or grid[i, s, 0, t] < 0:
            continue
        stays = spells.staying(i, s, t)
        both = values[:, grid[i, s, 0, t - 1]] & values[:, grid[i, s, 0, t]]
        assert (values[:, stays.cols] @ stays.coefs + stays.constant == both).all()
    assert len(spells.staying(99, 0, 1).cols) == 0


def test_the_past_is_carried_into_first_spells_only() -> None:
    _, program, spells = spelled("turn", (0,))
    layer = program.decisions.layers["turn"]
    zhao_east = (spells.item == layer.item_index["Zhao"]) & (spells.slot == layer.slot_index["East"])
    assert (spells.carried[zhao_east & (spells.first == 0)] == 1).all()
    assert (spells.carried[~(zhao_east & (spells.first == 0))] == 0).all()


def cut(bound: int) -> RuleCut:
    places = (("zoning", 0, 0, 0, 0), ("zoning", 1, 0, 0, 0), ("zoning", 2, 1, 0, 0))
    return RuleCut("second", Subject(slot=0), places, (1, 1, -1), bound)


def test_cuts_are_further_rows() -> None:
    space = Space.of(world_of(frozenset({"zoning"})))
    program = ProgramBuilder(space.decisions, ["first", "second"]).build()
    more = add_cuts(add_cuts(program, [cut(0)]), [cut(1), cut(2)])
    assert len(program.rows) == 0 and len(more.rows) == 3
    assert more.rows.tags.tolist() == [[1, -1, 0, -1, -1, -1, -1]] * 3
    assert not more.rows.defining.any()
    plans, grid = space.all(), space.decisions.grids["zoning"]
    total = (
        plans.matrix[:, grid[0, 0, 0, 0]]
        + plans.matrix[:, grid[1, 0, 0, 0]]
        - plans.matrix[:, grid[2, 1, 0, 0]]
    )
    broken = violated_rows(more, evaluate_auxiliaries(more, plans.matrix))
    assert (broken == np.stack([total > 0, total > 1, total > 2], axis=1)).all()


def test_a_cut_leaves_out_places_without_a_decision() -> None:
    space = Space.of(world_of(frozenset({"turn"})))
    layer = space.context.layers["turn"]
    gone = ("turn", layer.item_index["Zhao"], 0, 0, 2)
    cut = RuleCut("only", Subject(), (gone, ("turn", 0, 0, 0, 0)), (-1, 1), 0)
    program = add_cuts(ProgramBuilder(space.decisions, ["only"]).build(), [cut])
    assert program.rows.cols.tolist() == [space.decisions.grids["turn"][0, 0, 0, 0]]
    assert program.rows.coefs.tolist() == [1]


@pytest.mark.parametrize("seed", range(6))
def test_the_spells_of_a_place_are_their_integer_hull(seed: int) -> None:
    """For any costs of spells, the relaxation of their definition has a whole optimum."""
    _, program, spells = spelled("turn", (0,))
    price = np.zeros(len(program), dtype=np.int64)
    price[spells.cols] = np.random.default_rng(seed).integers(-9, 10, size=len(spells.cols))
    least, whole = (Relaxation(program).least(price, whole=kind) for kind in (False, True))
    assert least == pytest.approx(whole)
