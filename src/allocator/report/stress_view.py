"""Lays out what became of a plan under each shock: the shock in words, the outcome, and what changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.plan import Level
from allocator.model.run import is_confirmed
from allocator.model.text import Text
from allocator.report.seat_words import seat_change_text
from allocator.report.wording import level_text
from allocator.rules.policy import Policy
from allocator.stress import LEAVING, Shock, ShockKind, ShockResult, ShockSettings, StressReport
from allocator.stress.stress_report import Outcome


@dataclass(frozen=True)
class ShockLine:
    """A shock, and what became of the plan.

    Attributes:
        kind: The sort of the shock.
        entities: Ids of what it concerns.
        what: The shock in words.
        outcome: What became of the plan.
        answer: The same in words, with what is proved.
        changes: The seats that change hands to mend the plan; None where nothing was found.
        bound: The proved lower bound of that number; None where there is none.
        is_proved: Whether the outcome is proved.
        broken: The reasons of the hard rules that the unchanged plan would break.
        seats: Each seat that changes hands, in words.
        costs: The changes in cost, in words; empty where no level changes.
    """

    kind: ShockKind
    entities: tuple[str, ...]
    what: Text
    outcome: Outcome
    answer: Text
    changes: int | None
    bound: int | None
    is_proved: bool
    broken: tuple[Text, ...]
    seats: tuple[Text, ...]
    costs: tuple[Text, ...]


@dataclass(frozen=True)
class StressView:
    """The shocks in the order of their gravity, and what follows from them.

    Attributes:
        title: Title of the scenario.
        lines: The shocks: what nothing mends first, then by the changes needed, then what was not found.
        counts: Number of shocks by outcome.
        irreplaceable: Names of the people without whom no plan is possible.
        worst: The greatest number of changes that a mended shock needs; 0 if none needs any.
        synthetic: Whether people and cases are invented.
    """

    title: Text
    lines: tuple[ShockLine, ...]
    counts: Mapping[Outcome, int]
    irreplaceable: tuple[str, ...]
    worst: int
    synthetic: bool

    def of(self, *outcomes: Outcome) -> tuple[ShockLine, ...]:
        """Return the lines with some outcomes."""
        return tuple(one for one in self.lines if one.outcome in outcomes)


_ORDER: tuple[Outcome, ...] = ("impossible", "mended", "unknown", "holds", "not_tried")


def stress_view(policy: Policy, report: StressReport, settings: ShockSettings) -> StressView:
    """Lay out the results of shocks.

    Args:
        policy: The policy before the shocks.
        report: The results.
        settings: The size of the shocks.
    """
    words = _ShockWords(policy, settings)
    ordered = sorted(report.results, key=lambda one: (_ORDER.index(one.outcome), -one.changes))
    name = policy.context.scenario.organisation.label
    return StressView(
        title=policy.context.scenario.spec.title,
        lines=tuple(map(words.line, ordered)),
        counts=Counter(one.outcome for one in report.results),
        irreplaceable=tuple(map(name, report.irreplaceable)),
        worst=max((one.changes for one in report.worst), default=0),
        synthetic=policy.context.scenario.spec.synthetic,
    )


def shock_text(policy: Policy, shock: Shock, settings: ShockSettings) -> Text:
    """Return a shock in words."""
    return _ShockWords(policy, settings).what(shock)


class _ShockWords:
    """The words of shocks and of their results in one scenario."""

    def __init__(self, policy: Policy, settings: ShockSettings) -> None:
        self._policy, self._settings = policy, settings
        self._name = policy.context.scenario.organisation.label

    def line(self, result: ShockResult) -> ShockLine:
        """Return the line of a result."""
        is_mended = result.outcome in ("holds", "mended")
        return ShockLine(
            kind=result.shock.kind,
            entities=result.shock.entities,
            what=self.what(result.shock),
            outcome=result.outcome,
            answer=self._answer(result),
            changes=result.changes if is_mended else None,
            bound=result.bound if is_mended else None,
            is_proved=result.is_proved,
            broken=tuple(self._reason(rule) for rule in result.broken),
            seats=tuple(seat_change_text(self._policy, seat) for seat in result.seats),
            costs=tuple(self._costs(result.costs or {})),
        )

    def what(self, shock: Shock) -> Text:
        """Return a shock in words."""
        names = [self._name(one) for one in shock.entities]
        if shock.kind == "leaves":
            return Text(zh=f"{names[0]}离岗", en=f"{names[0]} leaves")
        if shock.kind == "pair":
            return Text(zh=f"{'、'.join(names)}同时离岗", en=f"{' and '.join(names)} leave")
        if shock.kind == "load":
            share = f"{float(self._settings.load):.0%}"
            return Text(zh=f"{names[0]}工作量增加 {share}", en=f"the load of {names[0]} grows by {share}")
        kind = self._policy.wordbook.tie(self._settings.tie)
        return Text(
            zh=f"发现{names[0]}与{names[1]}有关系：{kind.zh}",
            en=f"{names[0]} turns out to be tied to {names[1]}: {kind.en}",
        )

    def _answer(self, result: ShockResult) -> Text:
        if result.outcome == "holds":
            return Text(zh="不受影响", en="the plan holds")
        if result.outcome == "impossible":
            proved = _proved(result)
            return Text(zh=f"无解（{proved.zh}）", en=f"no plan is possible ({proved.en})")
        if result.outcome == "unknown":
            return Text(zh="限时内未找到方案，也未证明无解", en="no plan found in time, and none excluded")
        if result.outcome == "not_tried":
            return Text(zh="未检验", en="not tried")
        return self._changes(result)

    def _changes(self, result: ShockResult) -> Text:
        """Return the changes in words; the seats of those who leave are open, and do not count."""
        count, is_leave = result.changes, result.shock.kind in LEAVING
        if not count and is_leave:
            return Text(zh="其他席位不变", en="no other seat changes hands")
        other_zh, other_en = ("其他席位", "other seats") if is_leave else ("席位", "seats")
        if result.is_proved:
            proved = _proved(result)
            return Text(
                zh=f"{other_zh}最少变动 {count} 个（{proved.zh}）",
                en=f"{other_en} that change hands: {count}, no fewer ({proved.en})",
            )
        return Text(
            zh=f"{other_zh}变动 {count} 个可行，至少 {result.bound} 个",
            en=f"{other_en} that change hands: {count} will do, {result.bound} at least",
        )

    def _reason(self, rule: str) -> Text:
        [found] = [one for one in self._policy.rules if one.id == rule]
        return self._policy.reason(found)

    def _costs(self, costs: Mapping[Level, int]) -> list[Text]:
        titles = self._policy.context.scenario.spec.levels
        named = [(level_text(level, titles), change) for level, change in costs.items() if change]
        return [Text(zh=f"{level.zh} {change:+,}", en=f"{level.en} {change:+,}") for level, change in named]


def _proved(result: ShockResult) -> Text:
    """Return how a result is proved: by one solver, or by another one too."""
    proof = result.proof
    if proof is not None and is_confirmed(proof.by, proof.confirmed):
        return Text(zh="双重证明", en="proved twice")
    return Text(zh="已证明", en="proved")
