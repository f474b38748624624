"""Tables become nodes with a type and edges with kind, strength and dates."""

from __future__ import annotations

from datetime import date

import pytest

from allocator.graph.ties import KINDS, UNKNOWN_KIND, Edge
from graph_world import TODAY, graph_of, posting, tie


def edges_of(graph, kind):
    return [edge for edge in graph.graph.edges() if edge.kind == kind]


def types(graph):
    return {node.id: node.type for node in graph.graph.nodes()}


def test_every_entity_and_outsider_is_a_node_with_its_type_and_name():
    graph = graph_of(
        units=[{"id": "U", "name": "东兴街道", "place": "东兴"}],
        people=[{"id": "P", "native_place": "隆昌", "school": "川大", "graduated": "2008"}],
        groups=[{"id": "G"}],
        cases=[{"id": "C", "title": "案", "parties": "P; 张某"}],
    )
    assert types(graph) == {
        "U": "unit",
        "P": "person",
        "G": "group",
        "C": "case",
        "place:东兴": "place",
        "place:隆昌": "place",
        "party:张某": "party",
        "school:川大@2008": "school",
    }
    labels = [graph.label(node) for node in ("U", "P", "C", "place:东兴", "party:张某", "school:川大@2008")]
    assert labels == ["东兴街道", "P", "案", "东兴", "张某", "川大 2008"]
    assert graph.today == TODAY
    assert graph.graph.nx.nodes["G"]["type"] == "group"


def test_structure_has_direction_and_no_strength():
    graph = graph_of(
        units=["U", {"id": "V", "parent": "U"}],
        groups=[{"id": "G", "parent": "U"}],
        links=[tie("V", "U", "liaises", weight=3)],
        cases=[{"id": "C", "unit": "V", "place": "东兴"}],
    )
    assert edges_of(graph, "parent") == [Edge("V", "U", "parent"), Edge("G", "U", "parent")]
    assert edges_of(graph, "liaises") == [Edge("V", "U", "liaises", weight=3.0)]
    assert edges_of(graph, "arose_in") == [Edge("C", "V", "arose_in")]
    assert edges_of(graph, "lies_in") == [Edge("C", "place:东兴", "lies_in")]


def test_the_tables_state_ties_with_strength_and_dates():
    graph = graph_of(
        units=[{"id": "U", "place": "东兴"}],
        people=[
            {"id": "P", "unit": "U", "native_place": "东兴", "school": "川大", "graduated": "2008-07-01"}
        ],
        groups=["G"],
        cases=[{"id": "C", "parties": "P;张某"}],
        postings=[posting("P", "G", "2020-01-01", "2022-12-31")],
    )
    strength = {kind: entry.strength for kind, entry in KINDS.items()}
    since, until = date(2020, 1, 1), date(2022, 12, 31)
    assert set(graph.graph.edges()) == {
        Edge("P", "G", "served_at", strength["served_at"], since, until),
        Edge("P", "U", "works_in", strength["works_in"]),
        Edge("P", "place:东兴", "native_of", strength["native_of"]),
        Edge("P", "school:川大@2008", "graduated_from", strength["graduated_from"]),
        Edge("U", "place:东兴", "lies_in", strength["lies_in"]),
        Edge("P", "C", "party_to", 1.0),
        Edge("party:张某", "C", "party_to", 1.0),
    }


@pytest.mark.parametrize(
    ("row", "strength"),
    [
        (tie("P", "Q", "spouse"), 1.0),
        (tie("P", "Q", "spouse", weight=0.3), 0.3),
        (tie("P", "Q", "spouse", weight=0), 0.0),
        (tie("P", "Q", "牌友"), UNKNOWN_KIND),
        (tie("P", "Q", "牌友", weight=0.8), 0.8),
    ],
)
def test_a_weight_overrules_the_usual_strength_of_a_kind(row, strength):
    (edge,) = graph_of(people=["P", "Q"], ties=[row]).graph.edges()
    assert edge.strength == strength


def test_the_end_of_a_tie_is_an_entity_else_a_place_else_an_outsider():
    graph = graph_of(
        units=[{"id": "U", "place": "东兴"}],
        people=["P"],
        cases=[{"id": "C", "parties": "张某"}],
        ties=[tie("P", name) for name in ("U", "东兴", "张某", "李某")],
    )
    targets = [edge.target for edge in edges_of(graph, "kin")]
    assert targets == ["U", "place:东兴", "party:张某", "party:李某"]
    assert types(graph)["party:李某"] == "party"


def test_a_name_is_resolved_as_entity_then_place_then_party():
    graph = graph_of(
        units=[{"id": "U", "place": "东兴"}],
        groups=[{"id": "东兴2", "place": "东兴2"}],
        cases=[{"id": "C", "parties": "东兴; 张某; U"}],
    )
    names = ("U", "东兴2", "东兴", "张某", "place:东兴", "无人", "")
    assert [graph.resolve(name) for name in names] == [
        "U",
        "东兴2",
        "place:东兴",
        "party:张某",
        "place:东兴",
        None,
        None,
    ]


def test_parallel_edges_are_all_kept():
    graph = graph_of(people=["P", "Q"], ties=[tie("P", "Q"), tie("P", "Q", "classmate"), tie("Q", "P")])
    assert graph.graph.nx.number_of_edges() == 3


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"school": "川大"},
        {"graduated": "2008"},
        {"school": " ", "graduated": "2008"},
        {"school": "川大", "graduated": "?"},
    ],
)
def test_no_school_or_no_year_makes_no_schoolmates(extra):
    graph = graph_of(people=[{"id": "P", **extra}, {"id": "Q", **extra}])
    assert set(types(graph).values()) == {"person"}


def test_a_reference_to_nothing_makes_no_edge_and_no_node():
    graph = graph_of(
        units=[{"id": "U", "parent": "X"}],
        people=[{"id": "P", "unit": "X"}],
        links=[tie("U", "X", "adjacent")],
        postings=[posting("P", "X", "2020-01-01")],
    )
    assert not list(graph.graph.edges())
    assert "X" not in graph.graph
