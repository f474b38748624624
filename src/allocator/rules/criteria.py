"""Criteria of a trade-off: levels, groups of rules, or the number of changes from the baseline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.plan import HARD
from allocator.model.text import Text
from allocator.rules import moves_limit
from allocator.rules.kept_layers import keep_rule, missing_baseline
from allocator.rules.moves_limit import MOVES
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule

TRADE = "--trade"
#: The least and the greatest number of criteria of one trade-off.
FEWEST, MOST = 2, 3
_COMMAS, _PLUSES = re.compile("[,，、]"), re.compile("[+＋]")


@dataclass(frozen=True)
class TradedCriterion:
    """One of the costs that are traded off.

    Attributes:
        id: How a call names it: the number of a level, ids of rules joined by ``+``, or ``moves``.
        title: Its name in both languages.
        rules: Ids of its rules; empty for ``moves``, whose rules the scenario does not have.
        level: Its level where it is a whole level.
    """

    id: str
    title: Text
    rules: tuple[str, ...] = ()
    level: int | None = None


@dataclass(frozen=True, eq=False)
class TradedPolicy:
    """A policy whose levels are those above a trade-off, a level for each criterion, and all others.

    Attributes:
        own: The policy of the scenario.
        policy: The same rules, and those that count changes, at levels 1, 2, 3 ...
        criteria: The criteria.
        above: The scenario's levels above all criteria, in order; these are levels 1, 2 ... of ``policy``.
        below: The scenario's other levels with a rule that is part of no criterion; the last levels.
    """

    own: Policy
    policy: Policy
    criteria: tuple[TradedCriterion, ...]
    above: tuple[int, ...]
    below: tuple[int, ...]

    @property
    def criterion_levels(self) -> tuple[int, ...]:
        """The level of each criterion in ``policy``."""
        return tuple(range(len(self.above) + 1, len(self.above) + len(self.criteria) + 1))

    @property
    def below_levels(self) -> tuple[int, ...]:
        """The levels in ``policy`` of the scenario's levels below."""
        first = len(self.above) + len(self.criteria) + 1
        return tuple(range(first, first + len(self.below)))

    @property
    def own_levels(self) -> tuple[int, ...]:
        """The scenario's level of each level of ``policy``: that of its first rule, 0 for changes."""
        levels = {rule.id: rule.level for rule in self.own.rules if rule.level != HARD}
        traded = (min((levels[rule] for rule in one.rules), default=0) for one in self.criteria)
        return (*self.above, *traded, *self.below)


def parse_criteria(policy: Policy, text: str) -> tuple[TradedCriterion, ...]:
    """Return the criteria of a trade-off, such as ``1,2``, ``moves,1`` or ``rule-a+rule-b,2``.

    Args:
        policy: The bound policy, with the baseline if there is one.
        text: The criteria as the call gives them.

    Raises:
        InputError: With every fault: too few or too many criteria, an unknown or hard rule, an empty level,
            a rule in two criteria, or changes without a baseline.
    """
    faults: list[Fault] = []
    parts = [part.strip() for part in _COMMAS.split(text)]
    if not FEWEST <= len(parts) <= MOST:
        message = Text(
            zh="须为两个或三个准则，以逗号分隔", en="takes two or three criteria, with commas between"
        )
        faults.append(
            Fault(message, column=TRADE, found=shorten(text), allowed="1,2 · moves,1 · rule-a+rule-b,2")
        )
        raise InputError(faults)
    criteria = [_criterion(policy, part, faults) for part in parts]
    found = tuple(one for one in criteria if one is not None)
    seen: dict[str, str] = {}
    for one in found:
        for rule in one.rules or (one.id,):
            if rule in seen:
                message = Text(zh="同一规则属于两个准则", en="a rule is part of two criteria")
                faults.append(Fault(message, column=TRADE, found=f"{rule}: {seen[rule]}, {one.id}"))
            seen[rule] = one.id
    if faults:
        raise InputError(faults)
    return found


