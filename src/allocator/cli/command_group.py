"""The program ``allocator``: its commands, each loaded when it is called, and its help."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

import click

import allocator
from allocator.cli.options import CommandOption, lang_option, localise
from allocator.cli.output import call_name
from allocator.messages import click as words
from allocator.model.text import Language, Text

#: Width of help without a terminal, and the greatest width of the first column of its lists, in cells.
WIDTH, FIRST_COLUMN = 120, 34


def _scenarios() -> click.Command:
    from allocator.cli.provided import scenarios

    return scenarios


def _new() -> click.Command:
    from allocator.cli.provided import new

    return new


def _import() -> click.Command:
    from allocator.cli.import_ import command

    return command


def _check() -> click.Command:
    from allocator.cli.check import command

    return command


def _solve() -> click.Command:
    from allocator.cli.solve import command

    return command


def _show() -> click.Command:
    from allocator.cli.plans import show

    return show


def _verify() -> click.Command:
    from allocator.cli.plans import verify

    return verify


def _export() -> click.Command:
    from allocator.cli.export import command

    return command


def _explain() -> click.Command:
    from allocator.cli.explain import command

    return command


def _compare() -> click.Command:
    from allocator.cli.compare import command

    return command


def _try() -> click.Command:
    from allocator.cli.try_ import command

    return command


def _stress() -> click.Command:
    from allocator.cli.stress import command

    return command


def _study() -> click.Command:
    from allocator.cli.study import command

    return command


def _study_report() -> click.Command:
    from allocator.cli.study import report

    return report


def _draw() -> click.Command:
    from allocator.cli.draw import command

    return command


def _history() -> click.Command:
    from allocator.cli.kept_plans import history

    return history


def _log() -> click.Command:
    from allocator.cli.kept_plans import log

    return log


def _diff() -> click.Command:
    from allocator.cli.kept_plans import diff

    return diff


def _restore() -> click.Command:
    from allocator.cli.kept_plans import restore

    return restore


def _publish(step: str) -> Callable[[], click.Command]:
    def load() -> click.Command:
        from allocator.cli import publishing

        found: click.Command = getattr(publishing, step)
        return found

    return load


def _audit(what: str) -> Callable[[], click.Command]:
    def load() -> click.Command:
        from allocator.cli import store_audit

        found: click.Command = getattr(store_audit, what)
        return found

    return load


def _kinds() -> click.Command:
    from allocator.cli.provided import kinds

    return kinds


def _rules() -> click.Command:
    from allocator.cli.rules import command

    return command


def _schema() -> click.Command:
    from allocator.cli.provided import schema

    return schema


#: The loader of each command: a check does not load the libraries of a solver or a report.
COMMANDS: Mapping[str, Callable[[], click.Command]] = {
    "scenarios": _scenarios,
    "new": _new,
    "import": _import,
    "check": _check,
    "solve": _solve,
    "show": _show,
    "verify": _verify,
    "export": _export,
    "explain": _explain,
    "compare": _compare,
    "try": _try,
    "stress": _stress,
    "study": _study,
    "study report": _study_report,
    "draw": _draw,
    "history": _history,
    "log": _log,
    "diff": _diff,
    "publish submit": _publish("submit"),
    "publish return": _publish("return_"),
    "publish approve": _publish("approve"),
    "publish": _publish("publish"),
    "publish void": _publish("void"),
    "restore": _restore,
    "audit verify": _audit("verify"),
    "audit export": _audit("export"),
    "audit backup": _audit("backup"),
    "audit restore": _audit("load"),
    "rules": _rules,
    "kinds": _kinds,
    "schema": _schema,
}


class HelpFormatter(click.HelpFormatter):
    """The layout of click's help, measured in cells of a terminal: a Chinese character takes two."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        usage = words.TRANSLATIONS.gettext("Usage:")
        blank = " " if usage.isascii() else ""
        self._write_rows([(f"{prefix or usage + blank}{prog} {args}",)], indent=0)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{heading}\n")

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        self._write_rows([(text,)], indent=self.current_indent)

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = FIRST_COLUMN, col_spacing: int = 2
    ) -> None:
        """Write names and, in a second column, their meanings; no text is cut off."""
        self._write_rows(list(rows), indent=self.current_indent, first_column=col_max)

    def _write_rows(
        self, rows: Sequence[tuple[str, ...]], *, indent: int, first_column: int | None = None
    ) -> None:
        from rich.console import Console
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text as Line

        grid = Table.grid(padding=(0, 2))
        for number, _ in enumerate(rows[0]):
            grid.add_column(max_width=first_column if number == 0 else None, overflow="fold")
        for row in rows:
            grid.add_row(*map(Line, row))
        console = Console(width=self.width, color_system=None, file=None, force_terminal=False)
        with console.capture() as captured:
            console.print(Padding(grid, (0, 0, 0, indent)))
        for line in captured.get().splitlines():
            self.write(f"{line.rstrip()}\n")


