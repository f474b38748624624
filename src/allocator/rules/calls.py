"""What a call asks for beside the scenario: pins, exclusions, layers to keep, made into hard rules."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.model.scenario import Scenario
from allocator.rules.binding import bind_world
from allocator.rules.exclusions import exclusion_rules
from allocator.rules.keeping import keep_rules
from allocator.rules.kind import Rule
from allocator.rules.pins import pin_rules


def call_rules(
    scenario: Scenario,
    baseline: Plan | None,
    *,
    pins: Iterable[str] = (),
    exclude: Iterable[str] = (),
    keep: Iterable[str] = (),
) -> tuple[Rule, ...]:
    """Return what a call asks for as rules.

    Args:
        scenario: The scenario.
        baseline: The plan to keep to.
        pins: Places settled beforehand, ``ITEM=SLOT[@PERIOD]``.
        exclude: Who is kept out of where, ``ITEM[=SLOT][@PERIOD]``.
        keep: Layers in which what the baseline decided stays.

    Raises:
        InputError: With every fault of them all.
    """
    pins, exclude, keep = tuple(pins), tuple(exclude), tuple(keep)
    if not (pins or exclude or keep):
        return ()
    world = bind_world(scenario, baseline)
    faults: list[Fault] = []
    pinned = pin_rules(world, pins, faults)
    excluded = exclusion_rules(world, exclude, faults)
    rules = (*pinned, *excluded, *keep_rules(world, keep, excluded, faults))
    if faults:
        raise InputError(faults)
    return rules
