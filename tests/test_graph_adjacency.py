"""Adjacency and connected components, compared with networkx."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from allocator.graph.geography import adjacency_of, connected_components

number = st.integers(0, 12)


@given(st.lists(st.tuples(number, number)), st.sets(number))
def test_parts_are_those_of_the_graph_of_members(pairs: list[tuple[int, int]], members: set[int]) -> None:
    graph = nx.Graph(pairs)
    graph.add_nodes_from(members)
    expected = {frozenset(part) for part in nx.connected_components(graph.subgraph(members))}
    found = list(connected_components(members, adjacency_of(pairs)))
    assert set(found) == expected and len(found) == len(expected)


def test_each_end_is_next_to_the_other() -> None:
    assert adjacency_of([(1, 2), (3, 2), (1, 2)]) == {1: {2}, 2: {1, 3}, 3: {2}}
