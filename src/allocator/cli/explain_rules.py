"""``allocator explain --rules``: what rules cost in a plan, and what would be gained without them."""

from __future__ import annotations

from allocator import api
from allocator.cli.explain_call import ExplainCall, ExplainedPlan
from allocator.cli.output import FINE, INTERRUPTED, Output
from allocator.cli.solve_session import stop_on_signal
from allocator.report.json_schemas import to_json
from allocator.report.rendering.rule_prices_text import render_rule_prices
from allocator.report.rule_prices_view import rule_prices_view


def explain_rules(call: ExplainCall, read: ExplainedPlan, output: Output) -> int:
    """Price rules, and print what each costs in the plan."""
    rules = api.priced_rules(read.policy, call.rule, soft=call.rules)
    stop = api.StopRequest()
    with stop_on_signal(stop):
        prices = api.rule_prices(
            read.policy,
            read.plan,
            rules,
            seconds=call.time_limit,
            workers=call.workers,
            observer=stop,
            file=read.file.name,
        )
    view = rule_prices_view(read.policy, prices, seconds=call.time_limit, asked=len(rules))
    output.data({**to_json(view), "differs": to_json(read.differs)})
    read.warn(output)
    output.report(render_rule_prices(view, output.language, every=call.every))
    return INTERRUPTED if view.missing else FINE
