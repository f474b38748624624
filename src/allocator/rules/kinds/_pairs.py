"""Pairs of items: named, tied, acquainted or chosen by an expression over two items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from allocator.errors import nearest, shorten
from allocator.graph.neighbours import neighbours
from allocator.model.text import Text
from allocator.rules.expressions import ItemsTest
from allocator.rules.kind import Problem, Rule, Several
from allocator.rules.means import Means
from allocator.rules.scope import Scope
from allocator.rules.world import World


class PairRule(Rule):
    """The fields that choose pairs."""

    pairs: Annotated[
        tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...],
        Means(zh="编号的若干组，同组两两成对", en="Lists of ids; every two of a list are a pair."),
    ] = ()
    ties: Annotated[
        Several,
        Means(
            zh="有此类关系（ties.csv 或 links.csv 中的 kind）的两个对象成对",
            en="Kinds of tie (from `ties.csv` or `links.csv`) that make two items a pair.",
        ),
    ] = ()
    when: Annotated[
        ItemsTest,
        Means(
            zh="两个对象满足此条件即成对，第二个记作 `other`",
            en="Two items for which it holds are a pair; the second is `other`.",
        ),
    ] = ""
    acquainted: Annotated[
        Annotated[float, Field(gt=0, le=1)] | None,
        Means(
            zh="两人熟识程度达到此值即成对", en="Strength of acquaintance from which two people are a pair."
        ),
    ] = None
    hops: Annotated[
        int,
        Field(ge=1, le=6),
        Means(
            zh="计算 `acquainted` 时关系链最长几步", en="Longest path of ties that counts for `acquainted`."
        ),
    ] = 2

    def examine(self, world: World) -> Iterator[Problem]:
        """Every id must be of somebody: one that is not asks for nothing, and nobody would notice."""
        known = world.scenario.organisation.entities
        for k, group in enumerate(self.pairs):
            for name in group:
                if name not in known:
                    message = Text(zh="场景中没有此编号", en="the scenario has no such id")
                    yield Problem(f"pairs.{k}", message, shorten(name), nearest=nearest(name, known))

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
