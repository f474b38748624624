"""LEXIMIN lotteries: compared with brute force on small pools, proved, and in time on large pools."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from allocator.lottery.draw_infeasibility import QuotaBound, find_quota_conflict
from allocator.lottery.kinds._panel_audit import heaviest_weight
from allocator.lottery.leximin_panels import (
    LeximinLevel,
    PanelLottery,
    Panels,
    mean_panel,
    possible_raises,
    type_chances,
    weight_bound_by_prices,
)
from allocator.lottery.leximin_solver import leximin_lottery
from draw_world import all_panels, brute_force_chances


def random_panels(random: Random) -> Panels:
    """Return a small pool with overlapping quotas that some panel keeps."""
    while True:
        quotas = random.randint(0, 4)
        members = sorted(
            {tuple(q for q in range(quotas) if random.random() < 0.4) for _ in range(random.randint(1, 6))}
        )
        people = tuple(random.randint(1, 4) for _ in members)
        size = random.randint(1, min(5, sum(people)))
        least = tuple(random.choice((0, 0, 1, 2)) for _ in range(quotas))
        most = tuple(random.randint(low, size) if low < size else low for low in least)
        panels = Panels(people, tuple(members), least, most, size)
        if next(all_panels(panels), None) is not None:
            return panels


def chances(panels: Panels, lottery: PanelLottery) -> list[Fraction]:
    mean = mean_panel(lottery.panels, lottery.weights)
    return type_chances(mean, panels.people, lottery.total)


def worst_room(panels: Panels, lottery: PanelLottery) -> Fraction:
    """Return by how much a chance could be higher, with every bound of the proof found again."""
    levels = []
    for level in lottery.levels:
        found = (
            weight_bound_by_prices(panels, level.weights, level.prices)
            if level.prices
            else heaviest_weight(panels, level.weights)
        )
        levels.append(LeximinLevel(level.settles, level.weights, level.prices, max(found, level.most)))
    return max(possible_raises(panels, mean_panel(lottery.panels, lottery.weights), lottery.total, levels))


@pytest.mark.parametrize("number", range(40))
def test_as_brute_force(number: int) -> None:
    panels = random_panels(Random(number))
    lottery = leximin_lottery(panels)
    assert all(map(panels.admit, lottery.panels)) and all(weight > 0 for weight in lottery.weights)
    assert sorted(t for level in lottery.levels for t in level.settles) == list(range(len(panels.people)))
    assert [float(chance) for chance in chances(panels, lottery)] == pytest.approx(
        brute_force_chances(panels), abs=1e-6
    )
    assert worst_room(panels, lottery) < 1e-6


RING = Panels((1, 1, 1, 1), ((0, 1), (1, 2), (0, 2), ()), (0, 0, 0), (1, 1, 1), 2)


def test_whole_panels_where_parts_of_people_would_do_better() -> None:
    lottery = leximin_lottery(RING)
    assert not lottery.levels[0].prices, "by parts, each of the ring could be drawn half of the time"
    assert chances(RING, lottery) == [Fraction(1, 3)] * 3 + [1]
    assert worst_room(RING, lottery) < 1e-6


def test_simple_chances_are_exact() -> None:
    panels = Panels((5, 7), ((0,), ()), (1,), (1,), 3)
    lottery = leximin_lottery(panels)
    assert chances(panels, lottery) == [Fraction(1, 5), Fraction(2, 7)]
    assert worst_room(panels, lottery) == 0


def test_somebody_who_can_never_be_drawn() -> None:
    panels = Panels((2, 3), ((0,), ()), (0,), (0,), 2)
    assert chances(panels, leximin_lottery(panels)) == [0, Fraction(2, 3)]


def test_everybody_is_drawn() -> None:
    panels = Panels((2, 3), ((0,), ()), (0,), (5,), 5)
    assert chances(panels, leximin_lottery(panels)) == [1, 1]


def test_a_false_proof_has_room() -> None:
    """A lottery that is not LEXIMIN, with the proof of the one that is."""
    panels = Panels((2, 2), ((0,), ()), (0,), (2,), 2)
    proof = leximin_lottery(panels).levels
    unfair = PanelLottery(((2, 0), (0, 2)), (3, 1), proof)
    assert worst_room(panels, unfair) == Fraction(1, 4) * 2


@pytest.mark.parametrize("number", range(100, 130))
def test_conflict_is_minimal_and_its_mend_the_least(number: int) -> None:
    random = Random(number)
    people, member = (3, 2, 4), ((0, 1), (1,), (0, 2))
    least = tuple(random.randint(0, 5) for _ in range(3))
    most = tuple(low + random.randint(0, 1) for low in least)
    panels = Panels(people, member, least, most, 4)
    conflict = find_quota_conflict(panels)
    feasible = any(True for _ in all_panels(panels))
    assert (conflict is None) == feasible
    if conflict is None:
        return
    assert not any(all_panels(_only(panels, conflict.bounds)))
    for bound in conflict.bounds:
        assert any(all_panels(_only(panels, tuple(one for one in conflict.bounds if one != bound))))
    assert any(all_panels(_mended(panels, conflict.remedies)))
    given = sum(bound.by for bound in conflict.remedies)
    free = Panels(people, member, (0, 0, 0), (9, 9, 9), 4)
    assert given == min(_broken(panels, counts) for counts in all_panels(free))


def _broken(panels: Panels, counts: tuple[int, ...]) -> int:
    triples = zip(panels.least, panels.counted(counts), panels.most, strict=True)
    return sum(max(0, low - n) + max(0, n - high) for low, n, high in triples)


def _only(panels: Panels, bounds: tuple[QuotaBound, ...]) -> Panels:
    held = {(bound.quota, bound.side) for bound in bounds}
    least = tuple(low if (q, "least") in held else 0 for q, low in enumerate(panels.least))
    most = tuple(high if (q, "most") in held else 99 for q, high in enumerate(panels.most))
    return Panels(panels.people, panels.member, least, most, panels.size)


def _mended(panels: Panels, mends: tuple[QuotaBound, ...]) -> Panels:
    by = {(bound.quota, bound.side): bound.by for bound in mends}
    least = tuple(low - by.get((q, "least"), 0) for q, low in enumerate(panels.least))
    most = tuple(high + by.get((q, "most"), 0) for q, high in enumerate(panels.most))
    return Panels(panels.people, panels.member, least, most, panels.size)
