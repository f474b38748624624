"""Prices of rules as text: what each costs in the plan, and what would be gained without it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from allocator.model.text import Language, Text
from allocator.report.rendering.console import add_column, number, pick, printable, table
from allocator.report.rule_prices_view import PriceLine, RulePricesView

#: Seats of a line that are listed at most.
SEATS = 3
_HEADINGS = (
    Text(zh="规则", en="rule"),
    Text(zh="级别", en="level"),
    Text(zh="现代价", en="cost now"),
    Text(zh="去掉后的代价变化", en="cost without it"),
    Text(zh="变动席位", en="seats that change hands"),
    Text(zh="结论", en="so"),
)


def render_rule_prices(
    view: RulePricesView, language: Language, *, every: bool = False
) -> Iterator[RenderableType]:
    """Yield the prices of rules; with ``every`` all seats that change hands."""
    yield printable(view.title(language))
    yield pick(
        language,
        f"每次去掉一条规则，其余不变，由这份方案出发重新求解（每次至多 {view.seconds:g} 秒）；"
        "代价变化只计其余规则，负数为省下",
        f"each rule is left out by itself, and all is solved anew from the plan ({view.seconds:g} s at most"
        " each); changes in cost are of the other rules alone, and a gain is negative",
    )
    grid = table(pick(language, "规则的代价", "The price of rules"))
    for heading in _HEADINGS:
        add_column(grid, heading(language), right=heading is _HEADINGS[2])
    for line in view.lines:
        grid.add_row(*(printable_lines(cell) for cell in _cells(line, view, language, every=every)))
    yield grid
    if view.missing:
        yield pick(language, f"未算 {view.missing} 条", f"{view.missing} not priced")


def printable_lines(text: str) -> str:
    """Return a text of several lines, each of them printable."""
    return "\n".join(map(printable, text.split("\n")))


def _cells(line: PriceLine, view: RulePricesView, language: Language, *, every: bool) -> Iterator[str]:
    yield f"{line.title(language)} [{line.rule}]"
    yield line.level_title(language) if line.level == "hard" else f"{line.level}"
    yield "-" if line.level == "hard" else number(line.cost)
    yield "\n".join(f"{level}: {change:+,}" for level, change in line.changes.items())
    shown = [seat(language) for seat in (line.seats if every else line.seats[:SEATS])]
    more = len(line.seats) - len(shown)
    yield "\n".join([*shown, *([pick(language, f"另有 {more} 处", f"{more} more")] if more > 0 else [])])
    yield line.answer(language) + _most(line, language)


def _most(line: PriceLine, language: Language) -> str:
    """Return the most that could be gained where more is not excluded."""
    if line.is_proved or not line.most:
        return ""
    level, most = next(iter(line.most.items()))
    return pick(language, f"：{level} 至多 {number(most)}", f": {level} at most {number(most)}")
