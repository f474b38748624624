"""Studies as text: the count before, the lines while it runs, the tables of the report."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import RenderableType

from allocator.model.text import Language, Text
from allocator.report.rendering.console import (
    FoldingTable,
    add_column,
    in_both,
    number,
    pick,
    printable,
    table,
)
from allocator.report.study_cells import OUTCOMES, CellName
from allocator.report.study_view import (
    CostSummary,
    FailureGroup,
    OptionLine,
    ProofSummary,
    StudyView,
)
from allocator.study.cell_results import CellResult
from allocator.study.cells import CellCount, StudyCell
from allocator.study.pairs import MedianDifference, OptionPair, Tally

_LINES = [("场景", "scenario"), ("选项", "option"), ("次数", "cells"), ("结果", "outcome")]
_AFTER = [("最优", "optimal"), ("差距", "gap"), ("最后改进", "best after"), ("评定", "standing")]
_PAIR = [("选项甲", "option A"), ("选项乙", "option B"), ("胜", "wins"), ("平", "ties"), ("负", "losses")]
_PAIR_AFTER = [("其中已证明", "proved"), ("因对方无方案", "other without a plan"), ("未比", "not compared")]
_CRITERION = [
    ("选项甲", "option A"), ("选项乙", "option B"), ("比较项", "criterion"), ("胜", "wins"), ("平", "ties"),
    ("负", "losses"), ("中位差（甲－乙）", "median difference A - B"), ("区间", "interval"),
]  # fmt: skip
COUNTED_BY = Text(
    zh="各比较项按场景自己的规则计，选项改了规则也如此。非劣：没有别的选项各项都不逊于它、且有一项更好。",
    en="Criteria are counted by the scenario's own rules, whatever an option changes. Not dominated: no "
    "other option is as good in all criteria and better in one.",
)
INTERVALS = Text(
    zh="区间为中位差的 95% 置信区间（次序统计量）；次数不足时为全距。",
    en="Intervals hold the median difference with a probability of 95% at least (order statistics); with too "
    "few trials for that they are the range.",
)
_NOTATION = Text(
    zh="多个种子取中位数，方括号内为最小、最大，≥ 后为已证明的下界。",
    en="Over seeds: the median, [least, greatest]; ≥ a proven lower bound.",
)
MIB = 2**20
#: Last lines of a process that reports show.
LOG_LINES_SHOWN = 3


def duration_text(seconds: float, language: Language) -> str:
    """Return a duration in words: ``1 h 05 min``, ``2 min 30 s``, ``12 s``."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return pick(language, f"{hours} 小时 {minutes} 分", f"{hours} h {minutes:02d} min")
    if minutes:
        return pick(language, f"{minutes} 分 {rest} 秒", f"{minutes} min {rest} s")
    return pick(language, f"{rest} 秒", f"{rest} s")


def count_line(count: CellCount, language: Language) -> str:
    """Return how many cells there are, and how long they take at most."""
    if not count.open:
        return pick(
            language, f"共 {count.cells} 次求解，均已有结果", f"{count.cells} cells, all have a result"
        )
    solving, ending = (duration_text(one, language) for one in (count.solving, count.ending))
    return pick(
        language,
        f"共 {count.cells} 次求解，待算 {count.open} 次，并行 {count.side_by_side} 次；"
        f"求解至多 {solving}，连同读入与复核最迟 {ending} 内全部结束",
        f"{count.cells} cells, {count.open} to run, {count.side_by_side} side by side: "
        f"solving takes at most {solving}; with reading and judging all have ended after {ending}",
    )


def cell_text(cell: CellName | StudyCell, language: Language) -> str:
    """Return the name of a cell."""
    return printable(" · ".join((cell.scenario, cell.option, seed_text(cell)(language))))


def seed_text(cell: CellName | StudyCell) -> Text:
    """Return seed and limit of a cell in words."""
    return Text(zh=f"种子 {cell.seed}，{cell.seconds:g} 秒", en=f"seed {cell.seed}, {cell.seconds:g} s")


def result_line(cell: StudyCell, result: CellResult, language: Language) -> str:
    """Return one result in a line."""
    parts = [cell_text(cell, language), OUTCOMES[result.outcome](language)]
    costs = [f"{one.level}: {number(one.cost)} ≥ {number(one.bound)}" for one in result.score[1:]]
    if result.has_plan:
        parts.append(", ".join(costs))
        if result.is_optimal:
            parts.append(pick(language, "最优", "optimal"))
    if result.exit_code is not None:
        parts.append(_exit_text(result.exit_code, language))
    parts.append(f"{result.wall_seconds:.1f} s")
    return printable(" · ".join(filter(None, parts)))


