"""Judges a roster by the definition of the public benchmark: plain counting, without rules or a model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby

from benchmarks.roster_instance import Instance, Staff


def score(instance: Instance, works: Mapping[str, Collection[int]]) -> tuple[int, Mapping[str, int]]:
    """Return the cost of a roster and the number of breaches of each hard rule.

    Args:
        instance: The problem.
        works: Days on which each employee works, by id.
    """
    broken: dict[str, int] = {}
    for one in instance.staff:
        for name in _broken(instance, one, works[one.id]):
            broken[name] = broken.get(name, 0) + 1
    unmet = sum(abs(weight) for who, day, weight in instance.wishes if (day in works[who]) != (weight > 0))
    under, over = instance.prices
    gaps = [sum(day in days for days in works.values()) - wanted for day, wanted in enumerate(instance.cover)]
    return unmet + sum(under * -gap if gap < 0 else over * gap for gap in gaps), broken


def _broken(instance: Instance, one: Staff, days: Collection[int]) -> list[str]:
    minutes, last = instance.minutes * len(days), instance.days - 1
    runs = [
        (is_work, [day for day, _ in run])
        for is_work, run in groupby(
            ((day, day in days) for day in range(instance.days)), key=lambda at: at[1]
        )
    ]
    # A run that reaches the first or the last day may continue beyond the horizon.
    inside = [(is_work, run) for is_work, run in runs if run[0] > 0 and run[-1] < last]
    checks = {
        "shifts": len(days) > one.most_shifts,
        "minutes": not one.least_minutes <= minutes <= one.most_minutes,
        "longest run": any(is_work and len(run) > one.longest_run for is_work, run in runs),
        "shortest run": any(is_work and len(run) < one.shortest_run for is_work, run in inside),
        "shortest break": any(not is_work and len(run) < one.shortest_break for is_work, run in inside),
        "weekends": sum(any(day in days for day in two) for two in instance.weekends) > one.most_weekends,
        "days off": bool(set(instance.off.get(one.id, ())) & set(days)),
    }
    return [name for name, is_so in checks.items() if is_so]
