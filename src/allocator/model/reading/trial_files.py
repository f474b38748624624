"""Reads and writes what-if chains, ``allocator-trial/1``."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from allocator.errors import visible_json
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import atomic_write, read_bytes
from allocator.model.reading.json_files import PLAN_BYTES, json_fault, parse_json
from allocator.model.trial_chain import MOST_ANSWERS, TrialChain


def read_trial(path: Path) -> TrialChain:
    """Read a what-if chain.

    Raises:
        InputError: The file cannot be read, is not JSON, or is no chain.
    """
    data = parse_json(read_bytes(path, path.name, MOST_ANSWERS * PLAN_BYTES), path.name)
    try:
        return TrialChain.model_validate(data)
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors(include_url=False):
            faults.add(json_fault(detail, path.name, detail["loc"]))
        raise faults.error() from None


def write_trial(chain: TrialChain, path: Path) -> None:
    """Write a chain atomically: a program that is killed leaves the file before or after, never a part.

    Raises:
        InputError: The file cannot be written.
    """
    atomic_write(visible_json(chain.model_dump_json(indent=1) + "\n").encode(), path)
