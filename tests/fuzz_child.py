"""Runs many inputs of readers within limits of memory and processor time; a process of its own.

By hand: ``python tests/fuzz_child.py FOLDER 59 60 tables`` runs input 59 of the tables in ``FOLDER``, where
its files stay. It prints one line of JSON for each input that breaks a promise.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
from itertools import product
from pathlib import Path
from random import Random
from time import process_time
from typing import Any
from unicodedata import category

from allocator.lottery.kinds import _pairing_audit
from allocator.lottery.kinds._pairing_audit import PairingParams
from cli_world import call
from fuzz_inputs import READERS

GIB = 2**30
#: Seconds of processor time for one call.
LONGEST = 5
FAULTLESS = frozenset((0, 1, 2))


def run(reader: str, number: int, folder: Path) -> str:
    """Run one input; return what is wrong with what the program did, or an empty text."""
    draw = Random(f"{reader}:{number}")
    for arguments in READERS[reader](draw, folder):
        began = process_time()
        try:
            done = call(*arguments, lang=draw.choice(("zh", "en")))
        except Exception:
            return f"{arguments}: {traceback.format_exc(limit=-3)}"
        written = _read(folder / "out.csv", folder / "out.svg", folder / "out.json", folder / "o.json")
        wrong = _wrong(done, written, "--json" in arguments) or (
            f"{process_time() - began:.1f} s" if process_time() - began > LONGEST else ""
        )
        if wrong:
            return f"{arguments}: {wrong}"
        if done.status:
            break
    return ""


def _read(*files: Path) -> list[str]:
    """Return what was written to files, and remove them."""
    found = []
    for file in files:
        if file.is_file():
            found.append(file.read_text(encoding="utf-8-sig"))
            file.unlink()
    return found


def _wrong(done: Any, written: list[str], as_json: bool) -> str:
    if done.status not in FAULTLESS:
        return f"status {done.status}: {done.err[-300:]!r}"
    for text in (done.out, done.err, *written):
        raw = next((line for line in text.replace("\r\n", "\n").split("\n") if not _is_shown(line)), None)
        if raw is not None:
            return f"raw characters: {raw[:300]!r}"
    if "Traceback" in done.err:
        return "a traceback"
    if as_json and done.out:
        json.loads(done.out)
    return ""


def _is_shown(line: str) -> bool:
    """Whether all of a line is seen; blanks of any width are."""
    return line.isprintable() or all(one.isprintable() or category(one) == "Zs" for one in line)


def main() -> None:
    """Run a range of inputs; the last line of standard error names that which ended it all."""
    folder, first, last = Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    os.chdir(folder)  # some calls write where they stand
    _pairing_audit.DEFAULT_PARAMS = PairingParams(max_trials=20)
    for reader in sys.argv[4:]:
        READERS[reader](Random(0), folder)  # what all inputs share takes its time once
    resource.setrlimit(resource.RLIMIT_DATA, (GIB, GIB))
    for reader, number in product(sys.argv[4:], range(first, last)):
        _limit_time()
        sys.stderr.write(f"{reader} {number}\n")
        sys.stderr.flush()
        wrong = run(reader, number, folder)
        if wrong:
            sys.stdout.write(json.dumps([reader, number, wrong]) + "\n")
            sys.stdout.flush()


def _limit_time() -> None:
    """Let the system end the process if the next input takes far too long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soon = int(used.ru_utime + used.ru_stime) + 4 * LONGEST
    resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
