"""Conflicts delegated from the leaders whom another layer assigns: the field `through` of `avoid`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from allocator.errors import nearest
from allocator.model.layer import IntArray, Layer
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.expr import Expr, ExprArray
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc
from allocator.rules.kinds._conflicts import Conflicts
from allocator.rules.roster import Roster
from allocator.rules.rule import FieldProblem, Several


class Led(Strict):
    """Whoever has a role in the slot of another layer where the person is: the lead of his group."""

    layer: Annotated[
        str,
        Doc(
            zh="编组的那一层；其中每人至多占一个去处",
            en="The layer of groups; a person takes at most one slot there.",
        ),
    ]
    role: Annotated[
        Several,
        Field(min_length=1),
        Doc(zh="那一层中为首者的角色", en="Roles of the leaders in that layer."),
    ]

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault if the layer does not assign people, and for each role that the layer lacks."""
        layer = context.layers.get(self.layer)
        if layer is None:
            return
        if layer.spec.items.table != "people":
            message = Text(zh="该层安排的不是人员", en="the layer does not assign people")
            yield FieldProblem("through.layer", message, self.layer)
        known = [role for role in layer.roles if role is not None]
        for role in self.role:
            if role not in known:
                message = Text(zh="该层没有此角色", en="the layer has no such role")
                yield FieldProblem("through.role", message, role, ", ".join(known), nearest(role, known))


class LedSeats(NamedTuple):
    """Seats that items may take while the leaders of one group are in conflict with them.

    Attributes:
        where: ``[n, 4]`` item, slot, role and period of each seat.
        cols: ``[n, w]`` the decision for the seat, then the decisions that put the item into the group.
        conflict: The greatest conflict of the leaders of that group.
        most: An upper bound of ``conflict``.
    """

    where: IntArray
    cols: IntArray
    conflict: Expr
    most: int

    def exprs(self) -> ExprArray:
        """Return ``[n]`` expressions: the conflict if a member of the group takes the seat, or at most 0."""
        led = self.conflict
        cols = np.hstack([self.cols, np.tile(led.cols, (len(self.cols), 1))])
        coefs = [self.most] * self.cols.shape[1] + led.coefs.tolist()
        return ExprArray.of(cols, coefs, led.constant - 2 * self.most)


class Leaders:
    """The leaders that another layer assigns, and their conflicts with the seats of a scope."""

    def __init__(self, led: Led, conflicts: Conflicts) -> None:
        self._led = led
        self._conflicts = conflicts
        self._scope = conflicts.scope

    def post(self, writer: ConstraintWriter) -> IntArray:
        """Forbid or penalise seats by the conflicts of the leaders of their holders.

        Returns:
            ``[I, S, T]`` the conflicts that do not depend on leaders and remain to be forbidden or penalised.
        """
        meetings, amounts = list(self._led_seats(writer)), self._conflicts.amounts
        if writer.level == 0:
            for one in meetings:
                asked = one.exprs()
                writer.at_most_each(one.where, asked.cols, asked.coefs, -asked.constants)
            return amounts
        found = [np.zeros((0, 4), dtype=np.int64), *(one.where for one in meetings)]
        where, owners = np.unique(np.concatenate(found), axis=0, return_inverse=True)
        own = tuple(where[:, [0, 1, 3]].T)
        alone = ExprArray.of(writer.grid()[tuple(where.T)][:, None], amounts[own][:, None])
        exprs = ExprArray.concat([alone, *(one.exprs() for one in meetings)])
        whose = np.concatenate([np.arange(len(where)), owners])
        order = np.argsort(whose, kind="stable")
        writer.penalise_each(where, writer.maximum_each(where, exprs[order], whose[order]))
        left = amounts.copy()
        left[own] = 0
        return left

    def _led_seats(self, writer: ConstraintWriter) -> Iterator[LedSeats]:
        """Yield the seats of each group with which a possible leader of the group is in conflict."""
        scope, layer = self._scope, self._layer
        for s, t in np.argwhere(self._leader_amounts.any(axis=0)).tolist():
            seen = layer.period_at(t)
            if seen >= len(layer.periods):
                continue  # not decided yet: an initial plan is built period by period
            items = np.flatnonzero(scope.covered[:, s, t] & (self._layer_index >= 0))
            grid = writer.grid(layer.name)[..., seen]
            for g in range(len(layer.slots)):
                leading = self._leader_conflicts(grid[:, g], s, t, writer.level == 0)
                if not leading or not len(items):
                    continue
                conflict = writer.maximum(leading, 0, Subject(slot=s, period=t))
                inside = grid[self._layer_index[items], g]
                for r in scope.roles:
                    taken = writer.grid()[items, s, r, t]
                    where = np.stack(np.broadcast_arrays(items, s, r, t), axis=1)
                    possible = (taken >= 0) & (inside >= 0).any(axis=1)
                    cols = np.hstack([taken[:, None], inside])[possible]
                    yield LedSeats(where[possible], cols, conflict, writer.upper_bound(conflict))

    def _leader_conflicts(self, grid: IntArray, slot: int, period: int, is_hard: bool) -> list[Expr]:
        """Return the decision for each leader in conflict, times his conflict; times 1 for a hard rule."""
        amounts = self._leader_amounts[:, slot, period]
        pairs = [(int(p), int(grid[p, r])) for p in np.flatnonzero(amounts) for r in self._roles]
        return [Expr.of([col]) * (1 if is_hard else int(amounts[p])) for p, col in pairs if col >= 0]

    def found(self, roster: Roster, item: int, slot: int, period: int) -> tuple[int, Text]:
        """Return the greatest conflict of the leaders of an item's group in a plan, with its explanation."""
        layer, mover = self._layer, int(self._layer_index[item])
        seen = layer.period_at(period)
        if mover < 0 or seen >= len(layer.periods):
            return 0, Text()
        plan, everyone = roster[layer.name], range(len(layer.roles))
        groups = plan.slots_of(mover, seen, everyone)
        leads = [p for g in groups for p in plan.items_in(g, seen, self._roles)]
        worst = max(leads, key=lambda p: int(self._leader_amounts[p, slot, period]), default=-1)
        if worst < 0 or not self._leader_amounts[worst, slot, period]:
            return 0, Text()
        return int(self._leader_amounts[worst, slot, period]), self._layer_conflicts.passed_on(
            worst, slot, period
        )

    @cached_property
    def _layer(self) -> Layer:
        return self._scope.context.layers[self._led.layer]

    @cached_property
    def _layer_conflicts(self) -> Conflicts:
        return self._conflicts.of_people(self._layer.items)

    @cached_property
    def _leader_amounts(self) -> IntArray:
        """``[P, S, T]``: the conflicts of that layer's people."""
        return self._layer_conflicts.own

    @cached_property
    def _layer_index(self) -> IntArray:
        """``[I]``: the index of each item in that layer, -1 if it is not there."""
        known = self._layer.item_index
        return np.array([known.get(name, -1) for name in self._scope.layer.items], dtype=np.int64)

    @cached_property
    def _roles(self) -> tuple[int, ...]:
        return tuple(r for r, role in enumerate(self._layer.roles) if role in self._led.role)