class Context(click.Context):
    """A call of the program or of a command."""

    formatter_class = HelpFormatter


class CommandGroup(click.Group):
    """The program of several commands."""

    context_class = Context

    def __init__(self) -> None:
        words.install()
        width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
        super().__init__(
            "allocator",
            callback=_print_help,
            params=[_version_option(), lang_option()],
            help=_HELP(words.LANGUAGE.get()),
            invoke_without_command=True,
            subcommand_metavar=words.COMMAND(words.LANGUAGE.get()),
            context_settings={"terminal_width": width},
        )
        localise(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which a planner uses them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None if there is none of this name."""
        load = COMMANDS.get(cmd_name)
        if load is None:
            return None
        command = load()
        command.context_class = Context
        localise(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called, of two words or one; an unknown one suggests the nearest."""
        if (both := " ".join(args[:2])) in COMMANDS:
            return both, self.get_command(ctx, both), args[2:]
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise _no_such_command(error.command_name, args[1:], ctx) from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands that lead from nothing to a first plan."""
        language = words.LANGUAGE.get()
        with formatter.section(Text(zh="由此入手", en="To begin")(language)):
            formatter.write_dl(_first_steps(language), col_max=formatter.width)


def _no_such_command(name: str, following: Sequence[str], ctx: click.Context) -> click.NoSuchCommand:
    """Return the error of an unknown command, with the nearest or with those that begin with its word."""
    begun = [one for one in COMMANDS if one.startswith(f"{name} ")]
    if not begun:
        return click.NoSuchCommand(name, possibilities=COMMANDS, ctx=ctx)
    called = " ".join((name, *following[:1]))
    told = words.TRANSLATIONS.gettext("No such command {name!r}.").format(name=called)
    offered = words.TRANSLATIONS.gettext("(Did you mean one of: {possibilities}?)")
    return click.NoSuchCommand(
        called, f"{told} {offered.format(possibilities=', '.join(map(repr, begun)))}", ctx=ctx
    )


_HELP = Text(
    zh="纪检监察力量统筹：划片、编组、轮换、办案，一次算清并有证明",
    en="Plans who serves where for supervision bodies, with proofs and reasons",
)


def _version_option() -> click.Option:
    return CommandOption(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_print_version,
        text=Text(zh="显示版本", en="show the version"),
    )


def _print_version(context: click.Context, parameter: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        sys.stdout.write(f"allocator {allocator.__version__}\n")
        context.exit()


@click.pass_context
def _print_help(context: click.Context) -> None:
    """Print the help of the program if no command is named."""
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")


def _first_steps(language: Language) -> list[tuple[str, str]]:
    """Return the commands that lead from nothing to a first plan, each with its effect."""
    program = call_name()
    mine, roster, plan, proposal = (
        text(language)
        for text in (
            Text(zh="我的方案.xlsx", en="mine.xlsx"),
            Text(zh="花名册.xlsx", en="roster.xlsx"),
            Text(zh="方案.json", en="plan.json"),
            Text(zh="方案.docx", en="plan.docx"),
        )
    )
    steps = (
        (f"import {roster} --into {mine}", Text(zh="花名册原样读入工作簿", en="a roster becomes a workbook")),
        ("scenarios", Text(zh="没有花名册，就看有哪些示例", en="or see which scenarios there are")),
        (
            f"new {mine} --excel --like neijiang-zones",
            Text(zh="复制一个，再换上自己的表", en="and copy one; put your tables in"),
        ),
        (f"check {mine}", Text(zh="填好后检查，直到通过", en="fill it in, and check it until all is well")),
        (f"solve {mine} -o {plan}", Text(zh="求解，限一分钟", en="solve it, within a minute")),
        (f"show {plan}", Text(zh="看方案", en="look at the plan")),
        (f"export {plan} --to {proposal}", Text(zh="导出建议方案", en="write it as a proposal")),
    )
    return [(f"{program} {step}", text(language)) for step, text in steps]
