"""Whether a solve with a baseline first changes as little as can be."""

from __future__ import annotations

from allocator import api
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.rules.override_rules import any_penalises_changes, missing_baseline


def is_counted(policy: api.Policy, asked: bool | None, *, rolls: bool, resumes: bool) -> bool:
    """Return whether the changes from the baseline are a level of their own above all others.

    Unless the call says so, they are wherever there is a baseline, no rule ranks changes from it, and all
    periods are searched at once.

    Args:
        policy: The scenario with its rules and the baseline.
        asked: What the call says: ``--fewest-changes``, ``--free-changes``, or neither.
        rolls: Whether periods are decided a window at a time.
        resumes: Whether an earlier solve is gone on from; the fewest changes keep no checkpoint.

    Raises:
        InputError: ``--free-changes`` without a baseline, or an earlier solve is to be gone on from.
    """
    if policy.context.baseline is None:
        if asked is False:
            raise InputError([missing_baseline("--free-changes")])
        return bool(asked)
    if asked is not None:
        return asked
    counted = not rolls and not any_penalises_changes(policy.rules)
    if counted and resumes:
        message = Text(
            zh="不能与 --baseline 的最少变动同用：该求解不写检查点（可用 --free-changes）",
            en="does not go with the fewest changes that --baseline asks for, which keep no checkpoint "
            "(see --free-changes)",
        )
        raise InputError([Fault(message, column="--resume")])
    return counted
