"""The scope of a rule: its layer, its items, slots, roles and periods, and its evaluated expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from allocator.model.layer import BoolArray, IntArray, Past
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.context import RuleContext, layer_types, ranges_over, types_of
from allocator.rules.expressions.axes import SCORE, Axis, pair_types, pairs_between, take
from allocator.rules.expressions.fields import ExpressionField
from allocator.rules.expressions.selectors import SelectorError, refuse_negative, shown
from allocator.rules.roster import Roster
from allocator.rules.rule import Rule, Waiver, waived

#: Item, slot, role and period, by index.
Seat = tuple[int, int, int, int]


class Scope:
    """The scope of one rule: its items, slots, roles and periods, and expressions evaluated over them.

    Arrays span the whole layer; they hold 0, False or an empty value outside the scope.
    """

    def __init__(self, rule: Rule, context: RuleContext, waivers: tuple[Waiver, ...] = ()) -> None:
        self.rule = rule
        self.context = context
        self.layer = context.layers[rule.on]
        self._waivers = tuple(waiver for waiver in waivers if waiver.rule == rule.id)
        self._history: dict[int, BoolArray] = {}
        self._found: dict[tuple[str, str], npt.NDArray[Any]] = {}

    @cached_property
    def items(self) -> IntArray:
        """Indices of the items in scope."""
        return np.flatnonzero(self._test(self.rule.items, self.context.item_axes(self.layer)))

    @cached_property
    def slots(self) -> IntArray:
        """Indices of the slots in scope."""
        return np.flatnonzero(self._test(self.rule.slots, self.context.slot_axes(self.layer)))

    @cached_property
    def roles(self) -> tuple[int, ...]:
        """Indices of the roles in scope."""
        named = self.rule.role
        return tuple(r for r, role in enumerate(self.layer.roles) if not named or role in named)

    @cached_property
    def periods(self) -> tuple[int, ...]:
        """Indices of the periods in scope."""
        named = self.rule.during
        chosen = (t for t, period in enumerate(self.layer.periods) if not named or period.id in named)
        return tuple(chosen)

    @cached_property
    def item_set(self) -> frozenset[int]:
        """The items in scope, for membership tests."""
        return frozenset(int(i) for i in self.items)

    @cached_property
    def slot_set(self) -> frozenset[int]:
        """The slots in scope, for membership tests."""
        return frozenset(int(s) for s in self.slots)

    @cached_property
    def covered(self) -> BoolArray:
        """``[I, S, T]``: whether item, slot and period are all in scope."""
        items, slots, _, periods = self.layer.shape
        item, slot = np.isin(np.arange(items), self.items), np.isin(np.arange(slots), self.slots)
        period = np.isin(np.arange(periods), self.periods)
        return np.asarray(item[:, None, None] & slot[None, :, None] & period[None, None, :])

    def seats_where(self, where: BoolArray) -> IntArray:
        """Return ``[n, 4]`` item, slot, role and period of the open seats of a mask ``[I, S, T]``."""
        chosen = np.argwhere(where & self.layer.open)
        blocks = [np.insert(chosen, 2, role, axis=1) for role in self.roles]
        return np.concatenate([np.zeros((0, 4), dtype=np.int64), *blocks])

    def taken_seats(self, roster: Roster) -> Iterator[Seat]:
        """Yield the item, slot, role and period of each seat in scope that a plan takes, in order."""
        covered = self.covered
        for i, s, r, t in roster[self.layer.name].taken:
            if covered[i, s, t] and r in self.roles:
                yield i, s, r, t

    def baseline_seats(self) -> Iterator[Seat]:
        """Yield the baseline's seats in the layer, roles and periods of the rule, each once, in order.

        Item or slot is -1 where the scenario no longer has it.
        """
        layer, plan = self.layer, self.context.baseline
        found: set[Seat] = set()
        for one in plan.assignments if plan is not None else ():
            t = layer.period_index.get(one.period, -1)
            if one.layer != layer.name or one.role not in layer.roles or t not in self.periods:
                continue
            r = layer.roles.index(one.role)
            if r in self.roles:
                found.add((layer.item_index.get(one.item, -1), layer.slot_index.get(one.slot, -1), r, t))
        yield from sorted(found)

    def where(self, expression: str) -> BoolArray:
        """Return ``[I, S, T]``: whether a pair expression holds; False outside the scope."""
        return np.asarray(self._pairs(expression, "BOOL", False), dtype=np.bool_)

    def numbers(self, expression: int | str) -> IntArray:
        """Return ``[I, S, T]``: the values of a number or pair expression, 0 outside the scope."""
        if isinstance(expression, int):
            return np.where(self.covered, expression, 0).astype(np.int64)
        return np.asarray(self._pairs(expression, "INT", 0), dtype=np.int64)

    def texts(self, expression: str, returns: str = "STRING") -> npt.NDArray[Any]:
        """Return ``[I, S, T]`` objects: the text (or list) of an expression, None outside the scope."""
        return self._pairs(expression, returns, None)

    def item_numbers(self, expression: int | str) -> IntArray:
        """Return ``[I]``: the values of a number or item expression, 0 outside the scope."""
        return self._line(expression, self.items, self.context.item_axes(self.layer), self.layer.shape[0])

    def item_texts(self, expression: str) -> npt.NDArray[Any]:
        """Return ``[I]`` objects: the text of an expression for each item, empty outside the scope."""
        result: npt.NDArray[Any] = np.full(self.layer.shape[0], "", dtype=object)
        axis = self.context.item_axes(self.layer)[0]
        selector = self.context.compiler.compile(expression, axis.types, "STRING")
        result[self.items] = selector.over(take(axis, self.items))
        return result

    def slot_numbers(self, expression: int | str) -> IntArray:
        """Return ``[S]``: the values of a number or slot expression, 0 outside the scope."""
        return self._line(expression, self.slots, self.context.slot_axes(self.layer), self.layer.shape[1])

    def slot_test(self, expression: str) -> BoolArray:
        """Return ``[S]``: whether a slot is in scope and the expression, unless empty, holds for it."""
        axes, found = self.context.slot_axes(self.layer), np.zeros(self.layer.shape[1], dtype=np.bool_)
        found[self.slots] = self._test(expression, (take(axes[0], self.slots),))
        return found

    def slot_texts(self, expression: str) -> npt.NDArray[Any]:
        """Return ``[S]`` objects: the text of an expression for each slot, empty outside the scope."""
        result: npt.NDArray[Any] = np.full(self.layer.shape[1], "", dtype=object)
        axis = self.context.slot_axes(self.layer)[0]
        selector = self.context.compiler.compile(expression, axis.types, "STRING")
        result[self.slots] = selector.over(take(axis, self.slots))
        return result

    def limits(self, expression: int | str, side: str) -> IntArray:
        """Return the values of a limit: a number, or an expression that may read the period.

        Args:
            expression: The number, or an expression.
            side: ``item`` or ``slot``; for any other word the expression reads the period only.

        Returns:
            ``[n, T]`` for each item or slot (or a single row) and each period; 0 outside the scope.
        """
        sides = {"item": (self.items, self.layer.shape[0]), "slot": (self.slots, self.layer.shape[1])}
        chosen, size = sides.get(side, (np.zeros(1, dtype=np.int64), 1))
        periods = np.asarray(self.periods, dtype=np.int64)
        result = np.zeros((size, self.layer.shape[3]), dtype=np.int64)
        if isinstance(expression, int):
            result[np.ix_(chosen, periods)] = expression
        else:
            found = self._over_periods(expression, side, "INT")
            result[np.ix_(chosen, periods)] = found.reshape(len(chosen), len(periods))
        return result

    def _over_periods(self, expression: str, side: str, returns: str) -> npt.NDArray[Any]:
        """Return the values of an expression over the periods and, by ``side``, items or slots in scope."""
        context, layer = self.context, self.layer
        horizon = context.period_axes(layer)[0]
        periods = take(horizon, np.asarray(self.periods, dtype=np.int64))
        axes: tuple[Axis, ...] = (periods,)
        whole, pairs = axes, None
        if side in ("item", "slot"):
            own = context.item_axes(layer)[0] if side == "item" else context.slot_axes(layer)[0]
            whole = own, horizon
            axes = take(own, self.items if side == "item" else self.slots), periods
            pairs = pairs_between(context.scenario, axes[0].ids, periods.ids)
        types = layer_types(context, layer, f"{side}-period" if pairs is not None else "period")
        selector = context.compiler.compile(expression, types, returns)
        if pairs is not None:
            _refuse_strange_tables(context, selector.used, whole, expression)
        return selector.over(*axes, pairs=pairs)

    def item_pairs(self, expression: str) -> BoolArray:
        """Return ``[I, I]``: whether an expression over two items holds; False outside the scope."""
        own = take(self.context.item_axes(self.layer)[0], self.items)
        others = take(self.context.item_axes(self.layer, "other")[0], self.items)
        result = np.zeros((self.layer.shape[0],) * 2, dtype=np.bool_)
        values = self.context.compiler.compile(expression, {**own.types, **others.types}, "BOOL")
        result[np.ix_(self.items, self.items)] = values.over(own, others).astype(np.bool_)
        return result

    def evaluate(self, written: ExpressionField) -> int:
        """Evaluate an expression of the rule over its whole range, to find faults and the largest value.

        Returns:
            The largest absolute value; 0 if the expression gives no numbers.

        Raises:
            SelectorError: The expression reads an empty cell or fails, or an amount is negative.
        """
        over, expression = ranges_over(written.expression.over, self.rule, self.context), written.expression
        if over == "period" or over.endswith("-period"):
            found = self._over_periods(written.text, over.removesuffix("-period"), expression.returns)
            return _largest(found)
        axes = self._range(written, over)
        types, pairs = types_of(axes), None
        if expression.over == "pair":
            types = {**types, **pair_types(self.context.scenario)}
            pairs = self.context.pairs(self.layer).take(self.items, self.slots)
        found = self.context.compiler.compile(written.text, types, expression.returns).over(
            *axes, pairs=pairs
        )
        if expression.amount:
            refuse_negative(found, written.text, *(axis.ids for axis in axes))
        return _largest(found)

    def _range(self, written: ExpressionField, over: str) -> tuple[Axis, ...]:
        """Return the axes of an expression; the rule's own selectors range over the whole layer."""
        context = self.context
        if over.startswith("there-"):
            layer = context.layers[str(dict(written.holder)["layer"])]
            return context.item_axes(layer) if over == "there-item" else context.slot_axes(layer)
        item, slot = context.item_axes(self.layer), context.slot_axes(self.layer)
        if written.path in (("items",), ("slots",)):
            return item if over == "item" else slot
        items, slots = take(item[0], self.items), take(slot[0], self.slots)
        if over in ("item", "slot"):
            return (items,) if over == "item" else (slots,)
        if over == "items":
            return items, take(context.item_axes(self.layer, "other")[0], self.items)
        periods = context.period_axes(self.layer)[0]
        return items, slots, take(periods, np.asarray(self.periods, dtype=np.int64))

    def held_before(self, item: int, slot: int, period: int = -1) -> bool:
        """Return whether an item held a slot in a past period, in the roles of the rule."""
        held = self.layer.past.held(item, period)
        return any(at == slot and role in self.roles for at, role in held)

    def holders_before(self, period: int) -> BoolArray:
        """Return ``[I, S]``: whether each item held each slot in a past period, in the roles of the rule."""
        if period not in self._history:
            held = np.zeros(self.layer.shape[:2], dtype=np.bool_)
            for stay in self.layer.past.at(period):
                if stay.role in self.roles:
                    held[stay.item, stay.slot] = True
            held.flags.writeable = False
            self._history[period] = held
        return self._history[period]

    def waives(self, subject: Subject) -> bool:
        """Return whether a named exception covers the subject."""
        return any(waived(waiver, subject, self.layer) for waiver in self._waivers)

    def waivers_of(self, subject: Subject) -> Iterator[Waiver]:
        """Yield the named exceptions that cover the subject."""
        return (waiver for waiver in self._waivers if waived(waiver, subject, self.layer))

    @property
    def has_waivers(self) -> bool:
        """Whether any named exception concerns this rule."""
        return bool(self._waivers)

    def with_items(self, items: tuple[str, ...]) -> Scope:
        """Return the scope of the same rule with other items; all of them are in service and in scope."""
        layer = self.layer
        present = np.ones((len(items), len(layer.periods)), dtype=np.bool_)
        possible = np.ones((len(items), len(layer.slots)), dtype=np.bool_)
        other = replace(layer, items=items, present=present, possible=possible, past=Past())
        return Scope(self.rule.model_copy(update={"items": ""}), self.context.with_layer(other))

    def _test(self, expression: str, axes: tuple[Axis, ...]) -> npt.NDArray[np.bool_]:
        if not expression:
            return np.ones(len(axes[0]), dtype=np.bool_)
        selector = self.context.compiler.compile(expression, types_of(axes), "BOOL")
        return selector.over(*axes).astype(np.bool_)

    def _line(self, expression: int | str, chosen: IntArray, axes: tuple[Axis, ...], size: int) -> IntArray:
        result = np.zeros(size, dtype=np.int64)
        if isinstance(expression, int):
            result[chosen] = expression
        else:
            selector = self.context.compiler.compile(expression, types_of(axes), "INT")
            result[chosen] = selector.over(take(axes[0], chosen)).astype(np.int64)
        return result

    def _pairs(self, expression: str, returns: str, outside: object) -> npt.NDArray[Any]:
        key = expression, returns
        if key not in self._found:
            self._found[key] = self._evaluated(expression, returns, outside)
            self._found[key].flags.writeable = False
        return self._found[key]

    def _evaluated(self, expression: str, returns: str, outside: object) -> npt.NDArray[Any]:
        context, layer = self.context, self.layer
        axes = (*context.item_axes(layer), *context.slot_axes(layer), *context.period_axes(layer))
        types = {**types_of(axes), **pair_types(context.scenario)}
        selector = context.compiler.compile(expression, types, returns)
        items, slots, _, periods = layer.shape
        chosen = (self.items, self.slots, np.asarray(self.periods, dtype=np.int64))
        parts = [take(axis, part) for axis, part in zip(axes, chosen, strict=True)]
        found = selector.over(*parts, pairs=context.pairs(layer).take(*chosen[:2]))
        if found.shape == (items, slots, periods):
            return found
        result: npt.NDArray[Any] = np.full((items, slots, periods), outside, dtype=found.dtype)
        result[np.ix_(*chosen)] = found
        return result


def _refuse_strange_tables(
    context: RuleContext, used: Iterable[str], axes: Sequence[Axis], expression: str
) -> None:
    """Refuse a score table that has none of a layer's pairs: every value read from it would be 0."""
    for name, table in context.scenario.organisation.scores.items():
        if f"{SCORE}.{name}" in used and not table.is_of(axes[0].ids, axes[1].ids):
            message = Text(
                zh=f"scores-{name}.csv 中没有这些对象（去处）与周期的编号",
                en=f"scores-{name}.csv has no ids of these slots (or items) and periods",
            )
            raise SelectorError(message, detail=shown(expression))


def _largest(found: npt.NDArray[Any]) -> int:
    """Return the largest absolute value of an array of whole numbers; 0 for any other array."""
    return int(np.abs(found).max(initial=0)) if found.dtype == np.int64 else 0
