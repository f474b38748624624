"""Parts of a program that no row ties: a witness is asked about each by itself.

Where the levels above cost the least that they can, each part costs its least there, in any plan. A plan that
costs less at the level asked about then does so in some part, which costs no more than now above. Of 16
districts with 6,000 variables each HiGHS sees to one after the other; of all together it sees no end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Problem = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a problem, or the whole of it.

    Attributes:
        columns: ``[n]`` which variables of the problem it has.
        problem: Its rows and bounds, ``branched`` and the ``prices`` of levels.
        most: ``[levels]`` what a plan that is asked for costs here at most; infinite where that is open.
    """

    columns: npt.NDArray[np.int64]
    problem: Problem
    most: npt.NDArray[np.float64]


def parts_of(problem: Problem, asked: int) -> Iterator[Part]:
    """Yield the parts in which a plan could cost less at a level than the known one, those above held.

    Args:
        problem: Rows and bounds, ``branched``, ``prices`` by level; ``[n]`` the ``known`` plan, and the
            ``part`` of each variable.
        asked: The level, by its place.
    """
    prices, known, part = problem["prices"], problem["known"], problem["part"]
    for number in np.unique(part[np.flatnonzero(prices[asked])]):
        columns = np.flatnonzero(part == number)
        own = _excerpt(problem, columns)
        most = np.full(len(prices), np.inf)
        most[: asked + 1] = own["prices"][: asked + 1] @ known[columns]
        most[asked] -= 1.0
        yield Part(columns, own, most)


def _excerpt(problem: Problem, columns: npt.NDArray[np.int64]) -> Problem:
    """Return some variables of a problem with all rows that they stand in, which have no others."""
    number = np.full(len(problem["lower"]), -1)
    number[columns] = np.arange(len(columns))
    terms = np.flatnonzero(number[problem["cols"]] >= 0)
    lengths = np.diff(problem["starts"])
    rows = np.unique(np.repeat(np.arange(len(lengths)), lengths)[terms])
    starts = np.concatenate([[0], np.cumsum(lengths[rows])]).astype(np.int32)
    return {
        "lower": problem["lower"][columns],
        "upper": problem["upper"][columns],
        "branched": problem["branched"][columns],
        "prices": problem["prices"][:, columns],
        "row_lower": problem["row_lower"][rows],
        "row_upper": problem["row_upper"][rows],
        "starts": starts,
        "cols": number[problem["cols"][terms]].astype(np.int32),
        "coefs": problem["coefs"][terms],
    }
