"""The data of a run in a plan: the route, the structure, the overrides, and the witnesses of proofs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    StrictInt,
    ValidationError,
)
from pydantic_core import PydanticKnownError

from allocator.model.text import Text

#: The structure of the program: a network, a network but for its costs, zones, none, windows, or unknown.
StructureKind = Literal["network", "network_constraints", "zones", "none", "rolling", "unknown"]


class _RunPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """Return the fields that differ from their defaults as JSON."""
        return self.model_dump(mode="json", exclude_defaults=True)


class RunLevel(_RunPart):
    """One level of the solve.

    Attributes:
        level: The level.
        solver: The solver that found the plan: ``flow``, ``zones``, ``cp-sat``, ``mip``, ``relaxation`` ...
        proof: The back ends that proved the cost to be the least, as in ``score``; empty if it is not proved.
    """

    level: int
    solver: str
    proof: Annotated[tuple[str, ...], FailFast()] = ()


class RunRoute(_RunPart):
    """The route to the plan.

    Attributes:
        kind: The name of the route, such as ``network_flow``, ``zones``, ``lexicographic`` (level by level),
            ``rolling``, ``minimum_changes`` or ``draw``.
        levels: The levels that were searched, most important first.
        window: Periods of a window that were searched jointly, in a rolling solve.
        failed_window: The window for which no plan was found, such as ``posting 2026 - 2027``.
        draw: The draw that the plan comes from.
    """

    kind: str
    levels: Annotated[tuple[RunLevel, ...], FailFast()] = ()
    window: int | None = None
    failed_window: str | None = None
    draw: str | None = None


class RunStructure(_RunPart):
    """The structure of the program, on which the route depends.

    Attributes:
        kind: The structure; ``rolling`` where only windows of the program were looked at.
        rules: Ids of the rules that keep it from being a network; none are named where it is one.
    """

    kind: StructureKind
    rules: Annotated[tuple[str, ...], FailFast()] = Field(default=())


#: Largest number of points that are kept of a solve.
MOST_POINTS = 200


class ProgressPoint(_RunPart):
    """One step of a solve: the best cost of a level, and its proven lower bound, from a moment on.

    Attributes:
        level: The level that was minimised.
        cost: The cost of its best plan so far.
        bound: Its lower bound so far.
        at: When: in the unit of the record, since the solve began.
        stage: The stage, counted from 0.
    """

    level: StrictInt
    cost: StrictInt
    bound: StrictInt
    at: float = Field(ge=0, allow_inf_nan=False)
    stage: StrictInt = Field(default=0, ge=0)


class RunProgress(_RunPart):
    """How cost and bound of each level went while a plan was searched for.

    Attributes:
        unit: ``work`` for the solver's deterministic work, with one worker; else ``seconds``.
        end: When the search ended.
        stages: The name of each stage: the layers, or the window, that were searched.
        points: The steps in their order, thinned out evenly to ``MOST_POINTS``; the last one of each level is
            what the plan says in its score.
    """

    unit: Literal["work", "seconds"]
    end: float = Field(ge=0, allow_inf_nan=False)
    stages: Annotated[tuple[str, ...], Field(max_length=MOST_POINTS), FailFast()]
    points: Annotated[tuple[ProgressPoint, ...], Field(max_length=MOST_POINTS), FailFast()]


_Part = TypeVar("_Part", RunRoute, RunStructure, RunProgress)


def read_run_part(part: type[_Part], value: Any) -> _Part | None:
    """Return a part of ``run`` as a model; None if the value does not fit, such as a text of older plans."""
    try:
        return part.model_validate(value)
    except ValidationError:
        return None


#: Largest number of pins, and of exclusions, in a call.
MOST = 2_000
_Places = Annotated[tuple[str, ...], Field(max_length=MOST), FailFast()]


def _is_day(text: str) -> str:
    """Refuse a text that is no day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise PydanticKnownError("date_parsing", {"error": "no day"}) from None
    return text


_Day = Annotated[str, AfterValidator(_is_day)]


def _quoted(text: str) -> str:
    """Return a text as a word of a command."""
    return shlex.quote(text) if re.search(r"[\s\"'&|<>()\[\]$!*?;]", text) else text


