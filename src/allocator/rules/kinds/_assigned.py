"""Whether an item, a slot or a pair of both is assigned in a period: in the program, and in a plan."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from allocator.model.layer import IntArray
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.roster import LayerRoster
from allocator.rules.scope import Scope


def decisions_of(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> IntArray:
    """Return the decisions in scope that assign the subject's item, slot or pair in a period."""
    items = scope.items if subject.item < 0 else np.array([subject.item])
    slots = scope.slots if subject.slot < 0 else np.array([subject.slot])
    roles = np.asarray(scope.roles, dtype=np.int64)
    cols: IntArray = writer.grid()[..., period][np.ix_(items, slots, roles)].reshape(-1)
    taken: IntArray = cols[cols >= 0]
    return taken


def takes_one(scope: Scope, subject: Subject) -> bool:
    """Whether at most one decision can assign the subject in a period: its item takes one place."""
    return subject.item >= 0 and scope.layer.spec.take.most == 1


def at_most_once(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> Expr:
    """Return 1 if the subject is assigned in a period, 0 if not, exact where less is better."""
    cols = decisions_of(writer, scope, subject, period)
    if takes_one(scope, subject) or len(cols) < 2:
        return Expr.of(cols)
    return writer.maximum([Expr.of([col]) for col in cols], 0, subject._replace(period=period))


def at_least_once(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> Expr:
    """Return 1 if the subject is assigned in a period, 0 if not, exact where more is better."""
    cols = decisions_of(writer, scope, subject, period)
    if takes_one(scope, subject) or len(cols) < 2:
        return Expr.of(cols)
    return writer.minimum([Expr(constant=1), Expr.of(cols)], subject._replace(period=period))


def exactly_once(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> Expr:
    """Return 1 if the subject is assigned in a period, 0 if not, exact whether more or less is better."""
    cols = decisions_of(writer, scope, subject, period)
    found = at_most_once(writer, scope, subject, period)
    if not (takes_one(scope, subject) or len(cols) < 2):
        writer.implied(found - Expr.of(cols), 0, subject._replace(period=period))
    return found


def was_assigned(scope: Scope, subject: Subject, period: int) -> bool:
    """Whether the history has the subject assigned in a past period, in the slots and roles of the rule."""
    held = scope.holders_before(period)
    items = scope.items if subject.item < 0 else np.array([subject.item])
    slots = scope.slots if subject.slot < 0 else np.array([subject.slot])
    return bool(held[np.ix_(items, slots)].any())


def is_assigned(roster: LayerRoster, scope: Scope, subject: Subject, period: int) -> bool:
    """Whether a plan, or the history before it, has the subject assigned in a period."""
    if subject.item < 0:
        return any(item in scope.item_set for item in roster.items_in(subject.slot, period, scope.roles))
    slots = roster.slots_of(subject.item, period, scope.roles)
    return any(slot == subject.slot if subject.slot >= 0 else slot in scope.slot_set for slot in slots)


def at_least_so_many(
    writer: ConstraintWriter,
    scope: Scope,
    items: Collection[int],
    slot: int,
    roles: Sequence[int],
    period: int,
) -> Expr:
    """Return how many of ``items`` are in a slot in any of ``roles``, exact where more is better.

    Somebody who holds two roles is one.
    """
    held, several = _held(writer, scope, items, slot, roles, period)
    if not several:
        return Expr.of(held.reshape(-1))
    subject = Subject(slot=slot, period=period)
    return Expr.total(writer.minimum([Expr(constant=1), Expr.of(cols)], subject) for cols in held)


def at_most_so_many(
    writer: ConstraintWriter,
    scope: Scope,
    items: Collection[int],
    slot: int,
    roles: Sequence[int],
    period: int,
) -> Expr:
    """Return how many of ``items`` are in a slot in any of ``roles``, exact where less is better."""
    held, several = _held(writer, scope, items, slot, roles, period)
    if not several:
        return Expr.of(held.reshape(-1))
    subject = Subject(slot=slot, period=period)
    return Expr.total(
        writer.maximum([Expr.of([col]) for col in cols if col >= 0], 0, subject) for cols in held
    )


def _held(
    writer: ConstraintWriter,
    scope: Scope,
    items: Collection[int],
    slot: int,
    roles: Sequence[int],
    period: int,
) -> tuple[IntArray, bool]:
    """Return the decisions ``[items, roles]``, and whether anybody can hold two of the roles at once."""
    held: IntArray = writer.grid()[..., period][np.ix_(sorted(items), [slot], list(roles))][:, 0, :]
    return held, len(roles) > 1 and scope.layer.spec.take.most != 1


def members_of(roster: LayerRoster, scope: Scope, items: Collection[int], slot: int, period: int) -> int:
    """Return how many of ``items`` a plan has in a slot, in the roles of the rule, each counted once."""
    return sum(item in items for item in roster.items_in(slot, period, scope.roles))
