"""Whether a plan belongs to a scenario: its names, its version, and its lists of levels and rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from pydantic import BaseModel

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.layer import Layer
from allocator.model.plan import HARD, RUN_KEYS, Assignment, Level, Plan, RuleScore
from allocator.model.reading.fault_list import FaultList
from allocator.model.text import Text
from allocator.rules.overrides import plan_overrides
from allocator.rules.policy import Policy
from allocator.verify.judge import Disagreement, proof_inconsistencies, status_inconsistencies
from allocator.verify.progress_check import progress_inconsistencies

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


PartT = TypeVar("PartT", bound=Hashable)
#: Names that are listed in one message.
MOST_LISTED = 3


_NO_HINT = Text()
_LEVEL, _RULE = Text(zh="级别", en="level"), Text(zh="规则", en="rule")


def plan_inconsistencies(plan: Plan) -> Iterator[Disagreement]:
    """Yield contradictions, repeated entries and unknown keys of a plan; needs no scenario."""
    yield from status_inconsistencies(plan)
    yield from proof_inconsistencies(plan)
    yield from _repeated_entries(plan)
    yield from _unknown_keys(plan)
    yield from progress_inconsistencies(plan)


def listing_disagreements(policy: Policy, plan: Plan) -> Iterator[Disagreement]:
    """Yield differences between the levels and rules of a scenario and those that a plan lists.

    A plan without a score claims nothing about levels; ``status_inconsistencies`` says whether it may be.

    Args:
        policy: The policy of the scenario, with what the plan was asked for (``calls.as_asked``).
        plan: The plan.
    """
    rules: dict[str, Level] = {rule.id: rule.plan_level for rule in policy.rules}
    if plan.score:
        levels = {HARD, *rules.values()}
        yield from _differences(levels, [one.level for one in plan.score], _LEVEL)
    if plan.rules:
        kept = _baseline_rules(plan)
        stated = [one.id for one in plan.rules if one.id in rules or not _is_of_baseline(one, kept)]
        yield from _differences(rules, stated, _RULE)
    for one in plan.rules:
        if one.level != rules.get(one.id, one.level):
            yield Disagreement(
                one.id,
                Text(
                    zh=f"方案写为级别 {one.level}，场景中为 {rules[one.id]}",
                    en=f"the plan says level {one.level}, the scenario {rules[one.id]}",
                ),
            )


def _baseline_rules(plan: Plan) -> tuple[str, ...]:
    """Return the beginnings of the ids of rules that a plan was asked for and that are about its baseline.

    Older plans name the rule of a frozen layer after the layer.
    """
    asked = plan_overrides(plan)
    freezes = ("freeze.", *(f"keep.{one}" for one in asked.freeze)) if asked.freeze else ()
    return (*freezes, *("settled." for _ in asked.since), *("at-most." for _ in asked.at_most))


def _is_of_baseline(rule: RuleScore, kept: tuple[str, ...]) -> bool:
    """Return whether a rule is about the baseline; without the baseline it counts as kept."""
    return rule.id.startswith(kept) and (rule.level, rule.violations, rule.cost) == (HARD, 0, 0)


def _differences(
    known: Collection[Level | str], stated: Iterable[Level | str], what: Text
) -> Iterator[Disagreement]:
    stated = list(dict.fromkeys(stated))
    missing = [str(one) for one in known if one not in stated]
    if missing:
        yield _disagreement(
            missing, Text(zh=f"方案未列出{what.zh}", en=f"the plan does not list the {what.en}")
        )
    surplus = [str(one) for one in stated if one not in known]
    if surplus:
        message = Text(zh=f"场景没有方案所列的{what.zh}", en=f"the scenario has no such {what.en}")
        yield _disagreement(surplus, message, _hint(nearest(surplus[0], [str(one) for one in known])))


def _hint(near: str) -> Text:
    return Text(zh=f"（是否为“{near}”？）", en=f" (did you mean '{near}'?)") if near else Text()


def _disagreement(names: list[str], what: Text, hint: Text = _NO_HINT) -> Disagreement:
    """Return one disagreement about several names: their number, and the first of them."""
    shown, more = [shorten(name) for name in names[:MOST_LISTED]], len(names) - MOST_LISTED
    zh, en = "、".join(shown), ", ".join(shown)
    if more > 0:
        zh, en = f"{zh} 等 {len(names)} 个", f"{en} and {more} more"
    return Disagreement("", Text(zh=f"{what.zh}：{zh}{hint.zh}", en=f"{what.en}: {en}{hint.en}"))


def _repeated_entries(plan: Plan) -> Iterator[Disagreement]:
    seats = ((one.layer, one.item, one.slot, one.role, one.period) for one in plan.assignments)
    named = (
        (_more_than_once("安排", "an assignment"), [_seat(*seat) for seat in _repeated(seats)]),
        (
            _more_than_once("级别", "a level"),
            [str(level) for level in _repeated(one.level for one in plan.score)],
        ),
        (_more_than_once("规则", "a rule"), _repeated(one.id for one in plan.rules)),
    )
    for what, names in named:
        if names:
            yield _disagreement(names, what)


def _more_than_once(zh: str, en: str) -> Text:
    return Text(zh=f"{zh}写了不止一次", en=f"{en} is there more than once")


def _repeated(parts: Iterable[PartT]) -> list[PartT]:
    return [part for part, count in Counter(parts).items() if count > 1]


def _seat(layer: str, item: str, slot: str, role: str | None, period: str | None) -> str:
    where = f"{slot}/{role}" if role else slot
    return f"{layer} {item}={where}" + (f"@{period}" if period else "")


def _unknown_keys(plan: Plan) -> Iterator[Disagreement]:
    found: dict[str, None] = {}
    for where, part in _parts(plan):
        for key in part.model_extra or {}:
            found.setdefault(f"{where}{key}")
    if found:
        yield _disagreement(sorted(found), Text(zh="方案中有未知的键", en="the plan has an unknown key"))
    notes = sorted(plan.run.keys() - {*RUN_KEYS})
    if notes:
        message = Text(zh="方案的 run 中有未知的键", en="the run of the plan has an unknown key")
        yield _disagreement(notes, message, _hint(nearest(notes[0], RUN_KEYS)))


def _parts(plan: Plan) -> Iterator[tuple[str, BaseModel]]:
    yield "", plan
    yield "scenario.", plan.scenario
    for name, parts in (("assignments", plan.assignments), ("score", plan.score), ("rules", plan.rules)):
        for number, part in enumerate(parts):
            yield f"{name}.{number}.", part
    for number, score in enumerate(plan.score):
        yield f"score.{number}.proof.", score.proof
