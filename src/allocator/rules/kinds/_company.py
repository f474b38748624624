"""Company: whether two items are together in a slot in a period, as variables of the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from allocator.model.layer import IntArray
from allocator.program.expr import Expr
from allocator.program.exprs import ExprArray
from allocator.program.tags import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.kinds._held import posted
from allocator.rules.kinds._places import about
from allocator.rules.roster import LayerRoster
from allocator.rules.scope import Scope

Pair = tuple[int, int]
#: Tangents of the number of pairs in a slot: for groups of up to so many, and so many terms in all.
_DEEPEST, _TERMS = 12, 2_000_000


def company(
    writer: ConstraintWriter, scope: Scope, times: Mapping[Pair, Iterable[int]], *, more: bool
) -> dict[Pair, dict[int, Expr]]:
    """Return for each pair and each of its periods an expression that is 1 if the two are together, else 0.

    Args:
        writer: Writes the definitions.
        scope: What slots and roles count.
        times: The periods of each pair, none of them past.
        more: Whether more may be better, so that it must be exact from above too.
    """
    places = np.array(
        [(a, b, s, t) for (a, b), periods in times.items() for t in periods for s in scope.slots.tolist()],
        dtype=np.int64,
    ).reshape(-1, 4)
    cols = _presences(writer, scope, places)
    a, b, s, t = places.T
    one, other = cols[a, s, t], cols[b, s, t]
    there = (one >= 0).any(axis=1) & (other >= 0).any(axis=1)
    places, one, other = places[there], one[there], other[there]
    subjects = about(item=places[:, 0], other=places[:, 1], period=places[:, 3])
    both = ExprArray.of(np.hstack([one, other]), np.ones(one.shape[1] * 2, dtype=np.int64), -1)
    met = writer.maximum_each(subjects, both, np.arange(len(both))).cols[:, 0]
    if more:
        for side in (one, other):
            beyond = np.hstack([met[:, None], side])
            signs = np.array([1] + [-1] * side.shape[1], dtype=np.int64)
            writer.implied_each(subjects, ExprArray.of(beyond, signs))
    _count_pairs(writer, scope, places, met, cols)
    return _by_pair(writer, scope, times, places, met, more=more)


def _presences(writer: ConstraintWriter, scope: Scope, places: IntArray) -> IntArray:
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
        expr = posted(writer, scope, i, here, t)
        found[i, s, t, 0] = expr.cols[0] if len(expr.cols) else -1
    return found


def _count_pairs(
    writer: ConstraintWriter, scope: Scope, places: IntArray, met: IntArray, cols: IntArray
) -> None:
    """Say how many pairs so many members of a slot make at least: tangents of ``n (n - 1) / 2``.

    Each pair alone sees nothing of it: with everybody half in each of two slots nobody need meet anybody.
    Only where every two of those concerned are a pair.
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


def _by_pair(
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
