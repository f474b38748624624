"""Keeps what the native reader of workbooks writes about its own failures from the user's terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def muted_failures() -> Iterator[None]:
    """Send what native code writes to standard error nowhere: a failure of it is raised besides.

    A damaged file makes the reader print a backtrace of its own before it raises.
    """
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
