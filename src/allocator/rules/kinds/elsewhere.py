"""elsewhere: the two sides of a taken place lie apart: a case is handled away from home (异地办案)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.rules.kinds._cross_layer import (
    ABOUT,
    SIDES_EN,
    SIDES_ZH,
    ConditionalRows,
    CrossLayerRule,
    Meetings,
    describe_locations,
)
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Elsewhere(CrossLayerRule):
    """For each place taken, ``this`` and ``that`` are not in the same place.

    Each of the two is a text, or the whereabouts that another layer decides, as in ``follow``. An item
    without whereabouts is in the same place as nothing. If several items fit ``key``, none of them may be
    in that place.
    """

    name: ClassVar[str] = "elsewhere"
    summary: ClassVar[Text] = Text(
        zh="异地：办案人员与案发地、籍贯地不在同一处", en="be away from something else"
    )
    doc_zh: ClassVar[str] = (
        "占据的每个位置上，`this` 与 `that` 不在同一处。\n\n"
        "两者各为一处地点，或另一层所决定的去向，写法同 `follow`。不在任何地方的，与谁都不同处。\n"
        "`key` 相符的对象有几个的，任何一个在同一处即为违反。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"<who>安排到<where>，{SIDES_ZH[0]}[~that?不得为{{that}}|不得与{SIDES_ZH[1]}相同]",
        en=f"for any <who> in a <where>, {SIDES_EN[0]} is not {SIDES_EN[1]}",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ABOUT
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "elsewhere", "on": "casework", "this": "person.unit", "that": "case.unit"},
            kept=("Wang=C1/reviewer@2026",),
            broken=("Li=C1/reviewer@2026",),
        ),
        Example(
            rule={
                "kind": "elsewhere",
                "on": "turn",
                "this": "group.parent",
                "that": {
                    "layer": "zoning",
                    "item": "person.native_place",
                    "key": "unit.kind == 'township' ? unit.place : ''",
                },
            },
            kept=("North=Z2 Wang=East@all", "Wang=East@all"),
            broken=("North=Z1 Wang=East@all",),
        ),
        Example(
            rule={
                "kind": "elsewhere",
                "on": "casework",
                "this": {"layer": "turn", "item": "person.id", "at": "group.parent"},
                "that": {"layer": "zoning", "item": "case.unit"},
            },
            kept=("North=Z1 Li=West@2026 Li=C1/investigator@2026", "Li=East@2026 Li=C1/reviewer@2026"),
            broken=("North=Z1 Li=East@2026 Li=C1/investigator@2026",),
        ),
    )

    kind: Literal["elsewhere"]

    def conditional_rows(self, meetings: Meetings) -> Iterator[ConditionalRows]:
        """Yield rows that allow at most one of the two sides in any location."""
        this, that, taken = meetings.this, meetings.that, meetings.taken[:, None]
        everywhere = np.arange(len(taken))
        if isinstance(this, Mapping) and isinstance(that, Mapping):
            for place in [name for name in this if name in that]:
                cols = np.hstack([taken, this[place], that[place]])
                yield ConditionalRows(everywhere, cols, (1,) * cols.shape[1], 2)
        elif isinstance(this, Mapping):
            yield from _kept_apart(taken, this, that)
        elif isinstance(that, Mapping):
            yield from _kept_apart(taken, that, this)
        else:
            together = np.flatnonzero(this == that)
            yield ConditionalRows(together, taken[together], (1,), 0)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each taken place whose two sides are in the same location."""
        for subject, pairs in self.found(roster, scope):
            if together := [(this, that) for this, that in pairs if this == that and this]:
                yield Breach(subject, 1, describe_locations(together))


def _kept_apart(taken: IntArray, decided: Mapping[str, IntArray], known: Any) -> Iterator[ConditionalRows]:
    """Yield rows that keep the decided side out of the known location of the other if the place is taken."""
    for place, there in decided.items():
        rows = np.flatnonzero(np.asarray(known) == place)
        cols = np.hstack([taken[rows], there[rows]])
        yield ConditionalRows(rows, cols, (1,) * cols.shape[1], 1)
