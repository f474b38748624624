"""Level after level of a cover by zones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocator.engine.asking import Teller
from allocator.engine.bounds import Proof
from allocator.engine.budget import Clock
from allocator.engine.outcome import Found
from allocator.engine.zones.cover import Cover
from allocator.engine.zones.model import Model
from allocator.program.program import IntArray, Program


@dataclass(frozen=True, eq=False)
class Zoned:
    """What the route found.

    Attributes:
        found: Whether there is a plan, and whether that is proved to be the best, or none.
        decisions: The plan.
        proofs: Cost and bound of each level that was looked at.
        is_all: Whether no other route has more to say.
    """

    found: Found
    decisions: IntArray | None = None
    proofs: tuple[Proof, ...] = ()
    is_all: bool = False


def descend(
    program: Program, model: Model, cover: Cover, clock: Clock, teller: Callable[[int], Teller]
) -> Zoned:
    """Minimise level after level, each held to what it came to while the next is looked at."""
    values, proofs = None, []
    for k, level in enumerate(program.levels or (None,)):
        price = np.zeros(len(model.problem), dtype=np.int64) if level is None else model.prices[k]
        constant = 0 if level is None else program.constant(level)
        heard = teller(level) if level is not None else lambda _cost, _bound: None
        one = cover.minimise(price, constant, values, clock, heard)
        if one.values is None:
            if one.found == "infeasible" and values is None:
                return Zoned("infeasible" if cover.second_opinion(clock) else "unknown")
            break
        values = one.values
        if level is not None and one.cost is not None:
            proofs.append(Proof(level, one.cost, min(one.cost, one.bound)))
        if one.found != "optimal":
            break
    if values is None:
        return Zoned("unknown")
    proved = len(proofs) == len(program.levels) and all(proof.cost == proof.bound for proof in proofs)
    return Zoned("optimal" if proved else "feasible", model.decisions(values), tuple(proofs))
