"""0/1 indicators of an assignment in a period, in the program and in a plan, and windows over them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np

from allocator.model.layer import BoolArray, IntArray
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.roster import LayerRoster
from allocator.rules.rule import Breach
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


def windows(length: int, ends: Iterable[int]) -> Iterator[range]:
    """Yield the windows of ``length`` consecutive periods that end in each of ``ends``."""
    return (range(end - length + 1, end + 1) for end in ends)


def counts_in_full(scope: Scope, subject: Subject, window: range) -> bool:
    """Whether a window may be held to a least number.

    The subject exists in all of its periods, and it begins no earlier than what the history has of the
    subject: of what was before, nobody knows how often it was.
    """
    return window.start >= first_known(scope, subject) and all(_exists(scope, subject, t) for t in window)


def first_known(scope: Scope, subject: Subject) -> int:
    """Return the earliest past period for which the history has the item (or slot) anywhere; 0 if none."""
    known = (
        period
        for (item, period), seats in scope.layer.past.items()
        if (item == subject.item if subject.item >= 0 else any(slot == subject.slot for slot, _ in seats))
    )
    return min(known, default=0)


def _exists(scope: Scope, subject: Subject, period: int) -> bool:
    layer = scope.layer
    if period < 0:
        return True
    item = subject.item < 0 or bool(layer.present[subject.item, period])
    return item and (subject.slot < 0 or bool(layer.active[subject.slot, period]))


def post_windows(
    writer: ConstraintWriter,
    scope: Scope,
    subject: Subject,
    chosen: list[range],
    limits: tuple[int, int | None],
) -> None:
    """Ask for at least and at most so many assigned periods in each window; it ends in its subject's period.

    Only windows that count in full are asked for the least number.
    """
    least, most = limits
    once = at_least_once if most is None else exactly_once if least > 0 else at_most_once
    often = {
        t: Expr(constant=int(was_assigned(scope, subject, t))) if t < 0 else once(writer, scope, subject, t)
        for t in sorted(set().union(*chosen))
    }
    for window in chosen:
        total, about = Expr.total(often[t] for t in window), subject._replace(period=window[-1])
        if least > 0 and counts_in_full(scope, subject, window):
            writer.at_least(total, least, about)
        if most is not None:
            writer.at_most(total, most, about)


def breaches_in(
    held: LayerRoster, scope: Scope, subject: Subject, chosen: list[range], limits: tuple[int, int | None]
) -> Iterator[Breach]:
    """Yield each window of a plan in which the subject is assigned too seldom or too often."""
    least, most = limits
    for window in chosen:
        taken = sum(is_assigned(held, scope, subject, t) for t in window)
        few = least - taken if counts_in_full(scope, subject, window) else 0
        many = 0 if most is None else taken - most
        for off in (few, many):
            if off > 0:
                detail = Text(
                    zh=f"连续 {len(window)} 个周期内有 {taken} 个",
                    en=f"in {taken} of {len(window)} consecutive periods",
                )
                yield Breach(subject._replace(period=window[-1]), off, detail)
