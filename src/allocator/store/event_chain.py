"""Events and their chain: each event holds the SHA-256 of the one before, so that no change stays hidden."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from allocator.model.text import Text

#: The first element of what is hashed: another layout of events gets another name.
EVENT_FORMAT = "allocator-event/1"
#: Hexadecimal digits of a hash where it is printed among words.
SHORT_HASH = 16


@dataclass(frozen=True)
class NewEvent:
    """An event before it has a number, a time and a hash.

    Attributes:
        who: Who did it.
        what: What was done, one word such as ``kept``, ``submitted``, ``approved``.
        why: The reason, as it was given.
        name: Name of the plan that it is about; empty for none.
        version: Version of that name, counted from 1; 0 for none.
        plan: SHA-256 of the plan; empty for none.
        scenario: SHA-256 of the scenario; empty for none.
        details: Further data, as JSON.
    """

    who: str
    what: str
    why: str = ""
    name: str = ""
    version: int = 0
    plan: str = ""
    scenario: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """An event of the chain.

    Attributes:
        number: Its number, counted from 1.
        at: When, in UTC: ``2026-03-01T08:15:30.123456Z``.
        who: As in ``NewEvent``; so are ``what`` to ``scenario``.
        details: Further data as the JSON text that was hashed.
        previous: Hash of the event before; empty for the first.
        sha256: Hash of this event.
    """

    number: int
    at: str
    who: str
    what: str
    why: str
    name: str
    version: int
    plan: str
    scenario: str
    details: str
    previous: str
    sha256: str = ""

    @property
    def facts(self) -> Mapping[str, Any]:
        """The details as data; none where they are no JSON object."""
        try:
            found = json.loads(self.details)
        except (TypeError, ValueError):  # an event that does not verify
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class ChainHead:
    """The last event of a chain: its number, and its hash, which stands for all events up to it."""

    number: int = 0
    sha256: str = ""

    def __str__(self) -> str:
        """Return the head as it is printed, such as ``12:3f2a9c1b2d4e5f60``."""
        return f"{self.number}:{self.sha256[:SHORT_HASH]}"


def details_text(details: Mapping[str, Any]) -> str:
    """Return details as the JSON text that is hashed: keys in order, no blanks."""
    return json.dumps(
        dict(details), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def event_hash(event: Event) -> str:
    """Return the SHA-256 of an event: of a JSON list of its fields without blanks, in UTF-8.

    Raises:
        TypeError, UnicodeEncodeError: A field is no text (or number) at all; no event is written like that.
    """
    parts = [
        EVENT_FORMAT, event.number, event.at, event.who, event.what, event.why, event.name, event.version,
        event.plan, event.scenario, event.details, event.previous,
    ]  # fmt: skip
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def chained(new: Iterable[NewEvent], head: ChainHead, at: str) -> list[Event]:
    """Return new events as events of the chain that ends in ``head``."""
    events: list[Event] = []
    number, previous = head.number, head.sha256
    for one in new:
        number += 1
        event = Event(
            number, at, one.who, one.what, one.why, one.name, one.version, one.plan, one.scenario,
            details_text(one.details), previous,
        )  # fmt: skip
        previous = event_hash(event)
        events.append(_with_hash(event, previous))
    return events


def _with_hash(event: Event, digest: str) -> Event:
    object.__setattr__(event, "sha256", digest)  # faster than `replace`, for a batch of many
    return event


@dataclass(frozen=True)
class ChainFault:
    """The first event at which a chain does not verify.

    Attributes:
        number: Number of the event.
        reason: What is wrong with it.
    """

    number: int
    reason: Text


class ChainChecker:
    """Checks events one after another, in the order of their numbers.

    Attributes:
        head: The last event that was right.
        fault: The first fault; None while there is none.
    """

    def __init__(self) -> None:
        self.head = ChainHead()
        self.fault: ChainFault | None = None

    def take(self, event: Event) -> bool:
        """Check the next event, and return whether the chain is right so far."""
        reason = self._reason(event)
        if reason is None:
            self.head = ChainHead(event.number, event.sha256)
            return True
        wanted = self.head.number + 1
        self.fault = ChainFault(wanted, reason)
        return False

    def _reason(self, event: Event) -> Text | None:
        wanted = self.head.number + 1
        if event.number != wanted:
            return Text(zh="此条缺失", en="it is missing")
        try:
            digest = event_hash(event)
        except (TypeError, ValueError):
            digest = ""
        if digest != event.sha256:
            return Text(
                zh="内容与其校验值不符：此条被改过", en="its content does not match its hash: it was changed"
            )
        if event.previous != self.head.sha256:
            return Text(
                zh="与前一条的校验值不符：两条之一是插入的或被改过",
                en="it does not hold the hash of the one before: one of the two was put in or changed",
            )
        return None
