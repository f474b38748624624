"""Fair shares: leximin by levels of `worst`, loads carried over, weights of effort, and squares."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.errors import InputError
from allocator.rules.policy import Policy
from small_folder import faults, folder

SCENARIO = """\
scenario: fair
periods: [2026]
layers:
  casework: {items: people, slots: cases, take: 1}
"""
CASES, PEOPLE, DEPTH = ("C1", "C2", "C3", "C4"), ("P1", "P2", "P3", "P4", "P5"), 3
#: More than any case can have.
TARGET = 40


def loads(plan: api.Plan, amount: dict[tuple[str, str], int], names: tuple[str, ...]) -> list[int]:
    had: Counter[str] = Counter()
    for one in plan.assignments:
        had[one.slot] += amount[one.item, one.slot]
    return sorted(had[name] for name in names)


@pytest.fixture(scope="module")
def leximin(tmp_path_factory: pytest.TempPathFactory) -> api.Scenario:
    """Return a scenario whose rules are leximin over its cases."""
    rules = [
        f"{{id: worst-{k}, kind: fairness, on: casework, load: score.fit, target: {TARGET}, "
        f"worst: {k}, level: {k}}}"
        for k in range(1, DEPTH + 1)
    ]
    base = folder(
        tmp_path_factory.mktemp("fair"),
        {"main": "pack: main\nrules:\n" + "".join(f"  - {r}\n" for r in rules)},
        SCENARIO,
    )
    for name in ("units", "groups", "links", "postings"):
        (base / f"{name}.csv").unlink()
    (base / "people.csv").write_text("id\n" + "\n".join(PEOPLE) + "\n", "utf-8")
    (base / "cases.csv").write_text("id\n" + "\n".join(CASES) + "\n", "utf-8")
    return api.load(base)


@settings(max_examples=12)
@given(fit=st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=5, max_size=5))
def test_levels_of_the_worst_off_are_leximin(leximin: api.Scenario, fit: list[list[int]]) -> None:
    scenario = api.with_scores(leximin, {"fit": (PEOPLE, CASES, np.array(fit))})
    plan = api.solve(api.bind(scenario), seconds=20, workers=1)
    assert plan.status == "optimal"
    amount = {(p, c): fit[i][k] for i, p in enumerate(PEOPLE) for k, c in enumerate(CASES)}
    best = max(
        sorted(sum(fit[i][k] for i, k in enumerate(chosen) if k == case) for case in range(4))
        for chosen in product(range(4), repeat=5)
    )
    assert loads(plan, amount, CASES)[:DEPTH] == best[:DEPTH]
    assert [one.cost for one in plan.score if one.level != "hard"] == [
        k * TARGET - sum(best[:k]) for k in range(1, DEPTH + 1)
    ]


def spread(efforts: list[int], allowed: list[list[int]], people: int) -> set[tuple[int, ...]]:
    """Return every way in which the loads of people may come out, a case going to one person each."""
    found = set()
    for chosen in product(*allowed):
        had = [0] * people
        for effort, person in zip(efforts, chosen, strict=True):
            had[person] += effort
        found.add(tuple(had))
    return found


def least(vectors: set[tuple[int, ...]], key: object) -> set[tuple[int, ...]]:
    best = min(map(key, vectors))  # type: ignore[arg-type]
    return {one for one in vectors if key(one) == best}  # type: ignore[operator]


def squares(had: tuple[int, ...]) -> int:
    return sum(one * one for one in had)


def greatest_first(had: tuple[int, ...]) -> list[int]:
    return sorted(had, reverse=True)


allowed_people = st.lists(
    st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True), min_size=1, max_size=6
)


@given(allowed=allowed_people)
def test_least_squares_are_leximin_where_only_pairs_are_barred(allowed: list[list[int]]) -> None:
    """Frank and Murota (2022): on an M-convex set, such as these loads, the two are the same elements."""
    vectors = spread([1] * len(allowed), allowed, 4)
    assert least(vectors, squares) == least(vectors, greatest_first)


def test_least_squares_are_not_leximin_where_efforts_differ() -> None:
    vectors = spread([1, 2, 3, 5], [[1], [2, 0], [2, 0], [0, 1, 2]], 3)
    assert least(vectors, squares) != least(vectors, greatest_first)


RULE = """
rules:
  - {{id: load, kind: balance, on: casework, each: item, over: horizon, measure: squares, target: 0,
      load: "{load}", carried: "{carried}", level: 1}}
  - {{id: one, kind: capacity, on: casework, atleast: 1, atmost: 1, over: horizon}}
