"""Questions of identity: names that may be one of our people, and answers that contradict or fit no name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from allocator.errors import Fault, nearest, shorten
from allocator.model.identity import Identities, name_key
from allocator.model.reading.table_rows import Records
from allocator.model.scenario import Organisation
from allocator.model.tables import Case, Identity, Tie
from allocator.model.text import Text

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
    answers = " | ".join(f"{shorten(place.name)},{person},{word}" for word in ("same_as", "not_same_as"))
    allowed = f"identities.csv (name,person,answer): {answers}"
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
