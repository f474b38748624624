"""The view that a draw has of its scenario: rows that a sentence selects, and expressions over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from allocator.errors import Fault, InputError
from allocator.model.scenario import Scenario
from allocator.model.spec import Period, Source
from allocator.model.text import Text
from allocator.rules.expressions.axes import Axis
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import EntityVariables
from allocator.rules.packs import YamlEntry
from allocator.rules.roster import comes_and_goes, presence


class ScenarioView:
    """The view of a scenario for one draw; faults name the field of the draw that they come from."""

    def __init__(
        self,
        scenario: Scenario,
        location: YamlEntry,
        variables: EntityVariables,
        compiler: Compiler,
        day: date | None = None,
    ) -> None:
        self.scenario = scenario
        #: Day on which those drawn must be present.
        self.day = day
        self._absent: dict[str, None] = {}
        self._location = location
        self._variables = variables
        self._compiler = compiler

    def axis(self, source: Source, field: str, other: Source | None = None, prefix: str = "") -> Axis:
        """Return the rows that a sentence selects, as an axis of expressions.

        Args:
            source: The sentence.
            field: The field of the draw that holds the sentence.
            other: Sentence of the other axis of the same expressions; names of the two never collide.
            prefix: Another name for the rows in expressions, such as ``other`` for the second of two people.
        """
        rows = self.scenario.organisation.table(source.table)
        chosen = tuple(rows)
        if source.where:
            holds = self.values(source.where, "BOOL", field, self._variables.side(source, chosen))
            chosen = tuple(row for row, held in zip(rows, holds, strict=True) if held)
        if source.table == "people":
            chosen = self._present(chosen, field)
        if prefix:
            return self._variables.axis(source.table, chosen, prefix)
        return self._variables.side(source, chosen, other)

    @property
    def absent(self) -> tuple[str, ...]:
        """Selected ids that are absent on the day, or in a period (``P3@2027``)."""
        return tuple(sorted(self._absent))

    def leave_out(self, absent: Iterable[str]) -> None:
        """Add absent ids that a kind of draw finds by other means than the day."""
        self._absent.update(dict.fromkeys(absent))

    def _present(self, chosen: tuple[str, ...], field: str) -> tuple[str, ...]:
        """Return the people who have joined, have not retired and are not away on the day.

        Raises:
            InputError: Somebody joins, retires or is away, and the draw names no day.
        """
        if self.day is None:
            if comes_and_goes(self.scenario.organisation, chosen):
                message = Text(
                    zh="有人到岗、退休或离岗；请写明抽中者须在岗的日期（day）",
                    en="somebody joins, retires or is away: say on which `day` those drawn are needed",
                )
                raise InputError([self.fault(message, field, allowed="day: 2026-03-01")])
            return chosen
        today = Period(id="day", **{"from": self.day, "to": self.day})
        there = presence(chosen, "people", self.scenario, [today], once=True)[:, 0]
        self.leave_out(one for one, here in zip(chosen, there, strict=True) if not here)
        return tuple(one for one, here in zip(chosen, there, strict=True) if here)

    def values(self, text: str, returns: str, field: str, *axes: Axis) -> npt.NDArray[Any]:
        """Return the value of an expression for every combination of the axes' rows.

        Raises:
            InputError: The expression is wrong, or reads an empty cell.
        """
        types = {name: kind for axis in axes for name, kind in axis.types.items()}
        try:
            return self._compiler.compile(text, types, returns).over(*axes)
        except SelectorError as error:
            fault = self._location.fault(
                error.message, field, detail=error.detail, nearest=error.nearest, allowed=error.allowed
            )
            raise InputError([fault]) from None

    def holds(self, text: str, field: str, *axes: Axis) -> npt.NDArray[np.bool_]:
        """Return for every combination of the axes' rows whether a condition holds."""
        return np.asarray(self.values(text, "BOOL", field, *axes), dtype=np.bool_)

    def fault(self, message: Any, field: str, **details: Any) -> Fault:
        """Return a fault at a field of the draw."""
        return self._location.fault(message, field, **details)

    def label(self, names: Iterable[str]) -> list[str]:
        """Return the names of some ids."""
        return [self.scenario.organisation.label(name) for name in names]


def source_text(source: Source) -> str:
    """Return a ``table as name where condition`` sentence as an audit file stores it."""
    name = f" as {source.name}" if source.name else ""
    return f"{source.table}{name} where {source.where}" if source.where else f"{source.table}{name}"
