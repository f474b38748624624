"""Score tables: their faults, and their use in expressions over an item and a slot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from allocator import api
from allocator.errors import Fault, InputError
from allocator.model.scenario import ScoreTable, ValueCodes
from allocator.rules.expressions.axes import Axis, Pairs, combinations
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.variables import type_of
from cli_world import call
from small_folder import SCENARIO, folder

BIDS = "person,C1,C2\nWang,2,\nLi,,-1\n"
CLOSE = ",Wang,Zhao\nC1,0.5,1\n\nC2,,0.25\n"


def with_scores(tmp_path: Path, tables: dict[str, str], pack: str = "", scenario: str = SCENARIO) -> Path:
    base = folder(tmp_path, {"main": f"pack: main\n{pack}"} if pack else {}, scenario)
    for name, text in tables.items():
        (base / f"{name}.csv").write_text(text, "utf-8")
    return base


def numbers(table: ScoreTable, items: Sequence[str], slots: Sequence[str]) -> list[list[int | float]]:
    values, codes = table.between(items, slots)
    return [[values[code] for code in row] for row in codes.tolist()]


def test_a_table_is_read_whichever_way_round(tmp_path: Path) -> None:
    scores = api.load(with_scores(tmp_path, {"scores-bid": BIDS, "scores-close": CLOSE})).organisation.scores
    people, cases = ("Zhao", "Li", "Wang"), ("C1", "C2")
    assert scores["bid"].is_whole and not scores["close"].is_whole
    assert numbers(scores["bid"], people, cases) == [[0, 0], [0, -1], [2, 0]]
    assert numbers(scores["bid"], cases, people) == [[0, 0, 2], [0, -1, 0]]
    assert numbers(scores["close"], people, cases) == [[1, 0.25], [0, 0], [0.5, 0]]
    assert numbers(scores["close"], ("North",), cases) == [[0, 0]]


def test_rules_and_layers_read_them(tmp_path: Path) -> None:
    scenario = SCENARIO.replace(
        "casework: {items: people, slots: cases, take: any}",
        "casework: {items: people, slots: cases, take: any, pairs: score.bid >= 0}",
    )
    pack = """
rules:
  - {id: two, kind: capacity, on: casework, atleast: 1}
  - {id: close, kind: prefer, on: casework, cost: "100 - int(score.close * 100.0)", level: 1}
  - {id: kin, kind: avoid, on: casework, when: "score.close > 0.9 && case.id == 'C1'"}
"""
    base = with_scores(tmp_path, {"scores-bid": BIDS, "scores-close": CLOSE}, pack, scenario)
    policy = api.bind(api.load(base))
    assert policy.context.layers["casework"].possible.tolist() == [[True, True], [True, False], [True, True]]
    plan = api.solve(policy, seconds=10, workers=1)
    chosen = {(one.item, one.slot) for one in plan.assignments if one.layer == "casework"}
    assert chosen == {("Wang", "C1"), ("Zhao", "C2")}
    assert [score.cost for score in plan.score] == [0, 50 + 75]
    assert api.verify(policy, plan).holds


def test_what_a_rule_reads_is_checked(tmp_path: Path) -> None:
    pack = """
rules:
  - {id: a, kind: prefer, on: casework, when: score.bdi > 0, level: 1}
  - {id: b, kind: prefer, on: casework, cost: score.close, level: 1}
  - {id: c, kind: capacity, on: casework, atmost: 9, slots: score.bid > 0}
