"""Faults are gathered, not thrown one by one: the user mends a file once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain

from allocator.errors import Fault, InputError, nearest
from allocator.model.text import Text

MOST_FAULTS = 200
_COMPARISONS = 50_000


def bounded(faults: Iterable[Fault]) -> InputError:
    """Return the faults as one error: the first so many, and how many more there are."""
    kept = FaultList()
    kept.extend(faults)
    return kept.error()


class FaultList:
    """The faults found so far: the first ``limit`` are kept, the rest counted."""

    def __init__(self, limit: int = MOST_FAULTS) -> None:
        self.limit = limit
        self.kept: list[Fault] = []
        self.count = 0
        self._comparisons = _COMPARISONS

    def add(self, fault: Fault) -> None:
        """Take note of ``fault``."""
        self.count += 1
        if len(self.kept) < self.limit:
            self.kept.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Take note of each of ``faults``."""
        for fault in faults:
            self.add(fault)

    def suggest(self, name: str, *valid: Collection[str]) -> str:
        """Return the valid name nearest to ``name``, or nothing once too many have been looked for.

        The search compares with every valid name; without a bound a file full of slips would take hours.
        """
        cost = sum(map(len, valid))
        if len(self.kept) >= self.limit or cost > self._comparisons:
            return ""
        self._comparisons -= cost
        return nearest(name, chain(*valid))

    def raise_if_any(self) -> None:
        """Raise all that was found as one error.

        Raises:
            InputError: If there is any fault; its last fault says how many more there are.
        """
        if self.kept:
            raise self.error()

    def error(self) -> InputError:
        """Return all that was found as one error."""
        return InputError(self.all())

    def with_doubts(self, doubts: FaultList) -> InputError:
        """Return all that was found as one error, and what was noticed beside: it may be the reason."""
        return InputError((*self.all(), *map(_beside, doubts.all())))

    def all(self) -> tuple[Fault, ...]:
        """Return all that was found; the last one says how many more there are than were kept."""
        more = self.count - len(self.kept)
        text = Text(zh=f"另有 {more} 处问题未列出", en=f"and {more} more faults that are not listed")
        return (*self.kept, Fault(text)) if more else tuple(self.kept)


def _beside(doubt: Fault) -> Fault:
    """Return a doubt that is told among faults."""
    message = Text(zh=f"存疑：{doubt.message.zh}", en=f"in doubt: {doubt.message.en}")
    return replace(doubt, message=message)
