"""Tags: every row and cost carries its rule and its subject."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

TagArray = npt.NDArray[np.int32]
WIDTH = 7


class Subject(NamedTuple):
    """The subject of a row, cost or breach, by index into the rule's layer; -1 where there is none.

    ``other`` is a second item. ``part`` is any further thing that the kind counts by (a seat, a skill, a
    place).
    """

    item: int = -1
    slot: int = -1
    role: int = -1
    period: int = -1
    other: int = -1
    part: int = -1


def tag(rule: int, subject: Subject) -> TagArray:
    """Return the tag of one row: the rule's index, then the subject."""
    return np.array([(rule, *subject)], dtype=np.int32)


def tags(rule: int, subjects: npt.NDArray[np.int64]) -> TagArray:
    """Return the tags of ``n`` rows from subjects ``[n, 6]``."""
    block = np.empty((len(subjects), WIDTH), dtype=np.int32)
    block[:, 0] = rule
    block[:, 1:] = subjects
    return block
