"""What a command can be called with, in the language of the call and with nothing left out.

The library for command lines has its headings in English alone and cuts off Chinese that fills a column.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Line
from typer.core import TyperCommand, TyperGroup

from allocator.cli.callname import call_name
from allocator.cli.language import SPOKEN
from allocator.model.text import Language
from allocator.report.rendering.console import WIDTH, console_for, pick

#: The widest first column, in cells: a longer name has a line to itself.
WIDEST = 34


class Command(TyperCommand):
    """A command that says how it is called."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of this command."""
        formatter.write(help_of(self, ctx))


class Group(TyperGroup):
    """A program of several commands that says which there are."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the program."""
        formatter.write(help_of(self, ctx))


def help_of(command: Any, context: Any) -> str:
    """Return how a command is called: usage, what it does, its arguments, options and commands."""
    language, written = SPOKEN.get() or "en", io.StringIO()
    console = console_for(written)
    console.width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    parameters = command.get_params(context)
    arguments = [one for one in parameters if one.param_type_name == "argument"]
    options = [one for one in parameters if one.param_type_name == "option"]
    commands = getattr(command, "commands", {})
    words = [context.command_path, *([pick(language, "命令", "COMMAND")] if commands else [])]
    words += [*(one.metavar for one in arguments), pick(language, "[选项]", "[OPTIONS]")]
    console.print(Line(f"{pick(language, '用法：', 'Usage: ')}{' '.join(words)}"))
    console.print(Padding(Line(command.help), (1, 2)))
    sections = [
        (pick(language, "参数", "Arguments"), [(one.metavar, _told(one, language)) for one in arguments]),
        (pick(language, "选项", "Options"), [(_named(one), _told(one, language)) for one in options]),
        (pick(language, "命令", "Commands"), [(name, one.help) for name, one in commands.items()]),
    ]
    for title, rows in sections:
        if rows:
            _print_section(console, title, rows)
    if commands:
        _print_section(console, pick(language, "由此入手", "To begin"), _first_steps(language), None)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def _first_steps(language: Language) -> list[tuple[str, str]]:
    """Return the commands from no scenario to a plan of one's own, and what each does."""
    program, mine = call_name(), pick(language, "我的方案", "mine")
    plan = f"{mine}/plan.json"
    steps = (
        ("scenarios", "看有哪些示例", "see which scenarios there are"),
        (f"new {mine} --like neijiang-zones", "复制一个，再换上自己的表", "copy one; put your tables in"),
        (f"check {mine}", "检查，直到通过", "check it until all is well"),
        (f"solve {mine} -o {plan}", "求解，限一分钟", "solve it, within a minute"),
        (f"show {plan}", "看方案", "look at the plan"),
        (
            f"export {plan} --to {mine}/{pick(language, '方案', 'plan')}.csv",
            "导出表格",
            "write it as a table",
        ),
    )
    return [(f"{program} {step}", pick(language, zh, en)) for step, zh, en in steps]


def _print_section(
    console: Console, title: str, rows: Iterable[tuple[str, str]], widest: int | None = WIDEST
) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(max_width=widest, overflow="fold")
    grid.add_column(overflow="fold")
    for name, told in rows:
        grid.add_row(Line(name), Line(told))
    console.print(Line(title))
    console.print(Padding(grid, (0, 2, 1, 2)))


def _named(option: Any) -> str:
    """Return an option's names and what stands for its value."""
    names = ", ".join((*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    value = option.metavar or (option.type_descriptor.is_choice and option.display_type(None).strip("<>"))
    return f"{names} {value or 'N'}"


def _told(parameter: Any, language: Language) -> str:
    """Return what a parameter is for, what it may be and what it is if nobody says."""
    least, most = parameter.min, parameter.max
    notes = []
    if least is not None and most is not None:
        notes.append(pick(language, f"{least} 至 {most}", f"{least} to {most}"))
    elif least is not None:
        notes.append(pick(language, f"至少 {least}", f"at least {least}"))
    if parameter.param_type_name == "option" and parameter.required:
        notes.append(pick(language, "必填", "required"))
    if parameter.default not in (None, "", False):
        notes.append(pick(language, f"默认 {parameter.default}", f"default {parameter.default}"))
    apart = pick(language, "，", ", ")
    shown = pick(language, f"（{apart.join(notes)}）", f" ({apart.join(notes)})") if notes else ""
    return f"{parameter.help or ''}{shown}"
