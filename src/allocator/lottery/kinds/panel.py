"""Panel: people drawn from a pool within quotas, with chances as equal as these allow (LEXIMIN)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.lottery.draw_kind import AuditModel, BilingualText, Committed, Draw
from allocator.lottery.findings import (
    Check,
    LotteryNumbers,
    ReportLine,
    percent,
    pool_differences,
    rule_differences,
)
from allocator.lottery.kinds._panel_audit import (
    PanelCommitted,
    PanelResult,
    PanelRules,
    PanelTickets,
    PoolType,
    ProofLevel,
    QuotaTerms,
    panel_lottery_checks,
)
from allocator.lottery.leximin_panels import Panels, mean_panel, type_chances
from allocator.lottery.scenario_view import ScenarioView, source_text
from allocator.model.spec import Name, Range, Source, Strict
from allocator.model.text import Text
from allocator.rules.expressions.axes import Axis
from allocator.rules.expressions.fields import Doc
from allocator.rules.rule import FieldError


class Quota(Strict):
    """How many of those for whom a condition holds; or, for each value of a text, of those who have it.

    ``by`` has a number for each value that ``counts`` names, ``each`` the same ``count`` for every value that
    anybody has: at most one of each ``person.household``. Whoever has an empty text is then not counted.
    """

    when: Annotated[str, Doc(zh="条件（CEL）", en="A condition (CEL) over one of the pool.")] = ""
    count: Annotated[Range | None, Doc(zh="符合条件者的人数", en="How many of those.")] = None
    by: Annotated[
        str, Doc(zh="得出文字的 CEL，如 person.grade", en="CEL that gives a text, such as person.grade.")
    ] = ""
    counts: Annotated[
        Mapping[str, Range],
        Doc(zh="各个值的人数；未列的值不限", en="How many of each value; of others, any number."),
    ] = {}
    each: Annotated[
        str,
        Doc(
            zh="得出文字的 CEL，如 person.household；每个非空的值各自符合 count",
            en="CEL that gives a text, such as person.household: `count` holds for each value "
            "but the empty one.",
        ),
    ] = ""
    title: Annotated[Text, Doc(zh="名称", en="What people call it.")] = Text()

    @model_validator(mode="after")
    def _one_form(self) -> Quota:
        written = (bool(self.when), bool(self.each), bool(self.by), bool(self.counts))
        forms = {
            (True, False, False, False): self.count is not None,
            (False, True, False, False): self.count is not None,
            (False, False, True, True): self.count is None,
        }
        if not forms.get(written, False):
            raise FieldError(
                zh="名额写 when 和 count，或者 by 和 counts，或者 each 和 count",
                en="a quota has `when` and `count`, or `by` and `counts`, or `each` and `count`",
            )
        return self


@dataclass(frozen=True, eq=False)
class Counted:
    """A quota with its name, its condition, its range, and the ids of the pool that it counts."""

    title: Text
    when: str
    count: Range
    ids: frozenset[str]


def read_quota(quota: Quota, field: str, axis: Axis, view: ScenarioView) -> Iterator[Counted]:
    """Yield a quota, or one for each value of a text, with the ids that it counts.

    Raises:
        InputError: An expression is wrong, or ``counts`` names a value that nobody has.
    """
    if quota.each and quota.count is not None:
        values = view.values(quota.each, "STRING", f"{field}.each", axis)
        yield from _quotas_by_value(quota, quota.count, dict(zip(axis.ids, values, strict=True)))
        return
    if quota.count is not None:
        holds = view.holds(quota.when, f"{field}.when", axis)
        ids = frozenset(name for name, held in zip(axis.ids, holds, strict=True) if held)
        yield Counted(quota.title or Text(zh=quota.when, en=quota.when), quota.when, quota.count, ids)
        return
    texts = dict(zip(axis.ids, view.values(quota.by, "STRING", f"{field}.by", axis), strict=True))
    known = sorted(set(texts.values()))
    for value, count in quota.counts.items():
        if value not in known:
            raise InputError([_unknown_value_fault(view, f"{field}.counts.{value}", value, known)])
        title = Text(zh=f"{quota.title.zh} {value}".strip(), en=f"{quota.title.en} {value}".strip())
        ids = frozenset(name for name, text in texts.items() if text == value)
        yield Counted(title, f'{quota.by} == "{value}"', count, ids)


def _quotas_by_value(quota: Quota, count: Range, texts: Mapping[str, str]) -> Iterator[Counted]:
    """Yield the quota of each value, without those that no panel can break: fewer quotas make fewer types."""
    having: dict[str, set[str]] = {}
    for name, text in texts.items():
        if text:
            having.setdefault(text, set()).add(name)
    title = quota.title or Text(zh=quota.each, en=quota.each)
    for value, names in sorted(having.items()):
        if count.least > 0 or (count.most is not None and len(names) > count.most):
            when = f"{quota.each} == {json.dumps(value, ensure_ascii=False)}"
            yield Counted(title, when, count, frozenset(names))


def _unknown_value_fault(view: ScenarioView, field: str, value: str, known: list[str]) -> Fault:
    message = Text(zh="候选池中没有此值", en="nobody in the pool has this value")
    allowed = ", ".join(shorten(one, 30) for one in known[:20])
    return view.fault(message, field, found=shorten(value), allowed=allowed, nearest=nearest(value, known))


@dataclass(frozen=True, eq=False)
class PanelPool:
    """The pool of a panel.

    Attributes:
        rules: The rules.
        member: For each id the quotas that it counts to, by index.
        label: The name of each id.
    """

    rules: PanelRules
    member: Mapping[str, tuple[int, ...]]
    label: Mapping[str, str]


class Panel(Draw):
    """A panel drawn from a pool within quotas.

    Of all lotteries over panels that keep the quotas, LEXIMIN is the one in which the least likely person is
    as likely as can be; given that, the next one; and so on. Those who count to the same quotas have the same
    chance.
    """

    name = "panel"
    summary = Text(
        zh="按名额从候选池抽取一组人，机会尽量均等（LEXIMIN）",
        en="A panel from a pool, within quotas, with chances as equal as can be (LEXIMIN).",
    )
    committed: ClassVar[type[Committed]] = PanelCommitted
    result: ClassVar[type[AuditModel]] = PanelResult

    source: Annotated[
        Source,
        Field(alias="from"),
        Doc(zh="候选池，如 people where person.grade != 'head'", en="The pool: people where ..."),
    ]
    size: Annotated[int, Field(ge=1, le=10**6), Doc(zh="抽取人数", en="How many are drawn.")]
    quotas: Annotated[tuple[Quota, ...], Doc(zh="名额", en="How many of whom a panel has.")] = ()

    def pool(self, view: ScenarioView) -> PanelPool:
        """Return the pool with the quotas that each member counts to."""
        axis = view.axis(self.source, "from")
        counted: list[Counted] = []
        for number, quota in enumerate(self.quotas):
            counted.extend(read_quota(quota, f"quotas.{number}", axis, view))
        rules = PanelRules(
            source=source_text(self.source),
            size=self.size,
            quotas=tuple(self._quota_terms(one) for one in counted),
        )
        member = {name: tuple(q for q, one in enumerate(counted) if name in one.ids) for name in axis.ids}
        return PanelPool(rules, member, dict(zip(axis.ids, view.label(axis.ids), strict=True)))

    def _quota_terms(self, quota: Counted) -> QuotaTerms:
        most = self.size if quota.count.most is None else min(quota.count.most, self.size)
        return QuotaTerms(
            title=BilingualText.of(quota.title), when=quota.when, least=quota.count.least, most=most
        )

    def commit(self, scenario: str, draw: Name, pool: PanelPool) -> PanelCommitted:
        """Return pool, rules and the LEXIMIN lottery. Calls a solver."""
        from allocator.lottery.draw_infeasibility import refuse_infeasible_quotas
        from allocator.lottery.leximin_solver import leximin_lottery

        types: dict[tuple[int, ...], list[str]] = {}
        for name in sorted(pool.member):
            types.setdefault(pool.member[name], []).append(name)
        members = sorted(types)
        quotas = pool.rules.quotas
        panels = Panels(
            people=tuple(len(types[member]) for member in members),
            member=tuple(members),
            least=tuple(quota.least for quota in quotas),
            most=tuple(quota.most for quota in quotas),
            size=self.size,
        )
        refuse_infeasible_quotas(panels, pool.rules)
        lottery = leximin_lottery(panels)
        mean = mean_panel(lottery.panels, lottery.weights)
        chances = type_chances(mean, panels.people, lottery.total)
        return PanelCommitted(
            **self.identity(scenario, draw),
            rules=pool.rules,
            pool=tuple(
                PoolType(
                    quotas=member, ids=tuple(types[member]), chance=(chance.numerator, chance.denominator)
                )
                for member, chance in zip(members, chances, strict=True)
            ),
            lottery=tuple(
                PanelTickets(tickets=weight, counts=counts)
                for counts, weight in zip(lottery.panels, lottery.weights, strict=True)
            ),
            proof=tuple(
                ProofLevel(settles=one.settles, weights=one.weights, prices=one.prices, most=one.most)
                for one in lottery.levels
            ),
        )

    @classmethod
    def decide(cls, committed: PanelCommitted, numbers: LotteryNumbers) -> PanelResult:
        """Draw a ticket, which holds a panel; then of each type the people with the lowest numbers."""
        ticket, panel = numbers.draw_ticket([one.tickets for one in committed.lottery])
        counts = committed.lottery[panel].counts
        drawn = [
            name
            for count, alike in zip(counts, committed.pool, strict=True)
            for name in numbers.in_order("name", names=alike.ids)[:count]
        ]
        return PanelResult(ticket=ticket, panel=panel, drawn=tuple(sorted(drawn)))

    def differences(self, committed: PanelCommitted, pool: PanelPool) -> Iterator[Check]:
        """Yield differences of the rules and the pool from the commitment."""
        yield from rule_differences(committed.rules.model_dump(), pool.rules.model_dump())
        there = {name: alike.quotas for alike in committed.pool for name in alike.ids}
        yield from pool_differences(Text(zh="候选池", en="the pool"), there, pool.member, pool.label)

    @classmethod
    def proofs(cls, committed: PanelCommitted) -> Iterator[Check]:
        """Yield whether every panel keeps the quotas, and the chances are right and LEXIMIN."""
        yield from panel_lottery_checks(committed)

    @classmethod
    def lines(cls, committed: PanelCommitted, result: PanelResult | None) -> Iterator[ReportLine]:
        """Yield the pool as a whole, then by quota; quotas of the values of one text share a line."""
        drawn = None if result is None else set(result.drawn)
        whole = Text(zh="全部", en="all")
        yield _report_line(whole, str(committed.rules.size), committed.pool, drawn)
        for alike, numbered in groupby(enumerate(committed.rules.quotas), lambda one: _line_key(one[1])):
            title, least, most = alike
            own = {q for q, _ in numbered}
            asked = str(least) if least == most else f"{least}-{most}"
            counted = [one for one in committed.pool if not own.isdisjoint(one.quotas)]
            yield _report_line(
                title.text, asked if len(own) == 1 else f"{len(own)} × {asked}", counted, drawn
            )

    @classmethod
    def winners(cls, committed: PanelCommitted, result: PanelResult) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the panel."""
        yield "", result.drawn


def _line_key(quota: QuotaTerms) -> tuple[BilingualText, int, int]:
    """Return the key of a line: quotas with the same key share it."""
    return quota.title, quota.least, quota.most


def _report_line(text: Text, asked: str, types: Any, drawn: set[str] | None) -> ReportLine:
    ids = [name for alike in types for name in alike.ids]
    chances = sorted(alike.chance[0] / alike.chance[1] for alike in types)
    if not chances:
        shown = "—"
    else:
        low, high = percent(chances[0]), percent(chances[-1])
        shown = low if low == high else f"{low}-{high}"
    return ReportLine(text, len(ids), asked, shown, None if drawn is None else len(drawn.intersection(ids)))
