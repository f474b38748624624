"""Fuzz tests: for any input the status is 0, 1 or 2, no raw control is shown, a GiB and 5 s are enough."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz_inputs import READERS

CHILD = Path(__file__).with_name("fuzz_child.py")
#: Inputs of each reader in the slow part, by what they cost; 10,000 together.
MANY = {
    "tables": 2900,
    "yaml": 2200,
    "expressions": 2200,
    "workbooks": 400,
    "plans": 700,
    "audits": 700,
    "options": 200,
    "forms": 400,
    "pages": 300,
}
FEW = 30


def faults(folder: Path, first: int, last: int, *readers: str) -> list[str]:
    """Run inputs of readers in a process of its own; return what it did that it may not."""
    command = [sys.executable, str(CHILD), str(folder), str(first), str(last), *readers]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    found = [": ".join(map(str, json.loads(line))) for line in done.stdout.splitlines()]
    if done.returncode:
        found.append(f"ended with {done.returncode} at {done.stderr[-1500:]}")
    return found


@pytest.mark.slow
def test_a_few_inputs_of_each_reader_are_answered(tmp_path: Path) -> None:
    assert faults(tmp_path, 0, FEW, *READERS) == []


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_thousands_of_inputs_of_each_reader_are_answered(tmp_path: Path, reader: str) -> None:
    assert faults(tmp_path, FEW, FEW + MANY[reader], reader) == []


def test_ten_thousand_inputs_are_tried() -> None:
    assert sum(MANY.values()) == 10_000 and MANY.keys() == READERS.keys()
