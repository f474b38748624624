"""Reports errors as a message in the user's language and an exit status; never as a traceback."""

from __future__ import annotations

from allocator.cli.output import eprint, print_json
from allocator.errors import Fault, InputError, InternalError, fault_lines
from allocator.messages.os import os_text
from allocator.model.text import Language, Text

FINE, NO, WRONG, INTERNAL, INTERRUPTED, PIPE = 0, 1, 2, 3, 130, 141


def report_error(error: BaseException, language: Language, *, as_json: bool) -> int:
    """Report an error on standard error, or as JSON; return its exit status."""
    status, faults = _status_and_faults(error)
    if as_json and status == WRONG:
        print_json({"faults": [fault.as_json() for fault in faults]})
    for line in fault_lines(faults, language):
        eprint(line)
    return status


def _status_and_faults(error: BaseException) -> tuple[int, tuple[Fault, ...]]:
    if isinstance(error, InputError):
        return WRONG, error.faults
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, (Fault(Text(zh="已中断", en="interrupted")),)
    if isinstance(error, MemoryError):
        return INTERNAL, (Fault(Text(zh="内存不足", en="out of memory")),)
    return INTERNAL, (Fault(_internal(error)),)


def report_write_error(error: OSError, language: Language) -> int:
    """Report that the answer could not be written, such as to a full disk; return the exit status."""
    why = os_text(error)
    text = Text(zh=f"无法输出（{why.zh}）", en=f"the output cannot be written: {why.en}")
    eprint(text(language))
    return WRONG


def _internal(error: BaseException) -> Text:
    name = f"{type(error).__name__}: {error}"
    reason = error.reason if isinstance(error, InternalError) else Text(zh=name, en=name)
    return Text(
        zh=f"内部错误（程序缺陷，请报告）：{reason.zh}",
        en=f"internal error (a defect of this program): {reason.en}",
    )
