"""``allocator explain SCENARIO`` without a plan: is it possible at all, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence

from allocator import api
from allocator.cli.output import FINE, INTERRUPTED, NO, Output
from allocator.cli.solve_session import live_progress, stop_on_signal
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.impossible_view import impossible_view
from allocator.report.json_schemas import to_json
from allocator.report.rendering.impossible_text import render_impossible, render_supply
from allocator.report.supply_sentences import supply_sentences


def explain_scenario(
    policy: api.Policy, output: Output, *, seconds: float, opened: Sequence[int], every: bool
) -> int:
    """Say what counting shows, then whether there is a plan, and the conflicts if there is none."""
    supply = supply_sentences(policy)
    output.report(render_supply(supply, output.language))
    stop = api.StopRequest()
    with stop_on_signal(stop), live_progress(policy.context.scenario.spec.levels, output.language) as live:
        diagnosis = api.diagnose(policy, seconds=seconds, observer=api.ObserverGroup(stop, live))
    view = impossible_view(policy, diagnosis, supply)
    if wrong := [number for number in opened if number > len(view.conflicts)]:
        message = Text(zh="没有这一处矛盾", en="there is no such conflict")
        allowed = f"1 - {len(view.conflicts)}" if view.conflicts else ""
        raise InputError([Fault(message, column="--open", found=str(wrong[0]), allowed=allowed)])
    output.data(to_json(view))
    output.report(render_impossible(view, output.language, opened=opened, every=every))
    if stop.reason == "asked":
        return INTERRUPTED
    return FINE if view.status == "possible" else NO
