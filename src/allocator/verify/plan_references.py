"""Whether a plan belongs to a scenario: the names that it uses, and the version that it was made for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from allocator.errors import Fault, InputError, shorten
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.reading.fault_list import FaultList
from allocator.model.text import Text
from allocator.rules.policy import Policy

#: Unknown names that are listed of a plan which was made for another scenario.
SHOWN_OF_ANOTHER = 5


#: A field of an assignment, the name in it, and the names that exist.
NameCheck = tuple[str, str | None, Collection[str | None]]
#: Files and rules that are listed of each sort.
NAMED = 8
_HEAD = Text(zh="方案是为本场景的另一版本作出的", en="the plan was made for another version of the scenario")
_UNTOLD = Text(zh="有何不同，方案未记", en="it does not say in which files")


def check_references(policy: Policy, plan: Plan, file: str = "plan") -> None:
    """Check that every layer, item, slot, role and period of a plan exists in the scenario.

    Raises:
        InputError: With a fault for each name that does not exist.
    """
    faults = FaultList()
    for number, assignment in enumerate(plan.assignments):
        _check_assignment(policy, assignment, f"assignments.{number}", file, faults)
    if faults.kept and plan.scenario.name != policy.context.scenario.name:
        raise InputError([_other_scenario_fault(policy, plan, file), *faults.kept[:SHOWN_OF_ANOTHER]])
    faults.raise_if_any()


@dataclass(frozen=True)
class MissingReferences:
    """Names in a baseline that the scenario no longer has.

    Attributes:
        assignments: Number of assignments with such a name; they are left out.
        of: Number of all assignments.
        names: The names, by their field: ``layer``, ``item``, ``slot``, ``role`` or ``period``.
    """

    assignments: int
    of: int
    names: Mapping[str, tuple[str, ...]]


def missing_references(policy: Policy, plan: Plan) -> MissingReferences:
    """Return the names in a plan that the scenario does not have."""
    names: dict[str, dict[str, None]] = {}
    count = 0
    for assignment in plan.assignments:
        unknown = list(_unknown_names(policy, assignment))
        count += bool(unknown)
        for field, found, _ in unknown:
            names.setdefault(field, {})[found or "null"] = None
    return MissingReferences(
        count, len(plan.assignments), {field: tuple(found) for field, found in names.items()}
    )


def check_baseline(policy: Policy, plan: Plan, file: str = "plan") -> MissingReferences:
    """Check that a baseline belongs to this scenario; one of an older version may have names that are gone.

    Raises:
        InputError: The baseline holds no plan; or it has unknown names although it was made for this
            version of the scenario; or it was made for another scenario; or none of its names is known.
    """
    if plan.status in ("infeasible", "unknown"):
        text = Text(zh="基准文件中没有方案", en="the baseline holds no plan")
        raise InputError([Fault(text, file, column="status", found=plan.status, allowed="optimal, feasible")])
    gone = missing_references(policy, plan)
    older = plan.scenario.name == policy.context.scenario.name and plan.scenario.sha256 != policy.sha256
    if not older or (gone.assignments and gone.assignments == gone.of):
        check_references(policy, plan, file)
    return gone


def _other_scenario_fault(policy: Policy, plan: Plan, file: str) -> Fault:
    """Return the fault that explains all others: the plan was made for another scenario."""
    text = Text(zh="方案是为另一场景作出的", en="the plan was made for another scenario")
    found, allowed = shorten(plan.scenario.name), policy.context.scenario.name
    return Fault(text, file, column="scenario.name", found=found, allowed=allowed)


def _check_assignment(
    policy: Policy, assignment: Assignment, where: str, file: str, faults: FaultList
) -> None:
    for field, found, known in _unknown_names(policy, assignment):
        _add_fault(file, f"{where}.{field}", found, known, faults)


def _unknown_names(policy: Policy, assignment: Assignment) -> Iterator[NameCheck]:
    """Yield each unknown name of an assignment: its field, the name, and the names that exist."""
    layer = policy.context.layers.get(assignment.layer)
    if layer is None:
        yield "layer", assignment.layer, policy.context.layers
        return
    for field, found, known in _fields(layer, assignment):
        if found not in known:
            yield field, found, known


def _fields(layer: Layer, assignment: Assignment) -> Iterator[NameCheck]:
    yield "item", assignment.item, layer.item_index.keys()
    yield "slot", assignment.slot, layer.slot_index.keys()
    yield "role", assignment.role, layer.roles
    yield "period", assignment.period, layer.period_index.keys()


def _add_fault(
    file: str, where: str, found: str | None, known: Collection[str | None], faults: FaultList
) -> None:
    names = [name for name in known if name is not None]
    allowed = ", ".join("null" if name is None else name for name in islice(known, 20))
    text = Text(zh="方案中的名称在场景中不存在", en="the scenario has no such name")
    shown = "null" if found is None else shorten(found)
    near = faults.suggest(found or "", names)
    faults.add(Fault(text, file, column=where, found=shown, allowed=allowed, nearest=near))


@dataclass(frozen=True)
class OtherVersion:
    """Differences between a scenario and the version that a plan was made for, as the plan records it.

    Attributes:
        name: Name of the scenario in the plan, if it differs.
        changed: Files with another content.
        added: Files that only this version has.
        gone: Files that only the earlier version has.
        new_rules: Rules that the plan does not list.
        old_rules: Rules that the plan lists and this version does not have.
        is_told: Whether the plan records the files of its version.
    """

    name: str = ""
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    new_rules: tuple[str, ...] = ()
    old_rules: tuple[str, ...] = ()
    is_told: bool = True

    @property
    def message(self) -> Text:
        """The differences in one line."""
        parts = list(self._texts()) or ([] if self.is_told else [_UNTOLD])
        zh, en = "；".join(one.zh for one in parts), "; ".join(one.en for one in parts)
        return Text(zh=f"{_HEAD.zh}：{zh}" if zh else _HEAD.zh, en=f"{_HEAD.en}: {en}" if en else _HEAD.en)

    def _texts(self) -> Iterator[Text]:
        if self.name:
            yield Text(zh=f"那一场景名为 {self.name}", en=f"that one is called {self.name}")
        yield from _listed("改动的文件", "files changed", self.changed)
        yield from _listed("新增的文件", "files added", self.added)
        yield from _listed("已去掉的文件", "files gone", self.gone)
        yield from _listed("方案中没有的规则", "rules that it does not list", self.new_rules)
        yield from _listed("场景中已没有的规则", "rules that are gone", self.old_rules)


def _listed(zh: str, en: str, names: tuple[str, ...]) -> Iterator[Text]:
    if names:
        more = len(names) - NAMED
        shown_zh = "、".join(names[:NAMED]) + (f" 等 {len(names)} 个" if more > 0 else "")
        shown_en = ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
        yield Text(zh=f"{zh} {shown_zh}", en=f"{en} {shown_en}")


def other_version(policy: Policy, plan: Plan) -> OtherVersion | None:
    """Return the differences to the version of a plan; None if the plan was made for this version."""
    if plan.scenario.sha256 == policy.sha256:
        return None
    then, now = plan.scenario.files, policy.files
    stated, known = [rule.id for rule in plan.rules], [rule.id for rule in policy.rules]
    is_of_call = bool(plan.run.get("beside"))
    return OtherVersion(
        name=plan.scenario.name if plan.scenario.name != policy.context.scenario.name else "",
        changed=_changed_files(then, now),
        added=tuple(name for name in now if then and name not in then),
        gone=tuple(name for name in then if name not in now),
        new_rules=tuple(one for one in known if stated and one not in stated),
        old_rules=tuple(dict.fromkeys(one for one in stated if one not in known and not is_of_call)),
        is_told=bool(then),
    )


def _changed_files(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name, digest in now.items() if name in then and then[name] != digest)
