"""How well people know those whom a place concerns: the field `acquaintance`, its strengths and its paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from allocator.graph.known import known_kinds
from allocator.graph.lens import Lens
from allocator.model.layer import IntArray
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.expressions import PairTexts
from allocator.rules.kinds._ties import unknown_kinds
from allocator.rules.means import Doc
from allocator.rules.rule import FieldProblem, Kinds
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
            en="Strength from which it counts; a hard rule forbids from there, a soft one pays the "
            "strength in percent.",
        ),
    ] = 0.3
    hops: Annotated[
        int, Field(ge=1, le=6), Doc(zh="关系链最长几步", en="Longest path of ties that counts.")
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
            en="For so many years a tie that has ended counts in full, and then no longer; if not given, "
            "it fades.",
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
        """Return how ties are looked at for a period."""
        today = scope.context.scenario.spec.reference_day
        found = scope.layer.periods[period]
        first, last = (found.start, found.end) if self.measured == "period" else (today, today)
        return Lens(first, last, frozenset(self.kinds), self.years)

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """A kind that nobody has asks for nothing, and nobody would notice."""
        known = known_kinds(context.scenario.organisation, "ties")
        named = {f"acquaintance.kinds.{k}": kind for k, kind in enumerate(self.kinds)}
        yield from unknown_kinds(named, known)

    def strengths(self, scope: Scope) -> IntArray:
        """Return ``[I, S, T]`` strengths in percent, 0 below the threshold."""
        targets = scope.texts(self.of, "LIST")
        percent = np.zeros(targets.shape, dtype=np.int64)
        # Period by period: each may be a network of its own, and not all of them are kept.
        found: dict[tuple[Lens, tuple[str, ...]], IntArray] = {}
        for t in scope.periods:
            lens = self.lens(scope, t)
            for i, s in np.argwhere(scope.covered[:, :, t]).tolist():
                named = tuple(targets[i, s, t])
                if (lens, named) not in found:
                    found[lens, named] = np.max([self._known(scope, to, lens) for to in ("", *named)], axis=0)
                percent[i, s, t] = found[lens, named][i]
        return percent

    def path(self, scope: Scope, item: int, slot: int, period: int) -> Text:
        """Return the strongest path from an item to whom it must not know, empty if it knows nobody."""
        lens, graph = self.lens(scope, period), scope.context.graph
        targets = [to for to in scope.texts(self.of, "LIST")[item, slot, period] if to]
        best = max(targets, key=lambda to: int(self._known(scope, to, lens)[item]), default="")
        if not best or not self._known(scope, best, lens)[item]:
            return Text()
        if best == scope.layer.items[item]:
            return _themselves(scope, best)
        path = graph.acquaintance(scope.layer.items[item], best, self.hops, lens).path
        return Text(zh=graph.describe(path, "zh"), en=graph.describe(path, "en"))

    def _known(self, scope: Scope, target: str, lens: Lens) -> IntArray:
        """Return ``[I]``: how well each item knows the target, in percent, 0 below the threshold."""
        percent = np.zeros(len(scope.layer.items), dtype=np.int64)
        if target:
            index = scope.layer.item_index
            found = scope.context.graph.strengths_from(target, self.hops, self.above, lens)
            for person, strength in found.items():
                if person in index and strength >= self.above:
                    percent[index[person]] = round(100 * strength)
        return percent


def _themselves(scope: Scope, person: str) -> Text:
    """Say that somebody is the very person to keep away from, or that a name leaves it open."""
    name = scope.context.scenario.organisation.assumed.get(person)
    if name is None:
        return Text(zh="即本人", en="the same person")
    return Text(zh=f"与“{name}”同名，是否本人尚未认定", en=f"bears the name '{name}', not yet told apart")
