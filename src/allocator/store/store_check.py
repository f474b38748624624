"""Verifies a store: its chain, what it keeps by hashes, the steps of plans, a head that was printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import NoResultFound

from allocator.errors import ChainError, Fault, InputError, shorten
from allocator.model.text import Text
from allocator.store.event_chain import ChainHead, Event
from allocator.store.kept_scenarios import ScenarioListing
from allocator.store.plan_states import KEPT, STEPS, PlanVersion, plan_versions, step_faults
from allocator.store.store import SCENARIO, Store, chain_check, chain_fault
from allocator.store.store_schema import contents, events

#: A head as it is printed: the number of the event and the beginning of its hash.
_HEAD = re.compile(r"\s*(?:(?P<number>[1-9][0-9]{0,17})\s*[:：])?\s*(?P<hash>[0-9a-f]{8,64})\s*")
#: Most faults that are listed.
MOST_FAULTS = 50


@dataclass(frozen=True)
class StoreCheck:
    """What a check of a store found.

    Attributes:
        place: Where the store is.
        head: The last event that is right.
        events: Number of events.
        contents: Number of contents that are kept.
        plans: Number of versions of plans.
        faults: What is wrong, in the order in which it was found; the first of the chain stands first.
    """

    place: str
    head: ChainHead
    events: int
    contents: int
    plans: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check_store(store: Store, printed_head: str = "") -> StoreCheck:
    """Verify a store.

    Args:
        store: The open store.
        printed_head: A head as it was printed on a document, such as ``12:3f2a9c1b2d4e5f60``: the chain must
            hold it. A chain alone cannot show that its end was cut off.

    Raises:
        InputError: ``printed_head`` is no head, or the database fails.
    """
    wanted = _HEAD.fullmatch(printed_head.lower()) if printed_head else None
    if printed_head and wanted is None:
        message = Text(zh="不是印出的末条记录摘要", en="is no head as it is printed")
        allowed = "12:3f2a9c1b2d4e5f60"
        raise InputError([Fault(message, column="--head", found=shorten(printed_head), allowed=allowed)])
    with store.database.reading() as connection:
        faults = [*_file_faults(store, connection)]
        chain = chain_check(connection)
        if chain.fault is not None:
            faults.append(chain_fault(chain.fault, store.place.shown))
        found = [Event(*row) for row in connection.execute(select(events).order_by(events.c.number))]
        right = found[: chain.head.number]
        faults.extend(_content_faults(store, connection, right))
        faults.extend(_step_faults(right))
        kept = connection.execute(select(func.count()).select_from(contents)).scalar_one()
    if wanted is not None:
        faults.extend(_head_faults(found, wanted["number"], wanted["hash"], printed_head))
    plans = sum(event.what == KEPT for event in found)
    return StoreCheck(store.place.shown, chain.head, len(found), kept, plans, tuple(faults[:MOST_FAULTS]))


def _file_faults(store: Store, connection: Connection) -> Iterator[Fault]:
    """Yield what is wrong with the tables, the triggers and the pages of the file."""
    try:
        store.database.check_schema(connection)
    except ChainError as error:
        yield from error.faults
    if store.database.is_sqlite:
        for line in connection.exec_driver_sql("PRAGMA integrity_check(3)").scalars():
            if line != "ok":
                message = Text(
                    zh="文件已损坏；请换用备份", en="the file is damaged; go on with a backup of it"
                )
                yield Fault(message, store.place.shown, found=shorten(line))


def _content_faults(store: Store, connection: Connection, found: Iterable[Event]) -> Iterator[Fault]:
    """Yield a fault for everything that is kept under a hash that is not its own, or is missing."""
    right = set()
    for digest, content in connection.execute(select(contents).execution_options(yield_per=1)):
        if isinstance(content, bytes) and sha256(content).hexdigest() == digest:
            right.add(digest)
        else:
            message = Text(zh="所存内容被改过", en="what is kept by this hash was changed")
            yield Fault(message, store.place.shown, found=shorten(digest))
    for event in found:
        for digest in _needed(connection, event):
            if digest not in right:
                message = Text(
                    zh="记录所指的内容缺失或被改过", en="what the event names is missing or was changed"
                )
                yield Fault(message, event_label(event.number), found=shorten(digest))


def _needed(connection: Connection, event: Event) -> Iterator[str]:
    """Yield the hashes of the contents that an event names; an empty one for a listing that is wrong."""
    if event.what == KEPT:
        yield event.plan
    if event.what == SCENARIO:
        listing = _listing(connection, event)
        yield from ("",) if listing is None else (digest for _, digest in listing.files)


def _listing(connection: Connection, event: Event) -> ScenarioListing | None:
    """Return the listing of the scenario that an event is about; None if it is not the right one."""
    try:
        query = select(contents.c.content).where(contents.c.sha256 == str(event.facts.get("listing")))
        listing = ScenarioListing.of_json(connection.execute(query).scalar_one())
    except (NoResultFound, ValueError, KeyError, TypeError):
        return None
    return listing if listing.is_right and listing.sha256 == event.scenario else None


def _step_faults(found: Iterable[Event]) -> Iterator[Fault]:
    """Yield a fault for each step that was not allowed when it was taken."""
    versions: dict[tuple[str, int], PlanVersion] = {}
    for event in found:
        key, step = (event.name, event.version), STEPS.get(event.what)
        if event.what == KEPT:
            versions.update(plan_versions([event]))
        elif step is not None:
            if key not in versions:
                message = Text(zh="所指的方案从未存入", en="the plan that it names was never kept")
                yield Fault(message, event_label(event.number))
                continue
            replaced = "replaced_by" in event.details
            why = event.why or ("-" if replaced else "")
            for fault in step_faults(versions[key], step, event.who, why):
                yield Fault(fault.message, event_label(event.number), column=fault.file)
            versions[key] = versions[key].after(event)


def event_label(number: int) -> str:
    """Return the words by which faults name an event."""
    return f"#{number}"


def _head_faults(found: Iterable[Event], number: str | None, digest: str, printed: str) -> Iterator[Fault]:
    """Yield a fault if the chain does not hold a head that was printed."""
    for event in found:
        if str(event.sha256).startswith(digest) and number in (None, str(event.number)):
            return
    message = Text(
        zh="记录链中没有印出的这一条：其后的记录被删去，或记录链被重写",
        en="the chain does not hold what was printed: its end was cut off, or it was written anew",
    )
    yield Fault(message, column="--head", found=shorten(printed))
