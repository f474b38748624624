"""The content of ``scenario.yaml``: the calendar, the grades and roles, the layers, the rule packs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticKnownError

from allocator.model.text import Text

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


#: Characters that file systems or terminals refuse, and the length of the longest name.
_NOT_IN_NAMES, _LONGEST = frozenset('/\\:*?"<>|'), 64


def scenario_name(name: str) -> str:
    """Return the name of a scenario if a folder can have this name; any language is allowed.

    Raises:
        ValueError: The name is too long, or has a character that a folder cannot have.
    """
    is_safe = name.isprintable() and not _NOT_IN_NAMES & {*name} and name == name.strip(" .\u3000")
    if not (is_safe and 0 < len(name) <= _LONGEST):
        raise ValueError("scenario_name")
    return name


ScenarioName = Annotated[str, AfterValidator(scenario_name)]


class Strict(BaseModel):
    """A part of a YAML file: frozen, and every key must be known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Period(Strict):
    """A stretch of the calendar in which an assignment holds, both days included."""

    id: str
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]

    @model_validator(mode="before")
    @classmethod
    def _year(cls, value: Any) -> Any:
        """Accept a bare year as a period of one calendar year."""
        if isinstance(value, int | str) and re.fullmatch(r"\d{4}", str(value)):
            return {"id": str(value), "from": f"{value}-01-01", "to": f"{value}-12-31"}
        return value

    @model_validator(mode="after")
    def _order(self) -> Period:
        if self.end < self.start:
            raise ValueError("period_order")
        return self

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


#: The units in which the periods before the horizon can be stated.
HistoryUnit = Literal["days", "workdays", "weeks", "months", "quarters", "half-years", "years"]


