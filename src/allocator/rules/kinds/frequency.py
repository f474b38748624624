"""frequency: the number of periods with an assignment, and the gap between two: visits, turns, nights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc, EachNumber
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.kinds._indicators01 import (
    indicator_if_maximised,
    indicator_if_minimised,
    is_assigned,
    post_windows,
    was_assigned,
    window_breaches,
    windows,
)
from allocator.rules.kinds._loads import load_subjects
from allocator.rules.roster import Roster
from allocator.rules.rule import (
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


class Frequency(Rule):
    """Each item is assigned in at least ``atleast`` and at most ``atmost`` periods of the horizon.

    A period counts once, however many places are taken in it; each period too few or too many costs 1. An
    ``atmost`` below ``atleast`` is refused, whichever subject it is for.

    With ``within: N`` both limits are for any N consecutive periods, such as at most 2 nights in any 4
    days. Each window that ends in a period of the rule in which the subject exists is judged by itself, and
    reaches back into the history. ``atleast`` is judged only for windows in all of whose periods the
    subject exists, and not for windows that begin before its first record in the history.

    With ``apart`` at least that number of periods lies between two periods with an assignment, as with
    ``cooldown``; each two that are closer cost 1, judged in the period of the later one. The history before
    the horizon counts for ``within`` and ``apart`` only.

    ``each: slot`` counts the periods in which a slot has anyone, ``each: pair`` the periods that an item
    spends in one slot. A subject that exists in no period of the rule is left out.
    """

    name: ClassVar[str] = "frequency"
    summary: ClassVar[Text] = Text(
        zh="频次：全程或任意连续若干周期内安排几次、两次间隔多久（走访、轮值牵头、夜班）",
        en="how often over the horizon or in any so many periods, and how far apart: visits, turns, nights",
    )
    doc_zh: ClassVar[str] = (
        "每个对象在规划期内至少有 `atleast` 个、至多有 `atmost` 个周期得到安排。\n\n"
        "同一周期占几个位置都只算一次；每多或少一个周期计 1；\n"
        "`atmost` 不得小于 `atleast`。\n\n"
        "给出 `within: N` 时，两个限度针对任意连续 N 个周期：凡止于规则所指且对象存在的周期的一段\n"
        "都分别判断，并向前计入规划期以前的任职（如任意四天内夜班不超过两次）。\n"
        "`atleast` 只判断对象在其中各周期都存在的一段，\n"
        "且不早于其最早的任职记录。\n\n"
        "`apart` 为两次之间至少相隔几个周期，与 `cooldown` 同义；每有两次相隔不足计 1，\n"
        "按后一次所在周期判断。"
        "规划期以前的任职只对 `within` 和 `apart` 计入。\n\n"
        "`each: slot` 计一个去处有人的周期，`each: pair` 计一个对象在一个去处的周期。\n"
        "在规则所指各周期中均不存在的不计。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="[each=item?每<measure><who>安排到<where>|each=slot?每个<where>安排<who>|每<measure><who>安"
        f"排到同一<where>]，[+，且+atleast/atmost?[任意连续 {{within}} 期内|全程]{BOUNDS_ZH} 期|两次"
        f"之间至少相隔 {{apart}} 期]",
        en="[each=item?each <who> is in a <where>|each=slot?each <where> has <whos>|each <who> is in"
        f" the same <where>] [+ and +atleast/atmost?in {BOUNDS_EN} period(s) of [any {{within}} on"
        f" end|the horizon]|with at least {{apart}} period(s) between two times]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={
                "kind": "frequency",
                "on": "turn",
                "atleast": 1,
                "atmost": "person.grade == 'head' ? 2 : 1",
            },
            kept=("Wang=East@2026 Wang=West@2028 Li=West@2027 Zhao=East@2026",),
            broken=("Wang=East@2026 Li=West@2027", "Wang=East@2026 Li=West@all Zhao=East@2026"),
        ),
        Example(
            rule={"kind": "frequency", "on": "turn", "apart": 1},
            kept=("Wang=East@2026 Wang=West@2028", "Zhao=East@2027"),
            broken=("Wang=East@2026 Wang=West@2027", "Zhao=West@2026"),
        ),
        Example(
            rule={"kind": "frequency", "on": "turn", "each": "slot", "atleast": 2, "atmost": 2},
            kept=("all=East@2026 Wang=East@2028 Li=West@2027 Li=West@2028",),
            broken=("all=East@2026 Li=West@2027 Li=West@2028", "all=East@all"),
        ),
        Example(
            rule={
                "kind": "frequency",
                "on": "turn",
                "each": "slot",
                "slots": "group.id == 'East'",
                "items": "person.grade == 'head'",
                "apart": 2,
                "during": ["2027", "2028"],
            },
            kept=("Wang=East@2028", "Wang=East@2026 Li=East@2027"),
            broken=("Zhao=East@2027", "Wang=East@2026 Wang=East@2028"),
        ),
        Example(
            rule={
                "kind": "frequency",
                "on": "turn",
                "each": "pair",
                "atleast": "person.id == 'Li' && group.id == 'West' ? 1 : 0",
                "atmost": 1,
            },
            kept=("Wang=East@2026 Wang=West@2027 Li=West@2028",),
            broken=("Wang=East@2026 Wang=East@2028 Li=West@2028", "Li=East@2026"),
        ),
        Example(
            rule={"kind": "frequency", "on": "turn", "within": 2, "atmost": 1},
            kept=("Wang=East@2026 Wang=West@2028", "Zhao=East@2027"),
            broken=("Zhao=West@2026", "Li=East@2027 Li=West@2028"),
        ),
        Example(
            rule={
                "kind": "frequency",
                "on": "turn",
                "each": "slot",
                "within": 2,
                "atleast": 1,
                "atmost": "group.id == 'East' ? 2 : 1",
                "during": ["2027", "2028"],
            },
            kept=("Wang=East@all Li=West@2027", "Wang=East@2027 Zhao=West@2026 Li=West@2028"),
            broken=("Wang=East@2026 Li=West@2027", "Wang=East@all", "Wang=East@2027 Li=West@all"),
        ),
        Example(
            rule={
                "kind": "frequency",
                "on": "turn",
                "each": "pair",
                "within": 3,
                "atleast": 1,
                "atmost": 2,
                "slots": "group.id == 'East'",
            },
            kept=("Wang=East@2027 Li=East@2026 Zhao=East@2026",),
            broken=("Wang=East@all Li=East@2026", "Li=East@2026"),
        ),
        Example(
            rule={
                "kind": "frequency",
                "on": "casework",
                "within": 2,
                "atleast": 1,
                "atmost": 1,
                "items": "person.id == 'Li'",
            },
            kept=("Li=C2/investigator@2027",),
            broken=("Li=C1/investigator@2026", "Li=C1/investigator@2026 Li=C2/reviewer@2027"),
        ),
        Example(
            rule={
                "kind": "frequency",
                "on": "casework",
                "atmost": 1,
                "atleast": 1,
                "items": "person.id == 'Li'",
            },
            kept=("Li=C1/investigator@2026 Li=C3/reviewer@2026",),
            broken=("Li=C1/investigator@2026 Li=C2/reviewer@2027", "Wang=C1/reviewer@2026"),
        ),
    )

    kind: Literal["frequency"]
    each: Annotated[
        Literal["item", "slot", "pair"],
        Doc(
            zh="计每个对象（item）、每个去处（slot），还是每对对象与去处（pair）",
            en="Whether items, slots, or pairs of an item and a slot are counted.",
        ),
    ] = "item"
    atleast: Annotated[
        EachNumber | None,
        Doc(
            zh="至少几个周期；不填为不限",
            en="Least number of periods; no limit if not given.",
        ),
    ] = None
    atmost: Annotated[
        EachNumber | None,
        Doc(
            zh="至多几个周期；不填为不限",
            en="Greatest number of periods; no limit if not given.",
        ),
    ] = None
    within: Annotated[
        Annotated[int, Field(ge=1, le=1000)] | None,
        Doc(
            zh="限度针对任意连续几个周期（计入规划期以前）；不填为全程",
            en="Number of consecutive periods, past ones too, that the limits are for; if not given, the "
            "horizon.",
        ),
    ] = None
    apart: Annotated[
        int,
        Field(ge=0, le=1000),
        Doc(zh="两次之间至少相隔几个周期", en="Least number of periods between two assignments."),
    ] = 0

    @model_validator(mode="after")
    def _something_asked(self) -> Frequency:
        if self.atleast is None and self.atmost is None and not self.apart:
            raise FieldError(zh="需给出 atleast、atmost 或 apart", en="needs atleast, atmost or apart")
        if self.within is not None and self.atleast is None and self.atmost is None:
            raise FieldError(
                zh="within 须与 atmost 或 atleast 同用，如 within: 4, atmost: 2",
                en="within goes with atmost or atleast, such as within: 4, atmost: 2",
            )
        refuse_crossed(self.atleast, self.atmost)
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault for each subject whose upper bound is below its lower bound."""
        if not may_cross(self.atleast, self.atmost):
            return
        scope = Scope(self, context)
        try:
            least, most = self._limits(scope, self.atleast), self._limits(scope, self.atmost)
        except SelectorError:
            return  # another check reports the fault of the expression
        for subject, _ in self._subjects(scope):
            sides = ((scope.layer.items, subject.item), (scope.layer.slots, subject.slot))
            named = ", ".join(ids[k] for ids, k in sides if k >= 0)
            yield from crossed([(named, "", *self._bounds(subject, least, most))])

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Return the rule with ``atleast`` reduced by the number of periods left out: each may add one."""
        if self.atleast is None or not self.is_hard or self.within is not None:
            return self
        least = f"({self.atleast}) - {to_come}" if isinstance(self.atleast, str) else self.atleast - to_come
        return self.model_copy(update={"atleast": least})

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return bool(self.apart or self.within)

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows that bound the number of each subject's periods and keep every two of them apart."""
        least, most = self._limits(scope, self.atleast), self._limits(scope, self.atmost)
        for subject, periods in self._subjects(scope):
            limits = self._bounds(subject, least, most)
            if self.within is not None:
                post_windows(writer, scope, subject, list(windows(self.within, periods)), limits)
            else:
                self._post_horizon(writer, scope, subject, periods, limits)
            if self.apart:
                self._post_apart(writer, scope, subject, periods)

    def _post_horizon(
        self,
        writer: ConstraintWriter,
        scope: Scope,
        subject: Subject,
        periods: tuple[int, ...],
        limits: tuple[int, int | None],
    ) -> None:
        least, most = limits
        if self.atleast is not None:
            often = Expr.total(indicator_if_maximised(writer, scope, subject, t) for t in periods)
            writer.at_least(often, least, subject)
        if most is not None:
            often = Expr.total(indicator_if_minimised(writer, scope, subject, t) for t in periods)
            writer.at_most(often, most, subject)

    def _post_apart(
        self, writer: ConstraintWriter, scope: Scope, subject: Subject, periods: tuple[int, ...]
    ) -> None:
        first, last = periods[0] - self.apart, periods[-1]
        past = {t: Expr(constant=1) for t in range(first, 0) if was_assigned(scope, subject, t)}
        now = {t: indicator_if_minimised(writer, scope, subject, t) for t in range(max(0, first), last + 1)}
        assigned = past | now
        for t in periods:
            earlier = range(t - self.apart, t)
            about = subject._replace(period=t)
            if self._may_post_as_one(scope, earlier):
                # One row, at most one of all these periods: it replaces a row for every two, and is tighter.
                within = [assigned[k] for k in (*earlier, t) if k >= 0]
                writer.at_most(Expr.total(within), 1, about)
                earlier = range(earlier.start, min(0, t))
            for k in sorted(assigned.keys() & set(earlier)):
                writer.at_most(assigned[k] + assigned[t], 1, about)

    def _may_post_as_one(self, scope: Scope, earlier: range) -> bool:
        """Whether every two of the earlier periods must be apart too, so that one row may bound them all."""
        if not self.is_hard or scope.has_waivers:
            return False
        return set(range(max(0, earlier.start) + 1, earlier.stop)) <= set(scope.periods)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each subject with too few or too many periods, and each two periods with too small a gap."""
        held = roster[self.on]
        least, most = self._limits(scope, self.atleast), self._limits(scope, self.atmost)
        for subject, periods in self._subjects(scope):
            taken = [t for t in periods if is_assigned(held, scope, subject, t)]
            limits = self._bounds(subject, least, most)
            if self.within is not None:
                chosen = list(windows(self.within, periods))
                yield from window_breaches(held, scope, subject, chosen, limits)
            else:
                yield from self._horizon_breaches(subject, len(taken), limits)
            for t in taken:
                for between in range(self.apart):
                    if is_assigned(held, scope, subject, t - between - 1):
                        detail = Text(zh=f"相隔仅 {between} 个周期", en=f"only {between} periods between")
                        yield Breach(subject._replace(period=t), 1, detail)

    def _horizon_breaches(
        self, subject: Subject, taken: int, limits: tuple[int, int | None]
    ) -> Iterator[Breach]:
        """Yield a breach if the number of periods taken over the horizon is outside its bounds."""
        least, most = limits
        for off in (least - taken, 0 if most is None else taken - most):
            if off > 0:
                yield Breach(subject, off, Text(zh=f"{taken} 个周期", en=f"in {taken} periods"))

    def _bounds(
        self,
        subject: Subject,
        least: Mapping[tuple[int, ...], int] | None,
        most: Mapping[tuple[int, ...], int] | None,
    ) -> tuple[int, int | None]:
        """Return the lower and the upper bound of a subject; 0 and None where the rule gives none."""
        key = self._bound_key(subject)
        return 0 if least is None else least[key], None if most is None else most[key]

    def _subjects(self, scope: Scope) -> Iterator[tuple[Subject, tuple[int, ...]]]:
        """Yield each item, slot or pair with the periods of the rule in which it exists."""
        if self.each != "pair":
            yield from load_subjects(scope, self.each, "horizon")
            return
        for i in scope.items.tolist():
            for s in scope.slots.tolist():
                if periods := tuple(t for t in scope.periods if scope.layer.open[i, s, t]):
                    yield Subject(item=i, slot=s), periods

    def _limits(self, scope: Scope, bound: int | str | None) -> Mapping[tuple[int, ...], int] | None:
        """Return the bound of each item, slot or pair; that of a pair is read in the rule's first period."""
        if bound is None:
            return None
        if self.each == "pair":
            limits = scope.numbers(bound)[:, :, list(scope.periods[:1])].sum(axis=2)
        else:
            limits = scope.item_numbers(bound) if self.each == "item" else scope.slot_numbers(bound)
        return {where: int(limit) for where, limit in np.ndenumerate(limits)}

    def _bound_key(self, subject: Subject) -> tuple[int, ...]:
        """Return the key of a subject in the mapping of bounds."""
        return tuple(index for index in (subject.item, subject.slot) if index >= 0)
