"""Movers: who is taken out where, to be assigned anew; and the periods in which they are looked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from allocator.optimise.lns.operators import FAR, By
from allocator.program.program import IntArray, Program
from allocator.program.similar import item_features, similarity
from allocator.program.subproblem import BoolArray

#: At most so many places at once.
MOST = 256


def none() -> IntArray:
    """Return no decisions."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Movers:
    """Who is taken out.

    Attributes:
        columns: ``[w, m, n]`` the decisions that put mover ``m`` at place ``n`` through ``w`` periods; -1
            where there is none. A mover without any is nobody. Mover ``k`` is at place ``k``.
        left: The decisions of items that are sent elsewhere first, whatever the movers do.
        sent: Those that they have instead.
    """

    columns: IntArray
    left: IntArray = field(default_factory=none)
    sent: IntArray = field(default_factory=none)

    @property
    def own(self) -> IntArray:
        """The decisions that put the movers where they are."""
        size = np.arange(self.columns.shape[1])
        own = self.columns[:, size, size]
        return np.asarray(own[own >= 0])

    @property
    def out(self) -> tuple[IntArray, IntArray]:
        """The decisions that change as the movers are taken out, and by how much each."""
        gone = np.concatenate([self.own, self.left])
        return np.concatenate([gone, self.sent]), np.repeat([-1, 1], [len(gone), len(self.sent)])

    def within(self, open_decisions: BoolArray, values: IntArray) -> Movers:
        """Return the same with decisions only that may change now; nobody is sent to where he is already.

        Args:
            open_decisions: ``[decisions]`` which may change.
            values: ``[variables]`` the plan.
        """
        is_open = (self.columns >= 0) & open_decisions[self.columns]
        columns = np.where(is_open, self.columns, -1)
        may_go = open_decisions[np.concatenate([self.left, self.sent])].all()
        is_free = not values[self.sent].any() and len(np.unique(self.sent)) == len(self.sent)
        return replace(self, columns=columns) if may_go and is_free else Movers(columns)

    def at(self, places: IntArray) -> IntArray:
        """Return the decisions that put each mover at its one of some places."""
        columns = self.columns[:, np.arange(len(places)), places]
        return np.asarray(columns[columns >= 0])


@dataclass(frozen=True, eq=False)
class StayTable:
    """Some periods of a layer, whatever the plan.

    Attributes:
        grid: ``[I, S, R, w]`` the decisions.
        costs: ``[I, S * R]`` what an item costs at a slot in a role; no place where it cannot be is as cheap.
        best: ``[I]`` where each costs least.
    """

    grid: IntArray
    costs: IntArray
    best: IntArray

    def stays(self, values: IntArray, open_decisions: BoolArray) -> IntArray:
        """Return ``[n, 3]`` item, slot and role of who is somewhere in all periods, and may go."""
        found = np.argwhere(values[self.grid[..., 0]] > 0)
        columns = self.grid[tuple(found.T)]
        may_go = (columns >= 0) & open_decisions[columns] & (values[columns] > 0)
        return found[may_go.all(axis=1)]


@dataclass(frozen=True, eq=False)
class StayWindow:
    """Some periods of a layer.

    Attributes:
        grid: ``[I, S, R, w]`` the decisions.
        stays: ``[n, 3]`` item, slot and role of who is somewhere all that time, in an order by chance.
        cheaper: ``[n, 3]`` the same where each would cost least, if that is less.
        free: ``[n]`` at how many places it would cost no more, its own counted.
    """

    grid: IntArray
    stays: IntArray
    cheaper: IntArray
    free: IntArray

    @cached_property
    def gains(self) -> IntArray:
        """Which of the stays would cost less elsewhere."""
        return np.flatnonzero((self.stays != self.cheaper).any(axis=1))

    def columns(self, stays: IntArray) -> IntArray:
        """Return the decisions of some stays."""
        return np.asarray(self.grid[tuple(stays.T)].reshape(-1))

    def movers(self, chosen: IntArray, nobody: BoolArray | None = None) -> Movers:
        """Return the movers of chosen stays, of which some are left where they are: nobody is taken out."""
        columns = self.grid[chosen[:, None, 0], chosen[None, :, 1], chosen[None, :, 2]].transpose(2, 0, 1)
        return Movers(columns if nobody is None else np.where(nobody[None, :, None], -1, columns))


