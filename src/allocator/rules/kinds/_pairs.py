"""Pairs of items: which they are, and whether the two are together in a slot in a period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

import numpy as np
from pydantic import Field

from allocator.errors import nearest, shorten
from allocator.graph.known import kinds_in, known_kinds
from allocator.graph.lens import Lens
from allocator.graph.neighbours import neighbours
from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.expr import Expr, ExprArray
from allocator.program.tags import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, ItemsTest
from allocator.rules.kinds._field_checks import unknown_kinds
from allocator.rules.kinds._indicators01 import posted
from allocator.rules.kinds._seats import about
from allocator.rules.roster import LayerRoster
from allocator.rules.rule import FieldProblem, Kinds, Rule
from allocator.rules.scope import Scope

Pairs = tuple[tuple[int, int], ...]


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
            en="Two items for which it holds are a pair; the second is `other`.",
        ),
    ] = ""
    acquainted: Annotated[
        Annotated[float, Field(gt=0, le=1)] | None,
        Doc(zh="两人熟识程度达到此值即成对", en="Strength of acquaintance from which two people are a pair."),
    ] = None
    hops: Annotated[
        int,
        Field(ge=1, le=6),
        Doc(zh="计算 `acquainted` 时关系链最长几步", en="Longest path of ties that counts for `acquainted`."),
    ] = 2

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Every id must be of somebody, every kind of tie a known one: others ask for nothing, unnoticed."""
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
        """Return those that make a pair."""
        return self.ties

    def vacuous_selectors(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Ties that nobody has make no pairs."""
        yield from super().vacuous_selectors(scope)
        others = self.pairs or self.when or self.acquainted is not None
        if self.ties and not others and kinds_in(scope.context.scenario.organisation).isdisjoint(self.ties):
            yield "ties", ", ".join(self.ties)

    def chosen_pairs(self, scope: Scope) -> Iterator[tuple[Pairs, tuple[int, ...]]]:
        """Yield pairs ``(a, b)`` with ``a < b``, each once and in order, with their periods."""
        lasting = set(self._lasting(scope))
        by_pairs: dict[Pairs, list[int]] = {}
        for t in scope.periods:
            found = lasting | set(self._tied(scope, t))
            within = scope.item_set
            pairs = {(min(p), max(p)) for p in found if p[0] != p[1] and within.issuperset(p)}
            by_pairs.setdefault(tuple(sorted(pairs)), []).append(t)
        yield from ((pairs, tuple(periods)) for pairs, periods in by_pairs.items())

    def how_known(self, scope: Scope, a: int, b: int, period: int) -> Text:
        """Return the path of ties that makes two items a pair, empty where it is something else."""
        items, graph, found = scope.layer.items, scope.context.graph, scope.layer.periods[period]
        holding = Lens(found.start, found.end, frozenset(self.ties), years=0)
        path = graph.acquaintance(items[a], items[b], 1, holding).path if self.ties else ()
        if not path and self.acquainted is not None:
            known = graph.acquaintance(items[a], items[b], self.hops)
            path = known.path if known.strength >= self.acquainted else ()
        return Text(zh=graph.describe(path, "zh"), en=graph.describe(path, "en")) if path else Text()

    def _lasting(self, scope: Scope) -> Iterator[tuple[int, int]]:
        """Yield the pairs that are pairs in every period."""
        organisation = scope.context.scenario.organisation
        named = [(a, b) for group in self.pairs for k, a in enumerate(group) for b in group[k + 1 :]]
        named += [(link.source, link.target) for link in organisation.links if link.kind in self.ties]
        if self.acquainted is not None:
            for person in [scope.layer.items[item] for item in scope.items]:
                known = scope.context.graph.acquaintance_from(person, self.hops, self.acquainted)
                named += [(person, other) for other in known]
        yield from _numbered(scope, named)
        if self.when:
            holds = scope.item_pairs(self.when)
            yield from ((int(a), int(b)) for a, b in zip(*holds.nonzero(), strict=True))

    def _tied(self, scope: Scope, period: int) -> Iterator[tuple[int, int]]:
        """Yield the pairs that a tie makes which holds on any day of a period."""
        found = scope.layer.periods[period]
        ties = scope.context.scenario.organisation.ties if self.ties else ()
        chosen = (tie for tie in ties if tie.kind in self.ties and tie.holds(found.start, found.end))
        return _numbered(scope, ((tie.source, tie.target) for tie in chosen))


def _numbered(scope: Scope, named: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    index = scope.layer.item_index
    return ((index[a], index[b]) for a, b in named if a in index and b in index)


def cliques(pairs: Pairs) -> list[tuple[int, ...]]:
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


Pair = tuple[int, int]
#: Tangents of the number of pairs in a slot: for groups of up to so many, and so many terms in all.
_DEEPEST, _TERMS = 12, 2_000_000


def company(
    writer: ConstraintWriter, scope: Scope, times: Mapping[Pair, Iterable[int]], *, more: bool
) -> dict[Pair, dict[int, Expr]]:
    """Return for each pair and each of its periods an expression that is 1 if the two are together, else 0.

    Args:
        writer: Writes the definitions.
        scope: What slots and roles count.
        times: The periods of each pair, none of them past.
        more: Whether more may be better, so that it must be exact from above too.
    """
    places = np.array(
        [(a, b, s, t) for (a, b), periods in times.items() for t in periods for s in scope.slots.tolist()],
        dtype=np.int64,
    ).reshape(-1, 4)
    cols = _presences(writer, scope, places)
    a, b, s, t = places.T
    one, other = cols[a, s, t], cols[b, s, t]
    there = (one >= 0).any(axis=1) & (other >= 0).any(axis=1)
    places, one, other = places[there], one[there], other[there]
    subjects = about(item=places[:, 0], other=places[:, 1], period=places[:, 3])
    both = ExprArray.of(np.hstack([one, other]), np.ones(one.shape[1] * 2, dtype=np.int64), -1)
    met = writer.maximum_each(subjects, both, np.arange(len(both))).cols[:, 0]
    if more:
        for side in (one, other):
            beyond = np.hstack([met[:, None], side])
            signs = np.array([1] + [-1] * side.shape[1], dtype=np.int64)
            writer.implied_each(subjects, ExprArray.of(beyond, signs))
    _count_pairs(writer, scope, places, met, cols)
    return _by_pair(writer, scope, times, places, met, more=more)


def _presences(writer: ConstraintWriter, scope: Scope, places: IntArray) -> IntArray:
    """Return ``[I, S, T, w]`` columns whose sum is 1 if an item is in a slot in a period; -1 for none."""
    grid = np.moveaxis(writer.grid()[:, :, list(scope.roles), :], 2, 3)
    if scope.layer.spec.take.most == 1 or grid.shape[3] == 1:
        return grid
    found = np.full((*grid.shape[:3], 1), -1, dtype=np.int64)
    mask = np.zeros((scope.layer.shape[1], scope.layer.shape[2]), dtype=np.bool_)
    items = np.unique(np.concatenate([places[:, [0, 2, 3]], places[:, [1, 2, 3]]]), axis=0)
    for i, s, t in items.tolist():
        here = mask.copy()
        here[s, list(scope.roles)] = True
        expr = posted(writer, scope, i, here, t)
        found[i, s, t, 0] = expr.cols[0] if len(expr.cols) else -1
    return found


def _count_pairs(
    writer: ConstraintWriter, scope: Scope, places: IntArray, met: IntArray, cols: IntArray
) -> None:
    """Say how many pairs so many members of a slot make at least: tangents of ``n (n - 1) / 2``.

    Each pair alone sees nothing of it: with everybody half in each of two slots nobody need meet anybody.
    Only where every two of those concerned are a pair.
    """
    where, which = np.unique(places[:, 2:], axis=0, return_inverse=True)
    deepest = max(1, min(_DEEPEST, _TERMS // max(1, len(places))))
    for number, (s, t) in enumerate(where.tolist()):
        chosen = which.reshape(-1) == number
        members = np.unique(places[chosen, :2])
        if chosen.sum() < len(members) * (len(members) - 1) // 2:
            continue
        size, pairs = Expr.of(cols[members, s, t]), Expr.of(met[chosen])
        for k in range(1, min(deepest, len(members) - 1) + 1):
            writer.implied(size * k - pairs, k * (k + 1) // 2, Subject(slot=s, period=t))


def _by_pair(
    writer: ConstraintWriter,
    scope: Scope,
    times: Mapping[Pair, Iterable[int]],
    places: IntArray,
    met: IntArray,
    *,
    more: bool,
) -> dict[Pair, dict[int, Expr]]:
    found: dict[tuple[int, int, int], list[int]] = {}
    for (a, b, _, t), col in zip(places.tolist(), met.tolist(), strict=True):
        found.setdefault((a, b, t), []).append(col)
    alone = scope.layer.spec.take.most == 1
    result: dict[Pair, dict[int, Expr]] = {}
    for (a, b), periods in times.items():
        result[a, b] = {}
        for t in periods:
            slots = found.get((a, b, t), [])
            once = Expr.of(slots)
            if not alone and len(slots) > 1:
                subject = Subject(item=a, other=b, period=t)
                once = writer.maximum([Expr.of([col]) for col in slots], 0, subject)
                if more:
                    writer.implied(once - Expr.of(slots), 0, subject)
            result[a, b][t] = once
    return result


def together_in(roster: LayerRoster, scope: Scope, pair: Pair, period: int) -> bool:
    """Whether two items share a slot of the rule in a period, which may be past."""
    one, other = (set(roster.slots_of(item, period, scope.roles)) for item in pair)
    return not scope.slot_set.isdisjoint(one & other)


def were_together(scope: Scope, pair: Pair, period: int) -> bool:
    """Whether the history has two items in one slot of the rule in a past period."""
    held = scope.holders_before(period)
    return bool((held[pair[0], scope.slots] & held[pair[1], scope.slots]).any())
