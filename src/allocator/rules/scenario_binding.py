"""Binds the layers and rules of a scenario to its tables: all must fit, and every fault is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import BoolArray, Layer
from allocator.model.plan import Plan
from allocator.model.reading import input_error, scenario_digest
from allocator.model.reading.settings_sheets import SheetDocument
from allocator.model.run import Overrides
from allocator.model.scenario import Scenario
from allocator.model.spec import LayerSpec, Period, ScenarioSpec, Source
from allocator.model.text import Text
from allocator.rules.context import RuleContext, layer_types, ranges_over
from allocator.rules.expressions.axes import SCORE
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.fields import ExpressionField, expression_fields, layer_references
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import EntityVariables, side_prefixes
from allocator.rules.kinds.take import Take
from allocator.rules.packs import Rulebook, YamlEntry
from allocator.rules.policy import Policy
from allocator.rules.roster import past_of, presence
from allocator.rules.rule import Rule, Waiver
from allocator.rules.rule_layers import Suits
from allocator.rules.rule_sheets import scenario_rulebook

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


def bind_policy(scenario: Scenario, *, baseline: Plan | None = None) -> Policy:
    """Read the scenario's rule packs and bind their rules.

    Args:
        scenario: The scenario.
        baseline: A plan to stay close to.

    Raises:
        InputError: With every fault of the layers, packs and rules.
    """
    book = scenario_rulebook(scenario, _suits(scenario))
    try:
        context = bind_context(scenario, baseline)
    except InputError as error:
        raise input_error([*book.faults, *(_on_sheet(one, scenario) for one in error.faults)]) from None
    implied = [_take(name, context) for name in context.layers]
    rules = [*book.rules.values()]
    faults = list(book.faults)
    faults.extend(fault for rule in rules for fault in _faults(rule, book.entries.get(rule.id), context))
    faults.extend(_reserved(book.entries, implied))
    for waiver, entry in book.waivers:
        faults.extend(_waiver_faults(waiver, entry, book, context))
    if faults:
        raise input_error(faults)
    waivers = tuple(waiver for waiver, _ in book.waivers)
    digest, files = _digest(scenario, book), {**scenario.files, **_pack_digests(book)}
    return Policy(context, (*implied, *rules), waivers, book.entries, digest, files, packs=book.packs)


def _suits(scenario: Scenario) -> Suits:
    """Return what tells whether a rule fits its layer; the layers are bound once they are needed."""

    @cache
    def context() -> RuleContext | None:
        try:
            return bind_context(scenario)
        except InputError:
            return None

    return lambda rule: (bound := context()) is None or not any(_faults(rule, None, bound))


def _on_sheet(fault: Fault, scenario: Scenario) -> Fault:
    """Return a fault of ``scenario.yaml`` at the row and column of the sheet that stands for it."""
    document = scenario.document
    if fault.file != FILE or not isinstance(document, SheetDocument):
        return fault
    path = tuple(fault.column.split("."))
    place: dict[str, Any] = {
        "file": document.label_of(path),
        "row": document.line_of(path),
        "column": document.column_of(path),
    }
    return replace(fault, **place)


def with_rules(policy: Policy, rules: Iterable[Rule], overrides: Overrides) -> Policy:
    """Return a policy with the additional rules of a call.

    Raises:
        InputError: With every fault of these rules.
    """
    given = tuple(rules)
    faults = [fault for rule in given for fault in _faults(rule, None, policy.context)]
    faults.extend(_reserved(policy.entries, given))
    if faults:
        raise input_error(faults)
    return replace(policy, rules=(*policy.rules, *given), overrides=overrides)


def _pack_digests(book: Rulebook) -> dict[str, str]:
    """Return the SHA-256 of each rule pack by name."""
    return {name: sha256(content).hexdigest() for name, content in sorted(book.contents.items())}


def _digest(scenario: Scenario, book: Rulebook) -> str:
    """Return the digest that identifies a scenario in plans: of its own content and of its rule packs."""
    parts = [("scenario", scenario.sha256.encode())]
    return scenario_digest([*parts, *sorted(book.contents.items())])


def _take(layer: str, context: RuleContext) -> Rule:
    """Return the rule that a layer's ``take`` implies."""
    why = Text(zh="每个对象的位置数", en="how many places each item takes")
    fields = {"id": f"take.{layer}", "kind": "take", "on": layer, "places": context.layers[layer].spec.take}
    return Take.model_validate({**fields, "why": why})


def _reserved(entries: Mapping[str, YamlEntry], own: Iterable[Rule]) -> Iterator[Fault]:
    """Yield a fault for each rule of a pack that has the id of a rule outside the packs."""
    for rule in own:
        if rule.id in entries:
            message = Text(
                zh="此编号已由程序使用", en="this id is already used by a rule that stands in no pack"
            )
            yield entries[rule.id].fault(message, "id", found=rule.id)


