"""One minimal conflict among tags: a linear core first, then QuickXplain over what is left of it.

QuickXplain: U. Junker, AAAI 2004. It halves rules first and then subjects, so that rules that do not matter
go with few questions. A question that was not answered in time counts as if a plan existed: what is returned
is a conflict all the same, only perhaps not a minimal one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.explain.consistency import ConsistencyChecker
from allocator.explain.linear_core import linear_core
from allocator.model.run import Witnesses
from allocator.program.program import BoolArray

Tags = Sequence[int]


@dataclass(frozen=True)
class ConflictParams:
    """Time limits in seconds.

    Attributes:
        question_seconds: Limit of one question; most proofs are instant.
        first_seconds: Limit of the first question, whether there is a conflict at all.
        core_seconds: Limit of a search for a core by assumptions.
    """

    question_seconds: float = 2.0
    first_seconds: float = 60.0
    core_seconds: float = 0.5


DEFAULT_PARAMS = ConflictParams()


@dataclass(frozen=True)
class TagConflict:
    """A conflict.

    Attributes:
        tags: Their numbers.
        by: The back ends that proved it.
        is_minimal: Whether every question on the way was answered.
    """

    tags: tuple[int, ...]
    by: Witnesses
    is_minimal: bool


class TagConflictSearch:
    """Finds minimal conflicts among tags of one table, before a moment of the monotonic clock."""

    def __init__(
        self, checker: ConsistencyChecker, end: float, params: ConflictParams = DEFAULT_PARAMS
    ) -> None:
        self._checker, self._end, self._params = checker, end, params
        self._has_open = False
        self._proofs: dict[frozenset[int], Witnesses] = {}

    def find(self, chosen: BoolArray) -> TagConflict | None:
        """Return a minimal conflict among some tags; None if a plan keeps them, or none was found in time."""
        self._has_open = False
        tags = self._core(chosen)
        if tags is None:
            return None
        by = self._checker.by
        self._proofs = {frozenset(tags): by}
        found = self._minimal([], tags, is_new=False)
        return TagConflict(tuple(sorted(found)), self._proofs.get(frozenset(found), by), not self._has_open)

    def _core(self, chosen: BoolArray) -> list[int] | None:
        """Return some tags that are known to be in conflict; None if there is none."""
        table = self._checker.table
        core = linear_core(table, chosen, self._left)
        if core is not None and self._asks(core, self._params.question_seconds) == "conflict":
            return core
        if self._checker.answer(chosen, min(self._left, self._params.first_seconds)) != "conflict":
            return None
        return np.flatnonzero(chosen).tolist()

    def _minimal(self, kept: list[int], tags: list[int], *, is_new: bool) -> list[int]:
        """Return a minimal part of ``tags`` in conflict with ``kept``; ``is_new``: ``kept`` has grown."""
        if is_new and self._is_conflict(kept):
            return []
        if len(tags) <= 1:
            return tags
        first, second = self._halves(tags)
        needed = self._minimal([*kept, *first], second, is_new=True)
        return self._minimal([*kept, *needed], first, is_new=bool(needed)) + needed

    def _halves(self, tags: list[int]) -> tuple[list[int], list[int]]:
        """Return two halves of some tags: between rules, if there are several, else between subjects."""
        rules = self._checker.table.keys[tags, 0]
        named = np.unique(rules)
        several = len(named) > 1
        middle = int(np.searchsorted(rules, named[len(named) // 2])) if several else len(tags) // 2
        return tags[:middle], tags[middle:]

    def _is_conflict(self, tags: Tags) -> bool:
        answer = self._asks(tags, self._params.question_seconds)
        self._has_open |= answer == "open"
        if answer == "conflict":
            self._proofs[frozenset(tags)] = self._checker.by
        return answer == "conflict"

    def _asks(self, tags: Tags, seconds: float) -> str:
        chosen = np.zeros(len(self._checker.table), dtype=np.bool_)
        chosen[np.asarray(tags, dtype=np.int64)] = True
        return self._checker.answer(chosen, min(seconds, self._left))

    @property
    def _left(self) -> float:
        return max(0.0, self._end - time.monotonic())
