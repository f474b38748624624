"""The words of a study's report in both languages: what is proved, how options stand, why cells failed."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from itertools import groupby

from allocator.model.text import Language, Text
from allocator.report.study_cells import OUTCOMES, CellName
from allocator.report.study_view import FailureGroup, OptionLine, ProofSummary, StudyView
from allocator.study.cells import StudyCell

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
NOTATION = Text(
    zh="多个种子取中位数，方括号内为最小、最大，≥ 后为已证明的下界。",
    en="Over seeds: the median, [least, greatest]; ≥ a proven lower bound.",
)
#: Last lines of a process that reports show.
LOG_LINES_SHOWN = 3
_BOTH: tuple[Language, Language] = ("zh", "en")
_COMMAS: tuple[tuple[Language, str], ...] = (("zh", "，"), ("en", ", "))


def study_title(view: StudyView) -> Text:
    """Return the title of a study; without one, its name."""
    return view.title or Text(zh=view.name, en=view.name)


def ended_text(view: StudyView) -> Text:
    """Return how many cells have a result."""
    zh, en = f"{view.ended}/{view.cells} 次已有结果", f"{view.ended} of {view.cells} cells have a result"
    return Text(zh=zh, en=en)


def ended_of(line: OptionLine) -> str:
    """Return how many cells of an option have ended, of how many."""
    return str(line.cells) if line.ended == line.cells else f"{line.ended}/{line.cells}"


def outcomes_text(line: OptionLine) -> Text:
    """Return how the cells of an option came out; empty where none has ended."""
    parts = [
        (OUTCOMES[one], f" {count}" if count < line.ended else "") for one, count in line.outcomes.items()
    ]
    zh, en = (mark.join(words(language) + count for words, count in parts) for language, mark in _COMMAS)
    return Text(zh=zh, en=en)


def standing_lines(view: StudyView) -> Iterator[Text]:
    """Yield, for each scenario and limit, the options that are not dominated and those proved worse."""
    for (name, seconds), same in groupby(view.lines, key=lambda line: (line.scenario, line.seconds)):
        scenario = view.scenarios[name]
        lines = list(same)
        front = [view.options[line.option] for line in lines if line.on_front]
        worse = [view.options[line.option] for line in lines if line.worse_than]
        zh = f"{scenario('zh')}（{seconds:g} 秒）：非劣的有" + (
            "、".join(one.zh for one in front) or "（无）"
        )
        en = f"{scenario('en')}, {seconds:g} s: not dominated: " + (
            ", ".join(one("en") for one in front) or "none"
        )
        if worse:
            zh += "；已证明更差的有" + "、".join(one.zh for one in worse)
            en += "; proved worse: " + ", ".join(one("en") for one in worse)
        yield Text(zh=zh, en=en)


def _named(cell: CellName) -> Text:
    words = seed_text(cell)
    begin = f"{cell.scenario} · {cell.option} · "
    return Text(zh=begin + words.zh, en=begin + words.en)


def seed_text(cell: CellName | StudyCell) -> Text:
    """Return seed and limit of a cell in words."""
    return Text(zh=f"种子 {cell.seed}，{cell.seconds:g} 秒", en=f"seed {cell.seed}, {cell.seconds:g} s")


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
            ", ".join(f"{_named(one.cell)(language)} {one.gap:g}%" for one in proofs.widest)
            for language in _BOTH
        )
        yield Text(
            zh=f"与下界的差距：全部方案中位数 {proofs.median_gap_of_all:g}%，未证明的方案中位数 "
            f"{proofs.median_gap:g}%，最大：{zh}",
            en=f"gap to the bound: median of all plans {proofs.median_gap_of_all:g}%, of those that are not "
            f"proved {proofs.median_gap:g}%, widest: {en}",
        )
    if proofs.by_clock:
        yield Text(
            zh=f"有 {proofs.by_clock} 个方案的求解因时钟到时而结束，重算可能得到另外的方案",
            en=f"the clock ended the search of {proofs.by_clock} plans: another run may find others",
        )


def failure_words(group: FailureGroup) -> tuple[Text, Text]:
    """Return the cause of failures, and its details: the faults, or the last lines of the process."""
    cause = OUTCOMES[group.outcome]
    if group.exit_code is not None:
        code = exit_text(group.exit_code)
        cause = Text(zh=f"{cause.zh}（{code.zh}）", en=f"{cause.en} ({code.en})")
    if group.faults:
        zh, en = ("\n".join(fault(language) for fault in group.faults) for language in _BOTH)
        return cause, Text(zh=zh, en=en)
    lines = "\n".join(group.log[-LOG_LINES_SHOWN:])
    return cause, Text(zh=lines, en=lines)


def exit_text(code: int) -> Text:
    """Return an exit code in words; a negative one is a signal."""
    if code >= 0:
        return Text(zh=f"退出码 {code}", en=f"exit code {code}")
    names: Mapping[int, str] = {int(one): one.name for one in signal.Signals}
    name = names.get(-code, str(-code))
    return Text(zh=f"信号 {name}", en=f"signal {name}")