def render_study(view: StudyView, language: Language) -> Iterator[RenderableType]:
    """Yield the report of a study."""
    yield heading(view, language)
    if view.lines:
        yield options_table(view, language)
        yield from _notes(view, language)
    if view.pairs:
        yield pairs_table(view, language)
        yield criteria_table(view, language)
        yield INTERVALS(language)
    yield from render_proofs(view.proofs, language)
    yield from render_failures(view.failures, language)


def heading(view: StudyView, language: Language) -> str:
    """Return the title of a study, and how much of it has ended."""
    title = view.title(language) or view.name
    zh, en = f"{view.ended}/{view.cells} 次已有结果", f"{view.ended} of {view.cells} cells have a result"
    return printable(f"{title} · {pick(language, zh, en)}")


def options_table(view: StudyView, language: Language) -> FoldingTable:
    """Return the options by scenario: how they came out, their criteria, what is proved."""
    has_limits = len({line.seconds for line in view.lines}) > 1
    grid = table(pick(language, "各场景各选项", "Options by scenario"))
    scenario, option, *others = in_both(_LINES, language)
    limits = [pick(language, "时限", "limit")] if has_limits else []
    for words in (scenario, option, *limits, *others):
        add_column(grid, words, right=words in (*limits, others[0]))
    for title in view.criteria.values():
        add_column(grid, title(language), right=True)
    for k, words in enumerate(in_both(_AFTER, language)):
        add_column(grid, words, right=k < 3)
    for _, same in groupby(view.lines, key=lambda line: (line.scenario, line.seconds)):
        for k, line in enumerate(same):
            costs = {one.criterion: one for one in line.costs}
            cells = [_cost_text(costs.get(code)) for code in view.criteria]
            limit = [f"{line.seconds:g} s"] if has_limits else []
            name = printable(line.scenario) if k == 0 else ""
            option = _option_name(view, line.option, language)
            proved = _proved(view, line, language)
            grid.add_row(name, option, *limit, *_ended(line, language), *cells, *proved)
        grid.add_section()
    return grid


def _option_name(view: StudyView, name: str, language: Language) -> str:
    return printable(view.options[name](language))


def _ended(line: OptionLine, language: Language) -> tuple[str, str]:
    outcomes = pick(language, "，", ", ").join(
        OUTCOMES[one](language) + (f" {count}" if count < line.ended else "")
        for one, count in line.outcomes.items()
    )
    ended = str(line.cells) if line.ended == line.cells else f"{line.ended}/{line.cells}"
    return ended, outcomes or "—"


def _proved(view: StudyView, line: OptionLine, language: Language) -> tuple[str, ...]:
    plans = line.outcomes.get("solved", 0)
    optimal = f"{line.optimal}/{plans}" if plans else "—"
    gap = "—" if line.gap is None else f"{line.gap:g}%"
    after = "—" if line.best_after is None else f"{line.best_after:.1f} s"
    return optimal, gap, after, _standing(view, line, language)


def _standing(view: StudyView, line: OptionLine, language: Language) -> str:
    """Return whether an option is proved to be worse, or no other is as good in all criteria."""
    if line.worse_than:
        comma = pick(language, "、", ", ")
        names = comma.join(_option_name(view, one, language) for one in line.worse_than)
        return pick(language, f"已证明不如 {names}", f"proved worse than {names}")
    return pick(language, "非劣", "not dominated") if line.on_front else ""


def _cost_text(cost: CostSummary | None) -> str:
    """Return the median of a cost, with its spread over seeds and its bound, where they differ."""
    if cost is None:
        return "—"
    if cost.median is None or cost.least is None or cost.most is None:
        return "—" if cost.bound is None else f"≥ {number(cost.bound)}"
    middle = number(int(cost.median) if cost.median.is_integer() else cost.median)
    spread = "" if cost.least == cost.most else f" [{number(cost.least)}, {number(cost.most)}]"
    bound = "" if cost.bound is None or cost.bound == cost.median else f" ≥ {number(cost.bound)}"
    return middle + spread + bound


def _notes(view: StudyView, language: Language) -> Iterator[str]:
    """Yield how to read the table, and how much memory a cell took."""
    yield COUNTED_BY(language)
    yield _NOTATION(language)
    if peak := max((line.peak_memory for line in view.lines), default=0):
        most = f"{peak / MIB:,.0f} MiB"
        yield pick(language, f"单次求解占用内存至多 {most}", f"a cell took {most} of memory at most")


def pairs_table(view: StudyView, language: Language) -> FoldingTable:
    """Return the options by pairs."""
    grid = table(
        pick(language, "两两比较（同场景、同种子、同时限）", "By pairs: same scenario, seed and limit")
    )
    for k, words in enumerate(in_both([*_PAIR, *_PAIR_AFTER], language)):
        add_column(grid, words, right=k >= 2)
    for pair in view.pairs:
        numbers = (*_tally(pair.tally), _both(pair.proved), _both(pair.alone), number(pair.open))
        grid.add_row(*_names(view, pair, language), *numbers)
    return grid


