"""Solves the public shift scheduling benchmark by rules: the smallest instance is proved optimal.

Run: python -m benchmarks.roster [--instance FILE.txt] [--time-limit 60]

Prints cost, bound and seconds, and the roster's cost and breaches by the benchmark's own definition.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from benchmarks.measured import elapsed  # isort: skip  # the clock starts first

import argparse
import csv
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from allocator import api
from allocator.model.plan import Plan
from benchmarks.roster_instance import SMALLEST, Instance, read
from benchmarks.roster_score import score

MONDAY = date(2026, 1, 5)
SCENARIO = """\
scenario: roster
periods: [{periods}]
layers:
  roster: {{items: people, slots: groups, take: 0-1}}
rules: [roster]
"""
PACK = """\
pack: roster
rules:
  - {{id: shifts, kind: frequency, on: roster, atmost: person.most_shifts}}
  - id: minutes
    kind: capacity
    on: roster
    each: item
    over: horizon
    load: group.minutes
    atleast: person.least_minutes
    atmost: person.most_minutes
  - {{id: days-off, kind: avoid, on: roster, when: 'person.off.contains(period.id)'}}
  - {{id: wishes, kind: wishes, on: roster, level: 1}}
  - {{id: too-few, kind: capacity, on: roster, atleast: score.cover, level: 1, weight: {under}}}
  - {{id: too-many, kind: capacity, on: roster, atmost: score.cover, level: 1, weight: {over}}}
"""
#: The rule of each limit that differs between people; a run on the first day may have begun before it.
LIMITS = {
    "longest_run": "kind: frequency, within: {more}, atmost: {limit}",
    "shortest_run": "kind: min_term, periods: {limit}, during: [{later}]",
    "shortest_break": "kind: cooldown, periods: {limit}",
    "most_weekends": "kind: choice, of: [{weekends}], atmost: {limit}",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instance", type=Path, default=SMALLEST)
    parser.add_argument("--time-limit", type=float, default=60.0)
    given = parser.parse_args()
    instance = read(given.instance)
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), instance)
        policy = api.bind(api.load(name))
        plan = api.solve(policy, seconds=given.time_limit - elapsed(), confirm="off")
    if not plan.score:
        print(f"{given.instance.stem}: {plan.status}, {elapsed():.1f} s")
        return
    found = plan.score[-1]
    value, broken = score(instance, works(instance, plan))
    print(
        f"{given.instance.stem}: {plan.status}, cost {found.cost}, bound {found.bound}, {elapsed():.1f} s; "
        f"by the definition {value}, broken {dict(broken)}"
    )


def works(instance: Instance, plan: Plan) -> Mapping[str, Collection[int]]:
    """Return the days on which each employee works in a plan, by id."""
    day = {name: number for number, name in enumerate(_names(instance))}
    return {
        one.id: [day[str(at.period)] for at in plan.assignments if at.item == f"staff-{one.id}"]
        for one in instance.staff
    }


def write(folder: Path, instance: Instance) -> None:
    """Write the instance as a scenario."""
    names, shift = _names(instance), f"shift-{instance.shift}"
    limits = ("most_shifts", "most_minutes", "least_minutes", *LIMITS)
    _sheet(
        folder / "people.csv",
        ["id", "off", *limits],
        (
            [f"staff-{one.id}", " ".join(names[day] for day in instance.off.get(one.id, ()))]
            + [getattr(one, limit) for limit in limits]
            for one in instance.staff
        ),
    )
    _sheet(folder / "groups.csv", ["id", "minutes"], [[shift, instance.minutes]])
    _sheet(folder / "scores-cover.csv", ["shift", *names], [[shift, *instance.cover]])
    _sheet(
        folder / "wishes.csv",
        ["item", "slot", "period", "weight"],
        ([f"staff-{who}", shift, names[day], weight] for who, day, weight in instance.wishes),
    )
    days = [MONDAY + timedelta(days=number) for number in range(instance.days)]
    periods = ", ".join(
        f"{{id: {name}, from: {day}, to: {day}}}" for name, day in zip(names, days, strict=True)
    )
    (folder / "scenario.yaml").write_text(SCENARIO.format(periods=periods), encoding="utf-8")
    (folder / "roster.yaml").write_text(_pack(instance, names), encoding="utf-8")


def _pack(instance: Instance, names: Sequence[str]) -> str:
    under, over = instance.prices
    weekends = ", ".join(f"{{period: [{names[a]}, {names[b]}]}}" for a, b in instance.weekends)
    lines = []
    for name, rule in LIMITS.items():
        for limit in sorted({getattr(one, name) for one in instance.staff}):
            if name == "most_weekends" and limit >= len(instance.weekends):
                continue
            said = rule.format(limit=limit, more=limit + 1, later=", ".join(names[1:]), weekends=weekends)
            lines.append(f"  - {{id: {name}-{limit}, on: roster, items: person.{name} == {limit}, {said}}}\n")
    return PACK.format(under=under, over=over) + "".join(lines)


def _names(instance: Instance) -> Sequence[str]:
    return [f"d{number:02d}" for number in range(1, instance.days + 1)]


def _sheet(path: Path, header: Sequence[object], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


if __name__ == "__main__":
    main()
