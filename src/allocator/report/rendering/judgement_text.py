"""Judgements as text: scores by level and by rule, breaches, exceptions, figures; draws with their checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table

from allocator.lottery import Audit, CannotDraw, Check
from allocator.lottery.findings import name_with_id
from allocator.model.plan import HARD
from allocator.model.text import Language, Text
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table
from allocator.report.score_view import (
    BreachLine,
    FindingView,
    JudgementView,
    LevelLine,
    Place,
    RuleLine,
    WaiverLine,
)
from allocator.verify.figures import Figure

Heading = tuple[str, str]

#: Breaches of a rule that are listed, unless all are asked for.
LISTED = 20


def level_table(lines: Sequence[LevelLine], language: Language, *, is_so: bool = True) -> Table:
    """Return the score by level: cost, proved lower bound and gap; no gap if the claims are false."""
    headings: list[Heading] = [("级别", "level"), ("代价", "cost"), ("下界", "bound"), ("差距", "gap")]
    grid = _grid("按级别", "Score by level", headings, language, numbers=(1, 2, 3))
    for line in lines:
        gap = _gap(line, language) if is_so else pick(language, "未核实", "not confirmed")
        grid.add_row(printable(line.title(language)), number(line.cost), number(line.bound), gap)
    return grid


def _gap(line: LevelLine, language: Language) -> str:
    if line.is_proved_twice:
        return pick(language, "双重证明最优", "proved twice")
    return pick(language, "已证明最优", "proved") if line.cost == line.bound else f"{line.gap}%"


def rule_table(lines: Sequence[RuleLine], language: Language) -> Table:
    """Return the findings of each rule (violations or a measure), its cost and its reason."""
    headings: list[Heading] = [
        ("规则", "rule"), ("级别", "level"), ("所见", "found"), ("代价", "cost"), ("缘由", "why"),
    ]  # fmt: skip
    grid = _grid("按规则", "Score by rule", headings, language, numbers=(2, 3))
    for line in lines:
        level = pick(language, "硬", HARD) if line.level == HARD else str(line.level)
        why = printable(line.why(language))
        found = number(line.violations) if line.measured is None else printable(line.measured(language))
        grid.add_row(printable(line.id), level, found, number(line.cost), why)
    return grid


def waiver_table(lines: Sequence[WaiverLine], language: Language) -> Table:
    """Return the named exceptions, and the number of breaches that each excuses."""
    headings: list[Heading] = [
        ("规则", "rule"), ("对象", "for"), ("理由", "reason"), ("有效期至", "until"), ("用到", "used"),
    ]  # fmt: skip
    grid = _grid("例外", "Exceptions", headings, language, numbers=(4,))
    for line in lines:
        whom = ", ".join(one.name_and_id for one in (*line.items, *line.slots))
        reason, until = printable(line.reason(language)), line.until.isoformat()
        grid.add_row(printable(line.rule), printable(whom), reason, until, number(line.excused))
    return grid


def figure_table(figures: Sequence[Figure], language: Language) -> Table:
    """Return the figures of the source document, in it and in the plan."""
    headings: list[Heading] = [("数据", "figure"), ("文件", "document"), ("方案", "plan"), ("", "")]
    grid = _grid("文件数据对照", "Figures of the document", headings, language, numbers=(1, 2))
    for figure in figures:
        mark = "✓" if figure.holds else "✗"
        grid.add_row(printable(figure.text(language)), figure.expected, figure.found, mark)
    return grid


def _grid(
    zh: str, en: str, headings: Sequence[Heading], language: Language, numbers: tuple[int, ...]
) -> Table:
    grid = table(pick(language, zh, en))
    for k, heading in enumerate(in_both(headings, language)):
        add_column(grid, heading, right=k in numbers)
    return grid


def render_judgement(found: JudgementView, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield the findings of the judge, rule by rule, then the false claims of the plan."""
    if found.differs is not None:
        yield printable(found.differs.message(language))
    for rule in found.rules:
        yield from _rule(rule, language, every)
    for claim in found.disagreements:
        subject = f"{claim.rule}: " if claim.rule else ""
        yield "✗ " + printable(subject + claim.message(language))
    yield _verdict(found, language)


