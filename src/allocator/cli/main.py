"""Runs one command, and turns every error in it into a message and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import cast

import click
from click.shell_completion import shell_complete

from allocator.cli import output
from allocator.cli.command_group import CommandGroup
from allocator.errors import Fault, InputError
from allocator.messages.click import speaking, usage_text
from allocator.model.text import Language

#: The environment variable by which a shell requests completions.
COMPLETE = "_ALLOCATOR_COMPLETE"


def main() -> None:
    """Run the program and exit with its status."""
    output.prepare()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: The command line without the program's name.
    """
    language = language_of(arguments, os.environ)
    with speaking(language):
        try:
            return _answered(arguments, language)
        except BrokenPipeError:
            output.mute_stdout()
            return output.PIPE
        except OSError as error:  # other files have faults of their own: this is standard output
            output.mute_stdout()
            return output.report_write_error(error, language)


def _answered(arguments: Sequence[str], language: Language) -> int:
    """Run one command and report its error; an error of the output itself is raised."""
    try:
        status = _call(arguments)
    except OSError:
        raise
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("ALLOCATOR_DEBUG") == "1":
            raise
        told = _usage_fault(arguments) if isinstance(error, click.UsageError) else error
        status = output.report_error(told, language, as_json="--json" in arguments)
    sys.stdout.flush()
    return status


def _call(arguments: Sequence[str]) -> int:
    """Run one command, or print the completions that a shell requests."""
    program = CommandGroup()
    if completion := os.environ.get(COMPLETE):
        return shell_complete(program, {}, "allocator", COMPLETE, completion)
    try:
        with program.make_context("allocator", list(arguments)) as context:
            status = program.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return status if isinstance(status, int) else output.FINE


def _usage_fault(arguments: Sequence[str]) -> InputError:
    """Return the usage error of a call in both languages: click writes it in one language at a time."""
    return InputError([Fault(usage_text(zh=_usage_error(arguments, "zh"), en=_usage_error(arguments, "en")))])


def _usage_error(arguments: Sequence[str], language: Language) -> str:
    """Parse a wrong call once more, and return click's message in the given language."""
    with speaking(language):
        try:
            _call(arguments)
        except click.UsageError as error:
            return error.format_message()
    raise AssertionError("a wrong call is wrong in every language")


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of ``--lang``, else of the locale: Chinese for ``zh*``, otherwise English."""
    for given, following in pairwise([*arguments, ""]):
        asked = following if given == "--lang" else given.removeprefix("--lang=")
        if (given == "--lang" or given != asked) and asked in ("zh", "en"):
            return cast(Language, asked)
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"
