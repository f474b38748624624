"""The social network on one day, as arrays: what the search for acquaintance reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from allocator.graph.multigraph import Edge, Multigraph
from allocator.graph.strengths import fading

Numbers = NDArray[np.int64]
Strengths = NDArray[np.float64]

DAYS_IN_YEAR = 365.25


@dataclass(frozen=True)
class SocialNetwork:
    """Social ties in both directions, sorted by source and target; the strongest of parallel ties only.

    Nodes are numbered in the order of their ids, so that comparing numbers compares ids.

    Attributes:
        ids: Node ids, sorted.
        index: Number of each node.
        person: For each node, whether it is a person.
        first: For each node, the first of its ties; one more at the end closes the last node.
        source: For each tie, the node that it starts from.
        target: For each tie, the node that it leads to.
        strength: For each tie, its strength on the day: faded since it ended.
        kind: For each tie, the number of its kind in ``kinds``.
        kinds: Names of kinds, sorted.
    """

    ids: tuple[str, ...]
    index: Mapping[str, int]
    person: NDArray[np.bool_]
    first: Numbers
    source: Numbers
    target: Numbers
    strength: Strengths
    kind: Numbers
    kinds: tuple[str, ...]

    def ties_of(self, nodes: Numbers) -> Numbers:
        """Return the ties that start from ``nodes``, in their order."""
        counts = self.first[nodes + 1] - self.first[nodes]
        skipped = np.cumsum(counts) - counts
        starts: Numbers = np.repeat(self.first[nodes] - skipped, counts)
        return starts + np.arange(len(starts))


def strength_on(edge: Edge, day: date) -> float:
    """Return the strength of ``edge`` on ``day``: 0 if it is no tie or begins later, faded if it ended."""
    if edge.strength is None or (edge.since is not None and edge.since > day):
        return 0.0
    if edge.until is None or edge.until >= day:
        return edge.strength
    return edge.strength * fading((day - edge.until).days / DAYS_IN_YEAR)


def social_network(graph: Multigraph, day: date) -> SocialNetwork:
    """Return the social ties of ``graph`` as they stand on ``day``; O(E log E) for E edges."""
    nodes = sorted(graph.nodes())
    index = {node.id: number for number, node in enumerate(nodes)}
    ties = list(_ties(graph, day, index))
    kinds = tuple(sorted({kind for _, _, _, kind in ties}))
    source, target, strength, kind = _strongest(ties, kinds)
    return SocialNetwork(
        ids=tuple(node.id for node in nodes),
        index=index,
        person=np.array([node.type == "person" for node in nodes], dtype=np.bool_),
        first=np.searchsorted(source, np.arange(len(nodes) + 1)),
        source=source,
        target=target,
        strength=strength,
        kind=kind,
        kinds=kinds,
    )


def _ties(graph: Multigraph, day: date, index: Mapping[str, int]) -> Iterator[tuple[int, int, float, str]]:
    for edge in graph.edges():
        strength = strength_on(edge, day)
        if strength > 0.0 and edge.source != edge.target:
            yield index[edge.source], index[edge.target], strength, edge.kind


def _strongest(
    ties: list[tuple[int, int, float, str]], kinds: tuple[str, ...]
) -> tuple[Numbers, Numbers, Strengths, Numbers]:
    """Return both directions of the strongest tie of each pair, equals by the name of their kind."""
    number = {kind: code for code, kind in enumerate(kinds)}
    one = np.array([tie[0] for tie in ties], dtype=np.int64)
    other = np.array([tie[1] for tie in ties], dtype=np.int64)
    strength = np.tile(np.array([tie[2] for tie in ties], dtype=np.float64), 2)
    kind = np.tile(np.array([number[tie[3]] for tie in ties], dtype=np.int64), 2)
    source, target = np.concatenate((one, other)), np.concatenate((other, one))
    order = np.lexsort((kind, -strength, target, source))
    source, target = source[order], target[order]
    new_pair = np.ones(len(order), dtype=np.bool_)
    new_pair[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    kept = order[new_pair]
    return source[new_pair], target[new_pair], strength[kept], kind[kept]
