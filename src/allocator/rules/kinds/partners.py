"""partners: the number of periods in which two items share a slot, and the gap between two such periods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc
from allocator.rules.kinds._indicators01 import together_in, together_indicators, were_together
from allocator.rules.kinds._pairs import PAIRS_EN, PAIRS_ZH, PairRule
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, Rule, refuse_crossed
from allocator.rules.scope import Scope
from allocator.rules.sentences import BOUNDS_EN, BOUNDS_ZH, Sentence

Pair = tuple[int, int]
Limit = Annotated[int, Field(ge=0, le=10**6)]


class Partners(PairRule):
    """Two items are together in a slot in at least ``atleast`` and at most ``atmost`` periods of the horizon.

    Every two items in scope are a pair, unless the rule chooses pairs. A period counts once, however many
    slots the two share in it; each period too few or too many costs 1. The last ``past`` periods before the
    horizon count too.

    With ``apart`` at least that number of periods lies between two periods together, those before the horizon
    included; each two that are closer cost 1, judged in the period of the later one. Two items that
    are never both there are left out.
    """

    name: ClassVar[str] = "partners"
    summary: ClassVar[Text] = Text(
        zh="搭档：两人同组几次、两次同组间隔多久（轮换搭档）",
        en="how often two are together, and how far apart: new partners, not always the same",
    )
    doc_zh: ClassVar[str] = (
        "两个对象在规划期内同处一个去处至少 `atleast` 个、至多 `atmost` 个周期。\n\n"
        "规则不选定配对时，所涉对象两两成对。同一周期同在几个去处只算一次；每多或少一个周期计 1。\n"
        "规划期以前的最后 `past` 个周期一并计入。\n\n"
        "`apart` 为两次同组之间至少相隔几个周期，规划期以前的也计入；每有两次相隔不足计 1，\n"
        "按后一次所在周期判断。"
        "从不同时在任的两个不计。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"{PAIRS_ZH}同在一个<where>，[+，且+atleast/atmost?共{BOUNDS_ZH} 期[（计入以前 {{past}} 期）"
        f"]|两次之间至少相隔 {{apart}} 期]",
        en=f"{PAIRS_EN} are together in a <where> [+ and +atleast/atmost?in {BOUNDS_EN} period(s)[,"
        f" with the last {{past}} before]|with at least {{apart}} period(s) between two times]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "other", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "partners", "on": "turn", "atmost": 1},
            kept=("Wang=East@2026 Li=East@2026 Wang=East@2027 Zhao=East@2027 Li=West@2027",),
            broken=("Wang=East@2026 Li=East@2026 Wang=West@2028 Li=West@2028",),
        ),
        Example(
            rule={"kind": "partners", "on": "turn", "pairs": [["Wang", "Li"]], "atleast": 2, "atmost": 2},
            kept=("Wang=East@2026 Li=East@2026 Wang=West@2028 Li=West@2028 Zhao=East@2026",),
            broken=("Wang=East@2026 Li=East@2026 Wang=West@2028", "Wang=East@all Li=East@all"),
        ),
        Example(
            rule={"kind": "partners", "on": "turn", "apart": 1},
            kept=("Wang=East@2026 Li=East@2026 Wang=West@2028 Li=West@2028 Zhao=West@2027",),
            broken=("Wang=East@2026 Li=East@2026 Wang=West@2027 Li=West@2027",),
        ),
        Example(
            rule={"kind": "partners", "on": "posting", "role": "member", "atmost": 0, "during": ["2027"]},
            kept=("Wang=East/member@2026 Li=East/member@2026", "Wang=East/member@2027 Li=East/lead@2027"),
            broken=("Wang=East/member@2027 Li=East/member@2027",),
        ),
        Example(
            rule={"kind": "partners", "on": "casework", "ties": "kin", "atleast": 1, "atmost": 1},
            kept=(
                "Wang=C1/investigator@2026 Li=C1/reviewer@2026 Wang=C3/reviewer@2026 Li=C3/reviewer@2026",
                "Wang=C2/investigator@2027 Li=C2/reviewer@2027 Wang=C1/investigator@2026",
            ),
            broken=(
                "Wang=C1/investigator@2026 Li=C3/reviewer@2026",
                "Wang=C1/reviewer@2026 Li=C1/reviewer@2026 Wang=C2/reviewer@2027 Li=C2/reviewer@2027",
            ),
        ),
    )

    kind: Literal["partners"]
    atleast: Annotated[
        Limit | None,
        Doc(zh="至少同组几个周期；不填为不限", en="Least number of periods together; no limit if not given."),
    ] = None
    atmost: Annotated[
        Limit | None,
        Doc(
            zh="至多同组几个周期；不填为不限",
            en="Greatest number of periods together; no limit if not given.",
        ),
    ] = None
    apart: Annotated[
        int,
        Field(ge=0, le=1000),
        Doc(zh="两次同组之间至少相隔几个周期", en="Least number of periods between two periods together."),
    ] = 0
    past: Annotated[
        int,
        Field(ge=0, le=1000),
        Doc(
            zh="规划期以前的最后几个周期也计入次数",
            en="Number of periods before the horizon that count for `atleast` and `atmost`, too.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _something_asked(self) -> Partners:
        if self.atleast is None and self.atmost is None and not self.apart:
            raise FieldError(zh="需给出 atleast、atmost 或 apart", en="needs atleast, atmost or apart")
        refuse_crossed(self.atleast, self.atmost)
        return self

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Return the rule with ``atleast`` reduced by the number of periods left out: each may add one."""
        if self.atleast is None or not self.is_hard:
            return self
        return self.model_copy(update={"atleast": max(0, self.atleast - to_come)})

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return bool(self.apart or self.past)

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows that bound the number of each pair's shared periods and keep every two of them apart."""
        pairs = self._pairs_and_periods(scope)
        times = {pair: self._relevant_periods(periods) for pair, periods in pairs.items()}
        met = together_indicators(writer, scope, times, more=bool(self.atleast))
        for (a, b), periods in pairs.items():
            whose, now = Subject(item=a, other=b), met[a, b]
            often = Expr.total(now[t] for t in periods) + self._times_before(scope, (a, b))
            if self.atleast:
                writer.at_least(often, self.atleast, whose)
            if self.atmost is not None:
                writer.at_most(often, self.atmost, whose)
            for t in periods if self.apart else ():
                for k in range(t - self.apart, t):
                    before = now[k] if k >= 0 else Expr(constant=int(were_together(scope, (a, b), k)))
                    writer.at_most(before + now[t], 1, whose._replace(period=t))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each pair with too few or too many shared periods, and each two with too small a gap."""
        plan = roster[self.on]
        for pair, periods in self._pairs_and_periods(scope).items():
            met = [t for t in periods if together_in(plan, scope, pair, t)]
            often = len(met) + sum(together_in(plan, scope, pair, -k) for k in range(1, self.past + 1))
            few = (self.atleast or 0) - often
            many = 0 if self.atmost is None else often - self.atmost
            for off in (few, many):
                if off > 0:
                    detail = Text(zh=f"同组 {often} 个周期", en=f"together in {often} periods")
                    yield Breach(Subject(item=pair[0], other=pair[1]), off, detail)
            for t in met:
                for between in range(self.apart):
                    if together_in(plan, scope, pair, t - between - 1):
                        detail = Text(
                            zh=f"两次同组相隔仅 {between} 个周期",
                            en=f"together again after {between} periods",
                        )
                        yield Breach(Subject(item=pair[0], other=pair[1], period=t), 1, detail)

    def _pairs_and_periods(self, scope: Scope) -> dict[Pair, tuple[int, ...]]:
        """Return each pair with the periods of the rule in which it is a pair and both items exist."""
        present = scope.layer.present
        found: dict[Pair, list[int]] = {}
        for pairs, periods in self._chosen_pairs(scope):
            for a, b in pairs:
                both = [t for t in periods if present[a, t] and present[b, t]]
                if both:
                    found.setdefault((a, b), []).extend(both)
        return {pair: tuple(sorted(periods)) for pair, periods in sorted(found.items())}

    def _chosen_pairs(self, scope: Scope) -> Iterable[tuple[Iterable[Pair], tuple[int, ...]]]:
        if self.pairs or self.ties or self.when or self.acquainted is not None:
            return self.pairs_by_period(scope)
        return [(combinations(scope.items.tolist(), 2), scope.periods)]

    def _relevant_periods(self, periods: tuple[int, ...]) -> range | tuple[int, ...]:
        """Return the periods whose indicators are needed; ``apart`` needs the earlier ones too."""
        return range(max(0, periods[0] - self.apart), periods[-1] + 1) if self.apart else periods

    def _times_before(self, scope: Scope, pair: Pair) -> int:
        return sum(were_together(scope, pair, -k) for k in range(1, self.past + 1))
