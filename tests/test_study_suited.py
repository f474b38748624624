"""Where which option is the best: proved winners, the smallest rule, and what reports say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator import api
from allocator.errors import InputError
from allocator.study.cell_results import CellResult
from allocator.study.separating_rule import SeparatingRule, separating_rules, smallest_rule
from allocator.study.standings import best_options, scenario_standings
from cli_world import call
from study_world import InlineRunner, answer
from test_study_figures import write_world

COSTS = st.tuples(st.integers(0, 3), st.integers(0, 3))
KEY = "0" * 64


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, tuple[list[tuple[int, int]], CellResult]]:
    """Three options: the costs of all their plans, and what a solve may know of them."""
    found = {}
    for name in "abc":
        plans = sorted(draw(st.lists(COSTS, max_size=3)))
        if not plans:
            found[name] = (
                plans,
                CellResult(key=KEY, outcome=draw(st.sampled_from(["infeasible", "no_plan"]))),
            )
            continue
        # The bound of the second criterion holds once the first is proved, for plans that are best in it.
        first = draw(st.integers(0, plans[0][0]))
        second = draw(st.integers(0, plans[0][1])) if first == plans[0][0] else None
        outcome = draw(st.sampled_from(["solved", "worse"]))
        costs = draw(st.sampled_from(plans)) if outcome == "solved" else (None, None)
        if costs[0] != plans[0][0]:
            second = None
        made = answer(costs, (first, second))
        found[name] = (plans, CellResult(key=KEY, outcome=outcome, criteria=made["criteria"]))
    return found


@given(worlds())
def test_an_option_that_wins_is_the_best_of_all_plans(
    world: Mapping[str, tuple[list[tuple[int, int]], CellResult]],
) -> None:
    outcome, best = best_options({name: result for name, (_, result) in world.items()})
    least = {name: plans[0] for name, (plans, _) in world.items() if plans}
    first = [name for name in least if least[name] == min(least.values())]
    if outcome == "win":
        assert list(best) == first
    elif outcome == "tie":
        assert len(best) > 1 and set(best) <= set(first)
    else:
        assert best == ()
    proved = all(result.outcome == "infeasible" or [result.costs, result.bounds] == plans[:1] * 2
                 for plans, result in world.values())  # fmt: skip
    if proved and first:
        assert outcome == ("win" if len(first) == 1 else "tie")
    standing = scenario_standings("abc", {("s", 1, 5.0): {name: one for name, (_, one) in world.items()}})[
        "s"
    ]
    assert standing.trials == 1 and standing.winner == (best[0] if outcome == "win" else "")
    for name, lost in standing.losses.items():
        assert not lost or name not in first


def wrong(rows: Sequence[tuple[int, int, str]], told: Sequence[str], terms: Sequence[tuple[int, bool, int]],
          inside: str, outside: str) -> int:  # fmt: skip
    """In how many rows thresholds tell another option, read from what a rule means."""
    count = 0
    for row, best in zip(rows, told, strict=True):
        holds = all(row[:2][k] >= value if least else row[:2][k] <= value for k, least, value in terms)
        count += (inside if holds else outside) != best
    return count


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from("abc")), min_size=1, max_size=9)
)
def test_no_rule_of_so_many_terms_has_fewer_wrong(rows: list[tuple[int, int, str]]) -> None:
    numbers = {str(k): {"x": row[0], "y": row[1]} for k, row in enumerate(rows)}
    winners = {str(k): row[2] for k, row in enumerate(rows)}
    rules = separating_rules(numbers, winners, "abc")
    told = [row[2] for row in rows]
    terms = [(k, least, value) for k in (0, 1) for least in (True, False) for value in range(5)]
    fewest = {0: min(wrong(rows, told, (), one, one) for one in "abc")}
    for size in (1, 2):
        fewest[size] = min(
            wrong(rows, told, chosen, *pair)
            for chosen in combinations(terms, size)
            for pair in permutations(sorted(set(told)) if len(set(told)) > 1 else "ab", 2)
        )
    for rule in rules:
        assert rule.wrong == sum(rule.option_for(numbers[one]) != winners[one] for one in numbers)
        assert rule.wrong == fewest[len(rule.terms)]
    by_size = {len(rule.terms): rule.wrong for rule in rules}
    least = fewest[0]
    for size in range(3):
        assert (size in by_size) == (size == 0 or fewest[size] < least)
        least = min(least, fewest[size])


def test_a_rule_that_separates_is_found() -> None:
    numbers = {str(k): {"x": k % 4, "y": k // 4} for k in range(16)}
    winners = {name: "b" if row["x"] >= 2 and row["y"] <= 1 else "a" for name, row in numbers.items()}
    none, two = separating_rules(numbers, winners, "ab")
    assert (none.terms, none.outside, none.wrong) == ((), "a", 4)
    assert {(one.column, one.at_least, one.value) for one in two.terms} == {("x", True, 2), ("y", False, 1)}
    assert (two.inside, two.outside, two.wrong) == ("b", "a", 0)
    assert smallest_rule((none, two), 16) is two


def test_scenarios_without_a_winner_are_left_out_and_further_terms_must_be_worth_it() -> None:
    assert separating_rules({"s": {"x": 1}}, {"s": ""}, "ab") == ()
    assert smallest_rule((), 0) is None
    rules = tuple(SeparatingRule((), "", "a", wrong) for wrong in (20, 12, 11))
    terms = [(), (object(),), (object(), object())]
    rules = tuple(
        SeparatingRule(parts, "b", "a", one.wrong)  # type: ignore[arg-type]
        for parts, one in zip(terms, rules, strict=True)
    )
    assert smallest_rule(rules, 100) is rules[1]
    assert smallest_rule(rules, 20) is rules[2]
    assert smallest_rule(rules, 1000) is rules[0]


STUDY = """
study: s
scenarios: [v, w]
options:
  zone: {title: {zh: 片区式, en: zones}}
  drop: {drop: [own], title: {zh: 不设, en: without}}
