"""The way of all members to the one of them that is nearest to all: the medoid of a group.

Every member goes to one centre, which is a member (Hess et al., 1965): of all ways to write it this has
the tightest relaxation. It takes a variable for every two, which of many members come to millions: there
little is written but the matrix itself, and rows come as plans call for them (``medoids.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allocator.program.builder import ProgramBuilder
from allocator.program.expr import Expr
from allocator.program.exprs import ExprArray
from allocator.program.program import INFINITE, IntArray, Medoid
from allocator.program.tags import TagArray

#: With more members than this not every two have a variable.
MANY = 200


def add_medoid_distance(builder: ProgramBuilder, seats: IntArray, far: IntArray, tag: TagArray) -> Expr:
    """Return a variable: the least ``sum(far[i, j])`` over members ``i``, ``j`` one of them; 0 of nobody.

    Args:
        builder: The program.
        seats: ``[n, w]`` 0/1 variables: whoever has any of his is a member; -1 for no such variable.
        far: ``[n, n]`` what each costs with each as the centre, never negative.
        tag: What it is about.
    """
    members = membership_variables(builder, seats, tag)
    way = _of_many(builder, members, far, tag) if len(seats) > MANY else _of_few(builder, members, far, tag)
    builder.add_medoid(Medoid(int(way.cols[0]), members, far, has_definition=len(seats) <= MANY))
    return way


def membership_variables(builder: ProgramBuilder, seats: IntArray, tag: TagArray) -> IntArray:
    """Return ``[n]`` variables that are 1 for whoever has any of his seats."""
    if seats.shape[1] == 1:
        return np.asarray(seats[:, 0])
    there = [builder.maximum([Expr.of([col]) for col in own[own >= 0]], 0, tag) for own in seats]
    return np.array([one.cols[0] for one in there], dtype=np.int64)


def _of_many(builder: ProgramBuilder, members: IntArray, far: IntArray, tag: TagArray) -> Expr:
    """Return a variable with one row: all but one go to another, at what the nearest costs at least."""
    least, most = builder.cached(far, _extremes)
    [column] = builder.add_variables(np.array([0]), np.array([most]))
    way = Expr.of([column])
    builder.add_row(way - Expr.of(members, least), -int(least.max()), INFINITE, tag, defining=True)
    return way


def _extremes(far: IntArray) -> tuple[IntArray, int]:
    """Return ``[n]`` what each costs at least with another as the centre, and what all cost at most."""
    others = np.where(np.eye(len(far), dtype=np.bool_), np.iinfo(np.int64).max, far)
    return others.min(axis=1), int(far.sum(axis=0).max())


def _of_few(builder: ProgramBuilder, members: IntArray, far: IntArray, tag: TagArray) -> Expr:
    """Return a variable that is held to what it is by a variable for every two members."""
    count, worst = len(members), 1 + int(far.sum(axis=0).max(initial=0))
    ways = [Expr(np.append(members, members[j]), np.append(far[:, j], -worst), worst) for j in range(count)]
    way = builder.nth_largest([*ways, Expr.of(members, worst)], count + 1)
    centre = _centres(builder, members, ways)
    goes = _goes(builder, members, centre)
    rows, others = ~np.eye(count, dtype=np.bool_), np.ones(count, dtype=np.int64)
    several = np.repeat(tag, count, axis=0)
    # Every member goes to a centre, of which there is one at most, itself a member.
    builder.add_rows(
        np.hstack([goes, members[:, None]]), np.append(others, -1), (0, INFINITE), several, defining=True
    )
    builder.add_rows(
        np.stack([centre, members], axis=1), np.array([1, -1]), (-INFINITE, 0), several, defining=True
    )
    builder.add_rows(centre[None, :], others, (-INFINITE, 1), tag, defining=True)
    each = np.stack([goes, np.broadcast_to(centre, goes.shape)], axis=2)[rows]
    builder.add_rows(
        each, np.array([1, -1]), (-INFINITE, 0), np.repeat(tag, len(each), axis=0), defining=True
    )
    builder.add_row(way - Expr.of(goes, far.reshape(-1)), 0, INFINITE, tag, defining=True)
    return way


def _centres(builder: ProgramBuilder, members: IntArray, ways: Sequence[Expr]) -> IntArray:
    """Return ``[n]`` variables that are 1 for the member to which the way is least, the first of several."""
    count = len(members)
    ranks = [way * count + j for j, way in enumerate(ways)]
    first = builder.nth_largest(ranks, count)
    exprs = [first - rank + Expr.of([member]) for rank, member in zip(ranks, members.tolist(), strict=True)]
    zeros = np.zeros(count, dtype=np.int64)
    columns = builder.add_variables(zeros, zeros + 1)
    builder.define_maxima(
        columns,
        ExprArray(
            np.stack([expr.cols for expr in exprs]),
            np.stack([expr.coefs for expr in exprs]),
            np.array([expr.constant for expr in exprs]),
        ),
        zeros + 1,
    )
    return columns


def _goes(builder: ProgramBuilder, members: IntArray, centre: IntArray) -> IntArray:
    """Return ``[n, n]`` variables that are 1 where the first is a member and the second its centre."""
    count = len(members)
    goes = np.full((count, count), -1, dtype=np.int64)
    np.fill_diagonal(goes, centre)
    i, j = np.nonzero(goes < 0)
    zeros = np.zeros(len(i), dtype=np.int64)
    goes[i, j] = builder.add_variables(zeros, zeros + 1)
    both = ExprArray(
        np.stack([members[i], centre[j]], axis=1), np.ones((len(i), 2), dtype=np.int64), zeros - 1
    )
    builder.define_maxima(goes[i, j], both, zeros + 1)
    return goes
