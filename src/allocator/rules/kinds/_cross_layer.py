"""Rules that compare two locations for each place taken: `follow` and `elsewhere`.

Each location is a fixed text, or is decided by another layer. For each place taken a side has *movers*: the
items of that layer whose location counts, or one stand-in (``NOBODY``) for a fixed location. Rows are written
for all meetings (place, mover of one side, mover of the other side) at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Annotated

import numpy as np
import numpy.typing as npt

from allocator.model.layer import IntArray, Layer
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.expr import ExprArray
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc, PairText, ThereItemText, ThereSlotText
from allocator.rules.roster import Roster
from allocator.rules.rule import Dimension, Rule
from allocator.rules.scope import Scope


def _sides(template: str) -> tuple[str, str]:
    return template.replace("SIDE", "this"), template.replace("SIDE", "that")


#: The clauses of a sentence that say what each of the two sides is.
SIDES_ZH = _sides(
    "[SIDE.layer?{SIDE.item}[（按{SIDE.key}对应）]在{SIDE.layer}中的去处[~SIDE.at?（有去处即为“{SIDE.at}”）|的{SIDE.at}]|{SIDE}]"
)
SIDES_EN = _sides(
    "[SIDE.layer?the slot of {SIDE.item}[ (matched by {SIDE.key})] in {SIDE.layer}[ (as {SIDE.at})]|{SIDE}]"
)

#: The stand-in mover of a side with a fixed location.
NOBODY = -1


class Side(Strict):
    """Where an item of another layer is."""

    layer: Annotated[
        str,
        Doc(zh="那一层；其中每个对象至多占一个去处", en="That layer; an item takes at most one slot there."),
    ]
    item: Annotated[
        PairText, Doc(zh="那一层中对象的编号（或 `key`）", en="The id (or the `key`) of the item there.")
    ]
    key: Annotated[
        ThereItemText,
        Doc(
            zh="与 `item` 相比的文字；不填为对象编号",
            en="Text of that layer's item that `item` is compared with; its id if empty.",
        ),
    ] = ""
    at: Annotated[
        ThereSlotText,
        Doc(
            zh="所在之处的称呼；不填为去处编号",
            en="Text of that layer's slot that counts as the place; its id if empty.",
        ),
    ] = ""


class FixedLocation:
    """A location that no layer decides: a text for each item, slot and period."""

    def __init__(self, expression: str, scope: Scope) -> None:
        self._texts = scope.texts(expression)

    def movers(self, item: int, slot: int, period: int) -> list[int]:
        """Return the stand-in mover; no mover if the location is empty."""
        return [NOBODY] if self._texts[item, slot, period] else []

    def text(self, item: int, slot: int, period: int) -> str:
        """Return the location."""
        return str(self._texts[item, slot, period])


class DecidedLocation:
    """A location that another layer decides: the movers are that layer's items."""

    def __init__(self, side: Side, scope: Scope) -> None:
        self._side = side
        self._scope = scope
        self._texts = scope.texts(side.item)

    @cached_property
    def layer(self) -> Layer:
        """The layer that decides the location."""
        return self._scope.context.layers[self._side.layer]

    def movers(self, item: int, slot: int, period: int) -> list[int]:
        """Return the items of that layer whose location counts; an empty list if that layer has no such item.

        While an initial plan is built period by period, that layer may have fewer periods than this one.
        """
        if not self.layer.once and period >= len(self.layer.periods):
            return []
        return self._items_by_key.get(self._texts[item, slot, period], [])

    def columns(
        self, writer: ConstraintWriter, movers: IntArray, periods: IntArray
    ) -> Mapping[str, IntArray]:
        """Return ``[n, 1]`` columns by location: 1 if the mover is there; column -1 if that is impossible."""
        describe_locations = np.zeros_like(periods) if self.layer.once else periods
        slots_of = self._slots_of.items()
        return {
            place: writer.presence(self.layer, slots)[movers, describe_locations][:, None]
            for place, slots in slots_of
        }

    def place(self, roster: Roster, mover: int, period: int) -> str:
        """Return the location of a mover in a plan; an empty text if the plan does not assign the mover."""
        seats = roster[self.layer.name].seats(mover, self.layer.period_at(period))
        return self._slot_names[seats[0][0]] if seats else ""

    @cached_property
    def _slot_names(self) -> list[str]:
        """The location name of each slot of that layer."""
        return self._evaluate(self._side.at, "slot") if self._side.at else list(self.layer.slots)

    @cached_property
    def _slots_of(self) -> dict[str, IntArray]:
        names = np.array(self._slot_names, dtype=object)
        return {place: np.flatnonzero(names == place) for place in dict.fromkeys(self._slot_names) if place}

    @cached_property
    def _items_by_key(self) -> dict[str, list[int]]:
        """The items of that layer by id or key."""
        keys = self._evaluate(self._side.key, "item") if self._side.key else self.layer.items
        items: dict[str, list[int]] = {}
        for k, key in enumerate(keys):
            if key:
                items.setdefault(key, []).append(k)
        return items

    def _evaluate(self, expression: str, over: str) -> list[str]:
        context = self._scope.context
        [axis] = context.item_axes(self.layer) if over == "item" else context.slot_axes(self.layer)
        return [str(name) for name in context.compiler.compile(expression, axis.types, "STRING").over(axis)]


