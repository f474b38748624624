"""``allocator stress``: what becomes of a plan if somebody leaves, work grows, or a tie comes to light."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import click
from rich.text import Text as Line

from allocator import api
from allocator.cli.options import (
    FILE,
    FiniteRange,
    flag,
    option,
    plan_argument,
    same_version_option,
    scenario_argument,
    seed_option,
    time_limit_option,
    workers_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, INTERRUPTED, NO, Output, progress_console
from allocator.cli.plan_files import refuse_other_version
from allocator.cli.solve_session import stop_on_signal
from allocator.errors import Fault, InputError
from allocator.model.text import Language, Text
from allocator.report.json_schemas import to_json
from allocator.report.rendering.console import number, pick, printable
from allocator.report.rendering.stress_text import render_stress
from allocator.report.stress_view import shock_text, stress_view


@dataclass(frozen=True)
class StressCall:
    """The arguments and options of ``allocator stress``.

    Attributes:
        scenario: The scenario.
        plan: A plan for it.
        only: The sorts of shocks to try; empty for all.
        load: By how many percent the workload of a unit grows.
        tie: The kind of tie that comes to light.
        to: A workbook to write the table to.
        every: Whether to print all shocks with all seats.
        time_limit: Time limit of the search for each shock, in seconds.
        seed: Seed of random choices.
        workers: Threads, 0 for as many as there are cores.
        strict: Whether to refuse a plan of another version of the scenario.
    """

    scenario: Path
    plan: Path
    only: tuple[api.ShockKind, ...]
    load: float
    tie: str
    to: Path | None
    every: bool
    time_limit: float
    seed: int
    workers: int
    strict: bool


@declare(
    "stress",
    zh="抗变检验：有人离岗、工作量增加、发现新关系时，方案能否补救",
    en="What becomes of a plan if somebody leaves, work grows, or a tie comes to light.",
)
@scenario_argument
@plan_argument
@option(
    "--only",
    type=click.Choice(get_args(api.ShockKind)),
    multiple=True,
    zh="只检验此类：人员离岗、同岗二人离岗、工作量增加、新发现关系；可重复",
    en="try this sort alone: somebody leaves, both holders of a seat leave, a load grows, a tie comes to"
    " light; repeatable",
)
@option(
    "--load",
    type=FiniteRange(min=1, max=1000),
    default=20,
    metavar="PERCENT",
    zh="单位工作量增加的百分比",
    en="by how many percent the load of a unit grows",
)
@option(
    "--tie", default="kin", metavar="KIND", zh="新发现关系的类型", en="kind of the tie that comes to light"
)
@option(
    "--to",
    type=FILE,
    metavar="FILE",
    zh="另存为此工作簿（.xlsx）",
    en="write the table as this workbook (.xlsx)",
)
@flag("--all", "every", zh="逐项全列", en="print every shock, with every seat")
@time_limit_option(10, zh="每项的时限（秒）", en="time limit of the search for each, in seconds")
@seed_option
@workers_option(zh="线程数，0 为全部核心；1 可复现", en="threads, 0 for all cores; 1 repeats")
@same_version_option
def command(output: Output, **given: Any) -> int:
    """Try shocks on a plan, and say what mends it with the fewest changes, or that nothing does."""
    call = StressCall(**given)
    _must_be_a_workbook(call.to)
    policy = api.bind(api.load(call.scenario))
    plan = api.read_plan(call.plan)
    if call.strict:
        refuse_other_version(api.other_version(policy, plan), call.plan)
    settings = api.ShockSettings(load=Fraction(call.load).limit_denominator(10**6) / 100, tie=call.tie)
    tried = api.shocks(policy, plan, call.only or get_args(api.ShockKind), file=call.plan.name)
    output.remark(_count_text(len(tried), call.time_limit))
    stop = api.StopRequest()
    with stop_on_signal(stop), _live_line(policy, settings, output.language) as on_shock:
        report = api.stress(
            policy,
            plan,
            tried,
            settings=settings,
            seconds=call.time_limit,
            seed=call.seed,
            workers=call.workers,
            observer=stop,
            on_shock=on_shock,
            file=call.plan.name,
        )
    view = stress_view(policy, report, settings)
    if call.to is not None:
        api.export_stress(view, call.to, language=output.language, plan=plan)
        output.remark(Text(zh=f"已写入 {call.to}", en=f"written to {call.to}"))
    output.data(to_json(view))
    output.report(render_stress(view, output.language, every=call.every))
    if report.of("not_tried"):
        return INTERRUPTED
    return NO if report.of("impossible") else FINE


def _must_be_a_workbook(path: Path | None) -> None:
    """Refuse a file that is no workbook or cannot be written, before any search."""
    if path is not None and path.suffix.lower() != ".xlsx":
        message = Text(zh="只能写为工作簿", en="is written as a workbook only")
        raise InputError([Fault(message, column="--to", found=path.suffix, allowed=".xlsx")])
    api.check_writable(path)


def _count_text(count: int, seconds: float) -> Text:
    """Return how many shocks there are, and the longest that they can take."""
    minutes = f"{count * seconds / 60:,.0f}"
    return Text(
        zh=f"共 {number(count)} 项，每项至多 {seconds:g} 秒（合计至多 {minutes} 分钟，通常远少于此）；"
        "Ctrl-C 保留已有结果",
        en=f"{number(count)} shocks, {seconds:g} s at most for each ({minutes} minutes in all at the most);"
        " Ctrl-C keeps what is known",
    )


@contextmanager
def _live_line(
    policy: api.Policy, settings: api.ShockSettings, language: Language
) -> Iterator[Callable[[int, int, api.Shock], None] | None]:
    """Show the current shock on standard error while the block runs, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with progress_console().status(Line(pick(language, "准备中", "preparing"))) as status:

        def told(done: int, of: int, shock: api.Shock) -> None:
            status.update(
                Line(printable(f"{done + 1}/{of} · {shock_text(policy, shock, settings)(language)}"))
            )

        yield told
