"""Loads of slots, of items or of a layer: once as expressions of the program, once counted from a roster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np

from allocator.model.layer import IntArray
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.expressions import PairNumber
from allocator.rules.means import Means
from allocator.rules.roster import LayerRoster
from allocator.rules.scope import Scope

Each = Annotated[
    Literal["slot", "item", "layer"],
    Means(
        zh="计每个去处（slot）、每个对象（item）还是全层合计（layer）的负荷",
        en="Whether loads are of slots, of items, or of the layer as a whole (all slots together).",
    ),
]
Load = Annotated[
    PairNumber,
    Means(
        zh="一次安排增加的负荷，如 `case.effort`、`unit.workload`",
        en="What one assignment adds: `case.effort`, `unit.workload`.",
    ),
]
Over = Annotated[
    Literal["period", "horizon"],
    Means(
        zh="逐期计算（period），还是全程合计（horizon）",
        en="Whether loads are added up in each period or over the horizon.",
    ),
]


def subjects(scope: Scope, each: Each, over: Over) -> Iterator[tuple[Subject, tuple[int, ...]]]:
    """Yield each slot (or item) that exists, with the periods over which its load is added up."""
    for whose, periods in _existing(scope, each):
        for chosen in [periods] if over == "horizon" else [(t,) for t in periods]:
            if chosen:
                yield whose._replace(period=-1 if over == "horizon" else chosen[0]), chosen


def _existing(scope: Scope, each: Each) -> Iterator[tuple[Subject, tuple[int, ...]]]:
    """Yield each slot or item with the periods in which it exists; the layer is always there."""
    if each == "layer":
        yield Subject(), tuple(scope.periods)
        return
    exists = scope.layer.active if each == "slot" else scope.layer.present
    for k in (scope.slots if each == "slot" else scope.items).tolist():
        whose = Subject(slot=k) if each == "slot" else Subject(item=k)
        yield whose, tuple(t for t in scope.periods if exists[k, t])


def terms_by(
    scope: Scope, grid: IntArray, each: Each, load: int | str, over: Over
) -> Iterator[tuple[Subject, Expr]]:
    """Yield the load of each slot (or item, or of the layer) as an expression over the decisions."""
    loads = scope.numbers(load)
    roles = np.asarray(scope.roles, dtype=np.int64)
    for subject, periods in subjects(scope, each, over):
        items = np.array([subject.item]) if each == "item" else scope.items
        slots = np.array([subject.slot]) if each == "slot" else scope.slots
        within = np.asarray(periods, dtype=np.int64)
        cols = grid[np.ix_(items, slots, roles, within)]
        weights = np.broadcast_to(loads[np.ix_(items, slots, within)][:, :, None, :], cols.shape)
        used = (cols >= 0) & (weights != 0)
        yield subject, Expr.of(cols[used], weights[used])


def loads_by(
    scope: Scope, roster: LayerRoster, each: Each, load: int | str, over: Over
) -> Iterator[tuple[Subject, int]]:
    """Yield the load of each slot (or item, or of the layer) in a plan."""
    loads = scope.numbers(load)
    for subject, periods in subjects(scope, each, over):
        total = 0
        for t in periods:
            if each == "item":
                held = [(subject.item, s, r) for s, r in roster.seats(subject.item, t)]
            else:
                slots = [subject.slot] if each == "slot" else scope.slots.tolist()
                held = [(i, s, r) for s in slots for i, r in roster.members(s, t)]
            total += sum(int(loads[i, s, t]) for i, s, r in held if r in scope.roles)
        yield subject, total
