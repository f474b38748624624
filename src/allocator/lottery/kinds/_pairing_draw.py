"""How numbers decide a pairing, and how trial draws count the chances of inspectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from allocator.lottery.hashing import LotteryNumbers
from allocator.lottery.kinds._pairing_file import PairingResult, PairingRules, Team
from allocator.lottery.pairing import Seats, first_pairing

MOST_TRIALS = 1_000
#: Numbers that all trial draws together may look at.
_PATIENCE = 1_000_000
#: What stands in place of the commitment in a trial draw.
TRIAL = "trial"


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


def trials_for(units: int, inspectors: int, size: int) -> int:
    """Return how many trial draws are made: fewer where each looks at many numbers."""
    return max(1, min(MOST_TRIALS, _PATIENCE // (units + size * inspectors)))


def try_out(
    rules: PairingRules,
    allowed: Mapping[str, frozenset[str]],
    apart: Mapping[str, frozenset[str]],
    trials: int,
) -> tuple[Mapping[str, int], int, int]:
    """Return the seats of each inspector in all trial draws, units passed over, and draws that came short."""
    seats: Counter[str] = Counter()
    passed = short = 0
    for trial in range(trials):
        result = draw_pairing(rules, allowed, apart, LotteryNumbers(TRIAL, str(trial)))
        passed += len(result.passed_over)
        short += len(result.teams) < rules.size
        seats.update(name for team in result.teams for name in team.inspectors)
    return seats, passed, short
