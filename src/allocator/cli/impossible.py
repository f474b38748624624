"""``allocator explain SCENARIO`` without a plan: is it possible at all, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from allocator import api
from allocator.cli.output import FINE, INTERRUPTED, NO, Output
from allocator.cli.solve_session import live_progress, stop_on_signal
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.impossible_view import impossible_view
from allocator.report.json_schemas import to_json
from allocator.report.remedies_view import remedies_view
from allocator.report.rendering.impossible_text import render_impossible, render_supply
from allocator.report.rendering.remedies_text import render_remedies
from allocator.report.supply_sentences import supply_sentences

#: Seconds that the search for ways out has at least, however long the conflicts took.
LEAST_SECONDS = 5.0


def explain_scenario(
    policy: api.Policy, output: Output, *, seconds: float, opened: Sequence[int], every: bool
) -> int:
    """Say what counting shows, then whether there is a plan; if there is none, the conflicts and ways out."""
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
    output.report(render_impossible(view, output.language, opened=opened, every=every))
    if diagnosis.status == "impossible" and stop.reason is None:
        left = max(LEAST_SECONDS, seconds - diagnosis.seconds)
        with stop_on_signal(stop):
            found = api.remedies(policy, seconds=left, diagnosis=diagnosis, observer=stop)
        ways = remedies_view(policy, found)
        view = replace(view, remedies=ways)
        output.report(render_remedies(ways, output.language))
    output.data(to_json(view))
    if stop.reason == "asked":
        return INTERRUPTED
    return FINE if view.status == "possible" else NO
