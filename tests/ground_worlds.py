"""Tiny worlds whose hard rules are written twice: as a scenario, and as sums over who serves where.

The sums follow `docs/kinds.en.md`, one for each person, group and period of a rule; nothing of the compiled
program is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
import yaml
from hypothesis import strategies as st

#: A period, a person and a group, by number.
Cell = tuple[int, int, int]
#: A rule for people, a group and a period, by name; empty for all.
Key = tuple[str, frozenset[str], str, str]
PERIODS = ("2026", "2027")
MANY = 99


@dataclass(frozen=True)
class Ground:
    """A rule for one subject: ``low <= number of filled cells <= high``."""

    key: Key
    cells: tuple[Cell, ...]
    low: int
    high: int


@dataclass(frozen=True)
class World:
    """People, some of them deputies, groups, periods, and rules as they are written."""

    deputies: tuple[bool, ...]
    groups: int
    periods: int
    rules: tuple[Mapping[str, object], ...]
    must_serve: bool

    @property
    def people(self) -> list[str]:
        return [f"P{k}" for k in range(len(self.deputies))]

    @property
    def slots(self) -> list[str]:
        return [f"G{k}" for k in range(self.groups)]

    def write(self, folder: Path) -> Path:
        """Write the world as a scenario folder, and return it."""
        scenario = {
            "scenario": "ground",
            "periods": [int(one) for one in PERIODS[: self.periods]],
            "layers": {
                "posting": {"items": "people", "slots": "groups", "take": "1" if self.must_serve else "0-1"}
            },
            "rules": ["ground"],
        }
        (folder / "scenario.yaml").write_text(yaml.safe_dump(scenario), "utf-8")
        pack = {"pack": "ground", "rules": [dict(one) for one in self.rules]}
        (folder / "ground.yaml").write_text(yaml.safe_dump(pack, allow_unicode=True), "utf-8")
        grades = ("deputy" if one else "cadre" for one in self.deputies)
        rows = [f"{who},{who},{grade}\n" for who, grade in zip(self.people, grades, strict=True)]
        (folder / "people.csv").write_text("id,name,grade\n" + "".join(rows), "utf-8")
        (folder / "groups.csv").write_text(
            "id,name\n" + "".join(f"{one},{one}\n" for one in self.slots), "utf-8"
        )
        return folder

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        """Every hard rule for every subject."""
        return tuple(self._grounds())

    def _grounds(self) -> Iterator[Ground]:
        people, groups = range(len(self.people)), range(self.groups)
        if self.must_serve:
            for t, i in product(range(self.periods), people):
                cells = tuple((t, i, s) for s in groups)
                yield Ground(("take.posting", frozenset({f"P{i}"}), "", PERIODS[t]), cells, 1, MANY)
        for rule in self.rules:
            yield from self._ground(rule)

    def _ground(self, rule: Mapping[str, object]) -> Iterator[Ground]:
        name, kind = str(rule["id"]), rule["kind"]
        during = rule.get("during", PERIODS)
        assert isinstance(during, Sequence)
        times = [t for t in range(self.periods) if PERIODS[t] in during]
        everyone, groups = range(len(self.people)), range(self.groups)
        if kind in ("composition", "capacity"):
            wanted = [
                i
                for i in everyone
                if kind == "capacity" or self.deputies[i] == ("副" in str(rule["atleast"]))
            ]
            low = int(str(rule.get("atleast", "0"))[0])
            for t, s in product(times, groups):
                cells = tuple((t, i, s) for i in wanted)
                high = int(str(rule.get("atmost", MANY)))
                yield Ground((name, frozenset(), f"G{s}", PERIODS[t]), cells, low, high)
        elif kind in ("avoid", "pin"):
            who, where = _number(rule, "person", "item"), _number(rule, "group", "slot")
            side = 1 if kind == "pin" else 0
            for t in times:
                key = (name, frozenset({f"P{who}"}), f"G{where}", PERIODS[t])
                yield Ground(key, ((t, who, where),), side, side)
        elif kind == "apart":
            pairs = rule["pairs"]
            assert isinstance(pairs, Sequence)
            family = sorted({int(one[1:]) for pair in pairs for one in pair})
            for t, s in product(times, groups):
                key = (name, frozenset(f"P{i}" for i in family), f"G{s}", PERIODS[t])
                yield Ground(key, tuple((t, i, s) for i in family), 0, 1)
        elif kind == "max_term":
            for i, s in product(everyone, groups):
                cells = tuple((t, i, s) for t in range(self.periods))
                yield Ground((name, frozenset({f"P{i}"}), f"G{s}", ""), cells, 0, 1)
        else:
            raise AssertionError(kind)

    @cached_property
    def plans(self) -> np.ndarray:
        """``[plans, periods, people, groups]`` all plans with each person in one group at a time, at most."""
        width = self.periods * len(self.people)
        choice = np.array([*product(range(self.groups + 1), repeat=width)])
        filled = choice[:, :, None] == np.arange(1, self.groups + 1)
        return filled.reshape(len(choice), self.periods, len(self.people), self.groups)

    def has_plan(self, grounds: Iterable[Ground]) -> bool:
        """Return whether one of all plans keeps some rules."""
        kept = np.ones(len(self.plans), dtype=bool)
        for one in grounds:
            filled = sum(self.plans[:, t, i, s].astype(int) for t, i, s in one.cells)
            kept &= (filled >= one.low) & (filled <= one.high)
        return bool(kept.any())


def _number(rule: Mapping[str, object], noun: str, field: str) -> int:
    """Return the number of the person or group that a rule is about: a field, or ``noun.id == "X1"``."""
    if field in rule:
        return int(str(rule[field])[1:])
    return int(str(rule["when"]).partition(f'{noun}.id == "')[2][1])


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a world of up to 4096 plans, more often without a plan than with one."""
    periods = draw(st.integers(1, 2))
    count, groups = draw(st.integers(2, 5 if periods == 1 else 3)), draw(st.integers(2, 3))
    deputies = tuple(draw(st.booleans()) for _ in range(count))
    person, group = st.integers(0, count - 1), st.integers(0, groups - 1)
    rules: list[dict[str, object]] = []
    kinds = draw(
        st.lists(
            st.sampled_from(("composition", "capacity", "avoid", "pin", "apart", "max_term")),
            min_size=2,
            max_size=6,
        )
    )
    for k, kind in enumerate(kinds):
        rule: dict[str, object] = {"id": f"rule-{k}", "kind": kind, "on": "posting"}
        if kind == "composition":
            rule["atleast"] = draw(st.sampled_from(("1副", "2副", "1干部", "2干部")))
        elif kind == "capacity":
            rule["atmost"] = draw(st.integers(1, 2))
        elif kind == "avoid":
            rule["when"] = f'person.id == "P{draw(person)}" && group.id == "G{draw(group)}"'
        elif kind == "pin":
            rule |= {"item": f"P{draw(person)}", "slot": f"G{draw(group)}"}
        elif kind == "apart":
            size = draw(st.integers(2, min(3, count)))
            family = [f"P{k}" for k in range(size)]
            rule["pairs"] = [[a, b] for a in family for b in family if a < b]
        else:
            rule["periods"] = 1
        if kind != "max_term":
            rule["during"] = draw(st.sampled_from((PERIODS[:periods], PERIODS[:1])))
            rule["during"] = [*rule["during"]]
        rules.append(rule)
    return World(deputies, groups, periods, tuple(rules), draw(st.booleans()))
