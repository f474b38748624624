"""``allocator solve``: the best plan for a scenario, with a proven bound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from allocator import api
from allocator.cli.answering import Written, write_answer
from allocator.cli.changing import is_counted
from allocator.cli.doubted import mention_doubts
from allocator.cli.failures import FINE, INTERRUPTED, NO, WRONG
from allocator.cli.interrupt import stopping
from allocator.cli.language import both
from allocator.cli.options import AsJson, Lang, ScenarioPath
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
from allocator.report.doubts import doubts_about
from allocator.report.rendering.changes import render_diff
from allocator.report.rendering.console import printable
from allocator.report.rendering.plans import heading, render_score
from allocator.report.rendering.runs import listed_options, run_line
from allocator.report.view import bound_view
from allocator.rules.calls import plan_overrides
from allocator.solvers.observer import ObserverGroup, StopRequest
from allocator.verify import check_baseline
from allocator.verify.diff import plan_diff
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import measure

HELP = both("求解：给出最好的方案及已证明的下界", "Find the best plan, with a proven bound.")


def command(
    scenario: ScenarioPath,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help=both("方案写到此文件", "write the plan here")),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=0.1, max=10**6, help=both("时限（秒）", "time limit in seconds"))
    ] = 60,
    seed: Annotated[
        int, typer.Option(min=0, max=2**31 - 1, help=both("随机种子", "seed of random choices"))
    ] = 1,
    workers: Annotated[
        int,
        typer.Option(
            min=0, max=1024, help=both("线程数，0 为核数；1 则可重现", "threads, 0 for all cores; 1 repeats")
        ),
    ] = 0,
    window: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help=both("滚动求解：每次共同求解 N 个周期", "roll: search N periods jointly at a time"),
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="PLAN",
            help=both(
                "由此方案出发，先使变动最少，再优化各级；规则自行为变动定级时依规则，滚动求解时只作起点",
                "start from this plan and first change as little as can be, then optimise the levels; where "
                "rules rank changes from a baseline they alone do, and with --window it is a start only",
            ),
        ),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ITEM=SLOT[/ROLE][@PERIOD]",
            help=both("指定位置（编号或名称），可重复", "settle a place, by ids or names; repeatable"),
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER",
            help=both(
                "此层照基准方案不变，只安排新的，可重复", "a layer to keep as in the baseline; repeatable"
            ),
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ITEM[=SLOT[/ROLE]][@PERIOD]",
            help=both("排除：不在此处或任何处，可重复", "keep out of a slot, or of all; repeatable"),
        ),
    ] = None,
    fewest: Annotated[
        bool | None,
        typer.Option(
            "--fewest-changes/--free-changes",
            help=both(
                "先使与基准方案相比变动最少，或变动不计（基准只作起点）；默认见 --baseline",
                "first as few changes from the baseline as can be, or as many as it takes: the baseline is a "
                "start only; by default as --baseline says",
            ),
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help=both("从 -o 文件的检查点（或其中方案）继续", "go on from the checkpoint (or plan) at -o"),
        ),
    ] = False,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm",
            help=both(
                "不限时请另一求解器再证一次", "have another solver prove it again, as long as that takes"
            ),
        ),
    ] = False,
    memory: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            max=10**6,
            metavar="GIB",
            help=both("内存限额，接近时停止", "memory to stay within; near it a solve ends"),
        ),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Solve a scenario, write the plan, and say what it costs or why there is none."""
    output = Output(lang, as_json=as_json)
    check_writable(out)
    if resume:
        check_resumable(out, fewest=fewest is True)
    if window is not None and fewest:
        raise InputError([_rolls_alone()])
    policy = _bound(scenario, baseline, output, pins=pin or (), keep=keep or (), exclude=exclude or ())
    fewest = is_counted(policy, fewest, rolls=window is not None, resumes=resume)
    _check_figures(policy)
    mention_doubts(doubts_about(policy), scenario, output)
    begun = goes_on_from(policy, out, output) if resume and out is not None else None
    stop = StopRequest()
    keeper = None if fewest else keeper_of(policy, out)
    with stopping(stop):
        with watching(_levels(policy), output.language) as live, kept(keeper, output) as writer:
            go_on = partial(api.solve, window=window, begun=begun)
            plan = (api.fewest_changes if fewest else go_on)(
                policy,
                seconds=time_limit,
                seed=seed,
                workers=workers,
                memory=memory,
                confirm="full" if confirm else "spare",
                observer=ObserverGroup(stop, live, writer),
            )
        written = write_answer(plan, out, output) if plan.is_found else None
    is_stopped = stop.is_requested or plan.run.get("stopped") == "memory"
    reasons = find_reasons(policy, time_limit) if plan.status == "infeasible" and not is_stopped else None
    if reasons is not None:
        plan = plan.model_copy(update={"run": {**plan.run, "conflict": list(reasons.rules)}})
    written = written or write_answer(plan, out, output)
    if written.is_done and plan.status != "unknown" and keeper is not None:
        keeper.remove()
    if as_json:
        write_json(plan_text(_explained(policy, plan, reasons)))
    output.report(_result(policy, plan, reasons, written, output.language))
    if written.fault is not None:
        return WRONG
    if stop.reason == "asked":
        return INTERRUPTED
    return FINE if plan.is_found else NO


def _rolls_alone() -> Fault:
    message = Text(
        zh="不能与 --fewest-changes 同用：最少变动须就全部周期证明",
        en="does not go with --fewest-changes, which are proved over all periods",
    )
    return Fault(message, column="--window")


def _bound(scenario: Path, baseline: Path | None, output: Output, **wishes: Iterable[str]) -> api.Policy:
    start = api.read_plan(baseline) if baseline else None
    policy = api.bind(api.load(scenario), baseline=start, **wishes)
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
        measure(expected, policy)


def _explained(policy: api.Policy, plan: Plan, reasons: Reasons | None) -> Plan:
    """Return the plan with why there is none; a file goes without, for that may be longer than any plan."""
    if reasons is None:
        return plan
    return plan.model_copy(update={"run": {**plan.run, "reasons": reasons_as_data(policy, reasons)}})


def _result(
    policy: api.Policy, plan: Plan, reasons: Reasons | None, written: Written, language: Language
) -> Iterator[RenderableType]:
    view = bound_view(policy, plan)
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