def _criterion(policy: Policy, part: str, faults: list[Fault]) -> TradedCriterion | None:
    """Return one criterion; None, with a fault, if it cannot be traded."""
    soft: dict[str, Rule] = {rule.id: rule for rule in policy.rules if not rule.is_hard}
    if part == MOVES:
        if policy.context.baseline is None:
            faults.append(missing_baseline(f"{TRADE} {MOVES}"))
            return None
        return TradedCriterion(MOVES, Text(zh="变动", en="changes"))
    levels = {str(rule.level): rule.level for rule in soft.values()}
    if part in levels:
        level = levels[part]
        assert level != HARD
        title = policy.context.scenario.spec.levels.get(level, Text())
        named = Text(zh=f"级别 {level} {title('zh')}".strip(), en=f"level {level} {title('en')}".strip())
        return TradedCriterion(
            part, named, tuple(id_ for id_, rule in soft.items() if rule.level == level), level
        )
    ids = tuple(dict.fromkeys(one.strip() for one in _PLUSES.split(part)))
    unknown = [one for one in ids if one not in soft]
    for one in unknown:
        faults.append(_unknown(policy, one, [*levels, MOVES, *soft]))
    if unknown:
        return None
    reasons = [policy.reason(soft[one]) for one in ids]
    title = Text(zh="；".join(one("zh") for one in reasons), en="; ".join(one("en") for one in reasons))
    return TradedCriterion("+".join(ids), title, ids)


def _unknown(policy: Policy, name: str, known: list[str]) -> Fault:
    """Return the fault of a name that is no criterion."""
    if any(rule.id == name and rule.is_hard for rule in policy.rules):
        message = Text(zh="是硬规则，不能权衡", en="is a hard rule, which is not traded")
        return Fault(message, column=TRADE, found=name)
    message = Text(zh="没有此级别或软规则", en="there is no such level or soft rule")
    return Fault(
        message, column=TRADE, found=shorten(name), allowed=", ".join(known), nearest=nearest(name, known)
    )


def parse_limits(criteria: Sequence[TradedCriterion], texts: Iterable[str]) -> dict[str, int]:
    """Return the limits of ``--at-most``, by the id of the criterion.

    Args:
        criteria: The criteria that may be limited.
        texts: The limits as the call gives them, ``CRITERION=N``.

    Raises:
        InputError: With every fault: no ``=``, an unknown criterion, or a limit that is no whole number.
    """
    faults: list[Fault] = []
    limits = moves_limit.parse_limits([one.id for one in criteria], texts, faults)
    if faults:
        raise InputError(faults)
    return limits


def traded_policy(policy: Policy, criteria: tuple[TradedCriterion, ...]) -> TradedPolicy:
    """Return a policy with the levels of a trade-off.

    The levels above the first one that is traded come first; then each criterion is a level; then come the
    other rules, at the scenario's levels in their order.
    """
    levels: dict[str, int] = {rule.id: rule.level for rule in policy.rules if rule.level != HARD}
    traded = [levels[rule] for one in criteria for rule in one.rules]
    above = tuple(sorted({level for level in levels.values() if level < min(traded, default=1)}))
    of_criterion = {rule: k for k, one in enumerate(criteria, start=len(above) + 1) for rule in one.rules}
    left = {level for id_, level in levels.items() if id_ not in of_criterion}
    below = tuple(sorted(left - {*above}))
    number = {level: k for k, level in enumerate(above, start=1)}
    number |= {level: k for k, level in enumerate(below, start=len(above) + len(criteria) + 1)}
    rules = tuple(
        rule
        if rule.level == HARD
        else rule.model_copy(update={"level": of_criterion.get(rule.id) or number[rule.level]})
        for rule in policy.rules
    )
    counted = [
        rule
        for k, one in enumerate(criteria, start=len(above) + 1)
        for rule in (counting_rules(policy, k) if one.id == MOVES else ())
    ]
    return TradedPolicy(policy, replace(policy, rules=(*rules, *counted)), criteria, above, below)


def counting_rules(policy: Policy, level: int) -> tuple[Rule, ...]:
    """Return a rule for each layer that costs 1 for each seat of the baseline that changes hands."""
    taken = {rule.id for rule in policy.rules}
    made = []
    for name in policy.context.layers:
        own = f"{MOVES}.{name}"
        while own in taken:
            own += "."
        why = Text(zh="变动", en="changes")
        made.append(keep_rule(policy.context, name, id=own, why=why, level=level))
    return tuple(made)
