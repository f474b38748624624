"""Figures of plans, counted by the rules and tables of the option, and their proven bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allocator.errors import Fault, InputError
from allocator.model.plan import LevelScore, Plan
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.study.figure_levels import FigureLevel, TablePart
from allocator.verify import judge
from allocator.verify.figures import measure_tables


class FigureCounter:
    """Counts the figures that are criteria in plans of one option.

    Args:
        policy: The policy that is solved.
        figures: The figures as levels of the policy, most important first.

    Raises:
        InputError: What is counted in tables cannot be read, or is negative.
    """

    def __init__(self, policy: Policy, figures: Sequence[FigureLevel]) -> None:
        self._policy, self._figures = policy, figures
        self._judged: tuple[Plan, Mapping[str, int]] | None = None
        measured = {
            (part.where, part.factor): _measured(policy, part) for one in figures for part in one.tables
        }
        self._tables = {
            one.name: [(part, measured[part.where, part.factor]) for part in one.tables] for one in figures
        }

    def bounds(self, score: Sequence[LevelScore]) -> tuple[dict[str, int], bool]:
        """Return the bound of each figure for every plan of the option, and whether all figures are proved.

        A bound holds given the figures above: it counts only while those are proved.
        """
        levels = {one.level: one for one in score}
        known: dict[str, int] = {}
        for figure in self._figures:
            bound = sum(part.factor * value for part, value in self._tables[figure.name])
            if not figure.rules:
                known[figure.code] = bound
                continue
            found = levels.get(figure.level)
            known[figure.code] = bound + (found.bound if found is not None else 0)
            if found is None or found.cost != found.bound:
                return known, False
        return known, True

    def costs(self, plan: Plan) -> dict[str, int]:
        """Return the figures that are criteria, by code."""
        return {
            one.code: sum(part.factor * value for part, value in self._tables[one.name])
            + sum(self._by_rule(plan)[part.id] for part in one.rules)
            for one in self._figures
        }

    def values(self, plan: Plan) -> dict[str, int]:
        """Return the figures that the criteria add up, each as it is defined, by name."""
        found: dict[str, int] = {}
        seen: set[object] = set()
        for one in self._figures:
            for rule in one.rules:
                if rule.where not in seen:
                    value = self._by_rule(plan)[rule.id] // rule.factor
                    found[rule.figure] = found.get(rule.figure, 0) + value
            for part, value in self._tables[one.name]:
                if part.where not in seen:
                    found[part.figure] = found.get(part.figure, 0) + value
            seen.update(part.where for part in one.rules)
            seen.update(part.where for part in one.tables)
        return found

    def _by_rule(self, plan: Plan) -> Mapping[str, int]:
        """Return the cost of each rule; the last plan is judged once."""
        if not any(one.rules for one in self._figures):
            return {}
        if self._judged is None or self._judged[0] is not plan:
            found = judge(self._policy, plan.assignments).findings
            self._judged = (plan, {one.rule.id: one.cost for one in found})
        return self._judged[1]


def _measured(policy: Policy, part: TablePart) -> int:
    """Return what tables say of a part of a figure."""
    asked = part.count or part.sum
    assert asked is not None
    value = part.times * measure_tables(policy, asked)
    if value < 0:
        message = Text(zh="指标的一部分为负数", en="a part of a figure is negative")
        raise InputError([Fault(message, column=".".join(map(str, part.where)), found=str(value))])
    return value
