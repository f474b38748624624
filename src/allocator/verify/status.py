"""Whether what a plan says of itself hangs together: its status, its bounds, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.plan import LevelScore, Plan
from allocator.model.text import Text
from allocator.verify.score_check import Disagreement


def status_inconsistencies(plan: Plan) -> Iterator[Disagreement]:
    """Yield what of a plan's status and bounds does not follow from the rest of it; needs no scenario."""
    yield from map(_claim, _found(plan) if plan.is_found else _not_found(plan))
    for score in plan.score:
        yield from map(_claim, _bound(score, optimal=plan.status == "optimal"))


def _claim(message: Text) -> Disagreement:
    return Disagreement("", message)


def _not_found(plan: Plan) -> Iterator[Text]:
    """Yield what an answer without a plan holds all the same; that there is no plan is an answer to judge."""
    held = [f"{name}: {len(parts)}" for name, parts in _parts(plan) if parts]
    listed = ", ".join(held)
    if held:
        yield Text(
            zh=f"方案自称 {plan.status}（没有方案），却含有 {listed}",
            en=f"the plan claims to be {plan.status}, which is without a plan, but holds {listed}",
        )
    else:
        yield Text(
            zh=f"文件中没有方案：其状态为 {plan.status}",
            en=f"the file holds no plan: its status is {plan.status}",
        )


def _parts(plan: Plan) -> tuple[tuple[str, tuple[object, ...]], ...]:
    return ("assignments", plan.assignments), ("score", plan.score), ("rules", plan.rules)


def _found(plan: Plan) -> Iterator[Text]:
    """Yield what a plan that was found lacks. One made by hand may leave out what it would claim."""
    is_checkpoint = plan.run.get("checkpoint") is True
    if is_checkpoint and plan.status == "optimal":
        yield Text(
            zh="方案自称最优，却是未求解完的检查点",
            en="the plan claims to be optimal, but is the checkpoint of a solve that did not end",
        )
    claims_nothing = plan.status == "feasible" and not plan.model_fields_set & {"score", "rules"}
    if claims_nothing:
        return
    for name, parts in (("score", plan.score), ("rules", plan.rules)):
        if not parts and not (name == "rules" and is_checkpoint):  # which lists none
            yield Text(
                zh=f"方案自称 {plan.status}，其 {name} 却是空的",
                en=f"the plan claims to be {plan.status}, but its {name} is empty",
            )


def _bound(score: LevelScore, *, optimal: bool) -> Iterator[Text]:
    """Yield what of a level's cost and bound cannot be, whatever the scenario: nothing costs less than 0."""
    if min(score.cost, score.bound) < 0:
        yield Text(
            zh=f"级别 {score.level}：代价 {score.cost}、下界 {score.bound} 不可能，二者都不小于 0",
            en=f"level {score.level}: a cost {score.cost} with a bound {score.bound} cannot be: "
            "neither is below 0",
        )
    if optimal and score.cost != score.bound:
        yield Text(
            zh=f"级别 {score.level}：方案自称最优，代价 {score.cost} 却不等于下界 {score.bound}",
            en=f"level {score.level}: the plan claims to be optimal, but its cost {score.cost} "
            f"is not its bound {score.bound}",
        )
    elif score.bound > score.cost:
        yield Text(
            zh=f"级别 {score.level}：下界 {score.bound} 高于代价 {score.cost}",
            en=f"level {score.level}: the bound {score.bound} is above the cost {score.cost}",
        )
