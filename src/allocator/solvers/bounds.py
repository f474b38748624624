"""Lower bounds of levels and their proofs; bounds over fewer layers (with fewer rules) hold for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allocator.model.plan import BoundProof, Level, LevelScore
from allocator.model.run import NOBODY, NOTHING_IS_LESS, Witnesses, in_order, is_confirmed


@dataclass(frozen=True)
class Bound:
    """A proven lower bound of the cost of a level.

    Attributes:
        value: The bound.
        by: The back ends that its proof stands on, all of them together.
        second: The back ends of a second proof, none of which is among the first; empty without one.
    """

    value: int = 0
    by: Witnesses = NOTHING_IS_LESS
    second: Witnesses = NOBODY

    @property
    def bound_proof(self) -> BoundProof:
        """The back ends of its proofs, as plans carry them."""
        return BoundProof(by=in_order(self.by), confirmed=in_order(self.second) or None)

    def __or__(self, other: Bound) -> Bound:
        """Return the greater bound; of two equal ones the one with a second proof, else the first."""
        if other.value == self.value:
            return other if is_confirmed(other.by, other.second) else self
        return other if other.value > self.value else self


@dataclass(frozen=True)
class Proof:
    """Cost and proven lower bound of a level, given the levels above it.

    Attributes:
        level: The level.
        cost: The cost of the plan at the level.
        bound: The lower bound; never above the cost.
        by: The back ends that the proof of the bound stands on, all of them together.
        second: The back ends of a second proof.
    """

    level: Level
    cost: int
    bound: int
    by: Witnesses = field(default=NOTHING_IS_LESS, compare=False)
    second: Witnesses = field(default=NOBODY, compare=False)

    @classmethod
    def of(cls, level: Level, cost: int, bound: Bound) -> Proof:
        """Return the proof of a level by a bound, which may have been found for a greater cost."""
        value = min(cost, bound.value)
        by = NOTHING_IS_LESS if value <= 0 else bound.by
        return cls(level, cost, value, by, bound.second if value > 0 else NOBODY)

    @property
    def proved(self) -> Bound:
        """The bound and its back ends."""
        return Bound(self.bound, self.by, self.second)

    @property
    def score(self) -> LevelScore:
        """Cost, bound and back ends, as plans carry them."""
        return LevelScore(level=self.level, cost=self.cost, bound=self.bound, proof=self.proved.bound_proof)

    @property
    def is_confirmed(self) -> bool:
        """Whether there is a second proof by other back ends."""
        return is_confirmed(self.by, self.second)


@dataclass(frozen=True)
class KnownBounds:
    """Proofs of searches over fewer layers, by search, each with its levels in their order.

    Such a search fixed each level above to its own best cost. Its bound of a level holds for all layers only
    where their plan costs no more at the levels above: else it is less constrained than that search was.
    """

    searches: tuple[tuple[Proof, ...], ...] = ()

    def of(self, level: Level, costs: Mapping[Level, int]) -> Bound:
        """Return the best bound of ``level``, given the costs of the levels above it."""
        best = Bound()
        for proofs in self.searches:
            best |= _bound(proofs, level, costs)
        return best

    def with_search(self, proofs: Sequence[Proof]) -> KnownBounds:
        """Return these bounds and those of one more search."""
        return KnownBounds((*self.searches, tuple(proofs)))

    def tighter_than(self, proofs: Sequence[Proof]) -> KnownBounds:
        """Return the searches with a bound above ``proofs``: it counts once the levels above cost less."""
        proved = {proof.level: proof.bound for proof in proofs}
        return KnownBounds(
            tuple(
                search
                for search in self.searches
                if any(proof.bound > proved.get(proof.level, 0) for proof in search)
            )
        )


def _bound(proofs: Sequence[Proof], level: Level, costs: Mapping[Level, int]) -> Bound:
    for proof in proofs:
        if proof.level == level:
            return proof.proved
        if proof.cost < costs.get(proof.level, 0):
            break
    return Bound()
