"""The variables of units, people, groups, cases and periods that expressions read.

Names are dotted: ``person.native_place``, ``group.kind``, ``case.effort``. A person's own unit is
``home``; the unit of a case is ``unit``, or ``concerned`` in a layer of units and cases, where ``unit`` has
another meaning; ``other`` is the second of two items.

``person.former`` lists the groups and units of a person's postings. ``person.leaders`` lists his leaders from
today to the end of the horizon: people with a tie of the kind ``leads`` to him, to a unit or group in which
he serves, or to a body above that one.

``indicators`` and ``latest`` are maps from the names in ``indicators.csv`` to figures. The first map adds up
all periods; the second has the value of the last period (periods are sorted as texts, an empty one first). A
figure is a whole number if all values of that name are whole, else a decimal. A name without a figure for the
entity is not a key of its map.

If a layer names a side (``people as mentor``), the variables are ``mentor.grade``, ``mentor_home.kind``.

An empty cell reads as "" (text), 0 (counts), [] or {} (lists, skills). An empty ``retires``, ``due``,
``until`` or ``to`` is the end of time, and an empty ``joins`` the beginning of time. Any other empty cell may
not be read: the fault names the cell.
"""

from __future__ import annotations

import types as pytypes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Annotated, Any, Union, get_args, get_origin

from cel_expr_python import cel

from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import Period, Source
from allocator.model.tables import TABLES, Indicator, Person, Row
from allocator.rules.expressions.axes import Axis, Columns, Types, joined
from allocator.rules.expressions.selectors import MISSING

#: The names of the maps in expressions: figures added up over all periods, and those of the last period.
TOTAL, LATEST = "indicators", "latest"
FIGURES = (TOTAL, LATEST)

Figures = Mapping[str, Mapping[str, int | float]]


def indicator_maps(rows: Iterable[Indicator]) -> Mapping[str, Figures]:
    """Return for ``indicators`` and ``latest`` the figures of each entity by name.

    If one value of a name is a decimal, all its values are decimals and may be compared and added up.
    """
    ordered = sorted(rows, key=lambda row: row.period)
    decimals = {row.indicator for row in ordered if not row.value.is_integer()}
    total: dict[str, dict[str, int | float]] = {}
    latest: dict[str, dict[str, int | float]] = {}
    for row in ordered:
        name, value = row.indicator, row.value if row.indicator in decimals else int(row.value)
        latest.setdefault(row.subject, {})[name] = value
        added = total.setdefault(row.subject, {})
        added[name] = added.get(name, 0) + value
    return {TOTAL: total, LATEST: latest}


#: The kind of tie from a leader to the person, unit or group that he leads.
LEADS = "leads"


def leaders_of(organisation: Organisation, first: date, last: date) -> Mapping[str, list[str]]:
    """Return the leaders of each person on any day from ``first`` to ``last``, the nearest leader first.

    The leader of a body leads the people of the bodies below it. A person serves in his unit, and in the
    groups and units of his postings of those days.
    """
    led: dict[str, list[str]] = {}
    for tie in organisation.ties:
        if tie.kind == LEADS and tie.source in organisation.people and tie.holds(first, last):
            led.setdefault(tie.target, []).append(tie.source)
    serves: dict[str, list[str]] = {}
    for post in organisation.postings:
        if (post.start or date.min) <= last and (post.end or date.max) >= first:
            serves.setdefault(post.person, []).append(post.group)
    found = {}
    for person in organisation.people.values():
        places = [person.unit, *serves.get(person.id, ())]
        bodies = [body for place in places for body in _upwards(organisation, place)]
        leads = [leader for one in (person.id, *bodies) for leader in led.get(one, ())]
        found[person.id] = [one for one in dict.fromkeys(leads) if one != person.id]
    return found


def _upwards(organisation: Organisation, body: str) -> Iterator[str]:
    """Yield a unit or group and all bodies above it; the reader of the tables refuses cycles."""
    seen: set[str] = set()
    while body and body not in seen:
        seen.add(body)
        yield body
        row = organisation.units.get(body) or organisation.groups.get(body)
        body = row.parent if row else ""


T = cel.Type
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
#: The second day of the calendar: CEL takes the first day for an infinite past.
START_OF_TIME = datetime(1, 1, 2, tzinfo=UTC)
OPEN_ENDED = frozenset({"retires", "due", "until", "to"})
OPEN_BEGUN = frozenset({"joins"})
PREFIXES = {"units": "unit", "people": "person", "groups": "group", "cases": "case"}
#: The prefix of the unit of a person or a case.
UNIT_OF = {"people": "home", "cases": "unit"}
#: The prefix of that unit where the other side of the layer has the same prefix.
CONCERNED = "concerned"
_OF_PYTHON = {bool: T.BOOL, int: T.INT, float: T.DOUBLE, str: T.STRING, date: T.TIMESTAMP}


