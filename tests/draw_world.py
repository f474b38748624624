"""Small pools for draws: a scenario in a folder, and panels by brute force."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from textwrap import dedent

import numpy as np
from scipy.optimize import linprog

from allocator.lottery.leximin_panels import Counts, Panels

SCENARIO = """
    scenario: hearing
    title: {zh: 评议, en: Hearing}
    synthetic: true
    periods: [2026]
    layers:
      duty:
        items: people where person.delegate == ""
        slots: units where unit.kind == "firm"
        periods: once
        take: 0-2
    rules: [duty]
    draws:
      delegates:
        kind: panel
        title: {zh: 评议代表, en: Delegates of the hearing}
        seed: {zh: 2099-12-01 福彩3D开奖号码, en: the 3D lottery of 2099-12-01}
        from: people where person.delegate != ""
        size: 6
        quotas:
          - by: person.delegate
            counts: {党代表: 2-3, 人大代表: ≥1, 政协委员: 1}
            title: {zh: 类别, en: kind}
          - {when: person.sex == "女", count: ≥3, title: {zh: 女, en: women}}
      inspection:
        kind: pairing
        title: {zh: 双随机检查, en: Double-random inspection}
        seed: {zh: 2099-12-02 福彩3D开奖号码, en: the 3D lottery of 2099-12-02}
        units: units where unit.kind == "firm"
        inspectors: people where person.delegate == ""
        size: 4
        team: 2
        load: 2
        recusals:
          - {when: person.native_place == unit.place, why: {zh: 地域回避, en: native place}}
        apart:
          - {when: person.school == other.school && person.school != "", why: {zh: 同学, en: schoolmates}}
      duty:
        kind: assignment
        title: {zh: 值守抽签, en: Duty by lot}
        seed: {zh: 2099-12-03 福彩3D开奖号码, en: the 3D lottery of 2099-12-03}
        on: duty
        probability: 0.5
        different: 4
"""
#: The same without a layer to solve, and without the draw of it.
DRAWS_ONLY = (
    SCENARIO[: SCENARIO.index("    layers:")]
    + SCENARIO[SCENARIO.index("    draws:") : SCENARIO.index("      duty:\n        kind: assignment")]
)
PACK = """
    pack: duty
    rules:
      - {id: one, kind: capacity, on: duty, atleast: 1, atmost: 1}
      - {id: native, kind: avoid, on: duty, when: person.native_place == unit.place}
      - {id: near, kind: prefer, on: duty, when: person.school == "", level: 1}
"""


def tables() -> dict[str, str]:
    """Return 30 delegates of three kinds, 10 inspectors and 8 firms."""
    kinds = ["党代表"] * 14 + ["人大代表"] * 10 + ["政协委员"] * 6
    people = ["id,name,native_place,delegate,sex,school"]
    people += [f"D{i:02},代表{i},城东,{kind},{'女' if i % 3 else '男'}," for i, kind in enumerate(kinds)]
    places = ("城东", "城西", "河口")
    people += [f"P{i},检查员{i},{places[i % 3]},,男,{'一中' if i < 2 else ''}" for i in range(10)]
    units = [
        "id,name,kind,place",
        *(f"U{i},企业{i},firm,{places[i % 3]}" for i in range(8)),
        "O1,监委,office,",
    ]
    return {"people.csv": "\n".join(people) + "\n", "units.csv": "\n".join(units) + "\n"}


def write_hearing(folder: Path, scenario: str = SCENARIO) -> Path:
    """Write the scenario into a folder of its own."""
    place = folder / "hearing"
    place.mkdir(parents=True, exist_ok=True)
    contents = {"scenario.yaml": dedent(scenario).lstrip(), "duty.yaml": dedent(PACK).lstrip(), **tables()}
    for name, text in contents.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def all_panels(panels: Panels) -> Iterator[Counts]:
    """Yield every panel that keeps the quotas."""
    for counts in product(*(range(people + 1) for people in panels.people)):
        if panels.admit(counts):
            yield counts


def brute_force_chances(panels: Panels) -> list[float]:
    """Return the LEXIMIN chances by type: linear programs over every panel there is, type by type.

    A chance is settled when no mixture that gives all others what they have can raise it.
    """
    chances = np.array(list(all_panels(panels)), dtype=float).T / np.array(panels.people)[:, None]
    types = len(chances)
    settled: dict[int, float] = {}
    while len(settled) < types:
        free = [t for t in range(types) if t not in settled]
        least = _best(chances, settled, dict.fromkeys(free, 0.0), free)
        floors = dict.fromkeys(free, least - 1e-9)
        for t in free:
            if _best(chances, settled, {o: floors[o] for o in free if o != t}, [t]) < least + 1e-6:
                settled[t] = least
    return [settled[t] for t in range(types)]


def _best(
    chances: np.ndarray, settled: dict[int, float], floors: dict[int, float], raised: list[int]
) -> float:
    """Return how high the least of the chances ``raised`` can be while the others keep their floors."""
    held = {**{t: value - 1e-9 for t, value in settled.items()}, **floors}
    rows = [np.append(-chances[t], 0.0) for t in held] + [np.append(-chances[t], 1.0) for t in raised]
    bounds = [-max(0.0, held[t]) for t in held] + [0.0] * len(raised)
    many = chances.shape[1]
    objective = np.append(np.zeros(many), -1.0)
    whole = np.append(np.ones(many), 0.0)[None]
    solved = linprog(
        objective, np.array(rows), bounds, whole, [1.0], bounds=[(0, None)] * many + [(None, None)]
    )
    assert solved.x is not None, solved.message
    return float(-solved.fun)


def fractions(pool: list[dict[str, list[int]]]) -> list[Fraction]:
    return [Fraction(*alike["chance"]) for alike in pool]
