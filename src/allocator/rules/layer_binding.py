"""Binds the layers of a scenario to its tables: their items, slots and periods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import BoolArray, Layer
from allocator.model.plan import Plan
from allocator.model.scenario import Scenario
from allocator.model.spec import LayerSpec, Period, ScenarioSpec, Source
from allocator.model.text import Text
from allocator.rules.attendance import past_of, presence
from allocator.rules.context import RuleContext
from allocator.rules.expressions.axes import SCORE
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import EntityVariables, side_prefixes

FILE = "scenario.yaml"
#: Reserved names: expressions give them another meaning.
TAKEN = frozenset({"concerned", "other", "period", "role", SCORE})


def bind_context(scenario: Scenario, baseline: Plan | None = None) -> RuleContext:
    """Return the context of ``scenario`` with its layers bound.

    Raises:
        InputError: A layer's selector is wrong, or a layer has a role that the scenario does not name.
    """
    variables, compiler = EntityVariables(scenario), Compiler()
    layers: dict[str, Layer] = {}
    faults: list[Fault] = []
    for name, spec in scenario.spec.layers.items():
        faults.extend(_unknown_roles(name, spec, scenario.spec))
        if clashes := list(_clashes(name, spec, variables, compiler)):
            faults.extend(clashes)
            continue
        try:
            layers[name] = _bind(name, spec, scenario, variables, compiler)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return RuleContext(scenario, layers, variables, compiler, baseline)


def _unknown_roles(name: str, spec: LayerSpec, scenario: ScenarioSpec) -> Iterable[Fault]:
    for role in spec.roles:
        if role not in scenario.roles:
            yield Fault(
                Text(zh="未在 roles 中说明的角色", en="a role that `roles` does not name"),
                file=FILE,
                column=f"layers.{name}.roles",
                found=role,
                allowed=", ".join(scenario.roles),
                nearest=nearest(role, scenario.roles),
            )


def _clashes(name: str, spec: LayerSpec, variables: EntityVariables, compiler: Compiler) -> Iterable[Fault]:
    """Yield a fault for each side with an ambiguous name, or with a name that CEL cannot read."""
    prefix = side_prefixes(spec.slots)[0]
    if prefix == side_prefixes(spec.items)[0]:
        message = Text(
            zh=f"对象与去处的字段同名（{prefix}.*），无法区分；请给一方取名，如 people as mentor",
            en=f"items and slots would both be read as {prefix}.*; name one of them: people as mentor",
        )
        yield Fault(message, file=FILE, column=f"layers.{name}.slots", found=prefix)
    for side, source in (("items", spec.items), ("slots", spec.slots)):
        if source.name in TAKEN:
            message = Text(zh="此名另有所指，请换一个", en="this name means something else; choose another")
            yield Fault(message, file=FILE, column=f"layers.{name}.{side}", found=source.name)
            continue
        try:
            compiler.compile(f"{side_prefixes(source)[0]}.id", variables.side(source, ()).types, "STRING")
        except SelectorError as error:
            yield _selector_fault(f"layers.{name}.{side}", error)


def _bind(
    name: str, spec: LayerSpec, scenario: Scenario, variables: EntityVariables, compiler: Compiler
) -> Layer:
    items = _select(f"layers.{name}.items", spec.items, scenario, variables, compiler)
    slots = _select(f"layers.{name}.slots", spec.slots, scenario, variables, compiler)
    periods = scenario.spec.periods
    if spec.periods == "once":
        periods = (_span(periods),)
    roles: tuple[str | None, ...] = spec.roles or (None,)
    present = presence(items, spec.items.table, scenario, periods, once=spec.periods == "once")
    active = _active(name, slots, spec, scenario, periods)
    everywhere = np.ones((len(items), len(slots)), dtype=np.bool_)
    layer = Layer(name, spec, items, slots, roles, periods, present, active, everywhere)
    past = past_of(layer, scenario)
    return replace(layer, past=past, possible=_possible(layer, scenario, variables, compiler))


def _possible(layer: Layer, scenario: Scenario, variables: EntityVariables, compiler: Compiler) -> BoolArray:
    """Return ``[I, S]``: whether the layer's ``pairs`` holds; True everywhere if it has none."""
    text = layer.spec.pairs
    if not text:
        return layer.possible
    context = RuleContext(scenario, {}, variables)
    axes = (*context.item_axes(layer), *context.slot_axes(layer))
    types = {name: kind for axis in axes for name, kind in axis.types.items()}
    pairs = context.pairs(layer)
    try:
        selector = compiler.compile(text, {**types, **pairs.types}, "BOOL")
        return selector.over(*axes, pairs=pairs).astype(np.bool_)
    except SelectorError as error:
        raise InputError([_selector_fault(f"layers.{layer.name}.pairs", error)]) from None


def _selector_fault(where: str, error: SelectorError) -> Fault:
    return Fault(
        error.message,
        file=FILE,
        column=where,
        detail=error.detail,
        nearest=error.nearest,
        allowed=error.allowed,
    )


def _select(
    where: str, source: Source, scenario: Scenario, variables: EntityVariables, compiler: Compiler
) -> tuple[str, ...]:
    """Return the ids of the rows that a ``table where condition`` sentence selects."""
    rows = scenario.organisation.table(source.table)
    axis = variables.side(source, rows)
    chosen: Iterable[bool] = [True] * len(rows)
    if source.where:
        try:
            chosen = compiler.compile(source.where, axis.types, "BOOL").over(axis)
        except SelectorError as error:
            raise InputError([_selector_fault(where, error)]) from None
    return tuple(entity for entity, taken in zip(rows, chosen, strict=True) if taken)


def _span(periods: tuple[Period, ...]) -> Period:
    start, end = periods[0].start, periods[-1].end
    return Period.model_validate({"id": f"{periods[0].id}-{periods[-1].id}", "from": start, "to": end})


def _active(
    name: str, slots: tuple[str, ...], spec: LayerSpec, scenario: Scenario, periods: tuple[Period, ...]
) -> BoolArray:
    """Return ``[S, T]``: whether each slot is open in each period.

    A case is open in the period of its receipt; an earlier case is open in the first period. A person as a
    slot, such as a mentor, is open while present.
    """
    active = presence(slots, spec.slots.table, scenario, periods, once=spec.periods == "once")
    if spec.slots.table != "cases":
        return active
    late = []
    for s, slot in enumerate(slots):
        received = scenario.organisation.cases[slot].received or date.min
        within = [t for t, period in enumerate(periods) if received <= period.end]
        active[s, :] = False
        active[s, within[:1]] = True
        if not within:
            late.append((slot, received))
    if late:
        raise InputError(_too_late(name, slot, day, periods) for slot, day in late)
    return active


def _too_late(name: str, slot: str, day: date, periods: tuple[Period, ...]) -> Fault:
    return Fault(
        Text(
            zh=f"案件 {slot} 的受理日期晚于最后一个周期",
            en=f"case {slot} is received after the last period; leave it out with `where`",
        ),
        file=FILE,
        column=f"layers.{name}.slots",
        found=day.isoformat(),
        allowed=f"≤ {periods[-1].end.isoformat()}",
    )
