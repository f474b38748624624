"""``allocator schema``: prints a JSON Schema, for editors."""

from __future__ import annotations

import click

from allocator.cli.failures import FINE
from allocator.cli.options import argument
from allocator.cli.options import command as declare
from allocator.cli.output import Output, print_json
from allocator.report.json_schemas import SCHEMAS


@declare(
    "schema",
    zh="输出 JSON Schema，供编辑器使用",
    en="JSON Schema of scenarios, rule packs or plans, for editors.",
)
@argument(
    "of",
    type=click.Choice(["scenario", "rules", "plan"]),
    metavar="scenario|rules|plan",
    zh="哪一种文件",
    en="of which kind of file",
)
def command(output: Output, of: str) -> int:
    """Print a schema; it is JSON in any case and has no language."""
    print_json(SCHEMAS[of]())
    return FINE
