"""Overrides: the pins, exclusions and kept layers of a call, bound to a policy as hard rules.

A plan carries its overrides in ``run.asked``, with codes in place of names; a later check of the plan reads
them there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from pydantic import ValidationError

from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.model.reading import input_error, scenario_digest
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.json_files import json_fault
from allocator.model.run import MOST, Overrides
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.layer_binding import bind_context
from allocator.rules.override_rules import EXCLUDE, PIN, exclusion_rules, keep_rules, pin_rules
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.rules.rule_binding import with_rules

#: The key of a plan that holds its overrides.
KEY = "run.asked"


def with_overrides(
    policy: Policy, *, pins: Iterable[str] = (), exclude: Iterable[str] = (), keep: Iterable[str] = ()
) -> Policy:
    """Return a policy with the override rules of a call.

    Args:
        policy: The policy of the scenario; its baseline is the plan to keep to.
        pins: Seats fixed beforehand, ``ITEM=SLOT[/ROLE][@PERIOD]``.
        exclude: Seats that an item may not take, ``ITEM[=SLOT[/ROLE]][@PERIOD]``.
        keep: Layers in which the decisions of the baseline stay.

    Raises:
        InputError: With every fault of the overrides.
    """
    faults: list[Fault] = []
    rules, overrides = _override_rules(policy.context, pins, exclude, keep, faults)
    if faults:
        raise InputError(faults)
    return with_rules(policy, rules, overrides) if overrides else policy


def override_faults(
    scenario: Scenario,
    baseline: Plan | None,
    *,
    pins: Iterable[str] = (),
    exclude: Iterable[str] = (),
    keep: Iterable[str] = (),
) -> list[Fault]:
    """Return the faults of overrides for a scenario whose rules have faults: all are reported together."""
    faults: list[Fault] = []
    try:
        _override_rules(bind_context(scenario, baseline), pins, exclude, keep, faults)
    except InputError:  # the layers have faults of their own
        return []
    return faults


def _override_rules(
    context: RuleContext,
    pins: Iterable[str],
    exclude: Iterable[str],
    keep: Iterable[str],
    faults: list[Fault],
) -> tuple[tuple[Rule, ...], Overrides]:
    """Return the rules of overrides, and the overrides in codes."""
    pinned = pin_rules(context, _limited(pins, PIN, faults), faults)
    excluded = exclusion_rules(context, _limited(exclude, EXCLUDE, faults), faults)
    kept = keep_rules(context, keep, [*chain(*excluded.values())], faults)
    rules = (*chain(*pinned.values()), *chain(*excluded.values()), *kept)
    if faults:
        return (), Overrides()
    return rules, Overrides(pin=tuple(pinned), exclude=tuple(excluded), keep=tuple(rule.on for rule in kept))


def with_plan_overrides(policy: Policy, plan: Plan, file: str = "plan") -> Policy:
    """Return a policy with the pins and exclusions of a plan.

    Kept layers are left out: their decisions are in the baseline only. A policy with overrides of its own is
    returned unchanged. If the scenario has changed since the plan was made, an exclusion that names an item,
    slot, role or period which no longer exists is left out.

    Args:
        policy: The policy of the scenario.
        plan: The plan.
        file: The name of the plan in faults.

    Raises:
        InputError: The overrides are malformed, or name an entity, role or period that the scenario lacks.
    """
    overrides = plan_overrides(plan, file)
    if policy.overrides or not (overrides.pin or overrides.exclude):
        return policy
    is_other = plan.scenario.sha256 != policy.sha256
    out = [one for one in overrides.exclude if not is_other or _is_known(policy, one)]
    try:
        bound = with_overrides(policy, pins=overrides.pin, exclude=out)
    except InputError as error:
        raise input_error([_at_plan(fault, file) for fault in error.faults]) from None
    return replace(bound, overrides=overrides)


def _is_known(policy: Policy, excluded: str) -> bool:
    """Whether the scenario has the item, slot, role and period of an exclusion."""
    try:
        with_overrides(policy, exclude=[excluded])
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
        zh="过多；成批的请写成规则，或用 --baseline 与 --keep",
        en="is given too often: write rules, or use --baseline and --keep",
    )
    faults.append(Fault(message, column=option, found=str(len(kept)), allowed=f"≤ {MOST}"))
    return ()


def overrides_digest(policy: Policy, *more: str) -> str:
    """Return the digest of pins, exclusions, kept layers, the baseline and ``more``; empty if there are none.

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
