"""Who is next to whom, by number, and which parts that makes: what rules ask of pairs and maps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Set

Neighbours = Mapping[int, Set[int]]


def neighbours(pairs: Iterable[tuple[int, int]]) -> Neighbours:
    """Return for each number of ``pairs`` the others that it is paired with."""
    found: dict[int, set[int]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


def parts(members: Collection[int], near: Neighbours) -> Iterator[frozenset[int]]:
    """Yield the parts into which ``members`` fall where one reaches another only through members."""
    left = set(members)
    while left:
        part, edge = set[int](), {left.pop()}
        while edge:
            part |= edge
            edge = {other for one in edge for other in near.get(one, ())} & left
            left -= edge
        yield frozenset(part)
