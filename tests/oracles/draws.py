"""Hypothesis strategies for small worlds and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from oracles.calendars import CALENDARS, Calendar
from oracles.expressions import ITEM_TESTS, SLOT_TESTS
from oracles.world import Layer, Seat, Tie, Waiver, World

FURTHEST = 3
TEAM_LAYERS = ("turn", "posting")
ROLES: Mapping[str, tuple[str | None, ...]] = {
    "posting": ("lead", "member"),
    "casework": ("chief", "aide"),
}
SIDES = {
    "turn": ("people", "groups"),
    "posting": ("people", "groups"),
    "casework": ("people", "cases"),
    "zoning": ("units", "groups"),
    "dispatch": ("cases", "groups"),
}
PLACES = ("A", "B")
TIE_KINDS = ("kin", "classmate")
LINK_KINDS = ("adjacent", "liaises")


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw None with a probability of one half."""
    return st.none() | strategy


def _people(draw: Any, calendar: Calendar, years: int) -> dict[str, dict[str, Any]]:
    count = draw(st.integers(2, 4))
    people = {}
    for number in range(1, count + 1):
        leaves = draw(st.sampled_from([None, None, None, *range(years)]))
        people[f"P{number}"] = {
            "id": f"P{number}",
            "grade": draw(st.sampled_from(["head", "deputy", "cadre"])),
            "native_place": draw(st.sampled_from(["", *PLACES])),
            "unit": draw(st.sampled_from(["", "U1", "U2"])),
            "skills": draw(st.dictionaries(st.sampled_from(["law", "audit"]), st.integers(1, 5))),
            "capacity": draw(st.integers(0, 3)),
            "retires": None if leaves is None else str(calendar.within(leaves, 0.5)),
            "joins": _joins(draw, calendar, years, leaves),
            "away": _away(draw, calendar, years),
        }
    return people


def _joins(draw: Any, calendar: Calendar, years: int, leaves: int | None) -> str | None:
    """Draw the day on which a person joins, or None: early enough to serve in a period, or too late."""
    period = draw(st.sampled_from([None, None, None, *range(-1, years)]))
    if period is None or (leaves is not None and period >= leaves):
        return None
    return str(calendar.within(period, draw(st.sampled_from([0.25, 0.75]))))


def _away(draw: Any, calendar: Calendar, years: int) -> list[tuple[str, str]]:
    """Draw an absence or none: most of a period, a part too short to count, or two parts that count."""
    period = draw(st.integers(0, years - 1))
    stretches = {"most": [(0.1, 0.9)], "part": [(0.1, 0.3)], "both": [(0.0, 0.3), (0.6, 0.9)]}
    chosen = draw(st.sampled_from([None, None, None, None, *stretches]))
    return [
        (str(calendar.within(period, a)), str(calendar.within(period, b)))
        for a, b in stretches.get(chosen, ())
    ]


def _units(draw: Any) -> dict[str, dict[str, Any]]:
    count = draw(st.integers(2, 5))
    units = {}
    for number in range(1, count + 1):
        located = draw(st.booleans())
        units[f"U{number}"] = {
            "id": f"U{number}",
            "kind": draw(st.sampled_from(["township", "agency"])),
            "place": draw(st.sampled_from(["", *PLACES])),
            "workload": draw(st.integers(0, 3)),
            "lon": 105.0 + draw(st.integers(0, 20)) / 100 if located else None,
            "lat": 29.0 + draw(st.integers(0, 20)) / 100 if located else None,
        }
    return units


def _groups(draw: Any) -> dict[str, dict[str, Any]]:
    groups = {}
    seats = ["", "1正", "≤1副+2干部", "0-1正+≥1干部"]
    for kind, letter, count in (("zone", "Z", 2), ("team", "G", draw(st.integers(2, 3)))):
        for number in range(1, count + 1):
            groups[f"{letter}{number}"] = {
                "id": f"{letter}{number}",
                "kind": kind,
                "place": draw(st.sampled_from(["", *PLACES])),
                "parent": draw(st.sampled_from(["", "Z1", "Z2"])) if kind == "team" else "",
                "seats": draw(st.sampled_from(seats)),
            }
    return groups


def _cases(draw: Any, calendar: Calendar, years: int, people: Iterable[str]) -> dict[str, dict[str, Any]]:
    cases = {}
    for number in range(1, draw(st.integers(2, 3)) + 1):
        cases[f"K{number}"] = {
            "id": f"K{number}",
            "unit": draw(st.sampled_from(["", "U1", "U2"])),
            "place": draw(st.sampled_from(["", *PLACES])),
            "received": str(calendar.within(draw(st.integers(-1, years - 1)), 1 / 6)),
            "effort": draw(st.integers(0, 3)),
            "skills": draw(st.dictionaries(st.sampled_from(["law", "audit"]), st.integers(1, 5))),
            "parties": draw(st.lists(st.sampled_from([*people, "Stranger"]), unique=True, max_size=2)),
        }
    return cases


