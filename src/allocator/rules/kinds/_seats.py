"""Seats, many at a time: those of the baseline, the subjects of rows, and those that a roster takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from allocator.model.layer import BoolArray, IntArray
from allocator.program.tags import Subject
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach
from allocator.rules.scope import Scope

#: Item, slot, role and period; item or slot is -1 where the scenario no longer has it.
Seat = tuple[int, int, int, int]


def seats_in_baseline(scope: Scope) -> Iterator[Seat]:
    """Yield the seats of the baseline in the layer, roles and periods of a rule, each once, in order."""
    layer, plan = scope.layer, scope.context.baseline
    found: set[Seat] = set()
    for one in plan.assignments if plan is not None else ():
        t = layer.period_index.get(one.period, -1)
        if one.layer != layer.name or one.role not in layer.roles or t not in scope.periods:
            continue
        r = layer.roles.index(one.role)
        if r in scope.roles:
            found.add((layer.item_index.get(one.item, -1), layer.slot_index.get(one.slot, -1), r, t))
    yield from sorted(found)


def about(
    *,
    item: IntArray | int = -1,
    slot: IntArray | int = -1,
    role: IntArray | int = -1,
    period: IntArray | int = -1,
    other: IntArray | int = -1,
) -> IntArray:
    """Return ``[n, 5]`` item, slot, role, period and other item of ``n`` rows; a number is that of all."""
    return np.stack(np.broadcast_arrays(item, slot, role, period, other), axis=1)


def places(scope: Scope, where: BoolArray) -> IntArray:
    """Return ``[n, 4]`` item, slot, role and period for each chosen ``[I, S, T]`` that can be taken."""
    chosen = np.argwhere(where & scope.layer.open)
    blocks = [np.insert(chosen, 2, role, axis=1) for role in scope.roles]
    return np.concatenate([np.zeros((0, 4), dtype=np.int64), *blocks])


def breaches(roster: Roster, scope: Scope, amount: Callable[[int, int, int], int]) -> Iterator[Breach]:
    """Yield a breach for each place taken in scope whose amount is above 0."""
    covered = scope.covered
    for i, s, r, t in roster[scope.layer.name].taken:
        if covered[i, s, t] and r in scope.roles and (found := amount(i, s, t)) > 0:
            yield Breach(Subject(item=i, slot=s, role=r, period=t), found)
