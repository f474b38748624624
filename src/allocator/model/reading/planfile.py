"""A plan read from and written to JSON."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan
from allocator.model.reading.files import read_bytes
from allocator.model.reading.problems import problem
from allocator.model.text import Text

PLAN_BYTES = 256 * 2**20


def read_plan(path: Path | str) -> Plan:
    """Read a plan, ``allocator-plan/1``.

    Raises:
        InputError: It cannot be read, is not JSON, or is not a plan.
    """
    path = Path(path)
    content = read_bytes(path, path.name, PLAN_BYTES)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        row = getattr(error, "lineno", 0)
        raise InputError(
            [Fault(Text(zh="不是有效的 JSON", en="is not valid JSON"), path.name, row)]
        ) from None
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        raise InputError(_faults(error, path.name)) from None


def _faults(error: ValidationError, file: str) -> list[Fault]:
    faults = []
    for detail in error.errors(include_url=False)[:200]:
        wrong = problem(detail)
        where = ".".join(str(part) for part in detail["loc"])
        found = None if detail["type"] == "missing" else shorten(detail["input"])
        faults.append(Fault(wrong.message, file, column=where, found=found, allowed=wrong.allowed))
    return faults


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
    return "{\n" + ",\n".join(parts) + "\n}\n"


_FIRST = ("format", "scenario", "status")


def write_plan(plan: Plan, path: Path | str) -> None:
    """Write a plan whole or not at all: a half-written file never takes the place of a good one.

    Raises:
        InputError: The file cannot be written.
    """
    path = Path(path)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(plan_text(plan))
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        message = Text(zh=f"无法写入（{error.strerror}）", en=f"cannot be written: {error.strerror}")
        raise InputError([Fault(message, str(path))]) from None
