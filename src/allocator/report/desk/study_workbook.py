"""Writes the report of a study as an Excel workbook: options, pairs, criteria, cells, failures."""

from __future__ import annotations

from collections.abc import Sequence

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import Cell, DeskColumn, Tone
from allocator.report.desk.export_sheets import SheetWriter
from allocator.report.rendering.study_text import (
    COUNTED_BY,
    INTERVALS,
    failure_lines,
    proof_lines,
    seed_text,
)
from allocator.report.study_cells import OUTCOMES, CellLine
from allocator.report.study_view import CostSummary, OptionLine, StudyView
from allocator.study.cell_results import FAILURES, Outcome
from allocator.study.pairs import OptionPair

MIB = 2**20
_ABOUT, _OPTIONS = Text(zh="说明", en="About"), Text(zh="各场景各选项", en="Options by scenario")
_PAIRS, _CRITERIA = Text(zh="两两比较", en="By pairs"), Text(zh="逐项比较", en="By criterion")
_CELLS, _FAILURES = Text(zh="逐次结果", en="Cells"), Text(zh="失败", en="Failures")
_SCENARIO, _OPTION = (
    DeskColumn(Text(zh="场景", en="scenario"), 14),
    DeskColumn(Text(zh="选项", en="option"), 16),
)
_SEED, _LIMIT = DeskColumn(Text(zh="种子", en="seed"), 6), DeskColumn(Text(zh="时限（秒）", en="limit, s"), 8)
_OUTCOME = DeskColumn(Text(zh="结果", en="outcome"), 16)
_FIRST, _SECOND = (
    DeskColumn(Text(zh="选项甲", en="option A"), 16),
    DeskColumn(Text(zh="选项乙", en="option B"), 16),
)
_TALLY = tuple(
    DeskColumn(Text(zh=zh, en=en), 6) for zh, en in (("胜", "wins"), ("平", "ties"), ("负", "losses"))
)
_SUMMARIES = (
    ("（中位）", ", median"),
    ("（最小）", ", least"),
    ("（最大）", ", most"),
    ("（下界）", ", bound"),
)


def study_workbook(view: StudyView, language: Language) -> bytes:
    """Return the workbook of a study; the same results give the same bytes.

    Args:
        view: The study.
        language: Language of the words.
    """
    title = view.title or Text(zh=view.name, en=view.name)
    writer = SheetWriter(title(language), language, cautions=(), synthetic=False, footer=title(language))
    book = _StudyBook(view, language, writer)
    book.about(title)
    book.options()
    book.pairs()
    book.criteria()
    book.cells()
    book.failures()
    return writer.content(())


