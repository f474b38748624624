"""Ties that count by a lens: kinds, periods, and the source of the strongest of parallel ties."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from allocator.graph.ties import HOP_DECAY, Edge, Lens, fading_factor, years_after
from graph_world import TODAY, graph_of, tie

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAYS = st.none() | st.dates(date(2019, 1, 1), date(2028, 12, 31))


def test_the_same_day_of_a_later_year() -> None:
    assert years_after(date(2023, 6, 30), 3) == date(2026, 6, 30)
    assert years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert years_after(date(9990, 1, 1), 100) == date(9999, 1, 1)


@pytest.mark.parametrize(
    ("until", "counts"),
    [("2022-12-31", False), ("2023-01-01", True), ("2026-06-30", True), (None, True)],
)
def test_an_ended_tie_counts_in_full_for_its_years_and_then_no_longer(
    until: str | None, counts: bool
) -> None:
    graph = graph_of(people=["A", "B"], ties=[tie("A", "B", until=until or "")])
    found = graph.acquaintance("A", "B", 1, Lens(FIRST, LAST, years=3)).strength
    assert found == (0.9 if counts else 0.0)


@given(since=DAYS, until=DAYS, years=st.none() | st.integers(0, 4))
def test_a_tie_counts_in_full_if_it_holds_on_any_of_the_days(
    since: date | None, until: date | None, years: int | None
) -> None:
    assume(since is None or until is None or since <= until)
    strength = Lens(FIRST, LAST, years=years).strength(Edge("A", "B", "kin", 0.9, since, until))
    days = [FIRST + timedelta(days=k) for k in range((LAST - FIRST).days + 1)]
    holding = any((since or date.min) <= day <= (until or date.max) for day in days)
    if since is not None and since > LAST:
        assert strength == 0
    elif holding or (years is not None and until is not None and years_after(until, years) >= FIRST):
        assert strength == 0.9
    elif years is not None:
        assert strength == 0
    elif until is not None:
        assert strength == 0.9 * fading_factor((FIRST - until).days / 365.25)


def test_paths_are_made_of_the_kinds_asked_for() -> None:
    rows = [tie("A", "B", "friend"), tie("B", "C", "kin"), tie("A", "C", "neighbour"), tie("A", "B", "kin")]
    graph = graph_of(people=["A", "B", "C"], ties=rows)
    kin = Lens(TODAY, TODAY, frozenset({"kin"}))
    found = graph.acquaintance("A", "C", 2, kin)
    assert [step.kind for step in found.path] == ["kin", "kin"]
    assert found.strength == pytest.approx(0.9 * 0.9 * HOP_DECAY)
    assert graph.acquaintance("A", "C", 1, kin).strength == 0
    assert graph.acquaintance("A", "C", 1).path[0].kind == "neighbour"


@given(order=st.permutations([0, 1, 2]))
def test_what_a_path_is_known_from_is_that_of_the_tie_that_counts(order: list[int]) -> None:
    rows = [
        tie("A", "B", "kin", until="2020-12-31", known_from="old file"),
        tie("B", "A", "kin", known_from="declared 2025-03"),
        tie("A", "B", "classmate", known_from="hearsay"),
    ]
    graph = graph_of(
        people=["A", "B", "C"], ties=[rows[k] for k in order] + [tie("B", "C", known_from="said C")]
    )
    for pair in permutations("AB"):
        assert graph.acquaintance(*pair).path[0].known_from == "declared 2025-03"
    path = graph.acquaintance("A", "C").path
    told = "A — kin of (declared 2025-03) — B — kin of (said C) — C"
    assert graph.describe(path, "en") == told
    assert "亲属（said C）" in graph.describe(path, "zh")
