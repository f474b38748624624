"""Who fits a seat: each candidate, what the plan would newly break or cost with them there, best first.

The program finds among all ways to the seat the best one of each candidate; the rules' own checks then say of
that one what is wrong with it, so that nothing is told that they do not confirm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from allocator.errors import InternalError
from allocator.explain.moves import Move, holders, moves_to
from allocator.explain.seats import Seat
from allocator.model.layer import BoolArray, IntArray
from allocator.model.plan import Assignment
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.incremental import NeighbourEvaluator
from allocator.program.tags import Subject
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule
from allocator.verify import Finding


@dataclass(frozen=True)
class Candidate:
    """Somebody who could have a seat.

    Attributes:
        item: Who, by index into the layer.
        move: How they come to it, None for whoever holds it.
        is_possible: Whether they can be there at all; if not, nothing else is said.
        refused: What is then newly broken of the hard rules.
        paid: What is then newly found by the other rules; what is no longer found is in ``costs`` alone.
        costs: How much more each level then costs, less if negative; the levels in their order.
        rule_costs: The same for each rule that then costs something else.
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
        """Whether the seat is theirs already."""
        return self.move is None


@dataclass(frozen=True)
class Ranking:
    """The candidates for a seat: holders, who may have it by cost, who may not by rules broken, others."""

    seat: Seat
    candidates: tuple[Candidate, ...]


def rank_candidates(
    policy: Policy, assignments: Iterable[Assignment], seat: Seat, only: Iterable[int] | None = None
) -> Ranking:
    """Return who could have a seat, were nothing else to change.

    Args:
        policy: The policy.
        assignments: The plan.
        seat: The seat.
        only: The items to look at; all of the layer if not given.
    """
    bench = _Bench(policy, tuple(assignments), seat)
    chosen = range(len(bench.layer.items)) if only is None else only
    candidates = [bench.candidate(item) for item in chosen]
    return Ranking(seat, tuple(sorted(candidates, key=_rank)))


def _rank(candidate: Candidate) -> tuple[bool, bool, int, tuple[int, ...], int]:
    costs = tuple(candidate.costs.values())
    is_out = not candidate.is_possible
    return not candidate.is_holder, is_out, len(candidate.refused), costs, candidate.item


