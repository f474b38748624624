"""Identity: the people for whom a plain name may stand, and the questions that the tables leave open.

A party to a case or an end of a tie may be written as a name. Until ``identities.csv`` says otherwise, the
name of one of our people stands for that person too: a conflict of interest is assumed, never overlooked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from allocator.errors import Fault, nearest, shorten
from allocator.model.reading.table_rows import Records
from allocator.model.reading.workbook_sheets import TITLES
from allocator.model.scenario import Organisation
from allocator.model.tables import Case, Identity, Tie
from allocator.model.text import Text

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕")
_SPACES = re.compile(r"\s+")


#: The dots that stand between the parts of a name; each keyboard has another.
NAME_DOTS = str.maketrans(dict.fromkeys(".•‧∙⋅・･●▪᛫", "·"))


def name_key(name: str) -> str:
    """Return the key by which names are compared.

    It has no spaces, no bracketed remarks, one width, one case, and one dot between the parts of a name.
    """
    plain = unicodedata.normalize("NFKC", name).translate(NAME_DOTS)
    return _SPACES.sub("", _BRACKETS.sub("", plain)).casefold()


@dataclass(frozen=True)
class Meaning:
    """The people for whom a name stands at one place.

    Attributes:
        people: Ids of our people for whom the name stands or may stand.
        open: The ids among ``people`` for which ``identities.csv`` has no answer yet.
        certain: Whether an answer says that the name is one of these people.
    """

    people: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    certain: bool = False


@dataclass(frozen=True)
class Identities:
    """The answers of ``identities.csv`` about the people of an organisation."""

    organisation: Organisation
    answers: tuple[Identity, ...]

    def meaning(self, name: str, case: str = "") -> Meaning:
        """Return the people for whom ``name`` stands as a party to ``case``, or anywhere without a case."""
        if name in self.organisation.entities and not (case and self._is_own_name(name)):
            return Meaning()
        answered = [one for one in self.about(name) if one.person and one.case in ("", case)]
        same = tuple(dict.fromkeys(one.person for one in answered if one.same))
        if same:
            return Meaning(same, certain=True)
        others = {one.person for one in answered}
        may_be = tuple(person for person in self._bearers.get(name_key(name), ()) if person not in others)
        return Meaning(may_be, open=may_be)

    def about(self, name: str) -> tuple[Identity, ...]:
        """Return the answers about a name in any spelling."""
        return self._answers.get(name_key(name), ())

    def told_apart(self, name: str) -> bool:
        """Return whether an answer says that a name in several cases is several people."""
        return any(not one.person and not one.same for one in self.about(name))

    def settled(self, name: str) -> bool:
        """Return whether an answer decides if a name in several cases is one person."""
        return any(not one.person or one.same for one in self.about(name))

    def party_names(self, name: str, case: str) -> tuple[str, ...]:
        """Return the names of a party: its own (with the case if told apart), and the ids of our people."""
        people = self.meaning(name, case).people
        own = f"{name}（{case}）" if self.told_apart(name) else name
        if own not in people and self._is_own_name(own):
            own = f"{name}（同名者）"
        return tuple(dict.fromkeys((own, *people)))

    def _is_own_name(self, name: str) -> bool:
        """Return whether a name is also the id of a person with this name, as in a table without ids."""
        person = self.organisation.people.get(name)
        return person is not None and name_key(person.name) == name_key(name)

    def is_asked_about(self, name: str) -> bool:
        """Return whether a party's name is ambiguous: the name is no id, or an id that is also a name."""
        return name not in self.organisation.entities or self._is_own_name(name)

    def tie_ends(self, name: str) -> tuple[str, ...]:
        """Return the names of an end of a tie: an entity or place unchanged, any other end like a party."""
        if name in self.organisation.entities or name in self.organisation.places:
            return (name,)
        meaning = self.meaning(name)
        if meaning.certain:
            return meaning.people
        apart = self._cases_of.get(name, ()) if self.told_apart(name) else ()
        return (*([f"{name}（{case}）" for case in apart] or [name]), *meaning.people)

    @cached_property
    def _bearers(self) -> Mapping[str, tuple[str, ...]]:
        return _grouped((name_key(person.name), person.id) for person in self.organisation.people.values())

    @cached_property
    def _answers(self) -> Mapping[str, tuple[Identity, ...]]:
        found: dict[str, list[Identity]] = {}
        for answer in self.answers:
            found.setdefault(name_key(answer.name), []).append(answer)
        return {key: tuple(answers) for key, answers in found.items()}

    @cached_property
    def _cases_of(self) -> Mapping[str, tuple[str, ...]]:
        cases = self.organisation.cases.values()
        return _grouped((name, case.id) for case in cases for name in case.parties)


