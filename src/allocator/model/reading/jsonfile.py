"""JSON that anyone may have written: parsed safely, and what is wrong with it said at its place."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import ErrorDetails

from allocator.errors import Fault, InputError, caret, shorten
from allocator.messages.pydantic import problem_of
from allocator.model.text import Text


def parse_json(content: bytes, file: str) -> Any:
    """Return what a JSON file holds.

    Raises:
        InputError: It is not JSON, is nested too deep, or says the same key twice.
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
    """A key that an object of JSON has twice; most readers would take the last in silence."""

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
    """Return the fault at its place; a file cut short is the likeliest reason for one that ends too early."""
    line = error.doc.split("\n")[error.lineno - 1]
    if not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string"):
        text = Text(zh="不完整：JSON 没有写完就中断", en="is cut short: the JSON ends too early")
        return Fault(text, file, error.lineno)
    return Fault(_NO_JSON, file, error.lineno, detail=caret(line, error.colno - 1))


def json_fault(detail: ErrorDetails, file: str, where: tuple[str | int, ...]) -> Fault:
    """Return what pydantic finds wrong with a part of a JSON file, at its path."""
    wrong, value = problem_of(detail), detail["input"]
    shown = detail["type"] != "missing" and not isinstance(value, dict | list)
    found = shorten(json.dumps(value, ensure_ascii=False)).strip('"') if shown else None
    column = ".".join(str(part) for part in where)
    return Fault(wrong.message, file, column=column, found=found, allowed=wrong.allowed)