class _Bench:
    """What is worked out once for all candidates of a seat."""

    def __init__(self, policy: Policy, assignments: tuple[Assignment, ...], seat: Seat) -> None:
        self._policy, self._seat = policy, seat
        self._roster = Roster(policy.context.layers, assignments)
        self.layer = policy.context.layers[seat.layer]
        program = policy.compile()
        self._levels = tuple(sorted({rule.level for rule in policy.rules if rule.level != "hard"}))
        self._grid = program.decisions.grids[seat.layer]
        [values] = evaluate_auxiliaries(program, program.decisions.vector(assignments)[None, :])
        self._vicinity = NeighbourEvaluator(program, values)
        #: A plan with what cannot be, such as somebody who has retired, is not the one that the program sees.
        self._is_seen = all(program.decisions.column(one) >= 0 for one in assignments)
        self._holders = holders(self._roster[seat.layer], seat)
        self._before: dict[str, tuple[Breach, ...]] = {}
        own = [rule for rule in policy.rules if seat.layer in layers_read(rule)]
        self._takes = [rule for rule in own if rule.kind == "take" and rule.on == seat.layer]
        #: Rules of which the program knows a part only: the rest is written when a plan breaks it.
        self._unwritten = [rule for rule in own if type(rule).separate is not Rule.separate]

    def candidate(self, item: int) -> Candidate:
        """Return what there is to say of an item."""
        if item in self._holders:
            return Candidate(item, costs=dict.fromkeys(self._levels, 0))
        moves = list(moves_to(self.layer, self._roster[self.layer.name], self._seat, item))
        possible = [
            (move, flips)
            for move in moves
            if (flips := move.flips(self._grid, self._seat.period)) is not None
        ]
        if not possible:
            return self._impossible(moves[0])
        near = self._vicinity.evaluate([flips for _, flips in possible])
        best = min(range(len(possible)), key=lambda k: self._order(near.violated[k], near.costs[k]))
        touched = near.violated[best] | (near.costs[best] != 0)
        rules = [rule for rule, met in zip(self._policy.rules, touched, strict=True) if met]
        unseen = [rule for rule in self._unwritten if rule not in rules]
        candidate = self._confirmed(possible[best][0], [*rules, *unseen])
        if self._is_seen:
            self._must_agree(candidate, near.violated[best], near.costs[best])
        return candidate

    def _impossible(self, move: Move) -> Candidate:
        """Return somebody who cannot be there at all, such as after retirement; nothing else is looked at."""
        found = self._confirmed(move, self._takes).refused
        own = (
            replace(
                one, breaches=tuple(breach for breach in one.breaches if breach.subject.item == move.item)
            )
            for one in found
        )
        return Candidate(move.item, move, tuple(own), is_possible=False)

    def _order(self, broken: BoolArray, costs: IntArray) -> tuple[int, ...]:
        by_rule = {rule.id: int(cost) for rule, cost in zip(self._policy.rules, costs, strict=True)}
        return int(broken.sum()), *self._by_level(by_rule).values()

    def _confirmed(self, move: Move, rules: Iterable[Rule]) -> Candidate:
        """Return what the checks of some rules find in the plan once a move is made."""
        roster = self._moved(move)
        refused, paid, costs = [], [], {}
        for rule in rules:
            before, after = self._found_before(rule), tuple(self._policy.breaches(rule, roster))
            more = Finding(rule, tuple(_worse(before, after)))
            if rule.is_hard:
                refused += [more] if more.breaches else []
                continue
            paid += [more] if more.breaches else []
            if change := Finding(rule, after).cost - Finding(rule, before).cost:
                costs[rule.id] = change
        return Candidate(move.item, move, tuple(refused), tuple(paid), self._by_level(costs), costs)

    def _moved(self, move: Move) -> Roster:
        period = self._seat.period
        drops = {(*taken, period) for taken in move.drops}
        adds = {(*taken, period) for taken in move.adds}
        taken = {*self._roster[self.layer.name].taken} - drops | adds
        return self._roster.with_layer(self.layer.name, taken)

    def _found_before(self, rule: Rule) -> tuple[Breach, ...]:
        if rule.id not in self._before:
            self._before[rule.id] = tuple(self._policy.breaches(rule, self._roster))
        return self._before[rule.id]

    def _must_agree(self, candidate: Candidate, broken: BoolArray, costs: IntArray) -> None:
        """Refuse to tell what the program says of a candidate and the checks do not: one of them is wrong."""
        refusing = {found.rule.id for found in candidate.refused}
        for rule, is_broken, cost in zip(self._policy.rules, broken, costs.tolist(), strict=True):
            found = candidate.rule_costs.get(rule.id, 0)
            silent = bool(is_broken) and rule.id not in refusing and not self._found_before(rule)
            if silent or (not rule.is_hard and cost != found):
                name = self.layer.items[candidate.item]
                raise InternalError(f"{rule.id}: the program and its check differ on {name}: {cost}, {found}")

    def _by_level(self, costs: Mapping[str, int]) -> dict[int, int]:
        found = dict.fromkeys(self._levels, 0)
        for rule in self._policy.rules:
            if rule.level != "hard":
                found[rule.level] += costs.get(rule.id, 0)
        return found


def _worse(before: Iterable[Breach], after: Iterable[Breach]) -> Iterator[Breach]:
    """Yield the breaches of subjects of which there is more than before."""
    amounts: Counter[Subject] = Counter()
    for breach in before:
        amounts[breach.subject] -= breach.amount
    found = tuple(after)
    for breach in found:
        amounts[breach.subject] += breach.amount
    yield from (breach for breach in found if amounts[breach.subject] > 0)
