"""The rules of a scenario as text: numbered sentences under their pack and level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.model.text import Language
from allocator.report.rendering.console import pick, printable
from allocator.report.rules_view import PackRules, RuleException, StatedRule


def render_rules(packs: Iterable[PackRules], language: Language) -> Iterator[str]:
    """Yield the lines of all packs."""
    for pack in packs:
        source = (
            pick(language, f"（来源：{pack.source}）", f" (source: {pack.source})") if pack.source else ""
        )
        yield printable(f"{pack.title(language)}{source}")
        for level in pack.levels:
            yield printable(f"  {level.title(language)}")
            for rule in level.rules:
                yield from map(printable, _rule(rule, language))


def _rule(rule: StatedRule, language: Language) -> Iterator[str]:
    yield f"    {rule.number}. {rule.sentence(language)}  [{rule.id}]"
    if rule.why:
        yield f"       {pick(language, '缘由：', 'reason: ')}{rule.why(language)}"
    for one in rule.exceptions:
        yield f"       {_exception(one, language)}"


def _exception(one: RuleException, language: Language) -> str:
    whom = pick(language, "、", ", ").join((*one.items, *one.slots))
    reason = one.reason(language)
    return pick(
        language, f"豁免：{whom}，至 {one.until}：{reason}", f"exception: {whom}, until {one.until}: {reason}"
    )
