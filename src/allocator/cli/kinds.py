"""``allocator kinds``: the rule kinds, their fields, meaning and examples."""

from __future__ import annotations

from allocator import api
from allocator.cli.failures import FINE
from allocator.cli.options import argument
from allocator.cli.options import command as declare
from allocator.cli.output import Output
from allocator.errors import Fault, InputError, nearest
from allocator.model.text import Text
from allocator.report.rendering.scenario_text import render_rule_kind, rule_kinds_table
from allocator.report.rule_kind_view import rule_kind_view


@declare("kinds", zh="规则种类：字段、含义、示例", en="The rule kinds: fields, meaning, examples.")
@argument("kind", required=False, default="", metavar="[KIND]", zh="规则种类", en="a rule kind")
def command(output: Output, kind: str) -> int:
    """List all kinds, or say what there is to know of one."""
    known = api.rule_kinds()
    if not kind:
        views = [rule_kind_view(one) for one in known.values()]
        output.data(views)
        output.report([rule_kinds_table(views, output.language)])
        return FINE
    if kind not in known:
        raise InputError([_unknown(kind, list(known))])
    view = rule_kind_view(known[kind])
    output.data(view)
    output.report(render_rule_kind(view, output.language))
    return FINE


def _unknown(kind: str, known: list[str]) -> Fault:
    message = Text(zh="没有此规则种类", en="there is no such rule kind")
    return Fault(message, found=kind[:100], allowed=", ".join(known), nearest=nearest(kind, known))