class EntityVariables:
    """The variables of a scenario's entities, table by table, computed on first use."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._axes: dict[tuple[str, str, tuple[str, ...]], Axis] = {}

    def axis(self, table: str, ids: Iterable[str], prefix: str = "") -> Axis:
        """Return the axis of the rows of ``table`` with these ids; an unknown id has empty values."""
        key = (table, prefix or PREFIXES[table], tuple(ids))
        if key not in self._axes:
            self._axes[key] = self._make(*key)
        return self._axes[key]

    def side(self, source: Source, ids: Iterable[str], other: Source | None = None) -> Axis:
        """Return the axis of one side of a layer; people and cases come with the variables of their units.

        Args:
            source: The source of the side.
            ids: The entities of the side.
            other: The source of the other side; the two sides share no prefix.
        """
        chosen, prefixes = tuple(ids), side_prefixes(source)
        taken = side_prefixes(other)[0] if other else ""
        prefixes = (prefixes[0], *(CONCERNED if prefix == taken else prefix for prefix in prefixes[1:]))
        own = self.axis(source.table, chosen, prefixes[0])
        if source.table not in UNIT_OF:
            return own
        rows = self._scenario.organisation.table(source.table)
        units = self.axis("units", [getattr(rows[entity], "unit", "") for entity in chosen], prefixes[1])
        return Axis(chosen, joined(own.columns, units.columns), {**own.types, **units.types})

    def _make(self, table: str, prefix: str, ids: tuple[str, ...]) -> Axis:
        rows = self._scenario.organisation.table(table)
        types = self.types(table)
        named = {f"{prefix}.{name}": name for name in types}

        def column(variable: str) -> list[Any]:
            name = named[variable]
            kind = types[name]
            return [self._value(name, rows.get(entity), kind) for entity in ids]

        kinds = {variable: types[name] for variable, name in named.items()}
        return Axis(ids, Columns(named, column), kinds)

    def types(self, table: str) -> Types:
        """Return the variables of ``table`` without their prefix, with their CEL types."""
        return self._types[table]

    @cached_property
    def _types(self) -> Mapping[str, Types]:
        return {table: self._types_of(table) for table in PREFIXES}

    def _types_of(self, table: str) -> Types:
        fields = TABLES[table].model_fields
        types = {name: type_of(field.annotation) for name, field in fields.items()}
        types["extra"] = T.Map(T.STRING, T.STRING)
        types |= {name: T.Map(T.STRING, T.DYN) for name in FIGURES}
        if table == "people":
            types |= {"age": T.INT, "former": T.List(T.STRING), "leaders": T.List(T.STRING)}
        for row in self._scenario.organisation.table(table).values():
            for name, value in row.extra.items():
                if name.isascii() and name.isidentifier() and name not in types and value is not None:
                    types[name] = _OF_PYTHON.get(type(value), T.STRING)
        return types

    def _value(self, name: str, row: Row | None, kind: cel.Type) -> Any:
        if row is None:
            return _empty(kind)
        if name == "extra":
            return {header: "" if value is None else str(value) for header, value in row.extra.items()}
        if name in FIGURES:
            return self._figures[name].get(getattr(row, "id", ""), {})
        if isinstance(row, Person) and name == "age":
            return MISSING if row.born is None else self._age(row.born)
        if isinstance(row, Person) and name in ("former", "leaders"):
            return (self._former if name == "former" else self._leaders).get(row.id, [])
        return value_of(name, getattr(row, name, None), kind)

    def _age(self, born: date) -> int:
        today = self._scenario.spec.reference_day
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    @cached_property
    def _figures(self) -> Mapping[str, Mapping[str, Mapping[str, int | float]]]:
        return indicator_maps(self._scenario.organisation.indicators)

    @cached_property
    def _leaders(self) -> Mapping[str, list[str]]:
        spec = self._scenario.spec
        return leaders_of(self._scenario.organisation, spec.reference_day, spec.periods[-1].end)

    @cached_property
    def _former(self) -> Mapping[str, list[str]]:
        """For each person the groups and units of his postings, the earliest first."""
        former: dict[str, list[str]] = {}
        for posting in sorted(self._scenario.organisation.postings, key=lambda p: p.start or date.min):
            served = former.setdefault(posting.person, [])
            if posting.group not in served:
                served.append(posting.group)
        return former


def side_prefixes(source: Source) -> tuple[str, ...]:
    """Return the prefixes of the variables of one side of a layer: of the entity, then of its unit."""
    own = source.name or PREFIXES[source.table]
    if source.table not in UNIT_OF:
        return (own,)
    unit = UNIT_OF[source.table]
    return own, f"{source.name}_{unit}" if source.name else unit


def period_axis(periods: Sequence[Period]) -> Axis:
    """Return the axis of periods: ``period.id``, ``period.index``, ``period.start``, ``period.end``."""
    return Axis(
        ids=[period.id for period in periods],
        columns={
            "period.id": [period.id for period in periods],
            "period.index": list(range(len(periods))),
            "period.start": [_moment(period.start) for period in periods],
            "period.end": [_moment(period.end) for period in periods],
        },
        types={
            "period.id": T.STRING,
            "period.index": T.INT,
            "period.start": T.TIMESTAMP,
            "period.end": T.TIMESTAMP,
        },
    )


def type_of(annotation: Any) -> cel.Type:
    """Return the CEL type of a table column from its Python type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return type_of(get_args(annotation)[0])
    if origin in (Union, pytypes.UnionType):
        return type_of(next(arg for arg in get_args(annotation) if arg is not type(None)))
    if origin is tuple:
        return T.List(T.STRING)
    if origin is not None and issubclass(origin, Mapping):
        return T.Map(T.STRING, T.INT)
    return _OF_PYTHON[annotation]


def value_of(name: str, value: Any, kind: cel.Type) -> Any:
    """Return the CEL value of a cell."""
    if value is None and name in OPEN_BEGUN:
        return START_OF_TIME
    if value is None:
        return END_OF_TIME if name in OPEN_ENDED else MISSING if kind != T.STRING else ""
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _empty(kind: cel.Type) -> Any:
    """Return the value of a field of a missing row: a person without a unit has a home of empty texts."""
    if kind == T.STRING:
        return ""
    name = kind.name().upper()
    return [] if name.startswith("LIST") else {} if name.startswith("MAP") else MISSING


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
