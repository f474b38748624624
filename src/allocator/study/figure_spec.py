"""Figures in a study file: what plans of different scenarios are compared by, measured alike in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.rule import FieldError, Several
from allocator.verify.figure_specs import SumSpec

#: Greatest factor of a part or of a figure in a sum.
MOST_TIMES = 10**6


class FigurePart(Strict):
    """A part of a figure: the cost of a rule, or what is counted in tables or in a layer.

    Attributes:
        rule: A rule as in a rule pack, without ``id`` and ``level``; ``on`` may name a layer for each option.
        count: ``TABLE where CEL`` or ``LAYER where CEL``.
        distinct: With ``count`` of a table: the number of different texts of this expression.
        sum: The sum of a number over rows of a table or assignments of a layer.
        times: What one unit counts.
        only: The options in which the part counts; all of them if empty.
    """

    rule: Annotated[Mapping[str, Any] | None, Field(max_length=30)] = None
    count: str = ""
    distinct: str = ""
    sum: SumSpec | None = None
    times: Annotated[int, Field(ge=1, le=MOST_TIMES)] = 1
    only: Several = ()

    @model_validator(mode="after")
    def _one_measure(self) -> FigurePart:
        if sum((self.rule is not None, bool(self.count), self.sum is not None)) != 1:
            raise FieldError(zh="需给出 rule、count、sum 之一", en="needs one of rule, count and sum")
        if self.distinct and not self.count:
            raise FieldError(zh="distinct 只与 count 同用", en="`distinct` goes with `count`")
        return self

    def layer_in(self, option: str) -> Any:
        """The layer that the rule is on in an option; None where it has none there."""
        assert self.rule is not None
        layer = self.rule.get("on")
        return layer.get(option) if isinstance(layer, Mapping) else layer

    def counts_in(self, option: str) -> bool:
        """Whether the part counts in an option."""
        layer = self.rule.get("on") if self.rule is not None else None
        by_option = isinstance(layer, Mapping) and option not in layer
        return not by_option and (not self.only or option in self.only)


class StudyFigure(Strict):
    """A figure of which less is better: the sum of its parts, or of figures with parts.

    Attributes:
        title: What people call it.
        parts: Its parts.
        sum: Figures with parts, each with what one unit of it counts.
    """

    title: Text = Text()
    parts: Annotated[tuple[FigurePart, ...], Field(max_length=100)] = ()
    sum: Annotated[Mapping[Name, Annotated[int, Field(ge=1, le=MOST_TIMES)]], Field(max_length=100)] = {}

    @model_validator(mode="after")
    def _parts_or_sum(self) -> StudyFigure:
        if bool(self.parts) == bool(self.sum):
            raise FieldError(zh="须有 parts 或 sum 之一", en="must have either `parts` or `sum`")
        return self
