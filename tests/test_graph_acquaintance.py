"""Acquaintance: the strongest path, with decay by hop and by year, described in both languages."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from math import exp, inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allocator.graph import AcquaintancePath, TieStep
from allocator.graph.ties import HOP_DECAY
from graph_world import TODAY, graph_of, posting, tie

PEOPLE = "ABCDEF"


def path_ids(found):
    return [step.source for step in found.path] + [step.target for step in found.path[-1:]]


def test_a_direct_tie_has_its_strength_in_both_directions():
    graph = graph_of(people=["A", "B"], ties=[tie("A", "B", "spouse")])
    assert graph.acquaintance("A", "B") == AcquaintancePath(1.0, (TieStep("A", "spouse", "B", 1.0),))
    assert graph.acquaintance("B", "A") == AcquaintancePath(1.0, (TieStep("B", "spouse", "A", 1.0),))


def test_everyone_knows_himself_and_nobody_a_stranger():
    graph = graph_of(people=["A", "B"])
    assert graph.acquaintance("A", "A") == AcquaintancePath(1.0, ())
    assert graph.acquaintance("A", "B") == AcquaintancePath(0.0, ())
    assert graph.acquaintance("A", "无人") == AcquaintancePath(0.0, ())
    assert graph.acquaintance("无人", "A") == AcquaintancePath(0.0, ())


def test_every_hop_after_the_first_costs_a_fifth():
    graph = graph_of(people=list("ABCD"), ties=[tie("A", "B"), tie("C", "B"), tie("C", "D")])
    assert graph.acquaintance("A", "C").strength == pytest.approx(0.9**2 * 0.8)
    assert graph.acquaintance("A", "D").strength == pytest.approx(0.9**3 * 0.8**2)


def test_the_path_has_no_more_hops_than_asked():
    graph = graph_of(people=list("ABC"), ties=[tie("A", "C", weight=0.1), tie("A", "B"), tie("B", "C")])
    assert path_ids(graph.acquaintance("A", "C", hops=1)) == ["A", "C"]
    assert path_ids(graph.acquaintance("A", "C", hops=2)) == ["A", "B", "C"]
    assert graph.acquaintance("A", "C", hops=0).strength == 0


@pytest.mark.parametrize(
    ("dates", "factor"),
    [
        ({}, 1.0),
        ({"since": "2000-01-01"}, 1.0),
        ({"until": "2030-01-01"}, 1.0),
        ({"until": "2026-01-01"}, 1.0),
        ({"since": "2026-01-01"}, 1.0),
        ({"since": "2026-01-02"}, 0.0),
        ({"until": "2020-12-31"}, exp(-1827 / 365.25 / 5)),
        ({"since": "2000-01-01", "until": "2015-12-31"}, exp(-3654 / 365.25 / 5)),
    ],
)
def test_ties_fade_once_they_have_ended_and_count_once_they_have_begun(dates, factor):
    graph = graph_of(people=["A", "B"], ties=[tie("A", "B", **dates)])
    assert graph.acquaintance("A", "B").strength == pytest.approx(0.9 * factor)


def test_the_strongest_of_parallel_ties_counts():
    rows = [tie("A", "B", "classmate"), tie("B", "A", "kin"), tie("A", "B", "spouse", until="1990-01-01")]
    graph = graph_of(people=["A", "B"], ties=rows)
    assert graph.acquaintance("A", "B").path == (TieStep("A", "kin", "B", 0.9),)


def test_equal_paths_are_chosen_by_length_then_by_ids():
    graph = graph_of(people=list("ABCDE"), ties=[tie(a, b) for a, b in ("AD", "DE", "AC", "CE", "AB")])
    assert path_ids(graph.acquaintance("A", "E")) == ["A", "C", "E"]
    assert path_ids(graph.acquaintance("E", "A")) == ["E", "C", "A"]
    kinds = graph_of(people=["A", "B"], ties=[tie("A", "B", "y"), tie("A", "B", "x")])
    assert kinds.acquaintance("A", "B").path[0].kind == "x"
    short = graph_of(
        people=list("ABZ"), ties=[tie("A", "B", weight=1), tie("B", "Z", weight=1), tie("A", "Z", weight=0.8)]
    )
    assert path_ids(short.acquaintance("A", "Z")) == ["A", "Z"]


def test_fellow_natives_and_schoolmates_meet_in_the_place_and_the_school():
    school = {"school": "川大", "graduated": "2008"}
    graph = graph_of(
        people=[
            {"id": "A", "native_place": "东兴"},
            {"id": "B", "native_place": "东兴", **school},
            {"id": "C", **school},
            {"id": "D", "school": "川大", "graduated": "2009"},
        ]
    )
    assert graph.acquaintance("A", "B").strength == pytest.approx(0.2)
    assert path_ids(graph.acquaintance("A", "B")) == ["A", "place:东兴", "B"]
    assert graph.acquaintance("B", "C").strength == pytest.approx(0.4)
    assert graph.acquaintance("A", "东兴").strength == pytest.approx(0.5)
    assert graph.acquaintance("C", "D").strength == 0


def test_who_served_in_a_place_knows_its_units_and_parties_by_name():
    graph = graph_of(
        units=[{"id": "U", "place": "东兴"}],
        people=["A", {"id": "B", "unit": "U"}],
        cases=[{"id": "C", "parties": "张某"}],
        ties=[tie("A", "张某")],
    )
    assert graph.acquaintance("B", "U").strength == pytest.approx(0.8)
    assert graph.acquaintance("B", "东兴").strength == pytest.approx(0.8 * 0.5 * 0.8)
    assert graph.acquaintance("A", "张某").strength == pytest.approx(0.9)
    assert path_ids(graph.acquaintance("A", "C")) == ["A", "party:张某", "C"]


def test_lines_of_command_links_and_the_place_of_a_case_acquaint_nobody():
    graph = graph_of(
        units=["U", {"id": "V", "parent": "U"}],
        people=[{"id": "A", "unit": "V", "native_place": "东兴"}],
        links=[tie("U", "V", "adjacent"), tie("U", "V", "kin")],
        cases=[{"id": "C", "unit": "V", "place": "东兴", "parties": "张某"}],
    )
    assert graph.acquaintance("A", "U", hops=9).strength == 0
    assert graph.acquaintance("A", "张某", hops=9).strength == 0


def test_colleagues_past_fade_with_the_years():
    rows = [posting(person, "G", "2015-01-01", "2020-12-31") for person in "AB"]
    found = graph_of(people=["A", "B"], groups=["G"], postings=rows).acquaintance("A", "B", hops=1)
    assert found.path[0].kind == "served_together"
    assert found.strength == pytest.approx(0.6 * exp(-1), rel=0.01)


def test_the_bulk_search_leaves_out_what_is_below_the_floor():
    graph = graph_of(people=list("ABCD"), ties=[tie("A", "B"), tie("B", "C"), tie("C", "D", weight=0.1)])
    assert list(graph.acquaintance_from("A", floor=0.1)) == ["A", "B", "C"]
    assert list(graph.acquaintance_from("A", floor=0.9)) == ["A", "B"]
    assert graph.strengths_from("A", hops=1) == {"A": 1.0, "B": 0.9}
    everyone = graph.acquaintance_from("A")
    assert dict(everyone) == {person: graph.acquaintance(person, "A") for person in "ABCD"}
    assert len(everyone) == 4
    assert graph.acquaintance_from("A") is everyone
    assert graph.strengths_from("无人") == {}


def test_only_people_are_acquainted():
    graph = graph_of(units=["U"], people=["A"], ties=[tie("A", "U")])
    assert list(graph.acquaintance_from("A")) == ["A"]
    assert "U" not in graph.acquaintance_from("A")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "王某 — 共事 — 李某 — 亲属 — 赵某"),
        ("en", "王某 — served with — 李某 — kin of — 赵某"),
    ],
)
def test_a_path_reads_as_a_sentence(language, text):
    rows = [posting(person, "G", "2023-01-01") for person in "AB"]
    graph = graph_of(
        people=[{"id": "A", "name": "王某"}, {"id": "B", "name": "李某"}],
        groups=[{"id": "G", "name": "组"}],
        postings=rows,
        ties=[tie("B", "赵某")],
    )
    assert graph.describe(graph.acquaintance("A", "赵某").path, language) == text


def test_a_tie_read_backwards_has_its_own_words_and_an_unknown_kind_is_its_own_word():
    people = [{"id": "A", "native_place": "东兴"}, {"id": "B", "native_place": "东兴"}]
    graph = graph_of(people=[*people, "C"], ties=[tie("C", "B", "牌友", weight=1)])
    path = graph.acquaintance("A", "C").path
    assert graph.describe(path, "en") == "A — native of — 东兴 — native place of — B — 牌友 — C"
    assert graph.describe(path, "zh") == "A — 籍贯 — 东兴 — 本籍人员 — B — 牌友 — C"
    assert graph.describe((), "zh") == ""


weights = st.sampled_from([0, 0.05, 0.25, 0.5, 0.9, 1]) | st.floats(0, 1)
dated = st.none() | st.integers(-4000, 400).map(lambda days: str(TODAY + timedelta(days=days)))
random_ties = st.lists(
    st.builds(
        lambda ends, kind, weight, until: tie(*ends, kind, weight=weight, until=until),
        st.permutations(PEOPLE).map(lambda people: people[:2]),
        st.sampled_from(["kin", "x"]),
        weights,
        dated,
    ),
    max_size=14,
)


def closeness(rows):
    """Return the strength of the strongest tie between two people today, by pair in both directions."""
    strongest = defaultdict(float)
    for row in rows:
        until = row["until"] and date.fromisoformat(row["until"])
        years = max(0, (TODAY - until).days / 365.25) if until else 0
        for pair in ((row["source"], row["target"]), (row["target"], row["source"])):
            strongest[pair] = max(strongest[pair], row["weight"] * exp(-years / 5))
    return strongest


def simple_paths(start, end, hops):
    """Yield every sequence of different people from ``start`` to ``end`` of at most ``hops`` steps."""
    stack = [[start]]
    while stack:
        path = stack.pop()
        if path[-1] == end:
            yield path
        elif len(path) <= hops:
            stack += [[*path, person] for person in PEOPLE if person not in path]


def strength_of(path, strongest):
    product = 1.0
    for hop, pair in enumerate(pairwise(path)):
        product *= strongest.get(pair, 0.0) * (HOP_DECAY if hop else 1.0)
    return product


@given(random_ties, st.integers(0, 5), st.sampled_from([0, 0.05, 0.3]))
@example([tie("A", "B", weight=0.1, until=None), tie("A", "C", weight=1, until=None)], 2, 0.05)
def test_the_search_finds_exactly_the_strongest_simple_path(rows, hops, floor):
    graph = graph_of(people=list(PEOPLE), ties=rows)
    strongest = closeness(rows)
    found = graph.acquaintance_from("A", hops, floor)
    for person in PEOPLE:
        best = max((strength_of(path, strongest) for path in simple_paths(person, "A", hops)), default=-inf)
        known = found.get(person, AcquaintancePath(0.0))
        if abs(best - floor) > 1e-9:
            assert known.strength == pytest.approx(best if best > floor else 0, rel=1e-9, abs=1e-300)
        if known.path:
            assert len(known.path) <= hops
            assert path_ids(known)[0] == person
            assert path_ids(known)[-1] == "A"
            assert strength_of(path_ids(known), strongest) == pytest.approx(known.strength)


@given(random_ties)
def test_acquaintance_is_symmetric(rows):
    graph = graph_of(people=list(PEOPLE), ties=rows)
    for a, b in (("A", "B"), ("C", "F")):
        assert graph.acquaintance(a, b).strength == pytest.approx(graph.acquaintance(b, a).strength)
