"""``allocator solve``: finds the best plan for a scenario, with a proven bound."""

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
from allocator.cli.options import (
    FILE,
    FiniteRange,
    flag,
    option,
    output_option,
    scenario_argument,
    seed_option,
    time_limit_option,
    workers_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, INTERRUPTED, NO, WRONG, Output, remark_doubts, write_json
from allocator.cli.plan_files import AnswerFile, write_answer
from allocator.cli.plan_keeping import prepare_keeping
from allocator.cli.solve_session import (
    check_resumable,
    checkpoint_writer,
    checkpointing,
    live_progress,
    load_resume_state,
    stop_on_signal,
)
from allocator.cli.store_options import name_option, report_kept, store_option, who_option, why_option
from allocator.cli.tradeoffs import check_trade, trade
from allocator.errors import Fault, InputError
from allocator.model.text import Language, Text
from allocator.report.lint import find_doubts
from allocator.report.plan_view import view_with_names
from allocator.report.rendering.console import printable
from allocator.report.rendering.infeasibility_text import infeasibility_data, render_infeasibility
from allocator.report.rendering.plan_text import heading_line, render_score
from allocator.report.rendering.solve_text import options_line, render_plan_diff, run_line


@dataclass(frozen=True)
class SolveCall:
    """The arguments and options of ``allocator solve``.

    Attributes:
        scenario: The scenario.
        out: File of the plan.
        time_limit: Time limit in seconds.
        seed: Seed of random choices.
        workers: Threads, 0 for as many as there are cores.
        window: Number of periods that are solved jointly; None for all.
        baseline: The plan to start from, with as few changes as possible.
        pin: Places that are fixed.
        freeze: What stays as in the baseline.
        since: The day from which on the baseline may change; empty for the scenario's own.
        exclude: Items that are kept out of slots.
        fewest: Whether the changes from the baseline come first; None to judge by the rules.
        resume: Whether to resume from the checkpoint or the plan at ``out``.
        confirm: Whether another solver proves the result again, however long that takes.
        memory: Memory limit in GiB; None for no limit.
        trade: The criteria to trade off; None for one plan.
        at_most: The most that criteria may cost.
        store: The store in which the result is kept; None for none.
        name: Its name there; empty for that of the scenario.
        who: Who solves; None for the login name.
        why: The reason for the solve.
    """

    scenario: Path
    out: Path | None
    time_limit: float
    seed: int
    workers: int
    window: int | None
    baseline: Path | None
    pin: tuple[str, ...]
    freeze: tuple[str, ...]
    since: str
    exclude: tuple[str, ...]
    fewest: bool | None
    resume: bool
    confirm: bool
    memory: float | None
    trade: str | None
    at_most: tuple[str, ...]
    store: str | None
    name: str
    who: str | None
    why: str


@declare("solve", zh="求解：给出最好的方案及已证明的下界", en="Find the best plan, with a proven bound.")
@scenario_argument
@output_option(zh="方案写到此文件", en="write the plan here")
@time_limit_option(60, zh="时限（秒）", en="time limit in seconds")
@seed_option
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
    zh="由此方案出发，先使变动最少，再优化各级；规则自行为变动定级时依规则，滚动求解或限定变动时只作起点",
    en="start from this plan and first change as little as can be, then optimise the levels; where "
    "rules rank changes from a baseline they alone do, and with --window or --at-most it is a start only",
)
@option(
    "--pin",
    multiple=True,
    metavar="ITEM=SLOT[/ROLE][@PERIOD]",
    zh="指定位置（编号或名称），可重复",
    en="settle a place, by ids or names; repeatable",
)
@option(
    "--freeze",
    multiple=True,
    metavar="WHAT[@PERIODS]",
    zh="照基准方案不变：层、人员、单位、去处、周期或条件，只安排空着的，可重复",
    en="what stays as in the baseline: a layer, a person, a unit, a slot, periods or a condition; repeatable",
)
@option(
    "--since",
    default="",
    metavar="DATE",
    zh="此日（或周期）之前结束的周期完全照基准方案；默认为场景的 today",
    en="periods that ended before this day (or period) stay exactly as in the baseline; by default the "
    "scenario's `today`",
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
@option(
    "--trade",
    metavar="A,B[,C]",
    zh="权衡：级别（1,2）、软规则（用 + 连接）或变动数（moves）之间互不占优的全部方案，-o 写方案集",
    en="trade off levels (1,2), soft rules (joined by +) or changes (moves): all plans of which none "
    "is better than another; -o gets the set",
)
@option(
    "--at-most",
    multiple=True,
    metavar="A=N",
    zh="上限，如 moves=6：与基准方案相比至多变动 6 个席位；权衡时也可限其他准则，可重复",
    en="a limit, such as moves=6: at most 6 seats of the baseline change hands; with --trade of any "
    "criterion; repeatable",
)
@store_option
@name_option
@why_option(zh="存入方案库的理由", en="the reason, for the store")
@who_option
def command(output: Output, **given: Any) -> int:
    """Solve a scenario, write the plan, and say what it costs or why there is none."""
    call = SolveCall(**given)
    check_trade(given)
    _check_call(call)
    policy = _bound(call, output)
    if call.trade is not None:
        remark_doubts(find_doubts(policy), call.scenario, output)
        return trade(policy, given, _level_titles(policy), output)
    api.document_figures(policy)  # faulty figures are refused before the solve
    keeping = prepare_keeping(policy, call.scenario, call.store, call.name, call.who, call.why)
    session = _session(policy, call, output)
    with stop_on_signal(session.stop):
        with _observing(session) as observer:
            plan = _solver(session)(policy, observer=observer)
        answer = write_answer(plan, call.out, output) if plan.is_found else None
    is_stopped = session.stop.is_requested or plan.run.get("stopped") == "memory"
    reasons = _reasons(policy, call.time_limit) if plan.status == "infeasible" and not is_stopped else None
    if reasons is not None:
        plan = plan.model_copy(update={"run": {**plan.run, "conflict": list(reasons.rules)}})
    answer = answer or write_answer(plan, call.out, output)
    if answer.is_done and plan.status != "unknown" and session.checkpoints is not None:
        session.checkpoints.remove()
    kept = keeping.keep(plan, output) if keeping is not None else None
    if output.as_json:
        write_json(api.plan_text(_explained(policy, plan, reasons)))
    output.report(_report(policy, plan, reasons, answer, output.language))
    if kept is not None:
        output.report([printable(report_kept(kept, output))])
    if answer.fault is not None or (keeping is not None and kept is None):
        return WRONG
    if session.stop.reason == "asked":
        return INTERRUPTED
    return FINE if plan.is_found else NO


@dataclass(frozen=True)
class _Session:
    """The parts of a solve before it begins.

    Attributes:
        policy: The policy to solve.
        call: The arguments and options of the command.
        output: The output for progress.
        fewest: Whether the changes from the baseline come first.
        stop: The request that stops the solve.
        resume_from: The state to resume from; None for a new solve.
        checkpoints: The writer of checkpoints; None for none.
    """

    policy: api.Policy
    call: SolveCall
    output: Output
    fewest: bool
    stop: api.StopRequest
    resume_from: api.ResumeState | None
    checkpoints: api.Checkpoints | None


def _check_call(call: SolveCall) -> None:
    """Refuse options that do not go together, and a file that cannot be written."""
    api.check_writable(call.out)
    if call.resume:
        check_resumable(call.out, fewest=call.fewest is True)
    if call.window is not None and call.fewest:
        raise InputError([_rolls_alone()])


def _session(policy: api.Policy, call: SolveCall, output: Output) -> _Session:
    fewest = api.counts_changes(policy, call.fewest, rolls=call.window is not None, resumes=call.resume)
    remark_doubts(find_doubts(policy), call.scenario, output)
    state = load_resume_state(policy, call.out, output) if call.resume and call.out is not None else None
    checkpoints = None if fewest else checkpoint_writer(policy, call.out)
    return _Session(policy, call, output, fewest, api.StopRequest(), state, checkpoints)


@contextmanager
def _observing(session: _Session) -> Iterator[api.Observer]:
    """Yield the observer of a solve: it stops on request, shows progress and writes checkpoints."""
    titles, output = _level_titles(session.policy), session.output
    with (
        live_progress(titles, output.language) as live,
        checkpointing(session.checkpoints, output) as writer,
    ):
        yield api.ObserverGroup(session.stop, live, writer)


def _solver(session: _Session) -> partial[api.Plan]:
    """Return the function of the api that solves, with the options of the call."""
    call = session.call
    options: dict[str, Any] = (
        {} if session.fewest else {"window": call.window, "resume_from": session.resume_from}
    )
    return partial(
        api.fewest_changes if session.fewest else api.solve,
        seconds=call.time_limit,
        seed=call.seed,
        workers=call.workers,
        memory=call.memory,
        confirm="full" if call.confirm else "spare",
        **options,
    )


def _reasons(policy: api.Policy, seconds: float) -> api.Reasons:
    """Return the reasons why a policy has no plan.

    A first request to stop ends the search with the reasons found so far, a second one without any.
    """
    stop = api.StopRequest()
    try:
        with stop_on_signal(stop):
            return api.explain(policy, seconds=seconds, observer=stop)
    except KeyboardInterrupt:
        return api.Reasons(rules=(), repairs=(), cut_short=True)


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
        api.load(call.scenario),
        baseline=start,
        pins=call.pin,
        exclude=call.exclude,
        freeze=call.freeze,
        since=call.since,
        at_most=call.at_most if call.trade is None else (),
    )
    if baseline and start and (dropped := api.dropped_overrides(policy, start, baseline.name)):
        output.remark(_dropped(dropped))
    return policy


