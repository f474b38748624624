"""``allocator rules``: prints the rules of a scenario as sentences."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.cli.options import command as declare
from allocator.cli.options import scenario_argument
from allocator.cli.output import FINE, Output
from allocator.report.rendering.rules_text import render_rules
from allocator.report.rules_view import rules_view


@declare("rules", zh="以句子列出场景的规则", en="The rules of a scenario as sentences.")
@scenario_argument
def command(output: Output, scenario: Path) -> int:
    """Print every rule as a numbered sentence, by pack and level, with its reason and its exceptions."""
    packs = rules_view(api.bind(api.load(scenario)))
    output.data(packs)
    output.report(render_rules(packs, output.language))
    return FINE
