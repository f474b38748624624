"""Bounds and who proved them; those proved over fewer layers hold for all, which have no fewer rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from allocator.model.plan import BoundProof, Level, LevelScore
from allocator.model.run import NOBODY, NOTHING_IS_LESS, Witnesses, in_order, is_confirmed


@dataclass(frozen=True)
class Bound:
    """What a level costs at least.

    Attributes:
        value: The least cost.
        by: The back ends that the proof stands on, all of them together.
        second: Those of a second proof of it that stands on none of these; nobody, if there is none.
    """

    value: int = 0
    by: Witnesses = NOTHING_IS_LESS
    second: Witnesses = NOBODY

    @property
    def said(self) -> BoundProof:
        """Who proved it, as plans write it."""
        return BoundProof(by=in_order(self.by), confirmed=in_order(self.second) or None)

    def __or__(self, other: Bound) -> Bound:
        """Return the greater of the two; of equals the one that is confirmed, else the first."""
        if other.value == self.value:
            return other if is_confirmed(other.by, other.second) else self
        return other if other.value > self.value else self


@dataclass(frozen=True)
class Proof:
    """Cost and proven lower bound of a level, given the levels above it.

    Attributes:
        level: The level.
        cost: What the plan costs there.
        bound: What no plan costs less than.
        by: The back ends that the proof of the bound stands on, all of them together.
        second: Those of a second proof.
    """

    level: Level
    cost: int
    bound: int
    by: Witnesses = field(default=NOTHING_IS_LESS, compare=False)
    second: Witnesses = field(default=NOBODY, compare=False)

    @classmethod
    def of(cls, level: Level, cost: int, bound: Bound) -> Proof:
        """Return the proof of a level by a bound of it, which may have been found for a greater cost."""
        value = min(cost, bound.value)
        by = NOTHING_IS_LESS if value <= 0 else bound.by
        return cls(level, cost, value, by, bound.second if value > 0 else NOBODY)

    @property
    def proved(self) -> Bound:
        """The bound, and who proved it."""
        return Bound(self.bound, self.by, self.second)

    @property
    def score(self) -> LevelScore:
        """Cost, bound and who proved it, as plans write them."""
        return LevelScore(level=self.level, cost=self.cost, bound=self.bound, proof=self.proved.said)

    @property
    def is_confirmed(self) -> bool:
        """Whether there is a second proof that no back end of the first has a part in."""
        return is_confirmed(self.by, self.second)


@dataclass(frozen=True)
class KnownBounds:
    """Proofs of searches over fewer layers, the levels in their order.

    Such a search held each level above to its own best cost. Its bound of a level says something of
    the whole only where the whole costs no more there: else the whole is freer than that search was.
    """

    searches: tuple[tuple[Proof, ...], ...] = ()

    def of(self, level: Level, costs: Mapping[Level, int]) -> Bound:
        """Return the best bound of ``level``, given what the levels above cost in the whole."""
        best = Bound()
        for proofs in self.searches:
            best |= _bound(proofs, level, costs)
        return best

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


def _bound(proofs: Sequence[Proof], level: Level, costs: Mapping[Level, int]) -> Bound:
    for proof in proofs:
        if proof.level == level:
            return proof.proved
        if proof.cost < costs.get(proof.level, 0):
            break
    return Bound()
