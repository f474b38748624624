"""Level after level of a cover by zones."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from allocator.model.witnesses import BY_ROWS, COVER, CP_SAT
from allocator.optimise.zones.candidates import Candidates
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.residual_cover import OPEN, Domain, ResidualCover, SumConstraints, alike, apart
from allocator.program.bounds import Bounds
from allocator.program.program import IntArray, Program, Rows
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import NULL_OBSERVER, BoundCallback, CallbackObserver
from allocator.solvers.protocol import Found, SearchParams


@dataclass(eq=False)
class WindowSearch:
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
        self, level: int, cost: int, known: int, deadline: Deadline, show: Callable[[IntArray, int], None]
    ) -> int:
        """Search for less than a cost, show what is found, and return what a level costs at least.

        Args:
            level: The place of the level among the levels; others are held to their caps.
            cost: What the best plan known costs.
            known: What the level is known to cost at least.
            deadline: The time that it may take.
            show: Is shown the decisions of every better plan and what they cost at most.
        """
        constant = self.program.constant(self.program.levels[level])
        sums, order, heap = self._sums(level), count(), list[tuple[int, int, Domain]]()

        def push(left: Domain) -> None:
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
            if deadline.is_over or self.search.is_stopped:
                return least
            classes = alike(self.groups, sums, left)
            if classes is None and left.widest is not None:
                for half in left.halves(left.widest):
                    push(half)
                continue
            remainder = ResidualCover(self.program, self.whole.items, self.groups, classes or apart(left))
            problem, choice = remainder.problem(sums, left, constant)
            cover = CoverSearch(problem, choice, self.search)
            found = cover.minimise(
                problem.objective, constant, SearchParams(deadline.share(1.0), known_bound=least)
            )
            if found.values is not None and found.cost is not None and found.cost < cost:
                cost = found.cost
                show(remainder.decisions(found.values), cost)
            if not found.ended:
                return least
        return cost

    def _all(self, sums: SumConstraints) -> Domain:
        """Return every zone and every value of the shared numbers that rows speak of."""
        lower, upper = (bound[self.whole.linking_variables] for bound in self.bounds)
        upper = np.where(sums.shared.any(axis=0), upper, lower)
        return Domain([np.ones(len(group.held), dtype=np.bool_) for group in self.groups], lower, upper)

    def _sums(self, level: int) -> SumConstraints:
        """Return the rows that tie slots together, a row for each cap, and last one for what is paid.

        Numbers that nothing asks for nor pays for are left out with the rows that define them.
        """
        tied, paid = self.whole.linking_variables, [*self.caps, level]
        ties = self._asked([self.program.levels[k] for k in paid])
        row = np.repeat(np.arange(len(ties)), np.diff(ties.starts))
        shared = np.zeros((len(ties) + len(paid), len(tied)), dtype=np.int64)
        across = np.isin(ties.cols, tied)
        np.add.at(shared, (row[across], np.searchsorted(tied, ties.cols[across])), ties.coefs[across])
        blocks = list(self._blocks(ties, row))
        low, high = [*ties.lo.tolist()], [*ties.hi.tolist()]
        costs = self.whole.linking_costs
        for number, k in enumerate(paid, len(ties)):
            name = self.program.levels[k]
            at = costs.levels == name
            np.add.at(shared, (number, np.searchsorted(tied, costs.cols[at])), costs.coefs[at])
            blocks += [(slot, number, group.costs[:, k]) for slot, group in enumerate(self.groups)]
            low.append(-OPEN)
            high.append(self.caps[k] - self.program.constant(name) if k in self.caps else OPEN)
        return SumConstraints(np.array(low, dtype=np.int64), np.array(high, dtype=np.int64), blocks, shared)

    def _asked(self, levels: Sequence[int]) -> Rows:
        """Return the rows that ask something, and those that define what is asked of or paid for."""
        ties, costs = self.whole.linking_rows, self.whole.linking_costs
        row = np.repeat(np.arange(len(ties)), np.diff(ties.starts))
        across = np.isin(ties.cols, self.whole.linking_variables)
        kept = ~ties.defining
        known = costs.cols[np.isin(costs.levels, levels)]
        while True:
            met = np.union1d(known, ties.cols[across & kept[row]])
            more = kept | (np.bincount(row[np.isin(ties.cols, met)], minlength=len(ties)) > 0)
            if (more == kept).all() and len(met) == len(known):
                return ties.select(kept)
            kept, known = more, met

    def _blocks(self, ties: Rows, row: IntArray) -> Iterator[tuple[int, int, IntArray]]:
        """Yield what zones count in rows that tie slots together, by what the variables of their slot are."""
        asked = np.append(self.whole.linking_rows.cols, self.whole.linking_variables)
        for slot, group in enumerate(self.groups):
            variables = group.part.columns[np.isin(group.part.columns, asked)]  # as the values are
            order = np.argsort(variables)
            here = np.flatnonzero(np.isin(ties.cols, variables))
            which = order[np.searchsorted(variables, ties.cols[here], sorter=order)]
            for number in np.unique(row[here]).tolist():
                own = row[here] == number
                yield slot, number, group.values[:, which[own]] @ ties.coefs[here[own]]


#: The part of the time left for windows of what ties slots together.
WINDOWS_PART = 0.6
#: What a cover proves stands on how zones were enumerated and thinned out, and on who searched the rest.
BY_COVER = frozenset((COVER, CP_SAT))


@dataclass(frozen=True, eq=False)
class ZonesResult:
    """What the route found.

    Attributes:
        found: Whether there is a plan, and whether that is proved to be the best, or none.
        decisions: The plan.
        proofs: Cost and bound of each level that was looked at.
        is_all: Whether no other route has more to say.
    """

    found: Found
    decisions: IntArray | None = None
    proofs: tuple[Proof, ...] = ()
    is_all: bool = False


def solve_cover_levels(
    program: Program,
    model: CoverModel,
    cover: CoverSearch,
    deadline: Deadline,
    teller: Callable[[int], BoundCallback] = lambda _level: NULL_OBSERVER.on_bound,
    show: Callable[[IntArray], None] = NULL_OBSERVER.on_plan,
    first: IntArray | None = None,
    least: Callable[[int], int] = lambda _level: 0,
    windows: WindowSearch | None = None,
) -> ZonesResult:
    """Minimise level after level, each held to what it came to while the next is looked at.

    Args:
        program: The program.
        model: The cover of its map by zones.
        cover: The search for the best.
        deadline: The time that it may take.
        teller: Whom to tell of costs and bounds of a level.
        show: Is shown better decisions on the way.
        first: Decisions of a plan to begin from.
        least: What a level is known to cost at least.
        windows: Looks for what is better before all zones are, where something ties slots together.
    """
    proofs: list[Proof] = []
    values = None if first is None else model.values(first)
    for k, level in enumerate(program.levels or (None,)):
        observer = CallbackObserver(
            bound=None if level is None else teller(level), plan=lambda found: show(model.decisions(found))
        )
        search_params = SearchParams(deadline.share(1.0), hint=values, observer=observer)
        if level is None:
            one = cover.minimise(np.zeros(len(model.problem), dtype=np.int64), 0, search_params)
        else:
            search_params = replace(search_params, known_bound=least(level))
            if windows is not None and values is not None:
                search_params = _through(windows, model, k, search_params, deadline)
            one = cover.minimise(model.prices[k], program.constant(level), search_params)
        if one.values is None:
            if one.found == "infeasible" and values is None:
                return ZonesResult("infeasible" if cover.second_opinion(deadline) else "unknown")
            break
        values = one.values
        if level is not None and one.cost is not None:
            if windows is not None:
                windows.caps[k] = one.cost
            by = BY_ROWS if one.bound <= least(level) else BY_COVER
            proofs.append(Proof.of(level, one.cost, Bound(one.bound, by)))
            search_params.observer.on_bound(one.cost, proofs[-1].bound)
        if one.found != "optimal":
            break
    if values is None:
        return ZonesResult("unknown")
    proved = len(proofs) == len(program.levels) and all(proof.cost == proof.bound for proof in proofs)
    return ZonesResult("optimal" if proved else "feasible", model.decisions(values), tuple(proofs))


def _through(
    windows: WindowSearch, model: CoverModel, k: int, search_params: SearchParams, deadline: Deadline
) -> SearchParams:
    """Return what to ask once windows have been searched: from a better cover, and with a better bound."""
    best = search_params.hint
    assert best is not None
    cost = model.cost(k, best)

    def take(decisions: IntArray, _cost: int) -> None:
        nonlocal best
        found = model.values(decisions)
        if found is not None and model.allows(found):
            best = found
            search_params.observer.on_plan(found)
            search_params.observer.on_bound(model.cost(k, found), search_params.known_bound)

    if cost > search_params.known_bound:
        few = Deadline(windows.search.budget, deadline.share(WINDOWS_PART))
        known = windows.best(k, cost, search_params.known_bound, few, take)
        search_params = replace(search_params, known_bound=max(search_params.known_bound, known))
    return replace(search_params, allotment=deadline.share(1.0), hint=best)
