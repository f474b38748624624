"""strength: each home unit keeps enough people while others train, are lent out or serve elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, ItemText, PeriodCount, PeriodPercent
from allocator.rules.kinds._indicators01 import indicator_if_minimised, is_assigned
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Also(Strict):
    """Another layer that takes people away from home."""

    layer: Annotated[
        str,
        Doc(zh="那一层；其中每个对象至多占一个去处", en="That layer; an item takes at most one slot there."),
    ]


class Strength(Rule):
    """In each period at least ``atleast`` of a home unit's people stay: they are not assigned in this layer.

    ``percent`` requires the same of a share of those in service and is never rounded down: 50% of 3
    requires that 2 stay. A unit that has fewer people keeps all of them. Each person too few costs 1.
    ``unit`` is the home unit of an item; an item without a home unit is left out. With ``slots`` or
    ``role`` only those places take people away from home. People assigned in the layer of ``also`` are away
    too, so that somebody is at home while some train and others are on a case.
    """

    name: ClassVar[str] = "strength"
    summary: ClassVar[Text] = Text(
        zh="留守力量：抽调、跟班期间原单位须留足人手",
        en="how many of each home unit stay while others are away",
    )
    doc_zh: ClassVar[str] = (
        "每个周期，每个原单位至少有 `atleast` 人留守，即在本层没有安排。\n\n"
        "`percent` 按在任人员的百分比要求，不足一人的进一：3 人的 50% 须留 2 人。\n"
        "人手本就不足的单位全员留守。每少一人计 1。`unit` 为各对象所属的原单位，没有单位的不计。\n"
        "填了 `slots` 或 `role` 时，只有这些位置算作离岗。`also` 那一层有安排的也算离岗：\n"
        "有人脱产、有人办案时，家里仍须有人。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>安排到<where>时，每个[{unit}|原单位]<each>至少留守[+，且+ {atleast} 人| {percent}%]"
        "[also.layer?（{also.layer}中有安排的也算离岗）]",
        en="while <whos> are in a <where>, each [{unit}|home unit] keeps at least [+ and +{atleast} of"
        " its people|{percent}% of them]<each>[also.layer? (those assigned in {also.layer} are away"
        " too)]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("period", "part")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "strength", "on": "turn", "unit": "person.grade", "atleast": 1},
            kept=("Wang=East@2026 Wang=West@2027", "Zhao=East@2026 Zhao=East@2027"),
            broken=("Wang=East@2026 Zhao=West@2026", "Li=East@2028", "Wang=East@2028"),
        ),
        Example(
            rule={"kind": "strength", "on": "turn", "atleast": 1, "during": ["2027"]},
            kept=("Wang=East@2026",),
            broken=("Wang=East@2027",),
        ),
        Example(
            rule={
                "kind": "strength",
                "on": "turn",
                "unit": "person.id == 'Li' ? '' : 'town'",
                "percent": 40,
                "during": ["2026", "2028"],
            },
            kept=("Wang=East@2026", "all=East@2027", "Zhao=East@2026 Li=East@2028"),
            broken=("Wang=East@2026 Zhao=East@2026", "Wang=East@2028"),
        ),
        Example(
            rule={
                "kind": "strength",
                "on": "casework",
                "unit": "'county'",
                "percent": 50,
                "role": "reviewer",
            },
            kept=("Wang=C1/reviewer@2026 Wang=C3/reviewer@2026 Li=C1/investigator@2026",),
            broken=("Wang=C1/reviewer@2026 Li=C3/reviewer@2026",),
        ),
        Example(
            rule={
                "kind": "strength",
                "on": "posting",
                "unit": "'county'",
                "atleast": 1,
                "role": "lead",
                "also": {"layer": "turn"},
            },
            kept=(
                "Wang=East/lead@2026 Wang=West@2026 Li=West/member@2026",
                "Wang=East/lead@2026 Li=West@2027 Zhao=East@2026",
            ),
            broken=("Wang=East/lead@2026 Li=West@2026", "Wang=East@2027 Li=West@2027"),
        ),
        Example(
            rule={
                "kind": "strength",
                "on": "turn",
                "unit": "'county'",
                "atleast": "period.id == '2027' ? 3 : 0",
                "percent": "period.index == 0 ? 50 : 0",
            },
            kept=("Wang=East@2026 Li=East@2028", "all=East@2028"),
            broken=("Wang=East@2027", "Wang=East@2026 Li=East@2026"),
        ),
    )

    kind: Literal["strength"]
    unit: Annotated[
        ItemText,
        Doc(
            zh="各对象的原单位，如 `home.parent`；不填为人员的所在单位",
            en="The home unit of an item, such as `home.parent`; a person's own unit if empty.",
        ),
    ] = ""
    atleast: Annotated[
        PeriodCount,
        Doc(zh="至少留守几人；可读周期", en="Least number of people who stay; may read the period."),
    ] = 0
    percent: Annotated[
        PeriodPercent,
        Doc(
            zh="至少留守在任人员的百分之几；可读周期",
            en="Least share of those in service that stays, in percent; may read the period.",
        ),
    ] = 0
    also: Annotated[
        Also | None,
        Doc(
            zh="在另一层有安排的（按编号对应）也算离岗",
            en="Another layer: people (by id) who are assigned there are away too.",
        ),
    ] = None

    @model_validator(mode="after")
    def _something_asked(self) -> Strength:
        if not (self.atleast or self.percent):
            raise FieldError(zh="需给出 atleast 或 percent", en="needs atleast or percent")
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for an unsuitable layer in ``also``, and for a missing ``unit``.

        A layer decided once does not go with a layer decided by period; only people have a unit of their own.
        """
        if (
            self.also is not None
            and context.layers[self.on].once
            and not context.layers[self.also.layer].once
        ):
            message = Text(
                zh="本层整个规划期只决定一次，不能与逐期决定的层合计",
                en="this layer is decided once, that one in each period",
            )
            yield FieldProblem("also.layer", message, self.also.layer)
        if not self.unit and context.layers[self.on].spec.items.table != "people":
            message = Text(
                zh="该层的对象不是人员，须说明各对象的原单位",
                en="the items of that layer are not people: say what the home unit of each is",
            )
            yield FieldProblem("unit", message)

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write one row for each home unit and period that bounds the number of its people away."""
        least = self._least_staying(scope)
        for subject, members in self._people_by_home(scope):
            away = Expr.total(self._away(writer, scope, i, subject.period) for i in members)
            writer.at_most(away, len(members) - least(len(members), subject.period), subject)

    def _away(self, writer: ConstraintWriter, scope: Scope, item: int, period: int) -> Expr:
        """Return 1 if the item is assigned in this layer or the other one, 0 if in neither."""
        here = indicator_if_minimised(writer, scope, Subject(item=item), period)
        there = self._other_place(scope, item, period)
        if self.also is None or there is None:
            return here
        cols = writer.grid(self.also.layer)[there[0], :, :, there[1]].reshape(-1)
        away = Expr.of(cols[cols >= 0])  # at most one place: that layer allows an item no more
        if not len(here.cols) or not len(away.cols):
            return here + away
        return writer.maximum([here, away], 0, Subject(item=item, period=period))

    def _other_place(self, scope: Scope, item: int, period: int) -> tuple[int, int] | None:
        """Return the item and the period in the layer of ``also``; None if that layer lacks either."""
        if self.also is None:
            return None
        other = scope.context.layers[self.also.layer]
        i, t = other.item_index.get(scope.layer.items[item]), other.period_at(period)
        return None if i is None or t >= len(other.periods) else (i, t)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each home unit and period with too few people who stay."""
        names, least = self._units(scope), self._least_staying(scope)
        for subject, members in self._people_by_home(scope):
            away = sum(self._is_away(roster, scope, i, subject.period) for i in members)
            stay, asked = len(members) - away, least(len(members), subject.period)
            if stay < asked:
                name = scope.context.scenario.organisation.label(names[subject.part])
                detail = Text(
                    zh=f"{name}在任 {len(members)} 人，应留守 {asked} 人，实留 {stay} 人",
                    en=f"{name}: of {len(members)} in service {asked} should stay, {stay} do",
                )
                yield Breach(subject, asked - stay, detail)

    def _is_away(self, roster: Roster, scope: Scope, item: int, period: int) -> bool:
        """Whether a plan has the item assigned in this layer or the other one."""
        if is_assigned(roster[self.on], scope, Subject(item=item), period):
            return True
        there = self._other_place(scope, item, period)
        return self.also is not None and there is not None and bool(roster[self.also.layer].seats(*there))

    def _least_staying(self, scope: Scope) -> Callable[[int, int], int]:
        """Return a function of the number of a unit's people and a period: how many people should stay."""
        [people], [shares] = (scope.limits(bound, "layer") for bound in (self.atleast, self.percent))

        def least(members: int, t: int) -> int:
            return min(members, max(int(people[t]), -(-int(shares[t]) * members // 100)))

        return least

    def _home_of_each(self, scope: Scope) -> npt.NDArray[Any]:
        """Return ``[I]``: the home unit of each item, empty where it has none."""
        if self.unit:
            return scope.item_texts(self.unit)
        people = scope.context.scenario.organisation.people
        return np.array([people[item].unit for item in scope.layer.items], dtype=object)

    def _units(self, scope: Scope) -> tuple[str, ...]:
        """Return the home units of the items in scope, in the order in which they first come."""
        texts = self._home_of_each(scope)
        return tuple(dict.fromkeys(texts[i] for i in scope.items if texts[i]))

    def _people_by_home(self, scope: Scope) -> Iterator[tuple[Subject, list[int]]]:
        """Yield each home unit and period with its people in service."""
        texts, layer = self._home_of_each(scope), scope.layer
        for part, unit in enumerate(self._units(scope)):
            own = scope.items[texts[scope.items] == unit]
            for t in scope.periods:
                yield Subject(period=t, part=part), own[layer.present[own, t]].tolist()
