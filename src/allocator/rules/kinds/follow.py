"""follow: the two sides of a taken place are in the same location, such as a person in the unit's zone."""

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


class Follow(CrossLayerRule):
    """For each place taken, ``this`` and ``that`` are in the same place.

    Each of the two is a text (``group.parent``), or the whereabouts that another layer decides (``{layer:
    zoning, item: person.unit}``). An item that the other layer knows but assigns nowhere is in no place:
    this is a breach. If several items fit ``key``, all of them must be in that place.
    """

    name: ClassVar[str] = "follow"
    summary: ClassVar[Text] = Text(
        zh="随同：人员随单位入片区、案件在本片区办理", en="go where something else goes"
    )
    doc_zh: ClassVar[str] = (
        "占据的每个位置上，`this` 与 `that` 在同一处。\n\n"
        "两者各为一处地点（`group.parent`），或另一层所决定的去向（`{layer: zoning, item: person.unit}`）。\n"
        "那一层有此对象而未作安排的，不在任何地方，算作违反。\n"
        "`key` 相符的对象有几个的，全部都须在同一处。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"<who>安排到<where>，{SIDES_ZH[0]}[~that?须为{{that}}|须与{SIDES_ZH[1]}相同]",
        en=f"for any <who> in a <where>, {SIDES_EN[0]} is {SIDES_EN[1]}",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ABOUT
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={
                "kind": "follow",
                "on": "turn",
                "items": "person.id != 'Zhao'",
                "this": "group.parent",
                "that": {"layer": "zoning", "item": "person.unit"},
            },
            kept=(
                "Mill=Z1 Wang=East@all",
                "Mill=Z2 North=Z1 Wang=West@2026 Zhao=East@all",
                "Li=East@all North=Z1",
            ),
            broken=("Mill=Z2 Wang=East@all", "Wang=East@2026"),
        ),
        Example(
            rule={
                "kind": "follow",
                "on": "casework",
                "role": "investigator",
                "this": {"layer": "turn", "item": "person.id", "at": "group.parent"},
                "that": {"layer": "zoning", "item": "case.unit"},
            },
            kept=("North=Z1 Li=East@2026 Li=C1/investigator@2026", "Li=C1/reviewer@2026"),
            broken=("North=Z1 Li=West@2026 Li=C1/investigator@2026", "Li=East@2026 Li=C1/investigator@2026"),
        ),
        Example(
            rule={"kind": "follow", "on": "casework", "this": "person.unit", "that": "case.unit"},
            kept=("Li=C1/reviewer@2026",),
            broken=("Wang=C1/reviewer@2026",),
        ),
    )

    kind: Literal["follow"]

    def conditional_rows(self, meetings: Meetings) -> Iterator[ConditionalRows]:
        """Yield rows that require both sides to be in the same location, and not nowhere."""
        this, that, taken = meetings.this, meetings.that, meetings.taken[:, None]
        everywhere = np.arange(len(taken))
        if isinstance(this, Mapping) and isinstance(that, Mapping):
            somewhere = np.hstack([taken, *that.values()])
            yield ConditionalRows(everywhere, somewhere, (1, *[-1] * (somewhere.shape[1] - 1)), 0)
            for place, there in that.items():
                here = this.get(place, there[:, :0])
                coefs = (1, *[1] * there.shape[1], *[-1] * here.shape[1])
                yield ConditionalRows(everywhere, np.hstack([taken, there, here]), coefs, 1)
        elif isinstance(this, Mapping):
            yield from _kept_together(taken, this, that)
        elif isinstance(that, Mapping):
            yield from _kept_together(taken, that, this)
        else:
            apart = np.flatnonzero(this != that)
            yield ConditionalRows(apart, taken[apart], (1,), 0)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each taken place whose two sides are in different locations, or nowhere."""
        for subject, pairs in self.found(roster, scope):
            if apart := [(this, that) for this, that in pairs if this != that or not this]:
                yield Breach(subject, 1, describe_locations(apart))


def _kept_together(taken: IntArray, decided: Mapping[str, IntArray], known: Any) -> Iterator[ConditionalRows]:
    """Yield rows that put the decided side at the known location of the other if the place is taken."""
    names = np.asarray(known)
    for place in dict.fromkeys(names.tolist()):
        rows = np.flatnonzero(names == place)
        there = decided.get(place)
        cols = taken[rows] if there is None else np.hstack([taken[rows], there[rows]])
        yield ConditionalRows(rows, cols, (1, *[-1] * (cols.shape[1] - 1)), 0)
