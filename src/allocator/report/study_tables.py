"""The tables of a study as plain values, in both languages: options, pairs, criteria, cells, failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Text
from allocator.report.desk.desk_tables import Cell, DeskColumn, DeskTable, Tone
from allocator.report.rendering.console import number
from allocator.report.study_cells import OUTCOMES, CellLine
from allocator.report.study_view import CostSummary, OptionLine, StudyView
from allocator.report.study_words import (
    COUNTED_BY,
    INTERVALS,
    NOTATION,
    ended_of,
    failure_words,
    outcomes_text,
    seed_text,
)
from allocator.report.suited_words import suited_table
from allocator.study.cell_results import FAILURES, Outcome
from allocator.study.pairs import OptionPair

MIB = 2**20
_SUMMARIES = (
    ("（中位）", ", median"),
    ("（最小）", ", least"),
    ("（最大）", ", most"),
    ("（下界）", ", bound"),
)


def _column(zh: str, en: str, width: int = 8) -> DeskColumn:
    return DeskColumn(Text(zh=zh, en=en), width)


_SCENARIO, _OPTION = _column("场景", "scenario", 14), _column("选项", "option", 16)
_FIRST, _SECOND = _column("选项甲", "option A", 16), _column("选项乙", "option B", 16)
_TALLY = (_column("胜", "wins", 6), _column("平", "ties", 6), _column("负", "losses", 6))
_MEMORY, _AFTER = _column("内存（MiB）", "memory, MiB", 10), _column("最后改进（秒）", "best after, s", 10)
_GAP, _LIMIT = _column("差距（%）", "gap, %"), _column("时限（秒）", "limit, s")


def study_tables(view: StudyView, *, compact: bool = False) -> Iterator[DeskTable]:
    """Yield the tables of a study; that of the failures only if there are any.

    Args:
        view: The study.
        compact: Whether the options have one column for each criterion, to be read, not to be reckoned with.
    """
    if view.suited is not None:
        yield suited_table(view, view.suited)
    yield _compact_options(view) if compact else _options(view)
    if view.pairs:
        yield _pairs(view)
        yield _criteria(view)
    yield _cells(view)
    if view.failures:
        yield _failures(view)


def _options(view: StudyView) -> DeskTable:
    """Return a row for each option in each scenario under each limit."""
    criteria = [
        _column(f"{title.zh}{zh}", f"{title.en}{en}", 10)
        for title in view.criteria.values()
        for zh, en in _SUMMARIES
    ]
    counts = (_column("次数", "cells", 6), _column("已算", "ended", 6), _column("有方案", "plans", 6))
    rest = (_column("最优方案", "optimal"), _GAP, _AFTER, _MEMORY, _column("评定", "standing", 18))
    columns = (_SCENARIO, _OPTION, _LIMIT, *counts, *criteria, *rest)
    rows = tuple(_option_row(view, line) for line in view.lines)
    title = Text(zh="各场景各选项", en="Options by scenario")
    return DeskTable("study-options", title, columns, rows, notes=(COUNTED_BY,))


def _compact_options(view: StudyView) -> DeskTable:
    """Return the same to be read: one column for each criterion, the limit only where there are several."""
    has_limits = len({line.seconds for line in view.lines}) > 1
    criteria = [DeskColumn(title, 12) for title in view.criteria.values()]
    counts = (_column("次数", "cells", 6), _column("结果", "outcome", 12))
    rest = (_column("最优", "optimal", 6), _GAP, _column("评定", "standing", 20))
    rows = []
    for line in view.lines:
        costs = {one.criterion: one for one in line.costs}
        plans = line.outcomes.get("solved", 0)
        rows.append(
            (
                Cell(view.scenarios[line.scenario]),
                Cell(view.options[line.option]),
                *(_numbers((line.seconds,)) if has_limits else ()),
                _words(ended_of(line)),
                Cell(outcomes_text(line)),
                *(_words(cost_text(costs.get(code))) for code in view.criteria),
                _words(f"{line.optimal}/{plans}" if plans else "—"),
                *_numbers((line.gap,)),
                Cell(standing(view, line)),
            )
        )
    columns = (_SCENARIO, _OPTION, *((_LIMIT,) if has_limits else ()), *counts, *criteria, *rest)
    title = Text(zh="各场景各选项", en="Options by scenario")
    return DeskTable("study-options", title, columns, tuple(rows), notes=(COUNTED_BY, NOTATION))


def cost_text(cost: CostSummary | None) -> str:
    """Return the median of a cost, with its spread over seeds and its bound, where they differ."""
    if cost is None:
        return "—"
    if cost.median is None or cost.least is None or cost.most is None:
        return "—" if cost.bound is None else f"≥ {_number(cost.bound)}"
    middle = _number(cost.median)
    spread = "" if cost.least == cost.most else f" [{number(cost.least)}, {number(cost.most)}]"
    bound = "" if cost.bound is None or cost.bound == cost.median else f" ≥ {_number(cost.bound)}"
    return middle + spread + bound


def _number(value: float) -> str:
    return number(int(value) if float(value).is_integer() else value)


def _option_row(view: StudyView, line: OptionLine) -> tuple[Cell, ...]:
    costs = {one.criterion: one for one in line.costs}
    criteria = [cell for code in view.criteria for cell in _cost_cells(costs.get(code))]
    counts = (line.seconds, line.cells, line.ended, line.outcomes.get("solved", 0))
    last = (line.optimal, line.gap, line.best_after, _mib(line.peak_memory))
    return (
        Cell(view.scenarios[line.scenario]),
        Cell(view.options[line.option]),
        *_numbers(counts),
        *criteria,
        *_numbers(last),
        Cell(standing(view, line)),
    )


def standing(view: StudyView, line: OptionLine) -> Text:
    """Return whether an option is proved to be worse than others, or is not dominated; else nothing."""
    if line.worse_than:
        zh = "、".join(view.options[one].zh for one in line.worse_than)
        en = ", ".join(view.options[one]("en") for one in line.worse_than)
        return Text(zh=f"已证明不如 {zh}", en=f"proved worse than {en}")
    return Text(zh="非劣", en="not dominated") if line.on_front else Text()


def _cost_cells(cost: CostSummary | None) -> tuple[Cell, ...]:
    return _numbers((None,) * 4 if cost is None else (cost.median, cost.least, cost.most, cost.bound))


def _pairs(view: StudyView) -> DeskTable:
    more = (
        _column("已证明的胜", "wins proved", 10),
        _column("已证明的负", "losses proved", 10),
        _column("对方无方案", "other without a plan", 10),
        _column("己方无方案", "itself without a plan", 10),
        _column("未比", "not compared"),
    )
    rows = tuple(_pair_row(view, pair) for pair in view.pairs)
    title = Text(zh="两两比较（同场景、同种子、同时限）", en="By pairs: same scenario, seed and limit")
    return DeskTable("study-pairs", title, (_FIRST, _SECOND, *_TALLY, *more), rows)


def _names(view: StudyView, pair: OptionPair) -> tuple[Cell, Cell]:
    return Cell(view.options[pair.first]), Cell(view.options[pair.second])


def _pair_row(view: StudyView, pair: OptionPair) -> tuple[Cell, ...]:
    tally = (pair.tally.wins, pair.tally.ties, pair.tally.losses)
    more = (pair.proved.wins, pair.proved.losses, pair.alone.wins, pair.alone.losses, pair.open)
    return (*_names(view, pair), *_numbers((*tally, *more)))


def _criteria(view: StudyView) -> DeskTable:
    more = (
        _column("中位差（甲－乙）", "median difference A - B", 10),
        _column("区间下限", "interval from", 10),
        _column("区间上限", "to"),
        _column("置信度（%）", "confidence, %", 10),
        _column("次数", "trials", 6),
    )
    columns = (_FIRST, _SECOND, _column("比较项", "criterion", 16), *_TALLY, *more)
    rows = []
    for pair in view.pairs:
        for one in pair.criteria:
            found, tally = one.difference, (one.tally.wins, one.tally.ties, one.tally.losses)
            numbers: tuple[float | None, ...] = (None,) * 5
            if found is not None:
                sure = round(100 * found.confidence, 1) if found.confidence else None
                numbers = (found.median, found.low, found.high, sure, found.count)
            criterion = Cell(view.criteria[one.criterion])
            rows.append((*_names(view, pair), criterion, *_numbers((*tally, *numbers))))
    title = Text(zh="两两比较，逐项", en="By pairs and criterion")
    return DeskTable("study-criteria", title, columns, tuple(rows), notes=(INTERVALS,))


def _cells(view: StudyView) -> DeskTable:
    criteria = [
        _column(f"{title.zh}{zh}", f"{title.en}{en}", 10)
        for title in view.criteria.values()
        for zh, en in (("", ""), ("（下界）", ", bound"))
    ]
    first = (_SCENARIO, _OPTION, _column("种子", "seed", 6), _LIMIT, _column("结果", "outcome", 16))
    last = (
        _GAP,
        _AFTER,
        _column("求解（秒）", "solved, s"),
        _MEMORY,
        _column("方案文件", "file of the plan", 40),
    )
    rows = tuple(_cell_row(view, line) for line in view.ended_cells)
    title = Text(zh="逐次结果", en="Cells")
    return DeskTable("study-cells", title, (*first, *criteria, *last), rows)


def _cell_row(view: StudyView, line: CellLine) -> tuple[Cell, ...]:
    values = {one.criterion: one for one in line.criteria}
    found = [values.get(code) for code in view.criteria]
    criteria = [number for one in found for number in ((one.cost, one.bound) if one else (None, None))]
    last = (line.gap, line.best_after, line.seconds, _mib(line.peak_memory))
    outcome = Text(zh="最优（已证明）", en="optimal (proved)") if line.is_optimal else OUTCOMES[line.outcome]
    return (
        Cell(view.scenarios[line.cell.scenario]),
        Cell(view.options[line.cell.option]),
        *_numbers((line.cell.seed, line.cell.seconds)),
        Cell(outcome, tone=_tone(line.outcome)),
        *_numbers((*criteria, *last)),
        _words(line.plan),
    )


def _failures(view: StudyView) -> DeskTable:
    columns = (
        _column("原因", "cause", 20),
        _column("次数", "cells", 6),
        _column("有哪些", "which", 40),
        _column("详情", "details", 60),
    )
    rows = []
    for group in view.failures:
        named = Text(
            zh="；".join(f"{one.scenario} {one.option} {seed_text(one).zh}" for one in group.cells),
            en="; ".join(f"{one.scenario} {one.option} {seed_text(one).en}" for one in group.cells),
        )
        cause, details = failure_words(group)
        rows.append((Cell(cause, tone="bad"), Cell(number=group.count), Cell(named), Cell(details)))
    return DeskTable("study-failures", Text(zh="失败", en="Failures"), columns, tuple(rows))


def _words(text: str) -> Cell:
    return Cell(Text(zh=text, en=text))


def _numbers(values: Sequence[float | None]) -> tuple[Cell, ...]:
    return tuple(Cell(number=_whole(one)) for one in values)


def _whole(value: float | None) -> float | None:
    """Return a number as a whole one if it is: 10 for 10.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _mib(size: int) -> int | None:
    return round(size / MIB) if size else None


def _tone(outcome: Outcome) -> Tone:
    return "bad" if outcome in FAILURES else "warn" if outcome in ("infeasible", "no_plan") else ""
