"""Conflicts of interest: acquaintance with the parties of a place, and conflicts delegated to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import Field

from allocator.graph.ties import Lens, known_kinds
from allocator.model.layer import IntArray
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, PairTexts
from allocator.rules.rule import FieldProblem, Kinds, unknown_kinds
from allocator.rules.scope import Scope


class Acquaintance(Strict):
    """Whom or what the person must not know, and how well."""

    of: Annotated[
        PairTexts,
        Doc(
            zh="不得熟识的单位、人员、地点或当事人，如 `case.parties`、`[group.place]`",
            en="Units, people, places or parties: `case.parties`, `[group.place]`.",
        ),
    ]
    above: Annotated[
        float,
        Field(gt=0, le=1),
        Doc(
            zh="熟识程度从此值起算：硬规则禁止，其他规则按程度的百分数计代价",
            en="Least strength that counts: a hard rule forbids the place, a soft rule costs the strength in "
            "percent.",
        ),
    ] = 0.3
    hops: Annotated[
        int, Field(ge=1, le=6), Doc(zh="关系链最长几步", en="Greatest number of ties in a path.")
    ] = 3
    kinds: Annotated[
        Kinds,
        Doc(
            zh="只看这几类关系，如 `[kin, spouse]`、`[served_at, works_in]`；不填为全部",
            en="Kinds of ties that paths are made of, such as `[kin, spouse]` or `[served_at, works_in]`; "
            "all if empty.",
        ),
    ] = ()
    years: Annotated[
        Annotated[int, Field(ge=0, le=100)] | None,
        Doc(
            zh="关系结束后几年内仍照计、满期不计；不填为逐年减弱",
            en="Number of years after its end for which a tie counts in full; later it does not count. If "
            "not given, it fades with the years.",
        ),
    ] = None
    measured: Annotated[
        Literal["today", "period"],
        Doc(
            zh="何时的关系：场景的 today，还是办案所在周期（周期内任一日存续即计）",
            en="Which ties: those of the scenario's `today`, or those that hold on any day of the period in "
            "question.",
        ),
    ] = "today"

    def lens(self, scope: Scope, period: int) -> Lens:
        """Return the filter of ties for a period: its days, the kinds, and the years after their end."""
        today = scope.context.scenario.spec.reference_day
        found = scope.layer.periods[period]
        first, last = (found.start, found.end) if self.measured == "period" else (today, today)
        return Lens(first, last, frozenset(self.kinds), self.years)

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each unknown kind of tie: a misspelt kind would silently forbid nothing."""
        known = known_kinds(context.scenario.organisation, "ties")
        named = {f"acquaintance.kinds.{k}": kind for k, kind in enumerate(self.kinds)}
        yield from unknown_kinds(named, known)

    def strengths(self, scope: Scope) -> IntArray:
        """Return ``[I, S, T]`` the strength of acquaintance with targets in percent, 0 below ``above``."""
        targets = scope.texts(self.of, "LIST")
        percent = np.zeros(targets.shape, dtype=np.int64)
        # Periods in the outer loop: each may need a network of its own, and few networks are cached.
        found: dict[tuple[Lens, tuple[str, ...]], IntArray] = {}
        for t in scope.periods:
            lens = self.lens(scope, t)
            for i, s in np.argwhere(scope.covered[:, :, t]).tolist():
                named = tuple(targets[i, s, t])
                if (lens, named) not in found:
                    found[lens, named] = np.max(
                        [self._acquaintance_with(scope, to, lens) for to in ("", *named)], axis=0
                    )
                percent[i, s, t] = found[lens, named][i]
        return percent

    def path(self, scope: Scope, item: int, slot: int, period: int) -> Text:
        """Return the strongest path of ties from an item to one of the targets; an empty text for no path."""
        lens, graph = self.lens(scope, period), scope.context.graph
        targets = [to for to in scope.texts(self.of, "LIST")[item, slot, period] if to]
        best = max(targets, key=lambda to: int(self._acquaintance_with(scope, to, lens)[item]), default="")
        if not best or not self._acquaintance_with(scope, best, lens)[item]:
            return Text()
        if best == scope.layer.items[item]:
            return _same_person(scope, best)
        path = graph.acquaintance(scope.layer.items[item], best, self.hops, lens).path
        return Text(zh=graph.describe(path, "zh"), en=graph.describe(path, "en"))

    def _acquaintance_with(self, scope: Scope, target: str, lens: Lens) -> IntArray:
        """Return ``[I]`` the strength of acquaintance with one target in percent, 0 below ``above``."""
        percent = np.zeros(len(scope.layer.items), dtype=np.int64)
        if target:
            index = scope.layer.item_index
            found = scope.context.graph.strengths_from(target, self.hops, self.above, lens)
            for person, strength in found.items():
                if person in index and strength >= self.above:
                    percent[index[person]] = round(100 * strength)
        return percent


