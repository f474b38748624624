"""Finds the cheapest plan with an item at a seat, or without it there: first a plan, then the proof.

The plan comes from pieces of the plan at hand (``plan_pieces.py``), within a second or so. The program with
the demand as one more row is then solved level by level from that plan, and a second solver confirms what is
proved. What is proved of all plans holds for those with the demand, too: a plan that costs no more is a tie
at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from allocator.errors import InternalError
from allocator.explain.alternative import Alternative, RuleChange, SeatDemand
from allocator.explain.diagnosis import find_diagnosis
from allocator.explain.plan_pieces import PlanPieces, seat_row
from allocator.explain.seat_ranking import rank_candidates
from allocator.model.plan import HARD, Assignment, Level, Plan
from allocator.model.text import Text
from allocator.optimise.claims import ContradictionError, contradiction_error
from allocator.optimise.constrained_program import constrain
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.results import Options
from allocator.optimise.second_proofs import with_second_proofs
from allocator.program.cuts import LinearRow, append_rows
from allocator.program.program import IntArray, Program, Subject, tag
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.bounds import Bound, KnownBounds, Proof
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.solver import Found
from allocator.verify.diff import plan_diff
from allocator.verify.judge import judge


@dataclass(frozen=True)
class AlternativeParams:
    """How the time is shared.

    Attributes:
        first_part: The part of the time for the first plan.
        first_seconds: The most seconds for it.
        confirmation_seconds: The most seconds in which a second solver confirms what is proved.
        conflict_part: The part of the time that a minimal conflict may take after a proof that there is no
            plan.
    """

    first_part: float = 0.4
    first_seconds: float = 1.5
    confirmation_seconds: float = 10.0
    conflict_part: float = 0.5


PARAMS = AlternativeParams()

#: Sees the first plan before its price is proved.
AlternativeListener = Callable[[Alternative], None]


class AlternativeSearch:
    """The search for other plans than the one at hand.

    Args:
        policy: The policy, with the overrides of the plan.
        plan: The plan at hand.
        known: What is proved of all plans, where that can be relied on.
        options: Limits of one search.
        observer: May stop the search; what was found by then is returned.
    """

    def __init__(
        self,
        policy: Policy,
        plan: Plan,
        options: Options,
        known: Sequence[Proof] = (),
        observer: Observer = NULL_OBSERVER,
    ) -> None:
        self.policy, self.plan, self._options, self._observer = policy, plan, options, observer
        self._known = KnownBounds((tuple(known),)) if known else KnownBounds()
        self.context = self._context(options.seconds)
        self.pieces = PlanPieces(policy, plan.assignments, self.context, self._known)
        self._judged = judge(policy, plan.assignments)
        self._costs: dict[Level, int] = {
            level: cost for level, cost in self._judged.costs.items() if level != HARD
        }

    def _context(self, seconds: float) -> SolveContext:
        workers = self._options.workers or os.cpu_count() or 1
        return SolveContext(self._options.seed, Budget(seconds, workers), self._observer)

    def restart(self, seconds: float) -> None:
        """Give the searches that follow a time limit of their own."""
        self.context = self._context(seconds)
        self.pieces.context = self.context

    def columns(self, demand: SeatDemand) -> IntArray:
        """Return the decisions of a demand; none for somebody who has retired."""
        seat = demand.seat
        grid = self.pieces.program.decisions.grids[seat.layer]
        roles = list(self.roles(demand))
        found: IntArray = grid[demand.item, seat.slot, roles, seat.period]
        return found[found >= 0]

    def roles(self, demand: SeatDemand) -> range | tuple[int, ...]:
        """Return the roles that a demand is about."""
        layer = self.policy.context.layers[demand.seat.layer]
        return range(len(layer.roles)) if demand.any_role else (demand.seat.role,)

    def first(self, demand: SeatDemand, *, pieces: int = 3, seconds: float | None = None) -> Alternative:
        """Return the best plan that pieces give: its price is an upper bound, or a tie.

        Args:
            demand: The demand.
            pieces: How many pieces are solved, each larger than the one before.
            seconds: The most seconds for it.
        """
        columns = self.columns(demand)
        if not len(columns):
            return Alternative(demand, "impossible", refuted=_BY_ABSENCE)
        share = self.context.budget.share(PARAMS.first_part)
        time = replace(share, seconds=min(share.seconds, seconds or PARAMS.first_seconds))
        around = self.pieces.around(demand.seat, [demand.item], self.roles(demand))
        values = self.pieces.best_with(_demand_row(demand, columns), islice(around, pieces), time)
        if values is None:
            return Alternative(demand, "open")
        return self.alternative(demand, self.pieces.assignments(values))

    def prove(self, first: Alternative, *, conflict: bool = True) -> Alternative:
        """Return the cheapest plan with the demand, proved as far as there is time.

        Args:
            first: What ``first`` returned.
            conflict: Whether a minimal conflict is searched for where there is no such plan.
        """
        if first.standing in ("proved", "impossible") or self.context.is_over:
            return self._with_conflict(first) if conflict else first
        demand = first.demand
        solver = self.solver(_demand_row(demand, self.columns(demand)))
        start = solver.program.decisions.vector(first.assignments) if first.has_plan else None
        if start is None and self.pieces.is_sound:
            start = self.pieces.values[: solver.program.decisions.count]
        found = solver.solve(start, 1.0)
        proofs, refuted = self.confirmed(solver, found)
        if refuted is not None:
            none = Alternative(demand, "impossible", refuted=refuted)
            return self._with_conflict(none) if conflict else none
        if solver.decisions is None:
            return self._with_conflict(first) if conflict else first
        found_plan = self.alternative(demand, solver.program.decisions.assignments(solver.decisions), proofs)
        # the first one gives up the fewest seats already
        if first.has_plan and first.change_by_level <= found_plan.change_by_level:
            return self.alternative(demand, first.assignments, proofs)
        return self._nearer(found_plan, proofs)

    def _nearer(self, found: Alternative, proofs: Sequence[Proof]) -> Alternative:
        """Return a plan of the same costs that gives up fewer seats of the plan at hand, if there is time."""
        pieces, demand = self.pieces, found.demand
        share = self.context.budget.share(1.0)
        time = replace(share, seconds=min(share.seconds, PARAMS.first_seconds))
        values = pieces.plan_values(found.assignments)
        near = pieces.nearest_with(_demand_row(demand, self.columns(demand)), values, time)
        return self.alternative(demand, pieces.assignments(near), proofs)

    def confirmed(self, solver: LexicographicSolver, found: Found) -> tuple[tuple[Proof, ...], Bound | None]:
        """Return the proofs of a search, with those that a second solver adds in the time that is left.

        Raises:
            InternalError: The second solver contradicts what was proved.
        """
        proofs, refuted = tuple(solver.proofs), solver.refuted if found == "infeasible" else None
        is_whole = refuted is not None or (bool(proofs) and all(one.cost == one.bound for one in proofs))
        if not is_whole:
            return proofs, None
        seconds = min(PARAMS.confirmation_seconds, self.context.budget.seconds_left)
        try:
            return with_second_proofs(
                solver.constrained, solver.best, proofs, refuted, "full", self.context, seconds=seconds
            )
        except ContradictionError as error:
            assignments = (
                () if solver.decisions is None else solver.program.decisions.assignments(solver.decisions)
            )
            raise contradiction_error(error, self.policy.reference, found, assignments, proofs) from None

    def solver(self, row: LinearRow) -> LexicographicSolver:
        """Return a solver of the program with one more row."""
        constrained = constrain(self.policy, program_with(self.pieces.program, [row]))
        return LexicographicSolver(constrained, self.context, "", self._known)

    def alternative(
        self, demand: SeatDemand, assignments: tuple[Assignment, ...], proofs: Sequence[Proof] = ()
    ) -> Alternative:
        """Return a plan with its price, rule by rule, as the checks count it."""
        judged = judge(self.policy, assignments)
        if judged.broken:
            raise InternalError(f"{judged.broken[0].rule.id} is broken by a plan that was found")
        costs: dict[Level, int] = {level: cost for level, cost in judged.costs.items() if level != HARD}
        bounds = self._bounds(costs, proofs)
        by_rule = {one.rule.id: one for one in judged.findings}
        rules = tuple(
            RuleChange(one.rule.id, one.rule.plan_level, change)
            for one in self._judged.findings
            if not one.rule.is_hard and (change := by_rule[one.rule.id].cost - one.cost)
        )
        is_proved = all(bounds[level].value >= cost for level, cost in costs.items())
        return Alternative(
            demand=demand,
            standing="proved" if is_proved else "bound",
            assignments=assignments,
            changes={level: cost - self._costs[level] for level, cost in costs.items()},
            bounds=bounds,
            least={level: bounds[level].value - cost for level, cost in self._costs.items()},
            rules=rules,
            seats=plan_diff(self.policy, self.plan, assignments).seats,
        )

    def _bounds(self, costs: Mapping[Level, int], proofs: Sequence[Proof]) -> dict[Level, Bound]:
        """Return what is proved of each level, given the costs of the levels above it."""
        found: dict[Level, Bound] = {}
        searches = KnownBounds((*self._known.searches, tuple(proofs)))
        for level, cost in costs.items():
            proof = Proof.of(level, cost, searches.of(level, costs))
            found[level] = proof.proved
        return found

    def _with_conflict(self, found: Alternative) -> Alternative:
        """Return an answer without a plan with what one exchange breaks, and a minimal conflict of rules."""
        demand = found.demand
        if found.has_plan or not demand.held:
            return found
        [exchange] = rank_candidates(
            self.policy, self.plan.assignments, demand.seat, [demand.item]
        ).candidates
        found = replace(found, exchange=exchange)
        if found.standing != "impossible" or not len(self.columns(demand)):
            return found
        seconds = self.context.budget.limit * PARAMS.conflict_part
        own = demand_rule(self.policy, demand)
        asked = replace(self.policy, rules=(*self.policy.rules, own))
        conflicts = find_diagnosis(asked, seconds, self._observer, is_infeasible=True).found.conflicts
        named = {rule for one in conflicts[:1] for rule in one.rules}
        return replace(found, conflict=tuple(rule.id for rule in self.policy.rules if rule.id in named))


#: The proof that an item cannot have a seat for which there is no decision.
_BY_ABSENCE = Bound(by=frozenset(("rows",)))


def _demand_row(demand: SeatDemand, columns: IntArray) -> LinearRow:
    return seat_row(columns, 1, len(columns)) if demand.held else seat_row(columns, 0, 0)


def program_with(program: Program, rows: Sequence[LinearRow]) -> Program:
    """Return a program with further rows, which belong to no rule of the scenario."""
    own = tag(len(program.rules), Subject())[0]
    added = [row._replace(tag=own) for row in rows]
    return replace(
        program,
        rows=append_rows(program.rows, added, defining=False),
        rules=(*program.rules, "demand"),
    )


def demand_rule(policy: Policy, demand: SeatDemand) -> Rule:
    """Return a demand as a hard rule, under an id that no rule of the policy has."""
    layer, seat = policy.context.layers[demand.seat.layer], demand.seat
    role, period = layer.roles[seat.role], layer.period_id(seat.period)
    own = "demand"
    while any(rule.id == own for rule in policy.rules):
        own += "."
    kind = "pin" if demand.held else "exclude"
    return all_kinds()[kind].model_validate(
        {
            "id": own,
            "kind": kind,
            "on": layer.name,
            "item": layer.items[demand.item],
            "slot": layer.slots[seat.slot],
            "role": () if role is None or demand.any_role else (role,),
            "during": () if period is None else (period,),
            "why": Text(zh="指定", en="pinned") if demand.held else Text(zh="排除", en="excluded"),
        }
    )