class Overrides(BaseModel):
    """What a call asks for beside the scenario, with codes for all names.

    Attributes:
        pin: Places settled beforehand, ``ITEM=SLOT[/ROLE][@PERIOD]``.
        exclude: Who is kept out of where, ``ITEM[=SLOT[/ROLE]][@PERIOD]``.
        freeze: What stays as in the baseline, ``WHAT[@PERIODS]``; older plans name it ``keep``.
        since: The day from which on the baseline may change, if periods ended before it; at most one.
        at_most: The limits of changes from the baseline, ``moves=K``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    pin: _Places = ()
    exclude: _Places = ()
    freeze: Annotated[_Places, Field(validation_alias=AliasChoices("freeze", "keep"))] = ()
    since: Annotated[tuple[_Day, ...], Field(max_length=1), FailFast()] = ()
    at_most: Annotated[tuple[str, ...], Field(max_length=1), FailFast()] = ()

    def __bool__(self) -> bool:
        """Whether there is any override."""
        return any(places for _, places in self)

    @property
    def options(self) -> list[str]:
        """The overrides as options of a command."""
        return [f"--{name.replace('_', '-')} {_quoted(place)}" for name, places in self for place in places]

    def without(self, other: Overrides) -> Overrides:
        """Return the pins and exclusions that ``other`` does not have; the rest is left out."""
        pin = tuple(one for one in self.pin if one not in other.pin)
        return Overrides(pin=pin, exclude=tuple(one for one in self.exclude if one not in other.exclude))

    def to_run_data(self) -> dict[str, list[str]]:
        """Return the overrides as JSON, without empty lists."""
        return {name: list(places) for name, places in self if places}


#: The back ends that a proof relies on, all of them together.
Witnesses = frozenset[str]

ZERO, ROWS, FLOW, CP_SAT, HIGHS = "zero", "rows", "flow", "cp-sat", "highs"
COVER, PRICES, EARLIER = "cover", "prices", "earlier"

#: The names of all witnesses, in the order in which plans write them, with their titles.
NAMES = MappingProxyType(
    {
        ZERO: Text(zh="代价不会小于零", en="no plan costs less than nothing"),
        ROWS: Text(zh="由约束逐条推得", en="follows from the rows, one by one"),
        FLOW: Text(zh="最小费用流", en="min-cost flow"),
        CP_SAT: Text(zh="CP-SAT", en="CP-SAT"),
        HIGHS: Text(zh="HiGHS", en="HiGHS"),
        COVER: Text(zh="枚举片区", en="all zones of a map, thinned out"),
        PRICES: Text(zh="拉格朗日对偶", en="Lagrangian prices in whole numbers"),
        EARLIER: Text(zh="以前的求解（未注明）", en="an earlier solve that does not say"),
    }
)

#: The witness of the bound 0 needs no second one: the checks recount the cost, and no cost is negative.
NOTHING_IS_LESS: Witnesses = frozenset((ZERO,))
BY_ROWS: Witnesses = frozenset((ROWS,))
NOBODY: Witnesses = frozenset()
#: The back ends that can confirm a bound of any program, in the order in which they are tried.
SECOND = (HIGHS, CP_SAT)


def combine_witnesses(*parts: Iterable[str]) -> Witnesses:
    """Return the witnesses of a proof that combines several parts.

    ``rows`` and ``zero`` are named only if the proof needs no solver: every solver reads the rows anyway.
    """
    every = frozenset().union(*parts)
    solvers = every - NOTHING_IS_LESS - BY_ROWS
    return solvers or (BY_ROWS if ROWS in every else every)


def witnesses_of(by: Iterable[str], confirmed: Iterable[str] | None) -> tuple[Witnesses, Witnesses]:
    """Return the witnesses of a bound as another plan names them, and the witnesses of its second proof.

    Unknown or missing names become ``earlier``. A second proof counts only if it shares no witness with the
    first.
    """
    first, second = frozenset(by), frozenset(confirmed or ())
    known = first if first and first <= NAMES.keys() else frozenset((EARLIER,))
    is_second = EARLIER not in known and second <= set(SECOND) and is_confirmed(known, second)
    return known, second if is_second else NOBODY


def in_order(witnesses: Iterable[str]) -> tuple[str, ...]:
    """Return witnesses in the order in which plans write them."""
    found = set(witnesses)
    return (*(name for name in NAMES if name in found), *sorted(found - NAMES.keys()))


def is_confirmed(by: Iterable[str], second: Iterable[str] | None) -> bool:
    """Whether there are two proofs that share no back end."""
    first, other = set(by), set(second or ())
    return bool(first and other) and not first & other
