"""contiguous: the members of a slot are connected on the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.graph.geography import Neighbours, adjacency_of, connected_components
from allocator.graph.ties import known_kinds
from allocator.model.text import Text
from allocator.program.cuts import RuleCut
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import LayerRoster, Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldProblem, Kinds, Rule, unknown_kinds
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

#: The value of ``allow`` that stands for the number of parts of each slot today.
AS_NOW: Literal["as_now"] = "as_now"


class Contiguous(Rule):
    """The members of a slot hang together: links of some kinds join all of them through members.

    A slot may be in as many parts as ``allow`` says; each part more is a breach. With ``allow: as_now``
    each slot may be in as many parts as it is in today: by the history (``member_of`` links, postings), or
    by the baseline where there is no history. A hard rule adds constraints during the solve, until the plan
    keeps it. A soft rule costs 1 for each part too many.
    """

    name: ClassVar[str] = "contiguous"
    summary: ClassVar[Text] = Text(zh="片区连片：成员单位相互毗邻", en="members hang together on the map")
    doc_zh: ClassVar[str] = (
        "同一去处的成员，经某一类或几类关系（如毗邻、轮渡）相互可达，连成一片。\n\n"
        "超出 `allow` 的每一块为一处违反。`allow: as_now` 为维持现状：各去处现有几块，至多几块；现状取自\n"
        "历史（`member_of` 关系、任职经历），没有历史的取自基准方案。硬规则在求解中逐步加入约束，直到符合；\n"
        "非硬规则按多出的块数计代价。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where>的<who>经{link}关系连成[allow=1?一片|allow=as_now?的片数不多于现状|不超过 {allow} 片]",
        en="the <whos> of each <where> hang together by links of {link}[allow=1?|allow=as_now?, in no"
        " more parts than now|, in at most {allow} parts]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "contiguous", "on": "zoning", "items": "unit.kind == 'township'"},
            kept=("North=Z1 South=Z1 Far=Z1", "North=Z1 Far=Z2", "North=Z1 Mill=Z1"),
            broken=("North=Z1 Far=Z1 South=Z2",),
        ),
        Example(
            rule={"kind": "contiguous", "on": "zoning", "link": ["adjacent", "liaises"]},
            kept=("Mill=Z1 North=Z1 South=Z1 Far=Z1", "Mill=Z2 North=Z2"),
            broken=("Mill=Z1 South=Z1", "Mill=Z1 Far=Z1 North=Z2"),
        ),
        Example(
            rule={"kind": "contiguous", "on": "zoning", "allow": 2},
            kept=("North=Z1 Far=Z1", "Mill=Z1 Far=Z1 South=Z1", "all=Z1"),
            broken=("Mill=Z1 North=Z1 Far=Z1",),
        ),
        Example(
            rule={"kind": "contiguous", "on": "zoning", "allow": "as_now", "slots": "group.id == 'Z1'"},
            kept=("North=Z1 South=Z1 Far=Z1", "North=Z2 Far=Z2"),
            broken=("North=Z1 Far=Z1", "Mill=Z1 Far=Z1 North=Z2"),
        ),
    )

    kind: Literal["contiguous"]
    link: Annotated[
        Kinds,
        Field(min_length=1),
        Doc(
            zh="哪些类单位关系（links.csv 中的 kind）算相邻，一类或几类",
            en="The kind of link (from `links.csv`) that makes two units neighbours, or several kinds.",
        ),
    ] = ("adjacent",)
    allow: Annotated[
        Literal["as_now"] | Annotated[int, Field(ge=1, le=10**6)],
        Doc(
            zh="每个去处至多几块；`as_now` 为不多于现状",
            en="Greatest number of parts of a slot; `as_now`: as many as it is in today.",
        ),
    ] = 1

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each unknown kind of link: without links no two items would be neighbours."""
        known = known_kinds(context.scenario.organisation, "links")
        yield from unknown_kinds({f"link.{k}": kind for k, kind in enumerate(self.link)}, known)

    def tie_kinds(self) -> tuple[str, ...]:
        """Return the kinds of links that make neighbours."""
        return self.link

    @property
    def has_cuts(self) -> bool:
        """Whether the rule may add cuts; a soft rule adds none."""
        return self.is_hard

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Penalise the parts of each slot above ``allow``; a hard rule adds cuts later (``separate``)."""
        if self.is_hard:
            return
        grid, near, free = (
            writer.grid()[:, :, list(scope.roles)],
            self.neighbours_of(scope),
            self._allowed_parts(scope),
        )
        for s in scope.slots.tolist():
            for t in scope.periods:
                able = [i for i in scope.items.tolist() if (grid[i, s, :, t] >= 0).any()]
                subject, most = Subject(slot=s, period=t), free(s, t)
                if len(able) > most and not scope.waives(subject):
                    writer.penalise(
                        writer.excess_components(grid[able, s, :, t], _subgraph(near, able), most, subject),
                        subject,
                    )

    def separate(self, roster: Roster, scope: Scope) -> Iterator[RuleCut]:
        """Yield the cuts that a plan with too many parts violates, for all slots with the same limit."""
        if not self.is_hard:
            return
        near, free = self.neighbours_of(scope), self._allowed_parts(scope)
        for s, t, apart in _disconnected(roster[self.on], scope, near):
            most = free(s, t)
            if len(apart) <= most or scope.waives(Subject(slot=s, period=t)):
                continue
            main = max(apart, key=lambda part: (len(part), -min(part)))
            others = [part for part in apart if part is not main]
            for last in others[most - 1 :]:
                alike = [at for at in scope.slots.tolist() if free(at, t) == most]
                yield from self._cuts(scope, near, [*others[: most - 1], last], min(main), alike, t)

    def _cuts(
        self,
        scope: Scope,
        near: Neighbours,
        apart: list[frozenset[int]],
        other: int,
        slots: list[int],
        period: int,
    ) -> Iterator[RuleCut]:
        """Yield cuts: a slot with the first item of each part and ``other`` needs a neighbour of a part."""
        border = [v for part in apart for v in sorted({v for u in part for v in near.get(u, ())} - part)]
        inner = [*(min(part) for part in apart), other]
        one_place = scope.layer.spec.take.most == 1
        # An item that may hold several roles at once counts in one role for each cut.
        roles = [(scope.roles,) * len(inner)] if one_place else product(zip(scope.roles), repeat=len(inner))
        for s, chosen in product(slots, [*roles]):
            layer, subject = self.on, Subject(slot=s, period=period)
            if scope.waives(subject):
                continue
            ends = [(layer, i, s, r, period) for i, own in zip(inner, chosen, strict=True) for r in own]
            through = [(layer, i, s, r, period) for i in border for r in scope.roles]
            coefs = (1,) * len(ends) + (-1,) * len(through)
            yield RuleCut(self.id, subject, (*ends, *through), coefs, len(apart))

    def adjacency(self, scope: Scope) -> Neighbours | None:
        """Return the neighbours if the rule holds all items, in all roles, to one part; None if not."""
        able = np.flatnonzero(scope.layer.open.any(axis=(1, 2)))
        every = scope.covered[able].all() and len(scope.roles) == len(scope.layer.roles)
        free = self._allowed_parts(scope)
        one_part = all(free(s, t) == 1 for s in scope.slots.tolist() for t in scope.periods)
        return self.neighbours_of(scope) if every and one_part and not scope.has_waivers else None

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each slot and period with more parts than allowed."""
        free = self._allowed_parts(scope)
        for s, t, apart in _disconnected(roster[self.on], scope, self.neighbours_of(scope)):
            if len(apart) > free(s, t):
                yield Breach(
                    Subject(slot=s, period=t), len(apart) - free(s, t), self._detail(scope, apart, free(s, t))
                )

    def _detail(self, scope: Scope, apart: list[frozenset[int]], most: int) -> Text:
        """Return the parts of a slot, each by its first member, and the number allowed."""
        label = scope.context.scenario.organisation.label
        names = [label(scope.layer.items[min(part)]) for part in apart]
        zh, en = (
            f"分成 {len(apart)} 片：{'、'.join(names)}",
            f"falls into {len(apart)} parts: {', '.join(names)}",
        )
        return (
            Text(zh=f"{zh}（至多 {most} 片）", en=f"{en} ({most} allowed)")
            if most > 1
            else Text(zh=zh, en=en)
        )

    def neighbours_of(self, scope: Scope) -> Neighbours:
        """Return the neighbours of each item in scope, by the links of the rule's kinds."""
        index = scope.layer.item_index
        links = (link for link in scope.context.scenario.organisation.links if link.kind in self.link)
        ends = ((index.get(link.source, -1), index.get(link.target, -1)) for link in links)
        return adjacency_of((a, b) for a, b in ends if a != b and a in scope.item_set and b in scope.item_set)

    def _allowed_parts(self, scope: Scope) -> Callable[[int, int], int]:
        """Return a function that gives the allowed number of parts of a slot in a period."""
        if self.allow != AS_NOW:
            number = int(self.allow)
            return lambda slot, period: number
        near, today = self.neighbours_of(scope), _members_today(scope)
        count = {at: sum(1 for _ in connected_components(members, near)) for at, members in today.items()}
        return lambda slot, period: max(1, count.get((slot, period), 0))