def _rule(rule: FindingView, language: Language, every: bool) -> Iterator[str]:
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
    """Return a breach as one line: item, other item, slot, role, period, amount and detail.

    ``X → A`` is X in A; an item that left A is written as ``X from A to B``.
    """
    who = " + ".join(one.name_and_id for one in (breach.item, breach.other) if one)
    where = breach.slot.name_and_id if breach.slot else ""
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
    """Return the item, the place that it left, and its places now."""
    places = [
        " ".join((place.slot.name_and_id, *((place.role(language),) if place.role else ())))
        for place in instead
    ]
    if language == "zh":
        return f"{who} 从 {left} 到 {'、'.join(places) or '无处'}"
    return f"{who} from {left} to {', '.join(places) or 'nowhere'}"


def _verdict(found: JudgementView, language: Language) -> str:
    if found.holds:
        return pick(language, "成立：没有违反硬规则", "holds: no hard rule is broken")
    broken = ", ".join(rule.id for rule in found.rules if rule.level == HARD)
    if broken:
        return printable(pick(language, f"不成立：违反 {broken}", f"does not hold: breaks {broken}"))
    return pick(language, "不成立：方案自称的不实", "does not hold: what the plan claims is not so")


def render_draw(audit: Audit, label: Mapping[str, str], language: Language) -> Iterator[RenderableType]:
    """Yield a draw: its state, the pool, who is drawn, the commitment."""
    committed = audit.committed
    title = committed.title.text(language) or committed.draw
    drawn = audit.result is not None
    state = (
        pick(language, "已抽签", "drawn")
        if drawn
        else pick(language, "已承诺，待种子", "committed to, not drawn")
    )
    yield printable(f"{title} · {state}")
    yield _pool(audit, language)
    for remark in audit.kind.remarks(committed):
        yield printable(remark(language))
    if drawn:
        yield from _winners(audit, label, language)
    if source := committed.seed.text(language):
        yield printable(pick(language, f"种子出处：{source}", f"seed to come from: {source}"))
    for line in committed.terms.lines(label) if committed.terms else ():
        yield printable(line(language))
    if audit.seed is not None:
        yield printable(pick(language, f"种子：{audit.seed}", f"seed: {audit.seed}"))
    yield pick(
        language, f"承诺值（SHA-256）：{audit.commitment}", f"commitment (SHA-256): {audit.commitment}"
    )
    if not drawn:
        yield printable(pick(language, f"请公布此行：{audit.witness}", f"to publish: {audit.witness}"))


def _pool(audit: Audit, language: Language) -> Table:
    lines = list(audit.kind.lines(audit.committed, audit.result))
    grid = table(pick(language, "候选池", "Pool"))
    headings = [("类别", "who"), ("池中", "in the pool"), ("名额", "asked"), ("机会", "chance")]
    headings += [("抽中", "drawn")] if audit.result is not None else []
    for k, heading in enumerate(in_both(headings, language)):
        add_column(grid, heading, right=k > 0)
    for line in lines:
        drawn = [] if line.drawn is None else [number(line.drawn)]
        chance = line.chance if isinstance(line.chance, str) else line.chance(language)
        grid.add_row(printable(line.text(language)), number(line.there), line.asked, chance, *drawn)
    return grid


def _winners(audit: Audit, label: Mapping[str, str], language: Language) -> Iterator[RenderableType]:
    """Yield the people drawn, one line for each subject that they are drawn for."""
    committed = audit.committed
    for what, names in audit.kind.winners(committed, audit.result):
        people = ", ".join(name_with_id(name, label.get(name, name)) for name in names)
        subject = name_with_id(what, label.get(what, what)) if what else pick(language, "抽中", "drawn")
        yield printable(f"{subject}: {people}")


def render_checks(checks: Sequence[Check], language: Language) -> Iterator[str]:
    """Yield the checks of a replay, and whether the draw holds."""
    for check in checks:
        yield ("✓ " if check.holds else "✗ ") + printable(check.text(language))
    if all(check.holds for check in checks):
        yield pick(language, "成立：重放逐字节相同", "holds: replayed byte for byte")
    else:
        yield pick(language, "不成立", "does not hold")


def render_refusal(refusal: CannotDraw, language: Language) -> Iterator[str]:
    """Yield the rules of a draw that cannot hold together, and the least change that lets them."""
    yield pick(language, "无法抽签，以下要求不能同时满足：", "cannot be drawn; these cannot hold together:")
    for reason in refusal.reasons:
        yield printable(f"  {reason(language)}")
    if refusal.remedies:
        yield pick(language, "最小的改动：", "the least change:")
    for mend in refusal.remedies:
        yield printable(f"  {mend(language)}")
