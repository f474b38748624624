"""The audit file of a pairing, and the search for the first allowed pairing by lottery numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, model_validator

from allocator.lottery.draw_kind import AuditModel, BilingualText, Committed
from allocator.lottery.findings import LotteryNumbers
from allocator.rules.rule import FieldError


class Condition(AuditModel):
    """A condition and the reason for it."""

    when: str
    why: BilingualText


class PairingRules(AuditModel):
    """The rules of a pairing: units, inspectors, how many of both, and who is kept from whom."""

    units: str
    inspectors: str
    size: Annotated[int, Field(ge=1)]
    team: Annotated[int, Field(ge=1)]
    load: Annotated[int, Field(ge=1)]
    recusals: tuple[Condition, ...]
    apart: tuple[Condition, ...]


class UnitEntry(AuditModel):
    """A unit: inspectors who may not go there, and the chance that it is drawn, a fraction."""

    id: str
    recused: tuple[str, ...]
    chance: tuple[int, Annotated[int, Field(ge=1)]]


class InspectorEntry(AuditModel):
    """An inspector: those not allowed in the same team, and the seats in all trial draws."""

    id: str
    apart: tuple[str, ...]
    seats: int


class PairingCommitted(Committed):
    """The commitment of a pairing: rules, units, inspectors, trial draws, units passed over in them."""

    rules: PairingRules
    units: Annotated[tuple[UnitEntry, ...], Field(min_length=1)]
    inspectors: Annotated[tuple[InspectorEntry, ...], Field(min_length=1)]
    trials: Annotated[int, Field(ge=1, le=10**4)]
    passed_over: int

    @model_validator(mode="after")
    def _check_consistency(self) -> PairingCommitted:
        for entries in (self.units, self.inspectors):
            if len({entry.id for entry in entries}) < len(entries):
                raise FieldError(zh="编号重复", en="an id is repeated")
        return self


class DrawnTeam(AuditModel):
    """A unit drawn, and the inspectors drawn for it."""

    unit: str
    inspectors: tuple[str, ...]


class PairingResult(AuditModel):
    """The teams in the order of their units; the units passed over because they could not be staffed."""

    teams: tuple[DrawnTeam, ...]
    passed_over: tuple[str, ...]


#: Stands in place of the commitment in the lottery numbers of a trial draw.
TRIAL_COMMITMENT = "trial"


def draw_pairing(
    rules: PairingRules,
    allowed: Mapping[str, frozenset[str]],
    apart: Mapping[str, frozenset[str]],
    numbers: LotteryNumbers,
) -> PairingResult:
    """Return the teams that lottery numbers decide.

    The units with the lowest numbers are drawn. A unit that cannot be staffed together with those before it
    is passed over.

    Args:
        rules: Numbers of units, of inspectors for a unit, and of units for an inspector.
        allowed: For each unit the inspectors who may go there.
        apart: For each inspector those who may not be in the same team.
        numbers: The numbers of the draw.
    """
    order = numbers.in_order("unit", names=allowed)
    ranked = {unit: numbers.in_order("inspector", unit, names=allowed[unit]) for unit in order[: rules.size]}

    def teams_of(units: list[str]) -> list[list[str]] | None:
        for unit in units:
            if unit not in ranked:
                ranked[unit] = numbers.in_order("inspector", unit, names=allowed[unit])
        return first_pairing(PairingProblem([ranked[unit] for unit in units], rules.team, rules.load, apart))

    units, passed = order[: rules.size], list[str]()
    teams = teams_of(units)
    if teams is None:
        units, teams = [], []
        for unit in order:
            if len(units) == rules.size:
                break
            found = teams_of([*units, unit])
            if found is None:
                passed.append(unit)
            else:
                units, teams = [*units, unit], found
    pairs = zip(units, teams, strict=True)
    drawn = tuple(DrawnTeam(unit=unit, inspectors=tuple(team)) for unit, team in pairs)
    return PairingResult(teams=drawn, passed_over=tuple(passed))


def trial_count(units: int, inspectors: int, size: int) -> int:
    """Return the number of trial draws: fewer where each computes many lottery numbers."""
    params = DEFAULT_PARAMS
    return max(1, min(params.max_trials, params.trial_budget // (units + size * inspectors)))


def run_trials(
    rules: PairingRules,
    allowed: Mapping[str, frozenset[str]],
    apart: Mapping[str, frozenset[str]],
    trials: int,
) -> tuple[Mapping[str, int], int, int]:
    """Return seats by inspector in trial draws, units passed over, and draws with too few teams."""
    seats: Counter[str] = Counter()
    passed = short = 0
    for trial in range(trials):
        result = draw_pairing(rules, allowed, apart, LotteryNumbers(TRIAL_COMMITMENT, str(trial)))
        passed += len(result.passed_over)
        short += len(result.teams) < rules.size
        seats.update(name for team in result.teams for name in team.inspectors)
    return seats, passed, short


Teams = list[list[str]]


class SearchLimitReached(Exception):  # noqa: N818 - it is an answer
    """The search for a pairing reached its limit of steps: too many pairs are kept apart."""


@dataclass(frozen=True)
class PairingParams:
    """Limits of the search for a pairing and of trial draws.

    Trial draws are part of a commitment: with other values of ``max_trials`` or ``trial_budget`` a file holds
    other numbers of seats.

    Attributes:
        max_steps: Steps after which a search is given up. Without pairs apart it never goes back.
        max_trials: Trial draws that count the chances of inspectors, at most.
        trial_budget: Lottery numbers that all trial draws together may compute: about a second.
    """

    max_steps: int = 50_000
    max_trials: int = 1_000
    trial_budget: int = 1_000_000


DEFAULT_PARAMS = PairingParams()


@dataclass(frozen=True)
class PairingProblem:
    """The seats to fill.

    Attributes:
        ranked: For each unit the inspectors who may go there, the lowest number first.
        team: Inspectors for each unit.
        load: Units for an inspector at most.
        apart: For each inspector those who may not be in the same team.
    """

    ranked: Sequence[Sequence[str]]
    team: int
    load: int
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)


def first_pairing(seats: PairingProblem) -> Teams | None:
    """Return the inspectors for each unit, in the order drawn, or None if the seats cannot be filled.

    Raises:
        SearchLimitReached: The search reached ``max_steps``.
    """
    start = _PartialPairing.empty(seats)
    if start is None:
        return None
    stack: list[tuple[_PartialPairing, Iterator[str]]] = [(start, start.candidates())]
    for _ in range(DEFAULT_PARAMS.max_steps):
        if not stack:
            return None
        fill, candidates = stack[-1]
        if fill.is_complete:
            return fill.teams
        following = next((after for one in candidates if (after := fill.with_next(one)) is not None), None)
        if following is None:
            stack.pop()
        else:
            stack.append((following, following.candidates()))
    raise SearchLimitReached


class _PartialPairing:
    """The teams drawn so far, and a matching that fills all other seats if pairs apart are ignored.

    The matching is kept by augmenting paths (bipartite b-matching; Kuhn, 1955).
    """

    def __init__(
        self, seats: PairingProblem, teams: Teams, held: list[set[str]], loads: dict[str, int]
    ) -> None:
        self._seats, self.teams, self._held, self._loads = seats, teams, held, loads

    @classmethod
    def empty(cls, seats: PairingProblem) -> _PartialPairing | None:
        """Return the state with nobody drawn yet; None if the seats cannot be filled."""
        everyone = dict.fromkeys((name for ranked in seats.ranked for name in ranked), 0)
        fill = cls(seats, [[]], [set() for _ in seats.ranked], everyone)
        for u in range(len(seats.ranked)):
            for _ in range(seats.team):
                if not fill._augment(u, set()):
                    return None
        return fill

    @property
    def is_complete(self) -> bool:
        return len(self.teams) == len(self._seats.ranked) and len(self.teams[-1]) == self._seats.team

    def candidates(self) -> Iterator[str]:
        """Yield those who may take the next seat, the lowest number first."""
        if self.is_complete:
            return
        full = len(self.teams[-1]) == self._seats.team
        u, team = (len(self.teams), []) if full else (len(self.teams) - 1, self.teams[-1])
        ranked = self._seats.ranked[u]
        begin = ranked.index(team[-1]) + 1 if team else 0  # a team is drawn in the order of numbers
        for name in ranked[begin:]:
            if not self._seats.apart.get(name, frozenset()).intersection(team):
                yield name

    def with_next(self, name: str) -> _PartialPairing | None:
        """Return the state after an inspector takes the next seat; None if the rest cannot be filled then."""
        full = len(self.teams[-1]) == self._seats.team
        teams = [*self.teams, [name]] if full else [*self.teams[:-1], [*self.teams[-1], name]]
        after = _PartialPairing(self._seats, teams, [set(held) for held in self._held], dict(self._loads))
        return after if after._fix(len(teams) - 1, name) else None

    def _fix(self, u: int, name: str) -> bool:
        """Fix a seat of a unit for an inspector, and repair the matching of the other seats."""
        if name in self._held[u]:
            return True
        self._drop(u, next(iter(sorted(self._matched(u)))))
        self._take(u, name)
        if self._loads[name] <= self._seats.load:
            return True
        seen: set[str] = {name}
        for other in self._units_of(name):
            self._drop(other, name)
            if self._augment(other, seen):
                return True
            self._take(other, name)
        return False

    def _augment(self, u: int, seen: set[str]) -> bool:
        """Fill a seat of a unit along an augmenting path; return whether there is one."""
        for name in self._seats.ranked[u]:
            if name in self._held[u] or name in seen:
                continue
            seen.add(name)
            if self._loads[name] < self._seats.load:
                self._take(u, name)
                return True
            for other in self._units_of(name):
                self._drop(other, name)
                self._take(u, name)
                if self._augment(other, seen):
                    return True
                self._drop(u, name)
                self._take(other, name)
        return False

    def _matched(self, u: int) -> set[str]:
        """Return the inspectors who are matched to a unit but not drawn for it."""
        drawn = self.teams[u] if u < len(self.teams) else []
        return self._held[u].difference(drawn)

    def _units_of(self, name: str) -> list[int]:
        """Return the units to which an inspector is matched but not drawn."""
        return [u for u in range(len(self._held)) if name in self._matched(u)]

    def _take(self, u: int, name: str) -> None:
        self._held[u].add(name)
        self._loads[name] += 1

    def _drop(self, u: int, name: str) -> None:
        self._held[u].discard(name)
        self._loads[name] -= 1
