"""Sets of plans as text: a row for each plan, then what is proved and which gaps are left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import RenderableType

from allocator.model.text import Language, Text
from allocator.model.tradeoff_set import SetGap
from allocator.report.rendering.console import add_column, number, pick, printable, table
from allocator.report.rendering.solve_text import run_line
from allocator.report.tradeoff_view import TradeoffLine, TradeoffView

_STATUS: Mapping[str, Text] = {
    "optimal": Text(
        zh="权衡方案集：齐全，已证明没有遗漏", en="set of plans: complete, proved that none is missing"
    ),
    "feasible": Text(
        zh="权衡方案集：尚不齐全，下列范围内可能还有更好的方案",
        en="set of plans: not complete, better plans may lie in the gaps below",
    ),
    "infeasible": Text(
        zh="没有方案符合硬规则及上限", en="no plan keeps the hard rules and the limits of the call"
    ),
    "unknown": Text(zh="限时内未找到方案", en="no plan found in time"),
}
_BELOW: Mapping[str, Text] = {
    "open": Text(zh="未证明", en="not proved"),
    "left": Text(zh="未优化", en="not minimised"),
}
#: Gaps that are listed at most.
MOST_GAPS = 12


def set_status(status: str) -> Text:
    """Return the status of a set in words."""
    return _STATUS[status]


def render_tradeoff(view: TradeoffView, language: Language) -> Iterator[RenderableType]:
    """Yield a whole set."""
    if view.differs:
        yield printable(f"{pick(language, '警告', 'warning')}: {view.differs(language)}")
    for line in view.lines:
        if line.doubt:
            plan = pick(language, f"方案 {line.number}", f"plan {line.number}")
            yield printable(f"✗ {plan}: {line.doubt(language)}")
    invented = pick(language, " · 人员与案件为合成数据", " · people and cases are synthetic")
    yield printable(
        f"{view.title(language)} · {set_status(view.status)(language)}{invented if view.synthetic else ''}"
    )
    if view.lines:
        yield _plans(view, language)
    yield from map(printable, _notes(view, language))
    if found := run_line(view.run, language):
        yield found


def _plans(view: TradeoffView, language: Language) -> RenderableType:
    """Return the table of plans."""
    grid = table(pick(language, "方案", "Plans"))
    add_column(grid, pick(language, "编号", "plan"), right=True)
    for title in view.criteria:
        add_column(grid, title(language), right=True)
    add_column(grid, pick(language, "较上一方案", "against the one before"))
    add_column(grid, pick(language, "证明", "proof"))
    for title in view.others.values():
        add_column(grid, title(language), right=True)
    for line in view.lines:
        costs = (
            number(cost) if cost == bound else f"{number(cost)} (≥ {number(bound)})"
            for cost, bound in zip(line.costs, line.bounds, strict=True)
        )
        proof = pick(language, "已证明", "proved") if line.is_proved else pick(language, "未证明", "open")
        others = (_other(line, level, language) for level in view.others)
        grid.add_row(str(line.number), *costs, _step(line), proof, *others)
    return grid


def _step(line: TradeoffLine) -> str:
    """Return by how much each criterion differs from the plan before."""
    return "  ".join(f"{'−' if one < 0 else '+'}{number(abs(one))}" for one in line.step)


def _other(line: TradeoffLine, level: int, language: Language) -> str:
    cost, state = number(line.others.get(level, 0)), _BELOW.get(line.below)
    return cost if state is None else pick(language, f"{cost}（{state.zh}）", f"{cost} ({state.en})")


def _notes(view: TradeoffView, language: Language) -> Iterator[str]:
    """Yield what every plan keeps to, and the gaps."""
    for title, cost, bound in view.above:
        least = pick(language, f"，下界 {number(bound)}", f", bound {number(bound)}") if bound < cost else ""
        yield pick(
            language,
            f"各方案保持{title.zh}的代价：{number(cost)}{least}",
            f"every plan keeps {title.en} at {number(cost)}{least}",
        )
    for title, limit in view.limits:
        yield pick(language, f"上限：{title.zh} {number(limit)}", f"at most: {title.en} {number(limit)}")
    for gap in view.gaps[:MOST_GAPS]:
        where = [f"{title(language)} {ends_text(gap, k, language)}" for k, title in enumerate(view.criteria)]
        zh, en = "，且".join(where), " and ".join(where)
        yield pick(language, f"可能还有更好的方案：{zh}", f"a better plan may lie at {en}")
    more = len(view.gaps) - MOST_GAPS
    if more > 0:
        yield pick(language, f"另有 {more} 处（见 --json）", f"{more} more gaps (see --json)")


def ends_text(gap: SetGap, k: int, language: Language) -> str:
    """Return the costs of a criterion between which a better plan may lie."""
    low, high = gap.low[k], gap.high[k]
    if high is None:
        return pick(language, f"{number(low)} 以上", f"{number(low)} or more")
    return number(low) if low == high else f"{number(low)}–{number(high)}"
