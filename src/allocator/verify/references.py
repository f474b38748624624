"""Whether a plan speaks of this scenario at all: every layer, item, slot, role and period must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from allocator.errors import Fault, InputError, shorten
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.reading.faults import FaultList
from allocator.model.text import Text
from allocator.rules.policy import Policy

#: How many unknown names are told of a plan that is of another scenario anyway.
SHOWN_OF_ANOTHER = 5


def check_references(policy: Policy, plan: Plan, file: str = "plan") -> None:
    """Check that every assignment names what the scenario has.

    Raises:
        InputError: With a fault for each name that it does not have.
    """
    faults = FaultList()
    for number, assignment in enumerate(plan.assignments):
        _examine(policy, assignment, f"assignments.{number}", file, faults)
    if faults.kept and plan.scenario.name != policy.context.scenario.name:
        raise InputError([_other(policy, plan, file), *faults.kept[:SHOWN_OF_ANOTHER]])
    faults.raise_if_any()


@dataclass(frozen=True)
class MissingReferences:
    """What a baseline names and the scenario no longer has.

    Attributes:
        assignments: How many assignments name such a thing; they ask nothing.
        of: How many assignments there are in all.
        names: The names, by what they are of: ``layer``, ``item``, ``slot``, ``role`` or ``period``.
    """

    assignments: int
    of: int
    names: Mapping[str, tuple[str, ...]]


def missing_references(policy: Policy, plan: Plan) -> MissingReferences:
    """Return what a plan names and the scenario does not have."""
    names: dict[str, dict[str, None]] = {}
    count = 0
    for assignment in plan.assignments:
        unknown = list(_unknown(policy, assignment))
        count += bool(unknown)
        for field, found, _ in unknown:
            names.setdefault(field, {})[found or "null"] = None
    return MissingReferences(
        count, len(plan.assignments), {field: tuple(found) for field, found in names.items()}
    )


def check_baseline(policy: Policy, plan: Plan, file: str = "plan") -> MissingReferences:
    """Check that a baseline is of this scenario; one of an older version may name what is gone since.

    Raises:
        InputError: It names what the scenario does not have, and was made for this very version of it or
            for another scenario, or nothing that it names is left; or no plan was found when it was made.
    """
    if plan.status in ("infeasible", "unknown"):
        text = Text(zh="基准文件中没有方案", en="the baseline holds no plan")
        raise InputError([Fault(text, file, column="status", found=plan.status, allowed="optimal, feasible")])
    gone = missing_references(policy, plan)
    older = plan.scenario.name == policy.context.scenario.name and plan.scenario.sha256 != policy.sha256
    if not older or (gone.assignments and gone.assignments == gone.of):
        check_references(policy, plan, file)
    return gone


def _other(policy: Policy, plan: Plan, file: str) -> Fault:
    """Return what explains all the rest: the plan is of another scenario."""
    text = Text(zh="方案是为另一场景作出的", en="the plan was made for another scenario")
    found, allowed = shorten(plan.scenario.name), policy.context.scenario.name
    return Fault(text, file, column="scenario.name", found=found, allowed=allowed)


def _examine(policy: Policy, assignment: Assignment, where: str, file: str, faults: FaultList) -> None:
    for field, found, known in _unknown(policy, assignment):
        _refuse(file, f"{where}.{field}", found, known, faults)


def _unknown(policy: Policy, assignment: Assignment) -> Iterator[Name]:
    """Yield what an assignment names and the scenario does not have, with what it has."""
    layer = policy.context.layers.get(assignment.layer)
    if layer is None:
        yield "layer", assignment.layer, policy.context.layers
        return
    for field, found, known in _names(layer, assignment):
        if found not in known:
            yield field, found, known


Name = tuple[str, str | None, Collection[str | None]]


def _names(layer: Layer, assignment: Assignment) -> Iterator[Name]:
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
