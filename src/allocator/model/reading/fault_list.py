"""Collects faults and raises them together, so that the user corrects a file only once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain

from allocator.errors import Fault, InputError, nearest
from allocator.model.text import Text

MOST_FAULTS = 200
#: Number of faults of each sort that are listed beyond the limit; one line of output shows this many.
SHOWN_OF_SORT = 4
_COMPARISONS = 50_000


def input_error(faults: Iterable[Fault]) -> InputError:
    """Return the faults as one error: the first faults up to the limit, and the number of the others."""
    kept = FaultList()
    kept.extend(faults)
    return kept.error()


class FaultList:
    """The faults found so far: the first ``limit`` are kept, then a few of each sort; others are counted."""

    def __init__(self, limit: int = MOST_FAULTS) -> None:
        self.limit = limit
        self.kept: list[Fault] = []
        self.count = 0
        self._comparisons = _COMPARISONS
        self._first: dict[object, int] = {}
        self._listed: Counter[object] = Counter()
        self._left: Counter[object] = Counter()

    def add(self, fault: Fault) -> None:
        """Add ``fault``, and count the faults for which it stands."""
        sort = fault.sort
        if fault.is_remainder:
            self.leave_out(fault.count)
            return
        self.count += fault.count
        if self._is_kept(sort):
            self._first.setdefault(sort, len(self.kept))
            self._listed[sort] += 1
            self.kept.append(fault if not fault.more else replace(fault, more=0))
            self._left[sort] += fault.more
        else:
            self._left[sort if sort in self._first else None] += fault.count

    def leave_out(self, count: int) -> None:
        """Count faults without listing them."""
        self.count += count
        self._left[None] += count

    def _is_kept(self, sort: object) -> bool:
        """Return whether a fault is listed; beyond the limit, only the first faults of each sort are."""
        if len(self.kept) < self.limit:
            return True
        return len(self.kept) < 2 * self.limit and (sort is None or self._listed[sort] < SHOWN_OF_SORT)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add each of ``faults``."""
        for fault in faults:
            self.add(fault)

    def suggest(self, name: str, *valid: Collection[str]) -> str:
        """Return the valid name nearest to ``name``; empty if there is none, or after too many searches.

        A search compares ``name`` with every valid name; without a limit, a file full of misspellings would
        take hours.
        """
        cost = sum(map(len, valid))
        if len(self.kept) >= self.limit or cost > self._comparisons:
            return ""
        self._comparisons -= cost
        return nearest(name, chain(*valid))

    def raise_if_any(self) -> None:
        """Raise all faults as one error.

        Raises:
            InputError: There is any fault; the last fault has the number of faults that are not listed.
        """
        if self.kept:
            raise self.error()

    def error(self) -> InputError:
        """Return all faults as one error."""
        return InputError(self.all())

    def with_doubts(self, doubts: FaultList) -> InputError:
        """Return all faults as one error, followed by the doubts, which may explain the faults."""
        return InputError((*self.all(), *map(_beside, doubts.all())))

    def all(self) -> tuple[Fault, ...]:
        """Return the listed faults; the first of a sort, or a final fault, has the number of the others."""
        kept = list(self.kept)
        for sort, count in self._left.items():
            if sort is not None and count:
                kept[self._first[sort]] = replace(kept[self._first[sort]], more=count)
        return (*kept, _remainder(self._left[None])) if self._left[None] else tuple(kept)


def _remainder(count: int) -> Fault:
    """Return the fault that stands for ``count`` unlisted faults of any sort."""
    text = Text(zh=f"另有 {count} 处问题未列出", en=f"and {count} more faults that are not listed")
    return Fault(text, more=count)


def _beside(doubt: Fault) -> Fault:
    """Return a doubt as listed among faults, marked as a doubt; a remainder is unchanged."""
    if doubt.is_remainder:
        return doubt
    message = Text(zh=f"存疑：{doubt.message.zh}", en=f"in doubt: {doubt.message.en}")
    return replace(doubt, message=message, is_doubt=True)
