"""Studies as text: the count before, the lines while it runs, the tables of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType

from allocator.model.text import Language
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
from allocator.report.study_tables import cost_text, standing
from allocator.report.study_view import (
    FailureGroup,
    OptionLine,
    ProofSummary,
    StudyView,
)
from allocator.report.study_words import (
    COUNTED_BY,
    INTERVALS,
    NOTATION,
    ended_of,
    ended_text,
    exit_text,
    failure_words,
    outcomes_text,
    proof_lines,
    seed_text,
    study_title,
)
from allocator.report.suited_view import SuitedView
from allocator.report.suited_words import suited_lines, suited_table
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
MIB = 2**20


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
        f"求解至多 {solving}，连同读入与复核至多 {ending}",
        f"{count.cells} cells, {count.open} to run, {count.side_by_side} side by side: "
        f"solving takes at most {solving}; with reading and judging all have ended after {ending}",
    )


def cell_text(cell: CellName | StudyCell, language: Language) -> str:
    """Return the name of a cell."""
    return printable(" · ".join((cell.scenario, cell.option, seed_text(cell)(language))))


def result_line(cell: StudyCell, result: CellResult, language: Language) -> str:
    """Return one result in a line."""
    parts = [cell_text(cell, language), OUTCOMES[result.outcome](language)]
    costs = [f"{one.level}: {number(one.cost)} ≥ {number(one.bound)}" for one in result.score[1:]]
    if result.has_plan:
        parts.append(", ".join(costs))
        if result.is_optimal:
            parts.append(pick(language, "最优", "optimal"))
    if result.exit_code is not None:
        parts.append(exit_text(result.exit_code)(language))
    parts.append(f"{result.wall_seconds:.1f} s")
    return printable(" · ".join(filter(None, parts)))


def render_study(view: StudyView, language: Language) -> Iterator[RenderableType]:
    """Yield the report of a study."""
    yield heading(view, language)
    if view.suited is not None:
        yield suited_grid(view, view.suited, language)
        yield from (printable(line(language)) for line in suited_lines(view, view.suited))
    elif view.lines:
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
    return printable(f"{study_title(view)(language)} · {ended_text(view)(language)}")


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
            cells = [cost_text(costs.get(code)) for code in view.criteria]
            limit = [f"{line.seconds:g} s"] if has_limits else []
            name = printable(line.scenario) if k == 0 else ""
            option = _option_name(view, line.option, language)
            proved = _proved(view, line, language)
            grid.add_row(name, option, *limit, *_ended(line, language), *cells, *proved)
        grid.add_section()
    return grid


def suited_grid(view: StudyView, suited: SuitedView, language: Language) -> FoldingTable:
    """Return the scenarios with what is known of them, and the option that suits each."""
    made = suited_table(view, suited, narrow=True)
    grid = table(made.title(language))
    numbers = range(1, len(made.columns) - 3)
    for k, column in enumerate(made.columns):
        add_column(grid, column.title(language), right=k in numbers)
    for row in made.rows:
        grid.add_row(*(printable(number(cell.number) if cell.number is not None else cell.shown(language))
                       for cell in row))  # fmt: skip
    return grid


def _option_name(view: StudyView, name: str, language: Language) -> str:
    return printable(view.options[name](language))


def _ended(line: OptionLine, language: Language) -> tuple[str, str]:
    return ended_of(line), outcomes_text(line)(language) or "—"


def _proved(view: StudyView, line: OptionLine, language: Language) -> tuple[str, ...]:
    plans = line.outcomes.get("solved", 0)
    optimal = f"{line.optimal}/{plans}" if plans else "—"
    gap = "—" if line.gap is None else f"{line.gap:g}%"
    after = "—" if line.best_after is None else f"{line.best_after:.1f} s"
    return optimal, gap, after, printable(standing(view, line)(language))


def _notes(view: StudyView, language: Language) -> Iterator[str]:
    """Yield how to read the table, and how much memory a cell took."""
    yield COUNTED_BY(language)
    yield NOTATION(language)
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


def render_failures(failures: Sequence[FailureGroup], language: Language) -> Iterator[str]:
    """Yield the failures by cause, each with its cells and the last lines or faults."""
    for group in failures:
        cause, details = failure_words(group)
        names = pick(language, "；", "; ").join(cell_text(one, language) for one in group.cells)
        more = group.count - len(group.cells)
        rest = pick(language, f"；另有 {more} 次", f"; and {more} more") if more else ""
        head = pick(language, f"失败 {group.count} 次，", f"failed {group.count}, ")
        yield printable(head + cause(language))
        yield "  " + names + rest
        for line in filter(None, details(language).split("\n")):
            yield "    " + printable(line)
