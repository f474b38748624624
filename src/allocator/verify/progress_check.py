"""Whether the record of a solve in a plan can be so: its moments, costs, bounds, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from allocator.model.plan import Plan
from allocator.model.run import ProgressPoint, RunProgress, read_run_part
from allocator.model.text import Text
from allocator.verify.judge import Disagreement

KEY = "progress"


def progress_inconsistencies(plan: Plan) -> Iterator[Disagreement]:
    """Yield what cannot be so in the record of a solve, the first of each sort; needs no scenario."""
    if KEY not in plan.run:
        return
    progress = read_run_part(RunProgress, plan.run[KEY])
    if progress is None:
        yield _fault("格式不对", "is not a record of points with level, cost, bound and at")
        return
    for number, point in enumerate(progress.points):
        if point.bound > point.cost or point.bound < 0 or point.stage >= len(progress.stages):
            yield _fault(
                f"第 {number} 点的代价、下界或阶段不成立",
                f"point {number} has a cost, a bound or a stage that cannot be",
            )
            break
    yield from _steps(progress)
    yield from _end(plan, progress)


def _steps(progress: RunProgress) -> Iterator[Disagreement]:
    """Yield moments that go back, and costs that rise or bounds that fall while one level is minimised."""
    steps = list(enumerate(pairwise(progress.points), start=1))
    late = next((number for number, (one, other) in steps if other.at < one.at), None)
    if late is None and progress.points and progress.points[-1].at > progress.end:
        late = len(progress.points) - 1
    if late is not None:
        yield _fault(f"第 {late} 点的时间倒退", f"the time goes back at point {late}")
    worse = next((number for number, (one, other) in steps if _is_worse(one, other)), None)
    if worse is not None:
        yield _fault(
            f"第 {worse} 点的代价升高或下界降低", f"the cost rises or the bound falls at point {worse}"
        )


def _is_worse(one: ProgressPoint, other: ProgressPoint) -> bool:
    same = (one.stage, one.level) == (other.stage, other.level)
    return same and (other.cost > one.cost or other.bound < one.bound)


def _end(plan: Plan, progress: RunProgress) -> Iterator[Disagreement]:
    """Yield a level whose last point is not what the score says."""
    score = {one.level: (one.cost, one.bound) for one in plan.score}
    last = {one.level: (one.cost, one.bound) for one in progress.points}
    for level, found in last.items():
        if score.get(level) != found:
            yield _fault(
                f"级别 {level} 的最后一点与得分不符",
                f"the last point of level {level} is not what the score says",
            )
            return


def _fault(zh: str, en: str) -> Disagreement:
    return Disagreement("", Text(zh=f"求解过程记录（run.progress）：{zh}", en=f"run.progress: {en}"))
