"""Reads and writes sets of plans, ``allocator-tradeoff/1``."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from allocator.errors import Fault, InputError, visible_json
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import atomic_write, read_bytes
from allocator.model.reading.json_files import PLAN_BYTES, json_fault, parse_json
from allocator.model.text import Text
from allocator.model.tradeoff_set import TRADEOFF_FORMAT, TradeoffSet


def is_tradeoff(path: Path) -> bool:
    """Return whether a file says that it is a set of plans; a file that cannot be read is none."""
    try:
        return TRADEOFF_FORMAT.encode() in read_bytes(path, path.name, PLAN_BYTES)
    except InputError:
        return False


def read_tradeoff(path: Path | str) -> TradeoffSet:
    """Read a set of plans.

    Raises:
        InputError: The file cannot be read, is not JSON, or is not such a set.
    """
    path = Path(path)
    data = parse_json(read_bytes(path, path.name, PLAN_BYTES), path.name)
    try:
        found = TradeoffSet.model_validate(data)
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors(include_url=False):
            faults.add(json_fault(detail, path.name, detail["loc"]))
        raise faults.error() from None
    count = len(found.criteria)
    wrong = [
        Fault(_UNEVEN, path.name, column=f"{name}.{number}", allowed=str(count))
        for name, parts in (
            ("points", [(one.costs, one.bounds) for one in found.points]),
            ("gaps", [(one.low, one.high) for one in found.gaps]),
        )
        for number, both in enumerate(parts)
        if any(len(one) != count for one in both)
    ]
    if wrong:
        raise InputError(wrong)
    return found


_UNEVEN = Text(zh="每个准则须有一个数", en="takes one number for each criterion")


def tradeoff_text(found: TradeoffSet) -> str:
    """Return a set as JSON, with a line for each plan."""
    data = found.model_dump(mode="json")
    parts = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            body = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in value)
            parts.append(f'  "{key}": [\n    {body}\n  ]')
        else:
            parts.append(f'  "{key}": {json.dumps(value, ensure_ascii=False)}')
    return visible_json("{\n" + ",\n".join(parts) + "\n}\n")


def write_tradeoff(found: TradeoffSet, path: Path | str) -> None:
    """Write a set to a file atomically.

    Raises:
        InputError: The file cannot be written.
    """
    atomic_write(tradeoff_text(found).encode(), Path(path))
