"""Cuts for zones that do not hang together: who goes to a centre has someone in every separator between.

A separator of units from a centre is made least by leaving out whoever the centre does not reach without
the rest of it (Fischetti et al., 2017; Validi, Buchanan and Lykhovyd, 2022).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

Cut = tuple[np.ndarray, np.ndarray]


class SeparatorCuts:
    """Finds cuts that an answer breaks.

    Args:
        model: The arrays ``units`` and ``centres`` ``[pairs]``, and ``tails`` and ``heads`` ``[arcs]`` of
            the map.
    """

    def __init__(self, model: Mapping[str, np.ndarray]) -> None:
        self._units, self._centres = model["units"].tolist(), model["centres"].tolist()
        self._number = {pair: k for k, pair in enumerate(zip(self._units, self._centres, strict=True))}
        self._near: dict[int, list[int]] = {}
        for tail, head in zip(model["tails"].tolist(), model["heads"].tolist(), strict=True):
            self._near.setdefault(tail, []).append(head)
        self._able = sorted(set(self._centres))

    def cuts(self, values: np.ndarray) -> list[Cut]:
        """Return the columns and coefficients of rows that are at most 0; none if all zones are connected."""
        zones: dict[int, set[int]] = {}
        for k in np.flatnonzero(values).tolist():
            zones.setdefault(self._centres[k], set()).add(self._units[k])
        found = []
        for centre, zone in zones.items():
            left = zone - self._reached([centre], zone)
            while left:
                piece = self._reached([min(left)], left)
                left -= piece
                found += self._between(piece, centre)
        return found

    def _between(self, piece: set[int], centre: int) -> list[Cut]:
        """Return the cuts for a piece and a centre, and for all centres on its side of the separator."""
        border = {other for one in piece for other in self._near.get(one, ())} - piece
        everyone = set(self._near)
        side = self._reached([centre], everyone - border)
        least = {one for one in border if one == centre or not side.isdisjoint(self._near[one])}
        side = self._reached([centre], everyone - least)
        return [
            self._cut(one, other, least)
            for other in self._able
            if other in side
            for one in sorted(piece)
            if (one, other) in self._number
        ]

    def _cut(self, one: int, centre: int, separator: Iterable[int]) -> Cut:
        through = [self._number[pair] for mid in sorted(separator) if (pair := (mid, centre)) in self._number]
        cols = np.array([self._number[one, centre], *through], dtype=np.int64)
        return cols, np.array([1.0] + [-1.0] * len(through))

    def _reached(self, first: list[int], within: set[int]) -> set[int]:
        """Return what can be reached through some units."""
        seen, edge = set(first), list(first)
        for one in edge:
            more = [other for other in self._near.get(one, ()) if other in within and other not in seen]
            seen.update(more)
            edge += more
        return seen
