"""What is asked of a search for the least cost of a problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allocator.optimise.outcome import Outcome
from allocator.program.program import IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.budget import Slice
from allocator.solvers.context import SolveContext

Teller = Callable[[int | None, int], None]


def unheard(cost: int | None, bound: int) -> None:
    """Tell nobody."""


def unseen(values: IntArray) -> None:
    """Show nobody."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True, eq=False)
class Asking:
    """How to search.

    Attributes:
        part: For how long.
        hint: Values of all variables of the program to start from.
        gap: Relative gap at which the plan is good enough; 0 asks for a proof.
        known: A lower bound of the cost that is proved already.
        threads: Threads of the search, 0 for those of the budget.
        tell: Called with each better cost and bound.
        show: Called with each better plan while the search goes on, as values of all variables.
        is_done: Asked now and then whether to end.
        twice: Whether this is the second opinion: no presolve, another seed.
    """

    part: Slice
    hint: IntArray | None = None
    gap: float = 0.0
    known: int = 0
    threads: int = 0
    tell: Teller = unheard
    show: Callable[[IntArray], None] = unseen
    is_done: Callable[[], bool] = never
    twice: bool = False


def minimise(problem: MilpInstance, search: SolveContext, asking: Asking) -> Outcome:
    """Search for the values of least cost."""
    from allocator.optimise import cpsat  # half a second to load, which a flow does without

    return cpsat.minimise(problem, search, asking)
