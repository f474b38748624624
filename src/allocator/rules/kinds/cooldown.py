"""cooldown: an item that leaves a slot stays away for a least number of periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter, subject_rows
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Cooldown(Rule):
    """Between two stays of an item in one slot lie at least ``periods`` periods.

    The number means the same as ``apart`` of ``frequency``. An item that leaves after 2026 with ``periods:
    2`` is away in 2027 and 2028 and may come back in 2029. Stays before the horizon count; each return that
    is too early costs 1. ``periods: 1`` requires only that a stay has ended. ``max_term`` limits the length
    of one stay.
    """

    name: ClassVar[str] = "cooldown"
    summary: ClassVar[Text] = Text(
        zh="回任间隔：离任后至少隔若干个周期才可回任",
        en="at least so many periods between two stays in a slot",
    )
    doc_zh: ClassVar[str] = (
        "同一对象在同一去处的两段任职之间，至少相隔 `periods` 个周期，与 `frequency` 的 `apart` 同义。\n\n"
        "如 `periods: 2`，2026 年后离任的，2027、2028 年不在，2029 年起可以回任。规划期以前的任职计入；\n"
        "每次过早回任计 1。`periods: 1` 只要求中间确已离任。一段任职可以多长，由 `max_term` 规定。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>离开一个<where>后，至少相隔 {periods} 期才可回到同一<slot>",
        en="between two stays of any <who> in the same <where> lie at least {periods} period(s)",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "cooldown", "on": "turn", "periods": 2},
            kept=("Wang=East@all", "Li=East@2026 Li=West@2027 Li=West@2028", "Li=West@2027"),
            broken=("Wang=East@2026 Wang=East@2028", "Zhao=East@2027"),
        ),
        Example(
            rule={"kind": "cooldown", "on": "turn", "periods": 3},
            kept=("Wang=East@2027 Wang=East@2028", "Li=West@2028", "Zhao=East@2026"),
            broken=("Li=West@2027", "Wang=East@2026 Wang=East@2028"),
        ),
    )

    kind: Literal["cooldown"]
    periods: Annotated[
        int,
        Field(ge=1, le=1000),
        Doc(zh="两段任职之间至少相隔几个周期", en="Least number of periods between two stays in one slot."),
    ]

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return True

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid or penalise each return after too short a gap; past stays enter as constants."""
        pairs = np.argwhere(scope.covered.any(axis=2))
        for back in scope.periods:
            for left in range(back - self.periods, back - 1):
                _post_returns(writer, scope, pairs, left, back)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each stay that begins too soon after an earlier stay in the same slot."""
        held = roster[self.on]
        for i, s, first, _ in held.spells(scope.roles):
            if i not in scope.item_set or s not in scope.slot_set or first not in scope.periods:
                continue
            for gap in range(1, self.periods):
                if held.holds(i, s, first - gap - 1, scope.roles):
                    detail = Text(
                        zh=f"离任仅 {gap} 个周期即回任，应隔 {self.periods} 个",
                        en=f"back after only {gap} periods away, {self.periods} asked for",
                    )
                    yield Breach(Subject(item=i, slot=s, period=first), 1, detail)
                    break


def _post_returns(writer: ConstraintWriter, scope: Scope, pairs: IntArray, left: int, back: int) -> None:
    """Write rows that allow a stay in both ``left`` and ``back`` only with a stay in between.

    Args:
        writer: The writer of the rule.
        scope: The scope of the rule.
        pairs: ``[n, 2]`` item and slot of each row.
        left: The last period of the earlier stay; negative before the horizon.
        back: The period of the return.
    """
    i, s = pairs.T
    signs = {left: 1, **dict.fromkeys(range(left + 1, back), -1), back: 1}
    steps = writer.grid()[i, s][:, list(scope.roles), max(left, 0) : back + 1]
    coefs = np.tile([sign for t, sign in signs.items() if t >= 0], len(scope.roles))
    known = sum(
        (sign * scope.holders_before(t)[i, s].astype(np.int64) for t, sign in signs.items() if t < 0), 0
    )
    where = subject_rows(item=i, slot=s, period=back)
    writer.at_most_each(where, steps.reshape(len(pairs), len(coefs)), coefs, 1 - known)
