"""``allocator schema``: JSON Schema, for editors."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from allocator.cli.failures import FINE
from allocator.cli.language import both
from allocator.cli.options import AsJson, Lang
from allocator.cli.output import print_json
from allocator.report.schema import SCHEMAS

HELP = both("输出 JSON Schema，供编辑器使用", "JSON Schema of scenarios, rule packs or plans, for editors.")


def command(
    of: Annotated[
        Literal["scenario", "rules", "plan"],
        typer.Argument(metavar="scenario|rules|plan", help=both("哪一种文件", "of which kind of file")),
    ],
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Print a schema; it is JSON in any case and has no language."""
    print_json(SCHEMAS[of]())
    return FINE
