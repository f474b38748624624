"""What a solve is asked for, and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from allocator.model.plan import Assignment
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.progress_recorder import ProgressRecorder
from allocator.optimise.second_proofs import Confirm
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import Found


@dataclass(frozen=True)
class Options:
    """How to solve.

    Attributes:
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Threads; 0 means as many as there are cores. With one worker a solve can be repeated exactly.
        window: Periods that are searched jointly (``routes/rolling.py``); 0 means all.
        confirm: Whether a second solver is asked to confirm what is proved (``confirm.py``).
        minimum_changes: Whether the number of changes from the baseline is minimised before all levels.
    """

    seconds: float = 60.0
    seed: int = 1
    workers: int = 0
    window: int = 0
    confirm: Confirm = "off"
    minimum_changes: bool = False


@dataclass(frozen=True, eq=False)
class SolveRequest:
    """A policy to solve.

    Attributes:
        policy: The policy.
        options: How to solve it.
        context: Seed, budget, observer and stop.
        warm_start: The plan to begin from, and known bounds.
        recorder: Records how cost and bound go.
    """

    policy: Policy
    options: Options
    context: SolveContext
    warm_start: WarmStart
    recorder: ProgressRecorder


@dataclass(frozen=True)
class SolveResult:
    """The result of a solve.

    Attributes:
        status: ``optimal`` if every level is proved, ``feasible``, ``infeasible`` or ``unknown``.
        assignments: The plan; empty if there is none.
        proofs: Cost and bound of each level, the hard level first; empty without a plan.
        run: How the plan was found, as plans carry it.
        interrupted: Whether the solve was asked to stop.
        rule_costs: The cost of each rule by its id in the program; the checks must find the same.
        solvers: The solver that found the plan of each level.
        refuted: The proof that there is no plan, where that is so.
        counted: The rules that count the changes, where those were minimised.
        changes: The number of changes and its lower bound, likewise.
    """

    status: Found
    assignments: tuple[Assignment, ...]
    proofs: tuple[Proof, ...]
    run: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    rule_costs: dict[str, int] = field(default_factory=dict)
    solvers: Mapping[int, str] = field(default_factory=dict)
    refuted: Bound | None = None
    counted: tuple[Rule, ...] = ()
    changes: Proof | None = None
