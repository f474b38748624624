"""Ctrl-C while solving: the first asks the solver to stop and keep its best plan, the second ends all."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from allocator.engine.progress import Stop


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """Turn the first interrupt within the block into a request to stop."""
    if current_thread() is not main_thread():  # only the main thread may set a handler
        yield
        return

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if stop.by_somebody:
            raise KeyboardInterrupt
        stop.ask()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
