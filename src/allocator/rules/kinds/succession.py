"""succession: the order of an item's slots: no early shift after a night, wards before intensive care."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from allocator.errors import nearest
from allocator.model.layer import BoolArray
from allocator.model.text import Language, Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, SlotTest
from allocator.rules.kinds._indicators01 import held_indicator, held_slots, seat_mask
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule, Several
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

_NEEDS = FieldError(
    zh="需给出 after 与 never 或 only 之一，或 before 与 requires",
    en="needs after with one of never and only, or before with requires",
)


class Succession(Rule):
    """The slots of an item in some periods decide which slots it may take in later periods.

    ``after: X`` with ``never: Y``: an item that was in X is in no Y for the next ``within`` periods (1 if
    not given). ``after: X`` with ``only: Y``: for those periods it is in no slot other than Y; it may stay
    in X only if Y names X too. Each period in breach costs 1.

    ``before: Y`` with ``requires: X``: an item that comes to Y, and was not there the period before, was in
    X in one of the ``within`` periods before (if not given, at any time before). Each arrival in breach
    costs 1.

    X and Y are slots, in the roles of ``earlier_role`` for the earlier slot (X) and ``later_role`` for the
    later one (Y). Periods before the horizon count. A period in which the item has nothing counts as a
    period, breaks nothing and ends nothing: two days after a night are two days, worked or not.
    """

    name: ClassVar[str] = "succession"
    summary: ClassVar[Text] = Text(
        zh="先后：某岗位之后不得（或只能）任某岗位，某岗位之前须先任某岗位",
        en="what may not or may only follow what, and what must come before",
    )
    doc_zh: ClassVar[str] = (
        "对象先前所在的去处，决定其随后可以到哪里。\n\n"
        "`after: X` 配 `never: Y`：在 X 之后的 `within` 个周期内（不填为 1）不得在 Y；\n"
        "配 `only: Y`：只能在 Y，留在 X 的，`only` 须一并写明 X。每有一个周期违反计 1。\n\n"
        "`before: Y` 配 `requires: X`：凡新到 Y（上一周期不在 Y）的，\n"
        "此前 `within` 个周期内（不填为任何时候）须曾在 X。每有一次缺少而到任的计 1。\n\n"
        "X、Y 为去处，先任者可限 `earlier_role` 所列角色，后任者可限 `later_role` 所列角色。\n"
        "规划期以前的任职计入。"
        "没有安排的周期照样算一个周期，既不违反，也不中断：\n"
        "夜班之后两天就是两天，不论是否上班。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>[after?在{after}[任{earlier_role}]之后 [{within}|1] 期内，[never?不得到{never}|只能到"
        "{only}][任{later_role}]|新到{before}[任{later_role}]前，[此前 {within} 期内]须曾在"
        "{requires}[任{earlier_role}]]",
        en="any <who> [after?who was in {after}[ as {earlier_role}] is[never? never in {never}|, if"
        " placed, only in {only}][ as {later_role}] for the next [{within}|1] period(s)|who comes"
        " to {before}[ as {later_role}] was in {requires}[ as {earlier_role}] before[, within "
        "{within} period(s)]]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={
                "kind": "succession",
                "on": "turn",
                "after": "group.id == 'East'",
                "never": "group.id == 'West'",
            },
            kept=("Wang=West@2026 Wang=East@2027", "Li=East@2026 Li=West@2028", "Zhao=East@2026"),
            broken=("Wang=East@2026 Wang=West@2027", "Zhao=West@2026"),
        ),
        Example(
            rule={
                "kind": "succession",
                "on": "turn",
                "after": "group.id == 'West'",
                "only": "group.id == 'West'",
                "within": 2,
                "during": ["2026", "2028"],
            },
            kept=("Wang=West@2026 Wang=East@2027 Wang=West@2028", "Li=East@2027", "Wang=East@all"),
            broken=("Wang=West@2026 Wang=East@2028", "Wang=West@2027 Wang=East@2028"),
        ),
        Example(
            rule={
                "kind": "succession",
                "on": "turn",
                "before": "group.id == 'East'",
                "requires": "group.id == 'West'",
            },
            kept=("Li=East@2026", "Wang=West@2026 Wang=East@2028", "Zhao=East@2026"),
            broken=("Wang=East@2026 Wang=West@2027", "Zhao=East@2027", "Wang=East@2028"),
        ),
        Example(
            rule={
                "kind": "succession",
                "on": "posting",
                "before": "true",
                "requires": "true",
                "earlier_role": "member",
                "later_role": "lead",
                "within": 2,
            },
            kept=(
                "Wang=East/member@2026 Wang=West/lead@2028",
                "Wang=East/member@2026 Wang=West/lead@2027 Wang=East/lead@2028",
                "Li=East/member@all",
            ),
            broken=("Wang=East/lead@2026", "Li=East/lead@2026 Li=West/member@2027 Li=East/lead@2028"),
        ),
        Example(
            rule={
                "kind": "succession",
                "on": "casework",
                "after": "case.id == 'C1'",
                "never": "case.id != 'C1'",
                "earlier_role": "investigator",
            },
            kept=(
                "Wang=C1/investigator@2026 Wang=C3/reviewer@2026",
                "Li=C1/reviewer@2026 Li=C2/reviewer@2027",
            ),
            broken=("Wang=C1/investigator@2026 Wang=C2/reviewer@2027 Wang=C2/investigator@2027",),
        ),
        Example(
            rule={
                "kind": "succession",
                "on": "casework",
                "before": "case.id != 'C1'",
                "requires": "case.id == 'C1'",
                "items": "person.id == 'Li'",
            },
            kept=("Li=C1/reviewer@2026 Li=C1/investigator@2026 Li=C2/reviewer@2027 Li=C2/investigator@2027",),
            broken=("Li=C3/reviewer@2026 Li=C3/investigator@2026", "Li=C3/reviewer@2026 Li=C2/reviewer@2027"),
        ),
    )

    kind: Literal["succession"]
    after: Annotated[
        SlotTest, Doc(zh="先任的去处：其后受限制", en="Slots that restrict the slots after them.")
    ] = ""
    never: Annotated[SlotTest, Doc(zh="其后不得到的去处", en="Slots that may not follow.")] = ""
    only: Annotated[SlotTest, Doc(zh="其后只能到的去处", en="The only slots that may follow.")] = ""
    before: Annotated[SlotTest, Doc(zh="须有前提的去处", en="Slots that need an earlier slot.")] = ""
    requires: Annotated[
        SlotTest, Doc(zh="到任以前须曾在的去处", en="Slots of which the item must have held one before.")
    ] = ""
    earlier_role: Annotated[
        Several,
        Doc(
            zh="先任（after、requires）限哪些角色；不填为全部",
            en="Roles in the earlier slot (`after`, `requires`); all if empty.",
        ),
    ] = ()
    later_role: Annotated[
        Several,
        Doc(
            zh="后任（never、only、before）限哪些角色；不填为全部",
            en="Roles in the later slot (`never`, `only`, `before`); all if empty.",
        ),
    ] = ()
    within: Annotated[
        Annotated[int, Field(ge=1, le=1000)] | None,
        Doc(
            zh="相隔多少个周期以内；不填时 after 为 1，before 为任何时候",
            en="Within how many periods; if not given 1 for `after`, any number for `before`.",
        ),
    ] = None

    @model_validator(mode="after")
    def _something_asked(self) -> Succession:
        given = [bool(text) for text in (self.after, self.never, self.only, self.before, self.requires)]
        if given not in (
            [True, True, False, False, False],
            [True, False, True, False, False],
            [False, False, False, True, True],
        ):
            raise _NEEDS
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each role that the layer does not have."""
        known = [role for role in context.layers[self.on].roles if role is not None]
        for field in ("earlier_role", "later_role"):
            for role in getattr(self, field):
                if role not in known:
                    message = Text(zh="该层没有此角色", en="the layer has no such role")
                    yield FieldProblem(field, message, role, ", ".join(known), nearest(role, known))

    def vacuous_selectors(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield also each condition of the rule that holds for no slot of the layer."""
        yield from super().vacuous_selectors(scope)
        for field in ("after", "never", "only", "before", "requires"):
            text = getattr(self, field)
            if text and len(scope.slots) and not scope.slot_test(text).any():
                yield field, text

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return True

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows for each item and period; a hard ``after`` has one for each earlier period."""
        earlier, later = self._place_masks(scope)
        write = self._post_required if self.before else self._post_barred
        for i in scope.items.tolist():
            first, last = -self._history_reach(scope), len(scope.layer.periods)
            was = {t: held_indicator(writer, scope, i, earlier, t) for t in range(first, last)}
            now = {t: held_indicator(writer, scope, i, later, t) for t in range(-1, last)}
            for t in scope.periods:
                write(writer, scope, (was, now), Subject(item=i, period=t))

    def _post_barred(self, writer: ConstraintWriter, scope: Scope, held_at: Posted, subject: Subject) -> None:
        was, now = held_at
        t = subject.period
        both = [was[k] + now[t] - 1 for k in self._earlier_periods(scope, t)]
        if self.is_hard:
            for one in both:
                writer.at_most(one, 0, subject)
        else:
            writer.penalise(writer.maximum(both, 0, subject), subject)

    def _post_required(
        self, writer: ConstraintWriter, scope: Scope, held_at: Posted, subject: Subject
    ) -> None:
        was, now = held_at
        t = subject.period
        comes = now[t] - now[t - 1]
        writer.at_most(comes - Expr.total(was[k] for k in self._earlier_periods(scope, t)), 0, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each item and period with a slot that earlier slots bar, or that lacks its required one."""
        plan, (earlier, later) = roster[self.on], self._place_masks(scope)
        for i in scope.items.tolist():
            for t in scope.periods:
                now = held_slots(plan, i, later, t)
                if not now:
                    continue
                before = [
                    (k, was)
                    for k in self._earlier_periods(scope, t)
                    if (was := held_slots(plan, i, earlier, k))
                ]
                if self.after and before:
                    k, was = before[-1]
                    yield Breach(Subject(item=i, period=t), 1, _barred_detail(scope, was, t - k, now))
                elif self.before and not before and not held_slots(plan, i, later, t - 1):
                    yield Breach(Subject(item=i, period=t), 1, _missing_detail(scope, now))

    def _place_masks(self, scope: Scope) -> tuple[BoolArray, BoolArray]:
        """Return two masks ``[S, R]``: the earlier seats, and the later seats that they bar or allow."""
        earlier = seat_mask(scope, self.after or self.requires, self.earlier_role)
        later = seat_mask(scope, self.never or self.only or self.before, self.later_role)
        return earlier, seat_mask(scope, "", ()) & ~later if self.only else later

    def _history_reach(self, scope: Scope) -> int:
        """Return the number of periods before the horizon that may matter."""
        known = -min((t for _, t in scope.layer.past), default=0)
        return min(known, self.within or (1 if self.after else known))

    def _earlier_periods(self, scope: Scope, period: int) -> range:
        """Return the earlier periods that matter to a period."""
        reach = self.within or (1 if self.after else period + self._history_reach(scope))
        return range(max(period - reach, -self._history_reach(scope)), period)


Posted = tuple[Mapping[int, Expr], Mapping[int, Expr]]


def _barred_detail(scope: Scope, was: tuple[int, ...], gap: int, now: tuple[int, ...]) -> Text:
    zh, en = _slot_names(scope, was, "zh"), _slot_names(scope, was, "en")
    return Text(
        zh=f"{gap} 个周期前在{zh}，此期在{_slot_names(scope, now, 'zh')}",
        en=f"in {_slot_names(scope, now, 'en')}, {gap} period{'s' * (gap > 1)} after {en}",
    )


def _missing_detail(scope: Scope, now: tuple[int, ...]) -> Text:
    return Text(
        zh=f"到{_slot_names(scope, now, 'zh')}以前未曾在所要求的去处",
        en=f"comes to {_slot_names(scope, now, 'en')} without what must come before",
    )


def _slot_names(scope: Scope, slots: tuple[int, ...], language: Language) -> str:
    label = scope.context.scenario.organisation.label
    return ("、" if language == "zh" else ", ").join(label(scope.layer.slots[slot]) for slot in slots)