def _ties(draw: Any, ids: list[str], kinds: tuple[str, ...], years: int, dated: bool) -> tuple[Tie, ...]:
    chosen = draw(
        st.lists(
            st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.sampled_from(kinds)),
            max_size=4,
            unique=True,
        )
    )
    ties = []
    for source, target, kind in chosen:
        if source == target:
            continue
        first, last = draw(maybe(st.integers(0, years - 1))), draw(maybe(st.integers(0, years - 1)))
        if not dated or (first is not None and last is not None and last < first):
            first = last = None
        ties.append(Tie(source, target, kind, draw(st.sampled_from([0.9, 0.6, 0.35])), first, last))
    return tuple(ties)


def _past(draw: Any, name: str, items: tuple[str, ...], slots: tuple[str, ...]) -> frozenset[Seat]:
    """Draw the earlier slots of people (or the last group of a unit)."""
    furthest = 1 if name == "zoning" else FURTHEST
    seats = set()
    for item in items:
        for period in range(-furthest, 0):
            for slot in draw(
                st.lists(st.sampled_from(slots), max_size=1 if name == "zoning" else 2, unique=True)
            ):
                role = draw(st.sampled_from(ROLES.get(name, (None,))))
                seats.add(Seat(name, item, slot, role, period))
    return frozenset(seats)


def _wishes(draw: Any, layer: Layer) -> tuple[tuple[str, str, str, str, int], ...]:
    """Draw wishes of people: item, slot, role and period (each empty for any), and weight."""
    if layer.of_items != "people":
        return ()
    roles = ["", *(role for role in layer.roles if role)]
    drawn = st.tuples(
        st.sampled_from(layer.items),
        st.sampled_from(["", *layer.slots]),
        st.sampled_from(roles),
        st.sampled_from(["", *layer.periods]),
        st.sampled_from([-2, -1, 1, 3]),
    )
    return tuple(draw(st.lists(drawn, max_size=3, unique_by=lambda wish: wish[:4])))


@st.composite
def worlds(
    draw: Any, names: tuple[str, ...], take: str = "any", baseline: bool = False, plain: bool = False
) -> World:
    """Draw a world with the named layers; the first may have a history.

    In a ``plain`` world, ties are the only acquaintance: no homes, native places or shared history.
    """
    years = draw(st.integers(2, 4))
    calendar = draw(st.sampled_from([CALENDARS["years"], *CALENDARS.values()]))
    people, units, groups = _people(draw, calendar, years), _units(draw), _groups(draw)
    cases = _cases(draw, calendar, years, people)
    alone = plain and draw(st.booleans())
    if alone:
        for row in people.values():
            row |= {"unit": "", "native_place": ""}
        for row in cases.values():
            row["parties"] = []
    tables: dict[str, Any] = {"people": people, "units": units, "groups": groups, "cases": cases}
    horizon = calendar, years
    layers = {
        name: _layer(draw, name, tables, horizon, take, past=name == names[0] and not alone) for name in names
    }
    ids = (*map(calendar.id, range(years)), f"{calendar.id(0)}-{calendar.id(years - 1)}")
    needed = {(s, t): draw(st.integers(0, 2)) for s in (*groups, *cases) for t in ids}
    scores = {"demand": {where: number for where, number in needed.items() if number}}
    for some in (("Z1", ids[-1]), ("G1", ids[0]), ("K1", ids[0])):  # a table needs an id of the layer
        scores["demand"].setdefault(some, 1)
    if "casework" in names:
        scores["bid"] = {(p, k): draw(st.integers(0, 4)) for p in people for k in cases}
    if "zoning" in names:
        scores["far"] = {(u, v): draw(st.integers(0, 9)) for u in units for v in units}
    world = World(
        years,
        tables,
        layers,
        _ties(draw, list(people), TIE_KINDS, years, dated=True),
        _ties(draw, list(units), LINK_KINDS, years, dated=False),
        None,
        scores,
        _wishes(draw, layers[names[0]]),
        calendar,
        draw(st.sampled_from(["list", "unit"] if calendar.needs_telling else ["", "", "list", "unit"])),
        draw(st.booleans()),
    )
    if not (baseline and draw(st.sampled_from([True, True, True, False]))):
        return world
    return replace(world, baseline=draw(plans(world)))