def _same_person(scope: Scope, person: str) -> Text:
    """Return the explanation for an item that is the target itself, or bears the target's name."""
    name = scope.context.scenario.organisation.assumed.get(person)
    if name is None:
        return Text(zh="即本人", en="the same person")
    return Text(zh=f"与“{name}”同名，是否本人尚未认定", en=f"bears the name '{name}', not yet told apart")


#: The index of the delegator where no conflict is delegated.
NOBODY = -1


class ConflictQuery(Protocol):
    """The fields of a rule that define a conflict."""

    @property
    def when(self) -> str:
        """A condition of person and place."""

    @property
    def pays(self) -> str:
        """``strength`` to count strengths, ``place`` to count each conflict as 1."""

    @property
    def acquaintance(self) -> Acquaintance | None:
        """The acquaintance that is a conflict; None if the rule has a condition only."""


@dataclass(frozen=True, eq=False)
class Conflicts:
    """The conflicts of a scope's items, and the conflicts of other people that are delegated to them.

    Attributes:
        query: The definition of a conflict.
        scope: The scope of the items with conflicts of their own.
        passed: ``[I, S, T]`` lists of people whose conflicts count as the item's; None without such people.
    """

    query: ConflictQuery
    scope: Scope
    passed: npt.NDArray[Any] | None = None

    @cached_property
    def own(self) -> IntArray:
        """``[I, S, T]`` the amount of each item's own conflict, 0 for none.

        The condition counts 1, acquaintance its strength in percent, and both are added up. With
        ``pays: place`` every conflict counts 1.
        """
        scope, query = self.scope, self.query
        amounts = np.zeros(scope.covered.shape, dtype=np.int64)
        if query.when:
            amounts += scope.where(query.when)
        if query.acquaintance is not None:
            amounts += query.acquaintance.strengths(scope)
        if query.pays == "place":
            amounts = np.minimum(amounts, 1)
        return np.where(scope.covered, amounts, 0)

    @cached_property
    def amounts(self) -> IntArray:
        """``[I, S, T]`` the greater amount of an item's own conflict and of the delegated conflicts."""
        return np.maximum(self.own, self._delegated[0])

    def of_people(self, people: Iterable[str]) -> Conflicts:
        """Return the conflicts of other people with the same places, as if these people were the items."""
        return Conflicts(self.query, self.scope.with_items(tuple(people)))

    def detail(self, item: int, slot: int, period: int) -> Text:
        """Return the explanation of a conflict: its path of ties and its delegator; empty without either."""
        leader = int(self._delegated[1][item, slot, period])
        if self.own[item, slot, period] or leader == NOBODY:
            return self.path(item, slot, period)
        return self._delegator_conflicts.passed_on(leader, slot, period)

    def path(self, item: int, slot: int, period: int) -> Text:
        """Return the path of ties of an item's own conflict, empty where there is none."""
        asked = self.query.acquaintance
        return Text() if asked is None else asked.path(self.scope, item, slot, period)

    def passed_on(self, item: int, slot: int, period: int) -> Text:
        """Return the explanation of an item's conflict for the people to whom it is delegated."""
        name = self.scope.context.scenario.organisation.label(self.scope.layer.items[item])
        path = self.path(item, slot, period)
        if path.en:
            return Text(zh=f"经 {name}：{path.zh}", en=f"through {name}: {path.en}")
        return Text(zh=f"经 {name}：其本人应当回避", en=f"through {name}, who keeps away")

    def all_delegators(self) -> set[str]:
        """Return the ids of all people whose conflicts are delegated to an item in scope."""
        lists = [] if self.passed is None else self.passed[self.scope.covered].tolist()
        return {name for names in lists for name in names if name}

    @cached_property
    def _known_delegators(self) -> list[str]:
        """The delegators that the scenario's table of people has, sorted by id."""
        return sorted(self.all_delegators() & self.scope.context.scenario.organisation.people.keys())

    @cached_property
    def _delegator_conflicts(self) -> Conflicts:
        return self.of_people(self._known_delegators)

    @cached_property
    def _delegated(self) -> tuple[IntArray, IntArray]:
        """Two arrays ``[I, S, T]``: the greatest delegated conflict, and the index of its delegator."""
        amounts = np.zeros(self.scope.covered.shape, dtype=np.int64)
        whose = np.full(amounts.shape, NOBODY, dtype=np.int64)
        if self.passed is None or not self._known_delegators:
            return amounts, whose
        theirs, number = (
            self._delegator_conflicts.own,
            {name: k for k, name in enumerate(self._known_delegators)},
        )
        for i, s, t in np.argwhere(self.scope.covered).tolist():
            found = [
                (int(theirs[number[name], s, t]), name) for name in self.passed[i, s, t] if name in number
            ]
            amount, name = max(found, default=(0, ""), key=lambda one: one[0])
            if amount:
                amounts[i, s, t], whose[i, s, t] = amount, number[name]
        return amounts, whose
