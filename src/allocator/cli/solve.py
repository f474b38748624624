"""``allocator solve``: the best plan for a scenario, with a proven bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType

from allocator import api
from allocator.cli.answering import Written, write_answer
from allocator.cli.changing import is_counted
from allocator.cli.doubted import mention_doubts
from allocator.cli.failures import FINE, INTERRUPTED, NO, WRONG
from allocator.cli.interrupt import stopping
from allocator.cli.options import (
    FILE,
    FiniteRange,
    flag,
    option,
    output_option,
    scenario_argument,
    time_limit_option,
    workers_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import Output
from allocator.cli.progress import watching
from allocator.cli.reasons import Reasons, find_reasons, reasons_as_data, render_reasons
from allocator.cli.resuming import check_resumable, goes_on_from, keeper_of, kept
from allocator.cli.streams import write_json
from allocator.cli.writing import check_writable
from allocator.errors import Fault, InputError
from allocator.model.notation import scenario_roles
from allocator.model.overrides import Overrides
from allocator.model.plan import LevelScore, Plan
from allocator.model.reading.planfile import plan_text
from allocator.model.text import Language, Text
from allocator.report.lint import find_doubts
from allocator.report.plan_view import view_with_names
from allocator.report.rendering.console import printable
from allocator.report.rendering.plan_text import heading, render_score
from allocator.report.rendering.solve_text import listed_options, render_diff, run_line
from allocator.rules.overrides import plan_overrides
from allocator.solvers.observer import Observer, ObserverGroup, StopRequest
from allocator.verify import check_baseline
from allocator.verify.diff import plan_diff
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import measure_figures


@dataclass(frozen=True)
class SolveCall:
    """What ``allocator solve`` is called with.

    Attributes:
        scenario: The scenario.
        out: Where to write the plan.
        time_limit: Seconds.
        seed: Seed of random choices.
        workers: Threads, 0 for as many as there are cores.
        window: How many periods are searched jointly; None for all.
        baseline: The plan to start from and to change as little as can be.
        pin: Settled places.
        keep: Layers that stay as in the baseline.
        exclude: Who is kept out of where.
        fewest: Whether the changes from the baseline come first; None to judge by the rules.
        resume: Whether to go on from the checkpoint or the plan at ``out``.
        confirm: Whether another solver proves it again, however long that takes.
        memory: GiB to stay within; None for no limit.
    """

    scenario: Path
    out: Path | None
    time_limit: float
    seed: int
    workers: int
    window: int | None
    baseline: Path | None
    pin: tuple[str, ...]
    keep: tuple[str, ...]
    exclude: tuple[str, ...]
    fewest: bool | None
    resume: bool
    confirm: bool
    memory: float | None


@declare("solve", zh="求解：给出最好的方案及已证明的下界", en="Find the best plan, with a proven bound.")
@scenario_argument
@output_option(zh="方案写到此文件", en="write the plan here")
@time_limit_option(60, zh="时限（秒）", en="time limit in seconds")
@option(
    "--seed",
    type=click.IntRange(min=0, max=2**31 - 1),
    default=1,
    metavar="N",
    zh="随机种子",
    en="seed of random choices",
)
@workers_option(zh="线程数，0 为核数；1 则可重现", en="threads, 0 for all cores; 1 repeats")
@option(
    "--window",
    type=click.IntRange(min=1),
    metavar="N",
    zh="滚动求解：每次共同求解 N 个周期",
    en="roll: search N periods jointly at a time",
)
@option(
    "--baseline",
    type=FILE,
    metavar="PLAN",
    zh="由此方案出发，先使变动最少，再优化各级；规则自行为变动定级时依规则，滚动求解时只作起点",
    en="start from this plan and first change as little as can be, then optimise the levels; where "
    "rules rank changes from a baseline they alone do, and with --window it is a start only",
)
@option(
    "--pin",
    multiple=True,
    metavar="ITEM=SLOT[/ROLE][@PERIOD]",
    zh="指定位置（编号或名称），可重复",
    en="settle a place, by ids or names; repeatable",
)
@option(
    "--keep",
    multiple=True,
    metavar="LAYER",
    zh="此层照基准方案不变，只安排新的，可重复",
    en="a layer to keep as in the baseline; repeatable",
)
@option(
    "--exclude",
    multiple=True,
    metavar="ITEM[=SLOT[/ROLE]][@PERIOD]",
    zh="排除：不在此处或任何处，可重复",
    en="keep out of a slot, or of all; repeatable",
)
@option(
    "--fewest-changes/--free-changes",
    "fewest",
    default=None,
    zh="先使与基准方案相比变动最少，或变动不计（基准只作起点）；默认见 --baseline",
    en="first as few changes from the baseline as can be, or as many as it takes: the baseline is a "
    "start only; by default as --baseline says",
)
@flag(
    "--resume",
    zh="从 -o 文件的检查点（或其中方案）继续",
    en="go on from the checkpoint (or plan) at -o",
)
@flag(
    "--confirm",
    zh="不限时请另一求解器再证一次",
    en="have another solver prove it again, as long as that takes",
)
@option(
    "--memory",
    type=FiniteRange(min=0.01, max=10**6),
    metavar="GIB",
    zh="内存限额，接近时停止",
    en="memory to stay within; near it a solve ends",
)
def command(output: Output, **given: Any) -> int:
    """Solve a scenario, write the plan, and say what it costs or why there is none."""
    call = SolveCall(**given)
    check_writable(call.out)
    if call.resume:
        check_resumable(call.out, fewest=call.fewest is True)
    if call.window is not None and call.fewest:
        raise InputError([_rolls_alone()])
    policy = _bound(call, output)
    fewest = is_counted(policy, call.fewest, rolls=call.window is not None, resumes=call.resume)
    _check_figures(policy)
    mention_doubts(find_doubts(policy), call.scenario, output)
    begun = goes_on_from(policy, call.out, output) if call.resume and call.out is not None else None
    stop = StopRequest()
    keeper = None if fewest else keeper_of(policy, call.out)
    with stopping(stop):
        with _observing(policy, output, stop, keeper) as observer:
            plan = _solver_of(call, begun, fewest=fewest)(policy, observer=observer)
        written = write_answer(plan, call.out, output) if plan.is_found else None
    is_stopped = stop.is_requested or plan.run.get("stopped") == "memory"
    is_unexplained = plan.status == "infeasible" and not is_stopped
    reasons = find_reasons(policy, call.time_limit) if is_unexplained else None
    if reasons is not None:
        plan = plan.model_copy(update={"run": {**plan.run, "conflict": list(reasons.rules)}})
    written = written or write_answer(plan, call.out, output)
    if written.is_done and plan.status != "unknown" and keeper is not None:
        keeper.remove()
    if output.as_json:
        write_json(plan_text(_explained(policy, plan, reasons)))
    output.report(_result(policy, plan, reasons, written, output.language))
    if written.fault is not None:
        return WRONG
    if stop.reason == "asked":
        return INTERRUPTED
    return FINE if plan.is_found else NO


@contextmanager
def _observing(
    policy: api.Policy, output: Output, stop: StopRequest, keeper: api.Checkpoints | None
) -> Iterator[Observer]:
    """Yield the observer of a solve: it stops on request, shows progress and writes checkpoints."""
    with watching(_levels(policy), output.language) as live, kept(keeper, output) as writer:
        yield ObserverGroup(stop, live, writer)


def _solver_of(call: SolveCall, begun: api.Resumed | None, *, fewest: bool) -> partial[Plan]:
    """Return what solves as the call asks; a policy and an observer are left to give."""
    options: dict[str, Any] = {} if fewest else {"window": call.window, "begun": begun}
    return partial(
        api.fewest_changes if fewest else api.solve,
        seconds=call.time_limit,
        seed=call.seed,
        workers=call.workers,
        memory=call.memory,
        confirm="full" if call.confirm else "spare",
        **options,
    )


def _rolls_alone() -> Fault:
    message = Text(
        zh="不能与 --fewest-changes 同用：最少变动须就全部周期证明",
        en="does not go with --fewest-changes, which are proved over all periods",
    )
    return Fault(message, column="--window")


def _bound(call: SolveCall, output: Output) -> api.Policy:
    baseline = call.baseline
    start = api.read_plan(baseline) if baseline else None
    policy = api.bind(
        api.load(call.scenario), baseline=start, pins=call.pin, keep=call.keep, exclude=call.exclude
    )
    if baseline and start:
        check_baseline(policy, start, baseline.name)
        if dropped := plan_overrides(start, baseline.name).without(policy.overrides):
            output.remark(_dropped(dropped))
    return policy


def _dropped(asked: Overrides) -> Text:
    """Say what the baseline was asked for and this call is not: it may change hands now."""
    listed = printable(listed_options(asked))
    zh = f"提示：基准方案曾要求，本次未要求：{listed}"
    return Text(zh=zh, en=f"note: the baseline was asked for, and this call is not: {listed}")


def _levels(policy: api.Policy) -> Mapping[int, Text]:
    """Return what levels are called; that of the changes stands above all others."""
    return {0: Text(zh="变动", en="changes"), **policy.context.scenario.spec.levels}


def _check_figures(policy: api.Policy) -> None:
    """Refuse faulty figures of the document before minutes are spent on the plan that they are held to."""
    expected = read_expected(policy.context.scenario.folder)
    if expected is not None:
        measure_figures(expected, policy)


def _explained(policy: api.Policy, plan: Plan, reasons: Reasons | None) -> Plan:
    """Return the plan with why there is none; a file goes without, for that may be longer than any plan."""
    if reasons is None:
        return plan
    return plan.model_copy(update={"run": {**plan.run, "reasons": reasons_as_data(policy, reasons)}})


def _result(
    policy: api.Policy, plan: Plan, reasons: Reasons | None, written: Written, language: Language
) -> Iterator[RenderableType]:
    view = view_with_names(policy, plan)
    yield heading(view, language)
    if reasons is not None:
        yield from render_reasons(policy, reasons, language)
    yield from _changes(policy, plan, language)
    yield from render_score(view, language, all_rules=False)
    if line := run_line(plan.run, language):
        yield line
    yield from written.lines(language)


def _changes(policy: api.Policy, plan: Plan, language: Language) -> Iterator[str]:
    baseline = policy.context.baseline
    if baseline is None or not plan.score:
        return
    carried = plan.run["changes"]
    fewest = None
    if "fewest" in carried:
        found = {"cost": carried["fewest"], "bound": carried["bound"], "proof": carried["proof"]}
        fewest = LevelScore.model_validate({"level": 1, **found})
    roles = scenario_roles(policy.context.scenario.spec)
    yield from render_diff(plan_diff(policy, baseline, plan.assignments), roles, language, fewest)
