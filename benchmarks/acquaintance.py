"""Measures the search for everyone who knows a target, in an organisation of 20,000 people.

Run: python benchmarks/acquaintance.py [PEOPLE]

The organisation is drawn with a fixed seed: bodies of 50 people, and a place with 2,000 natives. Each person
has a posting now and one before, two relatives and a classmate.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

from allocator.graph import OrganisationGraph, build_graph
from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import Case, Group, Person, Posting, Tie, Unit

TODAY = date(2026, 1, 1)
BODY = 50
HUB_NATIVES = 2_000
HOPS, FLOOR = 3, 0.05
TARGETS_OF_A_TYPE = 20


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("people", type=int, nargs="?", default=20_000)
    people = parser.parse_args().people
    scenario = synthetic(people, Random(1))
    graph, building = timed(lambda: build_graph(scenario))
    social, compiling = timed(lambda: graph.social)
    nodes, edges = len(social.ids), graph.graph.nx.number_of_edges()
    print(f"{people:,} people, {nodes:,} nodes, {edges:,} edges, {len(social.source) // 2:,} pairs tied")
    print(f"graph built in {building:.2f} s, social network compiled in {compiling:.2f} s")
    print(f"{'target':<16}{'known to':>10}{'median s':>10}{'worst s':>10}   ({HOPS} hops, floor {FLOOR})")
    for title, targets in targets_of(people).items():
        report(graph, title, targets)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def report(graph: OrganisationGraph, title: str, targets: list[str]) -> None:
    """Print the time of a search with the strengths of all people found, and with their paths as well."""
    found, searching, tracing = [], [], []
    for target in targets:
        strengths, seconds = timed(lambda name=target: graph.strengths_from(name, HOPS, FLOOR))
        found.append(len(strengths))
        searching.append(seconds)
        tracing.append(timed(lambda name=target: dict(graph.acquaintance_from(name, HOPS, FLOOR)))[1])
    print(f"{title:<16}{median(found):>10,.0f}{median(searching):>10.3f}{max(searching):>10.3f}", end="")
    print(f"   with all paths: {median(tracing):.3f}, worst {max(tracing):.3f}")


def targets_of(people: int) -> dict[str, list[str]]:
    few = range(TARGETS_OF_A_TYPE)
    return {
        "person": [f"P{i * people // TARGETS_OF_A_TYPE}" for i in few],
        "unit": [f"U{i}" for i in few],
        "place": [f"place {i}" for i in few if i],
        "place, the hub": ["place 0"],
        "party": [f"party {i}" for i in few],
    }


def timed(work):
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def synthetic(people: int, random: Random) -> Scenario:
    bodies = max(1, people // BODY)
    units = {f"U{i}": Unit(id=f"U{i}", place=f"place {i % 100}") for i in range(bodies)}
    groups = {f"G{i}": Group(id=f"G{i}", place=f"place {i % 100}") for i in range(bodies)}
    persons = {person.id: person for person in draw_people(people, bodies, random)}
    cases = {f"C{i}": Case(id=f"C{i}", parties=(f"party {i}", f"P{i}")) for i in range(people // 20)}
    organisation = Organisation(
        units=units,
        people=persons,
        groups=groups,
        cases=cases,
        ties=tuple(draw_ties(people, random)),
        postings=tuple(draw_postings(people, bodies, random)),
    )
    spec = ScenarioSpec.model_validate(
        {
            "scenario": "synthetic",
            "today": TODAY,
            "periods": [2026],
            "layers": {"posting": {"items": "people", "slots": "groups"}},
        }
    )
    return Scenario(spec, organisation, Path())


def draw_people(people: int, bodies: int, random: Random) -> Iterator[Person]:
    for i in range(people):
        place = 0 if i < HUB_NATIVES else random.randrange(1, 100)
        extra = {"school": f"school {random.randrange(50)}", "graduated": str(random.randrange(1985, 2020))}
        yield Person(id=f"P{i}", unit=f"U{random.randrange(bodies)}", native_place=f"place {place}", **extra)


def draw_ties(people: int, random: Random) -> Iterator[Tie]:
    for i in range(people):
        for kind in ("kin", "kin", "classmate"):
            yield Tie(source=f"P{i}", target=f"P{random.randrange(people)}", kind=kind)
    for i in range(people // 20):
        yield Tie(source=f"P{random.randrange(people)}", target=f"party {i}", kind="friend")


def draw_postings(people: int, bodies: int, random: Random) -> Iterator[Posting]:
    """Fill each body with 50 people, shuffled between the posting before and the posting now."""
    for since, until in ((3000, 1100), (1000, None)):
        seats = [i % bodies for i in range(people)]
        random.shuffle(seats)
        for i, seat in enumerate(seats):
            start = TODAY - timedelta(days=since - random.randrange(700))
            end = until and TODAY - timedelta(days=until)
            yield Posting.model_validate({"person": f"P{i}", "group": f"G{seat}", "from": start, "to": end})


if __name__ == "__main__":
    main()
