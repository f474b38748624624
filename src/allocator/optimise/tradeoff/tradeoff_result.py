"""The result of a trade-off: its plans with what is proved of each, and the gaps that are left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Literal

from allocator.model.plan import HARD
from allocator.model.run import RunRoute, Witnesses
from allocator.optimise.results import SolveResult
from allocator.optimise.tradeoff.epsilon_solver import EpsilonSolver
from allocator.optimise.tradeoff.search_region import CostVector, SearchRegion, SearchZone
from allocator.program.program import INFINITE, IntArray
from allocator.rules.criteria import TradedPolicy
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import Found

#: The levels below the criteria in one plan: there are none; proved; searched without a proof; not searched.
Below = Literal["none", "proved", "open", "left"]


@dataclass(eq=False)
class FoundPoint:
    """A plan of the set, during the search.

    Attributes:
        values: ``[variables]`` the plan.
        below: Whether the levels below the criteria are minimised.
        proofs: The proofs of these levels, under the costs of this plan.
    """

    values: IntArray
    below: Below
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class TradeoffPoint:
    """A plan that no other plan of the set dominates.

    Attributes:
        costs: ``[criteria]`` its costs.
        bounds: ``[criteria]`` the least cost of each, if the others cost no more than here.
        by: ``[criteria]`` the back ends that proved each bound.
        below: Whether the levels below the criteria are minimised.
        result: The plan, with bounds at the scenario's levels.
    """

    costs: CostVector
    bounds: CostVector
    by: tuple[Witnesses, ...]
    below: Below
    result: SolveResult


@dataclass(frozen=True)
class TradeoffResult:
    """The result of a trade-off.

    Attributes:
        status: ``optimal`` if the set is complete, ``feasible`` if gaps are left; or ``infeasible``, or
            ``unknown``.
        points: The plans, by their costs.
        gaps: The costs between which better plans may lie; none if the set is complete.
        above: Cost and bound of each level above the criteria, to which all plans keep.
        run: How the set was found, as sets carry it.
        refuted: The proof that there is no plan, where that is so.
    """

    status: Found
    points: tuple[TradeoffPoint, ...] = ()
    gaps: tuple[SearchZone, ...] = ()
    above: tuple[Proof, ...] = ()
    run: dict[str, Any] = field(default_factory=dict)
    refuted: Bound | None = None


def tradeoff_point(
    traded: TradedPolicy,
    solver: EpsilonSolver,
    region: SearchRegion,
    costs: CostVector,
    found: FoundPoint,
) -> TradeoffPoint:
    """Return a plan of the set with what is proved of it; people who can stay at no cost do.

    Args:
        traded: The levels of the trade-off.
        solver: The searches.
        region: What is proved of the criteria.
        costs: ``[criteria]`` the costs of the plan.
        found: The plan.
    """
    values = solver.improved_stays(found.values)
    bounds = [region.least(k, costs) for k in range(len(costs))]
    by_rule, by_level = solver.rule_costs(values), dict[int, int]()
    for rule in traded.own.rules:
        if rule.level != HARD:
            by_level[rule.level] = by_level.get(rule.level, 0) + by_rule[rule.id]
    below = dict(zip(traded.below, found.proofs, strict=False))
    proofs = _level_proofs(traded, region, costs, solver.above | below, by_level)
    status: Found = "optimal" if all(proof.cost == proof.bound for proof in proofs) else "feasible"
    result = SolveResult(
        status,
        solver.assignments(values),
        (Proof(HARD, 0, 0), *proofs),
        run_data(solver.context, status, timed=False),
        solver.context.is_stopped,
        by_rule,
    )
    least = tuple(min(cost, bound.value) for cost, bound in zip(costs, bounds, strict=True))
    return TradeoffPoint(costs, least, tuple(bound.by for bound in bounds), found.below, result)


def _level_proofs(
    traded: TradedPolicy,
    region: SearchRegion,
    costs: CostVector,
    searched: Mapping[int, Proof],
    by_level: Mapping[int, int],
) -> tuple[Proof, ...]:
    """Return cost and bound of each level of the scenario in one plan, given the levels above it.

    A level that is a criterion has the bound of plans that cost no more at the criteria above it. A level
    with rules of a criterion and others is bounded by 0 alone. So is a level below, unless every criterion
    is a level above it: its bound was proved under the costs of all criteria.

    Args:
        traded: The levels of the trade-off.
        region: What is proved of the criteria.
        costs: ``[criteria]`` the costs of the plan.
        searched: The proofs of the levels above, and of those below if they were searched.
        by_level: The cost of the plan at each level of the scenario.
    """
    of_level = {one.level: k for k, one in enumerate(traded.criteria) if one.level is not None}
    lowest = max(INFINITE if one.level is None else one.level for one in traded.criteria)
    partly = {rule.level for rule in traded.own.rules for one in traded.criteria if rule.id in one.rules}
    found = []
    for level, cost in sorted(by_level.items()):
        bound = Bound()
        if level in of_level:
            caps = [
                known if one.level is not None and one.level < level else INFINITE
                for one, known in zip(traded.criteria, costs, strict=True)
            ]
            bound = region.least(of_level[level], caps)
        elif level in searched and level not in partly and (level in traded.above or level > lowest):
            bound = searched[level].proved
        found.append(Proof.of(level, cost, bound))
    return tuple(found)


def run_data(context: SolveContext, status: Found, *, timed: bool = True) -> dict[str, Any]:
    """Return how a set was found; without the seconds for its plans, which thus repeat byte for byte."""
    budget = context.budget
    seconds = {"seconds": round(budget.elapsed, 2)} if timed else {}
    ended = "work" if budget.deterministic and not budget.cut_short else "time"
    return {
        "seed": context.seed,
        **seconds,
        "route": RunRoute(kind="tradeoff").to_json(),
        "workers": budget.workers,
        "stopped": context.stop_reason or ("proved" if status in ("optimal", "infeasible") else ended),
        "versions": {name: version(name) for name in ("allocator", "highspy", "ortools")},
    }
