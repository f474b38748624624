"""Binds the layers that a scenario declares to its tables: who is assigned, to what, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import BoolArray, Layer
from allocator.model.organisation import Organisation
from allocator.model.plan import Plan
from allocator.model.scenario import Scenario
from allocator.model.spec import LayerSpec, Period, ScenarioSpec, Source
from allocator.model.tables import Posting
from allocator.model.text import Text
from allocator.rules.compiler import Compiler
from allocator.rules.facts import Facts, side_prefixes
from allocator.rules.pairs import SCORE
from allocator.rules.selectors import SelectorError
from allocator.rules.world import World

#: How many periods back a history is counted.
FURTHEST_BACK = 60
#: The kind of link that says in which slot a unit has been.
MEMBER_OF = "member_of"
FILE = "scenario.yaml"
#: Names that expressions read as something else.
TAKEN = frozenset({"concerned", "other", "period", "role", SCORE})


def bind_world(scenario: Scenario, baseline: Plan | None = None) -> World:
    """Return the world of ``scenario`` with its layers bound.

    Raises:
        InputError: A layer's selector is wrong, or a layer has a role that the scenario does not name.
    """
    facts, compiler = Facts(scenario), Compiler()
    layers: dict[str, Layer] = {}
    faults: list[Fault] = []
    for name, spec in scenario.spec.layers.items():
        faults.extend(_unknown_roles(name, spec, scenario.spec))
        if clashes := list(_clashes(name, spec, facts, compiler)):
            faults.extend(clashes)
            continue
        try:
            layers[name] = _bind(name, spec, scenario, facts, compiler)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return World(scenario, layers, facts, compiler, baseline)


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


def _clashes(name: str, spec: LayerSpec, facts: Facts, compiler: Compiler) -> Iterable[Fault]:
    """Yield names that would mean two things, on both sides of a layer or elsewhere, or nothing in CEL."""
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
            compiler.compile(f"{side_prefixes(source)[0]}.id", facts.side(source, ()).types, "STRING")
        except SelectorError as error:
            yield _selector_fault(f"layers.{name}.{side}", error)


def _bind(name: str, spec: LayerSpec, scenario: Scenario, facts: Facts, compiler: Compiler) -> Layer:
    items = _select(f"layers.{name}.items", spec.items, scenario, facts, compiler)
    slots = _select(f"layers.{name}.slots", spec.slots, scenario, facts, compiler)
    periods = scenario.spec.periods
    if spec.periods == "once":
        periods = (_span(periods),)
    roles: tuple[str | None, ...] = spec.roles or (None,)
    present = _present(items, spec, scenario, periods)
    active = _active(name, slots, spec, scenario, periods)
    everywhere = np.ones((len(items), len(slots)), dtype=np.bool_)
    layer = Layer(name, spec, items, slots, roles, periods, present, active, everywhere)
    past: Past = {}
    if spec.items.table == "people":
        past = _past_of_people(layer, scenario)
    elif spec.items.table == "units":
        past = _past_of_units(layer, scenario.organisation)
    return replace(layer, past=past, possible=_possible(layer, scenario, facts, compiler))


def _possible(layer: Layer, scenario: Scenario, facts: Facts, compiler: Compiler) -> BoolArray:
    """Return ``[I, S]``: where the layer's ``pairs`` holds, everywhere if it has none."""
    text = layer.spec.pairs
    if not text:
        return layer.possible
    world = World(scenario, {}, facts)
    axes = (*world.item_axes(layer), *world.slot_axes(layer))
    types = {name: kind for axis in axes for name, kind in axis.types.items()}
    pairs = world.pairs(layer)
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
    where: str, source: Source, scenario: Scenario, facts: Facts, compiler: Compiler
) -> tuple[str, ...]:
    """Return the ids of the rows that a ``table where condition`` sentence selects."""
    rows = scenario.organisation.table(source.table)
    axis = facts.side(source, rows)
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


def _present(
    items: tuple[str, ...], spec: LayerSpec, scenario: Scenario, periods: tuple[Period, ...]
) -> BoolArray:
    if spec.items.table == "people":
        return _in_service(items, spec, scenario, periods)
    return np.ones((len(items), len(periods)), dtype=np.bool_)


def _in_service(
    people: tuple[str, ...], spec: LayerSpec, scenario: Scenario, periods: tuple[Period, ...]
) -> BoolArray:
    """A person serves in a period if still in service on its last day (its first, if decided once)."""
    serves = np.ones((len(people), len(periods)), dtype=np.bool_)
    for i, person in enumerate(people):
        retires = scenario.organisation.people[person].retires or date.max
        for t, period in enumerate(periods):
            serves[i, t] = retires > (period.start if spec.periods == "once" else period.end)
    return serves


def _active(
    name: str, slots: tuple[str, ...], spec: LayerSpec, scenario: Scenario, periods: tuple[Period, ...]
) -> BoolArray:
    """A case is worked on in the period that it is received in; one from before, in the first.

    A person to whom others are assigned, such as a mentor, is there while in service.
    """
    if spec.slots.table == "people":
        return _in_service(slots, spec, scenario, periods)
    active = np.ones((len(slots), len(periods)), dtype=np.bool_)
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


Past = dict[tuple[int, int], tuple[tuple[int, int], ...]]


def _past_of_people(layer: Layer, scenario: Scenario) -> Past:
    """Read history from postings: a seat counts for a period if it was held for half of it."""
    past: dict[tuple[int, int], list[tuple[int, int]]] = {}
    earlier = [scenario.spec.periods[0].before(steps) for steps in range(1, FURTHEST_BACK + 1)]
    for posting in scenario.organisation.postings:
        item, slot = layer.item_index.get(posting.person), layer.slot_index.get(posting.group)
        if item is None or slot is None:
            continue
        role = layer.roles.index(posting.role) if posting.role in layer.roles else len(layer.roles) - 1
        for steps, period in enumerate(earlier, start=1):
            if posting.start is not None and posting.start > period.end:
                break
            if _held(posting, period):
                past.setdefault((item, -steps), []).append((slot, role))
    return {where: tuple(sorted(held)) for where, held in past.items()}


def _held(posting: Posting, period: Period) -> bool:
    start = max(posting.start or period.start, period.start)
    end = min(posting.end or period.end, period.end)
    return 2 * ((end - start) + timedelta(days=1)).days >= period.days


def _past_of_units(layer: Layer, organisation: Organisation) -> Past:
    """A unit's last slot is where a ``member_of`` link says that it has been."""
    past: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for link in organisation.links:
        item, slot = layer.item_index.get(link.source), layer.slot_index.get(link.target)
        if link.kind == MEMBER_OF and item is not None and slot is not None:
            past.setdefault((item, -1), []).append((slot, len(layer.roles) - 1))
    return {where: tuple(sorted(held)) for where, held in past.items()}
