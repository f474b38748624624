"""Overlapping postings become ties; other postings do not."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.graph.construction import COHORT, DAYS_IN_MONTH, LARGE_GROUP, served_together
from allocator.graph.ties import TOGETHER_LIMIT, strength_together
from allocator.model.tables import Posting
from graph_world import TODAY, posting

FIRST = date(2025, 11, 1)


def ties_of(*rows):
    return list(served_together([Posting.model_validate(row) for row in rows], TODAY))


def days(count):
    return strength_together(count / DAYS_IN_MONTH)


def test_an_overlap_is_a_tie_for_as_long_as_it_lasted():
    (edge,) = ties_of(
        posting("B", "G", "2020-01-01", "2022-12-31"), posting("A", "G", "2022-01-01", "2024-12-31")
    )
    assert (edge.source, edge.target, edge.kind) == ("A", "B", "served_together")
    assert (edge.since, edge.until) == (date(2022, 1, 1), date(2022, 12, 31))
    assert edge.strength == days(365)


def test_one_day_shared_counts_and_a_day_apart_does_not():
    assert len(ties_of(posting("A", "G", "2020-01-01", "2020-06-30"), posting("B", "G", "2020-06-30"))) == 1
    assert not ties_of(posting("A", "G", "2020-01-01", "2020-06-29"), posting("B", "G", "2020-06-30"))


def test_other_groups_and_future_postings_do_not_count():
    assert not ties_of(posting("A", "G", "2020-01-01"), posting("B", "H", "2020-01-01"))
    assert not ties_of(posting("A", "G", "2020-01-01"), posting("B", "G", "2026-01-02"))


def test_a_tie_that_goes_on_has_no_end_and_counts_up_to_today():
    (edge,) = ties_of(posting("A", "G", "2025-01-01"), posting("B", "G", "2025-12-31"))
    assert edge.until is None
    assert edge.strength == days(2)


def test_two_postings_of_one_person_at_once_count_once():
    rows = [posting("A", "G", "2020-01-01", "2020-12-31"), posting("A", "G", "2020-07-01", "2021-06-30")]
    (edge,) = ties_of(*rows, posting("B", "G", "2019-01-01", "2023-01-01"))
    assert edge.strength == days((date(2021, 6, 30) - date(2020, 1, 1)).days + 1)


def test_serving_together_twice_is_one_tie_from_the_first_day_to_the_last():
    rows = [posting("B", "G", "2019-01-01", "2019-12-31"), posting("B", "G", "2022-01-01", "2022-12-31")]
    (edge,) = ties_of(posting("A", "G", "2018-01-01"), *rows)
    assert (edge.since, edge.until) == (date(2019, 1, 1), date(2022, 12, 31))
    assert edge.strength == days(2 * 365)


def test_an_unknown_start_counts_as_for_ever():
    (edge,) = ties_of(posting("A", "G", ""), posting("B", "G", ""))
    assert (edge.since, edge.until) == (None, None)
    assert edge.strength == pytest.approx(TOGETHER_LIMIT)


def test_strength_grows_with_months_towards_its_most():
    strengths = [strength_together(months) for months in (0, 1, 6, 12, 24, 36, 1200)]
    assert strengths == sorted(strengths)
    assert strengths[0] == 0
    assert strengths[2:6] == pytest.approx([0.236, 0.379, 0.519, 0.570], abs=1e-3)
    assert strengths[-1] == pytest.approx(TOGETHER_LIMIT)


@pytest.mark.parametrize(("people", "pairs"), [(60, 60 * 59 // 2), (LARGE_GROUP + 1, None)])
def test_large_groups_are_bounded(people, pairs):
    rows = [posting(f"P{i:03}", "G", "2020-01-01") for i in range(people)]
    assert len(ties_of(*rows)) == (pairs or sum(min(i, COHORT) for i in range(people)))


def test_in_a_large_group_newcomers_know_those_who_came_last_and_stayed():
    starts = [(f"P{i:03}", str(date(2020, 1, 1) + timedelta(days=i))) for i in range(LARGE_GROUP + 2)]
    gone = starts.pop(-2)
    rows = [posting(person, "G", start) for person, start in starts]
    edges = ties_of(*rows, posting(gone[0], "G", gone[1], gone[1]))
    newest = starts[-1][0]
    known = sorted(edge.source for edge in edges if edge.target == newest)
    assert known == [person for person, _ in starts[-1 - COHORT : -1]]


spells = st.tuples(st.sampled_from("ABC"), st.sampled_from("GH"), st.integers(0, 80), st.integers(0, 30))


@given(st.lists(spells, max_size=8))
def test_the_sweep_counts_the_days_that_counting_day_by_day_counts(rows):
    postings, served = [], {}
    for person, group, start, length in rows:
        from_day, to_day = FIRST + timedelta(days=start), FIRST + timedelta(days=start + length)
        postings.append(Posting.model_validate(posting(person, group, str(from_day), str(to_day))))
        served.setdefault((group, person), set()).update(range(start, start + length + 1))
    until_today = (TODAY - FIRST).days
    expected = Counter()
    for (group, a), (other, b) in combinations(sorted(served), 2):
        if group == other:
            shared = served[group, a] & served[group, b]
            if shared and min(shared) <= until_today:
                expected[a, b, days(sum(day <= until_today for day in shared))] += 1
    found = Counter((edge.source, edge.target, edge.strength) for edge in served_together(postings, TODAY))
    assert found == expected
