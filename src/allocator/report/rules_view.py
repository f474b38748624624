"""Lays out the rules of a scenario as numbered sentences, by pack and level, with their exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from allocator.model.plan import HARD, Level
from allocator.model.reading.settings_sheets import SheetDocument
from allocator.model.text import Text
from allocator.report.wording import level_text
from allocator.rules.packs import pack_file
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule, Waiver
from allocator.rules.rule_sentences import rule_sentence


@dataclass(frozen=True)
class RuleException:
    """A named exception of a rule, with the names of those whom it is for."""

    items: tuple[str, ...]
    slots: tuple[str, ...]
    reason: Text
    until: date


@dataclass(frozen=True)
class StatedRule:
    """A rule as a sentence.

    Attributes:
        number: Its number in the scenario, from 1.
        id: Its id.
        kind: Its kind.
        level: Its level.
        sentence: The sentence, with its layer and its level.
        why: The reason that its pack gives.
        exceptions: Its named exceptions.
    """

    number: int
    id: str
    kind: str
    level: Level
    sentence: Text
    why: Text
    exceptions: tuple[RuleException, ...]


@dataclass(frozen=True)
class LevelRules:
    """The rules of a pack at one level."""

    level: Level
    title: Text
    rules: tuple[StatedRule, ...]


@dataclass(frozen=True)
class PackRules:
    """The rules that stand in a pack, by level; the pack without a file has those that the layers imply."""

    file: str
    title: Text
    source: str
    levels: tuple[LevelRules, ...]


_OF_LAYERS = Text(zh="各层的规定", en="what the layers ask for")


def rules_view(policy: Policy) -> tuple[PackRules, ...]:
    """Return the rules of a policy as sentences: those of the packs first, then those of the layers."""
    by_file: dict[str, list[Rule]] = {}
    for rule in policy.rules:
        by_file.setdefault(_file_of(policy, rule), []).append(rule)
    if "" in by_file:
        by_file[""] = by_file.pop("")
    packs, number = [], 1
    for file, rules in by_file.items():
        pack = policy.packs.get(file)
        title = (pack.title if pack else Text()) or (Text(zh=file, en=file) if file else _OF_LAYERS)
        levels = tuple(_levels(policy, rules, number))
        packs.append(PackRules(file, title, pack.source if pack else "", levels))
        number += len(rules)
    return tuple(packs)


def _file_of(policy: Policy, rule: Rule) -> str:
    entry = policy.entries.get(rule.id)
    if entry is None or entry.document is None:
        return ""
    document = entry.document
    return pack_file(document.data["pack"]) if isinstance(document, SheetDocument) else document.label


def _levels(policy: Policy, rules: Iterable[Rule], number: int) -> Iterator[LevelRules]:
    by_level: dict[Level, list[Rule]] = {}
    for rule in rules:
        by_level.setdefault(rule.plan_level, []).append(rule)
    titles = policy.context.scenario.spec.levels
    for level in sorted(by_level, key=lambda one: 0 if one == HARD else int(one)):
        stated = tuple(_stated(policy, rule, number + k) for k, rule in enumerate(by_level[level]))
        number += len(stated)
        yield LevelRules(level, level_text(level, titles), stated)


def _stated(policy: Policy, rule: Rule, number: int) -> StatedRule:
    return StatedRule(
        number=number,
        id=rule.id,
        kind=rule.kind,
        level=rule.plan_level,
        sentence=rule_sentence(rule, policy.wordbook, framed=True),
        why=rule.why,
        exceptions=tuple(_exception(policy, one) for one in policy.waivers if one.rule == rule.id),
    )


def _exception(policy: Policy, waiver: Waiver) -> RuleException:
    label = policy.context.scenario.organisation.label
    items, slots = (tuple(map(label, names)) for names in (waiver.items, waiver.slots))
    return RuleException(items, slots, waiver.reason, waiver.until)
