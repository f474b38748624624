"""Overrides: the pins, exclusions, freezes and limits of a call, bound to a policy as hard rules.

A plan carries its overrides in ``run.asked``, with codes in place of names; a later check of the plan reads
them there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from pydantic import ValidationError

from allocator.errors import Fault, InputError
from allocator.model.layer import Layer
from allocator.model.plan import Plan
from allocator.model.reading import input_error, scenario_digest
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.json_files import json_fault
from allocator.model.run import MOST, Overrides
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.freezes import FREEZE, find_freezes
from allocator.rules.kept_layers import missing_baseline
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.kinds.pin import Pin
from allocator.rules.moves_limit import MOVES, moves_limit
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.rules.scenario_binding import bind_context, with_rules
from allocator.rules.seat_specs import (
    MAX_FAULTS,
    SeatSpec,
    describe_seat,
    parse_seat_spec,
    resolve_seat,
    unplaced_faults,
)
from allocator.rules.settled import SINCE, Settled, past_waivers, read_since, settled_rules

PIN, EXCLUDE = "--pin", "--exclude"
_PIN_FORMS = "ITEM=SLOT, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"
_EXCLUDE_FORMS = (
    "ITEM, ITEM=SLOT, ITEM=LAYER, ITEM@PERIOD, ITEM=SLOT@PERIOD, ITEM=SLOT/ROLE, ITEM=SLOT/ROLE@PERIOD"
)
#: The key of a plan that holds its overrides.
KEY = "run.asked"


@dataclass(frozen=True)
class Asked:
    """What a call asks for beside the scenario, as it is written.

    Attributes:
        pins: Seats fixed beforehand, ``ITEM=SLOT[/ROLE][@PERIOD]``.
        exclude: Seats that an item may not take, ``ITEM[=SLOT[/ROLE]][@PERIOD]``.
        freeze: What stays as in the baseline, ``WHAT[@PERIODS]`` (``rules.freezes``).
        since: The day (or period) from which on the baseline may change; by default the scenario's ``today``.
        at_most: The most seats of the baseline that may change hands, ``moves=K``.
    """

    pins: Iterable[str] = ()
    exclude: Iterable[str] = ()
    freeze: Iterable[str] = ()
    since: str = ""
    at_most: Iterable[str] = ()


def with_overrides(policy: Policy, asked: Asked) -> Policy:
    """Return a policy with the override rules of a call.

    A hard rule that the baseline breaks in a period that is past is waived there.

    Args:
        policy: The policy of the scenario; its baseline is the plan to stay close to.
        asked: What the call asks for.

    Raises:
        InputError: With every fault of the overrides.
    """
    faults: list[Fault] = []
    rules, overrides = _override_rules(policy.context, asked, faults)
    if faults:
        raise InputError(faults)
    if not overrides:
        return policy
    bound = with_rules(policy, rules, overrides)
    baseline = policy.context.baseline
    return _with_past(bound, baseline) if overrides.since and baseline is not None else bound


def _with_past(policy: Policy, plan: Plan) -> Policy:
    """Return a policy that waives the hard rules which a plan breaks in periods that are past."""
    [since] = policy.overrides.since
    waivers = past_waivers(policy, plan, date.fromisoformat(since))
    return replace(policy, waivers=(*policy.waivers, *waivers)) if waivers else policy


def override_faults(scenario: Scenario, baseline: Plan | None, asked: Asked) -> list[Fault]:
    """Return the faults of overrides for a scenario whose rules have faults: all are reported together."""
    faults: list[Fault] = []
    try:
        _override_rules(bind_context(scenario, baseline), asked, faults)
    except InputError:  # the layers have faults of their own
        return []
    return faults


def _override_rules(
    context: RuleContext, asked: Asked, faults: list[Fault]
) -> tuple[tuple[Rule, ...], Overrides]:
    """Return the rules of overrides, and the overrides in codes."""
    pinned = pin_rules(context, _limited(asked.pins, PIN, faults), faults)
    excluded = exclusion_rules(context, _limited(asked.exclude, EXCLUDE, faults), faults)
    exclusions = [*chain(*excluded.values())]
    frozen = find_freezes(context, _limited(asked.freeze, FREEZE, faults), exclusions, faults)
    since, settled = _settled(context, asked.since, faults)
    limits = moves_limit(context, asked.at_most, faults)
    kept = chain.from_iterable(one.rules for one in frozen)
    rules = (*chain(*pinned.values()), *exclusions, *kept, *settled, *limits)
    if faults:
        return (), Overrides()
    overrides = Overrides(
        pin=tuple(pinned),
        exclude=tuple(excluded),
        freeze=tuple(one.code for one in frozen),
        since=since,
        at_most=tuple(f"{MOVES}={one.most}" for one in limits),
    )
    return rules, overrides


def _settled(
    context: RuleContext, since: str, faults: list[Fault]
) -> tuple[tuple[str, ...], tuple[Settled, ...]]:
    """Return the day from which on the baseline may change, and the rules of the past; nothing if none."""
    spec = context.scenario.spec
    if since and context.baseline is None:
        faults.append(missing_baseline(SINCE))
        return (), ()
    try:
        day = read_since(since, spec.periods) if since else spec.today
    except InputError as error:
        faults.extend(error.faults)
        return (), ()
    rules = () if day is None else settled_rules(context, day)
    return ((day.isoformat(),), rules) if day is not None and rules else ((), ())


def with_plan_overrides(policy: Policy, plan: Plan, file: str = "plan") -> Policy:
    """Return a policy with the pins and exclusions of a plan, and with what is past in it.

    Freezes and limits of changes are left out: what they keep is in the baseline only. A policy with
    overrides of its own is returned unchanged. If the scenario has changed since the plan was made, an
    exclusion that names an item, slot, role or period which no longer exists is left out.

    Args:
        policy: The policy of the scenario.
        plan: The plan.
        file: The name of the plan in faults.

    Raises:
        InputError: The overrides are malformed, or name an entity, role or period that the scenario lacks.
    """
    overrides = plan_overrides(plan, file)
    if policy.overrides or not (overrides.pin or overrides.exclude or overrides.since):
        return policy
    is_other = plan.scenario.sha256 != policy.sha256
    out = [one for one in overrides.exclude if not is_other or _is_known(policy, one)]
    try:
        bound = with_overrides(policy, Asked(pins=overrides.pin, exclude=out))
    except InputError as error:
        raise input_error([_at_plan(fault, file) for fault in error.faults]) from None
    bound = replace(bound, overrides=overrides)
    return _with_past(bound, plan) if overrides.since else bound


def _is_known(policy: Policy, excluded: str) -> bool:
    """Whether the scenario has the item, slot, role and period of an exclusion."""
    try:
        with_overrides(policy, Asked(exclude=[excluded]))
    except InputError:
        return False
    return True


def plan_overrides(plan: Plan, file: str = "plan") -> Overrides:
    """Return the overrides that a plan carries.

    Raises:
        InputError: They are malformed.
    """
    try:
        return Overrides.model_validate(plan.run.get("asked", {}))
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors(include_url=False):
            faults.add(json_fault(detail, file, (KEY, *detail["loc"])))
        raise faults.error() from None


def _at_plan(fault: Fault, file: str) -> Fault:
    """Return the fault of an option as a fault of the plan that carries it."""
    return replace(fault, file=file, column=f"{KEY}.{fault.column.removeprefix('--')}")


def _limited(written: Iterable[str], option: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return the values of an option; none, with a fault, if their number exceeds the limit ``MOST``."""
    kept = tuple(written)
    if len(kept) <= MOST:
        return kept
    message = Text(
        zh="过多；成批的请写成规则，或用 --freeze 的条件",
        en="is given too often: write rules, or a condition of --freeze",
    )
    faults.append(Fault(message, column=option, found=str(len(kept)), allowed=f"≤ {MOST}"))
    return ()


