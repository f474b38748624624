"""The plans of the small world, judged by the program and by the checks.

A *trial* is an example of a kind at a level. All functions take any mapping of kinds: a kind that a test
defines is tried in the same way as those of the registry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import pytest

from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, rule_costs, violated_rows
from allocator.program.program import Program
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import layers_read
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Example, Rule, Waiver
from allocator.rules.scope import Scope
from example_scenario import example_context, read_plan

HARD, SOFT = "hard", 2
WEIGHT = 3
#: Up to so many plans are all looked at; of more, a fixed sample and the neighbours of the example's own.
ALL, SAMPLE, NEIGHBOURS = 16_000, 1200, 300
ALL_PERIODS = 3


@dataclass(frozen=True)
class Trial:
    """An example of a kind at a level."""

    kind: type[Rule]
    number: int
    level: str | int

    @property
    def example(self) -> Example:
        return self.kind.examples[self.number]

    def rule(self, **changes: Any) -> Rule:
        fields = {"id": self.kind.name, **self.example.rule, "level": self.level, "weight": WEIGHT}
        return self.kind.model_validate({**fields, **changes})

    def __str__(self) -> str:
        return f"{self.kind.name}-{self.number}-{self.level}"


def trials(
    kinds: Mapping[str, type[Rule]] | None = None, levels: Iterable[str | int] = (HARD, SOFT)
) -> list[Trial]:
    """Return every example of every kind at every level that it may have."""
    chosen = all_kinds() if kinds is None else kinds
    return [
        Trial(kind, number, level)
        for kind in chosen.values()
        for number in range(len(kind.examples))
        for level in levels
        if level == HARD or kind.can_be_soft
    ]


def first_quick(chosen: Iterable[Trial]) -> list[Any]:
    """Return the trials as parameters: the first example of each kind is quick, all others are slow."""
    return [pytest.param(one, marks=pytest.mark.slow) if one.number else one for one in chosen]


@cache
def world_of(layers: frozenset[str], periods: int = ALL_PERIODS) -> RuleContext:
    """Return the small world with only some layers."""
    return _whole_world().truncate(dict.fromkeys(sorted(layers), periods))


@cache
def _whole_world() -> RuleContext:
    return example_context()


@dataclass(frozen=True, eq=False)
class Plans:
    """Plans of one world: 0/1 values ``[n, count]``, and the same as rosters."""

    context: RuleContext
    decisions: Decisions
    matrix: np.ndarray
    #: The plans that these are made of; they share their rosters.
    parts: tuple[Plans, ...] = ()

    @cached_property
    def rosters(self) -> list[Roster]:
        if self.parts:
            return [roster for part in self.parts for roster in part.rosters]
        return [Roster(self.context.layers, self.decisions.assignments(row)) for row in self.matrix]

    def __len__(self) -> int:
        return len(self.matrix)

    def roster(self, k: int) -> Roster:
        """Return one plan as a roster, without those of all others."""
        if "rosters" in self.__dict__:
            return self.rosters[k]
        return Roster(self.context.layers, self.decisions.assignments(self.matrix[k]))

    def thinned(self, count: int) -> Plans:
        """Return at most so many of the plans, spread over all of them."""
        chosen = np.linspace(0, len(self) - 1, min(count, len(self))).astype(np.int64)
        thin = Plans(self.context, self.decisions, self.matrix[chosen])
        if "rosters" in self.__dict__:
            thin.__dict__["rosters"] = [self.rosters[k] for k in chosen]
        return thin


def _options(decisions: Decisions, layer: Layer) -> list[np.ndarray]:
    """Return for each item and period in service the choices ``[options, count]`` that its take allows."""
    grid, most = decisions.grids[layer.name], layer.spec.take.most
    found = []
    for i in range(len(layer.items)):
        for t in range(len(layer.periods)):
            cols = [int(col) for col in grid[i, :, :, t].reshape(-1) if col >= 0]
            sizes = range(1 + (len(cols) if most is None else min(most, len(cols))))
            chosen = [choice for size in sizes for choice in combinations(cols, size)]
            block = np.zeros((len(chosen), decisions.count), dtype=np.int64)
            for k, choice in enumerate(chosen):
                block[k, list(choice)] = 1
            if len(chosen) > 1:
                found.append(block)
    return found


@dataclass(frozen=True, eq=False)
class Space:
    """All plans of a world that the layers' take allows, by the number of the choice at each place."""

    context: RuleContext
    decisions: Decisions
    options: Sequence[np.ndarray]

    @classmethod
    def of(cls, context: RuleContext) -> Space:
        decisions = Decisions.of(list(context.layers.values()))
        options = [block for layer in context.layers.values() for block in _options(decisions, layer)]
        return cls(context, decisions, options)

    @cached_property
    def size(self) -> int:
        return prod(len(block) for block in self.options)

    def plans(self, choices: np.ndarray) -> Plans:
        """Return the plans of ``choices`` ``[n, places]``."""
        matrix = np.zeros((len(choices), self.decisions.count), dtype=np.int64)
        for block, chosen in zip(self.options, choices.T, strict=True):
            matrix += block[chosen]
        return Plans(self.context, self.decisions, matrix)

    def all(self) -> Plans:
        sizes = [len(block) for block in self.options]
        return self.plans(np.stack(np.unravel_index(np.arange(self.size), sizes), axis=1))

    def sample(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return np.stack([rng.integers(len(block), size=count) for block in self.options], axis=1)

    def near(self, assignments: Iterable[Assignment], count: int, rng: np.random.Generator) -> np.ndarray:
        """Return choices that differ from a plan at up to two places; its own comes first."""
        vector = self.decisions.vector(assignments)
        own = [int(np.abs(block - vector * block.any(0)).sum(1).argmin()) for block in self.options]
        choices = np.tile(np.array(own), (count, 1))
        for row in choices[1:]:
            for place in rng.integers(len(own), size=2):
                row[place] = rng.integers(len(self.options[place]))
        return choices


@cache
def common_plans(layers: frozenset[str]) -> tuple[Space, Plans]:
    """Return the plans of some layers: all of them, or a fixed sample where they are too many."""
    space = Space.of(world_of(layers))
    if space.size <= ALL:
        return space, space.all()
    return space, space.plans(space.sample(SAMPLE, np.random.default_rng(1)))


@cache
def plans_of(kind: type[Rule], number: int) -> Plans:
    """Return the plans that an example is tried on."""
    trial = Trial(kind, number, HARD)
    space, common = common_plans(frozenset(layers_read(trial.rule())))
    if space.size <= ALL:
        return common
    rng, rule = np.random.default_rng(2), trial.rule()
    texts = (*trial.example.kept, *trial.example.broken)
    count = NEIGHBOURS // len(texts)
    near = [space.near(read_plan(text, space.context, rule), count, rng) for text in texts]
    own = space.plans(np.concatenate(near))
    return Plans(space.context, space.decisions, np.concatenate([common.matrix, own.matrix]), (common, own))


class RememberingScope(Scope):
    """A scope that evaluates each expression once, so that thousands of plans are checked quickly."""

    def __init__(self, rule: Rule, context: RuleContext, waivers: tuple[Waiver, ...] = ()) -> None:
        super().__init__(rule, context, waivers)
        for name in (
            "where",
            "numbers",
            "texts",
            "item_numbers",
            "item_texts",
            "slot_numbers",
            "slot_test",
            "item_pairs",
            "limits",
            "slot_texts",
        ):
            setattr(self, name, cache(getattr(self, name)))


def policy_of(context: RuleContext, *rules: Rule, waivers: tuple[Waiver, ...] = ()) -> Policy:
    """Return the policy of some rules, with scopes that remember."""
    policy = Policy(context, rules, waivers, {})
    policy.__dict__["scopes"] = {rule.id: RememberingScope(rule, context, waivers) for rule in rules}
    return policy


def found_amounts(policy: Policy, plans: Plans) -> np.ndarray:
    """Return ``[n]``: the sum of the amounts that the only rule's check finds in each plan."""
    [rule] = policy.rules
    return np.array(
        [sum(breach.amount for breach in policy.breaches(rule, roster)) for roster in plans.rosters]
    )


def program_amounts(policy: Policy, plans: Plans, program: Program | None = None) -> np.ndarray:
    """Return ``[n]``: what the program asks of each plan.

    For a hard rule 0 where the program admits the plan and 1 where it does not; for a soft one its cost
    in units of its weight, or -1 where the program refuses a plan that it should only price.
    """
    [rule] = policy.rules
    program = policy.compile() if program is None else program
    values = evaluate_auxiliaries(program, plans.matrix)
    refused = violated_rows(program, values).any(axis=1)
    if type(rule).separate is not Rule.separate:
        refused |= np.array([bool(policy.cuts(roster)) for roster in plans.rosters])
    if rule.is_hard:
        return refused.astype(np.int64)
    costs = rule_costs(program, values)[:, 0]
    whole = costs % rule.weight == 0
    return np.where(refused | ~whole, -1, costs // rule.weight)


@cache
def amounts_of(kind: type[Rule], number: int) -> np.ndarray:
    """Return what check finds in each plan of an example; that does not depend on the level."""
    trial = Trial(kind, number, SOFT if kind.can_be_soft else HARD)
    plans = plans_of(kind, number)
    return found_amounts(policy_of(plans.context, trial.rule()), plans)


def expected_of(rule: Rule, amounts: np.ndarray) -> np.ndarray:
    """Return what the program should say where check finds ``amounts``."""
    return (amounts > 0).astype(np.int64) if rule.is_hard else amounts


def differences(policy: Policy, plans: Plans, amounts: np.ndarray) -> np.ndarray:
    """Return the numbers of the plans on which program and check do not agree."""
    return np.flatnonzero(program_amounts(policy, plans) != expected_of(policy.rules[0], amounts))


def shown(plans: Plans, number: int) -> str:
    """Return a plan as examples write it."""
    chosen = plans.decisions.assignments(plans.matrix[number])
    return (
        " ".join(f"{a.item}={a.slot}{f'/{a.role}' if a.role else ''}@{a.period or ''}" for a in chosen)
        or "nothing"
    )


def waiver(rule: Rule, until: date = date(2099, 1, 1), **names: Any) -> Waiver:
    return Waiver.model_validate({"rule": rule.id, "reason": "settled", "until": until, **names})
