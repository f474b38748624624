"""Axes: entities in order with the variables that expressions may read of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from cel_expr_python import cel

from allocator.rules.columns import Columns

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

    def column(name: str) -> list[Any]:
        values = axis.columns[name]
        return [values[k] for k in places]

    return Axis([axis.ids[k] for k in places], Columns(axis.columns, column), axis.types)
