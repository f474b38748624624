"""What a store keeps, laid out for people: the versions of plans, the events, the record on a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from allocator.errors import shorten
from allocator.model.plan import HARD
from allocator.model.text import Text
from allocator.report.desk.desk_tables import PlanRecord
from allocator.report.score_view import gap_percent
from allocator.report.wording import STATUS
from allocator.store.event_chain import ChainHead, Event
from allocator.store.plan_states import STATE_TITLES, PlanVersion

#: Digits of a hash in a table.
SHOWN_DIGITS = 12
EVENT_TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "created": Text(zh="建库", en="created"),
        "migrated": Text(zh="升级", en="migrated"),
        "scenario": Text(zh="存入场景", en="scenario kept"),
        "kept": Text(zh="存入方案", en="plan kept"),
        "submitted": Text(zh="送审", en="submitted"),
        "returned": Text(zh="退回", en="returned"),
        "approved": Text(zh="通过", en="approved"),
        "published": Text(zh="公布", en="published"),
        "voided": Text(zh="作废", en="voided"),
        "studied": Text(zh="试算", en="studied"),
    }
)


@dataclass(frozen=True)
class KeptLevel:
    """The cost of a level, and its proved lower bound."""

    level: int
    cost: int
    bound: int


@dataclass(frozen=True)
class KeptPlanLine:
    """A version of a plan, as a line of the history.

    Attributes:
        reference: Name and version, such as ``rotation@3``.
        name: Its name.
        version: Its version.
        state: Its state, in one word of English.
        state_title: The state in words.
        status: Whether it is proved to be the best, in words.
        score: Cost and bound of each level below the hard one.
        gap: The gap of the first level that is not closed, in percent; 0 where all are; None without a plan.
        who: Who kept it.
        at: When, in UTC.
        why: The reason that was given.
        last_what: What was done with it last, in words.
        last_who: Who did that.
        last_at: When.
        last_why: Why.
        replaces: The version that it replaced; 0 for none.
        replaced_by: The version that replaced it; 0 for none.
        plan: SHA-256 of the plan.
        scenario: SHA-256 of the scenario.
    """

    reference: str
    name: str
    version: int
    state: str
    state_title: Text
    status: Text
    score: tuple[KeptLevel, ...]
    gap: float | None
    who: str
    at: str
    why: str
    last_what: Text
    last_who: str
    last_at: str
    last_why: str
    replaces: int
    replaced_by: int
    plan: str
    scenario: str


@dataclass(frozen=True)
class EventLine:
    """An event, as a line of the log.

    Attributes:
        number: Its number.
        at: When, in UTC.
        who: Who.
        login: The login under which it was done, where that is not ``who``.
        what: What, in one word of English.
        what_title: What, in words.
        reference: The plan that it is about, such as ``rotation@3``; the name of a scenario; empty for none.
        why: The reason.
        note: What else it says, in words.
        sha256: Its hash.
    """

    number: int
    at: str
    who: str
    login: str
    what: str
    what_title: Text
    reference: str
    why: str
    note: Text
    sha256: str


def kept_plan_line(one: PlanVersion) -> KeptPlanLine:
    """Return the line of a version of a plan."""
    facts = one.kept.facts
    status = str(facts.get("status", ""))
    score = tuple(_levels(facts.get("score")))
    has_plan = status in ("optimal", "feasible")
    gaps = (gap_percent(level.cost, level.bound) for level in score if level.cost > level.bound)
    return KeptPlanLine(
        reference=one.reference,
        name=one.name,
        version=one.version,
        state=str(one.state),
        state_title=STATE_TITLES[one.state],
        status=STATUS.get(status, Text(zh=status, en=status)),
        score=score,
        gap=next(gaps, 0.0) if has_plan else None,
        who=one.kept.who,
        at=one.kept.at,
        why=one.kept.why,
        last_what=_event_title(one.last.what),
        last_who=one.last.who,
        last_at=one.last.at,
        last_why=one.last.why,
        replaces=one.replaces,
        replaced_by=one.replaced_by,
        plan=one.plan,
        scenario=one.scenario,
    )


def _levels(score: object) -> Iterable[KeptLevel]:
    for one in score if isinstance(score, list) else ():
        if isinstance(one, list) and len(one) == 3 and one[0] != HARD:
            yield KeptLevel(*one)


def event_line(event: Event) -> EventLine:
    """Return the line of an event."""
    reference = f"{event.name}@{event.version}" if event.version else event.name
    facts = event.facts
    return EventLine(
        number=event.number,
        at=event.at,
        who=event.who,
        login=str(facts.get("login", "")),
        what=event.what,
        what_title=_event_title(event.what),
        reference=reference,
        why=event.why,
        note=_note(event),
        sha256=event.sha256,
    )


def _event_title(what: str) -> Text:
    return EVENT_TITLES.get(what) or Text(zh=what, en=what)


def _note(event: Event) -> Text:
    """Return what the details of an event say, in words."""
    facts, zh, en = event.facts, list[str](), list[str]()
    if command := facts.get("command"):
        zh.append(f"allocator {shorten(command)}")
        en.append(f"allocator {shorten(command)}")
    if replaces := facts.get("replaces"):
        added, removed = facts.get("added"), facts.get("removed")
        zh.append(f"取代 {event.name}@{replaces}（新增 {added} 项安排，去掉 {removed} 项）")
        en.append(f"replaces {event.name}@{replaces} (assignments added: {added}, removed: {removed})")
    if by := facts.get("replaced_by"):
        zh.append(f"由 {event.name}@{by} 取代")
        en.append(f"replaced by {event.name}@{by}")
    if "from" in facts and "to" in facts:
        zh.append(f"方案库版本 {facts['from']} → {facts['to']}")
        en.append(f"version of the store {facts['from']} → {facts['to']}")
    if isinstance(cells := facts.get("cells"), dict):
        listed = ", ".join(f"{key} {value}" for key, value in cells.items())
        zh.append(listed)
        en.append(listed)
    return Text(zh="；".join(zh), en="; ".join(en))


def record_of(head: ChainHead, versions: Sequence[PlanVersion]) -> PlanRecord:
    """Return the record that a document shows: the plan in the store, and the head of the chain."""
    zh, en = [], []
    for one in versions:
        title = STATE_TITLES[one.state]
        zh.append(f"{one.reference}（{title.zh}）")
        en.append(f"{one.reference} ({title.en})")
    return PlanRecord(Text(zh="、".join(zh) or "未存入", en=", ".join(en) or "not kept"), str(head))
