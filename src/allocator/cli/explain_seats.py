"""``allocator explain --item X --slot Y``: why here, why not there, and who could have a seat."""

from __future__ import annotations

import sys
from typing import Any

from allocator import api
from allocator.cli.explain_call import ExplainCall, ExplainedPlan
from allocator.cli.output import FINE, INTERRUPTED, NO, Output
from allocator.cli.solve_session import stop_on_signal
from allocator.model.text import Text
from allocator.report.alternative_view import alternative_view
from allocator.report.candidate_view import ranking_view
from allocator.report.json_schemas import to_json
from allocator.report.rendering.alternative_text import price_text, render_why_here, render_why_not
from allocator.report.rendering.candidate_text import render_ranking
from allocator.report.rendering.console import pick, printable
from allocator.report.seat_reasons_view import seat_reasons_view
from allocator.report.wording import status_text

_NOTHING = Text(zh="文件中没有方案，只有这一答复", en="the file holds no plan, only this answer")


def explain_seats(call: ExplainCall, read: ExplainedPlan, output: Output) -> int:
    """Answer a call about an item, a seat, or both."""
    if not read.plan.is_found and not read.plan.assignments:
        output.data({"seat": None, "status": read.plan.status})
        said = f"{status_text(read.plan)(output.language)} · {_NOTHING(output.language)}"
        output.report([printable(said)])
        return NO
    stop = api.StopRequest()
    with stop_on_signal(stop):
        if not call.item:
            _candidates(call, read, output, stop)
        elif call.slot and not _is_there(call, read):
            _why_not(call, read, output, stop)
        else:
            _why_here(call, read, output, stop)
    return INTERRUPTED if stop.stop_reason() is not None else FINE


def _is_there(call: ExplainCall, read: ExplainedPlan) -> bool:
    return api.has_seat(
        read.bound, read.plan, call.item, call.slot, role=call.role, period=call.period, layer=call.layer
    )


def _settings(call: ExplainCall, read: ExplainedPlan, stop: api.StopRequest) -> dict[str, Any]:
    return {
        "role": call.role,
        "period": call.period,
        "layer": call.layer,
        "seconds": call.time_limit,
        "workers": call.workers,
        "observer": stop,
        "file": read.file.name,
    }


def _why_not(call: ExplainCall, read: ExplainedPlan, output: Output, stop: api.StopRequest) -> None:
    found = api.why_not(
        read.policy,
        read.plan,
        call.item,
        call.slot,
        on_first=lambda first: _show_first(read, first, output),
        **_settings(call, read, stop),
    )
    view = alternative_view(read.bound, found)
    output.data({"differs": to_json(read.differs), "why_not": to_json(view)})
    read.warn(output)
    output.report(render_why_not(view, output.language, every=call.every))


def _why_here(call: ExplainCall, read: ExplainedPlan, output: Output, stop: api.StopRequest) -> None:
    found = api.why_here(
        read.policy,
        read.plan,
        call.item,
        slot=call.slot,
        on_first=lambda first: _show_first(read, first, output),
        **_settings(call, read, stop),
    )
    views = [seat_reasons_view(read.bound, read.plan, one) for one in found]
    output.data({"differs": to_json(read.differs), "why_here": to_json(views)})
    read.warn(output)
    if not views:
        output.report([pick(output.language, "此人没有所问的席位", "has no seat of those asked about")])
    for number, view in enumerate(views):
        output.report([""] if number else [])
        output.report(render_why_here(view, output.language, every=call.every))


def _show_first(read: ExplainedPlan, first: api.Alternative, output: Output) -> None:
    """Show the first plan on a terminal, while its price is being proved."""
    if first.has_plan and first.standing != "proved" and sys.stderr.isatty():
        price = price_text(alternative_view(read.bound, first), output.language)
        output.remark(
            Text(zh=f"已有方案：{price}；正在证明……", en=f"a plan was found: {price}; being proved ...")
        )


def _candidates(call: ExplainCall, read: ExplainedPlan, output: Output, stop: api.StopRequest) -> None:
    found = api.seat_chains(read.policy, read.plan, call.slot, **_settings(call, read, stop))
    view = ranking_view(read.bound, found.ranking, found.chains)
    output.data({**to_json(view), "differs": to_json(read.differs)})
    read.warn(output)
    output.report(render_ranking(view, output.language, every=call.every))
