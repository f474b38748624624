"""A verdict as lines: each rule that finds something, and whom and what each breach concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.organisation import NamedEntity
from allocator.model.plan import HARD
from allocator.model.text import Language, Text
from allocator.report.findings import BreachLine, Findings, Place, RuleFinding
from allocator.report.rendering.console import number, pick, printable

#: How many breaches of a rule are listed unless all are asked for.
LISTED = 20


def render_findings(found: Findings, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield what the judge finds, rule by rule, then what the plan claims and is not so."""
    if found.differs is not None:
        yield printable(found.differs.message(language))
    for rule in found.rules:
        yield from _rule(rule, language, every)
    for claim in found.disagreements:
        subject = f"{claim.rule}: " if claim.rule else ""
        yield "✗ " + printable(subject + claim.message(language))
    yield _verdict(found, language)


def _rule(rule: RuleFinding, language: Language, every: bool) -> Iterator[str]:
    mark = "✗" if rule.level == HARD else "·"
    many = number(len(rule.breaches))
    seen = rule.measured or Text(zh=f"{many} 处", en=f"breaches {many}")
    counted = pick(language, f"{seen.zh}，代价 {rule.cost:,}", f"{seen.en}, cost {rule.cost:,}")
    level = rule.level_title(language)
    yield printable(f"{mark} {rule.id} [{level}] {rule.why(language)} ({counted})")
    shown = rule.breaches if every else rule.breaches[:LISTED]
    for breach in shown:
        yield "    " + printable(breach_line(breach, language))
    more = len(rule.breaches) - len(shown)
    if more:
        yield "    " + pick(language, f"另有 {more} 处（--all 全部列出）", f"{more} more (see --all)")


def breach_line(breach: BreachLine, language: Language) -> str:
    """Return a breach as one line: who, with whom, where, as what, when, by how much, and what was found.

    ``X → A`` is X in A; whoever left A is told as ``X from A to B``.
    """
    who = " + ".join(_named(one) for one in (breach.item, breach.other) if one)
    where = _named(breach.slot) if breach.slot else ""
    as_what = breach.role(language) if breach.role else ""
    place = " ".join(part for part in (where, as_what) if part)
    if breach.instead is None:
        line = " → ".join(part for part in (who, place) if part)
    else:
        line = _move(who, place, breach.instead, language)
    line += f" @{breach.period}" if breach.period else ""
    line += f" ×{breach.amount:,}" if breach.amount != 1 else ""
    detail = breach.detail(language)
    return f"{line}: {detail}" if detail and line else line or detail


def _move(who: str, left: str, instead: Sequence[Place], language: Language) -> str:
    """Say who left which place for which others."""
    places = [
        " ".join((_named(place.slot), *((place.role(language),) if place.role else ()))) for place in instead
    ]
    if language == "zh":
        return f"{who} 从 {left} 到 {'、'.join(places) or '无处'}"
    return f"{who} from {left} to {', '.join(places) or 'nowhere'}"


def _named(named: NamedEntity) -> str:
    return named.id if named.name == named.id else f"{named.name} ({named.id})"


def _verdict(found: Findings, language: Language) -> str:
    if found.holds:
        return pick(language, "成立：没有违反硬规则", "holds: no hard rule is broken")
    broken = ", ".join(rule.id for rule in found.rules if rule.level == HARD)
    if broken:
        return printable(pick(language, f"不成立：违反 {broken}", f"does not hold: breaks {broken}"))
    return pick(language, "不成立：方案自称的不实", "does not hold: what the plan claims is not so")