class _StudyBook:
    """The sheets of one workbook."""

    def __init__(self, view: StudyView, language: Language, writer: SheetWriter) -> None:
        self._view, self._language, self._writer = view, language, writer
        self._names = view.options

    def about(self, title: Text) -> None:
        """Write what the study is, what is proved, and how to read the sheets."""
        view = self._view
        lines = [
            (Text(zh="试算", en="study"), Text(zh=view.name, en=view.name)),
            (Text(zh="进度", en="ended"), _count_text(view)),
            *((Text(zh="证明", en="proofs"), line) for line in proof_lines(view.proofs)),
            (Text(zh="比较项", en="criteria"), COUNTED_BY),
            (Text(zh="区间", en="intervals"), INTERVALS),
        ]  # fmt: skip
        self._writer.facts(self._writer.add_sheet(_ABOUT(self._language)), title, lines)

    def _table(self, name: Text, columns: Sequence[DeskColumn], rows: Sequence[Sequence[Cell]]) -> None:
        sheet = self._writer.add_sheet(name(self._language))
        self._writer.write_table(sheet, name, (), columns, rows)

    def _option(self, name: str) -> Cell:
        return Cell(self._names[name])

    def options(self) -> None:
        """Write a row for each option in each scenario under each limit."""
        criteria = [
            DeskColumn(Text(zh=f"{title.zh}{zh}", en=f"{title.en}{en}"), 10)
            for title in self._view.criteria.values()
            for zh, en in _SUMMARIES
        ]
        rest = (
            ("最优方案", "optimal", 8), ("差距（%）", "gap, %", 8), ("最后改进（秒）", "best after, s", 10),
            ("内存（MiB）", "memory, MiB", 10), ("评定", "standing", 18),
        )  # fmt: skip
        counts = (DeskColumn(Text(zh="次数", en="cells"), 6), DeskColumn(Text(zh="已算", en="ended"), 6))
        plans = DeskColumn(Text(zh="有方案", en="plans"), 6)
        columns = [_SCENARIO, _OPTION, _LIMIT, *counts, plans, *criteria]
        columns += [DeskColumn(Text(zh=zh, en=en), width) for zh, en, width in rest]
        self._table(_OPTIONS, columns, [self._option_row(line) for line in self._view.lines])

    def _option_row(self, line: OptionLine) -> list[Cell]:
        costs = {one.criterion: one for one in line.costs}
        numbers = [cell for code in self._view.criteria for cell in _cost_cells(costs.get(code))]
        counts = [line.seconds, line.cells, line.ended, line.outcomes.get("solved", 0)]
        memory = round(line.peak_memory / MIB) if line.peak_memory else None
        last = [line.optimal, line.gap, line.best_after, memory]
        return [
            _words(line.scenario), self._option(line.option), *(Cell(number=one) for one in counts), *numbers,
            *(Cell(number=one) for one in last), self._standing(line),
        ]  # fmt: skip

    def _standing(self, line: OptionLine) -> Cell:
        if line.worse_than:
            zh = "、".join(self._names[one].zh for one in line.worse_than)
            en = ", ".join(self._names[one].en for one in line.worse_than)
            return Cell(Text(zh=f"已证明不如 {zh}", en=f"proved worse than {en}"), tone="warn")
        return Cell(Text(zh="非劣", en="not dominated")) if line.on_front else Cell()

    def pairs(self) -> None:
        """Write a row for each pair of options."""
        more = (
            ("已证明的胜", "wins proved"), ("已证明的负", "losses proved"),
            ("对方无方案", "other without a plan"), ("己方无方案", "itself without a plan"),
            ("未比", "not compared"),
        )  # fmt: skip
        columns = [_FIRST, _SECOND, *_TALLY, *(DeskColumn(Text(zh=zh, en=en), 10) for zh, en in more)]
        self._table(_PAIRS, columns, [self._pair_row(pair) for pair in self._view.pairs])

    def _pair_row(self, pair: OptionPair) -> list[Cell]:
        numbers = (
            pair.tally.wins, pair.tally.ties, pair.tally.losses, pair.proved.wins, pair.proved.losses,
            pair.alone.wins, pair.alone.losses, pair.open,
        )  # fmt: skip
        return [self._option(pair.first), self._option(pair.second), *(Cell(number=one) for one in numbers)]

    def criteria(self) -> None:
        """Write a row for each pair and criterion, with the median difference and its interval."""
        more = (
            ("中位差（甲－乙）", "median difference A - B"), ("区间下限", "interval from"),
            ("区间上限", "to"), ("置信度（%）", "confidence, %"), ("次数", "trials"),
        )  # fmt: skip
        columns = [_FIRST, _SECOND, DeskColumn(Text(zh="比较项", en="criterion"), 16), *_TALLY]
        columns += [DeskColumn(Text(zh=zh, en=en), 10) for zh, en in more]
        rows = []
        for pair in self._view.pairs:
            for one in pair.criteria:
                found, tally = one.difference, one.tally
                numbers: list[float | None] = [tally.wins, tally.ties, tally.losses]
                if found is None:
                    numbers += [None] * 5
                else:
                    sure = round(100 * found.confidence, 1) if found.confidence else None
                    numbers += [found.median, found.low, found.high, sure, found.count]
                names = (
                    self._option(pair.first),
                    self._option(pair.second),
                    Cell(self._view.criteria[one.criterion]),
                )
                rows.append([*names, *(Cell(number=number) for number in numbers)])
        self._table(_CRITERIA, columns, rows)

    def cells(self) -> None:
        """Write a row for each cell that has ended."""
        criteria = [
            DeskColumn(Text(zh=f"{title.zh}{zh}", en=f"{title.en}{en}"), 10)
            for title in self._view.criteria.values()
            for zh, en in (("", ""), ("（下界）", ", bound"))
        ]
        rest = (
            ("差距（%）", "gap, %", 8), ("最后改进（秒）", "best after, s", 10),
            ("求解（秒）", "solved, s", 8), ("内存（MiB）", "memory, MiB", 10),
            ("方案文件", "file of the plan", 40),
        )  # fmt: skip
        columns = [_SCENARIO, _OPTION, _SEED, _LIMIT, _OUTCOME, *criteria]
        columns += [DeskColumn(Text(zh=zh, en=en), width) for zh, en, width in rest]
        self._table(_CELLS, columns, [self._cell_row(line) for line in self._view.ended_cells])

    def _cell_row(self, line: CellLine) -> list[Cell]:
        values = {one.criterion: one for one in line.criteria}
        found = [values.get(code) for code in self._view.criteria]
        numbers = [number for one in found for number in ((one.cost, one.bound) if one else (None, None))]
        memory = round(line.peak_memory / MIB) if line.peak_memory else None
        last = [line.gap, line.best_after, line.seconds, memory]
        outcome = (
            Text(zh="最优（已证明）", en="optimal (proved)") if line.is_optimal else OUTCOMES[line.outcome]
        )
        return [
            _words(line.cell.scenario), self._option(line.cell.option), Cell(number=line.cell.seed),
            Cell(number=line.cell.seconds), Cell(outcome, tone=_tone(line.outcome)),
            *(Cell(number=one) for one in [*numbers, *last]), _words(line.plan),
        ]  # fmt: skip

    def failures(self) -> None:
        """Write a row for each cause of failure, if there is any."""
        if not self._view.failures:
            return
        columns = (
            DeskColumn(Text(zh="原因", en="cause"), 20), DeskColumn(Text(zh="次数", en="cells"), 6),
            DeskColumn(Text(zh="有哪些", en="which"), 40), DeskColumn(Text(zh="详情", en="details"), 60),
        )  # fmt: skip
        rows = []
        for group in self._view.failures:
            named = Text(
                zh="；".join(f"{one.scenario} {one.option} {seed_text(one).zh}" for one in group.cells),
                en="; ".join(f"{one.scenario} {one.option} {seed_text(one).en}" for one in group.cells),
            )
            cause, details = failure_lines(group)
            rows.append([Cell(cause, tone="bad"), Cell(number=group.count), Cell(named), Cell(details)])
        self._table(_FAILURES, columns, rows)


def _count_text(view: StudyView) -> Text:
    return Text(zh=f"{view.ended}/{view.cells} 次已有结果", en=f"{view.ended} of {view.cells} cells")


def _words(text: str) -> Cell:
    return Cell(Text(zh=text, en=text))


def _cost_cells(cost: CostSummary | None) -> list[Cell]:
    if cost is None:
        return [Cell()] * 4
    return [Cell(number=one) for one in (cost.median, cost.least, cost.most, cost.bound)]


def _tone(outcome: Outcome) -> Tone:
    return "bad" if outcome in FAILURES else "warn" if outcome in ("infeasible", "no_plan") else ""
