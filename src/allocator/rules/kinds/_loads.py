"""Loads of slots, of items or of a layer: once as expressions of the program, once counted from a roster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import model_validator

from allocator.model.layer import IntArray
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.amounts import refuse_negative
from allocator.rules.expressions import EachAmount, PairAmount
from allocator.rules.kind import FieldError, Rule
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope

Each = Annotated[
    Literal["slot", "item", "layer"],
    Means(
        zh="计每个去处（slot）、每个对象（item）还是全层合计（layer）的负荷",
        en="Whether loads are of slots, of items, or of the layer as a whole (all slots together).",
    ),
]
Load = Annotated[
    PairAmount,
    Means(
        zh="一次安排增加的负荷，如 `case.effort`、`case.effort * person.pace`，不能为负",
        en="What one assignment adds, never negative: `case.effort`, `case.effort * person.pace`.",
    ),
]
Carried = Annotated[
    EachAmount,
    Means(
        zh='各自起初已有的负荷，如上年的 `person.indicators["办案量2025"]`；`each: layer` 时为整数',
        en='What each has to begin with, such as last year\'s `person.indicators["load 2025"]`; for '
        "`each: layer` a number.",
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


class LoadRule(Rule):
    """The fields that say what a load is, and the loads by them."""

    each: Each = "slot"
    load: Load = 1
    carried: Carried = 0
    over: Over = "period"

    @model_validator(mode="after")
    def _the_layer_has_no_fields(self) -> LoadRule:
        if self.each == "layer" and isinstance(self.carried, str):
            raise FieldError(
                zh="each 为 layer 时 carried 须为整数",
                en="carried of the layer as a whole must be a whole number, not an expression",
            )
        return self

    def terms(self, pen: Pen, scope: Scope) -> Iterator[tuple[Subject, Expr]]:
        """Yield the load of each slot (or item, or of the layer) as an expression over the decisions."""
        begun, periods = self._begun(scope), scope.layer.shape[3]
        cols, weights, keys = self._places(pen.grid(), scope)
        # Sorted by whose they are and when, all at once: there may be millions.
        order = _order(keys)
        cols, weights = cols[order], weights[order]
        starts = np.searchsorted(keys[order], np.arange(len(begun) * periods + 1))
        for subject, within in subjects(scope, self.each, self.over):
            key = _whose(subject) * periods + (0 if self.over == "horizon" else within[0])
            part = slice(starts[key], starts[key + 1])
            yield subject, Expr.of(cols[part], weights[part]) + int(begun[_whose(subject)])

    def _places(self, grid: IntArray, scope: Scope) -> tuple[IntArray, IntArray, IntArray]:
        """Return decision, load and key (whose, and when) of every place in scope that adds something."""
        item, slot, role, period = np.nonzero(grid >= 0)
        weights = self._added(scope)[item, slot, period]
        kept = scope.covered[item, slot, period] & np.isin(role, scope.roles) & (weights != 0)
        item, slot, role, period = item[kept], slot[kept], role[kept], period[kept]
        whose = {"item": item, "slot": slot, "layer": np.zeros_like(item)}[self.each]
        when = 0 if self.over == "horizon" else period
        keys = whose * scope.layer.shape[3] + when
        return grid[item, slot, role, period], weights[kept], keys

    def loads(self, roster: Roster, scope: Scope) -> Iterator[tuple[Subject, int]]:
        """Yield the load of each slot (or item, or of the layer) in a plan."""
        plan, loads, begun = roster[self.on], self._added(scope), self._begun(scope)
        for subject, periods in subjects(scope, self.each, self.over):
            total = int(begun[_whose(subject)])
            for t in periods:
                if self.each == "item":
                    held = [(subject.item, s, r) for s, r in plan.seats(subject.item, t)]
                else:
                    slots = [subject.slot] if self.each == "slot" else scope.slots.tolist()
                    held = [(i, s, r) for s in slots for i, r in plan.members(s, t)]
                total += sum(int(loads[i, s, t]) for i, s, r in held if r in scope.roles)
            yield subject, total

    def _added(self, scope: Scope) -> IntArray:
        """Return ``[I, S, T]``: what each assignment adds."""
        layer, loads = scope.layer, scope.numbers(self.load)
        refuse_negative(loads, self.load, layer.items, layer.slots, [period.id for period in layer.periods])
        return loads

    def _begun(self, scope: Scope) -> IntArray:
        """Return what each item or slot has to begin with; one number for the layer."""
        if self.each == "layer":
            return np.array([self.carried], dtype=np.int64)
        is_item = self.each == "item"
        found = scope.item_numbers(self.carried) if is_item else scope.slot_numbers(self.carried)
        refuse_negative(found, self.carried, scope.layer.items if is_item else scope.layer.slots)
        return found


def shortfall(load: Expr, asked: int) -> Expr:
    """Return by how much a load is below what is asked; where it is not, some number that is 0 or less.

    No assignment counts for more than all that is asked: the same in whole numbers, and tighter in others
    (coefficient tightening; Savelsbergh, ORSA Journal on Computing 1994).

    Args:
        load: A sum of decisions, none of them negative, and what there is to begin with.
        asked: What is asked.
    """
    missing = asked - load.constant
    return (
        Expr(load.cols, -np.minimum(load.coefs, missing), missing) if missing > 0 else Expr(constant=missing)
    )


def _order(keys: IntArray) -> IntArray:
    """Return the stable order of numbers of 0 or more: short ones are sorted by radix, ten times as fast."""
    is_short = keys.max(initial=0) < 2**16
    return np.argsort(keys.astype(np.uint16) if is_short else keys, kind="stable")


def _whose(subject: Subject) -> int:
    """Return the number of the item or slot that a load is of, 0 for the layer as a whole."""
    return max(subject.item, subject.slot, 0)
