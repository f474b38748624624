"""The social network as a lens shows it, as arrays: what the search for acquaintance reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.graph.lens import Lens
from allocator.graph.multigraph import Multigraph

Numbers = NDArray[np.int64]
Strengths = NDArray[np.float64]


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
        strength: For each tie, its strength as the lens shows it: faded, say, since it ended.
        kind: For each tie, the number of its kind in ``kinds``.
        kinds: Names of kinds, sorted.
        basis: For each tie, the number of what it is known from in ``bases``.
        bases: What ties are known from, sorted.
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
    basis: Numbers
    bases: tuple[str, ...]

    def ties_of(self, nodes: Numbers) -> Numbers:
        """Return the ties that start from ``nodes``, in their order."""
        counts = self.first[nodes + 1] - self.first[nodes]
        skipped = np.cumsum(counts) - counts
        starts: Numbers = np.repeat(self.first[nodes] - skipped, counts)
        return starts + np.arange(len(starts))


class _Tie(NamedTuple):
    source: int
    target: int
    strength: float
    kind: str
    known_from: str


def social_network(graph: Multigraph, lens: Lens) -> SocialNetwork:
    """Return the social ties of ``graph`` as a lens shows them; O(E log E) for E edges."""
    nodes = sorted(graph.nodes())
    index = {node.id: number for number, node in enumerate(nodes)}
    ties = list(_ties(graph, lens, index))
    kinds, kind = _numbered([tie.kind for tie in ties])
    bases, basis = _numbered([tie.known_from for tie in ties])
    source, target, strength, which = _strongest(ties, kind)
    return SocialNetwork(
        ids=tuple(node.id for node in nodes),
        index=index,
        person=np.array([node.type == "person" for node in nodes], dtype=np.bool_),
        first=np.searchsorted(source, np.arange(len(nodes) + 1)),
        source=source,
        target=target,
        strength=strength,
        kind=kind[which],
        kinds=kinds,
        basis=basis[which],
        bases=bases,
    )


def _ties(graph: Multigraph, lens: Lens, index: Mapping[str, int]) -> Iterator[_Tie]:
    for edge in graph.edges():
        strength = lens.strength(edge)
        if strength > 0.0 and edge.source != edge.target:
            yield _Tie(index[edge.source], index[edge.target], strength, edge.kind, edge.known_from or "")


def _numbered(names: list[str]) -> tuple[tuple[str, ...], Numbers]:
    """Return the distinct names, sorted, and which one each is."""
    distinct = tuple(sorted(set(names)))
    number = {name: code for code, name in enumerate(distinct)}
    return distinct, np.array([number[name] for name in names], dtype=np.int64)


def _strongest(ties: list[_Tie], kinds: Numbers) -> tuple[Numbers, Numbers, Strengths, Numbers]:
    """Return both directions of the strongest tie of each pair, equals by the name of their kind.

    Returns:
        Source, target and strength of each, and which of ``ties`` it is.
    """
    one = np.array([tie.source for tie in ties], dtype=np.int64)
    other = np.array([tie.target for tie in ties], dtype=np.int64)
    strength = np.tile(np.array([tie.strength for tie in ties], dtype=np.float64), 2)
    source, target = np.concatenate((one, other)), np.concatenate((other, one))
    order = np.lexsort((np.tile(kinds, 2), -strength, target, source))
    source, target = source[order], target[order]
    new_pair = np.ones(len(order), dtype=np.bool_)
    new_pair[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    kept = order[new_pair]
    return source[new_pair], target[new_pair], strength[kept], kept % max(1, len(ties))
