"""Axes: entities in order with the variables that expressions may read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from cel_expr_python import cel

Types = Mapping[str, cel.Type]


@dataclass(frozen=True, eq=False)
class Axis:
    """Entities in order, and for each variable its value for each of them."""

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
    return Axis([axis.ids[k] for k in places], _Taken(axis.columns, places), axis.types)


class _Taken(Mapping[str, Sequence[Any]]):
    """Columns of which only some places are taken, each when it is read: an expression reads few of them."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], places: Sequence[int]) -> None:
        self._columns, self._places = columns, places

    def __getitem__(self, name: str) -> Sequence[Any]:
        column = self._columns[name]
        return [column[k] for k in self._places]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
