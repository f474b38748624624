"""Sets of plans in commands: the trade-off of ``solve``, and what ``show`` and ``export`` take out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocator import api
from allocator.cli.output import FINE, INTERRUPTED, NO, WRONG, Output, call_name, quoted, write_json
from allocator.cli.plan_files import refuse_other_version
from allocator.cli.solve_session import live_progress, stop_on_signal
from allocator.cli.store_options import is_store_typed
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.tradeoff_text import render_tradeoff
from allocator.report.tradeoff_view import TradeoffView, tradeoff_view

#: The options of ``solve`` that a trade-off does not honour, by the name of the parameter.
_REFUSED: Mapping[str, str] = {
    "window": "--window",
    "resume": "--resume",
    "confirm": "--confirm",
    "fewest": "--fewest-changes/--free-changes",
}


def check_trade(call: Mapping[str, Any]) -> None:
    """Refuse the options of ``solve`` that do not go with a trade-off.

    Raises:
        InputError: With every such option.
    """
    if call["trade"] is None:
        return
    message = Text(zh="不能与 --trade 同用", en="does not go with --trade")
    faults = [
        Fault(message, column=option) for name, option in _REFUSED.items() if call[name] not in (None, False)
    ]
    if call["store"] and is_store_typed():
        note = Text(
            zh="不存方案集；请以 allocator show 取出一个方案，再送审",
            en="a set is not kept; take a plan out of it by `allocator show`, and submit that",
        )
        faults.append(Fault(note, column="--store"))
    if faults:
        raise InputError(faults)


def trade(policy: api.Policy, call: Mapping[str, Any], titles: Mapping[int, Text], output: Output) -> int:
    """Search a set of plans, write it, and report it.

    Args:
        policy: The bound policy.
        call: The options of ``solve``.
        titles: The title of each level, for the line of progress.
        output: The output.
    """
    stop, out = api.StopRequest(), call["out"]
    with stop_on_signal(stop), live_progress(titles, output.language) as live:
        found = api.trade_off(
            policy,
            call["trade"],
            at_most=call["at_most"],
            seconds=call["time_limit"],
            seed=call["seed"],
            workers=call["workers"],
            memory=call["memory"],
            observer=api.ObserverGroup(stop, live),
        )
    fault = None
    if out is not None:
        try:
            api.write_tradeoff(found, out)
        except InputError as error:  # it took its time to find: the set is printed at least
            [fault] = error.faults
            output.eprint(fault)
            if not output.as_json:
                write_json(api.tradeoff_text(found))
    if output.as_json:
        write_json(api.tradeoff_text(found))
    output.report(render_tradeoff(tradeoff_view(found, policy.context.scenario), output.language))
    if out is not None and fault is None:
        wrote = pick(output.language, f"方案集已写入 {out}", f"set written to {out}")
        command = f"{call_name()} show {quoted(str(out))} --point 1"
        more = pick(output.language, f"；看其中一个：{command}", f"; to see one plan: {command}")
        output.report([printable(wrote + (more if found.points else ""))])
    if fault is not None:
        return WRONG
    if stop.reason == "asked":
        return INTERRUPTED
    return FINE if found.points else NO


def refuse_for_set(options: Mapping[str, object]) -> None:
    """Refuse options that a whole set does not honour.

    Args:
        options: The value of each option, by its name.

    Raises:
        InputError: With every option that was given.
    """
    message = Text(
        zh="须与 --point 或 --at-most 同用", en="needs --point or --at-most, for one plan of the set"
    )
    faults = [Fault(message, column=name) for name, value in options.items() if value]
    if faults:
        raise InputError(faults)


def show_set(file: Path, scenario: Path | None, output: Output, *, strict: bool) -> int:
    """Lay out a set of plans, and say which of its claims are not so."""
    found, view = _laid_out(file, scenario, strict=strict)
    output.data(view)
    output.report(render_tradeoff(view, output.language))
    return FINE if found.points else NO


def export_set(file: Path, to: Path, scenario: Path | None, output: Output, *, strict: bool) -> int:
    """Write the picture of a set; one with false claims is refused, since a picture has no room for them."""
    found, view = _laid_out(file, scenario, strict=strict)
    wrong = [
        Fault(line.doubt, file.name, column=f"points.{line.number - 1}") for line in view.lines if line.doubt
    ]
    if wrong:
        raise InputError(wrong)
    if view.differs:
        zh, en = f"警告：{view.differs.zh}", f"warning: {view.differs.en}"
        output.remark(Text(zh=printable(zh), en=printable(en)))
    made = api.export_tradeoff(found, to, policy=_policy_of(found, file, scenario), language=output.language)
    output.data({"file": str(to), "format": made.format, "bytes": made.size})
    output.report([printable(pick(output.language, f"已写入 {to}", f"written to {to}"))])
    return FINE


def _laid_out(file: Path, scenario: Path | None, *, strict: bool) -> tuple[api.TradeoffSet, TradeoffView]:
    """Return a set, and the same laid out, its plans judged if the scenario is at hand.

    Raises:
        InputError: With ``strict`` if the scenario is not at hand or is another version.
    """
    found = api.read_tradeoff(file)
    policy = _policy_of(found, file, scenario)
    doubts: Mapping[int, Text] = {}
    differs = None
    if found.points:
        plan = found.points[0].plan
        other = api.OtherVersion(is_told=False) if policy is None else api.other_version(policy, plan)
        if strict:
            refuse_other_version(other, file)
        if policy is not None:
            differs = None if other is None else other.message
            doubts = api.tradeoff_disagreements(policy, found, file=file.name) if other is None else {}
    return found, tradeoff_view(found, None if policy is None else policy.context.scenario, doubts, differs)


def _policy_of(found: api.TradeoffSet, file: Path, scenario: Path | None) -> api.Policy | None:
    """Return the policy of a set's scenario; None where that is not at hand."""
    if scenario is not None:
        return api.bind(api.load(scenario))
    return api.find_policy(found.points[0].plan, file).policy if found.points else None


def plan_of(file: Path, point: int | None, at_most: tuple[str, ...], output: Output) -> api.Plan:
    """Return the plan of a file: the only one, or the chosen one of a set.

    Raises:
        InputError: The file is no plan, a plan is chosen from what is no set, or there is no such plan.
    """
    if not api.is_tradeoff(file):
        if point is not None or at_most:
            message = Text(zh="只用于权衡方案集", en="is for sets of plans only (solve --trade)")
            raise InputError([Fault(message, column="--at-most" if point is None else "--point")])
        return api.read_plan(file)
    found = api.read_tradeoff(file)
    chosen = api.find_point(found, point, at_most)
    parts = [
        f"{one.title(output.language) or one.id} {cost:,}"
        for one, cost in zip(found.criteria, found.points[chosen].costs, strict=True)
    ]
    number, total = chosen + 1, len(found.points)
    listed = "，".join(parts) if output.language == "zh" else ", ".join(parts)
    zh, en = (
        f"集中 {total} 个方案的第 {number} 个：{listed}",
        f"plan {number} of {total} in the set: {listed}",
    )
    output.remark(Text(zh=printable(zh), en=printable(en)))
    return found.points[chosen].plan
