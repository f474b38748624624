"""The smallest rule that tells from numbers where which option is the best: thresholds that all must hold.

Inside the thresholds one option is told, elsewhere another. For each number of terms the rule with the fewest
wrong scenarios is found by looking at all of them: a rule costs, beside the scenarios where its second option
is not the best, one less for each scenario inside where the first is, and one more where the second is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

#: Terms of a rule at most.
MOST_TERMS = 2
#: Part of the scenarios that a further term must put right for the rule to be worth it.
WORTH = 0.05
#: Pairs of terms times scenarios at most; beyond that each column keeps fewer thresholds, evenly chosen.
MOST_WORK = 2e9
#: Terms that are looked at together with all others, to bound the memory.
_BLOCK = 256

Masks = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Threshold:
    """A term: a column is at least a value, or at most."""

    column: str
    at_least: bool
    value: float

    def holds(self, numbers: Mapping[str, float]) -> bool:
        """Whether the term holds for the numbers of a scenario."""
        found = numbers[self.column]
        return found >= self.value if self.at_least else found <= self.value


@dataclass(frozen=True)
class SeparatingRule:
    """A rule that tells the best option.

    Attributes:
        terms: What must hold for the first option; without any the second is told everywhere.
        inside: The option where all terms hold; empty without terms.
        outside: The option elsewhere.
        wrong: Number of scenarios, of those it was made from, whose best option is another.
    """

    terms: tuple[Threshold, ...]
    inside: str
    outside: str
    wrong: int

    def option_for(self, numbers: Mapping[str, float]) -> str:
        """Return the option that the rule tells for the numbers of a scenario."""
        return self.inside if self.terms and all(one.holds(numbers) for one in self.terms) else self.outside


def separating_rules(
    numbers: Mapping[str, Mapping[str, float]], winners: Mapping[str, str], options: Sequence[str]
) -> tuple[SeparatingRule, ...]:
    """Return the best rule of each number of terms, as long as a further term makes it better.

    Args:
        numbers: The numbers of each scenario by column, the same columns for all.
        winners: The best option of the scenarios that have one; the others are left out.
        options: The options in order: of equally good rules the first is returned.
    """
    names = [name for name in numbers if winners.get(name)]
    if not names:
        return ()
    told = [name for name in options if name in set(winners.values())]
    best = [np.array([winners[name] == option for name in names]) for option in told]
    counts = [len(names) - int(one.sum()) for one in best]
    first = counts.index(min(counts))
    found = [SeparatingRule((), "", told[first], counts[first])]
    terms, masks = _terms([numbers[name] for name in names])
    for size in range(1, MOST_TERMS + 1 if terms else 1):
        rule = found[-1]
        for inside, outside in permutations(range(len(told)), 2):
            weights = best[outside].astype(np.float32) - best[inside].astype(np.float32)
            wrong, chosen = _fewest(masks, weights, size, rule.wrong - counts[outside])
            if chosen:
                kept = tuple(terms[k] for k in chosen)
                rule = SeparatingRule(kept, told[inside], told[outside], counts[outside] + wrong)
        if rule.wrong < found[-1].wrong:
            found.append(rule)
    return tuple(found)


def smallest_rule(rules: Sequence[SeparatingRule], scenarios: int) -> SeparatingRule | None:
    """Return the rule of the fewest terms whose further terms would not be worth it; None without rules.

    Args:
        rules: The rules by number of terms, from ``separating_rules``.
        scenarios: Number of scenarios that they were made from.
    """
    chosen = rules[0] if rules else None
    for rule in rules[1:]:
        assert chosen is not None
        further = len(rule.terms) - len(chosen.terms)
        if chosen.wrong - rule.wrong >= max(1, WORTH * scenarios * further):
            chosen = rule
    return chosen


def _terms(rows: Sequence[Mapping[str, float]]) -> tuple[list[Threshold], Masks]:
    """Return the thresholds that tell some scenarios from others, and where each holds."""
    most = int((MOST_WORK / len(rows)) ** 0.5) // (2 * max(1, len(rows[0])))
    found: dict[bytes, tuple[Threshold, Masks]] = {}
    for term in _thresholds(rows, max(1, most)):
        mask = np.array([term.holds(row) for row in rows], dtype=np.float32)
        found.setdefault(mask.tobytes(), (term, mask))
    terms = [term for term, _ in found.values()]
    empty: Masks = np.zeros((0, len(rows)), dtype=np.float32)
    return terms, np.stack([mask for _, mask in found.values()]) if terms else empty


def _thresholds(rows: Sequence[Mapping[str, float]], most: int) -> Iterator[Threshold]:
    for column in rows[0]:
        values = sorted({row[column] for row in rows})
        steps = len(values) - 1
        chosen = range(steps) if steps <= most else sorted({k * steps // most for k in range(most)})
        for k in chosen:
            yield Threshold(column, True, values[k + 1])
            yield Threshold(column, False, values[k])


def _fewest(masks: Masks, weights: Masks, size: int, below: int) -> tuple[int, tuple[int, ...]]:
    """Return the least sum of weights where so many terms hold, and the terms; none if not below a value."""
    found: tuple[int, ...] = ()
    for first in range(0, len(masks), _BLOCK) if size > 1 else (0,):
        left = masks[first : first + _BLOCK] if size > 1 else np.ones((1, masks.shape[1]), dtype=np.float32)
        sums = (left * weights) @ masks.T
        row, last = divmod(int(np.argmin(sums)), len(masks))
        value = round(float(sums[row, last]))
        if value < below:
            below, found = value, (first + row, last) if size > 1 else (last,)
    return below, found
