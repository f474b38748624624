"""The content of a study file: scenarios, options, seeds, limits and the criteria to compare by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from allocator.model.spec import Name, Strict, scenario_name
from allocator.model.text import Text
from allocator.rules.rule import FieldError, Several
from allocator.study.figure_spec import StudyFigure

#: What stands for the seed in the folder of an option.
SEED = "{seed}"
#: Most cells of a study.
MOST_CELLS = 100_000
_SPAN = re.compile(r"(\d{1,10})\s*-\s*(\d{1,10})")


def _plain_name(name: str) -> str:
    try:
        return scenario_name(name)
    except ValueError:
        raise FieldError(
            zh="名称须可作文件夹名：1 至 64 字，中英文均可，首尾不为空格或点",
            en="must be a name that a folder can have: 1 to 64 characters, no blanks or dots at its ends",
        ) from None


#: A name in any language that a folder can have.
FolderName = Annotated[str, BeforeValidator(str), AfterValidator(_plain_name)]


def _one_or_span(value: Any) -> Any:
    """Accept one number, or a span such as ``1-5``, in place of a list of whole numbers."""
    if isinstance(value, str) and (found := _SPAN.fullmatch(value.strip())):
        first, last = map(int, found.groups())
        if last - first >= 1_000:
            raise FieldError(zh="一次至多 1000 个", en="at most 1000 at a time")
        return tuple(range(first, last + 1))
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise FieldError(zh="有重复", en="has a value twice")
    return values


Seeds = Annotated[
    Annotated[tuple[Annotated[int, Field(ge=0, le=2**31 - 1)], ...], Field(min_length=1, max_length=1_000)],
    BeforeValidator(_one_or_span, json_schema_input_type=int | str | tuple[int, ...]),
    AfterValidator(_distinct),
]
Seconds = Annotated[float, Field(ge=0.1, le=10**6, allow_inf_nan=False)]
Limits = Annotated[
    Annotated[tuple[Seconds, ...], Field(min_length=1, max_length=100)],
    BeforeValidator(_one_or_span, json_schema_input_type=float | str | tuple[float, ...]),
    AfterValidator(_distinct),
]
Paths = Annotated[
    Annotated[tuple[str, ...], Field(min_length=1, max_length=2_000)],
    BeforeValidator(
        lambda value: (value,) if isinstance(value, str) else value,
        json_schema_input_type=str | tuple[str, ...],
    ),
]


class Criterion(Strict):
    """What plans are compared by: the cost of a level or a rule, as the scenario counts it, or a figure.

    Attributes:
        level: A level of the scenario.
        rule: The id of a rule; that of a hard rule counts its breaches.
        figure: The name of a figure of the study.
        title: What people call it.
    """

    level: Annotated[int, Field(ge=1, le=99)] | None = None
    rule: str | None = None
    figure: str | None = None
    title: Text = Text()

    @model_validator(mode="after")
    def _one_of_them(self) -> Criterion:
        if sum(one is not None for one in (self.level, self.rule, self.figure)) != 1:
            raise FieldError(
                zh="须为 level、rule、figure 之一", en="must have one of `level`, `rule` and `figure`"
            )
        return self

    @property
    def code(self) -> str:
        """The criterion as one word: ``level:1``, ``rule:ID`` or ``figure:NAME``."""
        if self.figure is not None:
            return f"figure:{self.figure}"
        return f"level:{self.level}" if self.level is not None else f"rule:{self.rule}"


class StudyOption(Strict):
    """A named variation of every scenario; without any field, the scenario as it is.

    Attributes:
        title: What people call it.
        folder: The folder that the option solves, inside that of the scenario; ``{seed}`` is the seed.
        scenario: Fields of ``scenario.yaml`` with other values, mappings key by key; null removes one.
        change: Rules by id, with the fields that differ.
        weights: Other weights of rules, by id.
        drop: Ids of rules that are left out.
        add: Further rules.
        tables: Files in place of tables, by the table's file name.
        seeds: Its own seeds, in place of those of the study.
        limits: Its own limits in seconds, in place of those of the study.
    """

    title: Text = Text()
    folder: str = ""
    scenario: Mapping[str, Any] = {}
    change: Annotated[tuple[Mapping[str, Any], ...], Field(max_length=1_000)] = ()
    weights: Mapping[str, Annotated[int, Field(ge=1, le=10**6)]] = {}
    drop: Several = ()
    add: Annotated[tuple[Mapping[str, Any], ...], Field(max_length=1_000)] = ()
    tables: Mapping[str, str] = {}
    seeds: Seeds | None = None
    limits: Limits | None = None

    @property
    def differs_by_seed(self) -> bool:
        """Whether the option solves another scenario for each seed."""
        return SEED in self.folder

    @property
    def changes_rules(self) -> bool:
        """Whether any rule is changed, dropped or added."""
        return bool(self.change or self.weights or self.drop or self.add)

    @property
    def changes_anything(self) -> bool:
        """Whether the option differs from the scenario as it is."""
        return bool(self.changes_rules or self.scenario or self.tables)


class FactsSpec(Strict):
    """A table with a row for each scenario.

    Attributes:
        table: The file, from the study's folder; columns ``scenario``, ``title``, ``lon``, ``lat`` and more.
        columns: Titles of the numbers by which options are told apart; by default all columns of numbers.
    """

    table: str
    columns: Annotated[Mapping[str, Text], Field(max_length=20)] = {}


class StudySpec(Strict):
    """The content of a study file.

    Attributes:
        study: Name of the study, in any language.
        title: Its title for people.
        scenarios: Folders (or workbooks) of scenarios, from the study's folder; or bundled scenarios by id.
        options: Options by name; without any, the scenarios as they are.
        seeds: Seeds of random choices, one or several, or a span such as ``1-5``.
        limits: Time limits of a solve in seconds, one or several.
        workers: Threads of a solve; only one makes plans repeatable.
        memory: Most memory of a cell in GiB; None for no limit.
        wall: Most seconds that a cell may take in all; by default twice its limit and 60 s.
        cpu: Most seconds of processor time of a cell; None for no limit.
        figures: Figures by name, measured alike in all options.
        criteria: What plans are compared by, most important first; by default all levels.
        facts: A table with what is known of each scenario, to tell where which option is the best.
        stop_when_worse: Whether a cell ends once its option is proved to be worse than another.
    """

    study: FolderName
    title: Text = Text()
    about: Text = Text()
    scenarios: Paths
    options: Annotated[Mapping[FolderName, StudyOption], Field(max_length=200)] = {}
    seeds: Seeds = (1,)
    limits: Limits = (60.0,)
    workers: Annotated[int, Field(ge=1, le=1024)] = 1
    memory: Annotated[float, Field(ge=0.25, le=10**6, allow_inf_nan=False)] | None = None
    wall: Annotated[float, Field(ge=1, le=10**7, allow_inf_nan=False)] | None = None
    cpu: Annotated[int, Field(ge=1, le=10**7)] | None = None
    figures: Annotated[Mapping[Name, StudyFigure], Field(max_length=100)] = {}
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=20)] = ()
    facts: FactsSpec | None = None
    stop_when_worse: bool = True

    @property
    def all_options(self) -> Mapping[str, StudyOption]:
        """The options by name; a study without any has one."""
        return self.options or {"as-it-is": StudyOption()}

    @property
    def has_own_criteria(self) -> bool:
        """Whether any criterion is counted by the scenario's own rules: all levels, if none is named."""
        return not self.criteria or any(one.figure is None for one in self.criteria)
