"""0/1 indicators of the program and of a plan: an item is assigned, two items are together; and windows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np

from allocator.model.layer import BoolArray, IntArray
from allocator.model.text import Text
from allocator.program.expr import Expr, ExprArray
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter, subject_rows
from allocator.rules.roster import LayerRoster
from allocator.rules.rule import Breach
from allocator.rules.scope import Scope


def seat_mask(scope: Scope, expression: str, roles: tuple[str, ...]) -> BoolArray:
    """Return ``[S, R]`` the seats of slots for which an expression holds, in the named roles (or in all)."""
    named = [r in scope.roles and (not roles or role in roles) for r, role in enumerate(scope.layer.roles)]
    return np.asarray(scope.slot_test(expression)[:, None] & np.array(named)[None, :])


def held_indicator(writer: ConstraintWriter, scope: Scope, item: int, places: BoolArray, period: int) -> Expr:
    """Return the indicator that an item holds any of the seats ``[S, R]`` in a period, perhaps a past one."""
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


def held_slots(roster: LayerRoster, item: int, places: BoolArray, period: int) -> tuple[int, ...]:
    """Return in order the slots of seats ``[S, R]`` that an item holds in a period, perhaps a past one."""
    return tuple(sorted({slot for slot, role in roster.seats(item, period) if places[slot, role]}))


def decisions_of(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> IntArray:
    """Return the decisions in scope that assign the subject's item, slot or pair in a period."""
    items = scope.items if subject.item < 0 else np.array([subject.item])
    slots = scope.slots if subject.slot < 0 else np.array([subject.slot])
    roles = np.asarray(scope.roles, dtype=np.int64)
    cols: IntArray = writer.grid()[..., period][np.ix_(items, slots, roles)].reshape(-1)
    taken: IntArray = cols[cols >= 0]
    return taken


def is_single(scope: Scope, subject: Subject) -> bool:
    """Whether at most one decision can assign the subject in a period, since its item takes one seat."""
    return subject.item >= 0 and scope.layer.spec.take.most == 1


