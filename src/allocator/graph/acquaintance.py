"""Acquaintance (熟人): the strongest chain of ties between people and persons or things they might favour.

The strongest paths from one node within a number of hops are found by label correcting, layer by layer. Every
factor of a path is at most 1, and every hop after the first has a factor below 1. So a walk that returns to a
node is never the strongest, and a strength below the floor never rises above it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.graph.ties import HOP_DECAY, Lens, Multigraph


class TieStep(NamedTuple):
    """One tie of a path: node ids of its ends, kind, strength by the lens, and source of knowledge."""

    source: str
    kind: str
    target: str
    strength: float
    known_from: str = ""


@dataclass(frozen=True)
class AcquaintancePath:
    """How well a person knows a target, from 0 to 1, and the chain of ties from one to the other.

    The strength is the product of the strengths of the steps, times `HOP_DECAY` for each step after the
    first. Strangers have strength 0, a person and himself strength 1; both have an empty path.
    """

    strength: float
    path: tuple[TieStep, ...] = ()


STRANGERS = AcquaintancePath(0.0)


Numbers = NDArray[np.int64]
Strengths = NDArray[np.float64]


@dataclass(frozen=True)
class SocialNetwork:
    """Social ties as arrays, in both directions, by source and target; of parallel ties the strongest.

    Nodes are numbered in the order of their ids, so that comparing numbers compares ids.

    Attributes:
        ids: Node ids, sorted.
        index: Number of each node.
        person: For each node, whether it is a person.
        first: For each node, the first of its ties; one more at the end closes the last node.
        source: For each tie, the node that it starts from.
        target: For each tie, the node that it leads to.
        strength: For each tie, its strength by the lens: less if it has faded.
        kind: For each tie, the number of its kind in ``kinds``.
        kinds: Names of kinds, sorted.
        basis: For each tie, the number of its source of knowledge in ``bases``.
        bases: Sources of knowledge of ties, such as a declaration, sorted.
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
    """Return the social ties of ``graph`` that count by a lens; O(E log E) for E edges."""
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
    """Return the distinct names, sorted, and the number of each name among them."""
    distinct = tuple(sorted(set(names)))
    number = {name: code for code, name in enumerate(distinct)}
    return distinct, np.array([number[name] for name in names], dtype=np.int64)


def _strongest(ties: list[_Tie], kinds: Numbers) -> tuple[Numbers, Numbers, Strengths, Numbers]:
    """Return both directions of the strongest tie of each pair, equals by the name of their kind.

    Returns:
        Source, target and strength of each, and its number in ``ties``.
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


NO_TIE = -1

Paths = NDArray[np.int32]


@dataclass(frozen=True)
class PathLabels:
    """The strongest paths from one node.

    Attributes:
        strength: For each node, the strength of its strongest path; 0 where it was not reached.
        paths: For each node, a row with the ties of that path from the node back to the start, each
            given in the direction of the search and the rest filled with `NO_TIE`.
    """

    strength: Strengths
    paths: Paths

    def ties(self, node: int) -> list[int]:
        """Return the ties of the strongest path from ``node`` back to the start."""
        return [tie for tie in self.paths[node].tolist() if tie != NO_TIE]


def strongest_paths(network: SocialNetwork, start: int, hops: int, floor: float) -> PathLabels:
    """Return the strongest path of at most ``hops`` ties from ``start`` to every node.

    In each hop only nodes that the last hop improved are expanded. Complexity: O(N * hops + sum over
    hops of (T log T)) for N nodes and the T ties of the nodes just improved, all in numpy.
    """
    strength = np.zeros(len(network.ids))
    strength[start] = 1.0
    paths: Paths = np.empty((len(network.ids), 0), dtype=np.int32)
    improved = np.array([start], dtype=np.int64)
    for hop in range(hops):
        improved, ties, offers = _improve(network, strength, improved, HOP_DECAY if hop else 1.0, floor)
        if not len(improved):
            break
        strength[improved] = offers
        paths = _extend(paths, improved, ties, network.source[ties])
    return PathLabels(strength, paths)


def _extend(paths: Paths, improved: Numbers, ties: Numbers, sources: Numbers) -> Paths:
    """Return the paths with those of ``improved`` replaced: a tie, then the path of its source."""
    longer = np.full((len(paths), paths.shape[1] + 1), NO_TIE, dtype=np.int32)
    longer[:, :-1] = paths
    longer[improved, 0] = ties
    longer[improved, 1:] = paths[sources]
    return longer


def _improve(
    network: SocialNetwork, strength: Strengths, frontier: Numbers, decay: float, floor: float
) -> tuple[Numbers, Numbers, Strengths]:
    """Return the nodes that a hop from ``frontier`` improves, in order, with their ties and strengths."""
    ties = network.ties_of(frontier)
    offers = strength[network.source[ties]] * network.strength[ties] * decay
    better = (offers >= floor) & (offers > strength[network.target[ties]])
    ties, offers = ties[better], offers[better]
    best = np.zeros(len(strength))
    np.maximum.at(best, network.target[ties], offers)
    winners = ties[offers == best[network.target[ties]]]
    # Ties come in the order of their sources, so the first winner is the first in the order of ids.
    nodes, firsts = np.unique(network.target[winners], return_index=True)
    return nodes, winners[firsts], best[nodes]


class Acquaintances(Mapping[str, AcquaintancePath]):
    """Everyone who knows one target, by person id in order; a path is traced when it is read.

    It holds a few arrays over nodes rather than a path each, so that many can be cached.
    """

    def __init__(self, network: SocialNetwork, labels: PathLabels) -> None:
        self._network = network
        self._labels = labels
        self._people = np.flatnonzero((labels.strength > 0.0) & network.person)

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[str]:
        return (self._network.ids[node] for node in self._people)

    def __getitem__(self, person: str) -> AcquaintancePath:
        node = self._network.index[person]
        if not self._network.person[node] or not self._labels.strength[node]:
            raise KeyError(person)
        return AcquaintancePath(float(self._labels.strength[node]), self._path(node))

    def strengths(self) -> dict[str, float]:
        """Return the strength by person id, in order, without tracing paths."""
        return dict(zip(self, self._labels.strength[self._people].tolist(), strict=True))

    def _path(self, node: int) -> tuple[TieStep, ...]:
        network = self._network
        return tuple(
            TieStep(
                source=network.ids[network.target[tie]],
                kind=network.kinds[network.kind[tie]],
                target=network.ids[network.source[tie]],
                strength=float(network.strength[tie]),
                known_from=network.bases[network.basis[tie]],
            )
            for tie in self._labels.ties(node)
        )


def find_acquaintances(network: SocialNetwork, target: str, hops: int, floor: float) -> Acquaintances:
    """Return everyone who knows the node ``target`` through at most ``hops`` ties.

    Args:
        network: The social ties.
        target: A node id of the network.
        hops: Maximum number of ties in a path.
        floor: Minimum strength, from 0 to 1; weaker acquaintances are left out.

    Returns:
        The strongest path of each person; of equal ones the shortest, then the first in the order of the
        node ids from person to target.
    """
    return Acquaintances(network, strongest_paths(network, network.index[target], hops, floor))
