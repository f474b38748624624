"""partners: the number of periods that two items share a slot, and the distance between them."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from allocator.model.plan import Plan
from rota import rota, solved
from small_folder import faults

SIX = ("Ann", "Ben", "Cid", "Dot", "Eve", "Fay")
TABLES = ("T1", "T2", "T3")
TWO = "{id: two, kind: capacity, on: duty, atleast: 2, atmost: 2}\n"


def meetings(plan: Plan) -> Counter[tuple[str, str]]:
    """Return how often each two people are together."""
    where: dict[tuple[str, str], list[str]] = {}
    for one in plan.assignments:
        where.setdefault((str(one.period), one.slot), []).append(one.item)
    return Counter(pair for members in where.values() for pair in combinations(sorted(members), 2))


@pytest.mark.parametrize("bounds", ["atmost: 1", "atleast: 1", "atmost: 1, level: 1", "apart: 4"])
def test_in_five_rounds_six_people_meet_each_once(tmp_path: Path, bounds: str) -> None:
    rules = TWO + f"{{id: new, kind: partners, on: duty, {bounds}}}\n"
    plan = solved(rota(tmp_path, rules, people=SIX, groups=TABLES, periods=5, take="1"))
    assert meetings(plan) == dict.fromkeys(combinations(SIX, 2), 1)
    assert all(level.cost == 0 for level in plan.score)


def test_a_sixth_round_repeats_three_pairs(tmp_path: Path) -> None:
    """18 meetings of 15 pairs: the relaxation counts them, so that it is proved at once."""
    rules = TWO + "{id: new, kind: partners, on: duty, atmost: 1, level: 1}\n"
    plan = solved(rota(tmp_path, rules, people=SIX, groups=TABLES, periods=6, take="1"))
    assert plan.score[-1].cost == 3 == plan.score[-1].bound


def test_a_sixth_round_cannot_be_without_repeats(tmp_path: Path) -> None:
    rules = TWO + "{id: new, kind: partners, on: duty, atmost: 1}\n"
    solved(rota(tmp_path, rules, people=SIX, groups=TABLES, periods=6, take="1"), "infeasible")


BEFORE = {
    "postings.csv": "person,group,from,to\nAnn,T1,2026-03-01,2026-03-01\nBen,T1,2026-03-01,2026-03-01\n"
}


@pytest.mark.parametrize(
    ("bounds", "cost"),
    [
        ("atmost: 1", 0),
        ("atmost: 1, past: 1", 1),
        ("apart: 1", 1),
        ("apart: 2", 1),
        ("atleast: 2, past: 1", 0),
    ],
)
def test_who_was_together_before_the_horizon_counts(tmp_path: Path, bounds: str, cost: int) -> None:
    rules = (
        "{id: both, kind: capacity, on: duty, during: ['2026-03-02'], slots: group.id == 'T2', atleast: 2}\n"
        f"{{id: new, kind: partners, on: duty, {bounds}, level: 1}}\n"
    )
    plan = solved(rota(tmp_path, rules, people=SIX[:2], groups=TABLES, periods=1, tables=BEFORE))
    assert plan.score[-1].cost == cost


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("kind: partners, on: posting", "needs atleast, atmost or apart"),
        ("kind: partners, on: posting, atmost: 1, pairs: [[Wang, Lee]]", "no such id"),
        ("kind: partners, on: posting, atmost: -1", "out of range"),
    ],
)
def test_what_chooses_nothing_is_told(tmp_path: Path, rule: str, message: str) -> None:
    [fault] = faults(tmp_path, f"rules: [{{id: r, {rule}}}]\n")
    assert message in fault.message.en
