"""Draws as tables and lines: the pool by quota with chances, who is drawn, and the findings of a replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table

from allocator.lottery import Audit, CannotDraw, Check
from allocator.lottery.findings import name_with_id
from allocator.model.text import Language
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table


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
