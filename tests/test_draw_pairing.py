"""Pairings: compared with an exhaustive search; shortages compared with all draws of units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations, product
from random import Random

import pytest

from allocator.lottery.draw_infeasibility import find_shortage
from allocator.lottery.findings import LotteryNumbers
from allocator.lottery.kinds._pairing_audit import PairingProblem, PairingRules, draw_pairing, first_pairing


def random_seats(random: Random) -> PairingProblem:
    names = [f"P{k}" for k in range(random.randint(2, 5))]
    ranked = []
    for _ in range(random.randint(1, 3)):
        allowed = [name for name in names if random.random() < 0.75]
        random.shuffle(allowed)
        ranked.append(allowed)
    apart: dict[str, set[str]] = {name: set() for name in names}
    if random.random() < 0.5:
        one, two = random.sample(names, 2)
        apart[one].add(two)
        apart[two].add(one)
    frozen = {name: frozenset(others) for name, others in apart.items()}
    return PairingProblem(ranked, random.randint(1, 2), random.randint(1, 2), frozen)


def by_trying(seats: PairingProblem) -> list[list[str]] | None:
    """Return the first allowed pairing, trying all in order."""
    teams = [list(map(list, combinations(names, seats.team))) for names in seats.ranked]
    for chosen in product(*teams):
        loads = Counter(name for team in chosen for name in team)
        together = any(two in seats.apart[one] for team in chosen for one, two in combinations(team, 2))
        if not together and all(load <= seats.load for load in loads.values()):
            return list(chosen)
    return None


@pytest.mark.parametrize("number", range(300))
def test_as_by_trying_all(number: int) -> None:
    seats = random_seats(Random(number))
    assert first_pairing(seats) == by_trying(seats)


def test_no_seat_is_ever_taken_back_without_people_apart() -> None:
    """60 seats that just fit: a search that looked ahead less would hardly end."""
    random = Random(1)
    names = [f"P{k}" for k in range(30)]
    ranked = [random.sample(names, 12) for _ in range(28)]
    teams = first_pairing(PairingProblem(ranked, 2, 2))
    assert teams is not None
    assert max(Counter(name for team in teams for name in team).values()) == 2
    assert all(
        len(set(team)) == 2 and set(team) <= set(names) for team, names in zip(teams, ranked, strict=True)
    )


def staffed(allowed: Mapping[str, list[str]], units: tuple[str, ...], team: int, load: int) -> bool:
    return first_pairing(PairingProblem([allowed[unit] for unit in units], team, load)) is not None


@pytest.mark.parametrize("number", range(60))
def test_shortage_is_found_exactly_where_a_draw_cannot_be_staffed(number: int) -> None:
    random = Random(number)
    names = [f"P{k}" for k in range(random.randint(2, 5))]
    allowed = {
        f"U{k}": [name for name in names if random.random() < 0.7] for k in range(random.randint(1, 5))
    }
    size, team, load = random.randint(1, len(allowed)), random.randint(1, 2), random.randint(1, 2)
    shortage = find_shortage(allowed, size, team, load)
    draws = combinations(sorted(allowed), size)
    assert (shortage is None) == all(staffed(allowed, units, team, load) for units in draws)
    if shortage is not None:
        assert len(shortage.units) <= size
        assert not staffed(allowed, shortage.units, team, load)


def rules(**changes: int) -> PairingRules:
    numbers = {"size": 3, "team": 2, "load": 1, **changes}
    return PairingRules(units="units", inspectors="people", recusals=(), apart=(), **numbers)


@pytest.mark.slow
def test_units_and_inspectors_without_recusals_have_equal_chances() -> None:
    """Chi-squared over 4,000 seeds: 12 and 14 degrees of freedom, limits of one in 10,000."""
    inspectors = frozenset(f"P{k:02}" for k in range(15))
    allowed = {f"U{k:02}": inspectors for k in range(13)}
    units: Counter[str] = Counter()
    seats: Counter[str] = Counter()
    for seed in range(4000):
        result = draw_pairing(rules(), allowed, {}, LotteryNumbers("c", str(seed)))
        units.update(team.unit for team in result.teams)
        seats.update(name for team in result.teams for name in team.inspectors)
    for counts, names, drawn, limit in ((units, allowed, 3, 39.1), (seats, inspectors, 6, 42.6)):
        expected = 4000 * drawn / len(names)
        assert sum((counts[name] - expected) ** 2 / expected for name in names) < limit


def test_a_unit_that_cannot_be_staffed_is_passed_over() -> None:
    allowed = {"A": frozenset({"P", "Q"}), "B": frozenset({"P", "Q"}), "C": frozenset({"R", "S"})}
    for seed in range(20):
        result = draw_pairing(rules(size=2), allowed, {}, LotteryNumbers("c", str(seed)))
        drawn = {team.unit for team in result.teams}
        assert "C" in drawn and len(drawn) == 2
        assert set(result.passed_over) <= {"A", "B"} - drawn
