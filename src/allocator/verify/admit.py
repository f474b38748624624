"""Whether a plan speaks of this scenario at all: every layer, item, slot, role and period must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from allocator.errors import Fault, InputError, shorten
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.reading.faults import FaultList
from allocator.model.text import Text
from allocator.rules.policy import Policy

#: How many unknown names are told of a plan that is of another scenario anyway.
SHOWN_OF_ANOTHER = 5


def admit(policy: Policy, plan: Plan, file: str = "plan") -> None:
    """Check that every assignment names what the scenario has.

    Raises:
        InputError: With a fault for each name that it does not have.
    """
    faults = FaultList()
    for number, assignment in enumerate(plan.assignments):
        _examine(policy, assignment, f"assignments.{number}", file, faults)
    if faults.kept and plan.scenario.name != policy.world.scenario.name:
        raise InputError([_other(policy, plan, file), *faults.kept[:SHOWN_OF_ANOTHER]])
    faults.raise_if_any()


def _other(policy: Policy, plan: Plan, file: str) -> Fault:
    """Return what explains all the rest: the plan is of another scenario."""
    text = Text(zh="方案是为另一场景作出的", en="the plan was made for another scenario")
    found, allowed = shorten(plan.scenario.name), policy.world.scenario.name
    return Fault(text, file, column="scenario.name", found=found, allowed=allowed)


def _examine(policy: Policy, assignment: Assignment, where: str, file: str, faults: FaultList) -> None:
    layer = policy.world.layers.get(assignment.layer)
    if layer is None:
        _refuse(file, f"{where}.layer", assignment.layer, policy.world.layers, faults)
        return
    for field, found, known in _names(layer, assignment):
        if found not in known:
            _refuse(file, f"{where}.{field}", found, known, faults)


def _names(layer: Layer, assignment: Assignment) -> Iterator[tuple[str, str | None, Collection[str | None]]]:
    yield "item", assignment.item, layer.item_index.keys()
    yield "slot", assignment.slot, layer.slot_index.keys()
    yield "role", assignment.role, layer.roles
    yield "period", assignment.period, layer.period_index.keys()


def _refuse(
    file: str, where: str, found: str | None, known: Collection[str | None], faults: FaultList
) -> None:
    names = [name for name in known if name is not None]
    allowed = ", ".join("null" if name is None else name for name in islice(known, 20))
    text = Text(zh="方案中的名称在场景中不存在", en="the scenario has no such name")
    shown = "null" if found is None else shorten(found)
    near = faults.suggest(found or "", names)
    faults.add(Fault(text, file, column=where, found=shown, allowed=allowed, nearest=near))
