"""Makes ties of the relatives that people state, and postings of their posts and résumés."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from allocator.errors import Fault
from allocator.intake.assembly import OTHER, UnitRegister
from allocator.intake.dates import read_date
from allocator.intake.import_notes import FilePlace, Questions, short
from allocator.intake.post_roles import PostRoles
from allocator.intake.posts import split_post
from allocator.intake.resume_lines import ResumeLine
from allocator.intake.roster_families import StatedRelative
from allocator.intake.roster_reader import RosterPerson
from allocator.intake.scenario_tables import Row
from allocator.model.reading.identity import name_key
from allocator.model.text import Text

_NO_UNIT = Text(zh="看不出单位，未计入任职经历", en="does not tell the unit, and makes no posting")


def kin_ties(
    people: Mapping[str, RosterPerson],
    names: Mapping[str, Sequence[Row]],
    register: UnitRegister,
    questions: Questions,
) -> Iterator[Row]:
    """Yield the ties of people to their relatives, and of relatives to the units where they work.

    A relative with the name of one of our people is that person if the months of birth agree, is not if they
    differ, and is asked about if either is not known; no tie is written before the answer.

    Args:
        people: The people who state relatives, by id.
        names: The rows of all people, by the key of their names.
        register: The units.
        questions: Collects the questions; has the answers so far.
    """
    ids = {row["id"] for rows in names.values() for row in rows}
    for person_id, person in people.items():
        for stated in person.relatives:
            target = _target(person_id, stated, names, questions)
            kinship = stated.relative.kinship
            if not target or kinship is None:
                continue
            yield {
                "source": person_id,
                "target": target,
                "kind": kinship.kind,
                "known_from": _source(stated.place),
                "term": kinship.term,
                "relation": kinship.title.zh,
                "degree": str(kinship.degree) if kinship.degree else "",
                "work": stated.relative.work,
                "outside": "" if target in ids else "true",
            }
            unit = _unit_of_work(stated.relative.work, register)
            if unit and target not in ids:
                source = {"source": target, "target": unit, "kind": "works_in"}
                yield {**source, "known_from": _source(stated.place), "outside": "true"}


def _target(
    person_id: str, stated: StatedRelative, names: Mapping[str, Sequence[Row]], questions: Questions
) -> str:
    """Return the id or the name of a relative; empty while it is asked who the relative is."""
    relative = stated.relative
    bearers = names.get(name_key(relative.name), ())
    if not bearers:
        return relative.name
    alike = [row for row in bearers if row["id"] != person_id]
    is_own = not alike  # a relative with the person's own name
    key = stated.place.key(relative.name)
    answer = questions.answer(key)
    if answer in {row["id"] for row in alike}:
        return answer
    born = [row for row in alike if row.get("born") and relative.born]
    same = [row["id"] for row in born if row["born"][:7] == relative.born]
    if answer is None and len(same) == 1:
        return same[0]
    if answer == OTHER or is_own or (len(born) == len(alike) and not same):
        # A name alone would be taken for our person's.
        return f"{relative.name} {relative.born}" if relative.born else f"{relative.name}/{person_id}"
    ids = [row["id"] for row in alike]
    message = Text(
        zh=f"与本单位人员同名（{'、'.join(ids[:5])}）：是同一人吗？",
        en=f"bears the name of {', '.join(ids[:5])}: the same person?",
    )
    questions.ask(stated.place, message, key, [*ids, OTHER], found=relative.name)
    return ""


def _unit_of_work(work: str, register: UnitRegister) -> str:
    """Return the id of the known unit with whose name the work of a relative begins; empty without one."""
    names = (work[:length] for length in range(len(work), 1, -1))
    return next((register.id_of(name) for name in names if name in register.names), "")


def _source(place: FilePlace) -> str:
    return ":".join(filter(None, (place.label, str(place.row), short(place.column))))


def postings_and_service(
    people: Mapping[str, RosterPerson],
    register: UnitRegister,
    roles: PostRoles,
    questions: Questions,
    remarks: list[Fault],
) -> Iterator[tuple[str, Row]]:
    """Yield rows of ``postings`` for posts in known units, and of ``ties`` for service elsewhere.

    A posting has the role that its title certainly names; a present post in doubt is asked about.

    Args:
        people: The people, by id.
        register: The units.
        roles: The roles of the scenario.
        questions: Collects the questions; has the answers so far.
        remarks: Collects the lines of résumés whose unit cannot be told.
    """
    known = register.names
    for person_id, person in people.items():
        current = person.values.get("unit", "")
        held = False
        for line, place in person.resume:
            for spell in (line, *line.within):
                if spell.kind == "study":
                    continue
                made = _of_spell(person_id, spell, place, known, register)
                if made is None:
                    found = short(spell.text)
                    remarks.append(Fault(_NO_UNIT, place.label, place.row, short(place.column), found))
                    continue
                is_held = made[0] == "postings" and made[1]["group"] == current and spell.end is None
                held = held or is_held
                if made[0] == "postings":
                    unit, title = register.name_of(made[1]["group"]), made[1]["title"]
                    sure, likely = roles.named(unit, title)
                    if is_held:
                        made[1]["role"] = roles.ask(person, unit, title, questions)
                    elif len(sure) == 1 and not likely:
                        made[1]["role"] = sure.pop()
                yield made
        since = read_date(person.values.get("post_since", ""))
        if current and not held:
            source = ":".join((person.place.label, str(person.place.row)))
            title = person.values.get("title", "")
            role = roles.ask(person, register.name_of(current), title, questions)
            yield "postings", {**_posting(person_id, current, since.day, None, source, title), "role": role}


def _of_spell(
    person_id: str, spell: ResumeLine, place: FilePlace, known: frozenset[str], register: UnitRegister
) -> tuple[str, Row] | None:
    """Return the table and the row of one spell of work; None if its unit cannot be told."""
    post = split_post(spell.text, known)
    if not post.unit:
        return None
    unit, source = register.id_of(post.unit), f"{_source(place)}:{spell.number}"
    if unit:
        return "postings", _posting(person_id, unit, spell.start, spell.end, source, post.title)
    return "ties", {
        "source": person_id,
        "target": post.unit,
        "kind": "served_at",
        "since": spell.start.isoformat(),
        "until": spell.end.isoformat() if spell.end else "",
        "known_from": source,
        "term": post.title,
        "outside": "true",
    }


def _posting(person: str, unit: str, start: date | None, end: date | None, source: str, title: str) -> Row:
    return {
        "person": person,
        "group": unit,
        "from": start.isoformat() if start else "",
        "to": end.isoformat() if end else "",
        "known_from": source,
        "title": title,
    }