def indicator_if_minimised(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> Expr:
    """Return the indicator that the subject is assigned in a period; exact if minimised."""
    cols = decisions_of(writer, scope, subject, period)
    if is_single(scope, subject) or len(cols) < 2:
        return Expr.of(cols)
    return writer.maximum([Expr.of([col]) for col in cols], 0, subject._replace(period=period))


def indicator_if_maximised(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> Expr:
    """Return the indicator that the subject is assigned in a period; exact if maximised."""
    cols = decisions_of(writer, scope, subject, period)
    if is_single(scope, subject) or len(cols) < 2:
        return Expr.of(cols)
    return writer.minimum([Expr(constant=1), Expr.of(cols)], subject._replace(period=period))


def exact_indicator(writer: ConstraintWriter, scope: Scope, subject: Subject, period: int) -> Expr:
    """Return the indicator that the subject is assigned in a period; always exact."""
    cols = decisions_of(writer, scope, subject, period)
    found = indicator_if_minimised(writer, scope, subject, period)
    if not (is_single(scope, subject) or len(cols) < 2):
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


def count_if_maximised(
    writer: ConstraintWriter,
    scope: Scope,
    items: Collection[int],
    slot: int,
    roles: Sequence[int],
    period: int,
) -> Expr:
    """Return the number of ``items`` in a slot in any of ``roles``; exact if maximised.

    An item with two roles counts once.
    """
    held, several = _member_decisions(writer, scope, items, slot, roles, period)
    if not several:
        return Expr.of(held.reshape(-1))
    subject = Subject(slot=slot, period=period)
    return Expr.total(writer.minimum([Expr(constant=1), Expr.of(cols)], subject) for cols in held)


def count_if_minimised(
    writer: ConstraintWriter,
    scope: Scope,
    items: Collection[int],
    slot: int,
    roles: Sequence[int],
    period: int,
) -> Expr:
    """Return the number of ``items`` in a slot in any of ``roles``; exact if minimised."""
    held, several = _member_decisions(writer, scope, items, slot, roles, period)
    if not several:
        return Expr.of(held.reshape(-1))
    subject = Subject(slot=slot, period=period)
    return Expr.total(
        writer.maximum([Expr.of([col]) for col in cols if col >= 0], 0, subject) for cols in held
    )


def _member_decisions(
    writer: ConstraintWriter,
    scope: Scope,
    items: Collection[int],
    slot: int,
    roles: Sequence[int],
    period: int,
) -> tuple[IntArray, bool]:
    """Return the decisions ``[items, roles]``, and whether an item can hold two of the roles at once."""
    held: IntArray = writer.grid()[..., period][np.ix_(sorted(items), [slot], list(roles))][:, 0, :]
    return held, len(roles) > 1 and scope.layer.spec.take.most != 1


def count_members(roster: LayerRoster, scope: Scope, items: Collection[int], slot: int, period: int) -> int:
    """Return the number of ``items`` in a slot of a plan, in the roles of the rule.

    An item with two roles counts once.
    """
    return sum(item in items for item in roster.items_in(slot, period, scope.roles))


def windows(length: int, ends: Iterable[int]) -> Iterator[range]:
    """Yield the windows of ``length`` consecutive periods that end in each of ``ends``."""
    return (range(end - length + 1, end + 1) for end in ends)


def is_complete_window(scope: Scope, subject: Subject, window: range) -> bool:
    """Whether the lower bound applies to a window.

    The subject must exist in all periods of the window, and the history must cover its past periods.
    """
    return window.start >= first_known(scope, subject) and all(_exists_in(scope, subject, t) for t in window)


def first_known(scope: Scope, subject: Subject) -> int:
    """Return the earliest past period in which the history has the item (or slot); 0 without one."""
    known = (
        period
        for (item, period), seats in scope.layer.past.items()
        if (item == subject.item if subject.item >= 0 else any(slot == subject.slot for slot, _ in seats))
    )
    return min(known, default=0)


def _exists_in(scope: Scope, subject: Subject, period: int) -> bool:
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
    """Write rows that bound the number of assigned periods in each window.

    The subject of a row has the last period of its window. The lower bound applies to complete windows only.
    """
    least, most = limits
    once = (
        indicator_if_maximised if most is None else exact_indicator if least > 0 else indicator_if_minimised
    )
    often = {
        t: Expr(constant=int(was_assigned(scope, subject, t))) if t < 0 else once(writer, scope, subject, t)
        for t in sorted(set().union(*chosen))
    }
    for window in chosen:
        total, about = Expr.total(often[t] for t in window), subject._replace(period=window[-1])
        if least > 0 and is_complete_window(scope, subject, window):
            writer.at_least(total, least, about)
        if most is not None:
            writer.at_most(total, most, about)


def window_breaches(
    held: LayerRoster, scope: Scope, subject: Subject, chosen: list[range], limits: tuple[int, int | None]
) -> Iterator[Breach]:
    """Yield each window of a plan with too few or too many periods in which the subject is assigned."""
    least, most = limits
    for window in chosen:
        taken = sum(is_assigned(held, scope, subject, t) for t in window)
        few = least - taken if is_complete_window(scope, subject, window) else 0
        many = 0 if most is None else taken - most
        for off in (few, many):
            if off > 0:
                detail = Text(
                    zh=f"连续 {len(window)} 个周期内有 {taken} 个",
                    en=f"in {taken} of {len(window)} consecutive periods",
                )
                yield Breach(subject._replace(period=window[-1]), off, detail)


Pair = tuple[int, int]
#: The most tangents of one group, and the most pair terms of all tangents; each group has at least one.
_DEEPEST, _TERMS = 12, 2_000_000


def together_indicators(
    writer: ConstraintWriter, scope: Scope, times: Mapping[Pair, Iterable[int]], *, more: bool
) -> dict[Pair, dict[int, Expr]]:
    """Return the indicators that two items are together, for each pair and each of its periods.

    Args:
        writer: Writes the definitions.
        scope: The scope of slots and roles.
        times: The periods of each pair, none of them past.
        more: Whether the indicators must be exact if maximised, too.
    """
    places = np.array(
        [(a, b, s, t) for (a, b), periods in times.items() for t in periods for s in scope.slots.tolist()],
        dtype=np.int64,
    ).reshape(-1, 4)
    cols = _presence_columns(writer, scope, places)
    a, b, s, t = places.T
    one, other = cols[a, s, t], cols[b, s, t]
    there = (one >= 0).any(axis=1) & (other >= 0).any(axis=1)
    places, one, other = places[there], one[there], other[there]
    subjects = subject_rows(item=places[:, 0], other=places[:, 1], period=places[:, 3])
    both = ExprArray.of(np.hstack([one, other]), np.ones(one.shape[1] * 2, dtype=np.int64), -1)
    met = writer.maximum_each(subjects, both, np.arange(len(both))).cols[:, 0]
    if more:
        for side in (one, other):
            beyond = np.hstack([met[:, None], side])
            signs = np.array([1] + [-1] * side.shape[1], dtype=np.int64)
            writer.implied_each(subjects, ExprArray.of(beyond, signs))
    _add_pair_tangents(writer, scope, places, met, cols)
    return _indicators_by_pair(writer, scope, times, places, met, more=more)


def _presence_columns(writer: ConstraintWriter, scope: Scope, places: IntArray) -> IntArray:
    """Return ``[I, S, T, w]`` columns whose sum is 1 if an item is in a slot in a period; -1 for none."""
    grid = np.moveaxis(writer.grid()[:, :, list(scope.roles), :], 2, 3)
    if scope.layer.spec.take.most == 1 or grid.shape[3] == 1:
        return grid
    found = np.full((*grid.shape[:3], 1), -1, dtype=np.int64)
    mask = np.zeros((scope.layer.shape[1], scope.layer.shape[2]), dtype=np.bool_)
    items = np.unique(np.concatenate([places[:, [0, 2, 3]], places[:, [1, 2, 3]]]), axis=0)
    for i, s, t in items.tolist():
        here = mask.copy()
        here[s, list(scope.roles)] = True
        expr = held_indicator(writer, scope, i, here, t)
        found[i, s, t, 0] = expr.cols[0] if len(expr.cols) else -1
    return found


def _add_pair_tangents(
    writer: ConstraintWriter, scope: Scope, places: IntArray, met: IntArray, cols: IntArray
) -> None:
    """Add lower bounds of the number of pairs of ``n`` members of a slot: tangents of ``n (n - 1) / 2``.

    The rows of single pairs do not imply these bounds: in the relaxation, with every item half in each of two
    slots, no pair is together. The bounds are valid only where every two members are a pair.
    """
    where, which = np.unique(places[:, 2:], axis=0, return_inverse=True)
    deepest = max(1, min(_DEEPEST, _TERMS // max(1, len(places))))
    for number, (s, t) in enumerate(where.tolist()):
        chosen = which.reshape(-1) == number
        members = np.unique(places[chosen, :2])
        if chosen.sum() < len(members) * (len(members) - 1) // 2:
            continue
        size, pairs = Expr.of(cols[members, s, t]), Expr.of(met[chosen])
        for k in range(1, min(deepest, len(members) - 1) + 1):
            writer.implied(size * k - pairs, k * (k + 1) // 2, Subject(slot=s, period=t))


def _indicators_by_pair(
    writer: ConstraintWriter,
    scope: Scope,
    times: Mapping[Pair, Iterable[int]],
    places: IntArray,
    met: IntArray,
    *,
    more: bool,
) -> dict[Pair, dict[int, Expr]]:
    found: dict[tuple[int, int, int], list[int]] = {}
    for (a, b, _, t), col in zip(places.tolist(), met.tolist(), strict=True):
        found.setdefault((a, b, t), []).append(col)
    alone = scope.layer.spec.take.most == 1
    result: dict[Pair, dict[int, Expr]] = {}
    for (a, b), periods in times.items():
        result[a, b] = {}
        for t in periods:
            slots = found.get((a, b, t), [])
            once = Expr.of(slots)
            if not alone and len(slots) > 1:
                subject = Subject(item=a, other=b, period=t)
                once = writer.maximum([Expr.of([col]) for col in slots], 0, subject)
                if more:
                    writer.implied(once - Expr.of(slots), 0, subject)
            result[a, b][t] = once
    return result


def together_in(roster: LayerRoster, scope: Scope, pair: Pair, period: int) -> bool:
    """Whether two items share a slot of the rule in a period, which may be past."""
    one, other = (set(roster.slots_of(item, period, scope.roles)) for item in pair)
    return not scope.slot_set.isdisjoint(one & other)


def were_together(scope: Scope, pair: Pair, period: int) -> bool:
    """Whether the history has two items in one slot of the rule in a past period."""
    held = scope.holders_before(period)
    return bool((held[pair[0], scope.slots] & held[pair[1], scope.slots]).any())
