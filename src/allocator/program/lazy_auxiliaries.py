"""Auxiliaries that no definition fits: medoid distances and components of maps, priced by rows added lazily.

A medoid distance is the sum of distances from all members to the member that is nearest to all of them. Every
member is assigned to one centre, itself a member (Hess et al., 1965), which has the tightest relaxation. That
formulation takes a variable for every two members. Of many members the program holds little but the matrix.

The excess of components is the number of connected components of the members on a map, less an allowed
number.

A solver that reads few rows about such an auxiliary understates it. Each plan for which it does adds rows
after which that plan has its true cost. For a medoid there are two logic-based Benders cuts (Hooker and
Ottosson, 2003): one holds for that plan and says little about others; one bounds all plans with nearly the
same members. For components there is one: it counts one member of each component, and takes that back if a
unit of its minimal separator becomes a member (Carvajal et al., Operations Research 2013).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import replace

import numpy as np

from allocator.graph.geography import Neighbours, connected_components
from allocator.program.builder import ProgramBuilder
from allocator.program.cuts import LinearRow, append_rows
from allocator.program.expr import Expr, ExprArray
from allocator.program.program import INFINITE, ExcessComponents, IntArray, Medoid, Program, TagArray

#: Up to this number of members a medoid distance has a variable for every two of them, and a definition.
MEDOID_LIMIT = 200
#: Up to this number of units the program has a row for every two of them at a distance of two.
SEPARATOR_LIMIT = 200


def undefined_auxiliaries(program: Program) -> list[Medoid | ExcessComponents]:
    """Return the auxiliaries without a definition: large medoid distances, and components of maps."""
    return [*(one for one in program.medoids if not one.has_definition), *program.excess_components]


def evaluate_undefined(chosen: Sequence[Medoid | ExcessComponents], values: IntArray) -> None:
    """Set auxiliaries without a definition in plans ``[n, variables]``; equal members are evaluated once."""
    for one in chosen:
        known: dict[bytes, int] = {}
        for plan, there in zip(values, values[:, one.members] > 0, strict=True):
            key = there.tobytes()
            if key not in known:
                known[key] = (
                    medoid_distance(one, plan) if isinstance(one, Medoid) else excess_components(one, plan)
                )
            plan[one.column] = known[key]


def violated_benders(program: Program, values: IntArray, true: IntArray) -> list[Medoid | ExcessComponents]:
    """Return the auxiliaries without a definition that a solver understated.

    Args:
        program: The program.
        values: ``[variables]`` the values that the solver found.
        true: ``[variables]`` the same with every auxiliary at its true value.
    """
    return [one for one in undefined_auxiliaries(program) if values[one.column] < true[one.column]]


def add_benders_rows(
    program: Program, missing: Sequence[Medoid | ExcessComponents], true: IntArray
) -> Program:
    """Return the program with rows that give a plan ``[variables]`` its true cost."""
    made: list[LinearRow] = []
    for one in missing:
        if isinstance(one, Medoid):
            made.extend(_benders_rows(program, one, true))
        else:
            made.append(separator_row(one, np.flatnonzero(true[one.members] > 0).tolist()))
    return replace(program, rows=append_rows(program.rows, made, defining=True))


def medoid_distance(medoid: Medoid, values: IntArray) -> int:
    """Return the value of a medoid distance in a plan, ``[variables]``."""
    there = np.flatnonzero(values[medoid.members])
    return int(medoid.distances[np.ix_(there, there)].sum(axis=0).min(initial=INFINITE)) if len(there) else 0


def _benders_rows(program: Program, medoid: Medoid, true: IntArray) -> Iterator[LinearRow]:
    rows, there = program.rows, true[medoid.members] > 0
    first = int(np.searchsorted(rows.starts, np.flatnonzero(rows.cols == medoid.column)[0], side="right")) - 1
    distance, cols = int(true[medoid.column]), np.append(medoid.column, medoid.members)
    # The distance of this plan, unless a member leaves or joins.
    coefs = np.append(1, np.where(there, -distance, distance))
    yield LinearRow(cols, coefs, distance - distance * int(there.sum()), INFINITE, rows.tags[first])
    # A member that leaves takes its largest distance off; one that joins takes nothing off.
    least = int(medoid.distances[there].sum(axis=0).min())
    largest = np.where(there, medoid.distances.max(axis=1), 0)
    yield LinearRow(cols, np.append(1, -largest), least - int(largest.sum()), INFINITE, rows.tags[first])


def add_medoid_distance(builder: ProgramBuilder, seats: IntArray, distances: IntArray, tag: TagArray) -> Expr:
    """Return a variable: the minimum of ``sum(distances[i, j])`` over centres ``j``, 0 without members.

    The sum is over members ``i``, and the centre ``j`` is a member.

    Args:
        builder: The program.
        seats: ``[n, w]`` 0/1 variables; ``i`` is a member if any variable of its row is 1. -1 for none.
        distances: ``[n, n]`` cost of each with each as the centre, never negative.
        tag: The tag of its rows.
    """
    members, is_large = membership_variables(builder, seats, tag), len(seats) > MEDOID_LIMIT
    write = _write_bound if is_large else _write_assignment
    total = write(builder, members, distances, tag)
    builder.add_medoid(Medoid(int(total.cols[0]), members, distances, has_definition=not is_large))
    return total


def membership_variables(builder: ProgramBuilder, seats: IntArray, tag: TagArray) -> IntArray:
    """Return ``[n]`` variables that are 1 for each row of ``seats`` of which any variable is 1."""
    if seats.shape[1] == 1:
        return np.asarray(seats[:, 0])
    there = [builder.maximum([Expr.of([col]) for col in own[own >= 0]], 0, tag) for own in seats]
    return np.array([one.cols[0] for one in there], dtype=np.int64)


def _write_bound(builder: ProgramBuilder, members: IntArray, distances: IntArray, tag: TagArray) -> Expr:
    """Return a medoid distance with one row: all members but one have their smallest distance at least."""
    least, most = builder.cached(distances, _extremes)
    [column] = builder.add_variables(np.array([0]), np.array([most]))
    total = Expr.of([column])
    builder.add_row(total - Expr.of(members, least), -int(least.max()), INFINITE, tag, defining=True)
    return total


def _extremes(distances: IntArray) -> tuple[IntArray, int]:
    """Return ``[n]`` the smallest distance of each to another centre, and the largest possible sum."""
    others = np.where(np.eye(len(distances), dtype=np.bool_), np.iinfo(np.int64).max, distances)
    return others.min(axis=1), int(distances.sum(axis=0).max())


def _write_assignment(builder: ProgramBuilder, members: IntArray, distances: IntArray, tag: TagArray) -> Expr:
    """Return a medoid distance that rows define exactly, with a variable for every two members."""
    count, worst = len(members), 1 + int(distances.sum(axis=0).max(initial=0))
    sums = [
        Expr(np.append(members, members[j]), np.append(distances[:, j], -worst), worst) for j in range(count)
    ]
    total = builder.nth_largest([*sums, Expr.of(members, worst)], count + 1)
    centre = _centre_variables(builder, members, sums)
    assigned = _assignment_variables(builder, members, centre)
    pairs, others = ~np.eye(count, dtype=np.bool_), np.ones(count, dtype=np.int64)
    several = np.repeat(tag, count, axis=0)
    # Every member is assigned to a centre. There is one centre at most, and it is a member.
    builder.add_rows(
        np.hstack([assigned, members[:, None]]), np.append(others, -1), (0, INFINITE), several, defining=True
    )
    builder.add_rows(
        np.stack([centre, members], axis=1), np.array([1, -1]), (-INFINITE, 0), several, defining=True
    )
    builder.add_rows(centre[None, :], others, (-INFINITE, 1), tag, defining=True)
    each = np.stack([assigned, np.broadcast_to(centre, assigned.shape)], axis=2)[pairs]
    tags = np.repeat(tag, len(each), axis=0)
    builder.add_rows(each, np.array([1, -1]), (-INFINITE, 0), tags, defining=True)
    builder.add_row(total - Expr.of(assigned, distances.reshape(-1)), 0, INFINITE, tag, defining=True)
    return total


def _centre_variables(builder: ProgramBuilder, members: IntArray, sums: Sequence[Expr]) -> IntArray:
    """Return ``[n]`` variables that are 1 for the centre with the smallest sum, the first of several."""
    count = len(members)
    ranks = [total * count + j for j, total in enumerate(sums)]
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


def _assignment_variables(builder: ProgramBuilder, members: IntArray, centre: IntArray) -> IntArray:
    """Return ``[n, n]`` variables that are 1 where the first is a member and the second is its centre."""
    count = len(members)
    assigned = np.full((count, count), -1, dtype=np.int64)
    np.fill_diagonal(assigned, centre)
    i, j = np.nonzero(assigned < 0)
    zeros = np.zeros(len(i), dtype=np.int64)
    assigned[i, j] = builder.add_variables(zeros, zeros + 1)
    both = ExprArray(
        np.stack([members[i], centre[j]], axis=1), np.ones((len(i), 2), dtype=np.int64), zeros - 1
    )
    builder.define_maxima(assigned[i, j], both, zeros + 1)
    return assigned


def add_excess_components(
    builder: ProgramBuilder, members: IntArray, neighbours: Neighbours, allowed: int, tag: TagArray
) -> Expr:
    """Return a variable: the number of connected components of the members beyond ``allowed``.

    Args:
        builder: The program.
        members: ``[n]`` 0/1 variables, whether each is a member.
        neighbours: The neighbours of each of the ``n``, by number.
        allowed: Number of components that cost nothing, at least 1.
        tag: The tag of its rows.
    """
    [column] = builder.add_variables(np.array([0]), np.array([max(0, len(members) - allowed)]))
    made = ExcessComponents(int(column), members, neighbours, allowed, tag)
    builder.add_components(made)
    for row in initial_separator_rows(made):
        builder.add_row(Expr(row.cols, row.coefs), row.low, row.high, tag, defining=True)
    return Expr.of([column])


def excess_components(components: ExcessComponents, values: IntArray) -> int:
    """Return the value of an excess of components in a plan, ``[variables]``."""
    there = np.flatnonzero(values[components.members] > 0).tolist()
    found = sum(1 for _ in connected_components(there, components.neighbours))
    return max(0, found - components.allowed)


def initial_separator_rows(components: ExcessComponents) -> Iterator[LinearRow]:
    """Yield the rows that are written beforehand: for all units, and for every two at a distance of two."""
    near, count = components.neighbours, len(components.members)
    yield separator_row(components, range(count))
    if components.allowed > 1 or count > SEPARATOR_LIMIT:
        return
    for u in range(count):
        further = {v for between in near.get(u, ()) for v in near.get(between, ())} - set(near.get(u, ()))
        yield from (separator_row(components, (u, v)) for v in sorted(further) if v > u)


def separator_row(components: ExcessComponents, there: Iterable[int]) -> LinearRow:
    """Return a row that holds in every plan and is tight where the members are exactly ``there``.

    Args:
        components: The auxiliary.
        there: Members, by number.
    """
    near = components.neighbours
    found = sorted(connected_components(set(there), near), key=lambda part: (-len(part), min(part)))
    ends = [min(part) for part in found]
    between = [v for k, part in enumerate(found) if k for v in minimal_separator(near, part, ends)]
    cols = [components.column, *components.members[ends], *components.members[between]]
    coefs = [1, *[-1] * len(ends), *[1] * len(between)]
    return LinearRow(np.array(cols), np.array(coefs), -components.allowed, INFINITE, components.tag)


def minimal_separator(near: Neighbours, part: Set[int], ends: Collection[int]) -> list[int]:
    """Return a minimal set of units that every path from ``part`` to ``ends`` outside it crosses."""
    border = {v for u in part for v in near.get(u, ())} - part
    reached = _reachable(near, border, [one for one in ends if one not in part])
    return sorted(v for v in border if not reached.isdisjoint(near.get(v, ())))


def _reachable(near: Neighbours, closed: Set[int], ends: Collection[int]) -> Set[int]:
    """Return the units that a path from ``ends`` reaches without a unit of ``closed``."""
    found, edge = set[int](), set(ends)
    while edge:
        found |= edge
        edge = {v for u in edge for v in near.get(u, ())} - closed - found
    return found


def restrict_components(
    components: ExcessComponents, kept: Sequence[bool] | np.ndarray, number: IntArray
) -> ExcessComponents:
    """Return the auxiliary over the ``kept`` variables alone, which have new numbers."""
    stays = np.flatnonzero(np.asarray(kept)[components.members])
    place = {old: new for new, old in enumerate(stays.tolist())}
    near = {
        place[u]: frozenset(place[v] for v in others if v in place)
        for u, others in components.neighbours.items()
        if u in place
    }
    return ExcessComponents(
        column=int(number[components.column]),
        members=number[components.members[stays]],
        neighbours=near,
        allowed=components.allowed,
        tag=components.tag,
    )
