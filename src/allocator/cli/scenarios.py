"""``allocator scenarios``: lists the scenarios that come with the program, for ``allocator new --like``."""

from __future__ import annotations

from allocator import api
from allocator.cli.call_name import call_name
from allocator.cli.failures import FINE
from allocator.cli.options import command as declare
from allocator.cli.output import Output
from allocator.report.rendering.console import pick
from allocator.report.rendering.scenario_text import scenarios_table
from allocator.report.scenario_summary import scenario_line


@declare(
    "scenarios", zh="列出随程序提供的示例场景", en="The scenarios that come with the program, to copy from."
)
def command(output: Output) -> int:
    """List the scenarios that come with the program, with what each decides and how large it is."""
    places = api.bundled_scenarios()
    lines = [scenario_line(name, api.bind(api.load(place))) for name, place in places.items()]
    output.data(lines)
    output.report([scenarios_table(lines, output.language)] if lines else [])
    name = pick(output.language, "我的方案", "mine")
    to_copy = pick(output.language, "复制一个：", "to copy one: ")
    nothing = pick(output.language, "安装时未带示例场景", "this installation comes without scenarios")
    example = f"{to_copy}{call_name()} new {name} --like {next(iter(places), '')}"
    output.report([example if lines else nothing])
    return FINE
