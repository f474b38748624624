"""Level after level of a cover by zones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from allocator.engine.asking import Asking, Teller, unheard, unseen
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
    program: Program,
    model: Model,
    cover: Cover,
    clock: Clock,
    teller: Callable[[int], Teller] = lambda _level: unheard,
    show: Callable[[IntArray], None] = unseen,
    first: IntArray | None = None,
    least: Callable[[int], int] = lambda _level: 0,
) -> Zoned:
    """Minimise level after level, each held to what it came to while the next is looked at.

    Args:
        program: The program.
        model: The cover of its map by zones.
        cover: The search for the best.
        clock: The time that it may take.
        teller: Whom to tell of costs and bounds of a level.
        show: Is shown better decisions on the way.
        first: Decisions of a plan to begin from.
        least: What a level is known to cost at least.
    """
    proofs: list[Proof] = []
    values = None if first is None else model.values(first)
    for k, level in enumerate(program.levels or (None,)):
        asking = Asking(clock.share(1.0), hint=values, show=lambda found: show(model.decisions(found)))
        if level is None:
            one = cover.minimise(np.zeros(len(model.problem), dtype=np.int64), 0, asking)
        else:
            asking = replace(asking, tell=teller(level), known=least(level))
            one = cover.minimise(model.prices[k], program.constant(level), asking)
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
