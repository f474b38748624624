"""Ways out of a scenario without a plan: changes of its files, each at a price. Loads no solver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from allocator.model.plan import Assignment
from allocator.model.run import Witnesses
from allocator.model.text import Text

#: ``waive`` for somebody or some place, ``wait`` with a rule until a day, ``relax`` a number of a rule,
#: ``seats`` of a group, ``take``: leave somebody without a place, ``recruit`` somebody.
ChangeKind = Literal["waive", "wait", "relax", "seats", "take", "recruit"]
RemedyStatus = Literal["found", "none", "unknown"]


@dataclass(frozen=True)
class RemedyChange:
    """One change of a scenario's files that may let it have a plan.

    Attributes:
        kind: The kind of change.
        cost: What it costs: that of its kind (``remedies`` in ``scenario.yaml``) for each unit of it; for
            ``waive``, ``wait`` and ``relax`` times the weight of the rule.
        rule: Id of the rule that gives way; empty for other changes.
        layer: The layer of the rule, or whose ``take`` changes; empty for ``recruit`` and ``seats``.
        items: Whom an exception is for, by id; empty for all.
        slots: The places that an exception is for, by id; the group whose seats change.
        until: The last day of an exception.
        field: The field that changes.
        old: Its value.
        new: Its new value.
        row: The columns of the person to recruit.
    """

    kind: ChangeKind
    cost: int
    rule: str = ""
    layer: str = ""
    items: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    until: date | None = None
    field: str = ""
    old: str | int = ""
    new: str | int = ""
    row: tuple[tuple[str, str], ...] = ()

    @property
    def substance(self) -> tuple[str, ...]:
        """What a change is in substance: changes of one substance differ only in whom, where and how much."""
        if self.kind == "recruit":
            columns = dict(self.row)
            return self.kind, columns.get("grade", ""), columns.get("skills", "")
        return self.kind, self.rule or self.layer


@dataclass(frozen=True)
class Remedy:
    """A set of changes with which there is a plan, none of which can be left out.

    Attributes:
        changes: The changes.
        cost: What they cost together.
        is_cheapest: Whether it is proved that no remedy costs less, but for those that have all the
            substance of one before it.
        plan: A plan that keeps every hard rule after the changes.
        shortfalls: For each change what that plan leaves unkept because of it, such as "should have 1 lead,
            has 0"; empty where the change says it all.
    """

    changes: tuple[RemedyChange, ...]
    cost: int
    is_cheapest: bool
    plan: tuple[Assignment, ...]
    shortfalls: tuple[Text, ...] = ()


@dataclass(frozen=True)
class RemedySet:
    """The ways out that were found.

    Attributes:
        remedies: The remedies, cheapest first; none contains another, and each differs from those before in
            substance.
        status: ``found``; ``none`` if it is proved that no changes that may be offered leave a plan;
            ``unknown`` if neither was shown in time.
        bound: A proven lower bound of the cost of any remedy (the next one, where some were found).
        blockers: Ids of rules that no plan keeps and that may not give way, if ``none``.
        by: The back ends that proved which costs least.
        cut_short: Whether the search was stopped on request.
        seconds: Time that the search took.
    """

    remedies: tuple[Remedy, ...] = ()
    status: RemedyStatus = "unknown"
    bound: int = 0
    blockers: tuple[str, ...] = ()
    by: Witnesses = frozenset()
    cut_short: bool = False
    seconds: float = 0.0
