"""choice: at least or at most a number of the entries of a list, such as one of two days off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from allocator.errors import nearest
from allocator.model.layer import BoolArray
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc
from allocator.rules.kinds._indicators01 import held_slots
from allocator.rules.roster import Roster
from allocator.rules.rule import (
    Breach,
    Dimension,
    Example,
    FieldError,
    FieldProblem,
    Rule,
    Several,
    refuse_crossed,
)
from allocator.rules.scope import Scope
from allocator.rules.sentences import BOUNDS_EN, BOUNDS_ZH, Sentence

Limit = Annotated[int, Field(ge=0, le=10**6)]


class Option(Strict):
    """One entry of the list: what an item holds in any of these slots, roles and periods."""

    slot: Annotated[Several, Doc(zh="去处编号；不填为任何去处", en="Ids of slots; any if empty.")] = ()
    role: Annotated[Several, Doc(zh="角色；不填为任何角色", en="Roles; any if empty.")] = ()
    period: Annotated[Several, Doc(zh="周期编号；不填为任何周期", en="Ids of periods; any if empty.")] = ()

    @model_validator(mode="after")
    def _something_named(self) -> Option:
        if not (self.slot or self.role or self.period):
            raise FieldError(zh="需给出 slot、role 或 period", en="needs slot, role or period")
        return self


class Choice(Rule):
    """Each item has at least ``atleast`` and at most ``atmost`` entries of the list ``of``.

    An item has an entry if it holds one of the entry's slots, in one of its roles, in one of its periods.
    So a weekend is one entry of two periods. With ``off: true`` the entries that the item does not have are
    counted, for example at least one of two days off. Each entry too few or too many costs 1. Periods
    before the horizon do not count, and an item that is not there in any period of the rule is left out.
    """

    name: ClassVar[str] = "choice"
    summary: ClassVar[Text] = Text(
        zh="任选：所列各项中至少（至多）占几项（两天至少休一天）",
        en="at least or at most so many of a list: one of these two days off",
    )
    doc_zh: ClassVar[str] = (
        "每个对象占 `of` 所列各项中的至少 `atleast` 项、至多 `atmost` 项。\n\n"
        "对象在该项所列周期之一、以所列角色之一、在所列去处之一，即占该项：一个周末是含两个周期的一项。\n"
        "`off: true` 时计未占的项数，如两天中至少休一天。每多或少一项计 1。\n"
        "只看规划期以内；在规则所指各周期中均不在任的不计。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"每<measure><who>在以下各项中[off=true?不占|占]{BOUNDS_ZH} 项：{{of}}",
        en=f"each <who> [off=true?is free of|has] {BOUNDS_EN} of these: {{of}}",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={
                "kind": "choice",
                "on": "turn",
                "of": [{"period": 2026}, {"period": 2027}],
                "off": True,
                "atleast": 1,
            },
            kept=("Wang=East@2026 Wang=East@2028 Li=West@2027 Zhao=East@2027",),
            broken=("Wang=East@2026 Wang=West@2027", "Zhao=East@2026 Zhao=East@2027"),
        ),
        Example(
            rule={
                "kind": "choice",
                "on": "turn",
                "of": [
                    {"slot": "East", "period": [2026, 2027]},
                    {"slot": "West", "period": 2028},
                    {"slot": "East", "period": 2028},
                ],
                "items": "person.id != 'Zhao'",
                "atleast": 1,
                "atmost": 1,
            },
            kept=("Wang=East@2026 Wang=East@2027 Li=East@2028",),
            broken=("Wang=East@2026", "Wang=East@2026 Wang=West@2028 Li=East@2028"),
        ),
        Example(
            rule={
                "kind": "choice",
                "on": "casework",
                "of": [{"slot": ["C1", "C2"]}, {"slot": "C3", "role": "reviewer"}],
                "atleast": 1,
                "atmost": 1,
                "off": True,
            },
            kept=(
                "Wang=C1/reviewer@2026 Wang=C1/investigator@2026 Wang=C2/reviewer@2027 Li=C3/reviewer@2026",
            ),
            broken=(
                "Wang=C1/reviewer@2026 Wang=C3/reviewer@2026 Li=C2/reviewer@2027",
                "Wang=C1/reviewer@2026",
            ),
        ),
        Example(
            rule={
                "kind": "choice",
                "on": "posting",
                "of": [{"role": "lead"}, {"slot": "East"}],
                "atmost": 1,
                "during": ["2026", "2028"],
            },
            kept=("Wang=West/lead@2026 Wang=West/lead@2028 Li=East/member@all", "Wang=East/lead@2027"),
            broken=("Wang=East/lead@2026", "Li=West/lead@2026 Li=East/member@2028"),
        ),
    )

    kind: Literal["choice"]
    of: Annotated[
        Annotated[tuple[Option, ...], Field(min_length=1)],
        Doc(zh="所列各项", en="The entries of the list."),
    ]
    atleast: Annotated[
        Limit | None, Doc(zh="至少几项；不填为不限", en="Least number of entries; no limit if not given.")
    ] = None
    atmost: Annotated[
        Limit | None, Doc(zh="至多几项；不填为不限", en="Greatest number of entries; no limit if not given.")
    ] = None
    off: Annotated[
        bool,
        Doc(
            zh="计未占的项数（休息、不任）", en="Whether the entries that the item does not have are counted."
        ),
    ] = False

    @model_validator(mode="after")
    def _something_asked(self) -> Choice:
        if self.atleast is None and self.atmost is None:
            raise FieldError(zh="需给出 atleast 或 atmost", en="needs atleast or atmost")
        size = len(self.of)
        if self.atleast is not None and self.atleast > size:
            raise FieldError(
                zh=f"of 只有 {size} 项，atleast 不能超过 {size}",
                en=f"of has only {size} entries, atleast can be no more than {size}",
            )
        if self.atmost is not None and self.atmost >= size:
            raise FieldError(
                zh=f"of 只有 {size} 项，atmost 须小于 {size}，否则不起作用",
                en=f"of has only {size} entries: with atmost of {size} or more it asks for nothing",
            )
        refuse_crossed(self.atleast, self.atmost)
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each slot, role or period of an entry that the layer does not have."""
        layer = context.layers[self.on]
        roles = [role for role in layer.roles if role is not None]
        periods = [] if layer.once else [period.id for period in layer.periods]
        for k, option in enumerate(self.of):
            for field, named, known in (
                ("slot", option.slot, layer.slots),
                ("role", option.role, roles),
                ("period", option.period, periods),
            ):
                for name in named:
                    if name not in known:
                        message = Text(zh="该层中没有", en="is not in the rule's layer")
                        allowed = ", ".join(known[:20])
                        yield FieldProblem(f"of.{k}.{field}", message, name, allowed, nearest(name, known))

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Keep only the upper limit of held entries: later periods can add entries but never remove them."""
        if not self.is_hard:
            return self
        mended = "atmost" if self.off else "atleast"
        kept = self.atleast if self.off else self.atmost
        return None if kept is None else self.model_copy(update={mended: None})

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the limits on the number of counted entries of each item."""
        options = [self._option_seats(scope, option) for option in self.of]
        for i in _items_in_service(scope):
            subject = Subject(item=i)
            had = Expr.total(_option_indicator(writer, scope, subject, *places) for places in options)
            count = -had + len(options) if self.off else had
            if self.atleast:
                writer.at_least(count, self.atleast, subject)
            if self.atmost is not None:
                writer.at_most(count, self.atmost, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each item with too few or too many counted entries."""
        plan, options = roster[self.on], [self._option_seats(scope, option) for option in self.of]
        for i in _items_in_service(scope):
            had = [any(held_slots(plan, i, places, t) for t in periods) for places, periods in options]
            count = had.count(not self.off)
            few = (self.atleast or 0) - count
            many = 0 if self.atmost is None else count - self.atmost
            for off in (few, many):
                if off > 0:
                    yield Breach(Subject(item=i), off, self._detail(count))

    def _detail(self, count: int) -> Text:
        size = len(self.of)
        if self.off:
            return Text(zh=f"{size} 项中有 {count} 项未占", en=f"does not have {count} of the {size}")
        return Text(zh=f"{size} 项中占 {count} 项", en=f"has {count} of the {size}")

    def _option_seats(self, scope: Scope, option: Option) -> tuple[BoolArray, tuple[int, ...]]:
        """Return the mask ``[S, R]`` of the places of an entry in scope, and its periods."""
        layer = scope.layer
        slots = [
            s in scope.slot_set and (not option.slot or name in option.slot)
            for s, name in enumerate(layer.slots)
        ]
        roles = [
            r in scope.roles and (not option.role or name in option.role)
            for r, name in enumerate(layer.roles)
        ]
        periods = (t for t in scope.periods if not option.period or layer.periods[t].id in option.period)
        return np.array(slots)[:, None] & np.array(roles)[None, :], tuple(periods)


def _items_in_service(scope: Scope) -> list[int]:
    """Return the items in scope that are present in some period of the rule."""
    present = scope.layer.present[:, list(scope.periods)]
    return [i for i in scope.items.tolist() if present[i].any()]


def _option_indicator(
    writer: ConstraintWriter, scope: Scope, subject: Subject, places: BoolArray, periods: tuple[int, ...]
) -> Expr:
    """Return the indicator that the item holds any of the places ``[S, R]`` in any of the periods."""
    grid, alone = writer.grid()[subject.item], scope.layer.spec.take.most == 1
    whole = [Expr.of(grid[:, :, t][places]) for t in periods]
    there = Expr.total(whole)
    if len(there.cols) < 2 or (alone and len(periods) == 1):
        return there
    # If an item takes one place a period, one row for each period suffices, and is tighter.
    parts = whole if alone else [Expr.of([col]) for col in there.cols]
    found = writer.maximum(parts, 0, subject)
    writer.implied(found - there, 0, subject)
    return found
