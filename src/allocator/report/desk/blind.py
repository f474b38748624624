"""Blind copies: codes in place of the names of people, and the key that says whose they are."""

from __future__ import annotations

import csv
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from io import StringIO
from typing import Any, TypeVar, cast

from allocator.errors import Fault, InputError, shorten
from allocator.model.layer import Past
from allocator.model.plan import Assignment
from allocator.model.reading.table_files import csv_lines
from allocator.model.scenario import NamedEntity, Organisation
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.report.desk.desk_tables import Cell, DeskTable, DeskView, SeatLine, SeatList
from allocator.report.exporters.csv import inert
from allocator.report.layer_layout import Absentee
from allocator.report.roster_view import Member
from allocator.rules.context import RuleContext
from allocator.rules.expressions.variables import EntityVariables

#: Letters of codes: none that looks like another or like a digit, and no vowels that make words.
_LETTERS = "BCDFGHJKLMNPQRTVWXYZ"
_LENGTH = 5
_HEADER = ("代号 code", "编号 id", "姓名 name")
#: Columns that would tell who somebody is; a blind copy has none of them.
_PERSONAL = frozenset({"性别", "出生年月", "学历学位", "籍贯"})
#: Tables whose rows are about one person each, so that their order would give the order of the names.
_BY_PERSON = frozenset({"matrix", "recusals", "loads", "away", "waivers"})
#: Fields that never hold a name of a person.
_KEPT = frozenset(
    {
        "layer",
        "period",
        "tone",
        "level",
        "scenario_sha256",
        "plan_hash",
        "chain_head",
        "status",
        "mark",
        "shape",
        "rule",
        "role",
    }
)
_ValueT = TypeVar("_ValueT")


