"""The least cost of a problem of very many columns, few of which can be of use: an exact cover by zones.

The relaxation says what each column costs beyond the bound. Those that cost little are searched first;
what is found there is best of all if no other column costs little enough to be in anything better.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.engine.asking import Asking, Teller, minimise, unheard
from allocator.engine.budget import Clock
from allocator.engine.outcome import Outcome
from allocator.engine.search import Search
from allocator.engine.zones.bits import BoolArray
from allocator.engine.zones.relaxation import Relaxed, relaxed
from allocator.program.program import INFINITE, IntArray
from allocator.program.question import Problem

#: So many columns are searched at first, and so many times more where they are too few.
FEW, WIDER = 300, 8
#: The part of the time left that the relaxation may take.
RELAXATION_PART = 0.4


class Cover:
    """A problem whose columns of choice are thinned out, level by level.

    Args:
        problem: The problem, without a price; ``x = 0`` stands for a column that is not chosen.
        choice: ``[n]`` which columns may be left out; their least value is 0.
        search: How to search.
    """

    def __init__(self, problem: Problem, choice: BoolArray, search: Search) -> None:
        self._problem, self._choice, self._search = problem, choice, search
        self._of_use = np.ones(len(problem), dtype=np.bool_)
        self._caps: list[tuple[IntArray, int]] = []

    def minimise(
        self, price: IntArray, constant: int, hint: IntArray | None, clock: Clock, tell: Teller = unheard
    ) -> Outcome:
        """Return the least cost at some prices, all earlier prices held to what they came to."""
        problem = replace(self._capped(), price=price, constant=constant)
        told = relaxed(_within(problem, self._of_use), clock.share(RELAXATION_PART).seconds)
        if told is not None:
            reduced = np.zeros(len(problem), dtype=np.int64)
            reduced[self._of_use] = told.reduced
            told = replace(told, reduced=reduced)
            tell(None, max(0, told.least + constant))
        found = self._widening(problem, told, hint, clock, tell)
        if found.cost is not None:
            self._caps.append((price, found.cost - constant))
            if told is not None:
                self._of_use &= ~self._choice | (told.reduced <= told.room(found.cost - constant))
        return found

    def _widening(
        self, problem: Problem, told: Relaxed | None, hint: IntArray | None, clock: Clock, tell: Teller
    ) -> Outcome:
        """Search few columns, then as many as it takes."""
        if told is None:
            return self._ask(problem, self._of_use, Asking(clock.share(1.0), hint=hint, tell=tell))
        bound, few = max(0, told.least + problem.constant), FEW
        room = self._room_for(told, few)
        while True:
            kept = self._of_use & (~self._choice | (told.reduced <= room))
            heard = Asking(clock.share(1.0), hint=hint, tell=lambda cost, _: tell(cost, bound), known=bound)
            found = self._ask(problem, kept, heard)
            if (kept == self._of_use).all():
                return replace(found, bound=max(found.bound, bound))
            if found.found == "infeasible":
                few *= WIDER
                room = self._room_for(told, few)
            elif found.found != "optimal" or found.cost is None:
                return replace(found, bound=bound)
            else:
                needed = told.room(found.cost - problem.constant)
                if needed <= room + told.scale:  # with what was left out it costs at least as much
                    return found
                room, hint = needed, found.values

    def second_opinion(self, clock: Clock) -> bool:
        """Whether nothing at all is possible when asked in another way."""
        found = self._ask(self._problem, self._of_use, Asking(clock.share(1.0), twice=True))
        return found.found == "infeasible"

    def _ask(self, problem: Problem, kept: BoolArray, asking: Asking) -> Outcome:
        part = _within(problem, kept)
        used = np.diff(part.matrix.indptr) > 0
        if ((part.sides[0] > 0) | (part.sides[1] < 0))[~used].any():
            return Outcome("infeasible")  # an item that no zone has, say
        return minimise(part, self._search, asking)

    def _room_for(self, told: Relaxed, few: int) -> int:
        """Return a reduced cost that so few columns are below."""
        own = told.reduced[self._of_use & self._choice]
        return int(np.max(own, initial=0) if len(own) <= few else np.partition(own, few)[few])

    def _capped(self) -> Problem:
        """Return the problem with a row for each price that is held to what it came to."""
        problem = self._problem
        if not self._caps:
            return problem
        rows = csr_array(np.stack([price for price, _ in self._caps]))
        low, high = problem.sides
        most = np.array([cost for _, cost in self._caps], dtype=np.int64)
        return replace(
            problem,
            matrix=csr_array(vstack([problem.matrix, rows], format="csr")),
            sides=(np.append(low, np.full(len(most), -INFINITE)), np.append(high, most)),
        )


def _within(problem: Problem, kept: BoolArray) -> Problem:
    """Return the problem with some of its columns, all others 0."""
    chosen = np.flatnonzero(kept)
    return replace(
        problem,
        columns=problem.columns[chosen],
        bounds=(problem.bounds[0][chosen], problem.bounds[1][chosen]),
        matrix=csr_array(problem.matrix[:, chosen]),
        price=problem.price[chosen],
    )
