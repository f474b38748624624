"""fairness: the worst-off slot or item is as well off as can be (max-min)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.kind import Breach, Dimension, Example, Rule
from allocator.rules.kinds._loads import Each, Load, Over, loads_by, terms_by
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope


class Fairness(Rule):
    """In each period (or over the horizon) the slot (or item) with the least load has ``target`` at least.

    A soft rule pays by how much that one falls short: only the worst-off counts, whatever the others
    have. With ``load: score.bid`` no case gets a team that fits it badly so that others fit well.
    """

    name: ClassVar[str] = "fairness"
    summary: ClassVar[Text] = Text(
        zh="公平：最差的一个尽可能好（最大最小）", en="the worst-off is as well off as can be (max-min)"
    )
    in_chinese: ClassVar[str] = (
        "各周期（或全程）中负荷最小的去处（或对象）至少有 `target`。\n\n"
        "非硬规则：按最小者所差的数计代价，只看最差的一个，不看其余。`load: score.bid` 时，不会为了别的案件\n"
        "搭配得好而让某一案件搭配得差。"
    )
    about: ClassVar[tuple[Dimension, ...]] = ("period",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "fairness", "on": "turn", "target": 1},
            kept=("Wang=East@all Li=West@all",),
            broken=("Wang=East@all Li=West@2026", "all=East@all"),
        ),
        Example(
            rule={
                "kind": "fairness",
                "on": "casework",
                "each": "item",
                "items": "person.id != 'Zhao'",
                "load": "case.effort",
                "over": "horizon",
                "target": 2,
                "level": 1,
            },
            kept=("Wang=C2/reviewer@2027 Li=C1/investigator@2026 Li=C3/reviewer@2026",),
            broken=("Wang=C2/reviewer@2027",),
        ),
    )

    kind: Literal["fairness"]
    each: Each = "slot"
    load: Load = 1
    over: Over = "period"
    target: Annotated[
        int,
        Field(ge=1, le=10**9),
        Means(zh="最差者也应达到的数", en="What the worst-off should have."),
    ]

    def post(self, pen: Pen, scope: Scope) -> None:
        """The greatest shortfall of each period, 0 if there is none."""
        terms = list(terms_by(scope, pen.grid(), self.each, self.load, self.over))
        for period in sorted({subject.period for subject, _ in terms}):
            about = Subject(period=period)
            short = [-load + self.target for subject, load in terms if subject.period == period]
            pen.pay(pen.most(short, 0, about), about)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Find the least load of each period."""
        loads = list(loads_by(scope, roster[self.on], self.each, self.load, self.over))
        for period in sorted({subject.period for subject, _ in loads}):
            least = min(load for subject, load in loads if subject.period == period)
            if least < self.target:
                detail = Text(
                    zh=f"最少 {least}，目标 {self.target}", en=f"least {least}, target {self.target}"
                )
                yield Breach(Subject(period=period), self.target - least, detail)
