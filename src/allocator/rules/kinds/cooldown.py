"""cooldown: who leaves a place does not come back for so many periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.kind import Breach, Dimension, Example, Rule
from allocator.rules.kinds._places import about
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope


class Cooldown(Rule):
    """After a stay in a slot has ended, at least ``periods`` periods pass before the next one there."""

    name: ClassVar[str] = "cooldown"
    summary: ClassVar[Text] = Text(zh="回任间隔：离任后若干周期内不得回任", en="periods before coming back")
    in_chinese: ClassVar[str] = "离开一个去处之后，至少隔 `periods` 个周期才可再来。"
    about: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "cooldown", "on": "turn", "periods": 1},
            kept=("Wang=East@all", "Li=East@2026 Li=West@2027 Li=West@2028"),
            broken=("Wang=East@2026 Wang=East@2028", "Zhao=East@2027"),
        ),
        Example(
            rule={"kind": "cooldown", "on": "turn", "periods": 2},
            kept=("Wang=East@2027 Wang=East@2028",),
            broken=("Li=West@2027",),
        ),
    )

    kind: Literal["cooldown"]
    periods: Annotated[
        int,
        Field(ge=1, le=1000),
        Means(zh="离任后至少隔几个周期才可回任", en="How many periods pass before coming back."),
    ]

    def post(self, pen: Pen, scope: Scope) -> None:
        """Forbid (or price) in, out for a gap, in again; the history is known."""
        pairs = np.argwhere(scope.covered.any(axis=2))
        for back in scope.periods:
            for left in range(back - self.periods - 1, back - 1):
                _post_returns(pen, scope, pairs, left, back)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Look back from the start of each stay."""
        held = roster[self.on]
        for i, s, first, _ in held.spells(scope.roles):
            if i not in scope.item_set or s not in scope.slot_set or first not in scope.periods:
                continue
            for gap in range(1, self.periods + 1):
                if held.holds(i, s, first - gap - 1, scope.roles):
                    detail = Text(zh=f"离任 {gap} 个周期即回任", en=f"back after {gap} periods away")
                    yield Breach(Subject(item=i, slot=s, period=first), 1, detail)
                    break


def _post_returns(pen: Pen, scope: Scope, pairs: IntArray, left: int, back: int) -> None:
    """Write for each item and slot: there in ``left`` and in ``back`` only if there in between."""
    i, s = pairs.T
    signs = {left: 1, **dict.fromkeys(range(left + 1, back), -1), back: 1}
    steps = pen.grid()[i, s][:, list(scope.roles), max(left, 0) : back + 1]
    coefs = np.tile([sign for t, sign in signs.items() if t >= 0], len(scope.roles))
    known = sum((sign * scope.were_there(t)[i, s].astype(np.int64) for t, sign in signs.items() if t < 0), 0)
    where = about(item=i, slot=s, period=back)
    pen.at_most_each(where, steps.reshape(len(pairs), len(coefs)), coefs, 1 - known)
