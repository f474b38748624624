"""contiguous: the members of a slot hang together on the map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np

from allocator.graph.known import known_kinds
from allocator.graph.neighbours import Neighbours, neighbours, parts
from allocator.model.text import Text
from allocator.program.cuts import Cut
from allocator.program.tags import Subject
from allocator.rules.kind import Breach, Dimension, Example, Problem, Rule
from allocator.rules.kinds._ties import unknown_kinds
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import LayerRoster, Roster
from allocator.rules.scope import Scope
from allocator.rules.world import World


class Contiguous(Rule):
    """From each member of a slot every other can be reached through members, along links of one kind.

    Each part beyond the first is a breach. Cannot be written beforehand in few rows, so it is hard and
    asks for cuts: of two members in different parts, one must go or a neighbour of its part must come.
    """

    name: ClassVar[str] = "contiguous"
    summary: ClassVar[Text] = Text(zh="片区连片：成员单位相互毗邻", en="members hang together on the map")
    in_chinese: ClassVar[str] = (
        "同一去处的成员，经某一类关系（如毗邻）相互可达，连成一片。\n\n"
        "多出的每一块为一处违反。只能是硬规则：求解中逐步加入约束，直到连片。"
    )
    about: ClassVar[tuple[Dimension, ...]] = ("slot", "period")
    can_be_soft: ClassVar[bool] = False
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "contiguous", "on": "zoning", "items": "unit.kind == 'township'"},
            kept=("North=Z1 South=Z1 Far=Z1", "North=Z1 Far=Z2", "North=Z1 Mill=Z1"),
            broken=("North=Z1 Far=Z1 South=Z2",),
        ),
    )

    kind: Literal["contiguous"]
    link: Annotated[
        str,
        Means(
            zh="哪一类单位关系（links.csv 中的 kind）算相邻",
            en="The kind of link (from `links.csv`) that makes two units neighbours.",
        ),
    ] = "adjacent"

    def examine(self, world: World) -> Iterator[Problem]:
        """Along links of a kind that there is not nobody is next to anybody: no plan would hold."""
        yield from unknown_kinds({"link": self.link}, known_kinds(world.scenario.organisation, "links"))

    def kinds_of_ties(self) -> tuple[str, ...]:
        """Return the one that makes neighbours."""
        return (self.link,)

    def post(self, pen: Pen, scope: Scope) -> None:
        """Nothing beforehand: see ``separate``."""

    def separate(self, roster: Roster, scope: Scope) -> Iterator[Cut]:
        """Yield cuts that a plan with parts breaks and no contiguous plan does, for every slot alike."""
        near = self._near(scope)
        for s, t, apart in _fallen_apart(roster[self.on], scope, near):
            if scope.waives(Subject(slot=s, period=t)):
                continue
            main = max(apart, key=lambda part: (len(part), -min(part)))
            for part in apart:
                if part is not main:
                    yield from self._cuts(scope, near, part, min(main), s, t)

    def _cuts(
        self, scope: Scope, near: Neighbours, part: frozenset[int], other: int, slot: int, period: int
    ) -> Iterator[Cut]:
        """``part``'s least member and ``other`` in one slot need one of the part's neighbours there."""
        border = sorted({v for u in part for v in near.get(u, ())} - part)
        inner = min(part)
        for s in scope.slots.tolist():
            layer, subject = self.on, Subject(slot=s, period=period)
            if scope.waives(subject):
                continue
            ends = [(layer, i, s, r, period) for i in (inner, other) for r in scope.roles]
            through = [(layer, i, s, r, period) for i in border for r in scope.roles]
            yield Cut(self.id, subject, (*ends, *through), (1,) * len(ends) + (-1,) * len(through), 1)

    def map_of(self, scope: Scope) -> Neighbours | None:
        """Return the neighbours, where the rule is about all items wherever they are."""
        able = np.flatnonzero(scope.layer.open.any(axis=(1, 2)))
        every = scope.covered[able].all() and len(scope.roles) == len(scope.layer.roles)
        return self._near(scope) if every and not scope.has_waivers else None

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Count the parts of each slot."""
        for s, t, apart in _fallen_apart(roster[self.on], scope, self._near(scope)):
            names = [scope.world.scenario.organisation.label(scope.layer.items[min(part)]) for part in apart]
            detail = Text(
                zh=f"分成 {len(apart)} 片：{'、'.join(names)}",
                en=f"falls into {len(apart)} parts: {', '.join(names)}",
            )
            yield Breach(Subject(slot=s, period=t), len(apart) - 1, detail)

    def _near(self, scope: Scope) -> Neighbours:
        """Return which items in scope a link of the rule's kind joins."""
        index = scope.layer.item_index
        links = (link for link in scope.world.scenario.organisation.links if link.kind == self.link)
        ends = ((index.get(link.source, -1), index.get(link.target, -1)) for link in links)
        return neighbours((a, b) for a, b in ends if a in scope.item_set and b in scope.item_set)


def _fallen_apart(
    held: LayerRoster, scope: Scope, near: Neighbours
) -> Iterator[tuple[int, int, list[frozenset[int]]]]:
    """Yield each slot and period whose members are in parts, with the parts."""
    for s in scope.slots.tolist():
        for t in scope.periods:
            members = [i for i in held.who(s, t, scope.roles) if i in scope.item_set]
            found = sorted(parts(members, near), key=min)
            if len(found) > 1:
                yield s, t, found
