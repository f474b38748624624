"""Stress as text: what nothing mends, what needs the most changes, and what was not found in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType

from allocator.model.text import Language, Text
from allocator.report.rendering.console import add_column, number, pick, printable, table
from allocator.report.stress_view import ShockLine, StressView
from allocator.stress.stress_report import Outcome

#: Lines of a table, seats of a line, and names that are listed at most.
LISTED, SEATS, NAMES = 20, 3, 20


def render_stress(view: StressView, language: Language, *, every: bool = False) -> Iterator[RenderableType]:
    """Yield the results of all shocks; without ``every`` the gravest of each sort of outcome.

    Args:
        view: The results.
        language: Language of the words.
        every: Whether to list all shocks with all seats.
    """
    yield printable(view.title(language))
    yield _summary(view, language)
    yield _irreplaceable(view, language)
    for heading, lines in (
        (pick(language, "没有补救办法", "nothing mends"), view.of("impossible")),
        (pick(language, "须变动的", "mended by changes"), view.of("mended")),
        (pick(language, "限时内未知", "not found in time"), view.of("unknown")),
    ):
        if lines:
            yield _table(heading, lines if every else lines[:LISTED], language, every=every)
            more = 0 if every else len(lines) - LISTED
            if more > 0:
                yield "  " + pick(
                    language,
                    f"另有 {more} 项（见 --all、--to 或 --json）",
                    f"{more} more (see --all, --to or --json)",
                )
    yield _worst(view, language)


_SUMMED: Mapping[Outcome, Text] = {
    "holds": Text(zh="不受影响", en="hold"),
    "mended": Text(zh="变动后可行", en="mended"),
    "impossible": Text(zh="无解", en="not to be mended"),
    "unknown": Text(zh="限时内未知", en="not found in time"),
    "not_tried": Text(zh="未检验", en="not tried"),
}


def _summary(view: StressView, language: Language) -> str:
    counts = view.counts
    tried = sum(counts.values()) - counts.get("not_tried", 0)
    zh = [f"检验 {number(tried)} 项"]
    en = [f"{number(tried)} tried"]
    for outcome, words in _SUMMED.items():
        if count := counts.get(outcome, 0):
            zh.append(f"{words.zh} {number(count)}")
            en.append(f"{number(count)} {words.en}")
    return pick(language, "，".join(zh), ", ".join(en))


def _irreplaceable(view: StressView, language: Language) -> str:
    """Return the people without whom no plan is possible, in one line."""
    names = view.irreplaceable
    if not names:
        if not any(line.kind == "leaves" for line in view.lines):
            return pick(language, "未检验人员离岗", "nobody's leaving was tried")
        return pick(language, "没有不可替代的人", "nobody is irreplaceable")
    more = len(names) - NAMES
    listed = pick(language, "、", ", ").join(names[:NAMES])
    rest = pick(language, f"等 {len(names)} 人", f" and {more} more") if more > 0 else ""
    return printable(pick(language, "不可替代：", "irreplaceable: ") + listed + rest)


def _worst(view: StressView, language: Language) -> str:
    grave = [line.what(language) for line in view.of("mended") if line.changes == view.worst]
    if not view.worst:
        return pick(language, "可补救的各项，其他席位均不变", "what can be mended changes no other seat")
    shown = pick(language, "；", "; ").join(grave[:SEATS]) + (" …" if len(grave) > SEATS else "")
    return printable(
        pick(
            language,
            f"可补救的最坏情形：变动席位 {view.worst} 个（{shown}）",
            f"worst case that can be mended: {view.worst} seats change hands ({shown})",
        )
    )


def _table(heading: str, lines: Sequence[ShockLine], language: Language, *, every: bool) -> RenderableType:
    grid = table(heading)
    for zh, en in (
        ("情形", "if"),
        ("结果", "then"),
        ("席位变动", "seats that change hands"),
        ("代价", "cost"),
    ):
        add_column(grid, pick(language, zh, en))
    for line in lines:
        seats = [printable(seat(language)) for seat in (line.seats if every else line.seats[:SEATS])]
        more = len(line.seats) - len(seats)
        if more > 0:
            seats.append(pick(language, f"另有 {more} 处", f"{more} more"))
        what = line.what(language)
        if line.broken:
            why = pick(language, "；", "; ").join(one(language) for one in line.broken)
            what += pick(language, f"（违反：{why}）", f" (breaks: {why})")
        grid.add_row(
            printable(what),
            printable(line.answer(language)),
            "\n".join(seats),
            "\n".join(printable(cost(language)) for cost in line.costs),
        )
    return grid
