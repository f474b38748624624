"""The figures that a study compares by, as levels of soft rules above those of the scenario.

Every option is solved for the same figures first, so that each has a proven bound in each option.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from allocator.model.text import Text
from allocator.study.figure_spec import FigurePart, StudyFigure
from allocator.study.study_spec import StudySpec
from allocator.verify.figure_specs import CountSpec, SumSpec, split_sentence
from allocator.verify.figures import COUNTABLE_TABLES

Path = tuple[str | int, ...]


class RulePart(BaseModel):
    """A part of a figure that a rule counts.

    Attributes:
        id: The id of the rule in the variant.
        figure: The figure of which it is a part.
        factor: What one unit of this figure counts at the level.
        fields: The fields of the rule, with id, level and weight.
        where: The place of its definition in the study file.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    figure: str
    factor: int
    fields: Mapping[str, Any]
    where: Path


class TablePart(BaseModel):
    """A part of a figure that tables alone decide, the same for every plan.

    Attributes:
        figure: The figure of which it is a part.
        factor: What one unit of this figure counts at the level.
        times: What one unit counts in its figure.
        count: What is counted; None for a sum.
        sum: What is added up; None for a count.
        where: The place of its definition in the study file.
    """

    model_config = ConfigDict(frozen=True)

    figure: str
    factor: int
    times: int = 1
    count: CountSpec | None = None
    sum: SumSpec | None = None
    where: Path = ()


class FigureLevel(BaseModel):
    """A figure that is a criterion, in one option.

    Attributes:
        name: Name of the figure.
        level: The level of its rules in the variant.
        rules: Its parts that rules count.
        tables: Its parts that tables decide.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    level: int
    rules: tuple[RulePart, ...] = ()
    tables: tuple[TablePart, ...] = ()

    @property
    def code(self) -> str:
        """The criterion as one word."""
        return f"figure:{self.name}"


class FigureLevels(BaseModel):
    """The figures that are criteria, in one option, most important first, with titles of their levels."""

    model_config = ConfigDict(frozen=True)

    levels: tuple[FigureLevel, ...] = ()
    titles: Mapping[int, Text] = {}


#: Where a study compares by no figure.
NO_FIGURES = FigureLevels()


def compared_figures(spec: StudySpec) -> tuple[str, ...]:
    """Return the names of the figures that are criteria, in the order of the criteria."""
    return tuple(one.figure for one in spec.criteria if one.figure is not None)


def figure_levels(spec: StudySpec, option: str) -> FigureLevels:
    """Return the figures that are criteria as levels of an option."""
    names = dict(enumerate(compared_figures(spec), 1))
    return FigureLevels(
        levels=tuple(_level(spec.figures, name, level, option) for level, name in names.items()),
        titles={level: figure_title(spec, name) for level, name in names.items()},
    )


def figure_title(spec: StudySpec, name: str) -> Text:
    """Return the title of a figure; without one, its name."""
    return spec.figures[name].title or Text(zh=name, en=name)


def _level(figures: Mapping[str, StudyFigure], name: str, level: int, option: str) -> FigureLevel:
    rules: list[RulePart] = []
    tables: list[TablePart] = []
    for leaf, factor in leaves(figures, name).items():
        for k, part in enumerate(figures[leaf].parts):
            if not part.counts_in(option):
                continue
            where = ("figures", leaf, "parts", k)
            fields = rule_fields(part, option)
            if fields is None:
                count = CountSpec(count=part.count, distinct=part.distinct) if part.count else None
                tables.append(TablePart(figure=leaf, factor=factor, times=part.times, count=count,
                                        sum=part.sum, where=where))  # fmt: skip
                continue
            weight = fields.get("weight", 1)
            if isinstance(weight, int):
                weight *= part.times * factor
            name_of_rule = f"figure-{level}-{leaf}-{k + 1}"
            whole = {**fields, "id": name_of_rule, "level": level, "weight": weight}
            rules.append(RulePart(id=name_of_rule, figure=leaf, factor=factor, fields=whole, where=where))
    return FigureLevel(name=name, level=level, rules=tuple(rules), tables=tuple(tables))


def rule_fields(part: FigurePart, option: str) -> dict[str, Any] | None:
    """Return the rule that counts a part in an option; None where tables alone decide it.

    What is counted in a layer is a place that had better not be taken.
    """
    if part.rule is not None:
        return {**part.rule, "on": part.layer_in(option)}
    source, where = split_sentence(part.count or (part.sum.of if part.sum else ""))
    if source in COUNTABLE_TABLES:
        return None
    fields: dict[str, Any] = {"kind": "prefer", "on": source, "when": f"!({where or 'true'})"}
    if part.sum is not None:
        fields["cost"] = part.sum.value
    return fields


def leaves(figures: Mapping[str, StudyFigure], name: str) -> dict[str, int]:
    """Return the figures with parts that a figure adds up, each with what one unit of it counts."""
    figure = figures[name]
    return {name: 1} if figure.parts else dict(figure.sum)


def shown_figures(spec: StudySpec) -> tuple[str, ...]:
    """Return the figures that the criteria add up, each once, in the order of the criteria."""
    found = [leaf for name in compared_figures(spec) for leaf in leaves(spec.figures, name)]
    return tuple(dict.fromkeys(found))
