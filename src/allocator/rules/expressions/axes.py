"""Axes: entities in order with the variables that expressions read of them, and the scores of pairs.

Each column of an axis is computed when an expression first reads it. A table has some twenty variables and a
rule reads two or three of them; computed beforehand for 500,000 people, the others would take a gigabyte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from cel_expr_python import cel

from allocator.model.layer import IntArray, Layer
from allocator.model.scenario import Coded, Codes, Scenario


class Columns(Mapping[str, Sequence[Any]]):
    """The values of each variable for every entity of an axis."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Sequence[Any]]) -> None:
        """Prepare columns that are computed on first use.

        Args:
            names: The variables.
            make: Returns the values of a variable; called once for each variable that is read.
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
    """Return the columns of two mappings; the second mapping wins for a name that both have."""
    return Columns(
        {**dict.fromkeys(one), **dict.fromkeys(other)}, lambda name: (other if name in other else one)[name]
    )


Types = Mapping[str, cel.Type]


@dataclass(frozen=True, eq=False)
class Axis:
    """Entities in order, with the values of each variable for them.

    Attributes:
        ids: ``n`` entities.
        columns: ``n`` values of each variable.
        types: The CEL type of each variable.
    """

    ids: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    types: Types

    def __len__(self) -> int:
        return len(self.ids)


def take(axis: Axis, chosen: npt.NDArray[np.int64]) -> Axis:
    """Return the axis with only the chosen entities, in the order given."""
    if np.array_equal(chosen, np.arange(len(axis))):
        return axis
    places = chosen.tolist()

    def column(name: str) -> list[Any]:
        values = axis.columns[name]
        return [values[k] for k in places]

    return Axis([axis.ids[k] for k in places], Columns(axis.columns, column), axis.types)


#: The prefix of the variables of pairs: ``score.bid`` is the number in ``scores-bid.csv``.
SCORE = "score"
#: The limit of combined codes, far below 2^63; larger codes are renumbered.
_FAR = 2**40


@dataclass(frozen=True, eq=False)
class Pairs:
    """The variables of the pairs of items and slots, each as distinct values and ``[I, S]`` codes."""

    columns: Mapping[str, Coded]
    types: Types

    def take(self, items: npt.NDArray[np.int64], slots: npt.NDArray[np.int64]) -> Pairs:
        """Return the pairs of the chosen items and slots."""
        if all(len(items) * len(slots) == codes.size for _, codes in self.columns.values()):
            return self
        chosen = {
            name: (values, codes[np.ix_(items, slots)]) for name, (values, codes) in self.columns.items()
        }
        return Pairs(chosen, self.types)


def pair_types(scenario: Scenario) -> Types:
    """Return the variables of pairs with their types."""
    scores = scenario.organisation.scores
    types = cel.Type
    return {
        f"{SCORE}.{name}": types.INT if table.is_whole else types.DOUBLE for name, table in scores.items()
    }


def pairs_of(scenario: Scenario, layer: Layer) -> Pairs:
    """Return the variables of all pairs of a layer."""
    return pairs_between(scenario, layer.items, layer.slots)


def pairs_between(scenario: Scenario, rows: Sequence[str], columns: Sequence[str]) -> Pairs:
    """Return the variables of all pairs of two lists of ids, such as slots and periods."""
    found = {
        f"{SCORE}.{name}": table.between(rows, columns)
        for name, table in scenario.organisation.scores.items()
    }
    return Pairs(found, pair_types(scenario))


def combinations(codes: Sequence[IntArray | Codes]) -> tuple[IntArray, IntArray]:
    """Return the first index of each distinct combination of codes, and ``[n]`` each index's combination."""
    key, size = codes[0].astype(np.int64, copy=False), int(codes[0].max(initial=0)) + 1
    for one in codes[1:]:
        count = int(one.max(initial=0)) + 1
        if size * count > _FAR:
            key = np.unique(key, return_inverse=True)[1]
            size = int(key.max(initial=0)) + 1
        key, size = key * count + one, size * count
    if size > len(key):
        _, first, code = np.unique(key, return_index=True, return_inverse=True)
        return first, code
    # Counting is faster than sorting where combinations repeat.
    place = np.full(size, len(key))
    place[key[::-1]] = np.arange(len(key))[::-1]
    first = place[place < len(key)]
    number = np.cumsum(place < len(key)) - 1
    return first, number[key]
