"""The audit file of a pairing, and how lottery numbers decide it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from allocator.lottery.draw_kind import AuditModel, BilingualText, Committed
from allocator.lottery.hashing import LotteryNumbers
from allocator.lottery.kinds._pairing_search import Seats, first_pairing
from allocator.rules.rule import FieldError


class Condition(AuditModel):
    """A condition and the reason for it."""

    when: str
    why: BilingualText


class PairingRules(AuditModel):
    """Which units are visited by which inspectors, how many of both, and who may not go."""

    units: str
    inspectors: str
    size: Annotated[int, Field(ge=1)]
    team: Annotated[int, Field(ge=1)]
    load: Annotated[int, Field(ge=1)]
    recusals: tuple[Condition, ...]
    apart: tuple[Condition, ...]


class UnitEntry(AuditModel):
    """A unit: who may not go there, and the chance that it is drawn, a fraction."""

    id: str
    recused: tuple[str, ...]
    chance: tuple[int, Annotated[int, Field(ge=1)]]


class InspectorEntry(AuditModel):
    """An inspector: with whom not to be in one team, and how many seats the trial draws gave."""

    id: str
    apart: tuple[str, ...]
    seats: int


class PairingCommitted(Committed):
    """Rules, units, inspectors, the number of trial draws, and how many units they passed over."""

    rules: PairingRules
    units: Annotated[tuple[UnitEntry, ...], Field(min_length=1)]
    inspectors: Annotated[tuple[InspectorEntry, ...], Field(min_length=1)]
    trials: Annotated[int, Field(ge=1, le=10**4)]
    passed_over: int

    @model_validator(mode="after")
    def _fits(self) -> PairingCommitted:
        for entries in (self.units, self.inspectors):
            if len({entry.id for entry in entries}) < len(entries):
                raise FieldError(zh="编号重复", en="an id is repeated")
        return self


class Team(AuditModel):
    """A unit drawn, and the inspectors drawn for it."""

    unit: str
    inspectors: tuple[str, ...]


class PairingResult(AuditModel):
    """The teams in the order in which their units were drawn; who was passed over because nobody could go."""

    teams: tuple[Team, ...]
    passed_over: tuple[str, ...]


MAX_TRIALS = 1_000


#: Numbers that all trial draws together may look at.
_TRIAL_BUDGET = 1_000_000


#: What stands in place of the commitment in a trial draw.
TRIAL_COMMITMENT = "trial"


def draw_pairing(
    rules: PairingRules,
    allowed: Mapping[str, frozenset[str]],
    apart: Mapping[str, frozenset[str]],
    numbers: LotteryNumbers,
) -> PairingResult:
    """Return the teams that the numbers decide.

    The units with the lowest numbers are drawn; one that cannot be staffed together with those before it is
    passed over.

    Args:
        rules: How many units, inspectors a unit, units an inspector.
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
        return first_pairing(Seats([ranked[unit] for unit in units], rules.team, rules.load, apart))

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
    drawn = tuple(Team(unit=unit, inspectors=tuple(team)) for unit, team in pairs)
    return PairingResult(teams=drawn, passed_over=tuple(passed))


def trial_count(units: int, inspectors: int, size: int) -> int:
    """Return how many trial draws are made: fewer where each looks at many numbers."""
    return max(1, min(MAX_TRIALS, _TRIAL_BUDGET // (units + size * inspectors)))


def run_trials(
    rules: PairingRules,
    allowed: Mapping[str, frozenset[str]],
    apart: Mapping[str, frozenset[str]],
    trials: int,
) -> tuple[Mapping[str, int], int, int]:
    """Return the seats of each inspector in all trial draws, units passed over, and draws that came short."""
    seats: Counter[str] = Counter()
    passed = short = 0
    for trial in range(trials):
        result = draw_pairing(rules, allowed, apart, LotteryNumbers(TRIAL_COMMITMENT, str(trial)))
        passed += len(result.passed_over)
        short += len(result.teams) < rules.size
        seats.update(name for team in result.teams for name in team.inspectors)
    return seats, passed, short
