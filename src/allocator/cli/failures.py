"""What goes wrong, as a message in the user's language and an exit status; never a traceback."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from typer.exceptions import TyperException

from allocator.cli.output import print_json
from allocator.errors import InputError, InternalError
from allocator.model.text import Language, Text

FINE, NO, WRONG, INTERNAL, INTERRUPTED, PIPE = 0, 1, 2, 3, 130, 141


def explain(error: BaseException, language: Language, *, as_json: bool) -> int:
    """Say what went wrong and return the exit status for it."""
    if isinstance(error, InputError):
        if as_json:
            print_json({"faults": [fault.as_json() for fault in error.faults]})
        return _say(WRONG, *(fault(language) for fault in error.faults))
    if isinstance(error, TyperException):
        return _say(error.exit_code, _usage(error)(language))
    if isinstance(error, KeyboardInterrupt):
        return _say(INTERRUPTED, Text(zh="已中断", en="interrupted")(language))
    if isinstance(error, MemoryError):
        return _say(INTERNAL, Text(zh="内存不足", en="out of memory")(language))
    return _say(INTERNAL, _internal(error)(language))


def silence_output() -> None:
    """Let nothing more be written where nobody reads: the interpreter flushes once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _say(status: int, *lines: str) -> int:
    for line in lines:
        sys.stderr.write(line + "\n")
    return status


def _internal(error: BaseException) -> Text:
    reason = str(error) if isinstance(error, InternalError) else f"{type(error).__name__}: {error}"
    return Text(
        zh=f"内部错误（程序缺陷，请报告）：{reason}",
        en=f"internal error (a defect of this program): {reason}",
    )


def _usage(error: TyperException) -> Text:
    """Return a fault of the call; the library for command lines has English words only."""
    english = error.format_message()
    chinese = next((zh.format(*found.groups()) for zh, found in _matched(english) if found), english)
    return Text(zh=f"命令有误：{chinese}；用法见 --help", en=f"wrong call: {english.rstrip('.')}; see --help")


def _matched(english: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    return ((zh, re.match(pattern, english)) for pattern, zh in _CHINESE.items())


_CHINESE = {
    r"No such command '(.*?)'": "没有命令 {}",
    r"No such option: (\S+)": "没有选项 {}",
    r"Missing (?:argument|option|parameter)[: ]*'?(.*?)'?\.?$": "缺少参数 {}",
    r"Invalid value for (.*?): (.*)": "{} 的值有误（{}）",
    r"Option '(.*?)' requires an argument": "选项 {} 后须有值",
    r"Got unexpected extra argument(?:\(s\))? \((.*)\)": "多余的参数 {}",
}
