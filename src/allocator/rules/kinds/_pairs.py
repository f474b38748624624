"""Pairs of items: named, tied, acquainted or chosen by an expression over two items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from allocator.errors import nearest, shorten
from allocator.graph.geography import adjacency_of
from allocator.graph.ties import Lens, kinds_in, known_kinds
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, ItemsTest
from allocator.rules.rule import FieldProblem, Kinds, Rule, unknown_kinds
from allocator.rules.scope import Scope

Pairs = tuple[tuple[int, int], ...]

#: The clauses of a sentence that say which two items are a pair.
PAIRS_ZH = (
    "[!ties&!when&!acquainted&!pairs?任意]"
    "[+或+有{ties}关系的|{when}的|熟识程度不低于 {acquainted}（关系链不超过 {hops} 步）的"
    "|列为一组（{pairs}）的]两<measure><who>"
)
PAIRS_EN = (
    "[!ties&!when&!acquainted&!pairs?any ]two <whos>[+ or+ tied as {ties}| where {when}"
    "| acquainted at {acquainted} or more (within {hops} steps)| named together ({pairs})]"
)


class PairRule(Rule):
    """The fields that choose pairs."""

    pairs: Annotated[
        tuple[Annotated[tuple[str, ...], Field(min_length=2)], ...],
        Doc(zh="编号的若干组，同组两两成对", en="Lists of ids; every two of a list are a pair."),
    ] = ()
    ties: Annotated[
        Kinds,
        Doc(
            zh="有此类关系（ties.csv 或 links.csv 中的 kind）的两个对象成对，在关系存续的周期内",
            en="Kinds of tie (from `ties.csv` or `links.csv`) that make two items a pair, in the periods "
            "in which it holds.",
        ),
    ] = ()
    when: Annotated[
        ItemsTest,
        Doc(
            zh="两个对象满足此条件即成对，第二个记作 `other`",
            en="Condition over two items that makes them a pair; the second is `other`.",
        ),
    ] = ""
    acquainted: Annotated[
        Annotated[float, Field(gt=0, le=1)] | None,
        Doc(zh="两人熟识程度达到此值即成对", en="Strength of acquaintance from which two people are a pair."),
    ] = None
    hops: Annotated[
        int,
        Field(ge=1, le=6),
        Doc(
            zh="计算 `acquainted` 时关系链最长几步",
            en="Greatest number of ties in a path that counts for `acquainted`.",
        ),
    ] = 2

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each unknown id and kind of tie: a misspelt one would silently make no pair."""
        organisation = context.scenario.organisation
        named = {f"ties.{k}": kind for k, kind in enumerate(self.ties)}
        yield from unknown_kinds(named, known_kinds(organisation))
        known = organisation.entities
        for k, group in enumerate(self.pairs):
            for name in group:
                if name not in known:
                    message = Text(zh="场景中没有此编号", en="the scenario has no such id")
                    yield FieldProblem(f"pairs.{k}", message, shorten(name), nearest=nearest(name, known))

    def tie_kinds(self) -> tuple[str, ...]:
        """Return the kinds of ties that make a pair."""
        return self.ties

    def vacuous_selectors(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield ``ties`` too if they alone choose pairs and nobody has such a tie."""
        yield from super().vacuous_selectors(scope)
        others = self.pairs or self.when or self.acquainted is not None
        if self.ties and not others and kinds_in(scope.context.scenario.organisation).isdisjoint(self.ties):
            yield "ties", ", ".join(self.ties)

    def pairs_by_period(self, scope: Scope) -> Iterator[tuple[Pairs, tuple[int, ...]]]:
        """Yield sorted pairs ``(a, b)`` with ``a < b``, and the periods in which these are the pairs."""
        lasting = set(self._permanent_pairs(scope))
        by_pairs: dict[Pairs, list[int]] = {}
        for t in scope.periods:
            found = lasting | set(self._tied_pairs(scope, t))
            within = scope.item_set
            pairs = {(min(p), max(p)) for p in found if p[0] != p[1] and within.issuperset(p)}
            by_pairs.setdefault(tuple(sorted(pairs)), []).append(t)
        yield from ((pairs, tuple(periods)) for pairs, periods in by_pairs.items())

    def tie_path(self, scope: Scope, a: int, b: int, period: int) -> Text:
        """Return the path of ties that makes two items a pair; an empty text if no ties do."""
        items, graph, found = scope.layer.items, scope.context.graph, scope.layer.periods[period]
        holding = Lens(found.start, found.end, frozenset(self.ties), years=0)
        path = graph.acquaintance(items[a], items[b], 1, holding).path if self.ties else ()
        if not path and self.acquainted is not None:
            known = graph.acquaintance(items[a], items[b], self.hops)
            path = known.path if known.strength >= self.acquainted else ()
        return Text(zh=graph.describe(path, "zh"), en=graph.describe(path, "en")) if path else Text()

    def _permanent_pairs(self, scope: Scope) -> Iterator[tuple[int, int]]:
        """Yield the pairs of all periods, by ids, links, acquaintance and the condition ``when``."""
        organisation = scope.context.scenario.organisation
        named = [(a, b) for group in self.pairs for k, a in enumerate(group) for b in group[k + 1 :]]
        named += [(link.source, link.target) for link in organisation.links if link.kind in self.ties]
        if self.acquainted is not None:
            for person in [scope.layer.items[item] for item in scope.items]:
                known = scope.context.graph.acquaintance_from(person, self.hops, self.acquainted)
                named += [(person, other) for other in known]
        yield from _index_pairs(scope, named)
        if self.when:
            holds = scope.item_pairs(self.when)
            yield from ((int(a), int(b)) for a, b in zip(*holds.nonzero(), strict=True))

    def _tied_pairs(self, scope: Scope, period: int) -> Iterator[tuple[int, int]]:
        """Yield the pairs with a tie that holds on any day of a period."""
        found = scope.layer.periods[period]
        ties = scope.context.scenario.organisation.ties if self.ties else ()
        chosen = (tie for tie in ties if tie.kind in self.ties and tie.holds(found.start, found.end))
        return _index_pairs(scope, ((tie.source, tie.target) for tie in chosen))


def _index_pairs(scope: Scope, named: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    index = scope.layer.item_index
    return ((index[a], index[b]) for a, b in named if a in index and b in index)


def clique_cover(pairs: Pairs) -> list[tuple[int, ...]]:
    """Cover the pairs with cliques, groups in which every two items are a pair.

    One row for a clique replaces the rows of its pairs and is tighter in the relaxation.
    """
    paired = adjacency_of(pairs)
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
