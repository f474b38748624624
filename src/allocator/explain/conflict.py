"""A minimal conflict: rules that cannot hold together, none of which can be left out.

Method: QuickXplain (Junker, AAAI 2004) over rules. The program is compiled once; each question is asked of
an excerpt of it, and a plan that answered one question is tried on the next ones first.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from allocator.optimise.descent import task_of
from allocator.optimise.first import any_plan
from allocator.optimise.task import Task
from allocator.optimise.zones.map_search import solve_zones
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Allotment, Budget, Deadline
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.protocol import unheard

#: Seconds for one question whether some rules can hold together. That they cannot is mostly seen at once.
ASK = 1.0


def minimal_conflict(policy: Policy, seconds: float, observer: Observer = NULL_OBSERVER) -> list[Rule]:
    """Return hard rules of a policy without a plan that cannot hold together.

    Args:
        policy: The policy.
        seconds: After so long, rules are kept in the conflict that it may not need.
        observer: May stop the search, after which rules are kept likewise.

    Returns:
        A conflict in any case; minimal by inclusion if every question was answered in time.
    """
    hard = tuple(rule for rule in policy.rules if rule.is_hard)
    return _Conflict(replace(policy, rules=hard), seconds, observer).minimal(hard)


class _Conflict:
    """Halves of the rules are tried together until only what is needed is left."""

    def __init__(self, policy: Policy, seconds: float, observer: Observer) -> None:
        self._policy = policy
        self._program: Program = policy.compile()
        self._search = SolveContext(1, Budget(seconds, 1), observer)
        self._end = time.monotonic() + seconds
        self._plans: list[IntArray] = []

    def minimal(self, rules: Sequence[Rule]) -> list[Rule]:
        """Return a smallest-by-inclusion part of ``rules`` that cannot hold together."""
        return self._part([], False, list(rules))

    def _part(self, kept: list[Rule], grew: bool, rules: list[Rule]) -> list[Rule]:
        if grew and not self._can_hold(kept):
            return []
        if len(rules) <= 1:
            return rules
        half = len(rules) // 2
        first, second = rules[:half], rules[half:]
        needed = self._part([*kept, *first], bool(first), second)
        return self._part([*kept, *needed], bool(needed), first) + needed

    def _can_hold(self, rules: list[Rule]) -> bool:
        """Whether a plan keeps the rules; without an answer in time, they are taken to hold."""
        left = self._end - time.monotonic()
        if left <= 0 or self._search.is_stopped:
            return True
        task = self._task(rules)
        if any(task.is_sound(plan) for plan in self._plans):
            return True
        deadline = Deadline(self._search.budget, Allotment(min(ASK, left), None))
        zoned = solve_zones(task, deadline, self._search, lambda _: unheard)
        if zoned is not None and zoned.decisions is not None:
            self._plans.append(evaluate_auxiliaries(task.program, zoned.decisions[None, :])[0])
            return True
        if zoned is not None and zoned.found == "infeasible":
            return False
        found = any_plan(task, None, deadline, self._search, unheard)
        if found.values is not None:
            self._plans.append(found.values)
        return found.found != "infeasible"

    def _task(self, rules: list[Rule]) -> Task:
        program = self._program.restrict_to_rules(rule.id for rule in rules)
        return task_of(replace(self._policy, rules=tuple(rules)), program)
