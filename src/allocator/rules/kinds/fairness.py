"""fairness: the worst-off slot or item is as well off as can be (max-min)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc
from allocator.rules.kinds._loads import LOADS_EN, LOADS_ZH, LoadRule, shortfall
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Fairness(LoadRule):
    """In each period (or over the horizon) the slot (or item) with the least load has ``target`` at least.

    A soft rule pays by how much that one falls short: only the worst-off counts, whatever the others
    have. With ``load: score.bid`` no case gets a team that fits it badly so that others fit well.

    ``worst: 2`` adds up the two least loads, which should have twice ``target``. Rules with ``worst`` 1, 2,
    3 ... at levels one below the other are leximin so far down: the worst-off first, then the next.
    """

    name: ClassVar[str] = "fairness"
    summary: ClassVar[Text] = Text(
        zh="公平：最差的一个尽可能好（最大最小）", en="the worst-off is as well off as can be (max-min)"
    )
    doc_zh: ClassVar[str] = (
        "各周期（或全程）中负荷最小的去处（或对象）至少有 `target`。\n\n"
        "非硬规则：按最小者所差的数计代价，只看最差的一个，不看其余。`load: score.bid` 时，不会为了别的案件\n"
        "搭配得好而让某一案件搭配得差。\n\n"
        "`worst: 2` 为最小的两个之和，应达到 `target` 的两倍。`worst` 为 1、2、3……的规则依次放在各级，\n"
        "即为字典序最大最小（leximin）：先顾最差的，再顾次差的。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"{LOADS_ZH}[over=horizon?全程|<each>]最少的[ {{worst}} 个，平均]不低于 {{target}}",
        en=f"{LOADS_EN} is at least {{target}} for the worst-off[ {{worst}}, on average][over=horizon?"
        " over the horizon|<each>]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("period",)
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
        Example(
            rule={
                "kind": "fairness",
                "on": "turn",
                "each": "item",
                "over": "horizon",
                "target": 2,
                "worst": 2,
            },
            kept=(
                "Wang=East@all Li=East@2026 Li=West@2027 Zhao=West@all",
                "Wang=East@all Li=East@all Zhao=West@2026",
            ),
            broken=("Wang=East@all Li=East@all", "Zhao=East@all"),
        ),
        Example(
            rule={
                "kind": "fairness",
                "on": "casework",
                "each": "item",
                "load": "case.effort",
                "carried": "person.id == 'Li' ? 3 : 0",
                "over": "horizon",
                "target": 3,
                "worst": 2,
            },
            kept=("Wang=C2/reviewer@2027", "Wang=C1/reviewer@2026 Li=C3/reviewer@2026"),
            broken=("Wang=C1/investigator@2026",),
        ),
        Example(
            rule={
                "kind": "fairness",
                "on": "turn",
                "each": "person.grade == 'head' ? 'heads' : 'others'",
                "over": "horizon",
                "target": 3,
            },
            kept=("Wang=East@2026 Zhao=West@2026 Wang=West@2027 Li=East@all",),
            broken=("Wang=East@all Li=East@2026", "Li=East@all Wang=East@2026 Zhao=East@2026"),
        ),
    )

    kind: Literal["fairness"]
    target: Annotated[
        int,
        Field(ge=1, le=10**9),
        Doc(zh="最差者也应达到的数", en="What the worst-off should have."),
    ]

    worst: Annotated[
        int,
        Field(ge=1, le=1000),
        Doc(
            zh="看最差的几个：其和应达到 target 的几倍；不足这么多个时看全部",
            en="How many of the worst-off are added up, all if there are fewer: they should have so many "
            "times `target`.",
        ),
    ] = 1

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Return None for a hard rule over the horizon: a later period can add any load."""
        return None if self.over == "horizon" and self.is_hard else self

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Penalise the shortfall of the worst-off below the target in each period."""
        terms = list(self.load_exprs(writer, scope))
        for period in sorted({subject.period for subject, _ in terms}):
            about = Subject(period=period)
            loads = [load for subject, load in terms if subject.period == period]
            writer.penalise(self._worst_off_shortfall(writer, loads, about), about)

    def _worst_off_shortfall(self, writer: ConstraintWriter, loads: list[Expr], about: Subject) -> Expr:
        """Return the shortfall of the ``worst`` least loads together, at least 0; exact if minimised.

        The sum of the k greatest values s is the minimum of k t + sum(max(0, s - t)) over all t. The kth
        greatest value is such a t (Ogryczak and Tamir 2003, "Minimizing the sum of the k largest functions in
        linear time").
        """
        if self.worst == 1:
            return writer.maximum([shortfall(load, self.target) for load in loads], 0, about)
        short = [-load + self.target for load in loads]
        if self.worst >= len(short):
            return writer.maximum([Expr.total(short)], 0, about)
        mark = writer.nth_largest(short, self.worst)
        beyond = [writer.maximum([one - mark], 0, about) for one in short]
        return writer.maximum([mark * self.worst + Expr.total(beyond)], 0, about)

    def measurement(self, roster: Roster, scope: Scope) -> Text | None:
        """Return the load and the target of the worst-off, in the period with the greatest shortfall."""
        loads = {t: sorted(found)[: self.worst] for t, found in self.loads_by_period(roster, scope).items()}
        if not loads:
            return None
        period = min(loads, key=lambda t: (sum(loads[t]) - self.target * len(loads[t]), t))
        has, of = sum(loads[period]), len(loads[period])
        many = Text() if of == 1 else Text(zh=f" {of} 个之和", en=f" {of} together")
        when = self.period_suffix(scope, period, len(loads))
        return Text(
            zh=f"最少{many.zh} {has}，目标 {self.target * of}{when}",
            en=f"least{many.en} {has}, target {self.target * of}{when}",
        )

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each period in which the least loads together are below the target."""
        loads = list(self.loads(roster, scope))
        for period in sorted({subject.period for subject, _ in loads}):
            least = sorted(load for subject, load in loads if subject.period == period)[: self.worst]
            has, target = sum(least), self.target * len(least)
            if has < target:
                detail = Text(zh=f"最少 {has}，目标 {target}", en=f"least {has}, target {target}")
                yield Breach(Subject(period=period), target - has, detail)