def _layer(
    draw: Any, name: str, tables: Mapping[str, Any], horizon: tuple[Calendar, int], take: str, *, past: bool
) -> Layer:
    of_items, of_slots = SIDES[name]
    items = tuple(tables[of_items])
    slots = tuple(tables[of_slots])
    if of_slots == "groups":
        kind = "zone" if name == "zoning" else "team"
        slots = tuple(slot for slot in slots if tables["groups"][slot]["kind"] == kind)
    (calendar, years), once = horizon, name == "zoning"
    times = range(1 if once else years)
    serving = frozenset((i, t) for i in items for t in times if _serves(tables[of_items][i], calendar, t))
    there = frozenset((s, t) for s in slots for t in times if _open(tables[of_slots][s], calendar, t))
    history = past and name not in ("casework", "dispatch")
    return Layer(
        name,
        of_items,
        of_slots,
        items,
        slots,
        ROLES.get(name, (None,)),
        (f"{calendar.id(0)}-{calendar.id(years - 1)}",) if once else tuple(map(calendar.id, times)),
        serving,
        there,
        _past(draw, name, items, slots) if history and draw(st.booleans()) else frozenset(),
        once,
        take,
    )


def _serves(row: Mapping[str, Any], calendar: Calendar, period: int) -> bool:
    """Return whether a person is in service at the end of a period and away for less than half of it."""
    first = calendar.start(period)
    days = [str(first + timedelta(days=k)) for k in range(calendar.length(period))]
    retires, joins, stretches = row.get("retires"), row.get("joins"), row.get("away", ())
    if retires and retires <= days[-1]:
        return False
    gone = [day for day in days if (joins and day < joins) or any(a <= day <= b for a, b in stretches)]
    return 2 * len(gone) < len(days)


def _open(row: Mapping[str, Any], calendar: Calendar, period: int) -> bool:
    """Return whether a slot exists: a case in the period in which it is received, or in the first."""
    received = row.get("received")
    if received is None:
        return True
    from_before = period == 0 and received < str(calendar.start(0))
    return from_before or str(calendar.start(period)) <= received <= str(calendar.end(period))


def choices(layer: Layer, item: str, period: int) -> list[tuple[Seat, ...]]:
    """Return the sets of seats that an item may take in a period: none, one, or (with ``take: any``) two."""
    seats = [
        Seat(layer.name, item, slot, role, period)
        for slot in layer.slots
        for role in layer.roles
        if layer.can(item, slot, period)
    ]
    pairs = list(combinations(seats, 2)) if layer.take == "any" else []
    return [(), *((seat,) for seat in seats), *pairs]


@st.composite
def plans(draw: Any, world: World) -> frozenset[Seat]:
    """Draw a plan that each layer's take allows; an item often keeps its seat."""
    seats: set[Seat] = set()
    for layer in world.layers.values():
        for item in layer.items:
            before: tuple[Seat, ...] = tuple(
                sorted(s for s in layer.past if s.item == item and s.period == -1)
            )
            for period in layer.times:
                stay = tuple(seat._replace(period=period) for seat in before)
                options = choices(layer, item, period)
                stays = stay in options and draw(st.booleans())
                before = stay if stays else draw(st.sampled_from(options))
                seats.update(before)
    return frozenset(seats)


def waivers(draw: Any, world: World, on: str) -> tuple[Waiver, ...]:
    """Draw an exception from a rule with a probability of one half."""
    layer = world.layers[on]
    items = st.lists(st.sampled_from(layer.items), max_size=1)
    slots = st.lists(st.sampled_from(layer.slots), max_size=1)
    count = draw(st.sampled_from([0, 0, 1, 2]))
    return tuple(
        Waiver(tuple(draw(items)), tuple(draw(slots)), draw(st.integers(0, world.years - 1)))
        for _ in range(count)
    )


@st.composite
def common_fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    """Draw the fields of every rule: layer, selectors, level and weight."""
    layer = world.layers[on]
    seldom = st.sampled_from([True, False, False])
    rule: dict[str, Any] = {
        "on": on,
        "level": draw(st.sampled_from(["hard", 1, 3])),
        "weight": draw(st.integers(1, 3)),
    }
    if draw(seldom):
        rule["items"] = draw(st.sampled_from(ITEM_TESTS[layer.of_items]))
    if draw(seldom):
        rule["slots"] = draw(st.sampled_from(SLOT_TESTS[layer.of_slots]))
    if layer.roles != (None,) and draw(seldom):
        roles = st.lists(st.sampled_from(layer.roles), min_size=1, unique=True)
        rule["role"] = draw(st.sampled_from(layer.roles) | roles)
    if not layer.once and draw(seldom):
        rule["during"] = draw(st.lists(st.sampled_from(layer.periods), min_size=1, unique=True))
    return rule
