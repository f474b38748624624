"""How movers are chosen: at each place of a layer one item, or nobody.

Choices read the program, not its rules: items by chance; items that are alike, so that they can take each
other's place; items that cost less elsewhere, with nobody or one other taken out there; or a few such
items are sent there, and others that are alike make up for it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.optimise.movers import Movers, Whole, Window, one_each
from allocator.optimise.neighbourhoods import FAR, By
from allocator.program.program import IntArray, Program
from allocator.program.similar import item_features, similarity
from allocator.program.subproblem import BoolArray

#: The part of the places where nobody is taken out; and of those where an item would cost less.
NOBODY, NOBODY_THERE = 0.25, 0.5
#: How often those that are alike are like one that is free to go.
FREE = 0.7
#: Else they are like the one of so many by chance that has most alike: to even out the same loads more of
#: few deputies have to move than of many cadres, of whom a place has several to choose from.
TRIED = 4
#: Where few are sent back, so many places make up for it.
ROUND = (64, 256)
#: At most so many items are sent back at once.
SENT = 3


class Chooser:
    """Chooses movers.

    Args:
        program: The program.
        price: ``[variables]`` what one of each costs.
        open_decisions: ``[decisions]`` which of them may change at all.
        random: The source of chance.
    """

    def __init__(
        self,
        program: Program,
        price: IntArray,
        open_decisions: BoolArray,
        random: np.random.Generator,
    ) -> None:
        self._program, self._price, self._open, self._random = program, price, open_decisions, random
        self._wholes: dict[tuple[str, int, int], Whole] = {}
        self._asked = {name: item_features(program, name) for name in program.decisions.grids}

    def movers(self, layer: str, by: By, values: IntArray, open_decisions: BoolArray) -> Movers | None:
        """Choose movers of a layer through some periods; None if nobody is there all that time.

        Args:
            layer: The layer.
            by: How they are chosen.
            values: ``[variables]`` the plan.
            open_decisions: ``[decisions]`` which may change now.
        """
        count = self._program.decisions.grids[layer].shape[3]
        first, last = np.sort(self._random.integers(0, count, 2)).tolist()
        key = layer, first, last
        if key not in self._wholes:
            self._wholes[key] = self._whole(*key)
        whole = self._wholes[key]
        stays = self._random.permutation(whole.stays(values, open_decisions))
        if not len(stays):
            return None
        here = self._window(whole, stays, self._beside(layer, first, last, values))
        return self._by(by, here, layer).within(open_decisions, values)

    def _by(self, by: By, here: Window, layer: str) -> Movers:
        if by == "alike":
            return here.movers(self._alike(here, layer))
        if by == "back":
            return self._sent_back(here, layer)
        if by == "chain":
            return self._chain(here)
        chosen = one_each(here.stays)
        return here.movers(chosen, self._random.random(len(chosen)) < NOBODY)

    def _whole(self, layer: str, first: int, last: int) -> Whole:
        grid = self._program.decisions.grids[layer][:, :, :, first : last + 1]
        is_open = ((grid >= 0) & self._open[grid]).all(axis=3)
        costs = np.where(is_open, self._price[grid].sum(axis=3), FAR).reshape(len(grid), -1)
        return Whole(grid, costs, costs.argmin(axis=1))

    def _beside(self, layer: str, first: int, last: int, values: IntArray) -> IntArray:
        """Return ``[I]`` the place of each item just before some periods, or just after; -1 if nowhere."""
        grid = self._program.decisions.grids[layer]
        near = [period for period in (first - 1, last + 1) if 0 <= period < grid.shape[3]]
        if not near:
            return np.full(len(grid), -1, dtype=np.int64)
        columns = grid[..., self._random.choice(near)].reshape(len(grid), -1)
        there = (columns >= 0) & (values[columns] > 0)
        return np.where(there.any(axis=1), there.argmax(axis=1), -1)

    def _window(self, whole: Whole, stays: IntArray, beside: IntArray) -> Window:
        items, roles = stays[:, 0], whole.grid.shape[2]
        own = whole.costs[items, stays[:, 1] * roles + stays[:, 2]]
        best, near = whole.best[items], beside[items]
        # To be where one is before or after is seldom dearer, though no decision by itself says so.
        best = np.where((near >= 0) & (whole.costs[items, near] <= own), near, best)
        cheaper = np.stack([items, *np.divmod(best, roles)], axis=1)
        gains = (whole.costs[items, best] < own) | (best == near)
        free = (whole.costs[items] <= own[:, None]).sum(axis=1)
        return Window(whole.grid, stays, np.where(gains[:, None], cheaper, stays), free)

    def _alike(self, here: Window, layer: str) -> IntArray:
        """Return at each place the one that is most like one that is free to go, or that has many alike."""
        items, is_free = here.stays[:, 0], self._random.random() < FREE
        weights = here.free / here.free.sum() if is_free else None
        first = self._random.choice(items, 1 if is_free else TRIED, p=weights)
        like = [similarity(self._asked[layer], int(one))[items] for one in first]
        return one_each(here.stays[np.argsort(-max(like, key=np.sum), kind="stable")])

    def _chain(self, here: Window) -> Movers:
        """Choose items that cost less elsewhere; there nobody is taken out, or anybody."""
        taken: set[int] = set()
        first, left_alone = [], set()
        for k in here.gains.tolist():
            slots = {int(here.stays[k, 1]), int(here.cheaper[k, 1])}
            if not taken & slots:
                taken |= slots
                first.append(k)
                if self._random.random() < NOBODY_THERE:
                    left_alone.add(int(here.cheaper[k, 1]))
        chosen = one_each(np.concatenate([here.stays[first], here.stays]))
        nobody = self._random.random(len(chosen)) < NOBODY
        leaving = set(here.stays[first, 1].tolist())
        for k, slot in enumerate(chosen[:, 1].tolist()):
            nobody[k] = slot in left_alone or (slot not in leaving and bool(nobody[k]))
        return here.movers(chosen, nobody)

    def _sent_back(self, here: Window, layer: str) -> Movers:
        """Send a few items where they cost less, and choose movers alike of the others to make up for it."""
        few = here.gains[: int(self._random.integers(1, SENT + 1))]
        chosen = self._alike(here, layer)
        touched = np.isin(chosen[:, 1], [here.stays[few, 1], here.cheaper[few, 1]])
        chosen = chosen[np.argsort(~touched, kind="stable")][: self._random.choice(ROUND)]
        few = few[~np.isin(here.stays[few, 0], chosen[:, 0])]
        return replace(
            here.movers(chosen), left=here.columns(here.stays[few]), sent=here.columns(here.cheaper[few])
        )
