"""Why there is no plan: rules that cannot hold together, and the cheapest ways out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from allocator import api
from allocator.cli.interrupt import stopping
from allocator.model.text import Language, Text
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.infeasibility_text import imbalance_text, render_shortages
from allocator.report.score_view import rule_reasons
from allocator.report.to_json import to_json
from allocator.solvers.observer import StopRequest
from allocator.verify.imbalances import find_imbalances
from allocator.verify.slot_shortages import find_slot_shortages

#: At most so many recusals are named.
MOST_WAIVERS = 20


class Repair(Protocol):
    """One change that, with the others, lets a plan be found."""

    @property
    def rule(self) -> str:
        """The rule that gives way."""

    @property
    def text(self) -> Text:
        """By how much."""


class Reasons(Protocol):
    """What the explainer says of a policy without a plan."""

    @property
    def rules(self) -> tuple[str, ...]:
        """A minimal set of rules that cannot hold together."""

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The cheapest way out."""

    @property
    def waivers(self) -> tuple[Repair, ...]:
        """Whose recusals to waive, if that is a way out."""

    @property
    def fewest(self) -> bool:
        """Whether no fewer waivers would do."""

    @property
    def blocked(self) -> Sequence[Repair]:
        """What of a map alone keeps it from being made into zones."""

    @property
    def cut_short(self) -> bool:
        """Whether somebody asked to stop before all was looked for."""


@dataclass(frozen=True)
class Nothing:
    """No reasons at all, since somebody would not wait for any."""

    rules: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    waivers: tuple[Repair, ...] = ()
    fewest: bool = False
    blocked: Sequence[Repair] = ()
    cut_short: bool = True


def find_reasons(policy: api.Policy, seconds: float) -> Reasons:
    """Return why a policy has no plan; loads the solver.

    A request to stop ends the search with what it has; after the second there is nothing.
    """
    explainer = import_module("allocator.explain")
    stop = StopRequest()
    try:
        with stopping(stop):
            reasons: Reasons = explainer.why_infeasible(policy, seconds=seconds, observer=stop)
    except KeyboardInterrupt:
        return Nothing()
    return reasons


def reasons_as_data(policy: api.Policy, reasons: Reasons) -> dict[str, Any]:
    """Return for ``--json`` what a report says: nothing is cut short, and texts are in both languages."""
    whys = rule_reasons(policy)
    return {
        "supply": to_json(find_imbalances(policy)),
        "shortages": to_json(find_slot_shortages(policy)),
        "blocked": to_json(reasons.blocked),
        "conflict": [{"rule": rule, "why": to_json(whys.get(rule, Text()))} for rule in reasons.rules],
        "repairs": to_json(reasons.repairs),
        "waivers": to_json(reasons.waivers),
        "fewest": reasons.fewest,
        "cut_short": reasons.cut_short,
    }


def render_reasons(policy: api.Policy, reasons: Reasons, language: Language) -> Iterator[str]:
    """Yield slots without enough people, what maps rule out, rules in conflict and the cheapest ways out."""
    whys = rule_reasons(policy)
    if reasons.cut_short:
        yield pick(
            language,
            "已按要求停止查找原因：以下未必是全部，所列规则也未必都有关",
            "stopped looking for reasons as asked: there may be more of them, and fewer rules may matter",
        )
    for count in find_imbalances(policy):
        yield printable(
            pick(language, "无法满足：", "cannot be met: ") + imbalance_text(count, policy)(language)
        )
    yield from render_shortages(find_slot_shortages(policy), policy, language)
    if reasons.blocked:
        yield pick(language, "地图本身无法如此划分：", "the map itself cannot be divided so:")
    for blocked in reasons.blocked:
        yield printable(f"  {blocked.rule}: {blocked.text(language)}")
    if reasons.rules:
        yield pick(language, "以下规则不能同时成立：", "these rules cannot hold together:")
    for rule in reasons.rules:
        yield printable(f"  {rule} · {whys.get(rule, Text())(language)}")
    if reasons.repairs:
        yield pick(language, "代价最小的出路：", "the cheapest way out:")
    for repair in reasons.repairs:
        yield printable(f"  {repair.rule}: {repair.text(language)}")
    if reasons.waivers:
        yield _waiving(len(reasons.waivers), reasons.fewest, language)
    for waiver in reasons.waivers[:MOST_WAIVERS]:
        yield printable(f"  {waiver.rule}: {waiver.text(language)}")
    if (more := len(reasons.waivers) - MOST_WAIVERS) > 0:
        yield pick(language, f"  ……另有 {more} 处", f"  ... and {more} more")


def _waiving(count: int, fewest: bool, language: Language) -> str:
    """Say that so many waivers would do, and whether fewer would not."""
    if fewest:
        return pick(
            language,
            f"或豁免回避，最少 {count} 处：",
            f"or recusals to waive, {count} at least:",
        )
    return pick(language, f"或豁免回避 {count} 处：", f"or recusals to waive, {count} that would do:")