def resolve_location(side: Side | str, scope: Scope) -> FixedLocation | DecidedLocation:
    """Return the location of one side of the comparison, resolved for a scope."""
    return DecidedLocation(side, scope) if isinstance(side, Side) else FixedLocation(side, scope)


ABOUT: tuple[Dimension, ...] = ("item", "slot", "role", "period")


@dataclass(frozen=True, eq=False)
class ConditionalRows:
    """Rows ``sum(coefs * x[cols]) <= bound`` of some meetings of a rule.

    Attributes:
        rows: ``[m]`` the meeting of each row.
        cols: ``[m, w]`` the decisions of each row; the first one is the place taken.
        coefs: ``[w]`` the coefficients, the same in each row.
        bound: The bound, the same in each row.
    """

    rows: IntArray
    cols: IntArray
    coefs: tuple[int, ...]
    bound: int


@dataclass(frozen=True, eq=False)
class Meetings:
    """All meetings of a rule.

    Attributes:
        where: ``[n, 4]`` item, slot, role and period of the place taken.
        taken: ``[n]`` the decision for that place.
        this: For each location, ``[n, w]`` decisions that put this side there; or ``[n]`` fixed locations.
        that: The same for the other side.
    """

    where: IntArray
    taken: IntArray
    this: Mapping[str, IntArray] | npt.NDArray[np.object_]
    that: Mapping[str, IntArray] | npt.NDArray[np.object_]


class CrossLayerRule(Rule):
    """The two sides that are compared; a side without a place, or that no layer knows, asks nothing."""

    this: Annotated[
        Side | PairText,
        Doc(
            zh="一方：一处地点，或另一层所决定的去向",
            en="One side: a place, or whereabouts that another layer decides.",
        ),
    ]
    that: Annotated[Side | PairText, Doc(zh="另一方：写法相同", en="The other side, written the same way.")]

    def conditional_rows(self, meetings: Meetings) -> Iterator[ConditionalRows]:
        """Yield the rows that must hold if a place is taken; each kind of rule defines its own."""
        raise TypeError(f"{type(self).__name__} does not say what it asks")

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the rows of each place; a soft rule pays 1 for each place taken with a violated row."""
        meetings = _possible_meetings(
            writer, scope, resolve_location(self.this, scope), resolve_location(self.that, scope)
        )
        if self.is_hard:
            for asked in self.conditional_rows(meetings):
                writer.at_most_each(meetings.where[asked.rows], asked.cols, asked.coefs, asked.bound)
            return
        parts = list(self.conditional_rows(meetings))
        over = ExprArray.concat([ExprArray.of(asked.cols, asked.coefs, -asked.bound) for asked in parts])
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *(asked.rows for asked in parts)])
        where, owners = np.unique(meetings.where[rows], axis=0, return_inverse=True)
        order = np.argsort(owners, kind="stable")
        writer.penalise_each(where, writer.maximum_each(where, over[order], owners[order]))

    def found(self, roster: Roster, scope: Scope) -> Iterator[tuple[Subject, list[tuple[str, str]]]]:
        """Yield each place taken in scope, with the pairs of locations of its two sides in a plan."""
        sides = resolve_location(self.this, scope), resolve_location(self.that, scope)
        for i, s, r, t in scope.taken_seats(roster):
            this, that = (_locations(side, roster, (i, s, t)) for side in sides)
            yield Subject(item=i, slot=s, role=r, period=t), list(product(this, that))


def _possible_meetings(
    writer: ConstraintWriter,
    scope: Scope,
    this: FixedLocation | DecidedLocation,
    that: FixedLocation | DecidedLocation,
) -> Meetings:
    """Return each possible place with each pair of movers of its two sides."""
    rows: list[tuple[int, ...]] = []
    for i, s, t in np.argwhere(scope.covered & (writer.grid() >= 0).any(axis=2)).tolist():
        for here, there in product(this.movers(i, s, t), that.movers(i, s, t)):
            rows.extend((i, s, r, t, here, there) for r in scope.roles)
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    where = table[:, :4]
    taken = writer.grid()[tuple(where.T)]
    sides = (_columns(writer, side, where, table[:, 4 + k]) for k, side in enumerate((this, that)))
    return Meetings(where, taken, *sides)


def _columns(
    writer: ConstraintWriter, side: FixedLocation | DecidedLocation, where: IntArray, movers: IntArray
) -> Mapping[str, IntArray] | npt.NDArray[np.object_]:
    if isinstance(side, DecidedLocation):
        return side.columns(writer, movers, where[:, 3])
    return np.array([side.text(i, s, t) for i, s, _, t in where.tolist()], dtype=object)


def _locations(
    side: FixedLocation | DecidedLocation, roster: Roster, place: tuple[int, int, int]
) -> list[str]:
    if isinstance(side, FixedLocation):
        return [side.text(*place) for _ in side.movers(*place)]
    return [side.place(roster, mover, place[2]) for mover in side.movers(*place)]


def describe_locations(pairs: list[tuple[str, str]]) -> Text:
    """Return the explanation of a breach: its pairs of locations."""
    return Text(
        zh="；".join(f"{a or '无'} 与 {b or '无'}" for a, b in pairs),
        en="; ".join(f"{a or 'nowhere'} and {b or 'nowhere'}" for a, b in pairs),
    )
