"""What is proved between options: by bounds and costs of the criteria, most important first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from allocator.study.cell_results import CellResult

Costs = Sequence[int | None]
Name = TypeVar("Name")


def is_proved_worse(bounds: Sequence[int], costs: Costs) -> bool:
    """Whether every plan within ``bounds`` is worse than one of these costs.

    It is, if no bound lies below the cost of its criterion and one lies above it.
    """
    if not costs or len(bounds) != len(costs):
        return False
    known = [cost for cost in costs if cost is not None]
    if len(known) < len(costs):
        return False
    pairs = list(zip(bounds, known, strict=True))
    return all(bound >= cost for bound, cost in pairs) and any(bound > cost for bound, cost in pairs)


def first_difference(costs: Costs, others: Costs) -> int | None:
    """Return the index of the first criterion in which two plans differ; None if they cost the same."""
    pairs = zip(costs, others, strict=True)
    return next((k for k, (cost, other) in enumerate(pairs) if cost != other), None)


def is_proved_better(winner: CellResult, loser: CellResult) -> bool:
    """Whether no plan of the loser's option could beat the winner's plan, criterion by criterion in order."""
    bounds, costs = loser.bounds, winner.costs
    for bound, cost in zip(bounds, costs, strict=False):
        if cost is None or bound < cost:
            return False
        if bound > cost:
            return True
    return False


def dominates(costs: Sequence[float], others: Sequence[float]) -> bool:
    """Whether costs are nowhere above others, and somewhere below."""
    return all(a <= b for a, b in zip(costs, others, strict=True)) and tuple(costs) != tuple(others)


def pareto_front(costs: Mapping[Name, Sequence[float]]) -> tuple[Name, ...]:
    """Return the names whose costs no other's dominate, in their order."""
    return tuple(
        name
        for name, own in costs.items()
        if not any(dominates(other, own) for rival, other in costs.items() if rival != name)
    )
