"""avoid: recusal (回避) by a condition or by acquaintance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from allocator.model.layer import IntArray
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.expressions import PairTest, PairTexts
from allocator.rules.kind import Breach, Dimension, Example, FieldError, Rule
from allocator.rules.kinds._places import places
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope


class Acquaintance(Strict):
    """Whom or what the person must not know, and how well."""

    of: Annotated[
        PairTexts,
        Means(
            zh="不得熟识的单位、人员、地点或当事人，如 `case.parties`、`[group.place]`",
            en="Units, people, places or parties: `case.parties`, `[group.place]`.",
        ),
    ]
    above: Annotated[
        float,
        Field(gt=0, le=1),
        Means(
            zh="熟识程度从此值起算：硬规则禁止，其他规则按程度的百分数计代价",
            en="Strength from which it counts; a hard rule forbids from there, a soft one pays the "
            "strength in percent.",
        ),
    ] = 0.3
    hops: Annotated[
        int, Field(ge=1, le=6), Means(zh="关系链最长几步", en="Longest path of ties that counts.")
    ] = 3


class Avoid(Rule):
    """A person does not take a place where ``when`` holds, or where he is acquainted with someone.

    A soft rule pays 1 for each place where ``when`` holds, and for acquaintance the strength of the
    strongest path in percent (0.42 costs 42).
    """

    name: ClassVar[str] = "avoid"
    summary: ClassVar[Text] = Text(
        zh="回避：地域、亲属、任职、公务回避，按条件或熟识程度",
        en="recusal, by a condition or by how well people know each other",
    )
    in_chinese: ClassVar[str] = (
        "`when` 成立之处，或与有关的人、单位、地点熟识的，不得安排。\n\n"
        "非硬规则：`when` 成立的每处计 1；熟识的按最强关系链的强度计百分数（0.42 计 42）。"
    )
    about: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "avoid", "on": "turn", "when": "person.native_place == group.place"},
            kept=("Wang=West@all Li=East@all",),
            broken=("Wang=East@2027",),
        ),
        Example(
            rule={"kind": "avoid", "on": "casework", "acquaintance": {"of": "case.parties", "above": 0.5}},
            kept=("Li=C2/investigator@2027 Wang=C3/reviewer@2026",),
            broken=("Wang=C1/investigator@2026",),
        ),
    )

    kind: Literal["avoid"]
    when: Annotated[
        PairTest, Means(zh="此条件成立时应当回避", en="Where it holds the person keeps away.")
    ] = ""
    acquaintance: Annotated[
        Acquaintance | None,
        Means(zh="与谁熟识到何种程度应当回避", en="Whom the person must not know, and how well."),
    ] = None

    @model_validator(mode="after")
    def _something_asked(self) -> Avoid:
        if not self.when and self.acquaintance is None:
            raise FieldError(zh="需给出 when 或 acquaintance", en="needs when or acquaintance")
        return self

    def post(self, pen: Pen, scope: Scope) -> None:
        """Forbid or price the places."""
        amounts = self._amounts(scope)
        where = places(scope, amounts > 0)
        pen.forbid(where, amounts[where[:, 0], where[:, 1], where[:, 3]])

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Look at each place taken; acquaintance is explained by its path."""
        amounts = self._amounts(scope)
        for i, s, r, t in roster[self.on].taken:
            if r in scope.roles and amounts[i, s, t] > 0:
                detail = self._path(scope, i, s, t)
                yield Breach(Subject(item=i, slot=s, role=r, period=t), int(amounts[i, s, t]), detail)

    def recusals(self, scope: Scope) -> Iterator[Breach]:
        """Name everyone whom the rule keeps from a slot, in the first period in which both are there."""
        amounts = np.where(scope.layer.open, self._amounts(scope), 0)
        for i, s in np.argwhere(amounts.any(axis=2)).tolist():
            t = int(np.flatnonzero(amounts[i, s])[0])
            yield Breach(Subject(item=i, slot=s, period=t), int(amounts[i, s, t]), self._path(scope, i, s, t))

    def _amounts(self, scope: Scope) -> IntArray:
        amounts = np.zeros(scope.covered.shape, dtype=np.int64)
        if self.when:
            amounts += scope.where(self.when)
        if self.acquaintance is not None:
            amounts += self._strengths(scope, self.acquaintance)
        return np.where(scope.covered, amounts, 0)

    def _strengths(self, scope: Scope, asked: Acquaintance) -> IntArray:
        """Return ``[I, S, T]`` strengths in percent, 0 below the threshold."""
        targets = scope.texts(asked.of, "LIST")
        percent = np.zeros(targets.shape, dtype=np.int64)
        found: dict[tuple[str, ...], IntArray] = {}
        for i, s, t in np.argwhere(scope.covered).tolist():
            named = tuple(targets[i, s, t])
            if named not in found:
                found[named] = np.max([_known(scope, asked, to) for to in ("", *named)], axis=0)
            percent[i, s, t] = found[named][i]
        return percent

    def _path(self, scope: Scope, item: int, slot: int, period: int) -> Text:
        if self.acquaintance is None:
            return Text()
        asked, graph = self.acquaintance, scope.world.graph
        targets = [to for to in scope.texts(asked.of, "LIST")[item, slot, period] if to]
        best = max(targets, key=lambda to: int(_known(scope, asked, to)[item]), default="")
        if not best or not _known(scope, asked, best)[item]:
            return Text()
        path = graph.acquaintance(scope.layer.items[item], best, asked.hops).path
        return Text(zh=graph.describe(path, "zh"), en=graph.describe(path, "en"))


def _known(scope: Scope, asked: Acquaintance, target: str) -> IntArray:
    """Return ``[I]``: how well each item knows the target, in percent, 0 below the threshold."""
    percent = np.zeros(len(scope.layer.items), dtype=np.int64)
    if target:
        index = scope.layer.item_index
        for person, strength in scope.world.graph.strengths_from(target, asked.hops, asked.above).items():
            if person in index and strength >= asked.above:
                percent[index[person]] = round(100 * strength)
    return percent
