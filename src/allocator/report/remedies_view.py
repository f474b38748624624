"""Lays out the ways out of a scenario without a plan: in words, with their price, and as text to paste."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.explain.remedies import Remedy, RemedySet
from allocator.model.run import NAMES, in_order
from allocator.model.text import Text
from allocator.report.change_words import ChangeWords
from allocator.report.remedy_paste import Paste, pastes
from allocator.report.rule_numbers import RuleNames
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class ChangeView:
    """One change: its kind, the rule that gives way (empty for others), its words and its price."""

    kind: str
    rule: str
    text: Text
    cost: int


@dataclass(frozen=True)
class RemedyView:
    """A way out.

    Attributes:
        cost: What its changes cost together.
        is_cheapest: Whether it is proved that none of another substance costs less.
        proof: The same in words.
        changes: Its changes.
        pastes: The text to paste, file by file.
    """

    cost: int
    is_cheapest: bool
    proof: Text
    changes: tuple[ChangeView, ...]
    pastes: tuple[Paste, ...]


@dataclass(frozen=True)
class RemediesView:
    """The ways out.

    Attributes:
        status: ``found``, ``none`` or ``unknown``.
        answer: The same in words.
        remedies: The ways out, cheapest first.
        bound: A proven lower bound of the cost of a way out, or of the next one.
        blockers: Ids of the rules that must not give way and that no plan keeps.
        by: The back ends that proved which costs least.
        cut_short: Whether the search was stopped on request.
        seconds: Time that the search took.
    """

    status: str
    answer: Text
    remedies: tuple[RemedyView, ...]
    bound: int
    blockers: tuple[str, ...]
    by: tuple[str, ...]
    cut_short: bool
    seconds: float


def remedies_view(policy: Policy, found: RemedySet) -> RemediesView:
    """Lay out what the search for ways out found."""
    words = ChangeWords(policy, RuleNames(policy))
    by = in_order(found.by)
    named = ", ".join(NAMES[one]("en") for one in by)
    return RemediesView(
        status=found.status,
        answer=_answer(found, words),
        remedies=tuple(_laid_out(one, k, words, named) for k, one in enumerate(found.remedies)),
        bound=found.bound,
        blockers=found.blockers,
        by=by,
        cut_short=found.cut_short,
        seconds=round(found.seconds, 2),
    )


def _laid_out(one: Remedy, number: int, words: ChangeWords, named: str) -> RemedyView:
    proof = Text(zh="尚未证明最省", en="not proved cheapest")
    if one.is_cheapest and number == 0:
        proof = Text(zh=f"已证明最省：{named}", en=f"proved cheapest: {named}")
    elif one.is_cheapest:
        proof = Text(
            zh=f"已证明在与前面不同的办法中最省：{named}",
            en=f"proved cheapest of those unlike the ones above: {named}",
        )
    return RemedyView(
        one.cost,
        one.is_cheapest,
        proof,
        tuple(
            ChangeView(c.kind, c.rule, words.text(c, short), c.cost)
            for c, short in zip(one.changes, one.shortfalls, strict=True)
        ),
        pastes(words.policy, one.changes),
    )


def _answer(found: RemedySet, words: ChangeWords) -> Text:
    if found.status == "found":
        return Text(zh="出路（由省到费）：", en="ways out, cheapest first:")
    if found.status == "none":
        names = [words.names.name(one) for one in found.blockers]
        zh, en = "、".join(one.zh for one in names), ", ".join(one.en for one in names)
        return Text(
            zh=f"没有可提出的出路：只有不可豁免的规则或事实可让步（{zh}）",
            en=f"no way out may be offered: only rules that must not be waived, or facts, would do ({en})",
        )
    least = found.bound
    return Text(
        zh=f"限时内未找到出路；已证明至少要费 {least}",
        en=f"no way out was found in time; it is proved to cost {least} at least",
    )
