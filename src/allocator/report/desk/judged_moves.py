"""The changes of seats of one layer, each with what the judge finds if the person alone stays.

To stay means: in the former seats until the plan moves the person again, everybody else as planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput, Held
from allocator.rules.kinds.max_term import MaxTerm
from allocator.rules.rule import Breach, Rule
from allocator.verify.staying import StayFinding, SupposedStay, Taken, judge_stays

#: Kinds that count the members of a slot; their breaches say that somebody is lacking or one too many.
_COUNTING = frozenset({"capacity", "composition", "cover"})
#: A rule with one of its breaches.
Found = tuple[Rule, Breach]


@dataclass
class JudgedMove:
    """One change of seats, with what the judge finds if the person stays.

    Attributes:
        item: The person, by index.
        before: The period before, -1 for the last one before the horizon.
        now: The period of the change.
        kept: The seats held before that can still be held.
        gained: The seats taken.
        given_up: The seats given up.
        is_judged: Whether staying means something: the person is there, and a former place is.
        forced: Breaches by the person: staying is against these rules.
        needed: Breaches of numbers in a seat taken: somebody is lacking there without the move.
        crowded: Breaches of numbers in a seat given up: one too many there beside whoever comes.
        later: Breaches in later periods.
        linked: Breaches in other layers, whose decisions go by where the person is.
        soft: What each soft rule would cost more, or less if negative.
    """

    item: int
    before: int
    now: int
    kept: Held
    gained: Held
    given_up: Held
    is_judged: bool
    forced: list[Found] = field(default_factory=list)
    needed: list[Found] = field(default_factory=list)
    crowded: list[Found] = field(default_factory=list)
    later: list[Found] = field(default_factory=list)
    linked: list[Found] = field(default_factory=list)
    soft: list[tuple[Rule, int]] = field(default_factory=list)

    @property
    def breaks_nothing(self) -> bool:
        """Whether staying breaks no hard rule."""
        return not (self.forced or self.needed or self.crowded or self.later or self.linked)

    @property
    def is_chain(self) -> bool:
        """Whether only numbers speak against staying in the period: the person moves because others do."""
        stays = self.kept and self.given_up and (self.needed or self.crowded)
        return bool(stays) and not (self.forced or self.linked or self.costs_more)

    @property
    def costs_more(self) -> bool:
        """Whether staying costs more at the first level at which costs differ."""
        sums: dict[int, int] = {}
        for rule, cost in self.soft:
            sums[int(rule.level)] = sums.get(int(rule.level), 0) + cost
        return next((total > 0 for _, total in sorted(sums.items()) if total), False)


class JudgedMoves:
    """The changes of one layer, and who leaves and takes each seat."""

    def __init__(self, source: DeskInput, layer: Layer) -> None:
        self._source, self.layer = source, layer
        self._roster = source.roster[layer.name]
        self._labels: dict[tuple[str, int, int, int], Text] = {}

    @cached_property
    def moves(self) -> Mapping[tuple[int, int], JudgedMove]:
        """The changes by person and period, judged."""
        found = {
            (item, now): self._move(item, before, now)
            for before, now in self._source.steps(self.layer)
            for item in range(len(self.layer.items))
            if self._source.held(self.layer, item, before) != self._source.held(self.layer, item, now)
        }
        stays = {self._stay(move): move for move in found.values() if move.is_judged}
        judged = judge_stays(self._source.policy, self._source.roster, self.layer.name, tuple(stays))
        for stay, findings in judged.items():
            for finding in findings:
                self._sort(stays[stay], finding)
        return found

    def _move(self, item: int, before: int, now: int) -> JudgedMove:
        held = self._source.held(self.layer, item, before)
        holds = self._source.held(self.layer, item, now)
        kept = frozenset(one for one in held if self.layer.can_be(item, one[0], now))
        is_judged = bool(self.layer.present[item, now]) and (bool(kept) or not held)
        return JudgedMove(item, before, now, kept, holds - held, held - holds, is_judged)

    def _stay(self, move: JudgedMove) -> SupposedStay:
        item, holds = move.item, self._source.held(self.layer, move.item, move.now)
        planned, kept, period = set[Taken](), set[Taken](), move.now
        while period < len(self.layer.periods) and self._source.held(self.layer, item, period) == holds:
            planned |= {(item, slot, role, period) for slot, role in holds}
            seats = self._source.held(self.layer, item, move.before)
            kept |= {(item, *seat, period) for seat in seats if self.layer.can_be(item, seat[0], period)}
            period += 1
        return SupposedStay(item, move.now, frozenset(planned), frozenset(kept))

    def _sort(self, move: JudgedMove, finding: StayFinding) -> None:
        """Put what a rule finds to what it says about a change."""
        rule = finding.rule
        if not rule.is_hard:
            if finding.cost:
                move.soft.append((rule, finding.cost))
            return
        for breach in finding.added:
            part = self._part(move, rule, breach)
            if part is not None:
                part.append((rule, breach))
        told = {rule.id for part in (move.forced, move.needed, move.crowded) for rule, _ in part}
        move.later = [one for one in move.later if one[0].id not in told]

    def _part(self, move: JudgedMove, rule: Rule, breach: Breach) -> list[Found] | None:
        """Return where a breach belongs; None where it says nothing: whoever is new has nowhere to stay."""
        if rule.on != self.layer.name:
            return move.linked if move.kept else None
        if breach.subject.period > move.now and not self._is_over_term(rule, breach, move):
            return move.later
        if rule.name not in _COUNTING or breach.subject.slot < 0:
            return move.forced if move.kept else None
        if self._lacks(rule, breach, move):
            return move.needed
        return move.crowded if self._is_taken(move) else move.forced

    def _is_over_term(self, rule: Rule, breach: Breach, move: JudgedMove) -> bool:
        """Whether a term is too long already in the period of the change, though the stay goes on."""
        return isinstance(rule, MaxTerm) and self.served(rule, breach.subject.slot, move) >= rule.periods

    def served(self, rule: Rule, slot: int, move: JudgedMove) -> int:
        """Return for how many periods on end the person has been in a slot, up to the one before."""
        roles = self._source.policy.scopes[rule.id].roles
        return self._roster.served(move.item, slot, move.before, roles)

    def _lacks(self, rule: Rule, breach: Breach, move: JudgedMove) -> bool:
        """Whether a breach of a number is about a seat that the person takes, not one given up."""
        slot = breach.subject.slot
        gained = {role for at, role in move.gained if at == slot}
        if not gained or all(at != slot for at, _ in move.given_up):
            return bool(gained)
        label = self.counted_thing(rule, breach)
        words = [self._source.seat(self.layer, slot, role).role_text for role in gained]
        roles = self._source.policy.scopes[rule.id].roles
        return label in words if label else not gained.isdisjoint(roles)

    def counted_thing(self, rule: Rule, breach: Breach) -> Text:
        """Return what a rule counts: a role, a grade or a skill; empty if it has no word for it."""
        subject = breach.subject
        key = rule.id, subject.slot, subject.period, subject.part
        if key not in self._labels:
            self._labels[key] = rule.part_label(self._source.policy.scopes[rule.id], subject)
        return self._labels[key]

    def _is_taken(self, move: JudgedMove) -> bool:
        """Whether somebody new takes any of the seats given up."""
        return any(
            role == there and (slot, there) not in self._source.held(self.layer, item, move.before)
            for slot, role in move.given_up
            for item, there in self._roster.members(slot, move.now)
        )

    @cached_property
    def _traffic(self) -> Mapping[tuple[int, int, int], tuple[list[int], list[int]]]:
        """Who leaves and who takes each seat (slot, role) in each period."""
        found: dict[tuple[int, int, int], tuple[list[int], list[int]]] = {}
        for (item, now), move in self.moves.items():
            for seats, side in ((move.given_up, 0), (move.gained, 1)):
                for seat in seats:
                    found.setdefault((*seat, now), ([], []))[side].append(item)
        return found

    def flow(self, move: JudgedMove) -> tuple[int, int]:
        """Return how many leave and how many take the seats given up, in the period of the change."""
        both = [self._traffic[(*seat, move.now)] for seat in move.given_up]
        return sum(len(left) for left, _ in both), sum(len(came) for _, came in both)

    def predecessor(self, move: JudgedMove) -> int | None:
        """Return whom the person follows, if one leaves the seat taken and one takes it."""
        return self._one_to_one(move.gained, move.now, 0)

    def successor(self, move: JudgedMove) -> int | None:
        """Return who follows the person, if one leaves the seat given up and one takes it."""
        return self._one_to_one(move.given_up, move.now, 1)

    def _one_to_one(self, seats: Held, now: int, side: int) -> int | None:
        if len(seats) != 1:
            return None
        both = self._traffic[(*next(iter(seats)), now)]
        return both[side][0] if len(both[0]) == len(both[1]) == 1 else None
