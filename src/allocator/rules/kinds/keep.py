"""keep: assignments of the baseline stay, and only the seats that it left open are decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import numpy as np

from allocator.errors import nearest
from allocator.model.layer import IntArray, Layer
from allocator.model.spec import Strict
from allocator.model.text import Language, Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import LayerRoster, Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldProblem, Rule, Several
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Vacated(Strict):
    """A person whose seat need not stay as it is."""

    item: Annotated[str, Doc(zh="对象编号", en="Id of the item.")]
    slot: Annotated[str, Doc(zh="去处编号；不填为任何去处", en="Id of the slot; any slot if not given.")] = ""
    role: Annotated[Several, Doc(zh="哪些角色；不填为全部", en="In which roles; all if empty.")] = ()
    during: Annotated[Several, Doc(zh="哪些周期；不填为全部", en="In which periods; all if empty.")] = ()

    def names(self, layer: Layer, item: int, slot: int, role: int, period: int) -> bool:
        """Whether a seat of a layer, given by index, is one of those that are open."""
        return (
            self.item == layer.items[item]
            and self.slot in ("", layer.slots[slot])
            and (not self.role or layer.roles[role] in self.role)
            and (not self.during or layer.periods[period].id in self.during)
        )


class Keep(Rule):
    """A slot that the baseline fills in a period stays as it is; a slot that it leaves empty may be filled.

    With ``each: item`` an item that the baseline places stays where it is, for layers in which the cases
    are the items. A breach is a seat that changes hands: in each role, the number of those who left or of
    those who came, whichever is greater.

    A seat is open if its holder is gone from the scenario, cannot serve, or is named in ``vacated``:
    somebody else may take it. A slot that is no longer there requires nothing.
    """

    name: ClassVar[str] = "keep"
    summary: ClassVar[Text] = Text(zh="照旧：基准方案已定的保持不变", en="what the baseline decided stays")
    doc_zh: ClassVar[str] = (
        "基准方案某期已有人的去处，照原样不动；基准方案空着的，自由安排。\n\n"
        "`each: item` 时，基准方案已安排的对象留在原处，用于以案件为对象的层。每有一个席位换人计一次：\n"
        "按角色，离开的与新来的取多者。\n\n"
        "已不在场景中或不能任职的人、`vacated` 所列的人，其席位空出，可由他人接替。去处已不存在的，不作要求。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="基准方案已定的，[each=slot?各<where>的<who>|各<who>的<where>]照旧不变[（{vacated}的席位除外）]",
        en="what the baseline decides stays: [each=slot?the <whos> of each <where>|the <where> of each"
        " <who>][, but for the seats of {vacated}]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "keep", "on": "turn"},
            kept=(
                "Wang=East@2026 Li=East@2026 Zhao=West@2027",
                "Wang=East@2026 Li=East@2026 Zhao=West@2027 Wang=West@2027 Li=East@2027 Li=West@2028",
            ),
            broken=(
                "Li=East@2026 Zhao=West@2027",
                "Wang=East@2026 Li=East@2026 Zhao=East@2026 Zhao=West@2027",
                "Wang=East@2026 Li=East@2026 Zhao=West@2027 Wang=West@2027 Li=West@2027",
            ),
        ),
        Example(
            rule={"kind": "keep", "on": "casework", "vacated": [{"item": "Wang", "slot": "C1"}]},
            kept=(
                "Wang=C1/investigator@2026 Li=C1/reviewer@2026",
                "Li=C1/investigator@2026 Li=C1/reviewer@2026 Wang=C3/reviewer@2026",
            ),
            broken=("Wang=C1/investigator@2026", "Li=C1/investigator@2026"),
        ),
        Example(
            rule={"kind": "keep", "on": "zoning", "each": "item"},
            kept=("North=Z1", "North=Z1 South=Z1"),
            broken=("North=Z2", "South=Z1"),
        ),
    )

    kind: Literal["keep"]
    each: Annotated[
        Literal["slot", "item"],
        Doc(
            zh="每个去处（slot）照旧，还是每个对象（item）照旧",
            en="Whether each slot or each item stays as it is.",
        ),
    ] = "slot"
    vacated: Annotated[tuple[Vacated, ...], Doc(zh="席位空出的人", en="People whose seats are open.")] = ()

    @property
    def penalises_changes(self) -> bool:
        """Whether the rule is soft and pays for differences from the baseline."""
        return not self.is_hard

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each item, slot or role of ``vacated`` that the layer does not have."""
        layer = context.layers[self.on]
        for number, one in enumerate(self.vacated):
            for key, found, known in (("item", one.item, layer.items), ("slot", one.slot, layer.slots)):
                if found and found not in known:
                    message = Text(zh=f"{self.on} 层中没有", en=f"is not in the layer {self.on}")
                    yield FieldProblem(
                        f"vacated.{number}.{key}", message, found, nearest=nearest(found, known)
                    )
            roles = [role for role in layer.roles if role is not None]
            for role in (role for role in one.role if role not in roles):
                message = Text(zh="该层没有此角色", en="the layer has no such role")
                near = nearest(role, roles)
                yield FieldProblem(f"vacated.{number}.role", message, role, ", ".join(roles), near)

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows for each role of a kept slot (or item): its holders stay, others take open seats."""
        for subject, left, came in self.seat_changes(writer, scope):
            if writer.level == 0:
                writer.at_most(left, 0, subject)
                writer.at_most(came, 0, subject)
            else:
                writer.penalise(writer.maximum([left, came], 0, subject), subject)

    def seat_changes(self, writer: ConstraintWriter, scope: Scope) -> Iterator[tuple[Subject, Expr, Expr]]:
        """Yield for each role of a kept slot (or item) how many leave and how many come."""
        partners = scope.items if self.each == "slot" else scope.slots
        for subject, seats in self._baseline_seats(scope).items():
            line = self._decisions(writer, subject)
            is_held = np.isin(partners, list(seats.held))
            left = Expr(constant=len(seats.held)) - Expr.of(line[partners[is_held]])
            others = line[partners[~is_held]]
            yield subject, left, Expr.of(others[others >= 0]) - seats.open

    def _decisions(self, writer: ConstraintWriter, subject: Subject) -> IntArray:
        """Return the decisions of all items at a slot (or of an item at all slots) in a role and period."""
        grid = writer.grid(self.on)[..., subject.role, subject.period]
        return np.asarray(grid[:, subject.slot] if self.each == "slot" else grid[subject.item])

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each kept slot (or item) and role with the number of seats that changed hands."""
        for subject, seats in self._baseline_seats(scope).items():
            there = self._current(roster[self.on], scope, subject)
            left, came = seats.held - there, there - seats.held
            changed = max(len(left), len(came) - seats.open)
            if changed > 0:
                yield Breach(subject, changed, self._detail(scope, left, came))

    def _current(self, roster: LayerRoster, scope: Scope, subject: Subject) -> frozenset[int]:
        if self.each == "slot":
            found = roster.items_in(subject.slot, subject.period, (subject.role,))
        else:
            found = roster.slots_of(subject.item, subject.period, (subject.role,))
        return frozenset(found) & self._partners(scope)

    def _partners(self, scope: Scope) -> frozenset[int]:
        return scope.item_set if self.each == "slot" else scope.slot_set

    def _baseline_seats(self, scope: Scope) -> Mapping[Subject, Seats]:
        """Return the seats of each slot (or item) that the baseline fills, by role and period."""
        kept: dict[Subject, Seats] = {}
        for i, s, r, t in scope.baseline_seats():
            one, other = (s, i) if self.each == "slot" else (i, s)
            if not self._is_kept(scope, one, t) or (other >= 0 and other not in self._partners(scope)):
                continue
            for role in scope.roles:
                kept.setdefault(self._subject(one, role, t), Seats())
            seats = kept[self._subject(one, r, t)]
            if other >= 0 and scope.layer.can_be(i, s, t) and not self._is_vacated(scope, i, s, r, t):
                seats.held |= {other}
            else:
                seats.open += 1
        return kept

    def _subject(self, one: int, role: int, period: int) -> Subject:
        whose = Subject(slot=one) if self.each == "slot" else Subject(item=one)
        return whose._replace(role=role, period=period)

    def _is_kept(self, scope: Scope, one: int, period: int) -> bool:
        """Whether a slot (or item) exists in the period and is in the scope of the rule."""
        if self.each == "slot":
            return one in scope.slot_set and bool(scope.layer.active[one, period])
        return one in scope.item_set and bool(scope.layer.present[one, period])

    def _is_vacated(self, scope: Scope, item: int, slot: int, role: int, period: int) -> bool:
        return any(one.names(scope.layer, item, slot, role, period) for one in self.vacated)

    def _detail(self, scope: Scope, left: frozenset[int], came: frozenset[int]) -> Text:
        names = scope.layer.items if self.each == "slot" else scope.layer.slots
        label = scope.context.scenario.organisation.label

        def listed(language: Language, who: frozenset[int]) -> str:
            none = {"slot": {"zh": "无", "en": "nobody"}, "item": {"zh": "无处", "en": "nowhere"}}
            named = [label(names[k]) for k in sorted(who)]
            return ("、" if language == "zh" else ", ").join(named) or none[self.each][language]

        if self.each == "item":
            return Text(
                zh=f"从{listed('zh', left)}到{listed('zh', came)}",
                en=f"from {listed('en', left)} to {listed('en', came)}",
            )
        return Text(
            zh=f"离开：{listed('zh', left)}；新来：{listed('zh', came)}",
            en=f"left: {listed('en', left)}; came: {listed('en', came)}",
        )


@dataclass
class Seats:
    """The seats of one role of a kept slot (or item).

    Attributes:
        held: The items (or slots) of the baseline that stay.
        open: The number of open seats.
    """

    held: frozenset[int] = field(default_factory=frozenset)
    open: int = 0
