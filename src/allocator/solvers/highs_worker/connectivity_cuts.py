"""Cuts for zones that are not connected: a zone must have a unit in every separator from its centre.

A separator of units from a centre is made minimal by leaving out every unit that the centre does not reach
without the rest of it (Fischetti et al., 2017; Validi, Buchanan and Lykhovyd, 2022).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

Cut = tuple[np.ndarray, np.ndarray]


class SeparatorCuts:
    """Finds the cuts that values violate.

    Args:
        model: The arrays ``units`` and ``centres`` ``[pairs]``, and ``tails`` and ``heads`` ``[arcs]`` of
            the map.
    """

    def __init__(self, model: Mapping[str, np.ndarray]) -> None:
        self._units, self._centres = model["units"].tolist(), model["centres"].tolist()
        self._number = {pair: k for k, pair in enumerate(zip(self._units, self._centres, strict=True))}
        self._neighbours: dict[int, list[int]] = {}
        for tail, head in zip(model["tails"].tolist(), model["heads"].tolist(), strict=True):
            self._neighbours.setdefault(tail, []).append(head)
        self._all_centres = sorted(set(self._centres))

    def violated(self, values: np.ndarray) -> list[Cut]:
        """Return the columns and coefficients of rows that are at most 0; none if all zones are connected."""
        zones: dict[int, set[int]] = {}
        for k in np.flatnonzero(values).tolist():
            zones.setdefault(self._centres[k], set()).add(self._units[k])
        found = []
        for centre, zone in zones.items():
            left = zone - self._reachable([centre], zone)
            while left:
                piece = self._reachable([min(left)], left)
                left -= piece
                found += self._cuts_between(piece, centre)
        return found

    def _cuts_between(self, piece: set[int], centre: int) -> list[Cut]:
        """Return the cuts for a piece and a centre, and for all centres on its side of the separator."""
        border = {other for unit in piece for other in self._neighbours.get(unit, ())} - piece
        everyone = set(self._neighbours)
        side = self._reachable([centre], everyone - border)
        minimal = {unit for unit in border if unit == centre or not side.isdisjoint(self._neighbours[unit])}
        side = self._reachable([centre], everyone - minimal)
        return [
            self._cut(unit, other, minimal)
            for other in self._all_centres
            if other in side
            for unit in sorted(piece)
            if (unit, other) in self._number
        ]

    def _cut(self, unit: int, centre: int, separator: Iterable[int]) -> Cut:
        through = [self._number[pair] for mid in sorted(separator) if (pair := (mid, centre)) in self._number]
        cols = np.array([self._number[unit, centre], *through], dtype=np.int64)
        return cols, np.array([1.0] + [-1.0] * len(through))

    def _reachable(self, first: list[int], within: set[int]) -> set[int]:
        """Return the units that can be reached through units of a set."""
        seen, edge = set(first), list(first)
        for unit in edge:
            more = [
                other for other in self._neighbours.get(unit, ()) if other in within and other not in seen
            ]
            seen.update(more)
            edge += more
        return seen
