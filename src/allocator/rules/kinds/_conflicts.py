"""Conflicts of interest: a person's own, and those of the people through whom they pass on to him."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.rules.kinds._acquaintance import Acquaintance
from allocator.rules.scope import Scope

#: In place of a leader where nobody's conflict is passed on.
NOBODY = -1


class Asking(Protocol):
    """The fields of a rule that say what a conflict is."""

    @property
    def when(self) -> str:
        """A condition of person and place."""

    @property
    def pays(self) -> str:
        """Whether strengths count, or only that there is a conflict."""

    @property
    def acquaintance(self) -> Acquaintance | None:
        """Whom the person must not know."""


@dataclass(frozen=True, eq=False)
class Conflicts:
    """The conflicts of a scope's items, and those of other people that pass on to them.

    Attributes:
        asking: What a conflict is.
        scope: Whose own conflicts.
        passed: ``[I, S, T]`` lists of people whose conflicts count as the item's; None if nobody's do.
    """

    asking: Asking
    scope: Scope
    passed: npt.NDArray[Any] | None = None

    @cached_property
    def own(self) -> IntArray:
        """``[I, S, T]``: 1 where the condition holds, and the strength of acquaintance in percent; or 1."""
        scope, asking = self.scope, self.asking
        amounts = np.zeros(scope.covered.shape, dtype=np.int64)
        if asking.when:
            amounts += scope.where(asking.when)
        if asking.acquaintance is not None:
            amounts += asking.acquaintance.strengths(scope)
        if asking.pays == "place":
            amounts = np.minimum(amounts, 1)
        return np.where(scope.covered, amounts, 0)

    @cached_property
    def amounts(self) -> IntArray:
        """``[I, S, T]``: the greatest of one's own conflict and those of others that are passed on."""
        return np.maximum(self.own, self._led[0])

    def of_people(self, people: Iterable[str]) -> Conflicts:
        """Return the conflicts of other people, as if they were the items, in the same places."""
        return Conflicts(self.asking, self.scope.with_items(tuple(people)))

    def detail(self, item: int, slot: int, period: int) -> Text:
        """Say how a conflict came to be: by which path of ties, through whom; empty if the rule says it."""
        leader = int(self._led[1][item, slot, period])
        if self.own[item, slot, period] or leader == NOBODY:
            return self.path(item, slot, period)
        return self._leaders.passed_on(leader, slot, period)

    def path(self, item: int, slot: int, period: int) -> Text:
        """Return the path of ties of an item's own conflict, empty where there is none."""
        asked = self.asking.acquaintance
        return Text() if asked is None else asked.path(self.scope, item, slot, period)

    def passed_on(self, item: int, slot: int, period: int) -> Text:
        """Say that an item's conflict is passed on to somebody else."""
        name = self.scope.context.scenario.organisation.label(self.scope.layer.items[item])
        path = self.path(item, slot, period)
        if path.en:
            return Text(zh=f"经 {name}：{path.zh}", en=f"through {name}: {path.en}")
        return Text(zh=f"经 {name}：其本人应当回避", en=f"through {name}, who keeps away")

    def passed_on_by(self) -> set[str]:
        """Return everyone whose conflicts are to be passed on to somebody."""
        lists = [] if self.passed is None else self.passed[self.scope.covered].tolist()
        return {name for names in lists for name in names if name}

    @cached_property
    def _named(self) -> list[str]:
        """Those of them whom the scenario knows."""
        return sorted(self.passed_on_by() & self.scope.context.scenario.organisation.people.keys())

    @cached_property
    def _leaders(self) -> Conflicts:
        return self.of_people(self._named)

    @cached_property
    def _led(self) -> tuple[IntArray, IntArray]:
        """``[I, S, T]`` twice: the greatest conflict that is passed on, and whose it is."""
        amounts = np.zeros(self.scope.covered.shape, dtype=np.int64)
        whose = np.full(amounts.shape, NOBODY, dtype=np.int64)
        if self.passed is None or not self._named:
            return amounts, whose
        theirs, number = self._leaders.own, {name: k for k, name in enumerate(self._named)}
        for i, s, t in np.argwhere(self.scope.covered).tolist():
            found = [
                (int(theirs[number[name], s, t]), name) for name in self.passed[i, s, t] if name in number
            ]
            amount, name = max(found, default=(0, ""), key=lambda one: one[0])
            if amount:
                amounts[i, s, t], whose[i, s, t] = amount, number[name]
        return amounts, whose
