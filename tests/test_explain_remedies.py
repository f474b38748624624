"""Ways out: the cheapest and minimal by brute force and by CPMpy; pasted as printed they leave a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import cpmpy
import pytest
from cpmpy.tools.explain import mcs_opt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.explain.remedies import RemedyChange, RemedySet
from allocator.report.remedies_view import remedies_view
from allocator.solvers.observer import StopRequest
from cli_world import call
from impossible_worlds import COUNTIES, WAYS, bound, planted
from paste_tools import paste, ways_out

GROUPS = ("G", "H")
#: Units by which a number of a rule may change, and people of one profile who may be recruited.
UNITS, RECRUITS = (1, 2, 3, 4), 2
KINDS = ("waive", "relax", "wait", "take", "recruit")


@dataclass(frozen=True)
class World:
    """People to two groups in one period: at least so many, at most so many, and who may not go where."""

    people: int
    atleast: int
    atmost: int
    barred: frozenset[tuple[int, int]]
    weights: tuple[int, int, int] = (1, 1, 1)
    never: frozenset[str] = frozenset()
    costs: tuple[tuple[str, int], ...] = tuple(zip(KINDS, (10, 30, 50, 40, 100), strict=True))
    groups: tuple[str, ...] = field(default=GROUPS)

    def waivable(self, rule: str) -> str:
        """Return ``never`` if a rule, as it is written, must not be waived."""
        return "never" if any(rule.startswith(f"id: {name},") for name in self.never) else "yes"

    def policy(self) -> api.Policy:
        """Write the world to files, and bind it."""
        pairs = [f'(person.id == "P{p}" && group.id == "{self.groups[g]}")' for p, g in sorted(self.barred)]
        rules = [
            f"id: staffed, kind: capacity, on: posting, atleast: {self.atleast}",
            f"id: room, kind: capacity, on: posting, atmost: {self.atmost}",
            f"id: barred, kind: avoid, on: posting, when: '{' || '.join(pairs) or 'false'}'",
        ]
        said = [
            f"  - {{{rule}, weight: {weight}, waivable: {self.waivable(rule)}}}"
            for rule, weight in zip(rules, self.weights, strict=True)
        ]
        priced = ", ".join(f"{kind}: {cost}" for kind, cost in self.costs)
        with TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "scenario.yaml").write_text(
                "scenario: small\nperiods: [2026]\nlayers:\n  posting: {items: people, slots: groups}\n"
                f"rules: [pack]\nremedies: {{{priced}}}\n"
            )
            (folder / "pack.yaml").write_text("\n".join(["pack: pack", "rules:", *said]) + "\n")
            people = [f"P{p},cadre" for p in range(self.people)]
            (folder / "people.csv").write_text("\n".join(["id,grade", *people]) + "\n")
            (folder / "groups.csv").write_text("\n".join(["id", *self.groups]) + "\n")
            return api.bind(api.load(folder))


Plan = tuple[int | None, ...]


def plans(world: World, recruits: int) -> Iterator[Plan]:
    """Yield the group of each person, recruits last; None for no place."""
    places = (*range(len(world.groups)), None)
    yield from product(places, repeat=world.people + recruits)


def breaches(world: World, plan: Plan) -> dict[str, list[int]]:
    """Return by rule the sizes of the breaches: one for each group, or for each person at a barred place."""
    counts = [sum(place == g for place in plan) for g in range(len(world.groups))]
    at_home = sum((p, g) in world.barred for p, g in enumerate(plan) if g is not None)
    return {
        "staffed": [world.atleast - n for n in counts if n < world.atleast],
        "room": [n - world.atmost for n in counts if n > world.atmost],
        "barred": [1] * at_home,
    }


def least_cost(world: World) -> float:
    """Return what the cheapest way out costs, over all plans; infinite if there is none."""
    costs, best = dict(world.costs), inf
    for recruits in range(RECRUITS + 1):
        for plan in plans(world, recruits):
            cost = float(costs["recruit"] * recruits + (costs["take"] if None in plan else 0))
            for (rule, found), weight in zip(breaches(world, plan).items(), world.weights, strict=True):
                cost += _rule_cost(world, rule, found, weight)
            best = min(best, cost)
    return best


def _rule_cost(world: World, rule: str, found: list[int], weight: int) -> float:
    if not found:
        return 0
    if rule in world.never:
        return inf
    costs = dict(world.costs)
    ways = [costs["wait"] * weight, costs["waive"] * weight * len(found)]
    if rule != "barred":
        for units in UNITS:
            if rule == "room" or units <= world.atleast:
                further = sum(size > units for size in found)
                ways.append(weight * (costs["relax"] * units + costs["waive"] * further))
    return min(ways)


def solves(world: World, changes: tuple[RemedyChange, ...]) -> bool:
    """Return whether there is a plan after some changes."""
    recruits = sum(one.kind == "recruit" for one in changes)
    gone = {one.rule for one in changes if one.kind == "wait"}
    limits = {"atleast": world.atleast, "atmost": world.atmost}
    limits |= {one.field: int(one.new) for one in changes if one.kind == "relax"}
    waived = {(one.rule, *one.items, *one.slots) for one in changes if one.kind == "waive"}
    for plan in plans(world, recruits):
        if None in plan and not any(one.kind == "take" for one in changes):
            continue
        short = any(
            (n < limits["atleast"] and "staffed" not in gone and ("staffed", name) not in waived)
            or (n > limits["atmost"] and "room" not in gone and ("room", name) not in waived)
            for g, name in enumerate(world.groups)
            for n in [sum(place == g for place in plan)]
        )
        barred = any(
            (p, g) in world.barred and ("barred", f"P{p}", world.groups[g]) not in waived
            for p, g in enumerate(plan)
            if g is not None
        )
        if not short and (not barred or "barred" in gone):
            return True
    return False


def found(world: World) -> tuple[api.Policy, RemedySet]:
    policy = world.policy()
    return policy, api.remedies(policy, seconds=60)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    people = draw(st.integers(1, 4))
    barred = st.tuples(st.integers(0, people - 1), st.integers(0, 1))
    cost = st.sampled_from((5, 10, 20, 30, 60))
    return World(
        people=people,
        atleast=draw(st.integers(1, 3)),
        atmost=draw(st.integers(0, 3)),
        barred=draw(st.frozensets(barred, max_size=5)),
        weights=draw(st.tuples(*[st.integers(1, 3)] * 3)),
        never=draw(st.frozensets(st.sampled_from(("staffed", "room", "barred")), max_size=3)),
        costs=tuple((kind, draw(cost)) for kind in KINDS),
    )


def is_held_to_brute_force(world: World) -> None:
    _, result = found(world)
    least = least_cost(world)
    if least == inf:
        assert result.status == "none" and not result.remedies and set(result.blockers)
        return
    if least == 0:
        assert result.remedies[0].changes == ()
        return
    assert result.status == "found" and result.remedies[0].is_cheapest
    assert result.remedies[0].cost == least
    for one in result.remedies:
        assert one.cost == sum(change.cost for change in one.changes)
        assert solves(world, one.changes), one.changes
        for k in range(len(one.changes)):
            assert not solves(world, one.changes[:k] + one.changes[k + 1 :]), one.changes
        assert not {change.rule for change in one.changes} & world.never
    for one, other in combinations(result.remedies, 2):
        assert one.cost <= other.cost
        assert not {*one.changes} <= {*other.changes} and not {*other.changes} <= {*one.changes}


@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_cheapest_way_out_of_a_small_world_is_that_of_brute_force(world: World) -> None:
    is_held_to_brute_force(world)


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_the_cheapest_ways_out_of_many_small_worlds_are_those_of_brute_force(world: World) -> None:
    is_held_to_brute_force(world)


@pytest.mark.parametrize(
    ("people", "barred", "weights"),
    [
        (5, {(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (0, 2)}, (3, 1, 1)),
        pytest.param(6, {(p, g) for p in range(6) for g in (0, 1)}, (1, 1, 2), marks=pytest.mark.slow),
        (3, {(0, 0), (1, 1)}, (2, 1, 3)),
    ],
)
def test_exceptions_cost_what_the_least_correction_of_cpmpy_does(
    people: int, barred: set[tuple[int, int]], weights: tuple[int, int, int]
) -> None:
    dear = (("waive", 10), *((kind, 10**6) for kind in KINDS[1:]))
    world = World(people, 2, 3, frozenset(barred), weights, costs=dear, groups=("G", "H", "I"))
    x = cpmpy.boolvar(shape=(people, 3))
    hard = [cpmpy.sum(x[p]) == 1 for p in range(people)]
    soft = [cpmpy.sum(x[:, g]) >= 2 for g in range(3)] + [cpmpy.sum(x[:, g]) <= 3 for g in range(3)]
    prices = [10 * weights[0]] * 3 + [10 * weights[1]] * 3
    at = [(~x[p, g], 10 * weights[2]) for p, g in sorted(barred)]
    soft, prices = [*soft, *(one for one, _ in at)], [*prices, *(price for _, price in at)]
    gone = {str(one) for one in mcs_opt(soft, hard, prices)}
    least = sum(price for one, price in zip(soft, prices, strict=True) if str(one) in gone)
    _, result = found(world)
    assert result.remedies[0].is_cheapest and result.remedies[0].cost == least


def test_what_must_not_be_waived_is_said_where_nothing_else_would_do() -> None:
    world = World(1, 1, 9, frozenset({(0, 0), (0, 1)}), never=frozenset({"barred", "staffed"}), costs=())
    policy, result = found(world)
    assert result.status == "found" and {one.kind for one in result.remedies[0].changes} == {
        "take",
        "recruit",
    }
    world = World(1, 0, 0, frozenset(), never=frozenset({"room"}), costs=())
    policy = world.policy()
    tight = policy.context.layers["posting"].spec.take
    assert tight.least == 1
    [first, *_] = api.remedies(policy, seconds=20).remedies
    assert [one.kind for one in first.changes] == ["take"], "nobody can be in two places, or in none"


def test_a_stopped_search_says_what_it_knows() -> None:
    policy = World(3, 2, 9, frozenset()).policy()
    stop = StopRequest()
    stop.request("asked")
    result = api.remedies(policy, seconds=20, observer=stop)
    assert result.cut_short and result.status == "unknown" and not result.remedies
    view = remedies_view(policy, result)
    assert "in time" in view.answer.en and "至少要费 0" in view.answer.zh


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_name_people_places_and_files(lang: str, tmp_path: Path) -> None:
    folder, _ = planted(COUNTIES[0], "kin", tmp_path / "county")
    done = call("explain", folder, lang=lang)
    assert done.status == 1
    head = {"zh": "出路 1，代价 10（已证明最省", "en": "way out 1, cost 10 (proved cheapest"}[lang]
    assert head in done.out and "planted.yaml" in done.out and "waive:" in done.out


def is_solvable_once_pasted(folder: Path) -> None:
    way, *_ = ways_out(call("explain", folder).out)
    assert way.is_cheapest
    paste(folder, way)
    assert api.diagnose(bound(folder), seconds=20).status == "possible"


def test_the_cheapest_way_out_as_printed_leaves_a_plan(tmp_path: Path) -> None:
    folder, _ = planted(COUNTIES[0], "deputies", tmp_path / "county")
    is_solvable_once_pasted(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTIES)
@pytest.mark.parametrize("way", WAYS)
def test_pasted_the_cheapest_way_out_of_each_county_leaves_a_plan(
    name: str, way: str, tmp_path: Path
) -> None:
    folder, _ = planted(name, way, tmp_path / "county")
    is_solvable_once_pasted(folder)
