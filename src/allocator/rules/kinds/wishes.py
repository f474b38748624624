"""wishes: the places that people want or do not want, from the table of wishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from allocator.model.layer import BoolArray
from allocator.model.tables import Wish
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.kinds._indicators01 import held_indicator, held_slots
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


@dataclass(frozen=True)
class WishPlaces:
    """A wish in the indices of a layer.

    Attributes:
        subject: Item, slot, role and period of the wish; -1 for each that the wish does not name.
        places: ``[S, R]``: the places of the wish.
        periods: The periods of the wish.
        weight: The weight, above 0 if the places are wanted.
    """

    subject: Subject
    places: BoolArray
    periods: tuple[int, ...]
    weight: int


class Wishes(Rule):
    """The wishes in ``wishes.csv`` of the items in scope are met.

    A wish with a weight above 0 is met if the item is in the slot, role and period that it names: in any if
    it names none. If it is not, its weight is paid once. A wish with a weight below 0 asks for the contrary:
    each period in which the item is there costs the weight (without its sign). One that names no slot is
    for the period off.

    Wishes for slots, roles or periods that are not in the rule's scope are left to other rules.
    """

    name: ClassVar[str] = "wishes"
    summary: ClassVar[Text] = Text(
        zh="个人意愿：意愿表中想要与不想要的", en="what people want, from wishes.csv"
    )
    doc_zh: ClassVar[str] = (
        "满足意愿表（wishes.csv）中所涉对象的意愿。\n\n"
        "权重为正的，对象在所写的去处、角色和周期即为满足；不写即为任何一个。未满足的，按权重计一次。\n"
        "权重为负的则相反：对象每有一个周期在那里，按权重的绝对值计一次；不写去处即希望该周期休息。\n\n"
        "所写去处、角色或周期不在规则范围内的，留给其他规则。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="满足<who>在意愿表中对<where>的意愿",
        en="the wishes of <whos> for a <where> are met",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "wishes", "on": "turn"},
            kept=("Wang=East@2027 Li=West@2028", "Wang=East@2027 Li=West@2028 Zhao=East@2026"),
            broken=(
                "Li=West@2028",
                "Wang=East@2027",
                "Zhao=West@2027 Wang=East@2027 Li=West@all",
                "all=East@2027 Li=West@2028",
            ),
        ),
        Example(
            rule={
                "kind": "wishes",
                "on": "posting",
                "items": "person.id == 'Wang'",
                "during": ["2027", "2028"],
            },
            kept=("Wang=East/member@2027 Wang=West/lead@2028",),
            broken=("Wang=East/lead@2027", "Wang=West/member@2027"),
        ),
        Example(
            rule={"kind": "wishes", "on": "casework"},
            kept=("Li=C1/investigator@2026 Wang=C2/reviewer@2027",),
            broken=(
                "Wang=C2/reviewer@2027",
                "Li=C1/reviewer@2026 Li=C3/reviewer@2026 Wang=C2/reviewer@2027 Wang=C3/reviewer@2026",
            ),
        ),
    )

    kind: Literal["wishes"]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Penalise each wish that is not met, and each period in a place that is not wanted."""
        for _, asked in self.asked(scope):
            if asked.weight > 0:
                self._post_wish(writer, scope, asked)
                continue
            for t in asked.periods:
                there = held_indicator(writer, scope, asked.subject.item, asked.places, t)
                writer.penalise(there * -asked.weight, asked.subject._replace(period=t))

    def _post_wish(self, writer: ConstraintWriter, scope: Scope, asked: WishPlaces) -> None:
        grid = writer.grid()[asked.subject.item]
        there = Expr.total(Expr.of(grid[:, :, t][asked.places]) for t in asked.periods)
        if self.is_hard:
            writer.at_least(there, 1, asked.subject)
        elif scope.layer.spec.take.most == 1 and len(asked.periods) == 1:
            writer.penalise((-there + 1) * asked.weight, asked.subject)
        else:
            writer.penalise(writer.maximum([-there + 1], 0, asked.subject) * asked.weight, asked.subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each wish that is not met, and each period in a place that is not wanted."""
        plan = roster[self.on]
        for _, asked in self.asked(scope):
            there = [t for t in asked.periods if held_slots(plan, asked.subject.item, asked.places, t)]
            amount = abs(asked.weight)
            if asked.weight > 0 and not there:
                detail = Text(
                    zh=f"意愿未满足（权重 {amount}）", en=f"a wish that is not met (weight {amount})"
                )
                yield Breach(asked.subject, amount, detail)
            for t in there if asked.weight < 0 else ():
                detail = Text(zh=f"本人不愿意（权重 {amount}）", en=f"is not wanted (weight {amount})")
                yield Breach(asked.subject._replace(period=t), amount, detail)

    def asked(self, scope: Scope) -> Iterator[tuple[Wish, WishPlaces]]:
        """Yield the wishes in the scope of the rule, each with its places and periods in the layer."""
        layer = scope.layer
        for wish in scope.context.scenario.organisation.wishes:
            item, slot = layer.item_index.get(wish.item, -1), layer.slot_index.get(wish.slot, -1)
            role = layer.roles.index(wish.role) if wish.role in layer.roles else -1
            t = layer.period_index.get(wish.period, -1)
            named = (
                (wish.slot, slot, scope.slot_set),
                (wish.role, role, scope.roles),
                (wish.period, t, scope.periods),
            )
            if item not in scope.item_set or any(text and at not in within for text, at, within in named):
                continue
            places = np.zeros(layer.shape[1:3], dtype=np.bool_)
            slots = [slot] if wish.slot else scope.slots.tolist()
            places[np.ix_(slots, [role] if wish.role else list(scope.roles))] = True
            subject = Subject(item=item, slot=slot, role=role, period=t)
            yield wish, WishPlaces(subject, places, (t,) if wish.period else scope.periods, wish.weight)
