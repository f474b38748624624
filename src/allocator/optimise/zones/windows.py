"""The best cover where zones are paid for together: window by window of what they share.

Of even loads the relaxation says nothing, and a search among all zones finds neither the best nor a proof.
Yet once it is settled between which two numbers all loads lie, few zones are left, any of them will do, and
slots are alike again. So the shared numbers (the greatest load, the least) are halved until that is so,
the cheapest windows first; what is left of each is an exact cover without further rows.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from allocator.optimise.asking import Asking
from allocator.optimise.zones.candidates import Candidates
from allocator.optimise.zones.cover import Cover
from allocator.optimise.zones.remainder import Remainder, alike, apart
from allocator.optimise.zones.sums import OPEN, Left, Sums
from allocator.program.program import IntArray, Program, Rows
from allocator.program.propagate import Bounds
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.solvers.budget import Clock
from allocator.solvers.context import SolveContext


@dataclass(eq=False)
class Windows:
    """Searches a cover level by level, window by window.

    Attributes:
        program: The program.
        whole: The same, slot by slot.
        groups: The zones of each slot by itself.
        bounds: Bounds of the program's variables.
        search: How to search.
        caps: What levels may cost, by their place among the levels.
    """

    program: Program
    whole: SlotDecomposition
    groups: Sequence[Candidates]
    bounds: Bounds
    search: SolveContext
    caps: dict[int, int] = field(default_factory=dict)

    def best(
        self, level: int, cost: int, known: int, clock: Clock, show: Callable[[IntArray, int], None]
    ) -> int:
        """Search for less than a cost, show what is found, and return what a level costs at least.

        Args:
            level: The place of the level among the levels; others are held to their caps.
            cost: What the best plan known costs.
            known: What the level is known to cost at least.
            clock: The time that it may take.
            show: Is shown the decisions of every better plan and what they cost at most.
        """
        constant = self.program.constant(self.program.levels[level])
        sums, order, heap = self._sums(level), count(), list[tuple[int, int, Left]]()

        def push(left: Left) -> None:
            sums.high[-1] = cost - 1 - constant
            narrow = sums.narrowed(left)
            if narrow is not None:
                least = int(sums.ends(narrow)[0][-1]) + constant
                heapq.heappush(heap, (max(known, least), next(order), narrow))

        push(self._all(sums))
        while heap:
            least, _, left = heapq.heappop(heap)
            if least >= cost:
                break
            if clock.is_over or self.search.is_stopped:
                return least
            classes = alike(self.groups, sums, left)
            if classes is None and left.widest is not None:
                for half in left.halves(left.widest):
                    push(half)
                continue
            remainder = Remainder(self.program, self.whole.items, self.groups, classes or apart(left))
            problem, choice = remainder.problem(sums, left, constant)
            cover = Cover(problem, choice, self.search)
            found = cover.minimise(problem.price, constant, Asking(clock.share(1.0), known=least))
            if found.values is not None and found.cost is not None and found.cost < cost:
                cost = found.cost
                show(remainder.decisions(found.values), cost)
            if not found.ended:
                return least
        return cost

    def _all(self, sums: Sums) -> Left:
        """Return every zone and every value of the shared numbers that rows speak of."""
        lower, upper = (bound[self.whole.tied] for bound in self.bounds)
        upper = np.where(sums.shared.any(axis=0), upper, lower)
        return Left([np.ones(len(group.held), dtype=np.bool_) for group in self.groups], lower, upper)

    def _sums(self, level: int) -> Sums:
        """Return the rows that tie slots together, a row for each cap, and last one for what is paid.

        Numbers that nothing asks for nor pays for are left out with the rows that define them.
        """
        tied, paid = self.whole.tied, [*self.caps, level]
        ties = self._asked([self.program.levels[k] for k in paid])
        row = np.repeat(np.arange(len(ties)), np.diff(ties.starts))
        shared = np.zeros((len(ties) + len(paid), len(tied)), dtype=np.int64)
        across = np.isin(ties.cols, tied)
        np.add.at(shared, (row[across], np.searchsorted(tied, ties.cols[across])), ties.coefs[across])
        blocks = list(self._blocks(ties, row))
        low, high = [*ties.lo.tolist()], [*ties.hi.tolist()]
        costs = self.whole.costs
        for number, k in enumerate(paid, len(ties)):
            name = self.program.levels[k]
            at = costs.levels == name
            np.add.at(shared, (number, np.searchsorted(tied, costs.cols[at])), costs.coefs[at])
            blocks += [(slot, number, group.costs[:, k]) for slot, group in enumerate(self.groups)]
            low.append(-OPEN)
            high.append(self.caps[k] - self.program.constant(name) if k in self.caps else OPEN)
        return Sums(np.array(low, dtype=np.int64), np.array(high, dtype=np.int64), blocks, shared)

    def _asked(self, levels: Sequence[int]) -> Rows:
        """Return the rows that ask something, and those that define what is asked of or paid for."""
        ties, costs = self.whole.ties, self.whole.costs
        row = np.repeat(np.arange(len(ties)), np.diff(ties.starts))
        across = np.isin(ties.cols, self.whole.tied)
        kept = ~ties.defining
        known = costs.cols[np.isin(costs.levels, levels)]
        while True:
            met = np.union1d(known, ties.cols[across & kept[row]])
            more = kept | (np.bincount(row[np.isin(ties.cols, met)], minlength=len(ties)) > 0)
            if (more == kept).all() and len(met) == len(known):
                return ties.of(kept)
            kept, known = more, met

    def _blocks(self, ties: Rows, row: IntArray) -> Iterator[tuple[int, int, IntArray]]:
        """Yield what zones count in rows that tie slots together, by what the variables of their slot are."""
        asked = np.append(self.whole.ties.cols, self.whole.tied)
        for slot, group in enumerate(self.groups):
            variables = group.part.columns[np.isin(group.part.columns, asked)]  # as the values are
            order = np.argsort(variables)
            here = np.flatnonzero(np.isin(ties.cols, variables))
            which = order[np.searchsorted(variables, ties.cols[here], sorter=order)]
            for number in np.unique(row[here]).tolist():
                own = row[here] == number
                yield slot, number, group.values[:, which[own]] @ ties.coefs[here[own]]
