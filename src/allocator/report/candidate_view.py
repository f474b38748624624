"""Lays out the candidates for a seat: who moves for each, the change in cost, and the rules against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allocator.explain.seat_ranking import Candidate, Ranking
from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.plan import Level
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.alternative_view import proof_text
from allocator.report.score_view import FindingView, Place, finding_view
from allocator.report.seat_words import seat_change_text
from allocator.report.wording import level_text
from allocator.rules.policy import Policy

if TYPE_CHECKING:
    from allocator.explain.alternative import Alternative


@dataclass(frozen=True)
class CostLine:
    """The change in cost of a level, or of one rule; negative if the plan gets cheaper."""

    level: Level
    title: Text
    rule: str
    change: int


@dataclass(frozen=True)
class CandidateLine:
    """A candidate.

    Attributes:
        item: The candidate.
        status: ``holder``; ``allowed`` by one exchange; ``chained`` if others have to move, too;
            ``impossible`` if that is proved; or ``undecided`` where neither was found in time.
        rank: Rank among those who could have the seat, from 1; None for others.
        replaces: The holder who leaves the seat.
        leaves: The places that the candidate gives up for it.
        exchange: Whether the holder who leaves takes those places.
        costs: Change in cost of each level, in the plan that was found; it may cost less.
        rule_costs: Change in cost of each rule, where there is one.
        refused: The hard rules that one exchange breaks, with their new breaches.
        paid: New breaches of soft rules by one exchange.
        chain: The seats that change hands, where others move, too; empty for one exchange.
        proof: What is proved, and by whom.
    """

    item: NamedEntity
    status: str
    rank: int | None
    replaces: NamedEntity | None
    leaves: tuple[Place, ...]
    exchange: bool
    costs: tuple[CostLine, ...]
    rule_costs: tuple[CostLine, ...]
    refused: tuple[FindingView, ...]
    paid: tuple[FindingView, ...]
    chain: tuple[Text, ...] = ()
    proof: Text = field(default_factory=Text)


@dataclass(frozen=True)
class RankingView:
    """A seat with its candidates: holders, those who could have it by cost, the others by broken rules."""

    layer: str
    title: Text
    slot: NamedEntity
    role: Text | None
    period: str | None
    candidates: tuple[CandidateLine, ...]

    def of(self, *statuses: str) -> tuple[CandidateLine, ...]:
        """Return the candidates of some statuses."""
        return tuple(one for one in self.candidates if one.status in statuses)


def ranking_view(
    policy: Policy, ranking: Ranking, chains: Mapping[int, Alternative] | None = None
) -> RankingView:
    """Lay out a ranking.

    Args:
        policy: The policy.
        ranking: The ranking, by one exchange each.
        chains: By item, what was found where others move, too.
    """
    seat, words = ranking.seat, _CandidateLines(policy, policy.context.layers[ranking.seat.layer])
    known = chains or {}
    ordered = sorted(ranking.candidates, key=lambda one: _order(one, known.get(one.item)))
    lines: list[CandidateLine] = []
    rank = 0
    for one in ordered:
        found = known.get(one.item)
        status = _status(one, found)
        can = status in ("allowed", "chained")
        rank += can
        lines.append(words.line(one, status, rank if can else None, found))
    layer = words.layer
    return RankingView(
        layer=layer.name,
        title=layer.spec.title or Text(zh=layer.name, en=layer.name),
        slot=words.named(layer.slots[seat.slot]),
        role=words.role(seat.role),
        period=layer.period_id(seat.period),
        candidates=tuple(lines),
    )


def _status(one: Candidate, found: Alternative | None) -> str:
    if one.is_holder:
        return "holder"
    if not one.is_possible or (found is not None and found.standing == "impossible"):
        return "impossible"
    if found is not None:
        return "chained"
    return "undecided" if one.refused else "allowed"


_PLACES = {"holder": 0, "allowed": 1, "chained": 1, "undecided": 2, "impossible": 3}


def _order(one: Candidate, found: Alternative | None) -> tuple[int, int, tuple[int, ...], int]:
    """Return the sort key: holders, those who could by cost, the undecided, the impossible."""
    status = _status(one, found)
    costs = found.change_by_level if found is not None and status == "chained" else tuple(one.costs.values())
    refused = 0 if status == "chained" else len(one.refused)
    place = _PLACES[status] if one.is_possible or one.is_holder else len(_PLACES)
    return place, refused, costs, one.item


class _CandidateLines:
    """Lays out candidates with the names of a policy and a layer."""

    def __init__(self, policy: Policy, layer: Layer) -> None:
        self._policy, self.layer = policy, layer
        self._roles = scenario_roles(policy.context.scenario.spec)
        self._levels = policy.context.scenario.spec.levels
        self._level_of = {rule.id: rule.plan_level for rule in policy.rules}

    def named(self, entity: str) -> NamedEntity:
        return self._policy.context.scenario.organisation.named(entity)

    def role(self, index: int) -> Text | None:
        role = self.layer.roles[index]
        return None if role is None else self._roles[role]

    def line(self, one: Candidate, status: str, rank: int | None, found: Alternative | None) -> CandidateLine:
        layer, move = self.layer, one.move
        if found is not None and status == "chained":
            return self._chained(one, rank, found)
        replaces = None if move is None else move.replaces
        leaves = () if move is None else move.leaves
        return CandidateLine(
            item=self.named(layer.items[one.item]),
            status=status,
            rank=rank,
            replaces=None if replaces is None else self.named(layer.items[replaces]),
            leaves=tuple(Place(self.named(layer.slots[slot]), self.role(role)) for slot, role in leaves),
            exchange=move is not None and move.exchange,
            costs=tuple(self._cost(level, "", change) for level, change in one.costs.items()),
            rule_costs=tuple(
                self._cost(self._level_of[rule], rule, change) for rule, change in one.rule_costs.items()
            ),
            refused=tuple(finding_view(self._policy, finding) for finding in one.refused),
            paid=tuple(finding_view(self._policy, finding) for finding in one.paid),
            proof=Text() if found is None else proof_text(found),
        )

    def _chained(self, one: Candidate, rank: int | None, found: Alternative) -> CandidateLine:
        """Return a candidate who could have the seat if others move, too."""
        return CandidateLine(
            item=self.named(self.layer.items[one.item]),
            status="chained",
            rank=rank,
            replaces=None,
            leaves=(),
            exchange=False,
            costs=tuple(self._cost(level, "", change) for level, change in found.changes.items()),
            rule_costs=tuple(self._cost(rule.level, rule.rule, rule.change) for rule in found.rules),
            refused=tuple(finding_view(self._policy, finding) for finding in one.refused),
            paid=(),
            chain=tuple(seat_change_text(self._policy, seat) for seat in found.seats),
            proof=proof_text(found),
        )

    def _cost(self, level: Level, rule: str, change: int) -> CostLine:
        return CostLine(level, level_text(level, self._levels), rule, change)
