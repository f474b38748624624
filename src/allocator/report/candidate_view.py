"""Lays out the candidates for a seat: whom each replaces, the change in cost, and the rules against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.explain.seat_ranking import Candidate, Ranking
from allocator.explain.seats import SeatPrice
from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.plan import Level
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.score_view import FindingView, Place, finding_view
from allocator.report.wording import STATUS, level_text
from allocator.rules.policy import Policy


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
        status: ``holder``, ``allowed``, ``refused``, or ``impossible`` where no such decision exists.
        rank: Rank among the allowed candidates, from 1; None for others, and for a single candidate.
        replaces: The holder who leaves the seat.
        leaves: The places that the candidate gives up for it.
        exchange: Whether the holder who leaves takes those places.
        costs: Change in cost of each level.
        rule_costs: Change in cost of each rule, where there is one.
        refused: The hard rules that the move breaks, with their new breaches.
        paid: New breaches of soft rules.
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


@dataclass(frozen=True)
class RankingView:
    """A seat with its candidates: holders, allowed ones by cost, refused ones by broken rules, the rest."""

    layer: str
    title: Text
    slot: NamedEntity
    role: Text | None
    period: str | None
    candidates: tuple[CandidateLine, ...]

    def of(self, *statuses: str) -> tuple[CandidateLine, ...]:
        """Return the candidates of some statuses."""
        return tuple(one for one in self.candidates if one.status in statuses)


def ranking_view(policy: Policy, ranking: Ranking, *, ranked: bool = True) -> RankingView:
    """Lay out a ranking.

    Args:
        policy: The policy.
        ranking: The ranking.
        ranked: Whether the ranking has all items of the layer; otherwise ranks are left out.
    """
    seat, words = ranking.seat, _CandidateLines(policy, policy.context.layers[ranking.seat.layer])
    lines: list[CandidateLine] = []
    rank = 0
    for one in ranking.candidates:
        status = _status(one)
        rank += status == "allowed"
        lines.append(words.line(one, status, rank if ranked and status == "allowed" else None))
    layer = words.layer
    return RankingView(
        layer=layer.name,
        title=layer.spec.title or Text(zh=layer.name, en=layer.name),
        slot=words.named(layer.slots[seat.slot]),
        role=words.role(seat.role),
        period=layer.period_id(seat.period),
        candidates=tuple(lines),
    )


@dataclass(frozen=True)
class PinnedView:
    """The result of a new solve of all periods with an item pinned to a seat.

    Attributes:
        status: The status of that solve.
        status_text: The same in words.
        seconds: Its time limit, in seconds.
        costs: Change in cost of each level against the plan; empty where no plan was found.
        least: Proved lower bound of each change.
    """

    status: str
    status_text: Text
    seconds: float
    costs: tuple[CostLine, ...]
    least: tuple[CostLine, ...]


def pinned_view(policy: Policy, solved: SeatPrice) -> PinnedView:
    """Lay out the result of a solve with a pin."""
    titles = policy.context.scenario.spec.levels

    def lines(changes: Mapping[Level, int]) -> tuple[CostLine, ...]:
        return tuple(CostLine(one, level_text(one, titles), "", change) for one, change in changes.items())

    costs, least = lines(solved.costs), lines(solved.least)
    return PinnedView(solved.status, STATUS[solved.status], solved.seconds, costs, least)


def _status(one: Candidate) -> str:
    if one.is_holder:
        return "holder"
    if not one.is_possible:
        return "impossible"
    return "refused" if one.refused else "allowed"


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

    def line(self, one: Candidate, status: str, rank: int | None) -> CandidateLine:
        layer, move = self.layer, one.move
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
            refused=tuple(finding_view(self._policy, found) for found in one.refused),
            paid=tuple(finding_view(self._policy, found) for found in one.paid),
        )

    def _cost(self, level: Level, rule: str, change: int) -> CostLine:
        return CostLine(level, level_text(level, self._levels), rule, change)
