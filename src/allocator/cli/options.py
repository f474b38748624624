"""Arguments and options of the commands, each with its help in both languages."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from allocator.cli.output import Output
from allocator.messages import click as words
from allocator.model.text import Text

#: A decorator that declares a parameter of a command.
Decorator = Callable[[Callable[..., int]], Callable[..., int]]


class CommandOption(click.Option):
    """An option with help in both languages."""

    def __init__(self, names: Sequence[str], *, text: Text, **settings: Any) -> None:
        super().__init__(names, help=text.en, **settings)
        self.text = text


class Argument(click.Argument):
    """An argument with help in both languages."""

    def __init__(self, names: Sequence[str], *, text: Text, **settings: Any) -> None:
        super().__init__(names, help=text.en, **settings)
        self.text = text


class Command(click.Command):
    """A command with help in both languages."""

    def __init__(self, name: str, *, text: Text, **settings: Any) -> None:
        super().__init__(name, **{**settings, "help": text.en})
        self.text = text


class FiniteRange(click.FloatRange):
    """A number within bounds; ``nan`` is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number that a word spells."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(words.not_a_number(value, self.name), param, ctx)
        return number


class FileName(click.Path):
    """A file or folder, which need not exist: the readers say why a file cannot be read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path that a word stands for; click looks for the file, which fails for some words."""
        try:
            os.fsencode(value)
        except UnicodeEncodeError:
            return Path(value)
        return super().convert(value, param, ctx)


def localise(command: click.Command) -> None:
    """Set the help of a command and of its parameters in the language of the call."""
    language = words.LANGUAGE.get()
    if isinstance(command, Command):
        command.help = command.short_help = command.text(language)
    command.options_metavar = words.OPTIONS(language)
    for parameter in command.params:
        if isinstance(parameter, (CommandOption, Argument)):
            parameter.help = parameter.text(language)
        if isinstance(parameter.type, (click.IntRange, click.FloatRange)):
            parameter.type.name = words.number_type(type(parameter.type).name)
    if shows_help := command.get_help_option(click.Context(command)):
        shows_help.help = words.TRANSLATIONS.gettext("Show this message and exit.")


def command(name: str, *, zh: str, en: str) -> Callable[[Callable[..., int]], Command]:
    """Make a function a command with ``--json`` and ``--lang``.

    The function is called with an ``Output`` and with its declared arguments and options; it returns the exit
    status.
    """

    def declare(function: Callable[..., int]) -> Command:
        @wraps(function)
        def run(as_json: bool, **given: Any) -> int:
            return function(Output(as_json=as_json), **given)

        made = click.command(name, cls=Command, text=Text(zh=zh, en=en))(run)
        made.params += [as_json_option(), lang_option()]
        return made

    return declare


def as_json_option() -> CommandOption:
    """Return ``--json``."""
    return CommandOption(["--json", "as_json"], is_flag=True, text=Text(zh="输出 JSON", en="print JSON"))


def lang_option() -> CommandOption:
    """Return ``--lang``; ``language_of`` has read its value before the call is parsed."""
    return CommandOption(
        ["--lang"],
        type=click.Choice(["zh", "en"]),
        metavar="zh|en",
        expose_value=False,
        text=Text(zh="语言，默认随系统", en="language, by default that of the locale"),
    )


def option(*names: str, zh: str, en: str, **settings: Any) -> Decorator:
    """Declare an option of a command, with its help in both languages."""
    settings.setdefault("show_default", settings.get("default") not in (None, ""))
    return click.option(*names, cls=CommandOption, text=Text(zh=zh, en=en), **settings)


def flag(*names: str, zh: str, en: str) -> Decorator:
    """Declare an option without a value."""
    return option(*names, zh=zh, en=en, is_flag=True)


def argument(name: str, *, zh: str, en: str, **settings: Any) -> Decorator:
    """Declare an argument of a command, with its help in both languages."""
    return click.argument(name, cls=Argument, text=Text(zh=zh, en=en), **settings)


FILE = FileName(path_type=Path)
scenario_argument = argument(
    "scenario", type=FILE, metavar="SCENARIO", zh="场景文件夹（或 .xlsx）", en="scenario folder (or .xlsx)"
)
plan_argument = argument("plan", type=FILE, metavar="PLAN", zh="方案文件", en="plan file")
scenario_option = option("--scenario", type=FILE, metavar="DIR", zh="场景文件夹", en="the scenario's folder")
seed_option = option(
    "--seed",
    type=click.IntRange(min=0, max=2**31 - 1),
    default=1,
    metavar="N",
    zh="随机种子",
    en="seed of random choices",
)
same_version_option = flag(
    "--strict", zh="拒绝为场景另一版本作出的方案", en="refuse a plan of another version of the scenario"
)

point_option = option(
    "--point",
    type=click.IntRange(min=1),
    metavar="N",
    zh="方案集：第几个方案",
    en="a set of plans: the number of a plan",
)
at_most_option = option(
    "--at-most",
    multiple=True,
    metavar="A=N",
    zh="方案集：准则不超过上限的第一个方案，如 moves=6，可重复",
    en="a set of plans: the first one within a limit, such as moves=6; repeatable",
)


def output_option(*, zh: str, en: str) -> Decorator:
    """Declare the option for the file of an answer."""
    return option("-o", "--output", "out", type=FILE, metavar="FILE", zh=zh, en=en)


def time_limit_option(default: float, *, zh: str, en: str) -> Decorator:
    """Declare the option for the time limit of a solve, in seconds."""
    return option(
        "--time-limit", type=FiniteRange(min=0.1, max=10**6), default=default, metavar="N", zh=zh, en=en
    )


def workers_option(*, zh: str, en: str) -> Decorator:
    """Declare the option for the number of threads of a solve."""
    return option("--workers", type=click.IntRange(min=0, max=1024), default=0, metavar="N", zh=zh, en=en)