def _faults(rule: Rule, entry: YamlEntry | None, context: RuleContext) -> Iterator[Fault]:
    """Yield the faults of a rule in a scenario."""
    entry = entry or YamlEntry({"id": rule.id})
    if rule.on not in context.layers:
        yield _unknown(entry, "on", rule.on, context.layers, Text(zh="没有此层", en="there is no such layer"))
        return
    layer = context.layers[rule.on]
    roles = [role for role in layer.roles if role is not None]
    for role in rule.role:
        if role not in roles:
            fault = _unknown(
                entry, "role", role, roles, Text(zh="该层没有此角色", en="the layer has no such role")
            )
            meant = context.words.roles.id_of(role)
            yield replace(fault, nearest=meant) if meant in roles else fault
    yield from _period_faults(rule, entry, context)
    if rule.one_slot and layer.spec.take.most != 1:
        yield entry.fault(_ONE_SLOT, "on", found=rule.on, allowed="take: 1, take: 0-1")
    others = dict(layer_references(rule))
    for field, name in others.items():
        if name not in context.layers:
            yield _unknown(
                entry, field, name, context.layers, Text(zh="没有此层", en="there is no such layer")
            )
        elif context.layers[name].spec.take.most != 1:
            yield entry.fault(_ONE_SLOT, field, found=name, allowed="take: 1, take: 0-1")
    if not all(name in context.layers for name in others.values()):
        return  # the other fields refer to layers that do not exist
    for written in expression_fields(rule):
        yield from _expression_faults(written, rule, entry, context)
    for problem in rule.validate_in(context):
        details = {"found": problem.found or None, "allowed": problem.allowed, "nearest": problem.nearest}
        yield entry.fault(problem.message, problem.field, **details)


def _period_faults(rule: Rule, entry: YamlEntry, context: RuleContext) -> Iterator[Fault]:
    periods = [period.id for period in context.scenario.spec.periods]
    for period in rule.during:
        if period not in periods:
            unknown = Text(zh="没有此周期", en="there is no such period")
            yield _unknown(entry, "during", period, periods, unknown)
    if rule.during and context.layers[rule.on].once:
        yield entry.fault(_ONCE, "during", found=", ".join(rule.during))


_ONCE = Text(zh="该层整个规划期只决定一次，不分周期", en="the layer is decided once, for all periods")
_ONE_SLOT = Text(
    zh="此规则要求该层每个对象每期至多占一个位置",
    en="this rule needs a layer in which an item takes at most one place a period",
)


def _expression_faults(
    written: ExpressionField, rule: Rule, entry: YamlEntry, context: RuleContext
) -> Iterator[Fault]:
    over: str = written.expression.over
    layer = context.layers[rule.on]
    if over.startswith("there-"):
        layer, over = context.layers[str(dict(written.holder)["layer"])], over.removeprefix("there-")
    over = ranges_over(over, rule, context)
    try:
        context.compiler.compile(written.text, layer_types(context, layer, over), written.expression.returns)
    except SelectorError as error:
        details = {"detail": error.detail, "nearest": error.nearest, "allowed": error.allowed}
        yield entry.fault(error.message, ".".join(written.path), **details)


def _waiver_faults(waiver: Waiver, entry: YamlEntry, book: Rulebook, context: RuleContext) -> Iterator[Fault]:
    rule = book.rules.get(waiver.rule)
    if rule is None and waiver.rule in book.entries:
        return  # the faults of that rule are reported already
    if rule is None:
        yield _unknown(
            entry, "rule", waiver.rule, book.rules, Text(zh="没有此规则", en="there is no such rule")
        )
        return
    if not waiver.reason:
        yield entry.fault(Text(zh="须说明理由", en="an exception needs a reason"), "reason")
    if rule.on not in context.layers:
        return
    layer = context.layers[rule.on]
    for field, named, known in (("items", waiver.items, layer.items), ("slots", waiver.slots, layer.slots)):
        if named and field.removesuffix("s") not in rule.subject_dims:
            message = Text(
                zh=f"规则 {rule.id} 不针对此类对象", en=f"the rule {rule.id} does not name its {field}"
            )
            yield entry.fault(message, field, allowed=", ".join(rule.subject_dims))
        for name in named:
            if name not in known:
                yield _unknown(
                    entry, field, name, known, Text(zh="该层中没有", en="is not in the rule's layer")
                )


def _unknown(entry: YamlEntry, field: str, found: str, known: Iterable[str], message: Text) -> Fault:
    names = list(known)
    return entry.fault(
        message, field, found=found, allowed=", ".join(names[:20]), nearest=nearest(found, names)
    )
