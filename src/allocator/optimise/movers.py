"""Movers: who is taken out where, to be assigned anew; and the periods in which they are looked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from allocator.program.program import IntArray
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
class Whole:
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
class Window:
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
