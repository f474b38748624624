"""Whether an item holds any of some places in a period: in the program, in a plan and in the history."""

from __future__ import annotations

import numpy as np

from allocator.model.layer import BoolArray
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.roster import LayerRoster
from allocator.rules.scope import Scope


def chosen_places(scope: Scope, expression: str, roles: tuple[str, ...]) -> BoolArray:
    """Return ``[S, R]``: the slots for which an expression holds, in the named roles (none: all)."""
    named = [r in scope.roles and (not roles or role in roles) for r, role in enumerate(scope.layer.roles)]
    return np.asarray(scope.slot_test(expression)[:, None] & np.array(named)[None, :])


def posted(writer: ConstraintWriter, scope: Scope, item: int, places: BoolArray, period: int) -> Expr:
    """Return 1 if the item holds any of the places ``[S, R]`` in a period, 0 if not; the past is known."""
    if period < 0:
        past = scope.layer.past.get((item, period), ())
        return Expr(constant=int(any(places[slot, role] for slot, role in past)))
    cols = writer.grid()[item, :, :, period][places]
    there = Expr.of(cols)
    if scope.layer.spec.take.most == 1 or len(there.cols) < 2:
        return there
    subject = Subject(item=item, period=period)
    found = writer.maximum([Expr.of([col]) for col in there.cols], 0, subject)
    writer.implied(found - there, 0, subject)
    return found


def held(roster: LayerRoster, item: int, places: BoolArray, period: int) -> tuple[int, ...]:
    """Return the slots of the places that an item holds in a period, which may be past, in order."""
    return tuple(sorted({slot for slot, role in roster.seats(item, period) if places[slot, role]}))
