"""A plan read from and written to JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from allocator.errors import Fault, InputError, visible_json
from allocator.model.plan import Assignment, LevelScore, Plan, RuleScore
from allocator.model.reading.faults import FaultList
from allocator.model.reading.files import read_bytes
from allocator.model.reading.jsonfile import json_fault, parse_json
from allocator.model.reading.wholefile import write_whole

#: More would not fit into a GiB of memory once it is read; 300,000 assignments do.
PLAN_BYTES = 32 * 2**20


def read_plan(path: Path | str) -> Plan:
    """Read a plan, ``allocator-plan/1``.

    Raises:
        InputError: It cannot be read, is not JSON, or is not a plan.
    """
    path = Path(path)
    data = parse_json(read_bytes(path, path.name, PLAN_BYTES), path.name)
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        raise _refused(data, error, path.name) from None


def _refused(data: Any, error: ValidationError, file: str) -> InputError:
    """Return what is wrong with a plan: lists stop at the first fault, so their parts are read again."""
    faults = FaultList()
    for detail in error.errors(include_url=False):
        if len(detail["loc"]) < 2 or detail["loc"][0] not in _LISTS:
            faults.add(json_fault(detail, file, detail["loc"]))
    for key, model in _LISTS.items():
        parts = data.get(key) if isinstance(data, dict) else None
        for number, part in enumerate(parts if isinstance(parts, list) else ()):
            try:
                model.model_validate(part)
            except ValidationError as refusal:
                if len(faults.kept) < faults.limit:
                    faults.extend(_part_faults(refusal, file, (key, number)))
                else:
                    faults.leave_out(refusal.error_count())
    return faults.error()


_LISTS: Mapping[str, type[BaseModel]] = {"assignments": Assignment, "score": LevelScore, "rules": RuleScore}


def _part_faults(error: ValidationError, file: str, where: tuple[str, int]) -> Iterator[Fault]:
    for detail in error.errors(include_url=False):
        yield json_fault(detail, file, (*where, *detail["loc"]))


def plan_text(plan: Plan) -> str:
    """Return a plan as JSON with one assignment a line, so that a person can edit and compare it."""
    data = plan.model_dump(mode="json")
    lines = [json.dumps(assignment, ensure_ascii=False) for assignment in data.pop("assignments")]
    parts = []
    for key in ("format", "scenario", "status", "assignments", *(k for k in data if k not in _FIRST)):
        if key == "assignments":
            body = ",\n    ".join(lines)
            parts.append(f'  "assignments": [\n    {body}\n  ]' if lines else '  "assignments": []')
        elif isinstance(data[key], list):
            body = ",\n    ".join(json.dumps(value, ensure_ascii=False) for value in data[key])
            parts.append(f'  "{key}": [\n    {body}\n  ]' if data[key] else f'  "{key}": []')
        else:
            parts.append(f'  "{key}": {json.dumps(data[key], ensure_ascii=False)}')
    return visible_json("{\n" + ",\n".join(parts) + "\n}\n")


_FIRST = ("format", "scenario", "status")


def write_plan(plan: Plan, path: Path | str) -> None:
    """Write a plan whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    write_whole(plan_text(plan).encode(), Path(path))
