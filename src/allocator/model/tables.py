"""The rows of a scenario's tables. Columns outside the standard of a table are kept as attributes.

Empty cells are empty strings, empty tuples or None. Counts are whole numbers: a count in tenths is a number
of tenths. Dates are calendar days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

MAX_SKILL_LEVEL = 5


def _split_list(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.replace("；", ";").split(";") if part.strip())
    return value


def _read_skills(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    return _split_skills(value) if isinstance(value, str) else check(value)


@lru_cache(maxsize=10_000)
def _split_skills(value: str) -> Mapping[str, int]:
    """Read ``name:level;name:level``, also with a full-width colon or semicolon.

    People with the same skills share one mapping: a table of 500,000 people has few distinct mappings.
    """
    skills: dict[str, int] = {}
    for part in _split_list(value):
        name, colon, level = part.replace("：", ":").rpartition(":")
        name, level = name.strip(), level.strip()
        if not colon or not name:
            raise ValueError("skill_without_level")
        if not level.isdecimal() or not 1 <= int(level) <= MAX_SKILL_LEVEL:
            raise ValueError("skill_level")
        if name in skills:
            raise ValueError("skill_twice")
        skills[name] = int(level)
    return skills


def _empty_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


_FLAGS = {"": False, "是": True, "否": False}


def _read_flag(value: Any) -> Any:
    return _FLAGS.get(value.strip(), value) if isinstance(value, str) else value


def _empty_is_zero(value: Any) -> Any:
    return 0 if isinstance(value, str) and not value.strip() else value


Flag = Annotated[bool, BeforeValidator(_read_flag)]
Names = Annotated[tuple[str, ...], BeforeValidator(_split_list)]
Skills = Annotated[Mapping[str, int], WrapValidator(_read_skills), PlainSerializer(dict)]
Day = Annotated[date | None, BeforeValidator(_empty_is_none)]
Count = Annotated[int, BeforeValidator(_empty_is_zero), Field(ge=0, le=10**9)]
# The bounds stand on the number type: on the optional type they would be applied to None too.
MaybeCount = Annotated[Annotated[int, Field(ge=0, le=10**9)] | None, BeforeValidator(_empty_is_none)]
Longitude = Annotated[Annotated[float, Field(ge=-180, le=180)] | None, BeforeValidator(_empty_is_none)]
Latitude = Annotated[Annotated[float, Field(ge=-90, le=90)] | None, BeforeValidator(_empty_is_none)]
Strength = Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_empty_is_none)]
Weight = Annotated[Annotated[float, Field(ge=0, le=10**9)] | None, BeforeValidator(_empty_is_none)]
Value = Annotated[float, Field(ge=-(10**12), le=10**12)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class Row(BaseModel):
    """One row of a table; unknown columns are kept as attributes."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    @property
    def extra(self) -> Mapping[str, Any]:
        """The cells of the columns outside the table's standard, by column name."""
        return self.__pydantic_extra__ or {}


class Unit(Row):
    """An organisation unit: an office (纪检监察室), a township (乡镇), a stationed agency (派驻机构)."""

    id: Id
    name: str = ""
    kind: str = ""
    parent: str = ""
    place: str = ""
    domain: str = ""
    workload: Count = 0
    headcount: MaybeCount = None
    lon: Longitude = None
    lat: Latitude = None


class Person(Row):
    """A person: grade from the scenario's ladder, home unit, native place, skills at levels 1-5."""

    id: Id
    name: str = ""
    grade: str = ""
    title: str = ""
    unit: str = ""
    native_place: str = ""
    born: Day = None
    joins: Day = None
    retires: Day = None
    skills: Skills = {}
    capacity: MaybeCount = None


class Link(Row):
    """A tie between two units, such as ``adjacent``, ``liaises``, ``stationed_in``, ``member_of``."""

    source: Id
    target: Id
    kind: Id
    weight: Weight = None


