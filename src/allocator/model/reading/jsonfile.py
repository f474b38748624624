"""JSON that anyone may have written: parsed safely, and what is wrong with it said at its place."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import ErrorDetails

from allocator.errors import Fault, InputError, caret, shorten
from allocator.model.reading.problems import problem
from allocator.model.text import Text


def parse_json(content: bytes, file: str) -> Any:
    """Return what a JSON file holds.

    Raises:
        InputError: It is not JSON, or is nested too deep.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise InputError([Fault(Text(zh="嵌套过深", en="is nested too deep"), file)]) from None
    except json.JSONDecodeError as error:
        raise InputError([_no_json(error, file)]) from None
    except ValueError:  # a number of thousands of digits, or bytes that are no text
        raise InputError([Fault(_NO_JSON, file)]) from None


_NO_JSON = Text(zh="不是有效的 JSON", en="is not valid JSON")


def _no_json(error: json.JSONDecodeError, file: str) -> Fault:
    """Return the fault at its place; a file cut short is the likeliest reason for one that ends too early."""
    line = error.doc.split("\n")[error.lineno - 1]
    if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string"):
        text = Text(zh="不完整：JSON 没有写完就中断", en="is cut short: the JSON ends too early")
        return Fault(text, file, error.lineno)
    return Fault(_NO_JSON, file, error.lineno, detail=caret(line, error.colno - 1))


def json_fault(detail: ErrorDetails, file: str, where: tuple[str | int, ...]) -> Fault:
    """Return what pydantic finds wrong with a part of a JSON file, at its path."""
    wrong, value = problem(detail), detail["input"]
    shown = detail["type"] != "missing" and not isinstance(value, dict | list)
    found = shorten(json.dumps(value, ensure_ascii=False)).strip('"') if shown else None
    column = ".".join(str(part) for part in where)
    return Fault(wrong.message, file, column=column, found=found, allowed=wrong.allowed)
