"""The fewest changes: how many seats must change hands is found and proved before anything else is looked at.

1. *Only what must*: whoever is kept out of a place leaves it, and nobody else moves. Where that can be, no
   plan changes less, and almost nothing is left to decide.
2. Else the changes alone are minimised under the hard rules: first in the layers that somebody is kept out
   of, where in the others only the seats of these people are open, then in all.
3. Then the scenario's levels are optimised below one more level, which holds the changes to what was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from allocator.model.plan import HARD
from allocator.model.run import RunRoute
from allocator.model.text import Text
from allocator.optimise.confirm import Confirm
from allocator.optimise.solve import Options, Solved, solve, with_levels
from allocator.optimise.warm_start import WarmStart
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.override_rules import keep_rule, open_seats
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.bounds import KnownBounds, Proof
from allocator.solvers.observer import (
    NULL_OBSERVER,
    CallbackObserver,
    Observer,
    ObserverGroup,
    Progress,
    StopRequest,
)

#: The level of the changes, once all others have moved down by one.
FIRST = 1
#: The parts of the time for the first searches; the rest is for the last step.
ONLY_WHAT_MUST, SOME_LAYERS, CHANGES_ALONE = 0.1, 0.15, 0.3


@dataclass(frozen=True)
class FewestChanges:
    """A solve that changes as little as can be.

    Attributes:
        solved: What was found, at the scenario's own levels.
        counted: The rules that count the changes.
        proof: How many seats change hands, and how many must.
    """

    solved: Solved
    counted: tuple[Rule, ...]
    proof: Proof


def solve_with_fewest_changes(
    policy: Policy, options: Options, *, observer: Observer = NULL_OBSERVER
) -> FewestChanges:
    """Find the plan with the fewest changes from the baseline and, of those, the best."""
    hard = tuple(rule for rule in policy.rules if rule.is_hard)
    lower = tuple(rule if rule.is_hard else _moved(rule) for rule in policy.rules)
    counted = _counting(policy)
    touched = {rule.on for rule in _exclusions(policy)}
    others = (rule for rule in _keeping(policy, everywhere=True) if rule.on not in touched)
    in_some = (*others, *(rule for rule in counted if rule.on in touched))
    search = _Searches(policy, options, observer)
    if not search.found((*hard, *_keeping(policy)), ONLY_WHAT_MUST):
        if touched and len(touched) < len(counted):
            search.found((*hard, *in_some), SOME_LAYERS)
        search.found((*hard, *counted), CHANGES_ALONE, proves=True, confirm=options.confirm)
    if search.done[-1].status != "infeasible":
        search.found((*counted, *lower), search.left, proves=True, confirm=options.confirm)
    return _told(search.done, counted)


class _Searches:
    """One search after another, each begun from the last plan found."""

    def __init__(self, policy: Policy, options: Options, observer: Observer) -> None:
        self._policy, self._options = policy, options
        own_levels = CallbackObserver(
            progress=lambda progress: observer.on_progress(_as_own(progress)), stop=observer.stop_reason
        )
        self._observer = ObserverGroup(own_levels, StopRequest())
        self._begun: WarmStart | None = None
        self.left = 1.0
        self.done: list[Solved] = []

    def found(
        self, rules: tuple[Rule, ...], part: float, *, proves: bool = False, confirm: Confirm = "off"
    ) -> bool:
        """Search for a part of the time and return whether there is a plan.

        Args:
            rules: What is asked.
            part: The part of the time.
            proves: Whether what is proved of the changes holds for all plans.
            confirm: Whether another solver is asked about what is proved.
        """
        self.left -= part
        solved = solve(
            replace(self._policy, rules=rules),
            replace(self._options, seconds=self._options.seconds * part, confirm=confirm),
            observer=self._observer,
            begun=self._begun,
        )
        self.done.append(solved)
        if solved.proofs:
            known = KnownBounds().with_search(_changes(solved)) if proves else KnownBounds()
            self._begun = WarmStart(solved.assignments, known)
        return bool(solved.proofs)


def _told(done: list[Solved], counted: tuple[Rule, ...]) -> FewestChanges:
    """Return what the last search found, at the scenario's own levels."""
    last = done[-1]
    changes = next(iter(_changes(last)), Proof(FIRST, 0, 0))
    won = {level - 1: solver for level, solver in last.won.items()}
    spent = round(sum(float(one.run["seconds"]) for one in done), 2)
    proofs = tuple(_own(proof) for proof in last.proofs if proof.level != FIRST)
    route = with_levels(RunRoute(kind="minimum_changes"), won, proofs)
    solved = replace(
        last,
        proofs=proofs,
        run={**last.run, "seconds": spent, "route": route.to_json()},
        won=won,
    )
    return FewestChanges(solved, counted, changes)


def _keeping(policy: Policy, *, everywhere: bool = False) -> tuple[Rule, ...]:
    """Return a rule for each layer that keeps what the baseline fills, but for seats that are open.

    Open are those that somebody is kept out of or, ``everywhere``, all that these people hold.
    """
    excluded = _exclusions(policy)
    people = [{"item": item} for item in dict.fromkeys(rule.item for rule in excluded)]
    return tuple(
        _of_layer(
            policy,
            name,
            level=HARD,
            vacated=[one for one in people if one["item"] in layer.item_index]
            if everywhere
            else open_seats(name, excluded),
        )
        for name, layer in policy.context.layers.items()
    )


def _counting(policy: Policy) -> tuple[Rule, ...]:
    """Return a rule for each layer that pays 1 for each seat of the baseline that changes hands."""
    return tuple(_of_layer(policy, name, level=FIRST) for name in policy.context.layers)


def _of_layer(policy: Policy, layer: str, **fields: Any) -> Rule:
    """Return a rule of a layer with an id that no other rule has."""
    own = f"changes.{layer}"
    while any(rule.id == own for rule in policy.rules):
        own += "."
    return keep_rule(
        policy.context, layer, id=own, why=Text(zh="变动最少", en="as few changes as can be"), **fields
    )


def _exclusions(policy: Policy) -> list[Exclude]:
    return [rule for rule in policy.rules if isinstance(rule, Exclude) and rule.is_hard]


def _changes(solved: Solved) -> tuple[Proof, ...]:
    return tuple(proof for proof in solved.proofs if proof.level == FIRST)


def _moved(rule: Rule) -> Rule:
    assert rule.level != HARD
    return rule.model_copy(update={"level": rule.level + 1})


def _own(proof: Proof) -> Proof:
    return proof if proof.level == HARD else replace(proof, level=proof.level - 1)


def _as_own(told: Progress) -> Progress:
    return told if told.level == HARD else replace(told, level=told.level - 1)
