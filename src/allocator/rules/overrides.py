"""What a call asks for beside the scenario: pins, exclusions, layers to keep, made into hard rules.

A plan carries it in ``run.asked``, in codes, so that whoever reads or judges the plan later knows of it, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from pydantic import ValidationError

from allocator.errors import Fault, InputError
from allocator.model.overrides import MOST, Overrides
from allocator.model.plan import Plan
from allocator.model.reading import bounded, scenario_digest
from allocator.model.reading.faults import FaultList
from allocator.model.reading.jsonfile import json_fault
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.layer_binding import bind_context
from allocator.rules.override_rules import exclusion_rules, keep_rules, pin_rules
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.rules.rule_binding import with_rules

#: Where a plan says what was asked for.
PLACE = "run.asked"


def with_overrides(
    policy: Policy, *, pins: Iterable[str] = (), exclude: Iterable[str] = (), keep: Iterable[str] = ()
) -> Policy:
    """Return a policy with the rules that a call asks for.

    Args:
        policy: The policy of the scenario; it has the plan to keep to as its baseline.
        pins: Places settled beforehand, ``ITEM=SLOT[/ROLE][@PERIOD]``.
        exclude: Who is kept out of where, ``ITEM[=SLOT[/ROLE]][@PERIOD]``.
        keep: Layers in which what the baseline decided stays.

    Raises:
        InputError: With every fault of them all.
    """
    faults: list[Fault] = []
    rules, overrides = _call(policy.context, pins, exclude, keep, faults)
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
    """Return what is wrong with a call where the rules of the scenario are wrong too: all is told at once."""
    faults: list[Fault] = []
    try:
        _call(bind_context(scenario, baseline), pins, exclude, keep, faults)
    except InputError:  # the layers themselves are wrong
        return []
    return faults


def _call(
    context: RuleContext,
    pins: Iterable[str],
    exclude: Iterable[str],
    keep: Iterable[str],
    faults: list[Fault],
) -> tuple[tuple[Rule, ...], Overrides]:
    """Return the rules of a call, and what it asks for in codes."""
    pinned = pin_rules(context, _counted(pins, "--pin", faults), faults)
    excluded = exclusion_rules(context, _counted(exclude, "--exclude", faults), faults)
    kept = keep_rules(context, keep, [*chain(*excluded.values())], faults)
    rules = (*chain(*pinned.values()), *chain(*excluded.values()), *kept)
    if faults:
        return (), Overrides()
    return rules, Overrides(pin=tuple(pinned), exclude=tuple(excluded), keep=tuple(rule.on for rule in kept))


def with_plan_overrides(policy: Policy, plan: Plan, file: str = "plan") -> Policy:
    """Return a policy with the pins and exclusions that a plan was asked for; the rest stays as it is.

    Layers to keep are not among them: what they kept stands in the baseline alone. A policy that was bound
    with a call of its own is returned as it is. In another version of the scenario whoever was kept out may
    be gone, and then nothing is asked of them.

    Args:
        policy: The policy of the scenario.
        plan: The plan.
        file: What the plan is called in faults.

    Raises:
        InputError: What was asked for is not written as plans write it, or the scenario does not have it.
    """
    overrides = plan_overrides(plan, file)
    if policy.overrides or not (overrides.pin or overrides.exclude):
        return policy
    is_other = plan.scenario.sha256 != policy.sha256
    out = [one for one in overrides.exclude if not is_other or _is_there(policy, one)]
    try:
        bound = with_overrides(policy, pins=overrides.pin, exclude=out)
    except InputError as error:
        raise bounded([_of_plan(fault, file) for fault in error.faults]) from None
    return replace(bound, overrides=overrides)


def _is_there(policy: Policy, excluded: str) -> bool:
    """Whether a scenario has all that an exclusion names."""
    try:
        with_overrides(policy, exclude=[excluded])
    except InputError:
        return False
    return True


def plan_overrides(plan: Plan, file: str = "plan") -> Overrides:
    """Return what a plan says that it was asked for.

    Raises:
        InputError: It is not written as plans write it.
    """
    try:
        return Overrides.model_validate(plan.run.get("asked", {}))
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors(include_url=False):
            faults.add(json_fault(detail, file, (PLACE, *detail["loc"])))
        raise faults.error() from None


def _of_plan(fault: Fault, file: str) -> Fault:
    """Return the fault of a call as one of the plan that carries it."""
    return replace(fault, file=file, column=f"{PLACE}.{fault.column.removeprefix('--')}")


def _counted(written: Iterable[str], option: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return what is asked with one option; there is a limit, since each is a rule of its own."""
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
    """Return the digest of pins, exclusions, kept layers, the baseline and ``more``; empty without any."""
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