def _names(view: StudyView, pair: OptionPair, language: Language) -> tuple[str, str]:
    return _option_name(view, pair.first, language), _option_name(view, pair.second, language)


def _tally(tally: Tally) -> tuple[str, str, str]:
    return number(tally.wins), number(tally.ties), number(tally.losses)


def _both(tally: Tally) -> str:
    """Return wins and losses as ``wins : losses``."""
    return f"{number(tally.wins)} : {number(tally.losses)}"


def criteria_table(view: StudyView, language: Language) -> FoldingTable:
    """Return the pairs by each criterion, with the median of the differences."""
    grid = table(pick(language, "两两比较，逐项", "By pairs and criterion"))
    for k, words in enumerate(in_both(_CRITERION, language)):
        add_column(grid, words, right=k >= 3)
    for pair in view.pairs:
        for one in pair.criteria:
            title = printable(view.criteria[one.criterion](language))
            middle, interval = _difference(one.difference, language)
            grid.add_row(*_names(view, pair, language), title, *_tally(one.tally), middle, interval)
    return grid


def _difference(found: MedianDifference | None, language: Language) -> tuple[str, str]:
    if found is None:
        return "—", "—"
    middle = f"{found.median:+g}" if found.median else "0"
    ends = f"[{found.low:g}, {found.high:g}]"
    sure = f"{100 * found.confidence:.0f}%" if found.confidence else pick(language, "全距", "range")
    return middle, f"{ends} {sure}"


def render_proofs(proofs: ProofSummary, language: Language) -> Iterator[str]:
    """Yield what is proved and what is not."""
    for line in proof_lines(proofs):
        yield line(language)


def proof_lines(proofs: ProofSummary) -> Iterator[Text]:
    """Yield what is proved and what is not, in both languages."""
    yield Text(
        zh=f"已证明：最优 {proofs.optimal}，无解 {proofs.infeasible}，不如另一选项 {proofs.worse}；"
        f"未证明：有方案 {proofs.unproved}，无方案 {proofs.without}",
        en=f"proved: optimal {proofs.optimal}, infeasible {proofs.infeasible}, worse than another option "
        f"{proofs.worse}; not proved: with a plan {proofs.unproved}, without {proofs.without}",
    )
    if proofs.median_gap is not None:
        zh, en = (
            ", ".join(f"{cell_text(one.cell, language)} {one.gap:g}%" for one in proofs.widest)
            for language in _BOTH
        )
        yield Text(
            zh=f"未证明的方案与下界的差距：中位数 {proofs.median_gap:g}%，最大：{zh}",
            en=f"gap of the plans that are not proved: median {proofs.median_gap:g}%, widest: {en}",
        )
    if proofs.by_clock:
        yield Text(
            zh=f"有 {proofs.by_clock} 个方案的求解因时钟到时而结束，重算可能得到另外的方案",
            en=f"the clock ended the search of {proofs.by_clock} plans: another run may find others",
        )


_BOTH: tuple[Language, Language] = ("zh", "en")


def render_failures(failures: Sequence[FailureGroup], language: Language) -> Iterator[str]:
    """Yield the failures by cause, each with its cells and the last lines or faults."""
    for group in failures:
        cause, details = failure_lines(group)
        names = pick(language, "；", "; ").join(cell_text(one, language) for one in group.cells)
        more = group.count - len(group.cells)
        rest = pick(language, f"；另有 {more} 次", f"; and {more} more") if more else ""
        head = pick(language, f"失败 {group.count} 次，", f"failed {group.count}, ")
        yield printable(head + cause(language))
        yield "  " + names + rest
        for line in filter(None, details(language).split("\n")):
            yield "    " + printable(line)


def failure_lines(group: FailureGroup) -> tuple[Text, Text]:
    """Return the cause of failures, and its details: the faults, or the last lines of the process."""
    cause = OUTCOMES[group.outcome]
    if group.exit_code is not None:
        zh, en = (_exit_text(group.exit_code, language) for language in _BOTH)
        cause = Text(zh=f"{cause.zh}（{zh}）", en=f"{cause.en} ({en})")
    if group.faults:
        zh, en = ("\n".join(fault(language) for fault in group.faults) for language in _BOTH)
        return cause, Text(zh=zh, en=en)
    lines = "\n".join(group.log[-LOG_LINES_SHOWN:])
    return cause, Text(zh=lines, en=lines)


def _exit_text(code: int, language: Language) -> str:
    """Return an exit code in words; a negative one is a signal."""
    if code >= 0:
        return pick(language, f"退出码 {code}", f"exit code {code}")
    names: Mapping[int, str] = {int(one): one.name for one in signal.Signals}
    name = names.get(-code, str(-code))
    return pick(language, f"信号 {name}", f"signal {name}")