def overrides_digest(policy: Policy, *more: str) -> str:
    """Return the digest of the rules of a call, the baseline and ``more``; empty if there are none.

    A bound that was proved under some overrides holds under the same overrides only. Plans carry the digest
    as ``run.beside``.
    """
    implied = {f"take.{name}" for name in policy.context.layers}
    given = [rule for rule in policy.rules if rule.id not in policy.entries and rule.id not in implied]
    parts: list[tuple[str, str]] = [(f"rule {rule.id}", rule.model_dump_json()) for rule in given]
    if policy.context.baseline is not None:
        seats = sorted(seat.model_dump_json() for seat in policy.context.baseline.assignments)
        parts.append(("baseline", "\n".join(seats)))
    parts.extend((one, "") for one in more)
    return scenario_digest(_encoded(parts)) if parts else ""


def _encoded(parts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:
    return ((name, content.encode()) for name, content in parts)


def pin_rules(context: RuleContext, pins: Iterable[str], faults: list[Fault]) -> dict[str, tuple[Pin, ...]]:
    """Return the rule of each pin, by the code of the pinned seat; a repeated pin counts once.

    A pin applies to the first layer that has its item and its slot (and its role).

    Args:
        context: The bound scenario.
        pins: The pins as the call gives them.
        faults: Receives a fault for each pin that cannot be parsed or that fits no layer.
    """
    rules: dict[str, tuple[Pin, ...]] = {}
    for text in pins:
        if len(faults) >= MAX_FAULTS:
            break
        written = parse_seat_spec(text)
        if written is None or not written.slot:
            message = Text(zh="指定的写法有误", en="a pin is written wrongly")
            faults.append(Fault(message, column=PIN, found=text, allowed=_PIN_FORMS))
        elif (spec := resolve_seat(context, written, PIN, faults)) is None or spec.code in rules:
            continue
        elif (on := _pin_layer(context, spec)) is None:
            faults.extend(unplaced_faults(context, spec, PIN))
        else:
            rules[spec.code] = (_pin_rule(context, on, spec, len(rules) + 1),)
    return rules


def _pin_rule(context: RuleContext, on: str, spec: SeatSpec, number: int) -> Pin:
    where = describe_seat(context, spec)
    fields = {"id": f"pin.{number}", "kind": "pin", "on": on, "item": spec.item, "slot": spec.slot}
    why = Text(zh=f"指定 {where.zh}", en=f"pinned: {where.en}")
    return Pin.model_validate({**fields, "role": spec.roles, "during": spec.during, "why": why})


def _pin_layer(context: RuleContext, spec: SeatSpec) -> str | None:
    fitting = (
        name
        for name, layer in context.layers.items()
        if spec.item in layer.item_index and spec.slot in layer.slot_index and {*spec.roles} <= {*layer.roles}
    )
    return next(fitting, None)


def exclusion_rules(
    context: RuleContext, exclusions: Iterable[str], faults: list[Fault]
) -> dict[str, tuple[Exclude, ...]]:
    """Return the rules of each exclusion, by the code of the excluded seat; a repeated exclusion counts once.

    An exclusion applies to every layer that has its item (and its slot and role): one rule for each layer.

    Args:
        context: The bound scenario.
        exclusions: The exclusions as the call gives them.
        faults: Receives a fault for each exclusion that cannot be parsed, fits no layer or allows no plan.
    """
    rules: dict[str, tuple[Exclude, ...]] = {}
    for text in exclusions:
        if len(faults) >= MAX_FAULTS:
            break
        written = parse_seat_spec(text)
        if written is None:
            message = Text(zh="排除的写法有误", en="an exclusion is written wrongly")
            faults.append(Fault(message, column=EXCLUDE, found=text, allowed=_EXCLUDE_FORMS))
            continue
        spec = resolve_seat(context, written, EXCLUDE, faults)
        if spec is None or spec.code in rules:
            continue
        layers = _excluded_layers(context, spec)
        if not layers:
            faults.extend(unplaced_faults(context, spec, EXCLUDE, tuple(context.layers)))
        faults.extend(fault for layer in layers for fault in _impossible_exclusion(layer, spec))
        first = sum(map(len, rules.values())) + 1
        rules[spec.code] = tuple(
            _exclude_rule(context, layer, spec, number) for number, layer in enumerate(layers, start=first)
        )
    return rules


def _excluded_layers(context: RuleContext, spec: SeatSpec) -> list[Layer]:
    """Return the layers of an exclusion; if it names a period, preferably those decided in each period."""
    with_role = [layer for layer in context.layers.values() if {*spec.roles} <= {*layer.roles}]
    knowing = [layer for layer in with_role if spec.item in layer.item_index]
    if spec.slot:
        with_slot = [layer for layer in knowing if spec.slot in layer.slot_index]
        knowing = with_slot or [layer for layer in knowing if layer.name == spec.slot]
    yearly = [layer for layer in knowing if not layer.once]
    return yearly if spec.period and yearly else knowing


def _exclude_rule(context: RuleContext, layer: Layer, spec: SeatSpec, number: int) -> Exclude:
    slot = spec.slot if spec.slot in layer.slot_index else ""
    fields = {
        "id": f"exclude.{number}",
        "kind": "exclude",
        "on": layer.name,
        "item": spec.item,
        "slot": slot,
    }
    where = describe_seat(context, spec)
    why = Text(zh=f"排除 {where.zh}", en=f"kept out: {where.en}")
    return Exclude.model_validate({**fields, "role": spec.roles, "during": spec.during, "why": why})


def _impossible_exclusion(layer: Layer, spec: SeatSpec) -> Iterator[Fault]:
    """Yield a fault if an exclusion empties a layer in which every item must have a place."""
    if layer.spec.take.least == 0 or spec.slot in layer.slot_index:
        return
    if spec.role and len(layer.roles) > 1:  # another role is left
        return
    i = layer.item_index[spec.item]
    if any(layer.present[i, t] for t, period in enumerate(layer.periods) if spec.period in ("", period.id)):
        message = Text(
            zh=f"{layer.name} 层在任的每个对象都须有位置（take: {layer.spec.take}），不能整层排除；"
            "请写明去处或另一层，或在表中记为离任",
            en=f"everybody in service must have a place in the layer {layer.name} (take: {layer.spec.take});"
            " name a slot or another layer, or take them off the table",
        )
        yield Fault(message, column=EXCLUDE, found=spec.text, allowed="ITEM=SLOT, ITEM=LAYER")
