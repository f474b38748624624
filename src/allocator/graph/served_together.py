"""Who served together: overlapping postings in one group or unit, found by a sweep over each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import islice
from typing import NamedTuple

from allocator.graph.multigraph import Edge
from allocator.graph.strengths import strength_together
from allocator.model.tables import Posting

DAYS_IN_MONTH = 365.25 / 12

LARGE_GROUP = 200
"""People above which a body is too large for all to know each other (Dunbar puts it near 150)."""

COHORT = 20
"""In a large group a newcomer is tied to so many of those who came last before and are still there."""


class Stretch(NamedTuple):
    """A person's unbroken time in a group, both days included; open ends are the ends of the calendar."""

    start: date
    end: date
    person: str


class Overlap(NamedTuple):
    """Days that two people, in the order of their ids, served side by side, both included."""

    pair: tuple[str, str]
    start: date
    end: date


@dataclass(slots=True)
class _Together:
    days: int
    since: date
    until: date


def served_together(postings: Iterable[Posting], today: date) -> Iterator[Edge]:
    """Yield a ``served_together`` tie for every two people whose postings in one group overlapped.

    All their days together in that group up to ``today`` count, by `strength_together`. A posting without
    a start counts as one from time immemorial, which errs towards recusal. Postings of the future do not
    count. Pairs who met in two groups have a tie for each.

    Complexity: O(p log p + overlaps) for the p postings of a group; in a group of more than `LARGE_GROUP`
    people each newcomer has at most `COHORT` overlaps.
    """
    by_group: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in postings:
        by_group[posting.group].append(posting)
    for group in by_group.values():
        yield from _ties(overlaps(stretches(group, today)), today)


def stretches(postings: Iterable[Posting], today: date) -> list[Stretch]:
    """Return the postings begun by ``today`` as stretches by start, a person's overlapping ones as one."""
    held = sorted(
        Stretch(post.start or date.min, post.end or date.max, post.person)
        for post in postings
        if post.start is None or post.start <= today
    )
    last: dict[str, int] = {}
    merged: list[Stretch] = []
    for stretch in held:
        index = last.get(stretch.person)
        if index is not None and stretch.start <= merged[index].end:
            merged[index] = merged[index]._replace(end=max(merged[index].end, stretch.end))
        else:
            last[stretch.person] = len(merged)
            merged.append(stretch)
    return merged


def overlaps(by_start: Sequence[Stretch]) -> Iterator[Overlap]:
    """Yield the overlaps among the stretches of one group, given in the order of their starts."""
    people = len({stretch.person for stretch in by_start})
    limit = COHORT if people > LARGE_GROUP else people
    present: dict[int, Stretch] = {}
    leaving: list[tuple[date, int]] = []
    for index, newcomer in enumerate(by_start):
        while leaving and leaving[0][0] < newcomer.start:
            del present[heappop(leaving)[1]]
        for colleague in islice(reversed(present.values()), limit):
            a, b = newcomer.person, colleague.person
            yield Overlap((a, b) if a < b else (b, a), newcomer.start, min(newcomer.end, colleague.end))
        present[index] = newcomer
        heappush(leaving, (newcomer.end, index))


def _ties(found: Iterable[Overlap], today: date) -> Iterator[Edge]:
    together: dict[tuple[str, str], _Together] = {}
    for pair, start, end in found:
        days = (min(end, today) - start).days + 1
        known = together.setdefault(pair, _Together(0, start, end))
        known.days += days
        known.until = max(known.until, end)
    for (source, target), known in together.items():
        since = None if known.since == date.min else known.since
        until = None if known.until == date.max else known.until
        strength = strength_together(known.days / DAYS_IN_MONTH)
        yield Edge(source, target, "served_together", strength, since, until)