"""
    base = with_scores(tmp_path, {"scores-bid": BIDS, "scores-close": CLOSE}, pack)
    with pytest.raises(InputError) as caught:
        api.bind(api.load(base))
    first, second, third = caught.value.faults
    assert first.nearest == "score.bid" and "score.bdi" in first.message.en
    assert second.column == "b.cost"
    assert third.column == "c.slots" and "score" in third.message.en


def test_a_failing_expression_names_the_pair(tmp_path: Path) -> None:
    pack = "rules: [{id: a, kind: prefer, on: casework, cost: 10 / score.bid, level: 1}]\n"
    base = with_scores(tmp_path, {"scores-bid": BIDS}, pack)
    with pytest.raises(InputError) as caught:
        api.bind(api.load(base)).check_expressions()
    [fault] = caught.value.faults
    assert "(Wang, C2)" in fault.message.en and "（Wang, C2）" in fault.message.zh


def faults(tmp_path: Path, name: str, text: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        api.load(with_scores(tmp_path, {name: text}))
    for fault in caught.value.faults:
        assert fault("zh") and fault("en")
    return caught.value.faults


@pytest.mark.parametrize(
    ("text", "row", "column", "found", "near"),
    [
        (",C1,Soth\nWang,1,2\n", 1, "", "Soth", "South"),
        (",C1,C1\nWang,1,2\n", 1, "", "C1", ""),
        (",C1,\nWang,1,2\n", 1, "", None, ""),
        (",C1\nWnag,1\n", 2, "", "Wnag", "Wang"),
        (",C1\n\nWang,1\nWang,1\n", 4, "", "Wang", ""),
        (",C1,C2\nWang,1,x\n", 2, "C2", "x", ""),
        (",C1,C2\nWang,nan,1\n", 2, "C1", "nan", ""),
        (",C1,C2\nWang,1e10,1\n", 2, "C1", "1e10", ""),
        (",C1,C2\nWang,1,inf\n", 2, "C2", "inf", ""),
        (",C1\nWang,1,2\n", 2, "", None, ""),
        ("\n\n", 1, "", None, ""),
    ],
)
def test_a_wrong_cell_is_told(
    tmp_path: Path, text: str, row: int, column: str, found: str | None, near: str
) -> None:
    [fault] = faults(tmp_path, "scores-bid", text)
    assert (fault.file, fault.row, fault.column, fault.found) == ("scores-bid.csv", row, column, found)
    assert (fault.nearest or "") == near


def test_all_faults_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    base = with_scores(tmp_path, {"scores-bid": ",C9\nWang,x\n", "scores-close": ",C1\nWong,1\n"})
    (base / "units.csv").write_text("id,workload\nNorth,many\n", "utf-8")
    with pytest.raises(InputError) as caught:
        api.load(base)
    found = {(fault.file, fault.row) for fault in caught.value.faults}
    assert {("units.csv", 2), ("scores-bid.csv", 1), ("scores-bid.csv", 2), ("scores-close.csv", 2)} <= found


@pytest.mark.parametrize("name", ["scores-意愿", "scores-for", "scores-1st", "scores-a.b"])
def test_a_name_that_no_expression_could_read(tmp_path: Path, name: str) -> None:
    [fault] = faults(tmp_path, name, BIDS)
    assert fault.file == f"{name}.csv" and fault.found == name.removeprefix("scores-")


@pytest.mark.parametrize("name", ["score-bid", "scores_bid", "Scores bid"])
def test_a_file_that_is_nearly_a_score_table(tmp_path: Path, name: str) -> None:
    [fault] = faults(tmp_path, name, BIDS)
    assert fault.nearest == "scores-bid.csv"


def test_a_changed_score_is_another_scenario(tmp_path: Path) -> None:
    base = with_scores(tmp_path, {"scores-bid": BIDS})
    before = api.load(base).sha256
    (base / "scores-bid.csv").write_text(BIDS.replace("Wang,2", "Wang,3"), "utf-8")
    assert api.load(base).sha256 != before
    assert call("check", base).status == 0


NUMBERS = st.integers(-3, 3)


@given(arrays.arrays(np.int64, (3, 4), elements=NUMBERS), arrays.arrays(np.int64, (3, 4), elements=NUMBERS))
def test_an_expression_gives_what_it_gives_pair_by_pair(a: np.ndarray, b: np.ndarray) -> None:
    def axis(prefix: str, values: list[int]) -> Axis:
        name = f"{prefix}.load"
        return Axis([f"{prefix}{k}" for k in range(len(values))], {name: values}, {name: type_of(int)})

    items, slots, periods = axis("item", [1, 2, 1]), axis("slot", [5, 5, 7, 8]), axis("period", [0, 1])
    coded = {}
    for name, table in (("score.a", a), ("score.b", b)):
        values, codes = np.unique(table, return_inverse=True)
        coded[name] = (values.tolist(), codes.reshape(table.shape))
    types = {name: type_of(int) for name in (*coded, "item.load", "slot.load", "period.load")}
    text = "score.a * 100 + score.b * 10 + item.load + slot.load * period.load"
    selector = Compiler().compile(text, types, "INT")
    found = selector.over(items, slots, periods, pairs=Pairs(coded, {}))
    for i, s, t in np.ndindex(3, 4, 2):
        own = items.columns["item.load"][i] + slots.columns["slot.load"][s] * t
        assert found[i, s, t] == 100 * a[i, s] + 10 * b[i, s] + own


@given(st.lists(st.tuples(st.integers(0, 2**30), st.integers(0, 2**30), st.integers(0, 3)), min_size=1))
def test_combinations_are_told_apart(rows: list[tuple[int, int, int]]) -> None:
    codes = [np.array(column) for column in zip(*rows, strict=True)]
    first, code = combinations(codes)
    assert len(first) == len(set(rows))
    for k, row in enumerate(rows):
        assert rows[first[code[k]]] == row and first[code[k]] <= k


def test_a_table_in_memory_stands_beside_those_of_files(tmp_path: Path) -> None:
    loaded = api.load(with_scores(tmp_path, {"scores-bid": BIDS}))
    given = api.with_scores(loaded, {"fit": (["C1"], ["Li"], np.array([[7]]))})
    assert set(given.organisation.scores) == {"bid", "fit"}
    assert numbers(given.organisation.scores["fit"], ["Li"], ["C2", "C1"]) == [[0, 7]]
    other = api.with_scores(loaded, {"fit": (["C1"], ["Li"], np.array([[8]]))})
    assert len({loaded.sha256, given.sha256, other.sha256}) == 3


def test_a_table_that_names_nobody_of_a_layer() -> None:
    table = ScoreTable(("a",), ("b",), np.array([[1]]))
    assert numbers(table, ("x", "a"), ("b", "y")) == [[0, 0], [1, 0]]
    assert numbers(table, ("x",), ("b",)) == [[0]]


@given(
    arrays.arrays(np.int64, (3, 4), elements=st.sampled_from([-9, -2, 0, 1, 5, 2**40]))
    | arrays.arrays(np.float64, (3, 4), elements=st.sampled_from([-0.5, 0.0, 0.25, 3.0]))
)
def test_distinct_numbers_stand_where_they_stood(values: np.ndarray) -> None:
    found = ValueCodes.of(values)
    assert found.numbers == sorted({0, *values.reshape(-1).tolist()}) and found.numbers[found.zero] == 0
    assert np.array(found.numbers)[found.codes].tolist() == values.tolist()
