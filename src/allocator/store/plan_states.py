"""The states of a kept plan, the steps between them, and who may take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text
from allocator.store.event_chain import Event

#: The event by which a plan is kept under a name.
KEPT = "kept"


class PlanState(StrEnum):
    """The state of a version of a plan."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    VOID = "void"


STATE_TITLES: Mapping[PlanState, Text] = MappingProxyType(
    {
        PlanState.DRAFT: Text(zh="草稿", en="draft"),
        PlanState.SUBMITTED: Text(zh="送审", en="submitted"),
        PlanState.APPROVED: Text(zh="通过", en="approved"),
        PlanState.PUBLISHED: Text(zh="公布", en="published"),
        PlanState.VOID: Text(zh="作废", en="void"),
    }
)


@dataclass(frozen=True)
class PlanStep:
    """A step from some states to another.

    Attributes:
        what: The event that records it.
        title: What it is called.
        before: The states from which it goes.
        after: The state to which it goes.
        needs_why: Whether a reason must be given.
    """

    what: str
    title: Text
    before: frozenset[PlanState]
    after: PlanState
    needs_why: bool = True


def _step(
    what: str, zh: str, en: str, before: Iterable[PlanState], after: PlanState, *, why: bool
) -> PlanStep:
    return PlanStep(what, Text(zh=zh, en=en), frozenset(before), after, why)


_S = PlanState
SUBMIT = _step("submitted", "送审", "submit", (_S.DRAFT,), _S.SUBMITTED, why=False)
RETURN = _step("returned", "退回", "return", (_S.SUBMITTED, _S.APPROVED), _S.DRAFT, why=True)
APPROVE = _step("approved", "通过", "approve", (_S.SUBMITTED,), _S.APPROVED, why=True)
PUBLISH = _step("published", "公布", "publish", (_S.APPROVED,), _S.PUBLISHED, why=True)
VOID = _step("voided", "作废", "void", [one for one in _S if one is not _S.VOID], _S.VOID, why=True)
STEPS: Mapping[str, PlanStep] = MappingProxyType(
    {one.what: one for one in (SUBMIT, RETURN, APPROVE, PUBLISH, VOID)}
)


@dataclass(frozen=True)
class PlanVersion:
    """A plan that is kept under a name.

    Attributes:
        name: The name.
        version: The version of the name, counted from 1.
        plan: SHA-256 of the plan.
        scenario: SHA-256 of the scenario that it was made for.
        state: Its state.
        kept: The event by which it was kept; its details have status and score of the plan.
        last: The event of its last step; ``kept`` where there was none.
        submitted_by: Who submitted it last; empty for nobody.
    """

    name: str
    version: int
    plan: str
    scenario: str
    state: PlanState
    kept: Event
    last: Event
    submitted_by: str = ""

    @property
    def reference(self) -> str:
        """Name and version, such as ``rotation@3``."""
        return f"{self.name}@{self.version}"

    @property
    def replaces(self) -> int:
        """The version that this one replaced when it was published; 0 for none."""
        return _number(self.last.facts.get("replaces")) if self.state is PlanState.PUBLISHED else 0

    @property
    def replaced_by(self) -> int:
        """The version by which this one was replaced; 0 for none."""
        return _number(self.last.facts.get("replaced_by")) if self.state is PlanState.VOID else 0

    def after(self, event: Event) -> PlanVersion:
        """Return the version after an event; one that is no step changes nothing."""
        step = STEPS.get(event.what)
        if step is None:
            return self
        by = event.who if step is SUBMIT else self.submitted_by
        return replace(self, state=step.after, last=event, submitted_by=by)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def plan_versions(events: Iterable[Event]) -> dict[tuple[str, int], PlanVersion]:
    """Return every version of every name with its state, from the events in their order."""
    found: dict[tuple[str, int], PlanVersion] = {}
    for event in events:
        key = (event.name, event.version)
        if event.what == KEPT:
            found[key] = PlanVersion(*key, event.plan, event.scenario, PlanState.DRAFT, event, event)
        elif key in found:
            found[key] = found[key].after(event)
    return found


def step_faults(version: PlanVersion, step: PlanStep, who: str, why: str) -> list[Fault]:
    """Return what forbids a step: the state, the two-man rule, a missing reason."""
    faults = []
    if version.state not in step.before:
        now, wanted = (
            STATE_TITLES[version.state],
            [STATE_TITLES[one] for one in PlanState if one in step.before],
        )
        zh, en = "、".join(one.zh for one in wanted), ", ".join(one.en for one in wanted)
        message = Text(
            zh=f"不能{step.title.zh}：现为“{now.zh}”，须为“{zh}”",
            en=f"cannot {step.title.en} what is {now.en}; it must be: {en}",
        )
        faults.append(Fault(message, version.reference))
    elif step is APPROVE and is_same_person(who, version.submitted_by):
        message = Text(
            zh="送审人不能自己通过，须由另一人审核",
            en="whoever submitted it cannot approve it: somebody else must",
        )
        faults.append(Fault(message, version.reference, column="--who", found=shorten(who)))
    if step.needs_why and not why.strip():
        message = Text(zh=f"{step.title.zh}须说明理由", en=f"to {step.title.en} needs a reason")
        faults.append(Fault(message, column="--why"))
    return faults


def check_step(version: PlanVersion, step: PlanStep, who: str, why: str) -> None:
    """Refuse a step that is not allowed.

    Raises:
        InputError: With everything that forbids it.
    """
    if faults := step_faults(version, step, who, why):
        raise InputError(faults)


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are of one person: blanks, width and case of letters make no difference."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
