"""``allocator compare``: plans, or scenarios that are solved first, side by side."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from allocator import api
from allocator.cli.options import (
    FILE,
    argument,
    flag,
    option,
    seed_option,
    time_limit_option,
    workers_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, INTERRUPTED, NO, WRONG, Output
from allocator.cli.plan_files import AnswerFile, refuse_other_version, write_answer
from allocator.cli.solve_session import live_progress, stop_on_signal
from allocator.errors import Fault, InputError
from allocator.model.text import Language, Text
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.exporters import exporter_for
from allocator.report.rendering.comparison_text import render_comparison
from allocator.report.rendering.console import pick, printable


@declare(
    "compare",
    zh="并列比较几个方案（或先求解的场景）",
    en="Plans, or scenarios that are solved first, side by side.",
)
@argument(
    "options",
    type=FILE,
    nargs=-1,
    required=True,
    metavar="A B [C ...]",
    zh="方案文件，或要先求解的场景（文件夹或 .xlsx）",
    en="plan files, or scenarios (folders or .xlsx) to solve first",
)
@time_limit_option(60, zh="每个场景的求解时限（秒）", en="time limit in seconds for each scenario")
@seed_option
@workers_option(zh="线程数，0 为核数；1 则可重现", en="threads, 0 for all cores; 1 repeats")
@option(
    "--baseline",
    type=FILE,
    metavar="PLAN",
    zh="变动由此方案算起；缺省由现状（任职经历）算起",
    en="the plan that changes are counted from; by default the state before the horizon",
)
@option(
    "--name",
    "names",
    multiple=True,
    metavar="TEXT",
    zh="方案的名称，依次",
    en="names of the options, in order",
)
@flag("--all", "every", zh="相同的行也列出", en="list rows that do not differ, too")
@option(
    "--scenario",
    "scenarios",
    type=FILE,
    multiple=True,
    metavar="DIR",
    zh="方案的场景，可重复",
    en="a scenario of the plans; repeatable",
)
@option(
    "--to",
    type=FILE,
    metavar="FILE",
    zh="写到此文件：工作簿（.xlsx）、文稿（.docx）或网页（.html）",
    en="write it to this file: a workbook (.xlsx), a document (.docx) or a web page (.html)",
)
@option(
    "--blind",
    type=FILE,
    metavar="KEYFILE",
    zh="--to 写代号副本：姓名以代号代替，对照表写到此文件（须在另一文件夹）",
    en="--to writes a blind copy: codes for names, with the key in this file (in another folder)",
)
@option(
    "--save",
    type=FILE,
    metavar="DIR",
    zh="求解得到的方案存入此文件夹，以名称为文件名",
    en="keep the plans that are solved in this folder, each under its name",
)
@flag("--strict", zh="拒绝为场景另一版本作出的方案", en="refuse a plan of another version of the scenario")
def command(
    output: Output,
    options: tuple[Path, ...],
    time_limit: float,
    seed: int,
    workers: int,
    baseline: Path | None,
    names: tuple[str, ...],
    every: bool,
    scenarios: tuple[Path, ...],
    to: Path | None,
    blind: Path | None,
    save: Path | None,
    strict: bool,
) -> int:
    """Compare options: cost and proof, rule by rule, who is elsewhere, staffing and loads."""
    _check_files(to, blind, save)
    sources = api.option_sources(options, scenarios=scenarios, names=names)
    start = api.read_plan(baseline) if baseline else None
    stop = api.StopRequest()
    plans = [_plan(one, output, stop, seconds=time_limit, seed=seed, workers=workers) for one in sources]
    kept = _saved(sources, plans, save, output)
    judged = _judged(sources, plans, strict=strict)
    found = api.compare(judged, baseline=start)
    if to is None:
        output.data(found)
        output.report(render_comparison(found, output.language, every=every))
    else:
        made = api.export_comparison(
            judged, to, baseline=start, language=output.language, every=every, blind=blind
        )
        key = {"key": str(blind)} if blind else {}
        output.data({"file": str(to), "format": made.format, "bytes": made.size, **key})
        output.report(map(printable, _written(found, output.language, to, blind)))
    output.report(line for one in kept for line in one.lines(output.language))
    if any(one.fault is not None for one in kept):
        return WRONG
    if stop.reason == "asked":
        return INTERRUPTED
    return FINE if any(one.is_admissible for one in found.options) else NO


def _check_files(to: Path | None, blind: Path | None, save: Path | None) -> None:
    """Refuse files that cannot be written, before anything is solved."""
    if save is not None:
        with suppress(OSError):  # the check says why it cannot be made
            save.mkdir(exist_ok=True)
        api.check_writable(save / "A.json")
    if to is not None:
        exporter_for(to, comparison=True)
        api.check_writable(to)
    elif blind is not None:
        message = Text(zh="只与 --to 同用", en="goes with --to only")
        raise InputError([Fault(message, column="--blind")])


def _written(found: api.PlanComparison, language: Language, to: Path, blind: Path | None) -> Iterator[str]:
    """Yield what a comparison says, and the files that were written."""
    for text in comparison_sentences(found):
        yield text(language)
    yield pick(language, f"已写入 {to}", f"written to {to}")
    if blind is not None:
        yield pick(language, f"代号对照表 {blind}", f"the key is in {blind}")


def _saved(
    sources: Sequence[api.OptionSource], plans: Sequence[api.Plan], folder: Path | None, output: Output
) -> list[AnswerFile]:
    """Write the plans that were solved into a folder, each under the name of its option."""
    return [
        write_answer(plan, folder / f"{name}.json", output)
        for source, plan, name in zip(sources, plans, _file_names(sources), strict=True)
        if folder is not None and source.plan is None
    ]


def _file_names(sources: Sequence[api.OptionSource]) -> list[str]:
    """Return the names of options as names of files, with the letter where two would be the same."""
    plain = [re.sub(r"[^\w.-]+", "-", one.name).strip("-.") or one.label for one in sources]
    folded = [name.casefold() for name in plain]
    return [
        name if folded.count(name.casefold()) == 1 else f"{one.label}-{name}"
        for one, name in zip(sources, plain, strict=True)
    ]


def _judged(
    sources: Sequence[api.OptionSource], plans: Sequence[api.Plan], *, strict: bool
) -> list[api.PlanOption]:
    judged = []
    for source, plan in zip(sources, plans, strict=True):
        made = api.plan_option(
            source.policy, plan, label=source.label, name=source.name, file=source.file.name
        )
        if strict:
            refuse_other_version(made.differs, source.file)
        judged.append(made)
    return judged


def _plan(
    source: api.OptionSource,
    output: Output,
    stop: api.StopRequest,
    *,
    seconds: float,
    seed: int,
    workers: int,
) -> api.Plan:
    """Return the plan of an option; a scenario is solved, and a stop keeps the best plan so far."""
    if source.plan is not None:
        return source.plan
    name = printable(f"{source.label} {source.name}")
    if sys.stderr.isatty():
        output.remark(
            Text(zh=f"求解 {name}，至多 {seconds:g} 秒", en=f"solving {name}, {seconds:g} s at most")
        )
    titles = source.policy.context.scenario.spec.levels
    with stop_on_signal(stop), live_progress(titles, output.language) as live:
        observer = api.ObserverGroup(stop, live)
        return api.solve(source.policy, seconds=seconds, seed=seed, workers=workers, observer=observer)
