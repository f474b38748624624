"""Level after level of an exact cover by zones, with a search by windows where zones are linked.

The relaxation tells nothing of even loads, and a search among all zones finds neither the optimum nor a
proof. But once two numbers are known between which all loads lie, few zones are left, each of them costs the
same, and slots are interchangeable again. So the domains of the numbers that slots share (the maximum load,
the minimum) are halved until that is so, those of least cost first (best-first branch and bound). What is
left of each is an exact cover without further rows.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from allocator.model.plan import HARD, Level
from allocator.model.run import BY_ROWS, COVER, CP_SAT
from allocator.optimise.routes.route import RouteResult, no_observer
from allocator.optimise.zones.candidates import CandidateZones
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.residual_cover import (
    OPEN_SIDE,
    Domain,
    ResidualCover,
    SumConstraints,
    classify_slots,
    single_slot_classes,
)
from allocator.program.bound_tightening import Bounds
from allocator.program.program import IntArray, Program, Rows
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.observer import CallbackObserver, Observer
from allocator.solvers.solver import SearchParams


@dataclass(frozen=True)
class LexicographicCoverParams:
    """How the time of a level is used.

    Attributes:
        windows_part: The part of the time left for the search by windows, where slots are linked.
    """

    windows_part: float = 0.6


#: The parameters of every search.
PARAMS = LexicographicCoverParams()
#: What the proof of a cover relies on: the enumeration of zones, and the solver of the rest.
BY_COVER = frozenset((COVER, CP_SAT))


@dataclass(eq=False)
class WindowSearch:
    """A best-first search for better covers at one level after the other, window by window.

    Attributes:
        program: The program.
        whole: Its decomposition by slot.
        groups: The candidate zones of each slot by itself.
        bounds: The bounds of the program's variables.
        context: The settings of the solve.
        caps: The most that levels may cost, by their place among the levels.
    """

    program: Program
    whole: SlotDecomposition
    groups: Sequence[CandidateZones]
    bounds: Bounds
    context: SolveContext
    caps: dict[int, int] = field(default_factory=dict)

    def minimise(
        self, level: int, cost: int, known: int, deadline: Deadline, accept: Callable[[IntArray, int], None]
    ) -> int:
        """Search for covers below a cost, and return a proven lower bound of the level.

        Args:
            level: The place of the level among the levels. Others are held to their caps.
            cost: The cost of the best known plan.
            known: A proven lower bound of the level.
            deadline: The time limit.
            accept: Called with the decisions of every better plan, and the most that it costs.
        """
        constant = self.program.constant(self.program.levels[level])
        sums, order, heap = self._sum_constraints(level), count(), list[tuple[int, int, Domain]]()

        def push(domain: Domain) -> None:
            sums.high[-1] = cost - 1 - constant
            narrow = sums.propagate(domain)
            if narrow is not None:
                least = int(sums.activity_bounds(narrow)[0][-1]) + constant
                heapq.heappush(heap, (max(known, least), next(order), narrow))

        push(self._full_domain(sums))
        while heap:
            least, _, domain = heapq.heappop(heap)
            if least >= cost:
                break
            if deadline.is_over or self.context.is_stopped:
                return least
            classes = classify_slots(self.groups, sums, domain)
            if classes is None and domain.widest is not None:
                for half in domain.halves(domain.widest):
                    push(half)
                continue
            classes = classes or single_slot_classes(domain)
            residual = ResidualCover(self.program, self.whole.items, self.groups, classes)
            problem, choice = residual.problem(sums, domain, constant)
            cover = CoverSearch(problem, choice, self.context)
            found = cover.minimise(
                problem.objective, constant, SearchParams(deadline.share(1.0), known_bound=least)
            )
            if found.values is not None and found.cost is not None and found.cost < cost:
                cost = found.cost
                accept(residual.decisions(found.values), cost)
            if not found.ended:
                return least
        return cost

    def _full_domain(self, sums: SumConstraints) -> Domain:
        """Return the domain of all zones, and of all values of the shared numbers in rows."""
        lower, upper = (bound[self.whole.linking_variables] for bound in self.bounds)
        upper = np.where(sums.shared.any(axis=0), upper, lower)
        return Domain([np.ones(len(group.held), dtype=np.bool_) for group in self.groups], lower, upper)

    def _sum_constraints(self, level: int) -> SumConstraints:
        """Return the linking rows, then a row for the cost of each level with a cap, and last of this level.

        Shared numbers without a row or a cost are left out, with the rows that define them.
        """
        linked, priced = self.whole.linking_variables, [*self.caps, level]
        rows = self._needed_rows([self.program.levels[k] for k in priced])
        row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
        shared = np.zeros((len(rows) + len(priced), len(linked)), dtype=np.int64)
        across = np.isin(rows.cols, linked)
        np.add.at(shared, (row[across], np.searchsorted(linked, rows.cols[across])), rows.coefs[across])
        blocks = list(self._summands(rows, row))
        low, high = [*rows.lo.tolist()], [*rows.hi.tolist()]
        costs = self.whole.linking_costs
        for number, k in enumerate(priced, len(rows)):
            name = self.program.levels[k]
            at = costs.levels == name
            np.add.at(shared, (number, np.searchsorted(linked, costs.cols[at])), costs.coefs[at])
            blocks += [(slot, number, group.costs[:, k]) for slot, group in enumerate(self.groups)]
            low.append(-OPEN_SIDE)
            high.append(self.caps[k] - self.program.constant(name) if k in self.caps else OPEN_SIDE)
        return SumConstraints(np.array(low, dtype=np.int64), np.array(high, dtype=np.int64), blocks, shared)

    def _needed_rows(self, levels: Sequence[int]) -> Rows:
        """Return the linking rows but those that define numbers without another row, and without a cost."""
        rows, costs = self.whole.linking_rows, self.whole.linking_costs
        row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
        across = np.isin(rows.cols, self.whole.linking_variables)
        kept = ~rows.defining
        known = costs.cols[np.isin(costs.levels, levels)]
        while True:
            met = np.union1d(known, rows.cols[across & kept[row]])
            more = kept | (np.bincount(row[np.isin(rows.cols, met)], minlength=len(rows)) > 0)
            if (more == kept).all() and len(met) == len(known):
                return rows.select(kept)
            kept, known = more, met

    def _summands(self, rows: Rows, row: IntArray) -> Iterator[tuple[int, int, IntArray]]:
        """Yield slot, row, and ``[zones]`` the summand of each zone in the row."""
        linked = np.append(self.whole.linking_rows.cols, self.whole.linking_variables)
        for slot, group in enumerate(self.groups):
            variables = group.block.columns[
                np.isin(group.block.columns, linked)
            ]  # in the order of the values
            order = np.argsort(variables)
            here = np.flatnonzero(np.isin(rows.cols, variables))
            which = order[np.searchsorted(variables, rows.cols[here], sorter=order)]
            for number in np.unique(row[here]).tolist():
                own = row[here] == number
                yield slot, number, group.values[:, which[own]] @ rows.coefs[here[own]]


def solve_cover_levels(
    program: Program,
    model: CoverModel,
    cover: CoverSearch,
    deadline: Deadline,
    observer_of: Callable[[Level], Observer] = no_observer,
    first: IntArray | None = None,
    least: Callable[[int], int] = lambda _level: 0,
    windows: WindowSearch | None = None,
) -> RouteResult:
    """Minimise level after level, each held to its cost while the next is minimised.

    Args:
        program: The program.
        model: The exact cover of its map.
        cover: The search for covers.
        deadline: The time limit.
        observer_of: Returns the observer of a level, which sees its costs and bounds, and better decisions.
        first: ``[decisions]`` a plan to start from.
        least: Returns a proven lower bound of a level.
        windows: The search by windows, where slots are linked.
    """
    proofs: list[Proof] = []
    values = None if first is None else model.values(first)
    for k, level in enumerate(program.levels or (None,)):
        observer = _observer_of_covers(model, level, observer_of(HARD if level is None else level))
        params = SearchParams(deadline.share(1.0), hint=values, observer=observer)
        if level is None:
            one = cover.minimise(np.zeros(len(model.problem), dtype=np.int64), 0, params)
        else:
            params = replace(params, known_bound=least(level))
            if windows is not None and values is not None:
                params = _search_windows(windows, model, k, params, deadline)
            one = cover.minimise(model.prices[k], program.constant(level), params)
        if one.values is None:
            if one.found == "infeasible" and values is None:
                if cover.confirms_infeasible(deadline):
                    return RouteResult("infeasible", refutation=Bound(by=BY_COVER))
                return RouteResult()
            break
        values = one.values
        if level is not None and one.cost is not None:
            if windows is not None:
                windows.caps[k] = one.cost
            by = BY_ROWS if one.bound <= least(level) else BY_COVER
            proofs.append(Proof.of(level, one.cost, Bound(one.bound, by)))
            params.observer.on_bound(one.cost, proofs[-1].bound)
        if one.found != "optimal":
            break
    return RouteResult() if values is None else _result(program, model, values, proofs)


def _observer_of_covers(model: CoverModel, level: int | None, observer: Observer) -> Observer:
    """Return an observer of covers that shows their decisions, and bounds of a level, to another observer."""
    return CallbackObserver(
        bound=None if level is None else observer.on_bound,
        plan=lambda found: observer.on_plan(model.decisions(found)),
    )


def _result(program: Program, model: CoverModel, values: IntArray, proofs: Sequence[Proof]) -> RouteResult:
    """Return the result of a cover, optimal if every level is proved."""
    proved = len(proofs) == len(program.levels) and all(proof.cost == proof.bound for proof in proofs)
    return RouteResult("optimal" if proved else "feasible", model.decisions(values), tuple(proofs))


def _search_windows(
    windows: WindowSearch, model: CoverModel, k: int, params: SearchParams, deadline: Deadline
) -> SearchParams:
    """Search by windows, and return the parameters of the search after it: its best cover and its bound."""
    best = params.hint
    assert best is not None
    cost = model.cost(k, best)

    def accept(decisions: IntArray, _cost: int) -> None:
        nonlocal best
        found = model.values(decisions)
        if found is not None and model.allows(found):
            best = found
            params.observer.on_plan(found)
            params.observer.on_bound(model.cost(k, found), params.known_bound)

    if cost > params.known_bound:
        few = Deadline(windows.context.budget, deadline.share(PARAMS.windows_part))
        known = windows.minimise(k, cost, params.known_bound, few, accept)
        params = replace(params, known_bound=max(params.known_bound, known))
    return replace(params, allotment=deadline.share(1.0), hint=best)
