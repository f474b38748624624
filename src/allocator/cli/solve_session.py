"""The surroundings of a running solve: requests to stop, a live line of progress, checkpoints."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType

from rich.text import Text as Line

from allocator import api
from allocator.cli.output import Output, progress_console
from allocator.errors import Fault, InputError
from allocator.model.text import Language, Text
from allocator.report.rendering.console import number, pick, printable
from allocator.report.score_view import gap_percent
from allocator.report.wording import level_text

#: The signals that request a stop; Windows has no hangup.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stop_on_signal(stop: api.StopRequest) -> Iterator[None]:
    """Within the block, the first signal requests a stop of the solve, the second raises KeyboardInterrupt.

    A hangup that the caller of the program ignores (``nohup``) stays ignored.
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


#: Titles of stages that are not named after layers and periods.
_STAGES: Mapping[str, Text] = {
    api.CONFIRM: Text(zh="另行证明", en="second proof"),
    api.TRADE_OFF: Text(zh="权衡", en="trade-off"),
}


@contextmanager
def live_progress(titles: Mapping[int, Text], language: Language) -> Iterator[api.Observer]:
    """Show progress on standard error while the block runs, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield api.NULL_OBSERVER
        return
    with progress_console().status(Line(pick(language, "准备中", "preparing"))) as status:

        def show(progress: api.Progress) -> None:
            status.update(Line(progress_line(progress, titles, language)))

        yield api.CallbackObserver(progress=show)


def progress_line(progress: api.Progress, titles: Mapping[int, Text], language: Language) -> str:
    """Return the progress of a solve as one line."""
    level = level_text(progress.level, titles)(language)
    parts = [_STAGES.get(progress.stage, Text(zh=progress.stage, en=progress.stage))(language), level]
    if progress.cost is not None:
        far = f"{gap_percent(progress.cost, progress.bound)}%"
        cost, bound = number(progress.cost), number(progress.bound)
        parts.append(
            pick(language, f"代价 {cost}，下界 {bound}，差距 {far}", f"cost {cost}, bound {bound}, gap {far}")
        )
    parts.append(f"{progress.seconds:.1f} s")
    return printable(" · ".join(parts))


OPTION = "--resume"


def check_resumable(out: Path | None, *, fewest: bool) -> None:
    """Refuse ``--resume`` with options for which no checkpoint is written.

    Raises:
        InputError: There is no ``-o``, or the fewest changes are asked for.
    """
    faults = []
    if out is None:
        message = Text(zh="须以 -o 指明方案文件", en="needs -o, the file whose checkpoint to go on from")
        faults.append(Fault(message, column=OPTION))
    if fewest:
        message = Text(
            zh="不能与 --fewest-changes 同用：该求解不写检查点",
            en="does not go with --fewest-changes, which keeps no checkpoint",
        )
        faults.append(Fault(message, column=OPTION))
    if faults:
        raise InputError(faults)


def load_resume_state(policy: api.Policy, out: Path, output: Output) -> api.ResumeState | None:
    """Return the state to resume from, and write a remark that names its file; None if there is no state."""
    state = api.load_resume_state(policy, out)
    if state is None:
        output.remark(
            Text(
                zh=f"{out.name} 及其检查点均无可继续的方案，从头求解",
                en=f"neither {out.name} nor a checkpoint of it holds a plan to go on from: solving anew",
            )
        )
    else:
        output.remark(Text(zh=f"从 {state.file.name} 继续", en=f"going on from {state.file.name}"))
    return state


def checkpoint_writer(policy: api.Policy, out: Path | None) -> api.Checkpoints | None:
    """Return the writer of checkpoints beside the plan's file; None without a plan's file."""
    path = None if out is None else api.checkpoint_path(out)
    return None if path is None else api.Checkpoints(policy, path)


@contextmanager
def checkpointing(keeper: api.Checkpoints | None, output: Output) -> Iterator[api.Observer]:
    """Write checkpoints while the block runs; a failure to write them ends in a remark only."""
    if keeper is None:
        yield api.NULL_OBSERVER
        return
    with keeper:
        yield keeper
    if keeper.error is not None:
        why = keeper.error.faults[0]
        output.remark(Text(zh=f"未能写检查点：{why('zh')}", en=f"no checkpoint could be kept: {why('en')}"))
