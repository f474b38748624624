"""Checks the lists of a plan: every level and rule of the scenario, each once, and no unknown key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import TypeVar

from pydantic import BaseModel

from allocator.errors import nearest, shorten
from allocator.model.plan import HARD, RUN_KEYS, Level, Plan, RuleScore
from allocator.model.text import Text
from allocator.rules.overrides import plan_overrides
from allocator.rules.policy import Policy
from allocator.verify.score_check import Disagreement, proof_inconsistencies, status_inconsistencies

PartT = TypeVar("PartT", bound=Hashable)
#: Names that are listed in one message.
NAMED = 3


_NO_HINT = Text()
_LEVEL, _RULE = Text(zh="级别", en="level"), Text(zh="规则", en="rule")


def plan_inconsistencies(plan: Plan) -> Iterator[Disagreement]:
    """Yield contradictions, repeated entries and unknown keys of a plan; needs no scenario."""
    yield from status_inconsistencies(plan)
    yield from proof_inconsistencies(plan)
    yield from _repeated_entries(plan)
    yield from _unknown_keys(plan)


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
        kept = {f"keep.{layer}" for layer in plan_overrides(plan).keep if layer in policy.context.layers}
        stated = [one.id for one in plan.rules if one.id in rules or not _is_kept_layer(one, kept)]
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


def _is_kept_layer(rule: RuleScore, kept: Collection[str]) -> bool:
    """Return whether a rule keeps a layer as in the baseline; without the baseline it counts as kept."""
    return rule.id in kept and (rule.level, rule.violations, rule.cost) == (HARD, 0, 0)


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
    shown, more = [shorten(name) for name in names[:NAMED]], len(names) - NAMED
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