def _list_or_unit(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "unit"


#: The periods before the horizon: a list in order, or the unit of their spacing.
History = Annotated[
    Annotated[Annotated[tuple[Period, ...], Field(min_length=1, max_length=20_000)], Tag("list")]
    | Annotated[HistoryUnit, Tag("unit")],
    Discriminator(_list_or_unit),
]


class Grade(Strict):
    """A step of the grade ladder with the words that the seat notation may use for it."""

    id: Name
    zh: str
    en: str


DEFAULT_GRADES = (
    Grade(id="head", zh="正", en="head"),
    Grade(id="deputy", zh="副", en="deputy"),
    Grade(id="cadre", zh="干部", en="cadre"),
)


_SENTENCE = re.compile(r"(?P<table>\S+)(?:\s+as\s+(?P<name>\S+))?(?:\s+where\s+(?P<where>.*))?", re.DOTALL)


class Source(Strict):
    """Which rows of which table: ``people`` or ``people where person.grade == "head"``.

    With a name, ``people as mentor where mentor.grade == "head"``, expressions read ``mentor.*`` instead of
    ``person.*``, and ``mentor_home.*`` instead of ``home.*``: for a layer of two tables that are the same.
    """

    table: Literal["units", "people", "groups", "cases"]
    name: Annotated[str, Field(alias="as", pattern=r"^(?:[A-Za-z][A-Za-z0-9_]{0,63})?$")] = ""
    where: str = ""

    @model_validator(mode="before")
    @classmethod
    def _sentence(cls, value: Any) -> Any:
        if isinstance(value, str):
            found = _SENTENCE.fullmatch(value.strip())
            if found is None:
                return {"table": value.strip()}
            parts = {"table": found["table"], "as": found["name"], "where": found["where"]}
            return {key: part.strip() for key, part in parts.items() if part}
        return value


class Range(Strict):
    """How many: from ``least`` to ``most``; ``most`` None means no limit.

    In YAML ``1``, ``0-1``, ``2-3``, ``≥2`` (or ``>=2``), ``≤3`` or ``any``.
    """

    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _notation(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            if value < 0:
                raise ValueError("range_notation")
            return {"least": value, "most": value}
        if not isinstance(value, str):
            return value
        text = value.strip().replace(">=", "≥").replace("<=", "≤").replace("–", "-")
        if text == "any":
            return {}
        if found := re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", text):
            least, most = found.groups()
            return {"least": int(least), "most": int(most or least)}
        if found := re.fullmatch(r"([≥≤])\s*(\d{1,9})", text):
            sign, number = found.groups()
            return {"least": int(number)} if sign == "≥" else {"most": int(number)}
        raise ValueError("range_notation")

    @model_validator(mode="after")
    def _order(self) -> Range:
        if self.most is not None and self.most < self.least:
            raise ValueError("range_order")
        return self

    def __str__(self) -> str:
        if self.most is None:
            return f"≥{self.least}" if self.least else "any"
        return str(self.least) if self.least == self.most else f"{self.least}-{self.most}"


class LayerSpec(Strict):
    """A layer of decisions: which items go to which slots, in which roles, how often.

    Attributes:
        items: What is assigned.
        slots: What it is assigned to.
        roles: Roles of an item in a slot; none where a slot knows no roles.
        periods: ``each`` decides anew in every period, ``once`` for the whole horizon.
        take: How many (slot, role) pairs an item takes in a period.
        pairs: CEL over item and slot; where it does not hold the item can never go there. Use it for
            what is impossible as a matter of course (another district), and rules for what is not allowed.
        title: What people call the layer.
    """

    items: Source
    slots: Source
    roles: tuple[Name, ...] = ()
    periods: Literal["each", "once"] = "each"
    take: Range = Range(least=1, most=1)
    pairs: str = ""
    title: Text = Text()


Cost = Annotated[int, Field(ge=1, le=10**6)]


class IndicatorSpec(Strict):
    """The title of an indicator of ``indicators.csv``, and how a group's value of it is made.

    Attributes:
        title: What people call it; its name in the table where absent.
        per_group: ``sum`` adds up all periods of all members (clues, visits), ``mean`` takes each
            member's last value and their mean (a share, a rate).
    """

    title: Text = Text()
    per_group: Literal["sum", "mean"] = "sum"


class RemedyCosts(Strict):
    """What changes cost that may give a scenario without a plan one, in the planner's own unit.

    Attributes:
        waive: An exception for somebody or some place, for each period that it covers.
        relax: One unit of a number of a rule, for everybody.
        wait: A rule that nobody need keep yet, for each period.
        seats: One seat of a group more or less.
        take: A layer in which somebody may be left without a place.
        recruit: One person more.
    """

    waive: Cost = 10
    relax: Cost = 30
    wait: Cost = 50
    seats: Cost = 20
    take: Cost = 40
    recruit: Cost = 100


def _numbers_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _something_decided(layers: Mapping[str, LayerSpec], given: ValidationInfo) -> Mapping[str, LayerSpec]:
    """Refuse a scenario that has neither layers nor draws."""
    if not layers and not given.data.get("draws"):
        raise PydanticKnownError("missing")
    return layers


class ScenarioSpec(Strict):
    """The content of ``scenario.yaml``.

    Attributes:
        scenario: Name of the scenario, in any language; also names it in plans.
        today: The day that ages and recent ties are counted from; the first period's start if absent.
        periods: The horizon, in order.
        history: The periods before the horizon, in order, or how they go back; if absent, as the
            ``periods`` themselves and the records of postings show.
        grades: The ladder, highest first.
        roles: Names of roles with their words in both languages.
        layers: Layers by name, in the order in which a first plan decides them; none if there are draws only.
        rules: Rule packs, by name (looked for beside the scenario and in ``rules/``) or by path.
        levels: What each level of the objective stands for.
        indicators: What each indicator of ``indicators.csv`` is called and how a group's is made up.
        draws: Draws by lot by name; ``kind`` says which other keys one has.
        columns: For each table, Chinese (or other) headers and the ASCII attribute each stands for.
        remedies: What the changes cost that ``explain`` offers where there is no plan.
        synthetic: True where people and cases are invented.
    """

    scenario: ScenarioName
    title: Text = Text()
    source: str = ""
    about: Text = Text()
    synthetic: bool = False
    today: date | None = None
    periods: Annotated[tuple[Period, ...], Field(min_length=1, max_length=400)]
    history: History | None = None
    grades: tuple[Grade, ...] = DEFAULT_GRADES
    roles: Mapping[Name, Text] = {}
    draws: Mapping[Name, Mapping[str, Any]] = {}
    layers: Annotated[
        Mapping[Name, LayerSpec], AfterValidator(_something_decided), Field(validate_default=True)
    ] = {}
    rules: tuple[Annotated[str, BeforeValidator(_numbers_as_text)], ...] = ()
    levels: Mapping[int, Text] = {}
    indicators: Mapping[str, IndicatorSpec] = {}
    columns: Mapping[str, Mapping[str, Name]] = {}
    remedies: RemedyCosts = RemedyCosts()

    @property
    def reference_day(self) -> date:
        """The day from which ages and the recency of ties are counted."""
        return self.today or self.periods[0].start
