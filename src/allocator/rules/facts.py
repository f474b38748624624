"""Facts: what expressions can read of units, people, groups, cases and periods.

Names are dotted: ``person.native_place``, ``group.kind``, ``case.effort``. A person's own unit is
``home``; in casework the unit that a case concerns is ``unit`` (``concerned`` where the items are units
themselves); ``other`` is the second of two items.
An empty cell reads as "" (text), 0 (counts), [] or {} (lists, skills); an empty ``retires``, ``due``,
``until`` or ``to`` is the end of time. Any other empty cell may not be read: the fault names it.
"""

from __future__ import annotations

import types as pytypes
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Annotated, Any, Union, get_args, get_origin

from cel_expr_python import cel

from allocator.model.scenario import Scenario
from allocator.model.spec import Period
from allocator.model.tables import TABLES, Person, Row
from allocator.rules.axis import Axis, Types
from allocator.rules.columns import Columns
from allocator.rules.selectors import MISSING

T = cel.Type
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
OPEN_ENDED = frozenset({"retires", "due", "until", "to"})
PREFIXES = {"units": "unit", "people": "person", "groups": "group", "cases": "case"}
_OF_PYTHON = {bool: T.BOOL, int: T.INT, float: T.DOUBLE, str: T.STRING, date: T.TIMESTAMP}


class Facts:
    """The variables of a scenario's entities, table by table, worked out when first read."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._axes: dict[tuple[str, str, tuple[str, ...]], Axis] = {}

    def axis(self, table: str, ids: Iterable[str], prefix: str = "") -> Axis:
        """Return the axis of some rows of ``table``; an id that is none of its rows reads as empty."""
        key = (table, prefix or PREFIXES[table], tuple(ids))
        if key not in self._axes:
            self._axes[key] = self._make(*key)
        return self._axes[key]

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
        if table == "people":
            types |= {"age": T.INT, "former": T.List(T.STRING)}
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
        if isinstance(row, Person) and name == "age":
            return MISSING if row.born is None else self._age(row.born)
        if isinstance(row, Person) and name == "former":
            return self._former.get(row.id, [])
        return value_of(name, getattr(row, name, None), kind)

    def _age(self, born: date) -> int:
        today = self._scenario.spec.reference_day
        return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    @cached_property
    def _former(self) -> Mapping[str, list[str]]:
        """For each person the groups and units of his postings, the earliest first."""
        former: dict[str, list[str]] = {}
        for posting in sorted(self._scenario.organisation.postings, key=lambda p: p.start or date.min):
            served = former.setdefault(posting.person, [])
            if posting.group not in served:
                served.append(posting.group)
        return former


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
    """Return the value of a cell as expressions read it."""
    if value is None:
        return END_OF_TIME if name in OPEN_ENDED else MISSING if kind != T.STRING else ""
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _empty(kind: cel.Type) -> Any:
    """Return what a field of nobody reads as: a person without a unit has a home of empty texts."""
    if kind == T.STRING:
        return ""
    name = kind.name().upper()
    return [] if name.startswith("LIST") else {} if name.startswith("MAP") else MISSING


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
