"""Recusals and exceptions of options side by side: numbers kept, excused and broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput
from allocator.report.score_view import waiver_lines
from allocator.verify.plan_option import PlanOption


@dataclass(frozen=True)
class RecusalCount:
    """Numbers of recusals of one rule.

    Attributes:
        kept: Recusals that the plan keeps.
        excused: Recusals that an exception covers.
        broken: Recusals that the plan does not keep.
    """

    kept: int
    excused: int
    broken: int


@dataclass(frozen=True)
class RecusalRow:
    """A rule that keeps people from slots, in each option; None where it has no plan or no such rule."""

    rule: str
    why: Text
    options: tuple[RecusalCount | None, ...]

    @property
    def differs(self) -> bool:
        """Whether the options differ."""
        return len(set(self.options)) > 1


@dataclass(frozen=True)
class WaiverRow:
    """A named exception, with the breaches that it excuses in each option.

    Attributes:
        rule: Id of the rule.
        why: The reason of the rule.
        subjects: The items and slots that are excepted.
        reason: The reason of the exception.
        until: Its last day.
        options: Number of breaches that it excuses; None where the option has no plan or no such exception.
    """

    rule: str
    why: Text
    subjects: tuple[NamedEntity, ...]
    reason: Text
    until: date
    options: tuple[int | None, ...]


def recusal_rows(sources: Sequence[DeskInput | None]) -> tuple[RecusalRow, ...]:
    """Return the rules that keep people from slots, with the numbers of their recusals.

    Args:
        sources: The plan of each option; None without a plan.
    """
    found = [{} if one is None else _counts(one) for one in sources]
    whys = {
        rule.id: one.policy.reason(rule)
        for one in reversed(sources)
        if one is not None
        for rule in one.policy.rules
    }
    rules = dict.fromkeys(rule for one in found for rule in one)
    return tuple(RecusalRow(rule, whys[rule], tuple(one.get(rule) for one in found)) for rule in rules)


def _counts(source: DeskInput) -> dict[str, RecusalCount]:
    broken = {
        (rule, one.subject.item, one.subject.slot)
        for rule, found in source.unexcused.items()
        for one in found
    }
    sorts: dict[str, list[int]] = {}
    for rule, breach in source.recusals:
        subject = breach.subject
        if source.policy.scopes[rule.id].waives(subject):
            sort = 1
        else:
            sort = 2 if (rule.id, subject.item, subject.slot) in broken else 0
        sorts.setdefault(rule.id, [0, 0, 0])[sort] += 1
    return {rule: RecusalCount(*counts) for rule, counts in sorts.items()}


def waiver_rows(options: Sequence[PlanOption]) -> tuple[WaiverRow, ...]:
    """Return the named exceptions of all options."""
    keys: dict[tuple[str, tuple[NamedEntity, ...], Text, date], list[int | None]] = {}
    whys: dict[str, Text] = {}
    for k, option in enumerate(options):
        for rule in option.policy.rules:
            whys.setdefault(rule.id, option.policy.reason(rule))
        for line in waiver_lines(option.policy, option.plan):
            key = line.rule, (*line.items, *line.slots), line.reason, line.until
            used = keys.setdefault(key, [None] * len(options))
            used[k] = line.excused if option.has_plan else None
    return tuple(
        WaiverRow(rule, whys.get(rule, Text(zh=rule, en=rule)), subjects, reason, until, tuple(used))
        for (rule, subjects, reason, until), used in keys.items()
    )
