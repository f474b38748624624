"""Finds a minimal conflict: rules that cannot hold together, none of which can be left out.

Method: QuickXplain (Junker, AAAI 2004) over rules. The program is compiled once and restricted to the
rules of each question. A plan that answered one question is tried first on the next ones.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.construction.feasible import find_any_plan
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.deadline import Allotment, Budget, Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer

#: Time limit in seconds of one question whether some rules can hold together; most proofs are instant.
QUESTION_SECONDS = 1.0


def minimal_conflict(policy: Policy, seconds: float, observer: Observer = NULL_OBSERVER) -> list[Rule]:
    """Return hard rules of a policy without a plan that cannot hold together.

    Args:
        policy: The policy.
        seconds: Time limit in seconds; rules that are not tested by then stay in the conflict.
        observer: May stop the search; rules that are not tested by then stay in the conflict.

    Returns:
        The rules of a conflict; minimal by inclusion if every question was answered in time.
    """
    hard = tuple(rule for rule in policy.rules if rule.is_hard)
    return _QuickXplain(replace(policy, rules=hard), seconds, observer).minimal(hard)


class _QuickXplain:
    """The search of QuickXplain: tests halves of the rules until only a minimal conflict is left."""

    def __init__(self, policy: Policy, seconds: float, observer: Observer) -> None:
        self._policy = policy
        self._program: Program = policy.compile()
        self._context = SolveContext(1, Budget(seconds, 1), observer)
        self._end = time.monotonic() + seconds
        self._plans: list[IntArray] = []

    def minimal(self, rules: Sequence[Rule]) -> list[Rule]:
        """Return a part of ``rules`` that cannot hold together, minimal by inclusion."""
        return self._minimal_part([], False, list(rules))

    def _minimal_part(self, kept: list[Rule], grew: bool, rules: list[Rule]) -> list[Rule]:
        """Return a minimal part of ``rules`` in conflict with ``kept``; ``grew``: ``kept`` is new."""
        if grew and not self._can_hold(kept):
            return []
        if len(rules) <= 1:
            return rules
        half = len(rules) // 2
        first, second = rules[:half], rules[half:]
        needed = self._minimal_part([*kept, *first], bool(first), second)
        return self._minimal_part([*kept, *needed], bool(needed), first) + needed

    def _can_hold(self, rules: list[Rule]) -> bool:
        """Return whether a plan keeps the rules; True if the time limit ends first."""
        left = self._end - time.monotonic()
        if left <= 0 or self._context.is_stopped:
            return True
        constrained = self._task(rules)
        if any(constrained.is_feasible(plan) for plan in self._plans):
            return True
        deadline = Deadline(self._context.budget, Allotment(min(QUESTION_SECONDS, left), None))
        result = find_any_plan(constrained, deadline, self._context)
        if result.decisions is not None:
            decisions = result.decisions[None, : constrained.program.decisions.count]
            self._plans.append(evaluate_auxiliaries(constrained.program, decisions)[0])
        return result.found != "infeasible"

    def _task(self, rules: list[Rule]) -> ConstrainedProgram:
        program = self._program.restrict_to_rules(rule.id for rule in rules)
        return constrain(replace(self._policy, rules=tuple(rules)), program)
