"""The audit file of a pairing, and how lottery numbers decide it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from allocator.lottery.draw_kind import AuditModel, BilingualText, Committed
from allocator.lottery.hashing import LotteryNumbers
from allocator.lottery.kinds import _pairing_search
from allocator.lottery.kinds._pairing_search import PairingProblem, first_pairing
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
    params = _pairing_search.DEFAULT_PARAMS
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
