"""By how many pieces members fall apart, beyond so many: what no few rows say of a map beforehand.

A solver is told what holds whoever the members are: of units that nothing joins, each is a piece of its own.
Each plan for which it takes the number for less than it is adds a row, after which that plan costs what it
costs. The row counts one member of each piece, and takes it back if any of those comes that part the piece
from the others (minimal separators; Carvajal et al., Operations Research 2013).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set

import numpy as np

from allocator.graph.neighbours import Neighbours, parts
from allocator.program.more_rows import LinearRow
from allocator.program.program import INFINITE, ExcessComponents, IntArray

#: Of more members nothing is said beforehand of two and two.
MANY = 200


def excess_components(pieces: ExcessComponents, values: IntArray) -> int:
    """Return what the auxiliary comes to in a plan, ``[variables]``."""
    there = np.flatnonzero(values[pieces.members] > 0).tolist()
    found = sum(1 for _ in parts(there, pieces.neighbours))
    return max(0, found - pieces.allowed)


def initial_separator_rows(pieces: ExcessComponents) -> Iterator[LinearRow]:
    """Yield what is said beforehand: of all members, and of every two that are two steps from each other."""
    near, count = pieces.neighbours, len(pieces.members)
    yield separator_row(pieces, range(count))
    if pieces.allowed > 1 or count > MANY:
        return
    for u in range(count):
        further = {v for between in near.get(u, ()) for v in near.get(between, ())} - set(near.get(u, ()))
        yield from (separator_row(pieces, (u, v)) for v in sorted(further) if v > u)


def separator_row(pieces: ExcessComponents, there: Iterable[int]) -> LinearRow:
    """Return a row that holds in every plan and says all where just these are the members.

    Args:
        pieces: The auxiliary.
        there: Members, by number.
    """
    apart = sorted(parts(set(there), pieces.neighbours), key=lambda part: (-len(part), min(part)))
    ends = [min(part) for part in apart]
    between = [
        v for k, part in enumerate(apart) if k for v in minimal_separator(pieces.neighbours, part, ends)
    ]
    cols = [pieces.column, *pieces.members[ends], *pieces.members[between]]
    coefs = [1, *[-1] * len(ends), *[1] * len(between)]
    return LinearRow(np.array(cols), np.array(coefs), -pieces.allowed, INFINITE, pieces.tag)


def minimal_separator(near: Neighbours, part: Set[int], ends: Collection[int]) -> list[int]:
    """Return whom every way from a part to ``ends`` outside it goes through: the neighbours of both."""
    border = {v for u in part for v in near.get(u, ())} - part
    reached = _reached(near, border, [one for one in ends if one not in part])
    return sorted(v for v in border if not reached.isdisjoint(near.get(v, ())))


def _reached(near: Neighbours, closed: Set[int], ends: Collection[int]) -> Set[int]:
    """Return whom one comes to from ``ends`` by no way through ``closed``."""
    found, edge = set[int](), set(ends)
    while edge:
        found |= edge
        edge = {v for u in edge for v in near.get(u, ())} - closed - found
    return found


def restrict_components(
    pieces: ExcessComponents, kept: Sequence[bool] | np.ndarray, number: IntArray
) -> ExcessComponents:
    """Return what is left of the auxiliary where only the ``kept`` variables are, with these numbers."""
    stays = np.flatnonzero(np.asarray(kept)[pieces.members])
    place = {old: new for new, old in enumerate(stays.tolist())}
    near = {
        place[u]: frozenset(place[v] for v in others if v in place)
        for u, others in pieces.neighbours.items()
        if u in place
    }
    return ExcessComponents(
        int(number[pieces.column]), number[pieces.members[stays]], near, pieces.allowed, pieces.tag
    )
