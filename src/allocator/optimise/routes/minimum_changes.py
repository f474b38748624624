"""The route of minimum changes: the number of seats that change hands is minimised before all levels.

1. *Only forced changes*: people who are kept out of a place leave it, and nobody else moves. If that is a
   plan, no plan changes less, and almost nothing is left to decide.
2. Else the changes alone are minimised under the hard rules: first in the layers from which people are kept
   out, where in the other layers only the seats of these people are open; then in all layers.
3. Then the levels of the scenario are minimised below one more level, which caps the changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from allocator.model.plan import HARD
from allocator.model.run import RunProgress, RunRoute, read_run_part
from allocator.model.text import Text
from allocator.optimise.dispatcher import route_with_levels, solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.results import SolveRequest, SolveResult
from allocator.optimise.routes.route import APPLIES, Applicability, PolicyRoute, rejected
from allocator.optimise.second_proofs import Confirm
from allocator.rules.kept_layers import keep_rule, open_seats
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.kinds.keep import Vacated
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.bounds import KnownBounds, Proof
from allocator.solvers.observer import ObserverGroup, RenumberedLevels, StopRequest

#: The level of the changes, once all other levels have moved down by one.
CHANGES_LEVEL = 1


@dataclass(frozen=True)
class MinimumChangesParams:
    """Parts of the time limit for the first searches; the rest is for the last one.

    Attributes:
        forced_part: For the plan with forced changes only.
        some_layers_part: For the changes of the layers from which people are kept out.
        changes_part: For the changes of all layers.
    """

    forced_part: float = 0.1
    some_layers_part: float = 0.15
    changes_part: float = 0.3


PARAMS = MinimumChangesParams()


class MinimumChangesRoute(PolicyRoute):
    """Finds the plan with the fewest changes from the baseline and, of those, the best."""

    name: ClassVar[str] = "minimum_changes"
    order: ClassVar[int] = 10

    def applies(self, request: SolveRequest) -> Applicability:
        """Return whether the fewest changes are asked for, and there is a baseline to count from."""
        if not request.options.minimum_changes:
            return rejected("not_asked")
        return APPLIES if request.policy.context.baseline is not None else rejected("no_baseline")

    def solve(self, request: SolveRequest) -> SolveResult:
        """Search for the fewest changes, then for the best plan with them."""
        policy, confirm = request.policy, request.options.confirm
        hard = tuple(rule for rule in policy.rules if rule.is_hard)
        lower = tuple(rule if rule.is_hard else _below_changes(rule) for rule in policy.rules)
        counted = _counting(policy)
        touched = {rule.on for rule in _exclusions(policy)}
        others = (rule for rule in _keeping(policy, everywhere=True) if rule.on not in touched)
        in_some = (*others, *(rule for rule in counted if rule.on in touched))
        searches = _SearchSequence(request)
        if not searches.find((*hard, *_keeping(policy)), PARAMS.forced_part):
            if touched and len(touched) < len(counted):
                searches.find((*hard, *in_some), PARAMS.some_layers_part)
            searches.find((*hard, *counted), PARAMS.changes_part, proves=True, confirm=confirm)
        if searches.done[-1].status != "infeasible":
            searches.find((*counted, *lower), searches.left, proves=True, confirm=confirm)
        return _with_own_levels(searches.done, counted)


class _SearchSequence:
    """One search after another, each begun from the plan of the last one."""

    def __init__(self, request: SolveRequest) -> None:
        self._policy = request.policy
        self._options = replace(request.options, minimum_changes=False)
        self._observer = ObserverGroup(
            RenumberedLevels(request.context.observer, lambda level: level - 1), StopRequest()
        )
        self._warm_start: WarmStart | None = None
        self.left = 1.0
        self.done: list[SolveResult] = []

    def find(
        self, rules: tuple[Rule, ...], part: float, *, proves: bool = False, confirm: Confirm = "off"
    ) -> bool:
        """Search for a part of the time limit, and return whether there is a plan.

        Args:
            rules: The rules that the plan must keep.
            part: The part of the time limit.
            proves: Whether bounds of the changes hold for all plans.
            confirm: Whether a second solver is asked to confirm the proofs.
        """
        self.left -= part
        result = solve(
            replace(self._policy, rules=rules),
            replace(self._options, seconds=self._options.seconds * part, confirm=confirm),
            observer=self._observer,
            warm_start=self._warm_start,
        )
        self.done.append(result)
        if result.proofs:
            known = KnownBounds().with_search(_changes(result)) if proves else KnownBounds()
            self._warm_start = WarmStart(result.assignments, known)
        return bool(result.proofs)


def _with_own_levels(done: list[SolveResult], counted: tuple[Rule, ...]) -> SolveResult:
    """Return the result of the last search at the scenario's own levels."""
    last = done[-1]
    changes = next(iter(_changes(last)), Proof(CHANGES_LEVEL, 0, 0))
    solvers = {level - 1: solver for level, solver in last.solvers.items()}
    seconds = round(sum(float(one.run["seconds"]) for one in done), 2)
    proofs = tuple(_own(proof) for proof in last.proofs if proof.level != CHANGES_LEVEL)
    route = route_with_levels(RunRoute(kind=MinimumChangesRoute.name), solvers, proofs)
    run = {**last.run, "seconds": seconds, "route": route.to_json()}
    if (progress := _own_progress([one.run for one in done])) is not None:
        run["progress"] = progress.to_json()
    return replace(last, proofs=proofs, run=run, solvers=solvers, counted=counted, changes=changes)


def _own_progress(runs: Sequence[Mapping[str, Any]]) -> RunProgress | None:
    """Return the record of the last search at the scenario's own levels, counted from the first one on."""
    *earlier, last = (read_run_part(RunProgress, one.get("progress")) for one in runs)
    if last is None:
        return None
    before = sum(one.end for one in earlier if one is not None)
    points = [one for one in last.points if one.level != CHANGES_LEVEL]
    moved = (
        one.model_copy(update={"level": one.level - 1, "at": round(one.at + before, 4)}) for one in points
    )
    return last.model_copy(update={"points": tuple(moved), "end": round(last.end + before, 4)})


def _keeping(policy: Policy, *, everywhere: bool = False) -> tuple[Rule, ...]:
    """Return for each layer a rule that keeps the seats of the baseline, but for those that are open.

    Open are the seats that people are kept out of or, ``everywhere``, all seats that these people hold.
    """
    excluded = _exclusions(policy)
    people = [Vacated(item=item) for item in dict.fromkeys(rule.item for rule in excluded)]
    return tuple(
        _of_layer(
            policy,
            name,
            level=HARD,
            vacated=[one for one in people if one.item in layer.item_index]
            if everywhere
            else open_seats(name, excluded),
        )
        for name, layer in policy.context.layers.items()
    )


def _counting(policy: Policy) -> tuple[Rule, ...]:
    """Return a rule for each layer that pays 1 for each seat of the baseline that changes hands."""
    return tuple(_of_layer(policy, name, level=CHANGES_LEVEL) for name in policy.context.layers)


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


def _changes(solved: SolveResult) -> tuple[Proof, ...]:
    return tuple(proof for proof in solved.proofs if proof.level == CHANGES_LEVEL)


def _below_changes(rule: Rule) -> Rule:
    assert rule.level != HARD
    return rule.model_copy(update={"level": rule.level + 1})


def _own(proof: Proof) -> Proof:
    return proof if proof.level == HARD else replace(proof, level=proof.level - 1)
