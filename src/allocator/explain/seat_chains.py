"""Ranks the candidates for a seat with chains of moves: who could have it if others move, too.

One exchange is tried first (``seat_ranking.py``). Who breaks a hard rule by it is looked at again in pieces
of the plan. Whoever is left is asked about together: is there a plan with any of them at the seat? Each plan
answers for at least one, and a proof that there is none for all that are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocator.explain.alternative import Alternative, SeatDemand
from allocator.explain.alternative_search import AlternativeSearch
from allocator.explain.plan_pieces import seat_row
from allocator.explain.seat_ranking import Candidate, Ranking
from allocator.model.run import BY_ROWS
from allocator.program.program import IntArray
from allocator.solvers.bounds import Bound
from allocator.solvers.deadline import Deadline


@dataclass(frozen=True)
class ChainParams:
    """How the time is shared.

    Attributes:
        piece_seconds: The most seconds for the pieces of one candidate.
        pieces_part: The part of the time for pieces.
        question_part: The part of the time that is left for each question about all others together.
        improved: Candidates who could have the seat by one exchange whose chains are searched, best first.
    """

    piece_seconds: float = 0.3
    pieces_part: float = 0.5
    question_part: float = 0.5
    improved: int = 10


PARAMS = ChainParams()


@dataclass(frozen=True)
class ChainRanking:
    """The candidates for a seat, with the chains that bring them there.

    Attributes:
        ranking: The candidates, ranked by one exchange each.
        chains: By item, the best plan that was found with it at the seat, where others move, too; or the
            proof that there is none. Of others neither was found in time.
    """

    ranking: Ranking
    chains: Mapping[int, Alternative] = field(default_factory=dict)

    @property
    def undecided(self) -> tuple[Candidate, ...]:
        """The candidates of whom neither a plan nor a proof was found."""
        return tuple(
            one
            for one in self.ranking.candidates
            if one.is_possible and one.refused and one.item not in self.chains
        )


def rank_chains(search: AlternativeSearch, ranking: Ranking) -> ChainRanking:
    """Return a ranking with chains, as many as there is time for.

    Args:
        search: The search, with the time limit of all chains together.
        ranking: The candidates, ranked by one exchange each.
    """
    demands = {one.item: SeatDemand(ranking.seat, one.item) for one in ranking.candidates}
    chains: dict[int, Alternative] = {}
    possible = [one for one in ranking.candidates if one.is_possible and not one.is_holder]
    refused = [one.item for one in possible if one.refused]
    barred = _barred_by_rows(search, [demands[item] for item in refused])
    costs = {one.item: tuple(one.costs.values()) for one in possible if not one.refused}
    costly = [item for item in [*costs][: PARAMS.improved] if any(costs[item])]
    deadline = Deadline(search.context.budget, search.context.budget.share(PARAMS.pieces_part))
    for item in (*costly, *(one for one in refused if one not in barred)):
        if deadline.is_over or search.context.is_over:
            break
        found = search.first(demands[item], pieces=2, seconds=PARAMS.piece_seconds)
        if found.has_plan and (item not in costs or found.change_by_level < costs[item]):
            chains[item] = found
    left = [demands[item] for item in refused if item not in chains]
    chains.update((one, Alternative(demands[one], "impossible", refuted=Bound(by=BY_ROWS))) for one in barred)
    chains.update((one.demand.item, one) for one in _answers_of_all(search, left, barred))
    return ChainRanking(ranking, chains)


def _barred_by_rows(search: AlternativeSearch, demands: Sequence[SeatDemand]) -> set[int]:
    """Return the items whose decisions the rows fix to 0, one row after another."""
    _, upper = search.pieces.constrained.implied_bounds()
    if search.pieces.constrained.subproblem(None).full() is None:  # then there is no plan at all
        return set()
    return {one.item for one in demands if not upper[search.columns(one)].any()}


def _answers_of_all(
    search: AlternativeSearch, demands: Sequence[SeatDemand], barred: Collection[int]
) -> Iterator[Alternative]:
    """Yield an answer for each demand until the time is over, by questions about all that are left."""
    left = {one.item: one for one in demands}
    while left and not search.context.is_over:
        columns: IntArray = np.concatenate([search.columns(one) for one in left.values()])
        solver = search.solver(seat_row(columns, 1, len(columns)))
        start = search.pieces.values[: solver.program.decisions.count]
        open_ones = [item for item in left if item not in barred]
        part = PARAMS.question_part if open_ones else 1.0
        found = solver.solve(start, part, gap=1.0)
        _, refuted = search.confirmed(solver, found)
        if refuted is not None:
            yield from (Alternative(one, "impossible", refuted=refuted) for one in left.values())
            return
        if solver.decisions is None:
            return
        there = [item for item, one in left.items() if solver.decisions[search.columns(one)].any()]
        assignments = solver.program.decisions.assignments(solver.decisions)
        yield from (search.alternative(left.pop(item), assignments) for item in there)
