"""Loads of slots or items: once as expressions of the program, once counted from a roster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from allocator.model.layer import IntArray
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.roster import LayerRoster
from allocator.rules.scope import Scope

Each = Literal["slot", "item"]
Over = Literal["period", "horizon"]


def subjects(scope: Scope, each: Each, over: Over) -> Iterator[tuple[Subject, tuple[int, ...]]]:
    """Yield each slot (or item) that exists, with the periods over which its load is added up."""
    exists = scope.layer.active if each == "slot" else scope.layer.present
    for k in (scope.slots if each == "slot" else scope.items).tolist():
        periods = tuple(t for t in scope.periods if exists[k, t])
        for chosen in [periods] if over == "horizon" else [(t,) for t in periods]:
            if chosen:
                period = -1 if over == "horizon" else chosen[0]
                subject = Subject(period=period)
                yield subject._replace(slot=k) if each == "slot" else subject._replace(item=k), chosen


def terms_by(
    scope: Scope, grid: IntArray, each: Each, load: int | str, over: Over
) -> Iterator[tuple[Subject, Expr]]:
    """Yield the load of each slot (or item) as an expression over the decisions."""
    loads = scope.numbers(load)
    roles = np.asarray(scope.roles, dtype=np.int64)
    for subject, periods in subjects(scope, each, over):
        items = scope.items if each == "slot" else np.array([subject.item])
        slots = scope.slots if each == "item" else np.array([subject.slot])
        within = np.asarray(periods, dtype=np.int64)
        cols = grid[np.ix_(items, slots, roles, within)]
        weights = np.broadcast_to(loads[np.ix_(items, slots, within)][:, :, None, :], cols.shape)
        used = (cols >= 0) & (weights != 0)
        yield subject, Expr.of(cols[used], weights[used])


def loads_by(
    scope: Scope, roster: LayerRoster, each: Each, load: int | str, over: Over
) -> Iterator[tuple[Subject, int]]:
    """Yield the load of each slot (or item) in a plan."""
    loads = scope.numbers(load)
    for subject, periods in subjects(scope, each, over):
        total = 0
        for t in periods:
            if each == "slot":
                held = [(i, subject.slot, r) for i, r in roster.members(subject.slot, t)]
            else:
                held = [(subject.item, s, r) for s, r in roster.seats(subject.item, t)]
            total += sum(int(loads[i, s, t]) for i, s, r in held if r in scope.roles)
        yield subject, total