class Tie(Row):
    """A tie of a person to a person, unit or place; ``weight`` is its strength from 0 to 1.

    ``known_from`` says where it is known from, such as ``declared 2025-03``. With ``outside`` an end that is
    no id is the name of somebody outside the scenario; such a tie counts once a case names that party.
    """

    source: Id
    target: Id
    kind: Id
    weight: Strength = None
    since: Day = None
    until: Day = None
    known_from: str = ""
    outside: Flag = False

    def holds(self, first: date, last: date) -> bool:
        """Return whether the tie holds on any day from ``first`` to ``last``."""
        return (self.since or date.min) <= last and (self.until or date.max) >= first


class Posting(Row):
    """Who held which seat from when to when; an empty ``to`` means still."""

    person: Id
    group: Id
    role: str = ""
    start: Annotated[Day, Field(alias="from")] = None
    end: Annotated[Day, Field(alias="to")] = None
    known_from: str = ""


class Absence(Row):
    """From when to when a person is away, and why (leave, study, secondment); an empty end is open."""

    person: Id
    start: Annotated[Day, Field(alias="from")] = None
    end: Annotated[Day, Field(alias="to")] = None
    why: str = ""


class Group(Row):
    """A zone (片区), work group (工作组), agency or any other body with seats to fill."""

    id: Id
    name: str = ""
    kind: str = ""
    parent: str = ""
    place: str = ""
    domain: str = ""
    seats: str = ""


class Case(Row):
    """A case: where it arose, what it needs, who is involved (``parties``: ids or plain names)."""

    id: Id
    title: str = ""
    unit: str = ""
    place: str = ""
    domain: str = ""
    received: Day = None
    due: Day = None
    effort: Count = 0
    severity: Count = 0
    skills: Skills = {}
    parties: Names = ()


_SAME = frozenset({"same_as", "同一人", "是同一人", "是", "yes"})
_NOT_SAME = frozenset({"not_same_as", "非同一人", "不是同一人", "不是", "否", "no"})


def _read_answer(value: Any) -> Any:
    if isinstance(value, str):
        word = value.strip().casefold()
        return "same_as" if word in _SAME else "not_same_as" if word in _NOT_SAME else value
    return value


class Identity(Row):
    """Whether a party or an end of a tie that is given by ``name`` is one of our people (``person``).

    Without a person the answer is about the name alone: whether it is one person wherever it stands.
    With a ``case`` the answer holds for that case only.
    """

    name: Id
    person: str = ""
    answer: Annotated[Literal["same_as", "not_same_as"], BeforeValidator(_read_answer)]
    case: str = ""
    known_from: str = ""

    @property
    def same(self) -> bool:
        """Whether the answer is ``same_as``."""
        return self.answer == "same_as"


class Indicator(Row):
    """A figure of a unit, person, group or case, such as clues, fill rate or visits done.

    ``period`` is any text, such as ``2025`` or ``2025-06``; an empty one stands before all others.
    """

    subject: Id
    indicator: Id
    period: str = ""
    value: Value


class Wish(Row):
    """A wish of somebody: for something (``weight`` above 0) or against it (below 0), and how strong.

    An empty ``slot``, ``role`` or ``period`` stands for any: with an empty slot and a weight below 0 a wish
    is for a period off.
    """

    item: Id
    slot: str = ""
    role: str = ""
    period: str = ""
    weight: Annotated[int, Field(ge=-(10**6), le=10**6)]


TABLES: Mapping[str, type[Row]] = {
    "units": Unit,
    "people": Person,
    "links": Link,
    "ties": Tie,
    "postings": Posting,
    "absences": Absence,
    "groups": Group,
    "cases": Case,
    "indicators": Indicator,
    "identities": Identity,
    "wishes": Wish,
}


def columns(table: str) -> tuple[str, ...]:
    """Return the standard columns of ``table`` in their order, spelt as in a header."""
    return tuple(field.alias or name for name, field in TABLES[table].model_fields.items())


def required_columns(table: str) -> tuple[str, ...]:
    """Return the columns that every row of ``table`` must fill."""
    fields = TABLES[table].model_fields.items()
    return tuple(field.alias or name for name, field in fields if field.is_required())
