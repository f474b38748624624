"""Compares the optimiser with its peers: every problem of ``rows``, one contender after another.

Run: python -m benchmarks.table [--limit 60] [--seeds 1 2 3] [--data FOLDER] [--only TEXT] [--with NAME]
     python -m benchmarks.table --from FILE.json [--markdown] [--plots FOLDER] [--write FILE.md]
         [--front README.md]

The outcome of each row is kept in ``.cache/bench/results.json``; ``--from`` writes the table again from such
a file without running anything.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

import argparse
import os
import shlex
from collections.abc import Mapping, Sequence
from functools import cache

from allocator.discovery import named_classes
from benchmarks import rows
from benchmarks.curve import curves
from benchmarks.layout import LEGEND, failures, lacking, markdown, notes, number, result, seconds, text
from benchmarks.outcome import OURS, Kept, Outcome, Run, read, write
from benchmarks.race import race
from benchmarks.rows._row import ROOT, Asked, Row
from benchmarks.section import front, machine, section, written

RESULTS = ROOT / ".cache" / "bench" / "results.json"


@cache
def kinds() -> Mapping[str, type[Row]]:
    """Return every kind of rows by name: each module of ``rows`` without a leading underscore has one."""
    return {one.name: one for one in named_classes(rows) if issubclass(one, Row)}


def main(words: Sequence[str] | None = None) -> None:
    parser = _parser()
    given = parser.parse_args(words)
    kept = _kept(parser, given.again) if given.again else _run(_chosen(parser, given), given)
    print(markdown(kept.outcomes) if given.markdown else text(kept.outcomes))
    print(f"\n{LEGEND}")
    for name, what in lacking(kept.outcomes).items():
        print(f"{name} did not run: {what}")
    for line in notes(kept.outcomes):
        print(line)
    for line in failures(kept.outcomes):
        print(f"failed: {line}")
    pictures = _plotted(kept.outcomes, given.plots) if given.plots else {}
    try:
        _written(kept, pictures, given)
    except (OSError, ValueError) as fault:
        parser.error(f"--write: {fault}")


def _written(kept: Kept, pictures: Mapping[str, Path], given: argparse.Namespace) -> None:
    """Write all rows into the document of ``--write``, and the strongest rows into that of ``--front``."""
    if given.write:
        links = {key: os.path.relpath(file, given.write.parent) for key, file in pictures.items()}
        written(given.write, section(kept, links))
    if given.front:
        written(given.front, front(kept))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.table",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--limit", type=float, default=60.0, help="seconds of each contender")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="TEXT", help="rows whose key has one of these"
    )
    parser.add_argument("--with", dest="names", nargs="+", metavar="NAME", help="contenders; all if left out")
    parser.add_argument("--data", type=Path, help="a folder of instances of zones")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where outcomes are kept")
    parser.add_argument("--from", dest="again", type=Path, metavar="FILE", help="outcomes that were kept")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="an SVG of cost over time for each row")
    parser.add_argument(
        "--write", type=Path, metavar="FILE.md", help="put the table between its markers there"
    )
    parser.add_argument(
        "--front", type=Path, metavar="FILE.md", help="put the strongest rows between the markers there"
    )
    parser.add_argument("--command", default="make bench", help="what is said beside the table to make it")
    return parser


def _kept(parser: argparse.ArgumentParser, file: Path) -> Kept:
    try:
        return read(file)
    except OSError as fault:
        parser.error(f"--from {file}: {fault.strerror}")
    except (KeyError, TypeError, ValueError):
        parser.error(f"--from {file}: this is no file of outcomes")


def _chosen(parser: argparse.ArgumentParser, given: argparse.Namespace) -> list[Row]:
    """Return the rows to run; a wrong option ends the program before any row runs."""
    faults = []
    if given.data and not given.data.is_dir():
        faults.append(f"--data {given.data}: there is no such folder")
    if given.limit <= 0:
        faults.append(f"--limit {given.limit:g}: it must be more than 0")
    names = dict.fromkeys((OURS, *(name for kind in kinds().values() for name in kind.peers)))
    if strange := [name for name in given.names or () if name not in names]:
        faults.append(f"--with {shlex.join(strange)}: no such solver; there are: {', '.join(names)}")
    asked = Asked(seeds=given.seeds, data=given.data)
    offered = {row.key: row for kind in kinds().values() for row in kind.asked(asked)}
    keys = "\n".join(f"  {key}" for key in offered)
    for part in given.only:
        if not any(part in key for key in offered):
            faults.append(f"--only {part}: it is in no row's key; there are:\n{keys}")
    if faults:
        parser.error("\n".join(faults))
    if given.only:
        return [row for key, row in offered.items() if any(part in key for part in given.only)]
    return [row for row in offered.values() if not row.is_long]


def _run(chosen: Sequence[Row], given: argparse.Namespace) -> Kept:
    """Run the rows in turn and save the outcomes after each: an interruption loses one row only."""
    outcomes: list[Outcome] = []
    for row in chosen:
        outcomes.append(race(row, given.limit, given.names, _tell))
        write(given.results, Kept(given.command, machine(), outcomes))
    print()
    return Kept(given.command, machine(), outcomes)


def _tell(row: Row, name: str, run: Run) -> None:
    bound = f"bound {number(run.bound)}" if run.bound is not None else ""
    print(f"{row.title:<40}{name:<10}{result(run):>20}  {bound:<18}{seconds(run.seconds):>9}", flush=True)


def _plotted(outcomes: Sequence[Outcome], folder: Path) -> dict[str, Path]:
    """Draw each row that has a plan; return the files by the keys of the rows."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for one in outcomes:
        if picture := curves(one):
            files[one.key] = folder / f"{one.key}.svg"
            files[one.key].write_text(picture, encoding="utf-8")
    print(f"{len(files)} pictures in {folder}", file=sys.stderr)
    return files


if __name__ == "__main__":
    main()
