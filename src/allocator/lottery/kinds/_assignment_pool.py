"""The pool of an assignment by lot: recusals, absences and the worth of pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, WithJsonSchema

from allocator.errors import InputError
from allocator.lottery.scenario_view import ScenarioView
from allocator.model.layer import IntArray, Layer
from allocator.model.text import Text
from allocator.rules.expressions.axes import pair_types
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.policy import Policy
from allocator.rules.rule import FieldError

#: Greatest denominator of a probability or a strength.
MAX_DENOMINATOR = 100


def parse_share(value: Any) -> Fraction:
    """Return a fraction from 0 to 1: of ``0.5``, ``"1/3"`` or ``1``.

    Raises:
        FieldError: The value is no such fraction, or its denominator is too large.
    """
    try:
        share = value if isinstance(value, Fraction) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if isinstance(value, bool) or not 0 <= share <= 1 or share.denominator > MAX_DENOMINATOR:
        most = MAX_DENOMINATOR
        raise FieldError(
            zh=f"应为 0 至 1 的小数或分数，分母至多 {most}，如 0.35 或 1/3",
            en=f"should be a number from 0 to 1, with a denominator of at most {most}: 0.35 or 1/3",
        )
    return share


Share = Annotated[
    Fraction,
    BeforeValidator(parse_share),
    WithJsonSchema({"type": ["number", "string"], "minimum": 0, "maximum": 1}),
]


def recused_by_slot(policy: Policy, layer: Layer) -> Mapping[str, tuple[str, ...]]:
    """Return for each slot of a layer the items that may not be assigned to it, in any role and period."""
    possible = np.asarray(layer.open.any(axis=2))
    for rule in policy.rules:
        if rule.on == layer.name and rule.is_hard:
            scope = policy.scopes[rule.id]
            if len(scope.roles) < len(layer.roles) or len(scope.periods) < len(layer.periods):
                continue
            for breach in rule.recusals(scope):
                if not scope.waives(breach.subject):
                    possible[breach.subject.item, breach.subject.slot] = False
    items = np.array(layer.items, dtype=object)
    return {slot: tuple(items[~possible[:, s]].tolist()) for s, slot in enumerate(layer.slots)}


def absences_of(layer: Layer) -> Iterator[str]:
    """Yield the people who are absent in all periods of a layer, and the others by period: ``P3@2027``."""
    sides = ((layer.spec.items, layer.items, layer.present), (layer.spec.slots, layer.slots, layer.active))
    for source, ids, there in sides:
        for name, here in zip(ids, there, strict=True) if source.table == "people" else ():
            if not here.any():
                yield name
            else:
                yield from (f"{name}@{layer.periods[int(t)].id}" for t in np.flatnonzero(~here))


def pair_worths(policy: Policy, on: str, text: str, view: ScenarioView) -> IntArray:
    """Return ``[I, S]`` the worth of the pairs of a layer.

    Raises:
        InputError: The expression is wrong, reads an empty cell, or gives less than 0.
    """
    context, layer = policy.context, policy.context.layers[on]
    axes = (*context.item_axes(layer), *context.slot_axes(layer))
    types = {name: kind for axis in axes for name, kind in axis.types.items()}
    try:
        selector = context.compiler.compile(text, {**types, **pair_types(context.scenario)}, "INT")
        found = selector.over(*axes, pairs=context.pairs(layer)).astype(np.int64)
    except SelectorError as error:
        known = {"detail": error.detail, "nearest": error.nearest, "allowed": error.allowed}
        raise InputError([view.fault(error.message, "worth", **known)]) from None
    if found.min(initial=0) < 0:
        i, s = np.unravel_index(int(found.argmin()), found.shape)
        message = Text(zh="价值不得为负", en="nothing may be worth less than 0")
        where = f"{found[i, s]} ({layer.items[int(i)]}, {layer.slots[int(s)]})"
        raise InputError([view.fault(message, "worth", found=where)])
    return found
