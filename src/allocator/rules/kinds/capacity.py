"""capacity: bounds on the load of a slot, an item or a layer, in a period or over the whole horizon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, EachLimit
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.kinds._loads import Groups, LoadRule, load_subjects
from allocator.rules.roster import Roster
from allocator.rules.rule import (
    Bounds,
    Breach,
    Dimension,
    Example,
    FieldError,
    FieldProblem,
    Rule,
    crossed,
    may_cross,
    refuse_crossed,
)
from allocator.rules.scope import Scope
from allocator.rules.sentences import BOUNDS_EN, BOUNDS_ZH, Sentence


class Capacity(LoadRule):
    """The load of each slot (or item) stays between ``atleast`` and ``atmost``.

    ``load`` is what one assignment adds, 1 if not given: ``case.effort``, ``unit.workload``. The limits are
    numbers or expressions over the slot (or item) itself, such as ``person.capacity``; an ``atmost`` below
    the ``atleast`` of any slot (or item) is refused. Unless ``over: horizon`` they may read the period,
    ``period.id == '2026-05-01' ? 2 : 1``, and a score table of slots (or items) by periods,
    ``score.demand``, whose empty cells are 0.

    ``each: layer`` adds up all slots, such as two or three visits a month whoever leads them; its limits read
    the period alone. ``each: group.parent`` adds up the slots of each parent: a limit is read once for each
    value, so it must be the same for all that have it.
    """

    name: ClassVar[str] = "capacity"
    summary: ClassVar[Text] = Text(
        zh="每个机构容纳、每个人承担、或全层合计的数量上下限",
        en="how much a slot holds, an item carries, or a layer does in all",
    )
    doc_zh: ClassVar[str] = (
        "每个去处（或对象）的负荷在 `atleast` 与 `atmost` 之间。\n\n"
        "`load` 是一次安排增加的负荷，不填为 1，如 `case.effort`、`unit.workload`。\n"
        "上下限可以是数，也可以是去处（或对象）自身的表达式，如 `person.capacity`；\n"
        "任一去处（或对象）的 `atmost` 小于 `atleast` 即报错。\n"
        "除 `over: horizon` 外还可读周期，如 `period.id == '2026-05-01' ? 2 : 1`，\n"
        "或读去处（或对象）与周期的分值表，如 `score.demand`，空格为 0。\n\n"
        "`each: layer` 为各去处合计，如每月走访 2 至 3 个单位，不论由谁带队；其上下限只可读周期。\n"
        "`each: group.parent` 为同一上级的去处合计；同一值只有一个上下限，值相同而上下限不同即报错。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="[each=slot?每个<where>安排<who>|each=item?每<measure><who>安排到<where>|each=layer?全部"
        f"<where>共安排<who>|按{{each}}合并计算，每组安排<who>][load=1?|，{{load}}合计]"
        f"[over=horizon?全程|<each>]{BOUNDS_ZH}[load=1&each=item? 次|load=1? <measure>][（计入原有的"
        f"{{carried}}）]",
        en="[each=slot?each <where> has|each=item?each <who> has|each=layer?all <wheres> together have"
        f"|each group by {{each}} has] [load=1?{BOUNDS_EN} [each=item?<wheres>|<whos>]|[each=item?"
        f"<wheres>|<whos>] with a total {{load}} of {BOUNDS_EN}][over=horizon? over the horizon|"
        f"<each>][, counting {{carried}} from before]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period", "part")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "capacity", "on": "turn", "each": "slot", "atleast": 1, "atmost": 2},
            kept=("Wang=East@all Li=West@all", "Wang=East@all Li=West@all Zhao=West@all"),
            broken=("Wang=East@all", "all=East@2026 Wang=East@2027 Wang=East@2028"),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "casework",
                "each": "item",
                "load": "case.effort",
                "atmost": "person.age - 41",
                "over": "horizon",
            },
            kept=("Wang=C1/investigator@2026",),
            broken=("Wang=C1/investigator@2026 Wang=C2/reviewer@2027",),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "casework",
                "each": "item",
                "load": "case.effort",
                "carried": "person.grade == 'head' ? 3 : 0",
                "atleast": 1,
                "atmost": 4,
                "over": "horizon",
            },
            kept=("Li=C2/reviewer@2027", "Wang=C3/reviewer@2026 Li=C3/reviewer@2026"),
            broken=("Wang=C1/investigator@2026 Li=C1/reviewer@2026", "Wang=C3/reviewer@2026"),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "turn",
                "each": "layer",
                "items": "person.id != 'Zhao'",
                "atleast": 1,
                "atmost": 1,
                "during": ["2026", "2027"],
            },
            kept=("Wang=East@2026 Li=West@2027", "Wang=East@2026 Zhao=West@2026 Li=East@2027"),
            broken=(
                "Wang=East@2026",
                "Wang=East@2026 Li=West@2026 Li=West@2027",
                "Zhao=East@2026 Li=West@2027",
            ),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "casework",
                "each": "layer",
                "role": "reviewer",
                "load": "case.effort",
                "atleast": 2,
                "atmost": 3,
                "over": "horizon",
            },
            kept=("Wang=C1/reviewer@2026", "Wang=C2/reviewer@2027 Li=C1/investigator@2026"),
            broken=("Wang=C3/reviewer@2026", "Wang=C2/reviewer@2027 Li=C3/reviewer@2026"),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "turn",
                "atleast": "period.id == '2026' && group.id == 'East' ? 1 : 0",
                "atmost": "period.index == 0 ? 2 : 1",
            },
            kept=("Wang=East@2026 Li=East@2026", "Li=East@all", "Li=East@2026 Wang=West@2027 Li=East@2028"),
            broken=("Wang=West@2026", "all=East@2026", "Li=East@2026 Wang=East@2027 Li=East@2027"),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "turn",
                "each": "layer",
                "atleast": "period.index == 2 ? 1 : 0",
                "atmost": "2 - period.index % 2",
            },
            kept=("Wang=East@2026 Li=West@2026 Wang=East@2028", "Wang=East@all"),
            broken=("Wang=East@2026", "Wang=East@2027 Li=West@2027 Wang=West@2028"),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "casework",
                "each": "unit.kind",
                "load": "case.effort",
                "carried": "case.id == 'C3' ? 1 : 0",
                "atleast": 2,
                "atmost": "period.index == 0 ? 4 : 5",
                "during": ["2026"],
            },
            kept=("Wang=C1/reviewer@2026", "Li=C3/reviewer@2026 Wang=C3/reviewer@2026"),
            broken=("Wang=C2/reviewer@2027", "Wang=C1/reviewer@2026 Li=C1/reviewer@2026"),
        ),
        Example(
            rule={
                "kind": "capacity",
                "on": "turn",
                "each": "person.grade == 'head' ? 'heads' : ''",
                "atmost": 3,
                "over": "horizon",
            },
            kept=("Wang=East@all Li=West@all", "Wang=East@2026 Zhao=West@2026 Zhao=West@2027"),
            broken=("Wang=East@all Zhao=West@2026",),
        ),
    )

    kind: Literal["capacity"]
    atleast: Annotated[
        EachLimit | None, Doc(zh="下限；不填为不限", en="The lower limit; none if not given.")
    ] = None
    atmost: Annotated[
        EachLimit | None,
        Doc(
            zh="上限，如 `person.capacity`；不填为不限",
            en="The upper limit, such as `person.capacity`; none if not given.",
        ),
    ] = None

    @model_validator(mode="after")
    def _something_asked(self) -> Capacity:
        if self.atleast is None and self.atmost is None:
            raise FieldError(zh="需给出 atleast 或 atmost", en="needs atleast or atmost")
        has_text = any(isinstance(bound, str) for bound in (self.atleast, self.atmost))
        if self.each == "layer" and self.over == "horizon" and has_text:
            raise FieldError(
                zh="each 为 layer、over 为 horizon 时上下限须为整数",
                en="limits of the layer as a whole over the horizon must be whole numbers, not expressions",
            )
        refuse_crossed(self.atleast, self.atmost)
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each lower limit that exceeds the upper limit."""
        if not may_cross(self.atleast, self.atmost):
            return
        try:
            yield from crossed(self._bounds(Scope(self, context)))
        except SelectorError:
            return  # the fault of the expression is reported elsewhere

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Drop a hard lower limit over the horizon: a later period can add any load."""
        if self.atleast is None or self.over == "period" or not self.is_hard:
            return self
        return None if self.atmost is None else self.model_copy(update={"atleast": None})

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the limits of each slot, item, group or layer in each period or over the horizon."""
        groups = self.groups(scope)
        least, most = self._limits(groups, self.atleast), self._limits(groups, self.atmost)
        for subject, terms in self.load_exprs(writer, scope):
            at = groups.group_of(subject), max(subject.period, 0)
            if least is not None:
                writer.at_least(terms, int(least[at]), subject)
            if most is not None:
                writer.at_most(terms, int(most[at]), subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each load of a slot, item, group or layer that is outside its limits."""
        groups = self.groups(scope)
        least, most = self._limits(groups, self.atleast), self._limits(groups, self.atmost)
        for subject, load in self.loads(roster, scope):
            at = groups.group_of(subject), max(subject.period, 0)
            few = 0 if least is None else int(least[at]) - load
            many = 0 if most is None else load - int(most[at])
            if (off := max(few, many)) > 0:
                should = f"≥{load + few}" if few > 0 else f"≤{load - many}"
                detail = Text(zh=f"实为 {load}，应为 {should}", en=f"is {load}, should be {should}")
                yield Breach(subject, off, groups.with_name(subject, detail))

    def slot_limits(self, scope: Scope) -> Iterator[tuple[Subject, int | None, int | None]]:
        """Yield each slot and period with the least and the greatest number of assignments; None for none.

        Only limits that count every assignment as 1, slot by slot and period by period.
        """
        if (self.each, self.over, self.load, self.carried) != ("slot", "period", 1, 0):
            return
        groups = self.groups(scope)
        least, most = self._limits(groups, self.atleast), self._limits(groups, self.atmost)
        for subject, _ in load_subjects(scope, self.each, self.over, groups):
            at = groups.group_of(subject), max(subject.period, 0)
            yield subject, None if least is None else int(least[at]), None if most is None else int(most[at])

    def _bounds(self, scope: Scope) -> Iterator[Bounds]:
        """Yield the id of each group, the id of the period (empty over the horizon) and both limits."""
        groups = self.groups(scope)
        least, most = self._limits(groups, self.atleast), self._limits(groups, self.atmost)
        if least is None or most is None:
            return
        for subject, _ in load_subjects(scope, self.each, self.over, groups):
            group, t = groups.group_of(subject), max(subject.period, 0)
            when = "" if self.over == "horizon" else scope.layer.periods[t].id
            yield groups.ids[group], when, int(least[group, t]), int(most[group, t])

    def _limits(self, groups: Groups, bound: int | str | None) -> IntArray | None:
        """Return ``[groups, T]`` limits, equal in all periods over the horizon; None if there is no limit."""
        return None if bound is None else groups.limit(bound, horizon=self.over == "horizon")
