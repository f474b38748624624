"""Parses JSON safely, with the place of each fault, and reads and writes plans."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from allocator.errors import Fault, InputError, caret, shorten, visible_json
from allocator.messages.pydantic import problem_of
from allocator.model.plan import Assignment, LevelScore, Plan, RuleScore
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import atomic_write, read_bytes
from allocator.model.text import Text
from allocator.model.tradeoff_set import TRADEOFF_FORMAT


def parse_json(content: bytes, file: str) -> Any:
    """Return the data of a JSON file.

    Raises:
        InputError: The content is not JSON, is nested too deep, or has a repeated key.
    """
    try:
        return json.loads(content, object_pairs_hook=_once, parse_constant=_no_constant)
    except _TwiceError as twice:
        text = Text(zh="同一键写了两次", en="says the same key twice")
        raise InputError([Fault(text, file, found=shorten(twice.key))]) from None
    except RecursionError:
        raise InputError([Fault(Text(zh="嵌套过深", en="is nested too deep"), file)]) from None
    except json.JSONDecodeError as error:
        raise InputError([_no_json(error, file)]) from None
    except ValueError:  # a number of thousands of digits, or bytes that are no text
        raise InputError([Fault(_NO_JSON, file)]) from None


class _TwiceError(Exception):
    """A repeated key in a JSON object; most parsers take its last value without a warning."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(next(key for key in keys if keys.count(key) > 1))
    return made


def _no_constant(constant: str) -> None:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(constant)


_NO_JSON = Text(zh="不是有效的 JSON", en="is not valid JSON")


def _no_json(error: json.JSONDecodeError, file: str) -> Fault:
    """Return the fault of invalid JSON at its place; JSON that ends too early is likely cut short."""
    line = error.doc.split("\n")[error.lineno - 1]
    if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string"):
        text = Text(zh="不完整：JSON 没有写完就中断", en="is cut short: the JSON ends too early")
        return Fault(text, file, error.lineno)
    return Fault(_NO_JSON, file, error.lineno, detail=caret(line, error.colno - 1))


def json_fault(detail: ErrorDetails, file: str, where: tuple[str | int, ...]) -> Fault:
    """Return the fault for an error of pydantic in a JSON file, at the path ``where``."""
    wrong, value = problem_of(detail), detail["input"]
    shown = detail["type"] != "missing" and not isinstance(value, dict | list)
    found = shorten(json.dumps(value, ensure_ascii=False)).strip('"') if shown else None
    column = ".".join(str(part) for part in where)
    return Fault(wrong.message, file, column=column, found=found, allowed=wrong.allowed)


_A_SET = Text(
    zh="是权衡方案集，不是一个方案；取出其中一个：allocator show 方案集 --point 1 -o 方案文件",
    en="is a set of plans, not one plan; to take one out: allocator show SET --point 1 -o plan.json",
)

#: Size limit of a plan file. A larger plan would take more than a GiB of memory; 300,000 assignments fit.
PLAN_BYTES = 32 * 2**20


def read_plan(path: Path | str) -> Plan:
    """Read a plan, ``allocator-plan/1``.

    Raises:
        InputError: The file cannot be read, is not JSON, or is not a plan.
    """
    path = Path(path)
    return parse_plan(read_bytes(path, path.name, PLAN_BYTES), path.name)


def parse_plan(content: bytes, file: str) -> Plan:
    """Return the plan of a file's content.

    Raises:
        InputError: The content is not JSON, or is not a plan.
    """
    data = parse_json(content, file)
    if isinstance(data, dict) and data.get("format") == TRADEOFF_FORMAT:
        raise InputError([Fault(_A_SET, file)])
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        raise _refused(data, error, file) from None


def _refused(data: Any, error: ValidationError, file: str) -> InputError:
    """Return all faults of a plan: a list stops at its first fault, so its parts are validated again."""
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
    """Return a plan as JSON with one assignment per line, easy to edit and compare by hand."""
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


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of a plan as ``write_plan`` writes it, in hexadecimal digits."""
    return sha256(plan_text(plan).encode()).hexdigest()


def write_plan(plan: Plan, path: Path | str) -> None:
    """Write a plan to a file atomically.

    Raises:
        InputError: The file cannot be written.
    """
    atomic_write(plan_text(plan).encode(), Path(path))
