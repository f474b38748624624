"""The program ``allocator``: its commands, and what becomes of everything that goes wrong in them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import allocator
from allocator.cli import check, failures, kinds, new, schema, show, solve, streams, verify
from allocator.cli.language import SPOKEN, both, language_of, localise
from allocator.cli.options import Lang
from allocator.model.text import Language

app = typer.Typer(
    name="allocator",
    help=both(
        "纪检监察力量统筹：划片、编组、轮换、办案，一次算清并有证明",
        "Plans who serves where for supervision bodies, with proofs and reasons",
    ),
    no_args_is_help=False,
    pretty_exceptions_enable=False,
)
for module in (check, solve, verify, show, new, schema, kinds):
    app.command(module.__name__.rpartition(".")[2], help=module.HELP)(module.command)


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"allocator {allocator.__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
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
    program = typer.main.get_command(app)
    localise(program, language_of(arguments, os.environ))
    status = program.main(args=list(arguments), prog_name="allocator", standalone_mode=False)
    return status if isinstance(status, int) else failures.FINE
