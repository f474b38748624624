"""As many rules as together are a network, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Callable

from allocator.program.excerpt import excerpt, of_decisions
from allocator.program.network import as_network
from allocator.program.program import Program
from allocator.program.propagate import Bounds
from allocator.program.question import Problem, Question


def network_part(
    program: Program, bounds: Bounds, is_over: Callable[[], bool] = lambda: False
) -> tuple[Program, Problem] | None:
    """Return the rows of rules that are together a network over decisions, and what they ask.

    A rule is taken if with those taken before it is a network still; what layers imply comes first.

    Args:
        program: The program.
        bounds: Bounds of its variables.
        is_over: Asked before each rule whether the time is over: one of millions of terms takes seconds.

    Returns:
        The excerpt and its question; None if no rule is part of a network, or there was no time.
    """
    taken: list[str] = []
    found: tuple[Program, Problem] | None = None
    asking = sorted({int(rule) for rule in program.rows.tags[~program.rows.defining, 0]})
    for rule in (program.rules[k] for k in asking if k >= 0):
        if is_over():
            return None
        part = of_decisions(excerpt(program, [*taken, rule]))
        problem = None if part is None else Question(part, None, {}, bounds).whole()
        if part is not None and problem is not None and as_network(problem) is not None:
            taken.append(rule)
            found = part, problem
    return found
