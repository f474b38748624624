"""Lays out why a scenario has no plan: counts, the map, and conflicts as groups of rules, all in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.explain.conflicts import Conflict, Diagnosis, RuleTag
from allocator.model.layer import Layer
from allocator.model.run import NAMES, Witnesses, in_order
from allocator.model.text import Language, Text
from allocator.report.remedies_view import RemediesView
from allocator.report.rule_numbers import RuleNames
from allocator.report.supply_sentences import COUNTED, supply_sentences
from allocator.rules.policy import Policy

#: People or places that are named at once, where the others are only counted.
MOST_NAMED = 3


@dataclass(frozen=True)
class ConflictPart:
    """One rule of a conflict.

    Attributes:
        rule: Its id.
        number: Its number among the rules as sentences.
        name: Its name in words, with the number.
        about: For how many people, units or places it matters here; these by name if they are few.
        subjects: Each of them in words: people, places, what is counted, periods.
    """

    rule: str
    number: int | None
    name: Text
    about: Text
    subjects: tuple[Text, ...]


@dataclass(frozen=True)
class ConflictView:
    """A conflict.

    Attributes:
        parts: Its rules.
        facts: What cannot be otherwise and matters too: nothing to relax.
        proof: Who proved it, in words, and whether any part less would leave a plan.
        by: The back ends that proved it.
        second: The back ends of a second proof.
        is_minimal: Whether it is proved minimal.
    """

    parts: tuple[ConflictPart, ...]
    facts: tuple[Text, ...]
    proof: Text
    by: tuple[str, ...]
    second: tuple[str, ...]
    is_minimal: bool


@dataclass(frozen=True)
class ImpossibleView:
    """Whether a scenario has a plan, and if not, why.

    Attributes:
        status: ``possible``, ``impossible`` or ``unknown``.
        answer: The same in words, with the proof.
        supply: What counting alone shows.
        obstacles: What the map alone makes impossible.
        conflicts: The conflicts; no two share a rule for the same people and places.
        is_complete: Whether these are all disjoint conflicts.
        completeness: The same in words.
        cut_short: Whether the search was stopped on request.
        seconds: Time that the answer took.
        remedies: The cheapest ways out; None where they were not looked for.
    """

    status: str
    answer: Text
    supply: tuple[Text, ...]
    obstacles: tuple[Text, ...]
    conflicts: tuple[ConflictView, ...]
    is_complete: bool
    completeness: Text
    cut_short: bool
    seconds: float
    remedies: RemediesView | None = None


def impossible_view(
    policy: Policy, diagnosis: Diagnosis, supply: Sequence[Text] | None = None
) -> ImpossibleView:
    """Lay out a diagnosis.

    Args:
        policy: The policy.
        diagnosis: What was found.
        supply: The sentences of `supply_sentences`, where they are known already.
    """
    counted = tuple(supply_sentences(policy) if supply is None else supply)
    words = _ConflictWords(policy, RuleNames(policy))
    found = diagnosis.found
    return ImpossibleView(
        status="impossible" if counted else diagnosis.status,
        answer=_answer(diagnosis, is_counted=bool(counted)),
        supply=counted,
        obstacles=tuple(one.text for one in diagnosis.obstacles),
        conflicts=tuple(words.laid_out(one) for one in found.conflicts),
        is_complete=found.is_complete,
        completeness=_completeness(diagnosis),
        cut_short=found.cut_short,
        seconds=round(diagnosis.seconds, 2),
    )


def _answer(diagnosis: Diagnosis, *, is_counted: bool) -> Text:
    if diagnosis.status == "possible":
        return Text(zh="可行：有方案守住全部硬规则", en="possible: a plan keeps all hard rules")
    if diagnosis.status == "impossible":
        proof = proof_text(diagnosis.by, diagnosis.second)
        return Text(
            zh=f"无解：没有方案能守住全部硬规则（{proof.zh}）",
            en=f"impossible: no plan keeps all hard rules ({proof.en})",
        )
    if is_counted:
        return Text(
            zh="无解：没有方案能守住全部硬规则（由计数得出）",
            en="impossible: no plan keeps all hard rules (by counting)",
        )
    return Text(
        zh="限时内未见分晓：既未找到方案，也未证明没有",
        en="not shown in time: neither a plan nor a proof that there is none was found",
    )


def proof_text(by: Witnesses, second: Witnesses) -> Text:
    """Return who proved a claim, and whether another one did too."""
    if not by:
        return Text(zh="未证明", en="not proved")
    first, other = (
        Text(
            zh="、".join(NAMES[w].zh for w in in_order(some)),
            en=", ".join(NAMES[w].en for w in in_order(some)),
        )
        for some in (by, second)
    )
    if second:
        return Text(zh=f"双重证明：{first.zh}；{other.zh}", en=f"proved twice: {first.en}; {other.en}")
    return Text(zh=f"已证明：{first.zh}；未经第二次证明", en=f"proved: {first.en}; not a second time")


def _completeness(diagnosis: Diagnosis) -> Text:
    found = diagnosis.found
    if diagnosis.status != "impossible":
        return Text()
    if found.cut_short:
        return Text(zh="已按要求停止：可能还有", en="stopped as asked: there may be more")
    if found.is_complete:
        return Text(
            zh="已全部找出：除此之外的规则可以同时守住", en="these are all: a plan keeps everything else"
        )
    return Text(zh="限时内找到这些，可能还有", en="found in time; there may be more")


@dataclass(frozen=True, eq=False)
class _ConflictWords:
    policy: Policy
    names: RuleNames

    def laid_out(self, conflict: Conflict) -> ConflictView:
        """Lay out a conflict."""
        by_rule: dict[str, list[RuleTag]] = {}
        for one in conflict.tags:
            by_rule.setdefault(one.rule, []).append(one)
        parts = [self._part(rule, tags) for rule, tags in by_rule.items()]
        return ConflictView(
            parts=tuple(sorted(parts, key=lambda part: part.number or 0)),
            facts=tuple(self._fact(layer) for layer in conflict.facts),
            proof=self._proof(conflict),
            by=in_order(conflict.by),
            second=in_order(conflict.second),
            is_minimal=conflict.is_minimal,
        )

    def _proof(self, conflict: Conflict) -> Text:
        proof = proof_text(conflict.by, conflict.second)
        if conflict.is_minimal:
            return Text(zh=f"{proof.zh}；缺一则可解", en=f"{proof.en}; any of it less leaves a plan")
        return Text(
            zh=f"{proof.zh}；限时内未能缩到最小，所列未必都有关",
            en=f"{proof.en}; not made minimal in time, so parts of it may not matter",
        )

    def _fact(self, layer: str) -> Text:
        title = self.policy.context.layers[layer].spec.title
        zh, en = (f"（{title.zh}）", f" ({title.en})") if title else ("", "")
        return Text(
            zh=f"同一时期一个对象只能在一处{zh}：这是事实，无从放宽"
            if self._table(layer) != "people"
            else f"一人同期只能在一处{zh}：这是事实，无从放宽",
            en=f"nobody is in two places at a time{en}: a fact, which nothing can relax"
            if self._table(layer) == "people"
            else f"nothing is in two places at a time{en}: a fact, which nothing can relax",
        )

    def _part(self, rule: str, tags: Sequence[RuleTag]) -> ConflictPart:
        bound = next(one for one in self.policy.rules if one.id == rule)
        layer = self.policy.layer_of(bound)
        return ConflictPart(
            rule=rule,
            number=self.names.numbers.get(rule),
            name=self.names.name(rule),
            about=self._about(layer, tags),
            subjects=tuple(self._subjects(rule, layer, tags)),
        )

    def _about(self, layer: Layer, tags: Sequence[RuleTag]) -> Text:
        """Return for whom or where a rule matters: people first, else places, else periods."""
        items = sorted({item for one in tags for item in one.items})
        slots = sorted({one.subject.slot for one in tags if one.subject.slot >= 0})
        periods = sorted({one.subject.period for one in tags if one.subject.period >= 0})
        if items:
            return _counted_text([layer.items[i] for i in items], layer.spec.items.table, self)
        if slots:
            return _counted_text([layer.slots[s] for s in slots], layer.spec.slots.table, self)
        if periods and not layer.once:
            ids = [layer.periods[t].id for t in periods]
            return Text(zh=f"{len(ids)} 个时期", en=f"{len(ids)} period{'s' * (len(ids) > 1)}")
        return Text(zh="全部", en="all")

    def _subjects(self, rule: str, layer: Layer, tags: Sequence[RuleTag]) -> Iterator[Text]:
        """Yield the subjects: people or what is counted, each once, with their places and periods."""
        found: dict[tuple[tuple[int, ...], Text, int], list[RuleTag]] = {}
        bound = next(one for one in self.policy.rules if one.id == rule)
        scope = self.policy.scopes[rule]
        for one in tags:
            part = bound.part_label(scope, one.subject) if one.subject.part >= 0 else Text()
            role = layer.roles[one.subject.role] if one.subject.role >= 0 else None
            word = Text() if role is None else self.policy.context.words.roles.text(role)
            what = Text(zh=part.zh or word.zh, en=part.en or word.en)
            found.setdefault((one.items, what, -1 if one.items else one.subject.slot), []).append(one)
        for (items, what, _), some in found.items():
            yield Text(
                zh=self._subject(layer, items, what, some, "zh"),
                en=self._subject(layer, items, what, some, "en"),
            )

    def _subject(
        self, layer: Layer, items: tuple[int, ...], what: Text, tags: Sequence[RuleTag], language: Language
    ) -> str:
        comma = "、" if language == "zh" else ", "
        label = self.policy.context.scenario.organisation.label
        slots = sorted({one.subject.slot for one in tags if one.subject.slot >= 0})
        periods = sorted({one.subject.period for one in tags if one.subject.period >= 0})
        parts = [comma.join(label(layer.items[i]) for i in items)] if items else []
        if slots and len(slots) == len(layer.slots) > 1:
            parts.append(f"全部 {len(slots)} 处" if language == "zh" else f"all {len(slots)} places")
        elif slots:
            parts.append(comma.join(label(layer.slots[s]) for s in slots))
        if what:
            parts.append(what(language))
        if periods and not layer.once:
            parts.append(comma.join(layer.periods[t].id for t in periods))
        return " · ".join(parts) or ("全部" if language == "zh" else "all")

    def _table(self, layer: str) -> str:
        return self.policy.context.layers[layer].spec.items.table

    def label(self, entity: str) -> str:
        """Return the name of an entity."""
        return self.policy.context.scenario.organisation.label(entity)


def _counted_text(ids: Sequence[str], table: str, words: _ConflictWords) -> Text:
    """Return ``2 people (Wang, Li)``; only the number if they are many."""
    one = {"people": "person", "units": "unit", "groups": "group", "cases": "case"}.get(table, table)
    noun = COUNTED.get(table, Text(zh="个", en=table))
    zh, en = f"{len(ids)} {noun.zh}", f"{len(ids)} {one if len(ids) == 1 else noun.en}"
    if len(ids) > MOST_NAMED:
        return Text(zh=zh, en=en)
    names = [words.label(one) for one in ids]
    return Text(zh=f"{zh}（{'、'.join(names)}）", en=f"{en} ({', '.join(names)})")
