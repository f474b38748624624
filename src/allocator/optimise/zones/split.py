"""A first plan of a large map: it is split along random trees into zones whose sums lie in a band.

Method: recursive splitting of random spanning trees (DeFord, Duchin and Solomon, 2021).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence, Set

from allocator.graph.neighbours import Neighbours

#: So many trees are tried for one split before the splits above it are given up.
TREES = 40


class Splitting:
    """Splits a map at random.

    Args:
        near: Which items are neighbours.
        weights: What each item adds to the sum of its zone.
        band: The least and the greatest sum of a zone.
        seed: Seed of every random choice.
    """

    def __init__(
        self, near: Neighbours, weights: Mapping[int, int], band: tuple[int, int], seed: int
    ) -> None:
        self._near, self._weights, self._band = near, weights, band
        self._random = random.Random(seed)

    def zones(self, items: Set[int], count: int) -> list[Set[int]] | None:
        """Return so many connected zones of some items, each in the band; None if these trees had none."""
        if count == 1:
            return [items] if self._fits(self._weight(items), 1) and self._is_one(items) else None
        for _ in range(TREES):
            tree = self._tree(items)
            if len(tree) < len(items):
                return None
            cut = self._cut(tree, count)
            if cut is None:
                continue
            part, own = cut
            first = self.zones(part, own)
            rest = None if first is None else self.zones(items - part, count - own)
            return None if first is None or rest is None else [*first, *rest]
        return None

    def _tree(self, items: Set[int]) -> list[tuple[int, int]]:
        """Return a random tree: items, each with what it hangs on, parents first."""
        root = self._random.choice(sorted(items))
        found, seen, edge = [], {root}, [(root, root)]
        while edge:
            k = self._random.randrange(len(edge))
            edge[k], edge[-1] = edge[-1], edge[k]
            one = edge.pop()
            if one[0] in seen and one[0] != root:
                continue
            seen.add(one[0])
            found.append(one)
            edge += [(other, one[0]) for other in sorted(self._near.get(one[0], ())) if other in items - seen]
        return found

    def _cut(self, tree: Sequence[tuple[int, int]], count: int) -> tuple[Set[int], int] | None:
        """Return what hangs on a random edge that leaves both sides a number of zones, and that number."""
        below = {item: self._weights[item] for item, _ in tree}
        for item, parent in reversed(tree[1:]):
            below[parent] += below[item]
        whole = below[tree[0][0]]
        able = [
            (item, own)
            for item, _ in tree[1:]
            for own in range(1, count)
            if self._fits(below[item], own) and self._fits(whole - below[item], count - own)
        ]
        if not able:
            return None
        top, own = self._random.choice(able)
        part = {top}
        for item, parent in tree[1:]:
            if parent in part:
                part.add(item)
        return part, own

    def _fits(self, weight: int, zones: int) -> bool:
        return zones * self._band[0] <= weight <= zones * self._band[1]

    def _weight(self, items: Set[int]) -> int:
        return sum(self._weights[item] for item in items)

    def _is_one(self, items: Set[int]) -> bool:
        return len(self._tree(items)) == len(items)
