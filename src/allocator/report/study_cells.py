"""The cells of a study laid out for people: one line each, with its plan and how it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.text import Text
from allocator.report.score_view import gap_percent
from allocator.study.cell_results import CellResult, CriterionValue, Outcome
from allocator.study.cells import StudyCell

OUTCOMES: Mapping[Outcome, Text] = {
    "solved": Text(zh="有方案", en="plan"),
    "infeasible": Text(zh="无解（已证明）", en="infeasible (proved)"),
    "no_plan": Text(zh="限时内无方案", en="no plan in time"),
    "worse": Text(zh="已证明更差，提前结束", en="ended: proved worse"),
    "wrong_input": Text(zh="输入有误", en="wrong input"),
    "memory": Text(zh="超出内存限额", en="over the limit of memory"),
    "cpu": Text(zh="超出处理器时间限额", en="over the limit of processor time"),
    "wall": Text(zh="超出总时限", en="over the limit of time in all"),
    "internal": Text(zh="程序内部错误", en="internal error"),
    "died": Text(zh="进程中止", en="died"),
}


@dataclass(frozen=True)
class CellName:
    """The parts that name a cell."""

    scenario: str
    option: str
    seed: int
    seconds: float


@dataclass(frozen=True)
class CellLine:
    """A cell that has ended.

    Attributes:
        cell: Its name.
        outcome: How it came out.
        is_optimal: Whether its plan is proved to be the best of the option.
        criteria: Cost and bound of each criterion.
        gap: Gap of the first level that is not proved, in percent; None without a plan.
        best_after: Seconds after which no better plan was found.
        seconds: Seconds of the solve.
        peak_memory: Most bytes in which the process resided.
        stopped: Why the search ended.
        plan: File of the plan; empty without one.
    """

    cell: CellName
    outcome: Outcome
    is_optimal: bool
    criteria: tuple[CriterionValue, ...]
    gap: float | None
    best_after: float | None
    seconds: float
    peak_memory: int
    stopped: str
    plan: str


def cell_name(cell: StudyCell) -> CellName:
    """Return the parts that name a cell."""
    return CellName(cell.scenario, cell.option, cell.seed, cell.seconds)


def cell_lines(cells: Sequence[StudyCell], results: Mapping[str, CellResult]) -> Iterator[CellLine]:
    """Yield a line for each cell that has ended, in the order of the cells."""
    for cell in cells:
        if (one := results.get(cell.key)) is not None:
            yield CellLine(
                cell=cell_name(cell),
                outcome=one.outcome,
                is_optimal=one.is_optimal,
                criteria=one.criteria,
                gap=plan_gap(one),
                best_after=one.best_after,
                seconds=one.seconds,
                peak_memory=one.peak_memory,
                stopped=one.stopped,
                plan=one.plan,
            )


def plan_gap(result: CellResult) -> float | None:
    """Return the gap of the first level that is not proved; 0 where all are, None without a plan."""
    if not result.has_plan:
        return None
    gaps = (gap_percent(one.cost, one.bound) for one in result.score if one.cost != one.bound)
    return next(gaps, 0.0)