def _dropped(asked: api.Overrides) -> Text:
    """Return a note on the overrides of the baseline that this call drops: their seats may now change."""
    listed = printable(options_line(asked))
    zh = f"提示：基准方案曾要求，本次未要求：{listed}"
    return Text(zh=zh, en=f"note: the baseline was asked for, and this call is not: {listed}")


def _level_titles(policy: api.Policy) -> Mapping[int, Text]:
    """Return the titles of levels; level 0, above all others, has the changes."""
    return {0: Text(zh="变动", en="changes"), **policy.context.scenario.spec.levels}


def _explained(policy: api.Policy, plan: api.Plan, reasons: api.Reasons | None) -> api.Plan:
    """Return the plan with the reasons in its ``run``; files leave reasons out because of their length."""
    if reasons is None:
        return plan
    return plan.model_copy(update={"run": {**plan.run, "reasons": infeasibility_data(policy, reasons)}})


def _report(
    policy: api.Policy, plan: api.Plan, reasons: api.Reasons | None, answer: AnswerFile, language: Language
) -> Iterator[RenderableType]:
    view = view_with_names(policy, plan)
    yield heading_line(view, language)
    if reasons is not None:
        yield from render_infeasibility(policy, reasons, language)
    yield from render_plan_diff(policy, plan, language)
    yield from render_score(view, language, all_rules=False)
    if line := run_line(plan.run, language):
        yield line
    yield from answer.lines(language)
