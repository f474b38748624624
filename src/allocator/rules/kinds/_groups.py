"""Whose loads are added up: each slot or item by itself, all together, or those with one value of a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.errors import shorten
from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.ranges import side_of
from allocator.rules.scope import Scope
from allocator.rules.selectors import SelectorError, shown


@dataclass(frozen=True, eq=False)
class Groups:
    """Slots or items, and which of them are counted together.

    Attributes:
        scope: The scope of the rule.
        each: What its field ``each`` says.
        side: ``slot`` or ``item``.
        number: ``[n]`` the group of each slot or item, -1 for none.
        names: What those of a group have in common; empty where each is by itself, or all are together.
    """

    scope: Scope
    each: str
    side: str
    number: IntArray
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.names) or (1 if self.each == "layer" else len(self.number))

    @property
    def ids(self) -> Sequence[str]:
        """What each group is called."""
        layer = self.scope.layer
        if self.each == "layer":
            return (layer.name,)
        return self.names or (layer.slots if self.side == "slot" else layer.items)

    @cached_property
    def members(self) -> list[list[int]]:
        """The slots or items of each group, in scope."""
        found: list[list[int]] = [[] for _ in range(self.count)]
        for k in (self.scope.slots if self.side == "slot" else self.scope.items).tolist():
            if self.number[k] >= 0:
                found[self.number[k]].append(k)
        return found

    def subject(self, group: int) -> Subject:
        """Return what a breach of a group is about."""
        if self.names:
            return Subject(part=group)
        if self.each == "layer":
            return Subject()
        return Subject(slot=group) if self.side == "slot" else Subject(item=group)

    def of(self, subject: Subject) -> int:
        """Return the group that a breach is about."""
        return max(subject.item, subject.slot, subject.part, 0)

    def existing(self) -> Iterator[tuple[Subject, tuple[int, ...]]]:
        """Yield each group with the periods in which any of it exists; the whole layer is always there."""
        layer, periods = self.scope.layer, self.scope.periods
        if self.each == "layer":
            yield Subject(), tuple(periods)
            return
        exists = layer.active if self.side == "slot" else layer.present
        for group, members in enumerate(self.members):
            if members:
                yield self.subject(group), tuple(t for t in periods if exists[members, t].any())

    def added_up(self, values: IntArray) -> IntArray:
        """Return ``[groups]`` the sums of ``[n]`` values."""
        result = np.zeros(self.count, dtype=np.int64)
        np.add.at(result, self.number[self.number >= 0], values[self.number >= 0])
        return result

    def limit(self, bound: int | str, *, horizon: bool) -> IntArray:
        """Return ``[groups, T]`` the value of a bound, which is read once for each group.

        Raises:
            SelectorError: It is not the same for all of a group.
        """
        if self.each == "layer" and horizon:
            return np.full((1, self.scope.layer.shape[3]), bound, dtype=np.int64)
        if self.each == "layer":
            return self.scope.limits(bound, "layer")
        if horizon:
            is_slot = self.side == "slot"
            line = self.scope.slot_numbers(bound) if is_slot else self.scope.item_numbers(bound)
            values = np.repeat(line[:, None], self.scope.layer.shape[3], axis=1)
        else:
            values = self.scope.limits(bound, self.side)
        if not self.names:
            return values
        for group, members in enumerate(self.members):
            differs = (values[members] != values[members[0]]).any(axis=1)
            if differs.any():
                other = members[int(np.flatnonzero(differs)[0])]
                raise self._differs(bound, group, members[0], other, values)
        return values[[members[0] for members in self.members]]

    def _differs(self, bound: int | str, group: int, one: int, other: int, values: IntArray) -> SelectorError:
        ids = self.scope.layer.slots if self.side == "slot" else self.scope.layer.items
        t = int(np.flatnonzero(values[one] != values[other])[0])
        (a, x), (b, y) = ((shorten(ids[k], 40), int(values[k, t])) for k in (one, other))
        name = shorten(self.names[group], 40)
        message = Text(
            zh=f"“{name}”合并计算，只能有一个界限，而 {a} 为 {x}，{b} 为 {y}",
            en=f"{name} is counted together and can have one bound only, but {a} has {x} and {b} has {y}",
        )
        return SelectorError(message, detail=shown(str(bound)))

    def named(self, subject: Subject, found: Text) -> Text:
        """Return what was found of a group, with its name where a subject cannot tell it."""
        if not self.names:
            return found
        label = self.scope.context.scenario.organisation.label(self.names[subject.part])
        return Text(zh=f"{label}：{found.zh}", en=f"{label}: {found.en}")


def groups_of(scope: Scope, each: str) -> Groups:
    """Return whose loads a rule adds up; whoever has an empty text is in no group."""
    layer = scope.layer
    if each == "layer":
        return Groups(scope, each, "slot", np.zeros(layer.shape[1], dtype=np.int64))
    if each in ("slot", "item"):
        return Groups(scope, each, each, np.arange(layer.shape[1 if each == "slot" else 0]))
    side = side_of(scope.rule, scope.context)
    texts = scope.slot_texts(each) if side == "slot" else scope.item_texts(each)
    number: dict[str, int] = {}
    for text in texts:
        if text:
            number.setdefault(text, len(number))
    found = np.array([number.get(text, -1) for text in texts], dtype=np.int64)
    return Groups(scope, each, side, found, tuple(number))
