"""Pairs of items: named, tied, acquainted or chosen by an expression over two items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from allocator.graph.neighbours import neighbours
from allocator.rules.expressions import ItemsTest
from allocator.rules.kind import Rule, Several
from allocator.rules.scope import Scope


class PairRule(Rule):
    """The fields that choose pairs.

    Attributes:
        pairs: Lists of ids; every two of a list are a pair.
        ties: Kinds of tie (from ``ties.csv`` or ``links.csv``) that make two items a pair.
        when: CEL over two items, the second as ``other``.
        acquainted: Strength of acquaintance from which two people are a pair.
        hops: Longest path of ties that counts for ``acquainted``.
    """

    pairs: tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...] = ()
    ties: Several = ()
    when: ItemsTest = ""
    acquainted: Annotated[float, Field(gt=0, le=1)] | None = None
    hops: Annotated[int, Field(ge=1, le=6)] = 2

    def chosen_pairs(self, scope: Scope) -> tuple[tuple[int, int], ...]:
        """Return the pairs ``(a, b)`` with ``a < b``, each once, in order."""
        index = scope.layer.item_index
        named = set(self._by_id(scope))
        found = {(index[a], index[b]) for a, b in named if a in index and b in index}
        if self.when:
            holds = scope.item_pairs(self.when)
            found |= {(int(a), int(b)) for a, b in zip(*holds.nonzero(), strict=True)}
        within = scope.item_set
        return tuple(sorted({(min(p), max(p)) for p in found if p[0] != p[1] and within.issuperset(p)}))

    def _by_id(self, scope: Scope) -> Iterator[tuple[str, str]]:
        for group in self.pairs:
            yield from ((a, b) for k, a in enumerate(group) for b in group[k + 1 :])
        yield from self._tied(scope)
        if self.acquainted is not None:
            for item in scope.items:
                person = scope.layer.items[item]
                known = scope.world.graph.acquaintance_from(person, self.hops, self.acquainted)
                yield from ((person, other) for other in known)

    def _tied(self, scope: Scope) -> Iterator[tuple[str, str]]:
        organisation = scope.world.scenario.organisation
        today = scope.world.scenario.spec.reference_day
        for tie in organisation.ties:
            if tie.kind in self.ties and (tie.until or date.max) >= today:
                yield tie.source, tie.target
        yield from ((link.source, link.target) for link in organisation.links if link.kind in self.ties)


def cliques(pairs: tuple[tuple[int, int], ...]) -> list[tuple[int, ...]]:
    """Cover the pairs with groups in which every two are a pair: one row for many, and a tighter one."""
    paired = neighbours(pairs)
    left = set(pairs)
    cover: list[tuple[int, ...]] = []
    for a, b in pairs:
        if (a, b) not in left:
            continue
        clique = [a, b]
        for other in sorted(paired[a] & paired[b]):
            if all(member in paired[other] for member in clique):
                clique.append(other)
        left -= {(min(x, y), max(x, y)) for x in clique for y in clique}
        cover.append(tuple(sorted(clique)))
    return cover
