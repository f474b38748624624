"""``allocator try``: steps tried on a plan one after the other, dropped or undone, and then accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from allocator import api
from allocator.cli.options import (
    FILE,
    FiniteRange,
    flag,
    option,
    plan_argument,
    scenario_option,
    seed_option,
    workers_option,
)
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, INTERRUPTED, NO, Output
from allocator.cli.solve_session import live_progress, stop_on_signal
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.json_schemas import to_json
from allocator.report.plan_view import view_with_names
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.infeasibility_text import infeasibility_data, render_infeasibility
from allocator.report.rendering.judgement_text import render_judgement
from allocator.report.rendering.plan_text import heading_line, render_score
from allocator.report.rendering.solve_text import render_plan_diff, run_line
from allocator.report.rendering.trial_text import render_against, render_next, render_steps
from allocator.report.score_view import judgement_view
from allocator.report.trial_view import trial_view

SECONDS = 20.0


@dataclass(frozen=True)
class TryCall:
    """The arguments and options of ``allocator try``.

    Attributes:
        plan: The plan, or a document that reads back.
        scenario: Its scenario; None to look for it.
        name: The name of the new step; empty for its number.
        pin: Places that are fixed.
        exclude: Items that are kept out of slots.
        freeze: What stays as in the plan.
        since: The day from which on the plan may change.
        at_most: The limit of changes.
        drop: Steps to leave out.
        keep: Steps to take in again.
        undo: Whether to undo the last action.
        accept: The file to write the plan to.
        discard: Whether to end the chain without a plan.
        time_limit: Time limit in seconds; None for the usual one.
        seed: Seed of random choices.
        workers: Threads, 0 for as many as there are cores.
    """

    plan: Path
    scenario: Path | None
    name: str
    pin: tuple[str, ...]
    exclude: tuple[str, ...]
    freeze: tuple[str, ...]
    since: str
    at_most: tuple[str, ...]
    drop: tuple[str, ...]
    keep: tuple[str, ...]
    undo: bool
    accept: Path | None
    discard: bool
    time_limit: float | None
    seed: int
    workers: int

    @property
    def has_step(self) -> bool:
        """Whether the call asks for anything."""
        return any((self.pin, self.exclude, self.freeze, self.since, self.at_most))


@declare(
    "try",
    zh="试算：在方案上逐步试改，可去掉、撤销，满意再采纳",
    en="Try changes on a plan step by step; drop or undo them; accept what is good.",
)
@plan_argument
@scenario_option
@option("--name", default="", metavar="NAME", zh="这一步的名称", en="name of this step")
@option(
    "--pin",
    multiple=True,
    metavar="ITEM=SLOT[/ROLE][@PERIOD]",
    zh="指定位置，可重复",
    en="settle a place; repeatable",
)
@option(
    "--exclude",
    multiple=True,
    metavar="ITEM[=SLOT[/ROLE]][@PERIOD]",
    zh="排除：不在此处或任何处，可重复",
    en="keep out of a slot, or of all; repeatable",
)
@option(
    "--freeze",
    multiple=True,
    metavar="WHAT[@PERIODS]",
    zh="照原方案不变：层、人员、单位、去处、周期或条件，可重复",
    en="what stays as in the plan: a layer, a person, a unit, a slot, periods or a condition; repeatable",
)
@option("--since", default="", metavar="DATE", zh="此日之前的完全不变", en="what ended before this day stays")
@option(
    "--at-most",
    multiple=True,
    metavar="moves=K",
    zh="至多变动 K 个席位，其中求最好的",
    en="the best plan in which at most K seats change hands",
)
@option("--drop", multiple=True, metavar="STEP", zh="去掉一步（名称或序号）", en="leave a step out")
@option("--keep", multiple=True, metavar="STEP", zh="恢复去掉的一步", en="take a dropped step in again")
@flag("--undo", zh="撤销上一次操作", en="undo the last action")
@option("--accept", type=FILE, metavar="FILE", zh="采纳：写入此文件", en="write the plan here, and end")
@flag("--discard", zh="放弃试算，原方案不动", en="end without a plan; the plan stays as it is")
@option(
    "--time-limit",
    type=FiniteRange(min=0.1, max=10**6),
    metavar="N",
    zh="时限（秒），默认 20；写明时未证明的重新求解",
    en="time limit in seconds, 20 by default; given, what is not proved is solved again",
)
@seed_option
@workers_option(zh="线程数，0 为核数；1 则可重现", en="threads, 0 for all cores; 1 repeats")
def command(output: Output, **given: Any) -> int:
    """Change the chain of a plan as asked, solve it, and say what its plan costs and changes."""
    call = TryCall(**given)
    _check(call)
    if call.discard:
        api.discard_trial(call.plan)
        output.data({"plan": call.plan.name, "discarded": True})
        said = Text(zh="已放弃试算；原方案未动", en="discarded; the plan is as it was")
        output.report([said(output.language)])
        return FINE
    api.check_writable(call.accept)
    trial = _changed(api.open_trial(call.plan, scenario=call.scenario), call)
    if not trial.chain.active and call.accept is None:
        return _judged(trial, output)
    stop = api.StopRequest()
    trial = _solved(trial, call, output, stop)
    status = _report(trial, call, output, is_stopped=stop.is_requested)
    return INTERRUPTED if stop.reason == "asked" else status


def _check(call: TryCall) -> None:
    """Refuse options that do not go together."""
    changes = call.has_step or bool(call.drop or call.keep)
    faults = []
    if call.name and not call.has_step:
        message = Text(
            zh="须写明这一步要求什么", en="needs what the step asks for: --pin, --exclude, --freeze ..."
        )
        faults.append(Fault(message, column="--name", found=call.name))
    if call.undo and changes:
        message = Text(zh="不能与其他改动同用", en="does not go with other changes")
        faults.append(Fault(message, column="--undo"))
    if call.discard and (changes or call.undo or call.accept):
        message = Text(zh="不能与其他操作同用", en="does not go with anything else")
        faults.append(Fault(message, column="--discard"))
    if faults:
        raise InputError(faults)


def _changed(trial: api.Trial, call: TryCall) -> api.Trial:
    """Return the trial with the changes of the call, written down before any search."""
    chain = trial.chain.undone() if call.undo else trial.chain
    chain = chain.with_dropped(call.drop, "--drop", dropped=True)
    chain = chain.with_dropped(call.keep, "--keep", dropped=False)
    if call.has_step:
        name = call.name.strip() or chain.free_name()
        asked = {field: getattr(call, field) for field in ("pin", "exclude", "freeze", "since", "at_most")}
        chain = chain.with_step(api.TrialStep(name=name[:200], **asked))
    changed = replace(trial, chain=chain)
    if call.has_step:
        changed.bound()  # names that the scenario does not have are refused before the step is written
    if chain is not trial.chain:
        api.save_trial(changed)
    return changed


def _solved(trial: api.Trial, call: TryCall, output: Output, stop: api.StopRequest) -> api.Trial:
    """Return the trial with an answer; what is known already is solved again only for a proof."""
    known = trial.answer
    if known is not None and (call.time_limit is None or known.status != "feasible"):
        return trial
    titles = {0: Text(zh="变动", en="changes"), **trial.policy.context.scenario.spec.levels}
    with stop_on_signal(stop), live_progress(titles, output.language) as live:
        return api.solve_trial(
            trial,
            seconds=call.time_limit or SECONDS,
            seed=call.seed,
            workers=call.workers,
            observer=api.ObserverGroup(stop, live),
        )


def _judged(trial: api.Trial, output: Output) -> int:
    """Judge the plan itself: there is no step."""
    verdict = api.verify(trial.policy, trial.base, file=trial.file.name)
    found = judgement_view(trial.policy, verdict.judgement, verdict.disagreements, differs=verdict.differs)
    view = trial_view(trial.policy, trial.file.name, trial.chain, trial.base, trial.base, None)
    output.data({**to_json(view), "judgement": to_json(found)})
    output.report(render_steps(view, output.language))
    output.report(render_judgement(found, output.language))
    return FINE if verdict.holds else NO


def _report(trial: api.Trial, call: TryCall, output: Output, *, is_stopped: bool) -> int:
    """Print the chain and its answer, write the plan if it is accepted, and return the exit status."""
    answer = trial.answer
    assert answer is not None
    bound = trial.bound()
    is_hopeless = answer.status == "infeasible" and not is_stopped
    reasons = api.explain(bound, seconds=call.time_limit or SECONDS) if is_hopeless else None
    if call.accept is not None:
        api.accept_trial(trial, call.accept)
    view = trial_view(trial.policy, trial.file.name, trial.chain, trial.base, answer, trial.answer_before)
    said: dict[str, Any] = {**to_json(view), "accepted": None if call.accept is None else str(call.accept)}
    said["answer"] = answer.model_dump(mode="json")
    if reasons is not None:
        said["reasons"] = infeasibility_data(bound, reasons)
    output.data(said)

    def lines() -> Iterator[RenderableType]:
        language = output.language
        shown = view_with_names(bound, answer)
        yield from render_steps(view, language)
        yield heading_line(shown, language)
        if reasons is not None:
            yield from render_infeasibility(bound, reasons, language)
        yield from render_plan_diff(bound, answer, language)
        yield from render_against(view, language)
        yield from render_score(shown, language, all_rules=False)
        if line := run_line(answer.run, language):
            yield line
        if call.accept is None:
            yield from render_next(view, language)
        else:
            out = printable(str(call.accept))
            yield pick(language, f"已采纳，方案写入 {out}", f"accepted: written to {out}")

    output.report(lines())
    return FINE if answer.is_found else NO
