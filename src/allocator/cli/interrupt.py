"""Requests to stop while solving: the first keeps the best plan, the second ends all.

Ctrl-C is one, and so are the signals by which a system, a scheduler or a closed terminal ends a program.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from allocator.solvers.observer import StopRequest

#: Those that a system has; there is no hangup on Windows.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stopping(stop: StopRequest) -> Iterator[None]:
    """Turn the first request within the block into one to the solver; the second raises KeyboardInterrupt.

    A hangup that whoever started the program had ignored (``nohup``) stays so.
    """
    if current_thread() is not main_thread():  # only the main thread may set a handler
        yield
        return

    def ask(_signal: int, _frame: FrameType | None) -> None:
        if stop.reason == "asked":
            raise KeyboardInterrupt
        stop.request()

    heeded = [one for one in _SIGNALS if one == signal.SIGINT or signal.getsignal(one) != signal.SIG_IGN]
    before = {one: signal.signal(one, ask) for one in heeded}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
