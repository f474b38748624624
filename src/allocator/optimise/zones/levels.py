"""Level after level of a cover by zones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from allocator.model.witnesses import BY_ROWS, COVER, CP_SAT
from allocator.optimise.asking import Asking, Teller, unheard, unseen
from allocator.optimise.outcome import Found
from allocator.optimise.zones.cover import Cover
from allocator.optimise.zones.model import Model
from allocator.optimise.zones.windows import Windows
from allocator.program.program import IntArray, Program
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.budget import Clock

#: The part of the time left for windows of what ties slots together.
WINDOWS_PART = 0.6
#: What a cover proves stands on how zones were enumerated and thinned out, and on who searched the rest.
BY_COVER = frozenset((COVER, CP_SAT))


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
    windows: Windows | None = None,
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
        windows: Looks for what is better before all zones are, where something ties slots together.
    """
    proofs: list[Proof] = []
    values = None if first is None else model.values(first)
    for k, level in enumerate(program.levels or (None,)):
        asking = Asking(clock.share(1.0), hint=values, show=lambda found: show(model.decisions(found)))
        if level is None:
            one = cover.minimise(np.zeros(len(model.problem), dtype=np.int64), 0, asking)
        else:
            asking = replace(asking, tell=teller(level), known=least(level))
            if windows is not None and values is not None:
                asking = _through(windows, model, k, asking, clock)
            one = cover.minimise(model.prices[k], program.constant(level), asking)
        if one.values is None:
            if one.found == "infeasible" and values is None:
                return Zoned("infeasible" if cover.second_opinion(clock) else "unknown")
            break
        values = one.values
        if level is not None and one.cost is not None:
            if windows is not None:
                windows.caps[k] = one.cost
            by = BY_ROWS if one.bound <= least(level) else BY_COVER
            proofs.append(Proof.of(level, one.cost, Bound(one.bound, by)))
            asking.tell(one.cost, proofs[-1].bound)
        if one.found != "optimal":
            break
    if values is None:
        return Zoned("unknown")
    proved = len(proofs) == len(program.levels) and all(proof.cost == proof.bound for proof in proofs)
    return Zoned("optimal" if proved else "feasible", model.decisions(values), tuple(proofs))


def _through(windows: Windows, model: Model, k: int, asking: Asking, clock: Clock) -> Asking:
    """Return what to ask once windows have been searched: from a better cover, and with a better bound."""
    best = asking.hint
    assert best is not None
    cost = model.cost(k, best)

    def take(decisions: IntArray, _cost: int) -> None:
        nonlocal best
        found = model.values(decisions)
        if found is not None and model.allows(found):
            best = found
            asking.show(found)
            asking.tell(model.cost(k, found), asking.known)

    if cost > asking.known:
        few = Clock(windows.search.budget, clock.share(WINDOWS_PART))
        known = windows.best(k, cost, asking.known, few, take)
        asking = replace(asking, known=max(asking.known, known))
    return replace(asking, part=clock.share(1.0), hint=best)
