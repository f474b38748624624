"""Loads of slots, items, groups or a layer: expressions of the program, and numbers of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticKnownError

from allocator.errors import shorten
from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import side_of
from allocator.rules.expressions.fields import Doc, EachAmount, PairAmount, SideText
from allocator.rules.expressions.selectors import SelectorError, refuse_negative, shown
from allocator.rules.roster import Roster
from allocator.rules.rule import FieldError, Rule
from allocator.rules.scope import Scope

#: The clauses of a sentence that say which loads are compared.
LOADS_ZH = (
    "[each=slot?各<where>所安排<who>|each=item&load=1?各<who>安排到<where>|each=item?各<who>所承担<where>"
    "|each=layer?全部<where>所安排<who>|按{each}合并计算，各组所安排<who>]"
    "[each=item&load=1?的次数|load=1?的数量|的{load}合计][（计入原有的{carried}）]"
)
LOADS_EN = (
    "the [load=1?number|total {load}] of [each=slot?the <whos> of each <where>|each=item?the <wheres> of "
    "each <who>|each=layer?all <whos> of the <wheres>|the <whos> of each group by {each}]"
    "[, counting {carried} from before,]"
)


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of slots or items whose loads are added up.

    Attributes:
        scope: The scope of the rule.
        each: The field ``each`` of the rule.
        side: ``slot`` or ``item``.
        number: ``[n]`` the group of each slot or item, -1 for none.
        names: The common text of each group; empty if each slot or item, or the layer, is a group.
    """

    scope: Scope
    each: str
    side: str
    number: IntArray
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """The number of groups."""
        return len(self.names) or (1 if self.each == "layer" else len(self.number))

    @property
    def ids(self) -> Sequence[str]:
        """The id of each group."""
        layer = self.scope.layer
        if self.each == "layer":
            return (layer.name,)
        return self.names or (layer.slots if self.side == "slot" else layer.items)

    @cached_property
    def members(self) -> list[list[int]]:
        """The slots or items in scope of each group."""
        found: list[list[int]] = [[] for _ in range(self.count)]
        for k in (self.scope.slots if self.side == "slot" else self.scope.items).tolist():
            if self.number[k] >= 0:
                found[self.number[k]].append(k)
        return found

    def subject(self, group: int) -> Subject:
        """Return the subject of a group's breaches."""
        if self.names:
            return Subject(part=group)
        if self.each == "layer":
            return Subject()
        return Subject(slot=group) if self.side == "slot" else Subject(item=group)

    def group_of(self, subject: Subject) -> int:
        """Return the group of a breach's subject."""
        return max(subject.item, subject.slot, subject.part, 0)

    def existing_periods(self) -> Iterator[tuple[Subject, tuple[int, ...]]]:
        """Yield each group with the periods in which a member exists; the layer exists in all periods."""
        layer, periods = self.scope.layer, self.scope.periods
        if self.each == "layer":
            yield Subject(), tuple(periods)
            return
        exists = layer.active if self.side == "slot" else layer.present
        for group, members in enumerate(self.members):
            if members:
                yield self.subject(group), tuple(t for t in periods if exists[members, t].any())

    def sum_by_group(self, values: IntArray) -> IntArray:
        """Return ``[groups]`` the sums of ``[n]`` values."""
        result = np.zeros(self.count, dtype=np.int64)
        np.add.at(result, self.number[self.number >= 0], values[self.number >= 0])
        return result

    def limit(self, bound: int | str, *, horizon: bool) -> IntArray:
        """Return ``[groups, T]`` the bound of each group.

        Args:
            bound: A number or an expression.
            horizon: Whether the bound is for the horizon, so that all periods have the same.

        Raises:
            SelectorError: The bound differs within a group.
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
                raise self._differing_bounds(bound, group, members[0], other, values)
        return values[[members[0] for members in self.members]]

    def _differing_bounds(
        self, bound: int | str, group: int, one: int, other: int, values: IntArray
    ) -> SelectorError:
        ids = self.scope.layer.slots if self.side == "slot" else self.scope.layer.items
        t = int(np.flatnonzero(values[one] != values[other])[0])
        (a, x), (b, y) = ((shorten(ids[k], 40), int(values[k, t])) for k in (one, other))
        name = shorten(self.names[group], 40)
        message = Text(
            zh=f"“{name}”合并计算，只能有一个界限，而 {a} 为 {x}，{b} 为 {y}",
            en=f"{name} is counted together and can have one bound only, but {a} has {x} and {b} has {y}",
        )
        return SelectorError(message, detail=shown(str(bound)))

    def with_name(self, subject: Subject, found: Text) -> Text:
        """Return the explanation of a breach, after the name of its group if the group has one."""
        if not self.names:
            return found
        label = self.scope.context.scenario.organisation.label(self.names[subject.part])
        return Text(zh=f"{label}：{found.zh}", en=f"{label}: {found.en}")


def groups_of(scope: Scope, each: str) -> Groups:
    """Return the groups whose loads a rule adds up; an empty text puts a slot or item into no group."""
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


def _a_word_or_an_expression(value: str) -> str:
    """Refuse a single word other than slot, item and layer: it is a misspelling, not an expression."""
    if value.isidentifier() and value not in ("slot", "item", "layer"):
        raise PydanticKnownError("literal_error", {"expected": "'slot', 'item' or 'layer'"})
    return value


Each = Annotated[
    Literal["slot", "item", "layer"] | SideText,
    AfterValidator(_a_word_or_an_expression),
    Doc(
        zh="计每个去处（slot）、每个对象（item）还是全层合计（layer）的负荷；表达式如 `group.parent`，"
        "值相同的去处（或对象）合并计算，值为空的不计",
        en="Whether loads are of slots, of items, or of the layer as a whole (all slots together). With an "
        "expression such as `group.parent`, slots (or items) of the same value are counted together, those "
        "of an empty one not at all.",
    ),
]
Load = Annotated[
    PairAmount,
    Doc(
        zh="一次安排增加的负荷，如 `case.effort`、`case.effort * person.pace`，不能为负",
        en="Load that one assignment adds, never negative: `case.effort`, `case.effort * person.pace`.",
    ),
]
Carried = Annotated[
    EachAmount,
    Doc(
        zh='各自起初已有的负荷，如上年的 `person.indicators["办案量2025"]`；`each: layer` 时为整数',
        en='Load that each has at the beginning, such as last year\'s `person.indicators["load 2025"]`; for '
        "`each: layer` a number.",
    ),
]
Over = Annotated[
    Literal["period", "horizon"],
    Doc(
        zh="逐期计算（period），还是全程合计（horizon）",
        en="Whether loads are added up in each period or over the horizon.",
    ),
]


def load_subjects(
    scope: Scope, each: Each, over: Over, groups: Groups | None = None
) -> Iterator[tuple[Subject, tuple[int, ...]]]:
    """Yield each slot (or item, or group) that exists, with the periods over which its load is added up."""
    for whose, periods in (groups or groups_of(scope, each)).existing_periods():
        for chosen in [periods] if over == "horizon" else [(t,) for t in periods]:
            if chosen:
                yield whose._replace(period=-1 if over == "horizon" else chosen[0]), chosen


class LoadRule(Rule):
    """The fields that say what a load is, and the loads by them."""

    each: Each = "slot"
    load: Load = 1
    carried: Carried = 0
    over: Over = "period"

    @model_validator(mode="after")
    def _the_layer_has_no_fields(self) -> LoadRule:
        if self.each == "layer" and isinstance(self.carried, str):
            raise FieldError(
                zh="each 为 layer 时 carried 须为整数",
                en="carried of the layer as a whole must be a whole number, not an expression",
            )
        return self

    def groups(self, scope: Scope) -> Groups:
        """Return the groups whose loads are added up."""
        return groups_of(scope, self.each)

    def load_exprs(self, writer: ConstraintWriter, scope: Scope) -> Iterator[tuple[Subject, Expr]]:
        """Yield the load of each slot (item, group, or of the layer) as an expression over the decisions."""
        groups = self.groups(scope)
        begun, periods = self._carried_loads(scope, groups), scope.layer.shape[3]
        cols, weights, keys = self._load_terms(writer.grid(), scope, groups)
        # One sort of all terms by group and period: there may be millions of terms.
        order = _stable_order(keys)
        cols, weights = cols[order], weights[order]
        starts = np.searchsorted(keys[order], np.arange(len(begun) * periods + 1))
        for subject, within in load_subjects(scope, self.each, self.over, groups):
            whose = groups.group_of(subject)
            key = whose * periods + (0 if self.over == "horizon" else within[0])
            part = slice(starts[key], starts[key + 1])
            yield subject, Expr.of(cols[part], weights[part]) + int(begun[whose])

    def _load_terms(
        self, grid: IntArray, scope: Scope, groups: Groups
    ) -> tuple[IntArray, IntArray, IntArray]:
        """Return decision, load and key (group and period) of every place in scope with a load."""
        item, slot, role, period = np.nonzero(grid >= 0)
        weights = self._loads_per_seat(scope)[item, slot, period]
        whose = groups.number[slot if groups.side == "slot" else item]
        kept = scope.covered[item, slot, period] & np.isin(role, scope.roles) & (weights != 0) & (whose >= 0)
        item, slot, role, period = item[kept], slot[kept], role[kept], period[kept]
        when = 0 if self.over == "horizon" else period
        keys = whose[kept] * scope.layer.shape[3] + when
        return grid[item, slot, role, period], weights[kept], keys

    def loads(self, roster: Roster, scope: Scope) -> Iterator[tuple[Subject, int]]:
        """Yield the load of each slot (or item, group, or of the layer) in a plan."""
        groups = self.groups(scope)
        plan, loads, begun = roster[self.on], self._loads_per_seat(scope), self._carried_loads(scope, groups)
        for subject, periods in load_subjects(scope, self.each, self.over, groups):
            whose = groups.group_of(subject)
            total = int(begun[whose])
            for t in periods:
                for one in groups.members[whose]:
                    if groups.side == "item":
                        held = [(one, s, r) for s, r in plan.seats(one, t)]
                    else:
                        held = [(i, one, r) for i, r in plan.members(one, t)]
                    total += sum(int(loads[i, s, t]) for i, s, r in held if r in scope.roles)
            yield subject, total

    def loads_by_period(self, roster: Roster, scope: Scope) -> dict[int, list[int]]:
        """Return the loads of a plan by period; loads over the horizon have the period -1."""
        found: dict[int, list[int]] = {}
        for subject, load in self.loads(roster, scope):
            found.setdefault(subject.period, []).append(load)
        return dict(sorted(found.items()))

    def period_suffix(self, scope: Scope, period: int, among: int) -> str:
        """Return the suffix that names a period, such as `` @2027``; empty if there is only one."""
        return f" @{scope.layer.period_id(period)}" if among > 1 else ""

    def _loads_per_seat(self, scope: Scope) -> IntArray:
        """Return ``[I, S, T]`` the load of each assignment."""
        layer, loads = scope.layer, scope.numbers(self.load)
        refuse_negative(loads, self.load, layer.items, layer.slots, [period.id for period in layer.periods])
        return loads

    def _carried_loads(self, scope: Scope, groups: Groups) -> IntArray:
        """Return ``[groups]`` the carried load of each group."""
        if self.each == "layer":
            return np.array([self.carried], dtype=np.int64)
        is_item = groups.side == "item"
        found = scope.item_numbers(self.carried) if is_item else scope.slot_numbers(self.carried)
        refuse_negative(found, self.carried, scope.layer.items if is_item else scope.layer.slots)
        return groups.sum_by_group(found)


def shortfall(load: Expr, asked: int) -> Expr:
    """Return the shortfall of a load below a required one; 0 or less if there is none.

    No coefficient exceeds the required load. The expression means the same for whole numbers, and is tighter
    in the relaxation (coefficient tightening; Savelsbergh, ORSA Journal on Computing 1994).

    Args:
        load: A sum of decisions with coefficients of 0 or more, and the carried load as its constant.
        asked: The required load.
    """
    missing = asked - load.constant
    return (
        Expr(load.cols, -np.minimum(load.coefs, missing), missing) if missing > 0 else Expr(constant=missing)
    )


def _stable_order(keys: IntArray) -> IntArray:
    """Return the stable order of numbers of 0 or more; small numbers use radix sort, ten times as fast."""
    is_short = keys.max(initial=0) < 2**16
    return np.argsort(keys.astype(np.uint16) if is_short else keys, kind="stable")