def with_identities(organisation: Organisation, answers: tuple[Identity, ...]) -> Organisation:
    """Return the organisation with the ids of people added to parties and ties given by name."""
    identities = Identities(organisation, answers)
    cases = {case.id: _with_parties(case, identities) for case in organisation.cases.values()}
    ties = tuple(tie for stated in organisation.ties for tie in _between_people(stated, identities))
    assumed = dict(_assumed(organisation, identities))
    return replace(organisation, cases=cases, ties=ties, identities=answers, assumed=assumed)


def _assumed(organisation: Organisation, identities: Identities) -> Iterator[tuple[str, str]]:
    """Yield each person with the name of a party or of an end of a tie that may be this person."""
    named = [(name, case.id) for case in organisation.cases.values() for name in case.parties]
    named += [(name, "") for tie in organisation.ties for name in (tie.source, tie.target)]
    for name, case in named:
        if name not in organisation.places:
            yield from ((person, name) for person in identities.meaning(name, case).open)


def _with_parties(case: Case, identities: Identities) -> Case:
    parties = tuple(
        dict.fromkeys(one for name in case.parties for one in identities.party_names(name, case.id))
    )
    return case if parties == case.parties else case.model_copy(update={"parties": parties})


def _between_people(tie: Tie, identities: Identities) -> Iterator[Tie]:
    """Yield the tie for each pair of people that its ends may be; no tie of a person to themselves."""
    sources, targets = identities.tie_ends(tie.source), identities.tie_ends(tie.target)
    if (sources, targets) == ((tie.source,), (tie.target,)):
        yield tie
        return
    for source in sources:
        for target in targets:
            if source != target:
                yield tie.model_copy(update={"source": source, "target": target})


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        if key:
            found.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in found.items()}


TABLE = "identities"


@dataclass(frozen=True)
class Mention:
    """A name in a table: its file, line and header, and its case (empty in a tie)."""

    name: str
    file: str
    line: int
    header: str
    case: str = ""


def contradictions(tables: Mapping[str, Records]) -> Iterator[Fault]:
    """Yield a fault for each answer that contradicts an earlier answer about the same name."""
    records = tables.get(TABLE)
    seen: list[tuple[int, Identity]] = []
    for placed in records.rows if records else ():
        row = placed.row
        if not isinstance(row, Identity) or records is None:
            continue
        for line, other in seen:
            if _clash(row, other):
                message = Text(zh=f"与第 {line} 行的认定相矛盾", en=f"contradicts the answer in row {line}")
                yield Fault(message, records.file, placed.line, records.header("answer"), row.answer)
                break
        seen.append((placed.line, row))


def _clash(one: Identity, other: Identity) -> bool:
    if name_key(one.name) != name_key(other.name) or (one.case and other.case and one.case != other.case):
        return False
    if one.person == other.person:
        return one.same != other.same
    return bool(one.person and other.person and one.same and other.same)


def identity_doubts(
    tables: Mapping[str, Records], organisation: Organisation, answers: tuple[Identity, ...]
) -> Iterator[Fault]:
    """Yield the questions for ``identities.csv``: names of our people, and names in several cases.

    Args:
        tables: The tables as read, for the places of names.
        organisation: The organisation with names as in the tables.
        answers: The rows of ``identities.csv``.
    """
    identities = Identities(organisation, answers)
    mentions = list(_mentions(tables, identities))
    yield from _may_be_ours(mentions, identities)
    yield from _in_several_cases(mentions, identities)
    yield from _about_nobody(mentions, tables)