def _members_today(scope: Scope) -> Mapping[tuple[int, int], set[int]]:
    """Return today's members by slot and period: those of history, or of the baseline if there is none."""
    found: dict[tuple[int, int], set[int]] = {}
    for (item, period), held in scope.layer.past.items():
        for slot, role in held if period == -1 and item in scope.item_set else ():
            for t in scope.periods if role in scope.roles else ():
                found.setdefault((slot, t), set()).add(item)
    if not scope.layer.past:
        for item, slot, _, t in scope.baseline_seats():
            if item in scope.item_set:
                found.setdefault((slot, t), set()).add(item)
    return found


def _subgraph(near: Neighbours, able: list[int]) -> Neighbours:
    """Return the neighbours among the items ``able``, by index into that list."""
    number = {item: k for k, item in enumerate(able)}
    return {
        number[item]: frozenset(number[other] for other in near.get(item, ()) if other in number)
        for item in able
    }


def _disconnected(
    held: LayerRoster, scope: Scope, near: Neighbours
) -> Iterator[tuple[int, int, list[frozenset[int]]]]:
    """Yield each slot and period whose members form several parts, with the parts."""
    for s in scope.slots.tolist():
        for t in scope.periods:
            members = [i for i in held.items_in(s, t, scope.roles) if i in scope.item_set]
            found = sorted(connected_components(members, near), key=min)
            if len(found) > 1:
                yield s, t, found
