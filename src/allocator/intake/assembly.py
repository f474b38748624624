"""Brings the people of all rosters together: who is who, in which unit, with which id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from allocator.errors import Fault, nearest
from allocator.intake.cadre_form import FORM_SUFFIXES
from allocator.intake.import_notes import FilePlace, Questions, short
from allocator.intake.posts import is_title, split_post, title_within
from allocator.intake.roster_reader import RosterPerson
from allocator.intake.scenario_tables import Row, next_ids
from allocator.model.reading.identity import name_key
from allocator.model.reading.roster_fields import SKIP
from allocator.model.text import Text

SAME, OTHER = "same", "other"
#: People of one name from which every further one is asked about.
_MOST_OF_NAME = 200
#: Likeness of two names from which they may be one.
_ALIKE = 0.8


@dataclass
class UnitRegister:
    """The units by id and by name; new ones get the next id."""

    rows: list[Row]
    taken: set[str]
    new: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = {row["id"]: row for row in self.rows if row.get("id")}
        self._names = {row["name"]: row["id"] for row in self.rows if row.get("name") and row.get("id")}
        #: Whether there were units before any was added.
        self.was_known = bool(self._ids)
        self._next = next_ids("U", 2, {*self._ids, *self.taken})

    @property
    def ids(self) -> Collection[str]:
        """The ids of all units."""
        return self._ids

    @property
    def names(self) -> frozenset[str]:
        """The names of all units."""
        return frozenset(self._names)

    def id_of(self, name: str) -> str:
        """Return the id of a unit by its name or id; empty if there is none."""
        return name if name in self._ids else self._names.get(name, "")

    def name_of(self, unit: str) -> str:
        """Return the name of a unit, or its id without a name."""
        return self._ids[unit].get("name") or unit if unit in self._ids else unit

    def add(self, name: str) -> str:
        """Return the id of a unit; an unknown name becomes a new unit."""
        known = self.id_of(name)
        if known:
            return known
        made = next(self._next)
        row = {"id": made, "name": name, "parent": ""}
        self._ids[made], self._names[name] = row, made
        self.new.append(row)
        return made

    def set_parent(self, unit: str, parent: str) -> None:
        """Set the unit above a unit, unless it has one."""
        if unit != parent and not self._ids[unit].get("parent"):
            self._ids[unit]["parent"] = parent
            if self._ids[unit] not in self.new:
                self.new.append(self._ids[unit])


_SEVERAL = Text(
    zh="写有几个单位，所在单位留空；如需填写，在 import.yaml 写明",
    en="names several units, so the unit is left empty; import.yaml may name it",
)
_UNTOLD = Text(zh="看不出所在单位，留空", en="does not tell the unit, which is left empty")


def set_units(
    people: Iterable[RosterPerson], register: UnitRegister, questions: Questions, remarks: list[Fault]
) -> None:
    """Set the unit and the title of each person, by the column of units or by the text of the post."""
    listed = list(people)
    for person in listed:
        unit = _certain_unit(person, register, questions)
        person.values["unit"] = register.add(unit) if unit else ""
        if (parent := person.values.pop("parent", "")) and unit:
            register.set_parent(person.values["unit"], register.add(parent))
    known = register.names
    for person in listed:
        unit = person.values.get("unit", "")
        if not person.post:
            continue
        if unit:
            person.values["title"] = title_within(person.post, register.name_of(unit))
            continue
        _split(person, register, known, questions, remarks)


def _certain_unit(person: RosterPerson, register: UnitRegister, questions: Questions) -> str:
    """Return the unit that a row names; an unknown one that looks like an id is asked about."""
    unit = person.values.get("unit", "")
    if not unit or not unit.isascii() or register.id_of(unit) or not register.was_known:
        return unit
    place = FilePlace(person.place.label, person.place.row, "unit")
    answer = questions.answer(place.key(unit))
    if answer is None:
        person.is_open = True
        near = nearest(unit, register.ids)
        message = Text(zh="没有这个编号的单位", en="is the id of no unit")
        choices = [near, SKIP] if near else ["", SKIP]
        questions.ask(place, message, place.key(unit), choices, found=unit, near=near)
    return "" if answer in (None, SKIP) else str(answer)


_LIKE = Text(
    zh="只有一人的单位，名称与另一单位相近：是否为同一单位？",
    en="is a unit of one person, with nearly the name of another: are they one?",
)
_NUMERALS = str.maketrans("", "", "一二三四五六七八九十0123456789东西南北")


def units_alike(people: Iterable[RosterPerson], register: UnitRegister) -> Iterator[Fault]:
    """Yield a remark for each new unit of one person whose name is nearly that of another unit."""
    serving: dict[str, list[RosterPerson]] = {}
    for person in people:
        serving.setdefault(person.values.get("unit", ""), []).append(person)
    others = {register.name_of(unit) for unit, there in serving.items() if len(there) > 1}
    for row in register.new:
        there = serving.get(row["id"], [])
        near = nearest(row["name"], others) if len(there) == 1 else ""
        if near and near.translate(_NUMERALS) != row["name"].translate(_NUMERALS):
            alike = SequenceMatcher(None, near, row["name"], autojunk=False).ratio()
            if alike > _ALIKE:
                place = there[0].place
                yield Fault(_LIKE, place.label, place.row, "", short(row["name"]), "", near)


def _split(
    person: RosterPerson,
    register: UnitRegister,
    known: frozenset[str],
    questions: Questions,
    remarks: list[Fault],
) -> None:
    """Tell the unit of a person from the text of the post."""
    place = FilePlace(person.place.label, person.place.row, "post")
    key = place.key(person.post)
    if answer := questions.answer(key):
        person.values["unit"] = register.add(answer)
        person.values["title"] = title_within(person.post, answer)
        return
    post = split_post(person.post, known)
    person.values["title"] = post.title
    if post.unit:
        person.values["unit"] = register.add(post.unit)
    elif not is_title(post.title):
        message = _SEVERAL if post.several else _UNTOLD
        remarks.append(
            Fault(message, place.label, place.row, "", short(person.post), allowed=f'"{key}": "…"')
        )


class People:
    """The people of the folder and of the rosters: each row of a roster gets the id of its person."""

    def __init__(self, existing: Sequence[Row], taken: Iterable[str], questions: Questions) -> None:
        self._questions = questions
        self._existing = {row["id"]: row for row in existing if row.get("id")}
        self._by_name: dict[str, list[Row]] = {}
        for row in self._existing.values():
            self._by_name.setdefault(name_key(row.get("name", "")), []).append(row)
        self._taken = {*self._existing, *taken}
        #: Cells in which two files differ about one person.
        self.remarks: list[Fault] = []
        #: The people who are loaded, by id, in the order of the rosters.
        self.loaded: dict[str, RosterPerson] = {}

    def load(self, people: Sequence[RosterPerson]) -> None:
        """Tell the people apart and give each an id; those in doubt are asked about and left out."""
        told = self._told_apart(people)
        self._check_given(told)
        given = {one.values["id"] for one in told if one.values.get("id")}
        numbers = next_ids("P", 3, {*self._taken, *given})
        for person in told:
            if person.is_open:
                continue
            made = person.values.get("id") or self._known_id(person)
            if made is not None:
                person.values["id"] = made or next(numbers)
                self.loaded[person.values["id"]] = person

    def _told_apart(self, people: Sequence[RosterPerson]) -> list[RosterPerson]:
        """Return the people, each once; rows of one person that the user has said to be so are merged."""
        kept: list[RosterPerson] = []
        first: dict[str, list[RosterPerson]] = {}
        for person in people:
            same = first.setdefault(name_key(person.name), [])
            match = next((other for other in same if not _are_apart(person, other)), None)
            match = match or (same[0] if len(same) >= _MOST_OF_NAME else None)
            if match is None or self._is_other(person, match):
                same.append(person)
                kept.append(person)
        return kept

    def _is_other(self, person: RosterPerson, match: RosterPerson) -> bool:
        """Return whether two rows of one name are two people; asks unless the user has said so."""
        key = person.place.key(person.name)
        answer = self._questions.answer(key)
        if answer == OTHER:
            return True
        if answer == SAME or _same_given(person, match):
            self.remarks.extend(_differences(match, person))
            _merge(match, person)
            return False
        if answer != SKIP:
            person.is_open = match.is_open = True
            where = match.place
            zh = f"与 {where.label} 第 {where.row} 行同名，单位和出生年月分不开：是同一人吗？"
            en = (
                f"has the name of row {where.row} of {where.label}, and neither unit nor month of birth"
                " tells them apart: the same person?"
            )
            self._questions.ask(person.place, Text(zh=zh, en=en), key, [SAME, OTHER], found=person.name)
        return False

    def _check_given(self, people: Sequence[RosterPerson]) -> None:
        """Refuse ids that two people of the rosters have, or that the folder gives to another name."""
        first: dict[str, RosterPerson] = {}
        for person in people:
            given = person.values.get("id", "")
            if not given:
                continue
            other = first.setdefault(given, person)
            known = self._existing.get(given)
            if other is not person:
                message = Text(
                    zh=f"编号与第 {other.place.row} 行（{other.name}）相同",
                    en=f"has the id of row {other.place.row} ({other.name})",
                )
                self._refuse(person, message, [SKIP])
            elif known is not None and name_key(known.get("name", "")) != name_key(person.name):
                name = known.get("name", "")
                message = Text(
                    zh=f"此编号在人员表中是{name}：是同一人吗？",
                    en=f"has an id that is {name} in the table of people: the same person?",
                )
                self._refuse(person, message, [SAME, SKIP])

    def _refuse(self, person: RosterPerson, message: Text, choices: Sequence[str]) -> None:
        key = person.place.key(f"{person.values['id']} {person.name}")
        if (answer := self._questions.answer(key)) != SAME:
            person.is_open = True
            if answer != SKIP:
                self._questions.ask(person.place, message, key, choices, found=person.name)

    def _known_id(self, person: RosterPerson) -> str | None:
        """Return the id that the folder has for a person, empty for a new one; None if it must be asked."""
        rows = [row for row in self._by_name.get(name_key(person.name), ()) if row["id"] not in self.loaded]
        if not rows:
            return ""
        key = person.place.key(person.name)
        answer = self._questions.answer(key)
        if answer in self._existing:
            return answer
        if answer == OTHER:
            return ""
        likely = [row for row in rows if person.born and row.get("born", "")[:7] == person.born]
        open_rows = [row for row in rows if not (person.born and row.get("born"))]
        unit = person.values.get("unit", "")
        here = [row for row in open_rows if not (unit and row.get("unit")) or row["unit"] == unit]
        found = likely or here
        if len(found) == 1:
            return found[0]["id"]
        if not found and not open_rows:
            return ""
        ids = [row["id"] for row in found or open_rows]
        message = Text(
            zh=f"人员表中有同名者（{'、'.join(ids[:5])}）：是同一人吗？",
            en=f"has the name of {', '.join(ids[:5])} in the table of people: the same person?",
        )
        person.is_open = True
        self._questions.ask(person.place, message, key, [*ids, OTHER], found=person.name)
        return None

    def names(self) -> Mapping[str, list[Row]]:
        """Return the rows of all people by the key of their names, those of the folder and those loaded."""
        rows = {**self._existing, **{one: person_row(person) for one, person in self.loaded.items()}}
        found: dict[str, list[Row]] = {}
        for row in rows.values():
            found.setdefault(name_key(row.get("name", "")), []).append(row)
        return found


def _are_apart(one: RosterPerson, other: RosterPerson) -> bool:
    """Return whether two rows of one name are certainly two people: by month of birth, or else by unit."""
    if one.born and other.born:
        return one.born != other.born
    units = one.values.get("unit", ""), other.values.get("unit", "")
    return all(units) and units[0] != units[1]


def _same_given(one: RosterPerson, other: RosterPerson) -> bool:
    """Return whether rows of two files are certainly of one person.

    They are if they have one id of their own, or if one is a form and the other a row of a roster, with one
    month of birth.
    """
    if one.place.label == other.place.label:
        return False
    given = one.values.get("id")
    if given and given == other.values.get("id"):
        return True
    return bool(one.born) and one.born == other.born and _is_form(one) != _is_form(other)


def _is_form(person: RosterPerson) -> bool:
    return person.place.label.lower().endswith(FORM_SUFFIXES)


def _differences(person: RosterPerson, other: RosterPerson) -> Iterator[Fault]:
    """Yield a remark for each cell in which another row differs about the same person."""
    for column, cell in other.values.items():
        kept = person.values.get(column, "")
        if cell and kept and cell != kept:
            where = f"{person.place.label}:{person.place.row}"
            message = Text(
                zh=f"与 {where} 不一致，以该处的“{short(kept)}”为准",
                en=f"differs from {where}, whose '{short(kept)}' is taken",
            )
            yield Fault(message, other.place.label, other.place.row, column, short(cell))


def _merge(person: RosterPerson, other: RosterPerson) -> None:
    """Fill in a person with what another row says of the same person."""
    for column, cell in other.values.items():
        if not person.values.get(column):
            person.values[column] = cell
    person.born = person.born or other.born
    person.relatives.extend(other.relatives)
    person.resume.extend(other.resume)
    person.is_open = person.is_open or other.is_open


def person_row(person: RosterPerson) -> Row:
    """Return the row of a person for ``people.csv``."""
    return {"id": person.values.get("id", ""), "name": person.name, **person.values}
