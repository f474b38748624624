"""Ranks the candidates for a seat by the rules newly broken and the cost added with each there, best first.

The program finds the best of all moves of a candidate to the seat. The rules' own checks then judge the plan
after that move, so that every finding is confirmed by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from allocator.errors import InternalError
from allocator.explain.seats import Move, Seat, holders, moves_to
from allocator.model.layer import BoolArray, IntArray
from allocator.model.plan import Assignment
from allocator.program.evaluate import NeighbourEvaluator, evaluate_auxiliaries
from allocator.program.program import Subject
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule
from allocator.verify import Finding


@dataclass(frozen=True)
class Candidate:
    """A candidate for a seat.

    Attributes:
        item: The item, by index into the layer.
        move: The move that brings it to the seat; None for a holder of the seat.
        refused: New breaches of the hard rules after the move.
        paid: New breaches of the soft rules after the move; breaches that end are in ``costs`` only.
        costs: Added cost by level, below 0 for a saving; the levels in their order.
        rule_costs: Added cost by rule, of the rules whose cost changes.
        is_possible: Whether the item can be at the seat at all; if not, only ``refused`` is filled.
    """

    item: int
    move: Move | None = None
    refused: tuple[Finding, ...] = ()
    paid: tuple[Finding, ...] = ()
    costs: Mapping[int, int] = field(default_factory=dict)
    rule_costs: Mapping[str, int] = field(default_factory=dict)
    is_possible: bool = True

    @property
    def is_holder(self) -> bool:
        """Whether the candidate holds the seat already."""
        return self.move is None


@dataclass(frozen=True)
class Ranking:
    """The candidates for a seat: holders, then by hard rules broken and by cost, the impossible ones last."""

    seat: Seat
    candidates: tuple[Candidate, ...]


def rank_candidates(
    policy: Policy, assignments: Iterable[Assignment], seat: Seat, only: Iterable[int] | None = None
) -> Ranking:
    """Return the candidates for a seat, ranked under the assumption that the rest of the plan stays.

    Args:
        policy: The policy.
        assignments: The plan.
        seat: The seat.
        only: The items to rank; None for all items of the layer.
    """
    evaluator = _CandidateEvaluator(policy, tuple(assignments), seat)
    chosen = range(len(evaluator.layer.items)) if only is None else only
    candidates = [evaluator.candidate(item) for item in chosen]
    return Ranking(seat, tuple(sorted(candidates, key=_rank)))


def _rank(candidate: Candidate) -> tuple[bool, bool, int, tuple[int, ...], int]:
    costs = tuple(candidate.costs.values())
    is_out = not candidate.is_possible
    return not candidate.is_holder, is_out, len(candidate.refused), costs, candidate.item


class _CandidateEvaluator:
    """Evaluates candidates for one seat; the program and the plan at hand are evaluated only once."""

    def __init__(self, policy: Policy, assignments: tuple[Assignment, ...], seat: Seat) -> None:
        self._policy, self._seat = policy, seat
        self._roster = Roster(policy.context.layers, assignments)
        self.layer = policy.context.layers[seat.layer]
        program = policy.compile()
        self._levels = tuple(sorted({rule.level for rule in policy.rules if rule.level != "hard"}))
        self._grid = program.decisions.grids[seat.layer]
        [values] = evaluate_auxiliaries(program, program.decisions.vector(assignments)[None, :])
        self._neighbours = NeighbourEvaluator(program, values)
        #: Whether the program has a decision for every assignment of the plan (not for people who retired).
        self._is_evaluable = all(program.decisions.column(one) >= 0 for one in assignments)
        self._holders = holders(self._roster[seat.layer], seat)
        self._before: dict[str, tuple[Breach, ...]] = {}
        own = [rule for rule in policy.rules if seat.layer in layers_read(rule)]
        self._takes = [rule for rule in own if rule.kind == "take" and rule.on == seat.layer]
        #: Rules with lazy cuts: the program has only a part of their rows, so their checks always run.
        self._lazy_rules = [rule for rule in own if type(rule).separate is not Rule.separate]

    def candidate(self, item: int) -> Candidate:
        """Return an item as a candidate, with its best move."""
        if item in self._holders:
            return Candidate(item, costs=dict.fromkeys(self._levels, 0))
        moves = list(moves_to(self.layer, self._roster[self.layer.name], self._seat, item))
        possible = [
            (move, flips)
            for move in moves
            if (flips := move.flips(self._grid, self._seat.period)) is not None
        ]
        if not possible:
            return self._impossible_candidate(moves[0])
        near = self._neighbours.evaluate([flips for _, flips in possible])
        best = min(range(len(possible)), key=lambda k: self._sort_key(near.violated[k], near.costs[k]))
        touched = near.violated[best] | (near.costs[best] != 0)
        rules = [rule for rule, met in zip(self._policy.rules, touched, strict=True) if met]
        unseen = [rule for rule in self._lazy_rules if rule not in rules]
        candidate = self._checked_candidate(possible[best][0], [*rules, *unseen])
        if self._is_evaluable:
            self._require_agreement(candidate, near.violated[best], near.costs[best])
        return candidate

    def _impossible_candidate(self, move: Move) -> Candidate:
        """Return an impossible candidate, such as an item that has retired."""
        found = self._checked_candidate(move, self._takes).refused
        own = (
            replace(
                one, breaches=tuple(breach for breach in one.breaches if breach.subject.item == move.item)
            )
            for one in found
        )
        return Candidate(move.item, move, tuple(own), is_possible=False)

    def _sort_key(self, broken: BoolArray, costs: IntArray) -> tuple[int, ...]:
        by_rule = {rule.id: int(cost) for rule, cost in zip(self._policy.rules, costs, strict=True)}
        return int(broken.sum()), *self._by_level(by_rule).values()

    def _checked_candidate(self, move: Move, rules: Iterable[Rule]) -> Candidate:
        """Return a candidate with the breaches that the checks of some rules find after a move."""
        roster = self._roster_after(move)
        refused, paid, costs = [], [], {}
        for rule in rules:
            before, after = self._breaches_before(rule), tuple(self._policy.breaches(rule, roster))
            more = Finding(rule, tuple(_increased(before, after)))
            if rule.is_hard:
                refused += [more] if more.breaches else []
                continue
            paid += [more] if more.breaches else []
            if change := Finding(rule, after).cost - Finding(rule, before).cost:
                costs[rule.id] = change
        return Candidate(move.item, move, tuple(refused), tuple(paid), self._by_level(costs), costs)

    def _roster_after(self, move: Move) -> Roster:
        period = self._seat.period
        drops = {(*taken, period) for taken in move.drops}
        adds = {(*taken, period) for taken in move.adds}
        taken = {*self._roster[self.layer.name].taken} - drops | adds
        return self._roster.with_layer(self.layer.name, taken)

    def _breaches_before(self, rule: Rule) -> tuple[Breach, ...]:
        if rule.id not in self._before:
            self._before[rule.id] = tuple(self._policy.breaches(rule, self._roster))
        return self._before[rule.id]

    def _require_agreement(self, candidate: Candidate, broken: BoolArray, costs: IntArray) -> None:
        """Raise an internal error where the program and the checks differ on a candidate."""
        refusing = {found.rule.id for found in candidate.refused}
        for rule, is_broken, cost in zip(self._policy.rules, broken, costs.tolist(), strict=True):
            found = candidate.rule_costs.get(rule.id, 0)
            silent = bool(is_broken) and rule.id not in refusing and not self._breaches_before(rule)
            if silent or (not rule.is_hard and cost != found):
                name = self.layer.items[candidate.item]
                raise InternalError(f"{rule.id}: the program and its check differ on {name}: {cost}, {found}")

    def _by_level(self, costs: Mapping[str, int]) -> dict[int, int]:
        found = dict.fromkeys(self._levels, 0)
        for rule in self._policy.rules:
            if rule.level != "hard":
                found[rule.level] += costs.get(rule.id, 0)
        return found


def _increased(before: Iterable[Breach], after: Iterable[Breach]) -> Iterator[Breach]:
    """Yield the breaches that are new or have grown."""
    amounts: Counter[Subject] = Counter()
    for breach in before:
        amounts[breach.subject] -= breach.amount
    found = tuple(after)
    for breach in found:
        amounts[breach.subject] += breach.amount
    yield from (breach for breach in found if amounts[breach.subject] > 0)