"""


def shares(policy: Policy) -> dict[str, int]:
    plan = api.solve(policy, seconds=20, workers=1)
    return Counter(one.item for one in plan.assignments if one.layer == "casework")


def people(tmp_path: Path, carried: str, load: str = "1") -> Policy:
    """Return the small scenario with six cases, and people who carried so much last year."""
    base = folder(tmp_path, {"main": "pack: main\n" + RULE.format(load=load, carried=carried)})
    (base / "cases.csv").write_text("id,effort\n" + "".join(f"C{k},1\n" for k in range(6)), "utf-8")
    (base / "people.csv").write_text("id,pace,load\nWang,1,0\nLi,1,3\nZhao,3,0\n", "utf-8")
    figures = "subject,indicator,period,value\nWang,load 2025,2025,3\n"
    (base / "indicators.csv").write_text(figures, "utf-8")
    (base / "postings.csv").unlink()
    scenario = (base / "scenario.yaml").read_text("utf-8").replace("periods: [2026, 2027]", "periods: [2026]")
    (base / "scenario.yaml").write_text(scenario, "utf-8")
    return api.bind(api.load(base))


def test_who_carried_much_last_year_is_given_less(tmp_path: Path) -> None:
    last_year = "'load 2025' in person.indicators ? int(person.indicators['load 2025']) : 0"
    assert shares(people(tmp_path, last_year)) == {"Li": 3, "Zhao": 3}
    assert shares(people(tmp_path, "person.load")) == {"Wang": 3, "Zhao": 3}
    assert shares(people(tmp_path, "100000 * person.load")) == {"Wang": 3, "Zhao": 3}


def test_a_load_may_weigh_the_effort_by_the_person(tmp_path: Path) -> None:
    """A trainee's share of a case counts three times: what two others can do is not his."""
    assert shares(people(tmp_path, "0", "case.effort * person.pace")) == {"Wang": 3, "Li": 3}


@pytest.mark.parametrize(
    ("carried", "load", "column", "who"),
    [("person.load - 2", "1", "load.carried", "Wang"), ("0", "person.load - 2", "load.load", "Wang, C0")],
)
def test_an_amount_below_zero_is_refused_wherever_it_is_read(
    tmp_path: Path, carried: str, load: str, column: str, who: str
) -> None:
    policy = people(tmp_path, carried, load)
    for looked_at, named in ((policy.check_expressions, column), (policy.compile, "load")):
        with pytest.raises(InputError) as caught:
            looked_at()
        [fault] = caught.value.faults
        assert fault.file == "main.yaml" and fault.row and fault.column == named
        assert f"may not be negative, but is -2 for {who}" in fault.message.en
        assert "不能为负数" in fault.message.zh and "person.load - 2" in fault("zh")


def test_a_number_below_zero_is_refused_where_it_stands(tmp_path: Path) -> None:
    pack = """
        rules:
          - {id: c, kind: capacity, on: posting, each: item, atmost: 3, carried: -1}
          - {id: b, kind: balance, on: posting, load: -2}
          - {id: f, kind: fairness, on: posting, target: 1, worst: 0}
          - {id: l, kind: capacity, on: posting, each: layer, atmost: 3, carried: person.age}
    """
    found = faults(tmp_path, pack)
    columns = [(fault.row, fault.column) for fault in found]
    assert columns == [(4, "c.carried"), (5, "b.load"), (6, "f.worst"), (7, "l")]
    assert "whole number" in found[-1].message.en


def test_a_person_cannot_take_or_carry_less_than_nothing(tmp_path: Path) -> None:
    base = folder(tmp_path, {}, SCENARIO)
    (base / "people.csv").write_text("id,capacity\nWang,3\nLi,-1\n", "utf-8")
    (base / "scenario.yaml").write_text(SCENARIO.replace("take: 1", "take: -1"), "utf-8")
    with pytest.raises(InputError) as caught:
        api.load(base)
    told = [(fault.file, fault.row, fault.column, fault.found) for fault in caught.value.faults]
    assert sorted(told) == [
        ("people.csv", 3, "capacity", "-1"),
        ("scenario.yaml", 4, "layers.casework.take", "-1"),
    ]


def test_the_rules_of_the_page_bind_and_evaluate(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "fairness.md").read_text("utf-8")
    rules = "".join(re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    base = folder(tmp_path, {"main": f"pack: main\nrules:\n{rules}"})
    (base / "people.csv").write_text("id,grade,capacity\nWang,head,3\nLi,cadre,4\n", "utf-8")
    (base / "postings.csv").unlink()
    policy = api.bind(api.with_scores(api.load(base), {"fit": (("Wang",), ("C1",), np.array([[3]]))}))
    policy.check_expressions()
    policy.compile()
    assert len(policy.rules) - len(policy.context.layers) == rules.count("id: ") == 10
