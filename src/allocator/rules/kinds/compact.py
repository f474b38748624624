"""compact: the members of a slot lie close together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from allocator.errors import nearest
from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, ItemAmount
from allocator.rules.expressions.selectors import SelectorError, refuse_negative
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

#: The limit of the total cost of a centre times the number of centres, so that ranked costs fit in 64 bits.
FAR = 2**60


class Compact(Rule):
    """Each member of a slot costs its distance: to the seat of the slot, to its centre, or to other members.

    ``to: seat`` measures to the position of the slot's place, ``to: members`` between every two members.
    ``to: centre`` adds up ``load`` times the distance to one member, the one for which this sum is least;
    with ``power: 2`` the sum is the moment of inertia. Distances are great circles in units of ``metres``,
    rounded to whole units; the first ``beyond`` units cost nothing. An entity without a position has the
    distance 0 to all others and is no centre. With ``table`` distances to the centre are read from that
    table instead.
    """

    name: ClassVar[str] = "compact"
    summary: ClassVar[Text] = Text(zh="就近：片区内距离最短", en="members of a slot lie close together")
    doc_zh: ClassVar[str] = (
        "去处的成员按距离计代价，以 `metres` 米为一个单位。\n\n"
        "`to: seat` 量到驻地，`to: members` 量成员两两之间；`to: centre` 量到中心，即使 `load` 乘距离之和\n"
        "最小的那个成员，`power: 2` 即为惯性矩。距离按大圆计算，取整到单位；`beyond` 个单位以内不计。\n"
        "没有坐标的按距离 0 计，也不作中心。给出 `table` 的，到中心的距离由该表读取。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where>的<who>就近：[to=seat?到驻地|to=members?成员两两之间|到中心]的距离[power=2?的平"
        "方][（乘以{load}）][（取自距离表{table}）]合计最小（以 {metres} 米为 1[，{beyond} 以内不计"
        "]）",
        en="the <whos> of each <where> lie close: the distance [to=seat?to its seat|to=members?between"
        " every two|to its centre][power=2?, squared,][ times {load}][ (from the table {table})] is"
        " least (in units of {metres} m[, the first {beyond} free])",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "other", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "compact", "on": "zoning", "beyond": 10},
            kept=("North=Z1 South=Z2",),
            broken=("North=Z2", "Far=Z1"),
        ),
        Example(
            rule={"kind": "compact", "on": "zoning", "to": "members", "beyond": 43, "metres": 500},
            kept=("North=Z1 South=Z1", "North=Z1 Far=Z2"),
            broken=("North=Z1 Far=Z1",),
        ),
        Example(
            rule={"kind": "compact", "on": "zoning", "to": "centre", "beyond": 10, "power": 2},
            kept=("North=Z2 Mill=Z2", "North=Z1 Far=Z2"),
            broken=("North=Z1 South=Z1", "Far=Z2 Mill=Z2 North=Z2"),
        ),
        Example(
            rule={
                "kind": "compact",
                "on": "zoning",
                "to": "centre",
                "load": "unit.id == 'Far' ? 3 : unit.kind == 'agency' ? 0 : 1",
                "metres": 5000,
            },
            kept=("North=Z1 Mill=Z1 South=Z2", "Far=Z1"),
            broken=("Far=Z1 South=Z1", "North=Z2 South=Z2"),
        ),
    )

    kind: Literal["compact"]
    to: Annotated[
        Literal["seat", "members", "centre"],
        Doc(
            zh="距离量到驻地（seat）、成员两两之间（members），还是最居中的成员（centre）",
            en="Whether distance is to the seat of the slot, between members, or to the one in the middle.",
        ),
    ] = "seat"
    load: Annotated[
        ItemAmount,
        Doc(
            zh="到中心的距离乘以此数，如 `unit.workload`",
            en="Factor of the distance of a member to the centre, such as `unit.workload`.",
        ),
    ] = 1
    power: Annotated[
        Literal[1, 2],
        Doc(zh="距离的一次方还是平方", en="Whether the distance counts, or its square."),
    ] = 1
    table: Annotated[
        str,
        Doc(
            zh="距离表：scores-NAME.csv 的 NAME，行为成员，列为中心，须为非负整数",
            en="Distances to the centre: the NAME of `scores-NAME.csv`, members in rows, centres in columns, "
            "whole numbers from 0.",
        ),
    ] = ""
    metres: Annotated[
        int,
        Field(ge=1, le=10**7),
        Doc(zh="一个距离单位合多少米", en="Length of one unit of distance, in metres."),
    ] = 1000
    beyond: Annotated[
        int, Field(ge=0, le=10**7), Doc(zh="在此单位数以内不计", en="Number of units that cost nothing.")
    ] = 0

    @model_validator(mode="after")
    def _centre_alone(self) -> Compact:
        if self.to != "centre" and (self.load != 1 or self.table):
            raise FieldError(
                zh="load 和 table 仅用于 to: centre", en="load and table are for to: centre only"
            )
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault if the scenario lacks the table, or its values are not all whole numbers from 0."""
        if not self.table:
            return
        scores = context.scenario.organisation.scores
        if self.table not in scores:
            message = Text(zh="场景中没有此表", en="the scenario has no such table")
            yield FieldProblem("table", message, self.table, nearest=nearest(self.table, scores))
        elif not scores[self.table].is_whole or scores[self.table].values.min(initial=0) < 0:
            message = Text(zh="表中须为非负整数", en="the table must have whole numbers from 0")
            yield FieldProblem("table", message, self.table)

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Penalise the distance of each seat, of each pair of members, or of all members to their centre."""
        if self.to == "seat":
            self._post_seats(writer, scope)
            return
        if self.to == "centre":
            self._post_centres(writer, scope)
            return
        grid = writer.grid()[:, :, list(scope.roles), :]
        for a, b, far in self._distant_pairs(scope):
            for s in scope.slots.tolist():
                for t in scope.periods:
                    subject = Subject(item=a, other=b, slot=s, period=t)
                    both = Expr.of(grid[a, s, :, t]) + Expr.of(grid[b, s, :, t]) - 1
                    writer.penalise(writer.maximum([both], 0, subject) * far, subject)

    def _post_seats(self, writer: ConstraintWriter, scope: Scope) -> None:
        far = self._seat_distances(scope)
        chosen = [(i, s, r, t) for i, s in np.argwhere(far > 0) for r in scope.roles for t in scope.periods]
        where = np.array(chosen, dtype=np.int64).reshape(-1, 4)
        writer.forbid(where, far[where[:, 0], where[:, 1]])

    def _post_centres(self, writer: ConstraintWriter, scope: Scope) -> None:
        far, placed = self._centre_costs(scope)
        grid = writer.grid()[:, :, list(scope.roles), :]
        between, everyone = dict[bytes, IntArray](), np.array(placed, dtype=np.int64)
        for s in scope.slots.tolist():
            for t in scope.periods:
                subject = Subject(slot=s, period=t)
                able = everyone[(grid[everyone, s, :, t] >= 0).any(axis=1)]
                if len(able):
                    # Slots with the same possible members share one array of costs.
                    if able.tobytes() not in between:
                        between[able.tobytes()] = far[np.ix_(able, able)]
                    own = between[able.tobytes()]
                    writer.penalise(writer.medoid_distance(grid[able, s, :, t], own, subject), subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each seat, pair of members, or slot whose distance is not free."""
        if self.to == "seat":
            yield from self._check_seats(roster, scope)
            return
        if self.to == "centre":
            yield from self._check_centres(roster, scope)
            return
        pairs = self._distant_pairs(scope)
        for s in scope.slots.tolist():
            for t in scope.periods:
                members = set(roster[self.on].items_in(s, t, scope.roles))
                for a, b, far in pairs:
                    if a in members and b in members:
                        yield Breach(Subject(item=a, other=b, slot=s, period=t), far)

    def _check_seats(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        far = self._seat_distances(scope)
        for i, s, r, t in scope.taken_seats(roster):
            if far[i, s] > 0:
                yield Breach(Subject(item=i, slot=s, role=r, period=t), int(far[i, s]))

    def _check_centres(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        far, placed = self._centre_costs(scope)
        for s in scope.slots.tolist():
            for t in scope.periods:
                members = set(roster[self.on].items_in(s, t, scope.roles)) & set(placed)
                ways = {j: sum(int(far[i, j]) for i in members) for j in sorted(members)}
                if ways and (least := min(ways.values())) > 0:
                    centre = min(ways, key=ways.__getitem__)
                    name = scope.context.scenario.organisation.label(scope.layer.items[centre])
                    detail = Text(zh=f"以 {name} 为中心", en=f"with {name} as centre")
                    yield Breach(Subject(slot=s, period=t), least, detail)

    def _centre_costs(self, scope: Scope) -> tuple[IntArray, list[int]]:
        """Return ``[I, I]`` costs of items (rows) with each centre (columns), and the items with a position.

        Raises:
            SelectorError: A load is negative, or the costs are too large.
        """
        layer, items = scope.layer, scope.items.tolist()
        loads, far = scope.item_numbers(self.load), np.zeros((len(layer.items),) * 2, dtype=np.int64)
        refuse_negative(loads, self.load, layer.items)
        if self.table:
            numbers, codes = scope.context.scenario.organisation.scores[self.table].between(
                layer.items, layer.items
            )
            far[:] = np.maximum(0, np.array(numbers, dtype=np.int64)[codes] - self.beyond) ** self.power
            placed = items
        else:
            metres, known = scope.context.graph.distances_metres([layer.items[i] for i in items])
            placed = [items[k] for k in known]
            beyond = np.maximum(0, (metres + self.metres // 2) // self.metres - self.beyond) ** self.power
            far[np.ix_(placed, placed)] = beyond[np.ix_(known, known)]
        if (far.astype(float) * loads[:, None]).sum(axis=0).max(initial=0) * len(placed) > FAR:
            raise SelectorError(
                Text(
                    zh="距离的数值过大，请加大 metres", en="distances come to numbers too large: raise metres"
                )
            )
        return far * loads[:, None], placed

    def _seat_distances(self, scope: Scope) -> IntArray:
        """Return ``[I, S]`` distances above ``beyond``, raised to ``power``; 0 outside the scope."""
        far = np.zeros(scope.layer.shape[:2], dtype=np.int64)
        for i in scope.items.tolist():
            for s in scope.slots.tolist():
                far[i, s] = self._distance(scope, scope.layer.items[i], scope.layer.slots[s])
        return far

    def _distant_pairs(self, scope: Scope) -> list[tuple[int, int, int]]:
        items = scope.items.tolist()
        measured = (
            (a, b, self._distance(scope, scope.layer.items[a], scope.layer.items[b]))
            for k, a in enumerate(items)
            for b in items[k + 1 :]
        )
        return [(a, b, far) for a, b, far in measured if far > 0]

    def _distance(self, scope: Scope, a: str, b: str) -> int:
        metres = scope.context.graph.distance_metres(a, b) or 0
        return int(max(0, (metres + self.metres // 2) // self.metres - self.beyond) ** self.power)