@dataclass(frozen=True)
class BlindKey:
    """The codes of people by id, and of outsiders (parties, ends of ties) by name, with the names.

    Codes are drawn at random: nothing about a person, nor the order of names, can be read off them.
    """

    codes: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def ids(self) -> dict[str, str]:
        """The id or name of each code."""
        return {code: id_ for id_, code in self.codes.items()}

    def completed(self, organisation: Organisation) -> BlindKey:
        """Return the key with a new code for everybody who has none."""
        names = people_names(organisation)
        taken = set(self.codes.values()) | organisation.entities.keys()
        codes = dict(self.codes)
        for id_ in names:
            if id_ not in codes:
                codes[id_] = _draw(taken)
                taken.add(codes[id_])
        return BlindKey(codes, {**self.names, **names})

    def to_csv(self) -> bytes:
        """Return the key as a table, by code."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(_HEADER)
        for id_, code in sorted(self.codes.items(), key=lambda pair: pair[1]):
            writer.writerow([code, inert(id_), inert(self.names.get(id_, ""))])
        return out.getvalue().encode("utf-8-sig")

    @classmethod
    def of_csv(cls, text: str, file: str) -> BlindKey:
        """Read a key.

        Raises:
            InputError: The file is no key, or a row is incomplete or repeats a code or an id.
        """
        rows = list(csv_lines(text, file))
        if not rows or tuple(rows[0][1][:3]) != _HEADER:
            raise InputError([Fault(_NO_KEY, file, 1, allowed=",".join(_HEADER))])
        codes: dict[str, str] = {}
        names: dict[str, str] = {}
        faults: list[Fault] = []
        for number, row in rows[1:]:
            code, id_, name = (cell.removeprefix("'") for cell in (*row, "", "", "")[:3])
            if not code and not id_:
                continue
            if not code or not id_ or id_ in codes or code in codes.values():
                faults.append(Fault(_BAD_ROW, file, number, found=shorten(",".join(row))))
            codes[id_], names[id_] = code, name
        if faults:
            raise InputError(faults)
        return cls(codes, names)


_NO_KEY = Text(zh="不是代号对照表", en="is no key of a blind copy")
_BAD_ROW = Text(zh="此行不完整，或代号、编号重复", en="the row is incomplete, or repeats a code or an id")


def _draw(taken: set[str]) -> str:
    while (code := "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))) in taken:
        continue
    return code


def people_names(organisation: Organisation) -> dict[str, str]:
    """Return the name of everybody: people by id, and outsiders by the name that they are given by."""
    known = organisation.entities
    written = [name for case in organisation.cases.values() for name in case.parties]
    written += [name for tie in organisation.ties for name in (tie.source, tie.target)]
    written += [one.name for one in organisation.identities]
    outsiders = {name: name for name in written if name not in known and name not in organisation.places}
    return {**outsiders, **{id_: organisation.label(id_) for id_ in organisation.people}}


class Blinder:
    """Puts codes in place of names, in any part of a report."""

    def __init__(self, organisation: Organisation, key: BlindKey) -> None:
        """Take the codes of everybody of a scenario; the key must have them all."""
        self._codes = {id_: key.codes[id_] for id_ in people_names(organisation)}
        words = {organisation.label(id_): code for id_, code in self._codes.items()}
        bearers: dict[str, list[str]] = {}
        for id_ in organisation.people:
            bearers.setdefault(organisation.label(id_), []).append(id_)
        for name, ids in bearers.items():
            for id_ in ids if len(ids) > 1 else ():
                words[f"{name}（{id_}）"] = self._codes[id_]
                words[name] = "／".join(sorted(self._codes[one] for one in ids))
        self._whole = {**words, **self._codes}
        self._words = {name: code for name, code in words.items() if len(name) > 1}
        self._pattern = re.compile(_alternatives(self._words, self._codes))
        self.text: Callable[[str], str] = lru_cache(maxsize=100_000)(self._text)

    def _text(self, text: str) -> str:
        """Return a text with a code for every name and every id of a person in it."""
        if text in self._whole:
            return self._whole[text]
        return self._pattern.sub(lambda found: self._whole[found[0]], text)

    def blinded(self, value: _ValueT) -> _ValueT:
        """Return a report, or a part of one, with codes in place of names; people are sorted by code."""
        return cast(_ValueT, self._value(value))

    def _value(self, value: Any) -> Any:
        if isinstance(value, str | Text):
            return self._words_of(value)
        if isinstance(value, Assignment):
            return value.model_copy(update={"item": self._id(value.item), "slot": self._id(value.slot)})
        if is_dataclass(value) and not isinstance(value, type):
            return self._part(value)
        if isinstance(value, Mapping):
            return {self._value(key): self._value(one) for key, one in value.items()}
        if isinstance(value, tuple | list):
            return type(value)(_in_order([self._value(one) for one in value]))
        return value

    def _words_of(self, value: str | Text) -> str | Text:
        if isinstance(value, str):
            return self.text(value)
        return Text(zh=self.text(value.zh), en=self.text(value.en)) if value else value

    def _id(self, id_: str) -> str:
        return self._codes.get(id_, id_)

    def _part(self, part: Any) -> Any:
        if isinstance(part, NamedEntity | Member | Absentee) and part.id in self._codes:
            code = self._codes[part.id]
            part = replace(part, id=code, name=code)
        changed = {
            one.name: self._value(getattr(part, one.name)) for one in fields(part) if one.name not in _KEPT
        }
        return _sorted_part(replace(part, **changed))

    def desk(self, view: DeskView) -> DeskView:
        """Return the desk view without names, hash or personal columns.

        The hash of the plan is left out: with the table of people at hand it would tell which of a few
        guesses at the names is right.
        """
        found = self.blinded(view)
        tables = tuple(_without_personal(one) for one in found.tables)
        return replace(found, tables=tables, plan_hash="", is_blind=True)

    def context(self, context: RuleContext) -> RuleContext:
        """Return a context for exporters: codes for people, and nothing that tells who they are."""
        organisation = context.scenario.organisation
        people = {self._id(one.id): self._person(one) for one in organisation.people.values()}
        cases = {id_: case.model_copy(update={"parties": ()}) for id_, case in organisation.cases.items()}
        blind = replace(
            organisation, people=people, cases=cases, ties=(), postings=(), absences=(), wishes=(),
            identities=(), assumed={}, scores={}, indicators=(),
        )  # fmt: skip
        scenario = replace(context.scenario, organisation=blind)
        layers = {
            name: replace(
                layer,
                items=tuple(map(self._id, layer.items)),
                slots=tuple(map(self._id, layer.slots)),
                past=Past(),
            )
            for name, layer in context.layers.items()
        }
        return RuleContext(scenario, layers, EntityVariables(scenario))

    def _person(self, person: Person) -> Person:
        code = self._codes[person.id]
        kept = {"id": code, "name": code, "grade": person.grade, "title": person.title, "unit": person.unit}
        return Person.model_validate(kept)


def _alternatives(names: Iterable[str], ids: Iterable[str]) -> str:
    """Return a pattern of all names, long ones first, and of ids that stand alone and are no mere numbers."""
    longest = sorted(names, key=lambda name: (-len(name), name))
    apart = sorted(
        (id_ for id_ in ids if not id_.isdecimal() or len(id_) > 4), key=lambda id_: (-len(id_), id_)
    )
    parts = [*map(re.escape, longest), *(rf"(?<![\w-]){re.escape(id_)}(?![\w-])" for id_ in apart)]
    return "|".join(parts) or r"(?!)"


def _in_order(parts: list[Any]) -> list[Any]:
    """Return members, absentees and named entities by name, so that their order tells nothing."""
    if parts and all(isinstance(one, Member) for one in parts):
        return sorted(parts, key=lambda one: one.name)
    if parts and all(isinstance(one, Absentee) for one in parts):
        periods = list(dict.fromkeys(one.period for one in parts))
        return sorted(parts, key=lambda one: (periods.index(one.period), one.name))
    return parts


def _sorted_part(part: Any) -> Any:
    if isinstance(part, Cell) and len(part.people) > 1:
        text = Text(zh=_sorted_names(part.text.zh, "、"), en=_sorted_names(part.text.en, ", "))
        return replace(part, text=text, people=tuple(sorted(part.people)))
    if isinstance(part, SeatList):
        return replace(part, items=tuple(sorted(part.items)), lines=tuple(_sorted_lines(part.lines)))
    if isinstance(part, DeskTable) and part.id in _BY_PERSON:
        return replace(part, rows=_sorted_rows(part))
    return _sorted_appointments(part) if isinstance(part, DeskView) else part


def _sorted_appointments(view: DeskView) -> DeskView:
    """Return the appointments, and the rows of their table, by layer, period and code."""
    changes = view.appointments
    layers = list(dict.fromkeys(one.layer for one in changes))
    periods = list(dict.fromkeys(one.period for one in changes))
    order = sorted(
        range(len(changes)),
        key=lambda k: (
            layers.index(changes[k].layer),
            periods.index(changes[k].period),
            changes[k].person.id,
        ),
    )
    tables = tuple(
        replace(one, rows=_numbered(one, [one.rows[k] for k in order])) if one.id == "appointments" else one
        for one in view.tables
    )
    return replace(view, tables=tables, appointments=tuple(changes[k] for k in order))


def _sorted_names(text: str, comma: str) -> str:
    return comma.join(sorted(text.split(comma), key=lambda name: name.lstrip("▲▽◇")))


def _sorted_lines(lines: Sequence[SeatLine]) -> Iterator[SeatLine]:
    """Yield lines by period, slot and role as before, and by code within these."""
    order = {(one.period, one.slot, one.role.zh): k for k, one in reversed(list(enumerate(lines)))}
    yield from sorted(lines, key=lambda one: (order[one.period, one.slot, one.role.zh], one.item))


def _sorted_rows(table: DeskTable) -> tuple[tuple[Cell, ...], ...]:
    """Return rows by the codes in them, numbered anew; rows about nobody stay first."""

    def key(row: tuple[Cell, ...]) -> tuple[str, ...]:
        return next((cell.people for cell in row if cell.people), ())

    return _numbered(table, sorted(table.rows, key=key))


def _numbered(table: DeskTable, rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Return rows with their numbers in the first column, if that has numbers."""
    if table.columns[0].title.zh != "序号":
        return tuple(rows)
    return tuple((replace(row[0], number=k), *row[1:]) for k, row in enumerate(rows, start=1))


def _without_personal(table: DeskTable) -> DeskTable:
    kept = [k for k, column in enumerate(table.columns) if column.title.zh not in _PERSONAL]
    rows = tuple(tuple(row[k] for k in kept) for row in table.rows)
    return replace(table, columns=tuple(table.columns[k] for k in kept), rows=rows)
