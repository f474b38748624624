"""Strength of an acquaintance: the strongest chain of ties, as the page on conflicts defines it.

Strengths multiply, and each step after the first costs a fifth. The worlds of these tests have ties between
people alone: nobody in them has a home unit, a native place or a history.
"""

from __future__ import annotations

from collections.abc import Collection

from oracles.world import Tie, World, days_of

HOP = 0.8


def strength(
    world: World,
    one: str,
    two: str,
    hops: int,
    kinds: Collection[str] = (),
    counts: object = None,
) -> float:
    """Return the strength of the strongest chain of at most ``hops`` ties from one person to the other."""
    if one == two:
        return 1.0
    weights = _weights(world, kinds, counts)
    best = {one: 1.0}
    strongest = 0.0
    for step in range(hops):
        further: dict[str, float] = {}
        for at, so_far in best.items():
            for (a, b), weight in weights.items():
                if a == at:
                    further[b] = max(further.get(b, 0.0), so_far * weight * (HOP if step else 1.0))
        strongest = max(strongest, further.get(two, 0.0))
        best = further
    return strongest


def _weights(world: World, kinds: Collection[str], counts: object) -> dict[tuple[str, str], float]:
    weights: dict[tuple[str, str], float] = {}
    for tie in world.ties:
        share = counts(tie) if callable(counts) else _today(world, tie)
        if (kinds and tie.kind not in kinds) or not share:
            continue
        for ends in ((tie.source, tie.target), (tie.target, tie.source)):
            weights[ends] = max(weights.get(ends, 0.0), tie.weight * share)
    return weights


def _today(world: World, tie: Tie) -> float:
    """Return the share of a tie that counts on the first day of the horizon: 0 before it begins."""
    since, _ = days_of(world.calendar, tie)
    return 1.0 if since is None or since <= world.calendar.start(0) else 0.0
