"""``allocator new``: writes a commented starter, or a copy of a scenario that comes with the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allocator import api
from allocator.cli.call_name import call_name, quoted
from allocator.cli.failures import FINE
from allocator.cli.options import FILE, argument, option
from allocator.cli.options import command as declare
from allocator.cli.output import Output
from allocator.model.text import Language
from allocator.report.rendering.console import pick, printable

#: The plan file in the commands that the report suggests.
FIRST_PLAN = "plan.json"


@declare(
    "new",
    zh="新建场景：带注释的入门场景，或复制一个示例",
    en="Write a commented starter scenario, or a copy of one that comes with the program.",
)
@argument("name", type=FILE, metavar="NAME", zh="新文件夹", en="the new folder")
@option(
    "--like",
    default="",
    metavar="SCENARIO",
    zh="复制此示例及其规则（见 scenarios）",
    en="copy this scenario with its rules (see scenarios)",
)
def command(output: Output, name: Path, like: str) -> int:
    """Write a scenario with its rules into a new folder; the last part of the name is the scenario's."""
    files = api.create_scenario(name, like)
    output.data({"folder": str(name), "files": files})
    output.report(map(printable, _report(name, files, output.language)))
    return FINE


def _report(folder: Path, names: list[str], language: Language) -> Iterator[str]:
    """Yield the files written, and the next commands."""
    yield pick(language, f"已写入 {folder}：", f"written to {folder}: ") + ", ".join(names)
    program, place, plan = call_name(), quoted(str(folder)), quoted(str(folder / FIRST_PLAN))
    yield f"{program} check {place}"
    yield f"{program} solve {place} -o {plan}"
    yield f"{program} show {plan}"
