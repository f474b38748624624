"""Columns of an axis, each worked out when an expression first reads it.

A table has some twenty variables and a rule reads two or three of them; worked out beforehand for
500,000 people, the others alone would take a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any


class Columns(Mapping[str, Sequence[Any]]):
    """The values of each variable for every entity of an axis."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Sequence[Any]]) -> None:
        """Take note of how a column is made.

        Args:
            names: The variables.
            make: Returns the values of one of them; asked once for each that is read.
        """
        self._names = tuple(names)
        self._make = make
        self._made: dict[str, Sequence[Any]] = {}

    def __getitem__(self, name: str) -> Sequence[Any]:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def joined(one: Mapping[str, Sequence[Any]], other: Mapping[str, Sequence[Any]]) -> Columns:
    """Return the columns of both; where both have one of a name, that of the second."""
    return Columns(
        {**dict.fromkeys(one), **dict.fromkeys(other)}, lambda name: (other if name in other else one)[name]
    )
