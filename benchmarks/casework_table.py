"""Compares casework and panels with published results: each row is a command of its own, run in turn.

Run: python benchmarks/casework_table.py [--data FOLDER]

FOLDER holds the reviewer-assignment instances ``aamas2016.in`` and ``preflib3.in`` (bids of conferences; see
``casework.py`` for the format). Without ``--data``, it is a folder ``data/casework`` of the project or of a
folder beside the project. Rows without an instance are not run. Seconds of casework are those of the whole
command (imports, reading, rules, solving), seconds of panels those of reading and committing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Row:
    """A command, and the published results for its problem.

    Attributes:
        title: The problem.
        arguments: Arguments of ``casework.py``.
        known: Published results: the solver, its score, its seconds.
        limit: Seconds that the command should stay under.
    """

    title: str
    arguments: tuple[str, ...]
    known: str
    limit: float


ROWS = (
    Row("AAMAS 2016, max total", ("aamas2016.in",), "949.5 by a bare flow, 0.02 s", 1),
    Row(
        "AAMAS 2016, max-min then total",
        ("aamas2016.in", "--fair"),
        "1.0, then 949.25 in 1.4 s (prototype); FairFlow 928.5 in 7.8 s",
        3,
    ),
    Row(
        "AAMAS 2016, loads at least 4",
        ("aamas2016.in", "--min-load", "4"),
        "949.5 by one flow; the peer 915.75",
        1,
    ),
    Row("PrefLib 3, no pair above 0.5", ("preflib3.in", "--load", "6", "--q", "0.5"), "-", 5),
    Row(
        "PrefLib 3, above 0.5, perturbed",
        ("preflib3.in", "--load", "6", "--q", "0.5", "--pm", "0.5"),
        "-",
        5,
    ),
    Row(
        "10,000 cases, 2,000 people, 2 M pairs",
        ("--made", "10000", "--people", "2000", "--load", "20"),
        "a bare flow of that size 4.5 s",
        15,
    ),
)
PANELS = {
    "200 of 2,000, 3 types": ("the reference over 300 s; prototype 0.01 s", 1.0),
    "22 of 150, 20 quotas": ("the reference 7.4 s; prototype 2.9 s", 5.0),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    data = given.data or next((one.parent for one in HERE.parents[1].glob("*/data/casework/*.in")), None)
    print(f"{'problem':<40}{'ours':>20}{'bound':>12}{'s':>7}{'< s':>5}{'GiB':>6}  route       known")
    for row in ROWS:
        print(told(row, data), flush=True)
    for title, (known, limit) in PANELS.items():
        print(f"{'panel: ' + title:<40}{panel(title, limit)}  leximin     {known}", flush=True)


def told(row: Row, data: Path | None) -> str:
    """Run a row and return its line of the table."""
    arguments = list(row.arguments)
    if arguments[0].endswith(".in"):
        if data is None or not (data / arguments[0]).is_file():
            return f"{row.title:<40}{'(no instance)':>20}{'':>30}  {'':<12}{row.known}"
        arguments[0] = str(data / arguments[0])
        arguments.insert(0, "--instance")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = [sys.executable, str(HERE / "casework.py"), *arguments, "--out", str(out)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        answer = json.loads(out.read_text(encoding="utf-8"))
    ours = f"{answer['total']:g}"
    if "--fair" in arguments:
        ours = f"{answer['worst']:g}, {ours}"
    proved = answer.get("status", "optimal") == "optimal"
    bound = f"{answer['bound']:g}{'' if proved else ' ?'}"
    numbers = f"{answer['seconds']:>7.2f}{row.limit:>5g}{answer['memory']:>6.1f}"
    return f"{row.title:<40}{ours:>20}{bound:>12}{numbers}  {answer['route']:<12}{row.known}"


def panel(title: str, limit: float) -> str:
    """Run the draws of one size; return the cells of the slowest draw for a line of the table."""
    command = [sys.executable, str(HERE / "draw.py"), "--only", title]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rows = [line[len(title) :].split() for line in done.stdout.splitlines()[1:]]
    slowest = max(rows, key=lambda row: float(row[3]))
    least = min(float(row[-1]) for row in rows)
    return f"{f'least chance {least:.4f}':>20}{'proved':>12}{float(slowest[3]):>7.2f}{limit:>5g}{'':>6}"


if __name__ == "__main__":
    main()