figures:
  near:
    parts:
      - {only: zone, count: units}
      - {only: drop, count: 'groups where group.km > 2', times: 2}
      - {only: drop, sum: {of: units, value: unit.workload}}
criteria: [{figure: near}]
facts: {table: facts.csv, columns: {units: {zh: 单位, en: units}}}
"""
FACTS = "scenario,title,units,lon,lat\nv,甲县,3,104,30\nw,乙县,40,105,31\n"


def write_study(folder: Path, facts: str = FACTS, text: str = STUDY) -> Path:
    for name in ("v", "w"):
        if not (folder / name).exists():
            write_world(folder / name)
    (folder / "facts.csv").write_text(facts, encoding="utf-8")
    file = folder / "study.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_reports_say_which_option_suits_and_draw_it(tmp_path: Path) -> None:
    file = write_study(tmp_path)
    loaded = api.load_study(file)
    api.run_study(loaded, runner=InlineRunner())
    view = loaded.view()
    assert view.suited is not None and view.suited.suits == {"zone": 2, "drop": 0, "": 0}
    assert [line.standing.losses for line in view.suited.lines] == [{"zone": 0, "drop": 1}] * 2
    assert view.suited.rule == SeparatingRule((), "", "zone", 0)
    shown = call("study", "report", file).out
    assert "suited by: zones 2, without 0, undecided 0" in shown
    assert "the smallest rule: zones everywhere; wrong in 0 of 2" in shown
    for suffix in ("svg", "html", "docx", "xlsx"):
        assert call("study", "report", file, "--to", tmp_path / f"r.{suffix}", lang="zh").status == 0
    drawn = (tmp_path / "r.svg").read_text(encoding="utf-8")
    assert "甲县 · 片区式 · 1/1" in drawn and "最小规则：各处均为片区式" in drawn
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "甲县 · 片区式 · 1/1" in page and "甲县 · zones · 1/1" in page


def test_a_study_without_places_has_no_map(tmp_path: Path) -> None:
    facts = "\n".join(line.rsplit(",", 2)[0] for line in FACTS.splitlines())
    file = write_study(tmp_path, facts)
    refused = call("study", "report", file, "--to", tmp_path / "r.svg")
    assert refused.status == 2 and "has no place of a scenario" in refused.err
    assert call("study", "report", file, "--to", tmp_path / "r.html").status == 0


@pytest.mark.parametrize(
    ("facts", "file", "row", "column", "nearest"),
    [
        ("", "facts.csv", 1, "", ""),
        ("title,units\nx,1\n", "facts.csv", 1, "scenario", ""),
        ("scenario,units,units\nv,1,1\nw,1,1\n", "facts.csv", 1, "scenario", ""),
        ("scenario,unit\nv,1\nw,1\n", "study.yaml", 14, "facts.columns.units", "unit"),
        ("scenario,units\nv,1\nvv,1\nw,2\n", "facts.csv", 3, "scenario", "v"),
        ("scenario,units\nv,1\nv,1\nw,2\n", "facts.csv", 3, "scenario", ""),
        ("scenario,units\nv,one\nw,2\n", "facts.csv", 2, "units", ""),
        ("scenario,units\nv,nan\nw,2\n", "facts.csv", 2, "units", ""),
        ("scenario,units,lon,lat\nv,1,200,30\nw,2,,\n", "facts.csv", 2, "lon", ""),
        ("scenario,units\nv,1\n", "facts.csv", 0, "scenario", ""),
    ],
)
def test_faults_of_the_table_of_facts(
    tmp_path: Path, facts: str, file: str, row: int, column: str, nearest: str
) -> None:
    with pytest.raises(InputError) as caught:
        api.load_study(write_study(tmp_path, facts))
    [first] = caught.value.faults
    assert (first.file, first.row or 0, first.column, first.nearest) == (file, row, column, nearest), first
    assert first.message.zh and first.message.en


def test_a_table_of_facts_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        api.load_study(write_study(tmp_path, text=STUDY.replace("facts.csv", "fact.csv")))
    assert caught.value.faults[0].nearest.endswith("facts.csv"), caught.value.faults