def _mentions(tables: Mapping[str, Records], identities: Identities) -> Iterator[Mention]:
    organisation = identities.organisation
    for table in ("cases", "ties"):
        records = tables.get(table)
        for placed in records.rows if records else ():
            row = placed.row
            if records is None:
                continue
            if isinstance(row, Case):
                header = records.header("parties")
                named = [(name, header, row.id) for name in row.parties]
            elif isinstance(row, Tie):
                ends = (("source", row.source), ("target", row.target))
                named = [(n, records.header(c), "") for c, n in ends if n not in organisation.places]
            else:
                continue
            for name, header, case in named:
                if identities.is_asked_about(name) if case else name not in organisation.entities:
                    yield Mention(name, records.file, placed.line, header, case)


def _may_be_ours(mentions: Iterable[Mention], identities: Identities) -> Iterator[Fault]:
    """Yield a question for each name of one of our people, at the first place of the name."""
    asked: dict[tuple[str, tuple[str, ...]], list[Mention]] = {}
    for mention in mentions:
        people = identities.meaning(mention.name, mention.case).open
        if people:
            asked.setdefault((name_key(mention.name), people), []).append(mention)
    for (_, people), places in asked.items():
        who = [_described(identities.organisation, person) for person in people[:3]]
        more = len(places) - 1
        message = Text(
            zh=f"与本单位人员同名：{'、'.join(who)}；是否同一人？认定之前按同一人回避"
            + (f"（另有 {more} 处）" if more else ""),
            en=f"bears the name of {', '.join(who)}: the same person? Taken to be, until it is answered"
            + (f" (also at {more} other places)" if more else ""),
        )
        yield _asked(message, places[0], people[0])


def _in_several_cases(mentions: Iterable[Mention], identities: Identities) -> Iterator[Fault]:
    cases: dict[str, dict[str, Mention]] = {}
    for mention in mentions:
        if mention.case and not identities.meaning(mention.name, mention.case).people:
            cases.setdefault(name_key(mention.name), {}).setdefault(mention.case, mention)
    for places in cases.values():
        first = next(iter(places.values()))
        if len(places) > 1 and not identities.settled(first.name):
            listed = ", ".join(shorten(case, 20) for case in list(places)[:5])
            message = Text(
                zh=f"在 {len(places)} 个案件中出现（{listed}）；是否同一人？认定之前按同一人处理",
                en=f"is a party to {len(places)} cases ({listed}): one person? Taken to be, until answered",
            )
            yield _asked(message, first, "")


def _asked(message: Text, place: Mention, person: str) -> Fault:
    book, _, sheet = place.file.rpartition(":")
    table, words = "identities.csv (name,person,answer)", ("same_as", "not_same_as")
    if book:
        table = f"{TITLES[TABLE].en} (name,person,answer)"
        if not sheet.isascii():
            table, words = f"{TITLES[TABLE].zh}（当事人、人员、认定）", ("同一人", "不是同一人")
    answers = " | ".join(f"{shorten(place.name)},{person},{word}" for word in words)
    allowed = f"{table}: {answers}"
    return Fault(message, place.file, place.line, place.header, shorten(place.name), allowed)


def _about_nobody(mentions: Iterable[Mention], tables: Mapping[str, Records]) -> Iterator[Fault]:
    records = tables.get(TABLE)
    if records is None:
        return
    known = {name_key(mention.name): mention.name for mention in mentions}
    for placed in records.rows:
        row = placed.row
        if isinstance(row, Identity) and name_key(row.name) not in known:
            message = Text(zh="没有当事人或关系使用此姓名", en="no party and no tie bears this name")
            near = nearest(row.name, known.values())
            yield Fault(
                message, records.file, placed.line, records.header("name"), shorten(row.name), nearest=near
            )


def _described(organisation: Organisation, person: str) -> str:
    """Return ``P1 何文（县财政局 主任）``, which tells people of one name apart."""
    one = organisation.people[person]
    unit = organisation.label(one.unit) if one.unit else ""
    post = " ".join(part for part in (unit, one.title) if part)
    return shorten(f"{person} {one.name}") + (f"（{shorten(post, 40)}）" if post else "")
