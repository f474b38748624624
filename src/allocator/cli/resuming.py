"""Checkpoints of a solve, and ``--resume``, which goes on from one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allocator import api
from allocator.cli.output import Output
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.solvers.observer import NULL_OBSERVER, Observer

OPTION = "--resume"


def check_resumable(out: Path | None, *, fewest: bool) -> None:
    """Refuse ``--resume`` where nothing is ever kept to go on from.

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


def goes_on_from(policy: api.Policy, out: Path, output: Output) -> api.Resumed | None:
    """Return what there is to go on from, and say so."""
    begun = api.resumed(policy, out)
    if begun is None:
        output.remark(
            Text(
                zh=f"{out.name} 及其检查点均无可继续的方案，从头求解",
                en=f"neither {out.name} nor a checkpoint of it holds a plan to go on from: solving anew",
            )
        )
    else:
        output.remark(Text(zh=f"从 {begun.file.name} 继续", en=f"going on from {begun.file.name}"))
    return begun


def keeper_of(policy: api.Policy, out: Path | None) -> api.Checkpoints | None:
    """Return what keeps checkpoints beside the plan's file, if there is one."""
    path = None if out is None else api.checkpoint_of(out)
    return None if path is None else api.Checkpoints(policy, path)


@contextmanager
def kept(keeper: api.Checkpoints | None, output: Output) -> Iterator[Observer]:
    """Keep checkpoints while the block runs; that they could not be written is said, and no more."""
    if keeper is None:
        yield NULL_OBSERVER
        return
    with keeper:
        yield keeper
    if keeper.error is not None:
        why = keeper.error.faults[0]
        output.remark(Text(zh=f"未能写检查点：{why('zh')}", en=f"no checkpoint could be kept: {why('en')}"))
