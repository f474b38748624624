"""The program ``allocator``: its commands, and what becomes of everything that goes wrong in them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer

import allocator
from allocator.cli import failures, streams
from allocator.cli.help import Command, Group
from allocator.cli.language import SPOKEN, both, language_of, localise
from allocator.cli.options import Lang
from allocator.model.text import Language

COMMANDS = (
    "scenarios",
    "new",
    "check",
    "solve",
    "show",
    "verify",
    "export",
    "explain",
    "draw",
    "kinds",
    "schema",
)


def program(arguments: Sequence[str]) -> typer.Typer:
    """Return the program; if the call begins with a command, with that one only.

    Each command brings its own libraries along: a check need not wait for what a solver or a report loads.
    """
    app = typer.Typer(
        name="allocator",
        cls=Group,
        help=both(
            "纪检监察力量统筹：划片、编组、轮换、办案，一次算清并有证明",
            "Plans who serves where for supervision bodies, with proofs and reasons",
        ),
        no_args_is_help=False,
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(_everywhere)
    for name in [name for name in COMMANDS if name in arguments[:1]] or COMMANDS:
        module = import_module(f"allocator.cli.{name}")
        app.command(name, cls=Command, help=module.HELP)(module.command)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"allocator {allocator.__version__}\n")
        raise typer.Exit


def _everywhere(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help=both("显示版本", "show the version")
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")


def main() -> None:
    """Run the program and exit with its status."""
    streams.prepare()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: The command line without the program's name.
    """
    language = language_of(arguments, os.environ)
    SPOKEN.set(language)
    try:
        return _answered(arguments, language)
    except (BrokenPipeError, SystemExit):  # the library for command lines turns a broken pipe into an exit
        streams.silence()
        return failures.PIPE
    except OSError as error:  # files are read and written with faults of their own: this is the output
        streams.silence()
        return failures.unwritten(error, language)


def _answered(arguments: Sequence[str], language: Language) -> int:
    """Run one command; what goes wrong in it is the answer, unless nobody can be told."""
    try:
        status = _called(arguments)
    except (OSError, SystemExit):
        raise
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("ALLOCATOR_DEBUG") == "1":
            raise
        status = failures.explain(error, language, as_json="--json" in arguments)
    sys.stdout.flush()
    return status


def _called(arguments: Sequence[str]) -> int:
    command = typer.main.get_command(program(arguments))
    localise(command, language_of(arguments, os.environ))
    status = command.main(args=list(arguments), prog_name="allocator", standalone_mode=False)
    return status if isinstance(status, int) else failures.FINE