def one_each(stays: IntArray) -> IntArray:
    """Return of stays ``[n, 3]`` (item, slot, role) the first of each slot, and of these of each item."""
    stays = stays[np.sort(np.unique(stays[:, 1], return_index=True)[1])]
    return stays[np.sort(np.unique(stays[:, 0], return_index=True)[1])][:MOST]


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


class MoverSelector:
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
        self._wholes: dict[tuple[str, int, int], StayTable] = {}
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

    def _by(self, by: By, here: StayWindow, layer: str) -> Movers:
        if by == "alike":
            return here.movers(self._alike(here, layer))
        if by == "back":
            return self._sent_back(here, layer)
        if by == "chain":
            return self._chain(here)
        chosen = one_each(here.stays)
        return here.movers(chosen, self._random.random(len(chosen)) < NOBODY)

    def _whole(self, layer: str, first: int, last: int) -> StayTable:
        grid = self._program.decisions.grids[layer][:, :, :, first : last + 1]
        is_open = ((grid >= 0) & self._open[grid]).all(axis=3)
        costs = np.where(is_open, self._price[grid].sum(axis=3), FAR).reshape(len(grid), -1)
        return StayTable(grid, costs, costs.argmin(axis=1))

    def _beside(self, layer: str, first: int, last: int, values: IntArray) -> IntArray:
        """Return ``[I]`` the place of each item just before some periods, or just after; -1 if nowhere."""
        grid = self._program.decisions.grids[layer]
        near = [period for period in (first - 1, last + 1) if 0 <= period < grid.shape[3]]
        if not near:
            return np.full(len(grid), -1, dtype=np.int64)
        columns = grid[..., self._random.choice(near)].reshape(len(grid), -1)
        there = (columns >= 0) & (values[columns] > 0)
        return np.where(there.any(axis=1), there.argmax(axis=1), -1)

    def _window(self, whole: StayTable, stays: IntArray, beside: IntArray) -> StayWindow:
        items, roles = stays[:, 0], whole.grid.shape[2]
        own = whole.costs[items, stays[:, 1] * roles + stays[:, 2]]
        best, near = whole.best[items], beside[items]
        # To be where one is before or after is seldom dearer, though no decision by itself says so.
        best = np.where((near >= 0) & (whole.costs[items, near] <= own), near, best)
        cheaper = np.stack([items, *np.divmod(best, roles)], axis=1)
        gains = (whole.costs[items, best] < own) | (best == near)
        free = (whole.costs[items] <= own[:, None]).sum(axis=1)
        return StayWindow(whole.grid, stays, np.where(gains[:, None], cheaper, stays), free)

    def _alike(self, here: StayWindow, layer: str) -> IntArray:
        """Return at each place the one that is most like one that is free to go, or that has many alike."""
        items, is_free = here.stays[:, 0], self._random.random() < FREE
        weights = here.free / here.free.sum() if is_free else None
        first = self._random.choice(items, 1 if is_free else TRIED, p=weights)
        like = [similarity(self._asked[layer], int(one))[items] for one in first]
        return one_each(here.stays[np.argsort(-max(like, key=np.sum), kind="stable")])

    def _chain(self, here: StayWindow) -> Movers:
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

    def _sent_back(self, here: StayWindow, layer: str) -> Movers:
        """Send a few items where they cost less, and choose movers alike of the others to make up for it."""
        few = here.gains[: int(self._random.integers(1, SENT + 1))]
        chosen = self._alike(here, layer)
        touched = np.isin(chosen[:, 1], [here.stays[few, 1], here.cheaper[few, 1]])
        chosen = chosen[np.argsort(~touched, kind="stable")][: self._random.choice(ROUND)]
        few = few[~np.isin(here.stays[few, 0], chosen[:, 0])]
        return replace(
            here.movers(chosen), left=here.columns(here.stays[few]), sent=here.columns(here.cheaper[few])
        )
