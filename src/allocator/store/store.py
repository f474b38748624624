"""The store: what it keeps, how something is added, and what is read from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Select, insert, select

from allocator.errors import ChainError, Fault
from allocator.model.text import Text
from allocator.store.event_chain import ChainChecker, ChainFault, ChainHead, Event, NewEvent, chained
from allocator.store.kept_scenarios import KeptScenario, ScenarioListing
from allocator.store.plan_states import (
    KEPT,
    PUBLISH,
    VOID,
    PlanState,
    PlanStep,
    PlanVersion,
    check_step,
    plan_versions,
)
from allocator.store.store_database import StoreDatabase
from allocator.store.store_place import store_place
from allocator.store.store_schema import NEWEST, contents, events
from allocator.store.store_words import check_text

#: The first event of a store, the one of a newer version of it, and the one by which a scenario is kept.
CREATED, MIGRATED, SCENARIO = "created", "migrated", "scenario"
#: Who does what the program does by itself.
PROGRAM = "allocator"
_ROWS = 1_000


@dataclass(frozen=True)
class PlanToKeep:
    """A plan to be kept under a name.

    Attributes:
        name: The name; the next version of it is taken.
        content: The plan as it is written.
        scenario: The scenario that it was made for.
        details: What the event says of it: status, score.
    """

    name: str
    content: bytes
    scenario: KeptScenario
    details: Mapping[str, Any]


class Store:
    """An open store.

    Args:
        place: A file, or the address of a PostgreSQL database.
        create: Whether a store is made where there is none.
        writes: Whether something will be added.
        verify: Whether the whole chain is verified first, as it is before anything is added.

    Raises:
        InputError: It cannot be opened, or is no store.
        ChainError: The chain does not verify.
    """

    def __init__(
        self, place: str | Path, *, create: bool = False, writes: bool = False, verify: bool = True
    ) -> None:
        self.database = StoreDatabase(store_place(place), create=create, writes=create or writes)
        self.place = self.database.place
        try:
            if verify or create or writes:
                self._begin(writes=create or writes)
        except BaseException:
            self.close()
            raise

    def _begin(self, *, writes: bool) -> None:
        """Verify the chain, and record that the store was made or led to a newer version."""
        with self.database.reading() as connection:
            self.database.check_schema(connection)
            head = self.checked(connection)
        if (head.number or not writes) and not self.database.migrated:
            return
        with self.database.writing() as connection:
            if self._head(connection).number == 0:
                details = {"version": int(NEWEST)}
                self._append(connection, [NewEvent(PROGRAM, CREATED, details=details)])
            elif self.database.migrated:
                details = {"from": int(self.database.migrated), "to": int(NEWEST)}
                self._append(connection, [NewEvent(PROGRAM, MIGRATED, details=details)])

    def close(self) -> None:
        """Close the store."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What is read

    def head(self) -> ChainHead:
        """Return the last event's number and hash."""
        with self.database.reading() as connection:
            return self._head(connection)

    def events(self, *, after: int = 0, name: str | None = None, plan: str | None = None) -> list[Event]:
        """Return events in their order.

        Args:
            after: Only those with a greater number.
            name: Only those about this name.
            plan: Only those about this plan.
        """
        query = select(events).where(events.c.number > after)
        if name is not None:
            query = query.where(events.c.name == name)
        if plan is not None:
            query = query.where(events.c.plan == plan)
        with self.database.reading() as connection:
            return list(_events(connection, query))

    def versions(self, name: str | None = None) -> list[PlanVersion]:
        """Return every version of every name, or of one, in the order in which they were kept."""
        with self.database.reading() as connection:
            return list(self._versions(connection, name).values())

    def content(self, digest: str) -> bytes:
        """Return what is kept by a hash, which is checked.

        Raises:
            ChainError: It is not there, or was changed.
        """
        with self.database.reading() as connection:
            return self._content(connection, digest)

    def scenario(self, digest: str) -> KeptScenario:
        """Return a scenario that is kept.

        Raises:
            ChainError: It is not there, or was changed.
        """
        with self.database.reading() as connection:
            listing = self._listing(connection, digest)
            if listing is None:
                message = Text(zh="没有此场景", en="there is no such scenario")
                raise ChainError([Fault(message, self.place.shown, found=digest)])
            kept = {name: self._content(connection, one) for name, one in listing.files}
        return KeptScenario(listing, kept)

    def has_scenario(self, digest: str) -> bool:
        """Whether a scenario is kept."""
        with self.database.reading() as connection:
            return self._listing(connection, digest) is not None

    # What is added

    def record(self, new: Sequence[NewEvent]) -> list[Event]:
        """Add events that are no steps of plans, such as a look at a person.

        Raises:
            InputError: A text in them cannot be kept, or the database fails.
        """
        with self.database.writing() as connection:
            return self._append(connection, new)

    def keep(self, plan: PlanToKeep, *, who: str, why: str = "") -> PlanVersion:
        """Keep a plan under a name, and its scenario with it; both stay as they are.

        A plan that is kept under this name already stays the version that it is.

        Args:
            plan: The plan.
            who: Who keeps it.
            why: The reason.

        Raises:
            InputError: A text cannot be kept, or the database fails.
        """
        check_text(plan.name, "--as", name=True)
        digest = sha256(plan.content).hexdigest()
        listing = plan.scenario.listing
        with self.database.writing() as connection:
            known = self._versions(connection, plan.name)
            for one in known.values():
                if one.plan == digest:
                    return one
            new = []
            if self._listing(connection, listing.sha256) is None:
                manifest = listing.to_json()
                for content in (*plan.scenario.contents.values(), manifest):
                    self._put(connection, content)
                facts = {"listing": sha256(manifest).hexdigest(), "files": len(listing.files)}
                new.append(NewEvent(who, SCENARIO, name=listing.name, scenario=listing.sha256, details=facts))
            self._put(connection, plan.content)
            version = 1 + max((number for _, number in known), default=0)
            new.append(NewEvent(who, KEPT, why, plan.name, version, digest, listing.sha256, plan.details))
            event = self._append(connection, new)[-1]
        return plan_versions([event])[plan.name, version]

    def step(
        self,
        version: PlanVersion,
        step: PlanStep,
        *,
        who: str,
        why: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> PlanVersion:
        """Take a step with a version of a plan; to publish it voids the version that was published.

        Args:
            version: The version; its state is read anew.
            step: The step.
            who: Who takes it.
            why: The reason.
            details: Further data for the event.

        Raises:
            InputError: The step is not allowed, a text cannot be kept, or the database fails.
        """
        with self.database.writing() as connection:
            all_versions = self._versions(connection, version.name)
            now = all_versions[version.name, version.version]
            check_step(now, step, who, why)
            facts, new = dict(details or {}), []
            if step is PUBLISH:
                for one in all_versions.values():
                    if one.state is PlanState.PUBLISHED:
                        facts["replaces"] = one.version
                        replaced = {"replaced_by": now.version}
                        new.append(_step_event(one, VOID, who, "", replaced))
            new.append(_step_event(now, step, who, why, facts))
            event = self._append(connection, new)[-1]
        return now.after(event)

    # What both stand on

    def checked(self, connection: Connection) -> ChainHead:
        """Verify the whole chain, and return its head.

        Raises:
            ChainError: It does not verify; the fault names the first event that is wrong.
        """
        checker = chain_check(connection)
        if checker.fault is not None:
            raise ChainError([chain_fault(checker.fault, self.place.shown)])
        return checker.head

    def _head(self, connection: Connection) -> ChainHead:
        query = select(events.c.number, events.c.sha256).order_by(events.c.number.desc()).limit(1)
        row = connection.execute(query).one_or_none()
        return ChainHead(*row) if row is not None else ChainHead()

    def _append(self, connection: Connection, new: Sequence[NewEvent]) -> list[Event]:
        for one in new:
            for text, column in ((one.who, "--who"), (one.why, "--why"), (one.name, "--as"), (one.what, "")):
                check_text(text, column)
        made = chained(new, self._head(connection), utc_now())
        if made:
            connection.execute(insert(events), [vars(event) for event in made])
        return made

    def _put(self, connection: Connection, content: bytes) -> None:
        digest = sha256(content).hexdigest()
        is_there = connection.execute(select(contents.c.sha256).where(contents.c.sha256 == digest)).first()
        if is_there is None:
            connection.execute(insert(contents), {"sha256": digest, "content": content})

    def _content(self, connection: Connection, digest: str) -> bytes:
        found = connection.execute(
            select(contents.c.content).where(contents.c.sha256 == digest)
        ).scalar_one_or_none()
        if isinstance(found, bytes) and sha256(found).hexdigest() == digest:
            return found
        message = Text(zh="所存内容缺失或被改过", en="what is kept is missing, or was changed")
        raise ChainError([Fault(message, self.place.shown, found=digest)])

    def _listing(self, connection: Connection, digest: str) -> ScenarioListing | None:
        query = select(events).where(events.c.scenario == digest, events.c.what == SCENARIO)
        event = next(_events(connection, query), None)
        if event is None:
            return None
        try:
            listing = ScenarioListing.of_json(self._content(connection, str(event.facts.get("listing"))))
        except (ValueError, KeyError, TypeError):
            listing = None
        if listing is None or listing.sha256 != digest or not listing.is_right:
            message = Text(zh="所存场景与其摘要不符", en="a scenario that is kept does not match its hash")
            raise ChainError([Fault(message, self.place.shown, found=digest)])
        return listing

    def _versions(self, connection: Connection, name: str | None) -> dict[tuple[str, int], PlanVersion]:
        query = select(events).where(events.c.version > 0)
        if name is not None:
            query = query.where(events.c.name == name)
        return plan_versions(_events(connection, query))


def chain_check(connection: Connection) -> ChainChecker:
    """Return a checker that has taken all events, up to the first that is wrong."""
    checker = ChainChecker()
    for event in _events(connection, select(events)):
        if not checker.take(event):
            break
    return checker


def _step_event(
    version: PlanVersion, step: PlanStep, who: str, why: str, details: Mapping[str, Any]
) -> NewEvent:
    return NewEvent(
        who, step.what, why, version.name, version.version, version.plan, version.scenario, details
    )


def chain_fault(fault: ChainFault, shown: str) -> Fault:
    """Return the fault of the first event that is wrong."""
    reason, number = fault.reason, fault.number
    message = Text(
        zh=f"记录链不能核实，第一处在第 {number} 条：{reason.zh}",
        en=f"the chain does not verify; the first wrong event is {number}: {reason('en')}",
    )
    return Fault(message, shown)


def _events(connection: Connection, query: Select[Any]) -> Iterator[Event]:
    ordered = query.order_by(events.c.number).execution_options(yield_per=_ROWS)
    with connection.execute(ordered) as rows:
        for row in rows:
            yield Event(*row)


def utc_now() -> str:
    """Return the time in UTC as events have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
