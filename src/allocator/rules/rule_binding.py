"""Binds rules to a scenario: layers, roles, periods and expressions must fit, and every fault is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256

from allocator.errors import Fault, InputError, nearest
from allocator.model.plan import Plan
from allocator.model.reading import input_error, scenario_digest
from allocator.model.run import Overrides
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.context import RuleContext, layer_types, ranges_over
from allocator.rules.expressions.fields import ExpressionField, expression_fields, layer_references
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.kinds.take import Take
from allocator.rules.layer_binding import bind_context
from allocator.rules.packs import Rulebook, YamlEntry, read_rulebook
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule, Waiver


def bind_policy(scenario: Scenario, *, baseline: Plan | None = None) -> Policy:
    """Read the scenario's rule packs and bind their rules.

    Args:
        scenario: The scenario.
        baseline: A plan to stay close to.

    Raises:
        InputError: With every fault of the layers, packs and rules.
    """
    book = read_rulebook(scenario.spec.rules, scenario.folder)
    try:
        context = bind_context(scenario, baseline)
    except InputError as error:
        raise input_error([*book.faults, *error.faults]) from None
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
    return Policy(context, (*implied, *rules), waivers, book.entries, digest, files)


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
