"""Whether a plan speaks of this scenario at all: every layer, item, slot, role and period must exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.text import Text
from allocator.rules.policy import Policy

#: How many unknown names are told of a plan that is of another scenario anyway.
SHOWN_OF_ANOTHER = 5


def admit(policy: Policy, plan: Plan, file: str = "plan") -> None:
    """Check that every assignment names what the scenario has.

    Raises:
        InputError: With a fault for each name that it does not have.
    """
    faults = [fault for k, one in enumerate(plan.assignments) for fault in _faults(policy, one, k, file)]
    if faults and plan.scenario.name != policy.world.scenario.name:
        faults = [_other(policy, plan, file), *faults[:SHOWN_OF_ANOTHER]]
    if faults:
        raise InputError(faults)


def _other(policy: Policy, plan: Plan, file: str) -> Fault:
    """Return what explains all the rest: the plan is of another scenario."""
    text = Text(zh="方案是为另一场景作出的", en="the plan was made for another scenario")
    found, allowed = shorten(plan.scenario.name), policy.world.scenario.name
    return Fault(text, file, column="scenario.name", found=found, allowed=allowed)


def _faults(policy: Policy, assignment: Assignment, number: int, file: str) -> Iterator[Fault]:
    where = f"assignments.{number}"
    layer = policy.world.layers.get(assignment.layer)
    if layer is None:
        yield _unknown(file, f"{where}.layer", assignment.layer, policy.world.layers)
        return
    for field, found, known in _names(layer, assignment):
        if found not in known:
            yield _unknown(file, f"{where}.{field}", found, known)


def _names(layer: Layer, assignment: Assignment) -> Iterator[tuple[str, str | None, list[str | None]]]:
    yield "item", assignment.item, list(layer.items)
    yield "slot", assignment.slot, list(layer.slots)
    yield "role", assignment.role, list(layer.roles)
    yield "period", assignment.period, list(layer.period_index)


def _unknown(file: str, where: str, found: str | None, known: Iterable[str | None]) -> Fault:
    names = ["null" if name is None else name for name in known]
    return Fault(
        Text(zh="方案中的名称在场景中不存在", en="the scenario has no such name"),
        file,
        column=where,
        found="null" if found is None else found,
        allowed=", ".join(names[:20]),
        nearest=nearest(found or "", names),
    )
