"""balance: loads of slots or items differ as little as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc, EachAimed
from allocator.rules.expressions.selectors import refuse_negative
from allocator.rules.kinds._loads import LOADS_EN, LOADS_ZH, LoadRule, shortfall
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Balance(LoadRule):
    """In each period (or over the horizon) loads are even.

    ``measure: range`` counts by how much the greatest load exceeds the least, beyond ``tolerance``.
    ``deviation`` adds up how far each load is from ``target`` beyond ``tolerance``; ``squares`` adds up
    the squares of those distances, so that one load far off costs more than several a little off.
    ``each: layer`` is the load of all slots together, which has a target but nothing to be compared with.
    """

    name: ClassVar[str] = "balance"
    summary: ClassVar[Text] = Text(zh="各机构或各人的负荷均衡", en="even loads of slots or items")
    doc_zh: ClassVar[str] = (
        "各周期（或全程）的负荷应当均衡。\n\n"
        "`measure: range` 计最大与最小负荷之差超出 `tolerance` 的部分；`deviation` 计各负荷偏离 `target`\n"
        "超出 `tolerance` 的总和；`squares` 计其平方和，一处偏得多比几处各偏一点代价更大。\n"
        "`each: layer` 为各去处合计，可有目标，无从比较大小。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"{LOADS_ZH}[over=horizon?全程|<each>]应当均衡：[measure=range?最多与最少相差不超过 "
        f"{{tolerance}}|measure=deviation?偏离目标 {{target}} 不超过 {{tolerance}}（按偏差之和计）|"
        f"偏离目标 {{target}} 不超过 {{tolerance}}（按偏差平方和计）]",
        en=f"{LOADS_EN} [measure=range?differs by at most {{tolerance}} between the least and the"
        f" greatest|measure=deviation?is within {{tolerance}} of {{target}} (by the sum of"
        f" distances)|is within {{tolerance}} of {{target}} (by the sum of squares)][over=horizon?"
        " over the horizon|<each>]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period", "part")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "balance", "on": "turn", "tolerance": 1},
            kept=("Wang=East@all Li=West@all", "Wang=East@all Li=West@all Zhao=East@all"),
            broken=("Wang=East@all Li=East@2026", "all=West@all"),
        ),
        Example(
            rule={
                "kind": "balance",
                "on": "turn",
                "load": "person.age - 40",
                "measure": "deviation",
                "target": 3,
                "tolerance": 2,
            },
            kept=("Wang=East@all Li=West@all",),
            broken=("Wang=East@all", "Wang=East@all Li=East@all Zhao=West@all"),
        ),
        Example(
            rule={"kind": "balance", "on": "turn", "measure": "squares", "target": 1, "during": ["2026"]},
            kept=("Wang=East@2026 Li=West@2026",),
            broken=("all=East@2026", "Wang=East@2026"),
        ),
        Example(
            rule={
                "kind": "balance",
                "on": "casework",
                "each": "item",
                "load": "case.effort",
                "over": "horizon",
                "measure": "deviation",
                "target": 3,
            },
            kept=("Wang=C2/reviewer@2027 Li=C1/investigator@2026 Li=C3/reviewer@2026",),
            broken=(
                "Wang=C2/reviewer@2027",
                "Wang=C2/reviewer@2027 Li=C2/investigator@2027 Li=C3/reviewer@2026",
            ),
        ),
        Example(
            rule={
                "kind": "balance",
                "on": "casework",
                "each": "item",
                "load": "case.effort",
                "carried": "person.id == 'Li' ? 4 : 1",
                "over": "horizon",
                "measure": "squares",
                "target": 3,
                "tolerance": 1,
            },
            kept=("Wang=C3/reviewer@2026", "Wang=C2/reviewer@2027"),
            broken=(
                "Li=C3/reviewer@2026 Wang=C1/investigator@2026",
                "Wang=C2/reviewer@2027 Li=C2/investigator@2027",
            ),
        ),
        Example(
            rule={
                "kind": "balance",
                "on": "turn",
                "each": "item",
                "carried": "person.id == 'Wang' ? 2 : 0",
                "over": "horizon",
                "tolerance": 1,
            },
            kept=("Li=East@2026 Zhao=West@2027", "all=East@2026 Li=East@2027 Zhao=West@2027"),
            broken=("Wang=East@2026 Li=West@2026 Zhao=West@2027", "Li=East@all"),
        ),
        Example(
            rule={
                "kind": "balance",
                "on": "turn",
                "each": "person.grade",
                "measure": "deviation",
                "target": 1,
            },
            kept=("Wang=East@2026 Li=East@all Zhao=West@2027 Wang=West@2028",),
            broken=("Wang=East@all Li=East@all Zhao=West@2026", "Wang=East@all"),
        ),
        Example(
            rule={
                "kind": "balance",
                "on": "turn",
                "each": "layer",
                "measure": "squares",
                "target": 2,
                "tolerance": 1,
            },
            kept=("Wang=East@all Zhao=West@2026 Li=West@2028", "Li=East@all"),
            broken=("Wang=East@2026 Li=West@2027", "all=East@2026 Wang=East@2027"),
        ),
    )

    kind: Literal["balance"]
    measure: Annotated[
        Literal["range", "deviation", "squares"],
        Doc(
            zh="怎样算不均：最大与最小之差（range）、偏离之和（deviation）、偏离平方和（squares）",
            en="How unevenness is counted: greatest less least, sum of distances, or sum of their squares.",
        ),
    ] = "range"
    tolerance: Annotated[
        int, Field(ge=0, le=10**9), Doc(zh="在此差距以内不计", en="A difference up to this much is free.")
    ] = 0
    target: Annotated[
        EachAimed,
        Doc(
            zh="应有的负荷，用于 deviation 和 squares；可为去处（或对象）自身的表达式，逐期计算时可读周期",
            en="The load that there should be, for `deviation` and `squares`; may read slot or item, and "
            "the period unless `over: horizon`.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _something_to_compare(self) -> Balance:
        if self.each == "layer" and self.measure == "range":
            raise FieldError(
                zh="each 为 layer 时 measure 须为 deviation 或 squares",
                en="the layer as a whole has nothing to be compared with: measure is deviation or squares",
            )
        if self.each == "layer" and self.over == "horizon" and isinstance(self.target, str):
            raise FieldError(
                zh="each 为 layer、over 为 horizon 时 target 须为整数",
                en="the target of the layer as a whole over the horizon must be a whole number",
            )
        return self

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the range of the loads in each period, or the distance of each load from its target."""
        terms = list(self.load_exprs(writer, scope))
        if self.measure == "range":
            for period in sorted({subject.period for subject, _ in terms}):
                loads = [load for subject, load in terms if subject.period == period]
                about = Subject(period=period)
                writer.at_most(
                    writer.maximum(loads, 0, about) - writer.minimum(loads, about), self.tolerance, about
                )
            return
        targets = self._targets(scope)
        for subject, load in terms:
            writer.penalise(self._distance(writer, load, targets(subject), subject), subject)

    def _targets(self, scope: Scope) -> Callable[[Subject], int]:
        """Return a function that gives the target of a subject.

        Raises:
            SelectorError: A target is negative, or differs within a group.
        """
        groups = self.groups(scope)
        found = groups.limit(self.target, horizon=self.over == "horizon")
        refuse_negative(found, self.target, groups.ids, [period.id for period in scope.layer.periods])
        return lambda subject: int(found[groups.group_of(subject), max(subject.period, 0)])

    def _distance(self, writer: ConstraintWriter, load: Expr, target: int, subject: Subject) -> Expr:
        below, above = target - self.tolerance, target + self.tolerance
        far = writer.maximum([load - above, shortfall(load, below)], 0, subject)
        return far if self.measure == "deviation" else writer.square(far, subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each range above the tolerance, or each load too far from its target."""
        loads, groups = list(self.loads(roster, scope)), self.groups(scope)
        if self.measure == "range":
            yield from self._ranges(loads)
            return
        targets = self._targets(scope)
        for subject, load in loads:
            target = targets(subject)
            far = max(0, abs(load - target) - self.tolerance)
            if far:
                detail = Text(zh=f"实为 {load}，目标 {target}", en=f"is {load}, target {target}")
                amount = far if self.measure == "deviation" else far * far
                yield Breach(subject, amount, groups.with_name(subject, detail))

    def measurement(self, roster: Roster, scope: Scope) -> Text | None:
        """Return the least and the greatest load of the period with the widest range."""
        loads = self.loads_by_period(roster, scope)
        if not loads:
            return None
        period = max(loads, key=lambda t: (max(loads[t]) - min(loads[t]), -t))
        least, most = min(loads[period]), max(loads[period])
        when = self.period_suffix(scope, period, len(loads))
        return Text(
            zh=f"负荷 {least}–{most}，相差 {most - least}{when}",
            en=f"loads {least} to {most}, spread {most - least}{when}",
        )

    def _ranges(self, loads: list[tuple[Subject, int]]) -> Iterator[Breach]:
        for period in sorted({subject.period for subject, _ in loads}):
            values = [load for subject, load in loads if subject.period == period]
            least, most = min(values), max(0, *values)
            if most - least > self.tolerance:
                detail = Text(zh=f"最多 {most}，最少 {least}", en=f"most {most}, least {least}")
                yield Breach(Subject(period=period), most - least - self.tolerance, detail)
