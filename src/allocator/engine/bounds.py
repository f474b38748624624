"""Bounds proved over fewer layers: with fewer rules a level cannot cost more, so they hold for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.model.plan import Level


@dataclass(frozen=True)
class Proof:
    """Cost and proven lower bound of a level, given the levels above it."""

    level: Level
    cost: int
    bound: int


@dataclass(frozen=True)
class KnownBounds:
    """Proofs of searches over fewer layers, the levels in their order.

    Such a search held each level above to its own best cost. Its bound of a level says something of
    the whole only where the whole costs no more there: else the whole is freer than that search was.
    """

    searches: tuple[tuple[Proof, ...], ...] = ()

    def of(self, level: Level, costs: Mapping[Level, int]) -> int:
        """Return the best bound of ``level``, given what the levels above cost in the whole."""
        return max((_bound(proofs, level, costs) for proofs in self.searches), default=0)

    def with_search(self, proofs: Sequence[Proof]) -> KnownBounds:
        """Return these bounds and those of one more search."""
        return KnownBounds((*self.searches, tuple(proofs)))

    def beyond(self, proofs: Sequence[Proof]) -> KnownBounds:
        """Return the searches that may yet say more than ``proofs``, once the levels above cost less."""
        proved = {proof.level: proof.bound for proof in proofs}
        return KnownBounds(
            tuple(
                search
                for search in self.searches
                if any(proof.bound > proved.get(proof.level, 0) for proof in search)
            )
        )


def _bound(proofs: Sequence[Proof], level: Level, costs: Mapping[Level, int]) -> int:
    for proof in proofs:
        if proof.level == level:
            return proof.bound
        if proof.cost < costs.get(proof.level, 0):
            return 0
    return 0
