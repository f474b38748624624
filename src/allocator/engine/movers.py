"""Movers: who is taken out where, to be assigned anew. At each place of a layer one item, or nobody.

They read the program, not its rules: items by chance; items that are alike, so that they can take each
other's place; or items that cost less elsewhere, with nobody or one other taken out there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allocator.engine.neighbourhoods import FAR, By
from allocator.program.program import IntArray, Program
from allocator.program.question import BoolArray
from allocator.program.similar import asked_of, likeness

#: At most so many places at once.
MOST = 256
#: The part of the places where nobody is taken out; and of those where an item would cost less.
NOBODY, NOBODY_THERE = 0.25, 0.5


@dataclass(frozen=True, eq=False)
class Movers:
    """Who is taken out.

    Attributes:
        columns: ``[w, m, n]`` the decisions that put mover ``m`` at place ``n`` through ``w`` periods; -1
            where there is none. A mover without any is nobody. Mover ``k`` is at place ``k``.
    """

    columns: IntArray

    @property
    def own(self) -> IntArray:
        """The decisions that put the movers where they are."""
        size = np.arange(self.columns.shape[1])
        own = self.columns[:, size, size]
        return np.asarray(own[own >= 0])

    def at(self, places: IntArray) -> IntArray:
        """Return the decisions that put each mover at its one of some places."""
        columns = self.columns[:, np.arange(len(places)), places]
        return np.asarray(columns[columns >= 0])


class Chooser:
    """Chooses movers.

    Args:
        program: The program.
        price: ``[variables]`` what one of each costs.
        random: The source of chance.
    """

    def __init__(
        self,
        program: Program,
        price: IntArray,
        random: np.random.Generator,
    ) -> None:
        self._program, self._random = program, random
        self._price = price
        self._asked = {name: asked_of(program, name) for name in program.decisions.grids}

    def movers(self, layer: str, by: By, values: IntArray, open_decisions: BoolArray) -> Movers | None:
        """Choose movers of a layer through some periods; None if nobody is there all that time.

        Args:
            layer: The layer.
            by: How they are chosen.
            values: ``[variables]`` the plan.
            open_decisions: ``[decisions]`` which may change.
        """
        grid = self._program.decisions.grids[layer]
        first, last = np.sort(self._random.integers(0, grid.shape[3], 2)).tolist()
        window = grid[:, :, :, first : last + 1]
        is_open = np.asarray(((window >= 0) & open_decisions[window]).all(axis=3))
        stays = self._random.permutation(np.argwhere(is_open & (values[window] > 0).all(axis=3)))
        if not len(stays):
            return None
        if by == "alike":
            alike = likeness(self._asked[layer], int(stays[0, 0]))[stays[:, 0]]
            chosen = _one_each(stays[np.argsort(-alike, kind="stable")])
            nobody: BoolArray = np.zeros(len(chosen), dtype=np.bool_)
        elif by == "chain":
            chosen, nobody = self._back(window, is_open, stays)
        else:
            chosen = _one_each(stays)
            nobody = self._random.random(len(chosen)) < NOBODY
        columns = window[chosen[:, None, 0], chosen[None, :, 1], chosen[None, :, 2]].transpose(2, 0, 1)
        return Movers(np.where(nobody[None, :, None], -1, columns))

    def _back(self, window: IntArray, is_open: BoolArray, stays: IntArray) -> tuple[IntArray, BoolArray]:
        """Choose items that cost less elsewhere; there nobody is taken out, or anybody."""
        costs = self._price[window[stays[:, 0]]].sum(axis=3)
        costs = np.where(is_open[stays[:, 0]], costs, FAR).min(axis=2)
        best = costs.argmin(axis=1)
        number = np.arange(len(stays))
        gains = costs[number, best] < costs[number, stays[:, 1]]
        taken: set[int] = set()
        first: list[int] = []
        left_alone: set[int] = set()
        for k in np.flatnonzero(gains).tolist():
            here, there = int(stays[k, 1]), int(best[k])
            if here in taken or there in taken:
                continue
            taken |= {here, there}
            first.append(k)
            if self._random.random() < NOBODY_THERE:
                left_alone.add(there)
        chosen = _one_each(np.concatenate([stays[first], stays]))
        nobody = self._random.random(len(chosen)) < NOBODY
        slots = chosen[:, 1].tolist()
        leaving = {int(stays[k, 1]) for k in first}
        for k, slot in enumerate(slots):
            nobody[k] = slot in left_alone or (slot not in leaving and bool(nobody[k]))
        return chosen, nobody


def _one_each(stays: IntArray) -> IntArray:
    """Return of stays ``[n, 3]`` (item, slot, role) the first of each slot, and of these of each item."""
    stays = stays[np.sort(np.unique(stays[:, 1], return_index=True)[1])]
    return stays[np.sort(np.unique(stays[:, 0], return_index=True)[1])][:MOST]
