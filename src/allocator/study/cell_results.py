"""Results of cells: one file for each, named by the key of the cell, and a plan file beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.errors import Fault, InputError, shorten, visible_json
from allocator.model.plan import Count, LevelScore
from allocator.model.reading.files import atomic_write, read_bytes, unwritable_fault
from allocator.model.reading.json_files import parse_json
from allocator.model.text import Text
from allocator.study.cells import StudyCell

FORMAT: Literal["allocator-cell/1"] = "allocator-cell/1"
#: How a cell came out. The first three are answers of a solve; ``worse`` was ended since it is proved to be
#: worse than another option; the others are failures, each with its cause.
Outcome = Literal[
    "solved", "infeasible", "no_plan", "worse", "wrong_input", "memory", "cpu", "wall", "internal", "died"
]
#: The outcomes that are failures of the cell, not answers about the scenario.
FAILURES = ("wrong_input", "memory", "cpu", "wall", "internal", "died")
RESULT_BYTES = 4 * 2**20
#: Times that a cell is started before its death is its result.
ATTEMPTS = 3


class CriterionValue(BaseModel):
    """A criterion of a plan.

    Attributes:
        criterion: Its code, such as ``level:1``.
        cost: Its cost as the scenario's own rules count it; None where these rules cannot judge the plan.
        bound: A proven lower bound of it for every plan of the option; None where none is known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    criterion: str
    cost: Count | None = None
    bound: Count | None = None


class CellResult(BaseModel):
    """The result of a cell.

    Attributes:
        key: The key of the cell.
        outcome: How it came out.
        status: Status of the plan.
        score: Cost and bound of each level, as the option counts.
        criteria: The criteria, most important first.
        figures: The figures that the criteria add up, by name.
        stopped: Why the solve ended: a proof, work, time, memory.
        seconds: Seconds of the solve.
        wall_seconds: Seconds of the process.
        best_after: Seconds after which no better plan was found; None without a plan.
        peak_memory: Most bytes in which the process resided; 0 where that is not known.
        versions: Versions of what decides a plan.
        machine: The machine in a few words.
        plan: File of the plan in the folder of plans; empty without one.
        worse_than: The key of the cell whose plan is better than all of this option's.
        attempts: How often the cell was started.
        exit_code: Exit code of a process that died, negative for a signal.
        log: Its last lines.
        faults: What was wrong with the input, each fault in both languages.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal["allocator-cell/1"] = FORMAT
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    outcome: Outcome
    status: str = ""
    score: tuple[LevelScore, ...] = ()
    criteria: tuple[CriterionValue, ...] = ()
    figures: Mapping[str, int] = {}
    stopped: str = ""
    seconds: float = 0.0
    wall_seconds: float = 0.0
    best_after: float | None = None
    peak_memory: int = 0
    versions: Mapping[str, str] = {}
    machine: str = ""
    plan: Annotated[str, Field(pattern=r"^[^/\\]*$")] = ""
    worse_than: str = ""
    attempts: int = 1
    exit_code: int | None = None
    log: tuple[str, ...] = ()
    faults: tuple[Text, ...] = ()

    @property
    def has_plan(self) -> bool:
        """Whether a plan was found."""
        return self.outcome == "solved"

    @property
    def is_failure(self) -> bool:
        """Whether the cell says nothing about its scenario and option."""
        return self.outcome in FAILURES

    @property
    def is_optimal(self) -> bool:
        """Whether the plan is proved to be the best for the option."""
        return self.status == "optimal"

    @property
    def is_repeatable(self) -> bool:
        """Whether the clock did not decide when the search ended."""
        return self.stopped in ("proved", "work", "windows")

    @property
    def costs(self) -> tuple[int | None, ...]:
        """The cost of each criterion."""
        return tuple(one.cost for one in self.criteria)

    @property
    def bounds(self) -> tuple[int, ...]:
        """The bound of each criterion; 0, below which no cost lies, where none is known."""
        return tuple(one.bound or 0 for one in self.criteria)


class ResultStore:
    """The folder of a study's results: ``cells`` and ``plans``, and the ``scenarios`` that were solved.

    Args:
        folder: The folder; it is made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cells, self.plans = folder / "cells", folder / "plans"
        self.scenarios = folder / "scenarios"

    def make(self) -> None:
        """Make the folders.

        Raises:
            InputError: They cannot be made.
        """
        for place in (self.cells, self.plans, self.scenarios):
            try:
                place.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError([unwritable_fault(error, place)]) from None

    def variant_folder(self, scenario: str, option: str, sha256: str) -> Path:
        """Return the folder of a scenario with an option; without one, of the rules that count criteria."""
        return self.scenarios / f"{scenario}{option and '+'}{option}.{sha256[:12]}"

    def load(self, cells: Iterable[StudyCell]) -> dict[str, CellResult]:
        """Return the results that are there, by key; one that cannot be read counts as missing.

        A cell that was ended as worse than another counts only while the other is in the study.
        """
        keys = {cell.key: cell for cell in cells}
        found = {key: result for key, cell in keys.items() if (result := self._read(cell)) is not None}
        return {
            key: result
            for key, result in found.items()
            if result.outcome != "worse" or result.worse_than in found
        }

    def _read(self, cell: StudyCell) -> CellResult | None:
        path = self._path(cell)
        if not path.is_file():
            return None
        try:
            content = read_bytes(path, path.name, RESULT_BYTES)
            result = CellResult.model_validate(parse_json(content, path.name))
        except (InputError, ValidationError):
            return None
        is_whole = not result.has_plan or (bool(result.plan) and (self.plans / result.plan).is_file())
        return result if result.key == cell.key and is_whole else None

    def save(self, cell: StudyCell, result: CellResult, plan: str | None) -> CellResult:
        """Write a result, its plan first, and return it with the name of the plan file.

        Raises:
            InputError: A file cannot be written.
        """
        if plan is not None:
            name = plan_name(cell)
            atomic_write(plan.encode(), self.plans / name)
            result = result.model_copy(update={"plan": name})
        text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False, indent=1)
        atomic_write(visible_json(text + "\n").encode(), self._path(cell))
        return result

    def forget(self, cell: StudyCell) -> None:
        """Remove the result of a cell, so that it is run again."""
        with suppress(OSError):
            self._path(cell).unlink()

    def _path(self, cell: StudyCell) -> Path:
        return self.cells / f"{cell.short_key}.json"


_NOT_PLAIN = re.compile(r"\s+")


def plan_name(cell: StudyCell) -> str:
    """Return the file name of a cell's plan: scenario, option, seed and limit, and the begin of its key."""
    words = f"{cell.scenario}+{cell.option}+seed{cell.seed}+{cell.seconds:g}s"
    return f"{_NOT_PLAIN.sub('-', words)}.{cell.key[:8]}.json"


def answered(cell: StudyCell, answer: Mapping[str, Any], wall_seconds: float, attempts: int) -> CellResult:
    """Return the result of a cell that gave an answer.

    Raises:
        InputError: The answer is not what a cell's process says.
    """
    known = {name: value for name, value in answer.items() if name in CellResult.model_fields}
    try:
        return CellResult.model_validate(
            {
                **known,
                "key": cell.key,
                "wall_seconds": round(wall_seconds, 2),
                "attempts": attempts,
                "plan": "",
            }
        )
    except ValidationError as error:
        message = Text(zh="求解进程的回答无法读取", en="the answer of a cell's process cannot be read")
        raise InputError([Fault(message, found=shorten(error.errors()[0]["msg"]))]) from None
