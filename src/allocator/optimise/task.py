"""What is being solved: a program that grows by cuts, what is fixed of it, and what levels are held to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocator.graph.neighbours import Neighbours
from allocator.program.bounds import Bounds
from allocator.program.cuts import RuleCut, add_cuts, add_tangents, has_outer_approximation, violated_tangents
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.lazy_auxiliaries import add_benders_rows, undefined_auxiliaries, violated_benders
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.structure import independent_components
from allocator.program.subproblem import Subproblem, objective_lower_bound


@dataclass(eq=False)
class Task:
    """A program on its way through the levels.

    Attributes:
        program: The program; it grows when a plan breaks what was not written beforehand.
        cuts: The rows that a plan, given as decisions, calls for.
        map: Which items are neighbours, where cuts ask for connected slots and nothing else.
        bounds: Bounds of the variables.
        caps: What levels may cost at most.
        has_grown: Whether a plan has called for cuts.
        is_rough: Whether what a solver says a plan costs may be too little (``tangents.py``, ``medoids.py``).
        is_tight: Whether no plan can cost less than the caps allow, at any capped level.
    """

    program: Program
    cuts: Callable[[IntArray], list[RuleCut]]
    map: Neighbours | None = None
    bounds: Bounds = field(init=False)
    caps: dict[int, int] = field(default_factory=dict)
    has_grown: bool = False
    has_outer_approximation: bool = field(init=False)
    is_tight: bool = True
    _questions: dict[int | None, Subproblem] = field(default_factory=dict)
    _parts: list[BoolArray] | None = None
    _met: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.bounds = self.program.lower, self.program.upper
        self.is_rough = has_outer_approximation(self.program) or bool(undefined_auxiliaries(self.program))

    @property
    def is_fixed(self) -> bool:
        """Whether variables were fixed, so that what cannot be here may be elsewhere."""
        return self.bounds[0] is not self.program.lower

    def fix(self, columns: IntArray, values: IntArray) -> None:
        """Fix variables to values."""
        if len(columns):
            lower, upper = (bound.copy() for bound in self.bounds)
            lower[columns] = upper[columns] = values
            self.bounds = lower, upper
            self._forget()

    def cap(self, level: int, cost: int, *, proved: bool) -> None:
        """Hold ``level`` to ``cost`` from now on, be that proved to be the least or not."""
        self.caps[level] = cost
        self.is_tight = self.is_tight and proved
        self._questions = {None: self.question(None)}  # which knows no caps

    def release(self, level: int) -> None:
        """Hold ``level`` and all after it to nothing any more; all before it are proved."""
        self.caps = {other: cost for other, cost in self.caps.items() if other < level}
        self.is_tight = True
        self._questions = {None: self.question(None)}

    def question(self, level: int | None) -> Subproblem:
        """Return what is asked at a level; asked for any plan, no level is held to its cap."""
        if level not in self._questions:
            caps = {} if level is None else dict(self.caps)
            self._questions[level] = Subproblem(self.program, level, caps, self.bounds)
        return self._questions[level]

    def least(self, level: int) -> int:
        """Return what a level costs at least by the bounds that follow from the rows alone."""
        whole = self.question(None).full()
        return 0 if whole is None else objective_lower_bound(self.question(level), whole)

    def follow(self) -> Bounds:
        """Return the bounds of all variables that follow from the rows; as written, where no plan does."""
        whole = self.question(None).full()
        return self.bounds if whole is None else whole.full_bounds()

    def parts(self) -> list[BoolArray] | None:
        """Return ``[variables]`` masks of the independent parts, or None if no plan is possible."""
        whole = self.question(None).full()
        if self._parts is None and whole is not None:
            self._parts = [self._mask(columns) for columns in independent_components(whole)]
        return self._parts

    def _forget(self) -> None:
        """What was asked of the program is no longer what it says."""
        self._questions.clear()
        self._parts = None

    def _mask(self, columns: IntArray) -> BoolArray:
        mask = np.zeros(len(self.program), dtype=np.bool_)
        mask[columns] = True
        return mask

    def settled(self, values: IntArray, *, follows: bool = False) -> IntArray | None:
        """Return a plan with its auxiliaries set by their definitions.

        Args:
            values: ``[variables]`` the plan.
            follows: Whether its auxiliaries are known to be what their definitions say.

        Returns:
            None if the plan calls for cuts; the program has then grown by them.
        """
        decisions = values[: self.program.decisions.count]
        cuts = self.cuts(decisions)
        if cuts:
            self.program = add_cuts(self.program, cuts)
            self.has_grown = True
            self._forget()
            return None
        return values if follows else np.asarray(evaluate_auxiliaries(self.program, decisions[None, :])[0])

    def prices(self, values: IntArray, settled: IntArray) -> bool:
        """Whether a solver priced a plan at what it costs; if not, the program grows by what was missing.

        Args:
            values: ``[variables]`` what the solver found.
            settled: The same, settled.
        """
        if not self.is_rough:
            return True
        missing = [one for one in violated_tangents(self.program, values, settled) if one not in self._met]
        if missing:
            self._met.update(missing)
            self.program = add_tangents(self.program, missing)
        ways = violated_benders(self.program, values, settled)
        if ways:
            self.program = add_benders_rows(self.program, ways, settled)
        if missing or ways:
            self._forget()
        return not (missing or ways)

    def is_sound(self, values: IntArray) -> bool:
        """Whether a plan breaks no row and calls for no cut."""
        return not violated_rows(self.program, values[None, :]).any() and self.settled(values) is not None

    def cost(self, values: IntArray, level: int) -> int:
        """Return what a plan costs at a level."""
        costs = level_costs(self.program, values[None, :])[0]
        return int(costs[self.program.levels.index(level)])
