"""Adjacency of numbered things, as rules read it from pairs and maps, and its connected components."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set

#: By number, the numbers of its neighbours.
Neighbours = Mapping[int, Set[int]]


def adjacency_of(pairs: Iterable[tuple[int, int]]) -> Neighbours:
    """Return for each number of ``pairs`` the others that it is paired with."""
    found: dict[int, set[int]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


def connected_components(members: Collection[int], near: Neighbours) -> Iterator[frozenset[int]]:
    """Yield the connected components of ``members``, by paths through members alone."""
    left = set(members)
    while left:
        part, edge = set[int](), {left.pop()}
        while edge:
            part |= edge
            edge = {other for one in edge for other in near.get(one, ())} & left
            left -= edge
        yield frozenset(part)
