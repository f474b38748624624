"""The criteria of a plan, counted by the scenario's own rules, and the bounds that carry over to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allocator.errors import InputError
from allocator.model.plan import HARD, Level, LevelScore, Plan
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.study.cell_results import CriterionValue
from allocator.study.figure_counting import FigureCounter
from allocator.study.figure_levels import FigureLevel
from allocator.verify import check_references, judge


class CriteriaCounter:
    """Counts the criteria of plans of one option.

    Args:
        policy: The policy that is solved.
        yardstick: The same facts with the scenario's own rules; None where these cannot be bound to them.
        codes: Codes of the criteria; all levels if empty.
        figures: The study's figures; their rules stand above the levels of the scenario.

    Raises:
        InputError: What a figure counts in tables cannot be read.
    """

    def __init__(
        self,
        policy: Policy,
        yardstick: Policy | None,
        codes: Sequence[str],
        figures: Sequence[FigureLevel] = (),
    ) -> None:
        self._policy, self._yardstick = policy, yardstick
        self._figures, self._above = FigureCounter(policy, figures), len(figures)
        own = _soft_rules(policy, self._above)
        theirs = {} if yardstick is None else _soft_rules(yardstick)
        levels = sorted({*own, *theirs}) if yardstick is None else sorted(theirs)
        self.codes = tuple(codes) or tuple(f"level:{level}" for level in levels)
        self._carried = _carried_levels(own, theirs)

    def bounds(self, score: Sequence[LevelScore]) -> dict[str, int]:
        """Return the bound of each criterion for every plan of the option, where one is known.

        A bound of a level holds given the levels above: it counts only while those are proved.
        """
        known, is_proved = self._figures.bounds(score)
        for one in score if is_proved else ():
            if one.level == HARD or one.level <= self._above:
                continue
            level = one.level - self._above
            if level in self._carried:
                known[f"level:{level}"] = one.bound
                known.update((f"rule:{rule}", one.bound) for rule in self._alone(one.level))
            if one.cost != one.bound:
                break
        return {code: known[code] for code in self.codes if code in known}

    def _alone(self, level: Level) -> list[str]:
        """Return the rule of a level that has one alone: its cost is that of the level."""
        rules = [rule for rule in self._policy.rules if rule.level == level]
        return [rules[0].id] if len(rules) == 1 else []

    def values(self, plan: Plan) -> tuple[CriterionValue, ...]:
        """Return the criteria of a plan."""
        costs = self._costs(plan)
        bounds = self.bounds(plan.score)
        return tuple(
            CriterionValue(criterion=code, cost=costs.get(code), bound=bounds.get(code))
            for code in self.codes
        )

    def _costs(self, plan: Plan) -> Mapping[str, int]:
        """Return the costs by criterion; figures alone where the scenario's rules cannot judge the plan."""
        figures = self._figures.costs(plan)
        if self._yardstick is None or all(code in figures for code in self.codes):
            return figures
        try:
            check_references(self._yardstick, plan, "plan")
            judgement = judge(self._yardstick, plan.assignments)
        except InputError:
            return figures
        by_level = {f"level:{level}": cost for level, cost in judgement.costs.items()}
        by_rule = {f"rule:{one.rule.id}": one.cost for one in judgement.findings}
        return {**by_level, **by_rule, **figures}

    def figures(self, plan: Plan) -> Mapping[str, int]:
        """Return the figures that the criteria add up, by name."""
        return self._figures.values(plan)


def _soft_rules(policy: Policy, above: int = 0) -> dict[int, dict[str, Rule]]:
    """Return the soft rules by level and id as they were before levels were put above them."""
    levels: dict[int, dict[str, Rule]] = {}
    for rule in policy.rules:
        if rule.level != HARD and int(rule.level) > above:
            level = int(rule.level) - above
            own = rule.model_copy(update={"level": level}) if above else rule
            levels.setdefault(level, {})[rule.id] = own
    return levels


def _carried_levels(
    own: Mapping[int, Mapping[str, Rule]], theirs: Mapping[int, Mapping[str, Rule]]
) -> set[int]:
    """Return the levels whose bounds hold for the scenario's own count, too.

    They do while the levels above have the same rules, and the level has no rule that the scenario lacks: to
    leave rules out only lowers a bound.
    """
    carried: set[int] = set()
    for level in sorted({*own, *theirs}):
        mine, other = own.get(level, {}), theirs.get(level, {})
        if all(other.get(name) == rule for name, rule in mine.items()):
            carried.add(level)
        if mine != other:
            break
    return carried
