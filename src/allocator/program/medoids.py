"""What no definition says (ways to centres, pieces of maps): what it comes to, and rows as plans need them.

A solver that is told little of such a way takes it for less than it is. Each plan for which it does adds
two rows, after which the plan costs what it costs: one holds for that plan, and says little of others;
one bounds all that have nearly its members (Hooker and Ottosson, 2003: logic-based Benders cuts).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from allocator.program.map_components import excess_components, separator_row
from allocator.program.more_rows import LinearRow, append_rows
from allocator.program.program import INFINITE, ExcessComponents, IntArray, Medoid, Program


def undefined_auxiliaries(program: Program) -> list[Medoid | ExcessComponents]:
    """Return the auxiliaries that no definition says: the ways to centres, and the pieces of maps."""
    return [*(one for one in program.medoids if not one.has_definition), *program.excess_components]


def evaluate_undefined(chosen: Sequence[Medoid | ExcessComponents], values: IntArray) -> None:
    """Set auxiliaries that no definition says, of plans ``[n, variables]``, most of which may be alike."""
    for one in chosen:
        met: dict[bytes, int] = {}
        for plan, there in zip(values, values[:, one.members] > 0, strict=True):
            key = there.tobytes()
            if key not in met:
                met[key] = (
                    medoid_distance(one, plan) if isinstance(one, Medoid) else excess_components(one, plan)
                )
            plan[one.column] = met[key]


def medoid_distance(medoid: Medoid, values: IntArray) -> int:
    """Return what a medoid comes to in a plan, ``[variables]``."""
    there = np.flatnonzero(values[medoid.members])
    return int(medoid.distances[np.ix_(there, there)].sum(axis=0).min(initial=INFINITE)) if len(there) else 0


def violated_benders(program: Program, values: IntArray, true: IntArray) -> list[Medoid | ExcessComponents]:
    """Return the auxiliaries that a solver took for less than they are.

    Args:
        program: The program.
        values: ``[variables]`` what it found.
        true: ``[variables]`` the same with all auxiliaries as they are defined.
    """
    return [one for one in undefined_auxiliaries(program) if values[one.column] < true[one.column]]


def add_benders_rows(
    program: Program, missing: Sequence[Medoid | ExcessComponents], true: IntArray
) -> Program:
    """Return the program with rows that price a plan ``[variables]`` at what it costs."""
    made: list[LinearRow] = []
    for one in missing:
        if isinstance(one, Medoid):
            made.extend(_rows(program, one, true))
        else:
            made.append(separator_row(one, np.flatnonzero(true[one.members] > 0).tolist()))
    return replace(program, rows=append_rows(program.rows, made, defining=True))


def _rows(program: Program, medoid: Medoid, true: IntArray) -> Iterator[LinearRow]:
    rows, there = program.rows, true[medoid.members] > 0
    first = int(np.searchsorted(rows.starts, np.flatnonzero(rows.cols == medoid.column)[0], side="right")) - 1
    way, cols = int(true[medoid.column]), np.append(medoid.column, medoid.members)
    # As much as now unless somebody goes or comes.
    coefs = np.append(1, np.where(there, -way, way))
    yield LinearRow(cols, coefs, way - way * int(there.sum()), INFINITE, rows.tags[first])
    # Whoever goes takes with him what he costs at most, whoever comes takes nothing.
    least = int(medoid.distances[there].sum(axis=0).min())
    dearest = np.where(there, medoid.distances.max(axis=1), 0)
    yield LinearRow(cols, np.append(1, -dearest), least - int(dearest.sum()), INFINITE, rows.tags[first])
