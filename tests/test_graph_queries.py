"""Adjacency, the chain of command, and distances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.graph import OrganisationGraph
from allocator.graph.geography import EARTH_RADIUS_KM, Position, great_circle_km
from graph_world import graph_of, tie

NEIJIANG, CHENGDU = (105.058, 29.580), (104.066, 30.572)


def adjacency(graph: OrganisationGraph, units: list[str]) -> dict[str, tuple[str, ...]]:
    """The neighbours of each unit among the units."""
    return {unit: tuple(one for one in graph.neighbours(unit) if one in units) for unit in units}


def chain_of_command(graph: OrganisationGraph, unit: str) -> tuple[str, ...]:
    """The bodies above a unit or group, the nearest first."""
    chain = [unit]
    while above := [parent for parent in graph.graph.targets(chain[-1], "parent") if parent not in chain]:
        chain.append(above[0])
    return tuple(chain[1:])


def unit(name, lon=None, lat=None, **more):
    return {"id": name, "lon": lon, "lat": lat, **more}


def test_adjacency_is_symmetric_and_sorted_whatever_way_the_link_is_written():
    links = [
        tie("B", "A", "adjacent"),
        tie("A", "C", "adjacent"),
        tie("C", "A", "adjacent"),
        tie("A", "A", "adjacent"),
    ]
    graph = graph_of(units=["A", "B", "C", "D"], links=[*links, tie("A", "D", "liaises")])
    assert graph.neighbours("A") == ("B", "C")
    assert graph.neighbours("B") == graph.neighbours("C") == ("A",)
    assert graph.neighbours("A", kind="liaises") == ("D",)
    assert graph.neighbours("D") == graph.neighbours("nobody") == ()


def test_adjacency_looks_only_among_the_units_given():
    links = [tie("A", "B", "adjacent"), tie("B", "C", "adjacent")]
    graph = graph_of(units=["A", "B", "C"], links=links)
    assert adjacency(graph, ["C", "B"]) == {"C": ("B",), "B": ("C",)}
    assert list(adjacency(graph, ["C", "B"])) == ["C", "B"]
    assert adjacency(graph, ["A", "C"]) == {"A": (), "C": ()}


def test_the_chain_of_command_goes_up_and_ends():
    units = ["A", {"id": "B", "parent": "A"}, {"id": "C", "parent": "B"}]
    graph = graph_of(units=units, groups=[{"id": "G", "parent": "C"}])
    assert chain_of_command(graph, "G") == ("C", "B", "A")
    assert chain_of_command(graph, "A") == chain_of_command(graph, "nobody") == ()


def test_a_ring_of_parents_is_walked_once():
    ring = graph_of(
        units=[{"id": "A", "parent": "B"}, {"id": "B", "parent": "A"}, {"id": "C", "parent": "C"}]
    )
    assert chain_of_command(ring, "A") == ("B",)
    assert chain_of_command(ring, "C") == ()


def test_distance_is_the_great_circle():
    graph = graph_of(units=[unit("N", *NEIJIANG), unit("C", *CHENGDU), unit("X", 104.0)])
    assert graph.distance_km("N", "C") == pytest.approx(145.9, abs=0.3)
    assert graph.distance_metres("N", "C") == round(1000 * graph.distance_km("N", "C"))
    assert graph.distance_km("N", "N") == 0
    assert graph.distance_km("N", "X") is graph.distance_metres("X", "N") is None
    assert graph.distance_km("N", "nobody") is None


def test_a_quarter_and_a_half_of_the_equator():
    quarter = EARTH_RADIUS_KM * 3.141592653589793 / 2
    assert great_circle_km(Position(0, 0), Position(90, 0)) == pytest.approx(quarter)
    assert great_circle_km(Position(0, 0), Position(0, 90)) == pytest.approx(quarter)
    assert great_circle_km(Position(0, 0), Position(180, 0)) == pytest.approx(2 * quarter)
    assert great_circle_km(Position(179, 0), Position(-179, 0)) == pytest.approx(quarter / 45)


def test_groups_cases_and_people_lie_where_their_place_or_unit_does():
    graph = graph_of(
        units=[
            unit("agency", 10, 10, kind="agency", place="东兴"),
            unit("town", 0, 0, kind="township", place="东兴"),
            unit("east", 20, 0, place="隆昌"),
            unit("west", 22, 0, place="隆昌"),
            unit("homeless", place="东兴"),
        ],
        people=[{"id": "P", "unit": "homeless"}, "Q"],
        groups=[{"id": "G", "place": "东兴"}, {"id": "H", "place": "无处"}, "I"],
        cases=[{"id": "C", "place": "隆昌"}],
    )
    for name in ("G", "homeless", "P", "东兴"):
        assert graph.distance_km(name, "town") == 0
    assert graph.distance_km("C", "town") == pytest.approx(great_circle_km(Position(0, 0), Position(21, 0)))
    assert graph.distance_km("agency", "town") > 0
    for name in ("H", "I", "Q", "无处"):
        assert graph.distance_km(name, "town") is None


points = st.builds(Position, st.floats(-180, 180), st.floats(-90, 90))


@given(points, points, points)
def test_distance_is_a_metric(a, b, c):
    assert great_circle_km(a, a) == 0
    assert great_circle_km(a, b) == pytest.approx(great_circle_km(b, a))
    assert great_circle_km(a, c) <= great_circle_km(a, b) + great_circle_km(b, c) + 1e-3


@given(st.lists(st.one_of(points, st.none()), min_size=1, max_size=6))
def test_all_distances_at_once_are_the_same_distances(places):
    names = [f"U{k}" for k in range(len(places))]
    graph = graph_of(units=[unit(name, *(place or ())) for name, place in zip(names, places, strict=True)])
    far, placed = graph.distances_metres(names)
    assert placed == tuple(k for k, place in enumerate(places) if place is not None)
    for a, one in enumerate(names):
        for b, other in enumerate(names):
            assert far[a, b] == pytest.approx(graph.distance_metres(one, other) or 0, abs=1)
