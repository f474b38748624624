"""An excerpt of a program: the rows of some of its rules alone, or what it says of decisions alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from allocator.program.program import Costs, Program


def excerpt(program: Program, rules: Iterable[str]) -> Program:
    """Return the program with only what some rules ask; rows that define auxiliaries ask nothing and stay.

    Args:
        program: A whole program.
        rules: Ids of the rules that are kept.
    """
    numbers = [program.rules.index(rule) for rule in rules]
    return replace(
        program, rows=program.rows.of(np.isin(program.rows.tags[:, 0], numbers) | program.rows.defining)
    )


def of_decisions(program: Program) -> Program | None:
    """Return the rows and costs that are of decisions alone, or None if a row asks something of an auxiliary.

    What is asked of a plan is then asked in full; what levels cost, only in part.
    """
    count, rows, costs = program.decisions.count, program.rows, program.costs
    asked = rows.of(~rows.defining)
    if (asked.cols >= count).any():
        return None
    paid = costs.cols < count
    kept = Costs(costs.cols[paid], costs.coefs[paid], costs.levels[paid], costs.tags[paid])
    return replace(program, rows=asked, costs=kept)
