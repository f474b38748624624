"""Options side by side: figures counted by hand, what is proved, what cannot be judged or matched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny_scenario
from allocator import api
from allocator.model.plan import Plan
from allocator.report.compare.comparison_sentences import comparison_sentences
from cli_world import good_plan
from compare_world import (
    BOTH_WAYS,
    ONE_WAY,
    PAST,
    PEOPLE,
    SEATS,
    SETTLED,
    SWAPPED,
    YEARS,
    costs_by_hand,
    hard_by_hand,
    options_folder,
    plan_of,
    tiny_option,
    with_bounds,
)
from tiny_scenario import write_scenario

SEATED = st.fixed_dictionaries(
    {(person, year): st.none() | st.sampled_from(SEATS) for person in PEOPLE for year in YEARS}
)


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[api.Policy, int, int]]:
    """Return two versions of a scenario, with the weights of two of their rules."""
    made = []
    for away, kept in ((2, 1), (5, 4)):
        place = options_folder(tmp_path_factory.mktemp("option"), away=away, kept=kept)
        made.append((api.bind(api.load(place)), away, kept))
    return made


@settings(max_examples=12)
@given(
    plans=st.lists(SEATED, min_size=2, max_size=3),
    versions=st.lists(st.integers(0, 1), min_size=3, max_size=3),
)
def test_costs_are_those_counted_by_hand_and_differences_add_up(
    policies: list[tuple[api.Policy, int, int]],
    plans: list[dict[tuple[str, str], tuple[str, str] | None]],
    versions: list[int],
) -> None:
    chosen = [policies[version] for version in versions[: len(plans)]]
    options = [
        api.plan_option(policy, plan_of(policy, seats), label=label)
        for label, (policy, _, _), seats in zip("ABC", chosen, plans, strict=False)
    ]
    found = api.compare(options)
    by_hand = [
        costs_by_hand(seats, away=away, kept=kept)
        for seats, (_, away, kept) in zip(plans, chosen, strict=True)
    ]
    hard = [hard_by_hand(seats) for seats in plans]
    levels = {row.level: row for row in found.levels}
    rules = {row.rule: row for row in found.rules}
    for k, costs in enumerate(by_hand):
        for name, cost in costs.items():
            assert rules[name].findings[k].cost == cost
        assert levels[1].scores[k].cost == costs["away"] + costs["heads"]
        assert levels[2].scores[k].cost == costs["kept"]
        assert rules["one-lead"].findings[k].cost == hard[k]
    for row in found.levels:
        of_level = [one for one in found.rules if one.level == row.level]
        for k, difference in enumerate(row.differences, start=1):
            assert difference == sum(one.differences[k - 1] for one in of_level)
            assert difference == row.scores[k].cost - row.scores[0].cost
    for row in found.seats:
        if row.layer == "posting":
            held = [seats[row.item.id, row.period] for seats in plans]
            assert row.differs == (len(set(held)) > 1)
            for cell, seat, seats in zip(row.options, held, plans, strict=True):
                assert [(one.slot.id, one.role) for one in cell.seats] == ([seat] if seat else [])
                assert cell.move == moved(seats, row.item.id, row.period)
    for cell in found.judgements:
        seats = plans["ABC".index(cell.plan)]
        _, away, kept = chosen["ABC".index(cell.rules)]
        costs = costs_by_hand(seats, away=away, kept=kept)
        judged = {one.level: one.cost for one in cell.costs}
        assert (judged[1], judged[2]) == (costs["away"] + costs["heads"], costs["kept"])
    for moves in found.moves:
        for count, seats in zip(moves.options, plans, strict=True):
            sorts = [moved(seats, person, year) for person in PEOPLE for year in YEARS]
            assert (count.new, count.role, count.left) == tuple(map(sorts.count, ("new", "role", "left")))


def moved(seats: dict[tuple[str, str], tuple[str, str] | None], person: str, year: str) -> str:
    """Return how somebody moves against the year before."""
    past = (PAST[person], "member") if person in PAST else None
    was, now = past if year == "2026" else seats[person, "2026"], seats[person, year]
    if was == now:
        return ""
    if now is None:
        return "left"
    return "role" if was is not None and was[0] == now[0] else "new"


def said(options: list[api.PlanOption]) -> list[str]:
    return [text("en") for text in comparison_sentences(api.compare(options))]


def test_better_is_proved_only_where_the_bound_of_the_other_says_so(tmp_path: Path) -> None:
    good, bad = tiny_option(tmp_path / "a", "A"), tiny_option(tmp_path / "b", "B", SWAPPED)
    middle = tiny_option(tmp_path / "c", "C", SETTLED)
    assert [dict(one.costs)[1] for one in (good, bad, middle)] == [0, BOTH_WAYS, ONE_WAY]
    # A cost of 0 cannot be undercut: proved without any bound.
    [verdict] = api.compare([good, bad]).rankings[0].verdicts
    assert (verdict.better, verdict.other, verdict.relation) == ("A", "B", "better")
    assert (verdict.level, verdict.costs, verdict.is_proved) == (1, (0, BOTH_WAYS), True)
    for bound, proved, words in (
        (ONE_WAY - 1, False, "not shown to be the best"),
        (ONE_WAY, True, "proved: no plan costs less than C"),
    ):
        options = [with_bounds(bad, [0, bound]), with_bounds(middle, [0, 1])]
        [verdict] = api.compare(options).rankings[0].verdicts
        assert (verdict.better, verdict.bound, verdict.is_proved) == ("C", bound, proved)
        assert any(words in line for line in said(options))


def test_a_bound_below_a_level_that_is_open_proves_nothing(tmp_path: Path) -> None:
    more = "  - {{id: spread, kind: prefer, on: zoning, when: 'false', level: 1}}"
    rules = tiny_scenario.RULES.replace("level: 1, weight: 2", "level: 2, weight: 2").replace(
        "    waive:", more.replace("{{", "{").replace("}}", "}").join(("    ", "\n    waive:"))
    )
    options = [
        tiny_option(tmp_path / label, label, text, tiny_rules=rules)
        for label, text in (("A", tiny_scenario.PLAN), ("B", SWAPPED))
    ]
    assert [dict(one.costs) for one in options] == [{"hard": 0, 1: 2, 2: 0}, {"hard": 0, 1: 2, 2: BOTH_WAYS}]
    for first, proved in ((1, False), (2, True)):
        bounded = [with_bounds(one, [0, first, 0]) for one in options]
        [verdict] = api.compare(bounded).rankings[0].verdicts
        assert (verdict.better, verdict.level, verdict.is_proved) == ("A", 2, proved)


def test_identical_plans_and_plans_of_equal_cost(tmp_path: Path) -> None:
    a, b = (tiny_option(tmp_path / label, label) for label in "AB")
    found = api.compare([a, b])
    assert found.identical == (("A", "B"),)
    assert found.rankings[0].verdicts[0].relation == "identical"
    assert found.rankings[0].places == (1, 1)
    assert not any(row.differs for row in found.seats) and not any(
        any(row.differences) for row in found.rules
    )
    other = tiny_scenario.PLAN.replace("P1=C1/chief", "P2=C1/chief")
    found = api.compare([a, tiny_option(tmp_path / "c", "C", other)])
    assert found.identical == () and found.rankings[0].verdicts[0].relation == "equal"
    [row] = [row for row in found.seats if row.differs and row.item.id == "P1"]
    assert (row.layer, row.options[1].seats) == ("casework", ())


def test_what_another_scenario_lacks_is_named_and_nothing_is_guessed(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"]
    fewer = "".join(line for line in people.splitlines(keepends=True) if "P8" not in line)
    rules = tiny_scenario.RULES.replace("1组长+3组员", "1组长+2-3组员")
    small = tiny_scenario.PLAN.replace("P8=G2/member@2026", "").replace("P8=G2/member@2027", "")
    a = tiny_option(tmp_path / "a", "A")
    b = tiny_option(tmp_path / "b", "B", small, people=fewer, ties="source,target,kind\n", tiny_rules=rules)
    found = api.compare([a, b])
    cells = {(one.plan, one.rules): one for one in found.judgements}
    assert [cells[key].is_judged for key in (("A", "A"), ("A", "B"), ("B", "A"), ("B", "B"))] == [
        True,
        False,
        True,
        True,
    ]
    assert [(one.field, one.entity.name) for one in cells["A", "B"].missing] == [("item", "黄丽")]
    assert [one.name for one in cells["B", "A"].unplaced] == ["黄丽"]
    assert cells["B", "A"].breaches > 0
    assert found.ranking("B").unjudged == ("A",)
    lacking = [one for one in found.mismatches if one.kind == "item"]
    assert [(one.options, [named.id for named in one.names]) for one in lacking] == [(("B",), ["P8"])]
    [row] = [
        row for row in found.seats if row.item.id == "P8" and row.layer == "posting" and row.period == "2026"
    ]
    assert row.differs and row.options[1] is None and row.options[0].seats
    assert {"files", "item"} <= {one.kind for one in found.mismatches}


def test_costs_by_different_rules_are_not_ranked_against_each_other(tmp_path: Path) -> None:
    a = tiny_option(tmp_path / "a", "A")
    dearer = tiny_scenario.RULES.replace("weight: 2", "weight: 7")
    b = tiny_option(tmp_path / "b", "B", SWAPPED, tiny_rules=dearer)
    found = api.compare([a, b])
    assert found.ranking() is None and [one.rules for one in found.rankings] == ["A", "B"]
    [rule] = [row for row in found.rules if row.rule == "keep"]
    assert rule.is_changed and [one.weight for one in rule.findings] == [2, 7]
    # Another hard rule leaves the measure as it is: options may be ranked by their own costs.
    freer = tiny_scenario.RULES.replace("      - {id: kin, kind: apart, on: posting, ties: kin}\n", "")
    c = tiny_option(tmp_path / "c", "C", SWAPPED, tiny_rules=freer)
    found = api.compare([a, c])
    assert found.ranking().order == ("A", "C")
    [rule] = [row for row in found.rules if row.rule == "kin"]
    assert rule.findings[1] is None and rule.differs


def test_options_without_a_plan_or_with_breaches_come_last(tmp_path: Path) -> None:
    a = tiny_option(tmp_path / "a", "A")
    nothing = Plan(scenario=a.plan.scenario, status="infeasible", assignments=())
    b = api.plan_option(a.policy, nothing, label="B")
    broken = tiny_scenario.PLAN.replace("P2=G1/lead@2027", "P3=G1/lead@2027").replace(
        "P3=G1/member@2027", "P2=G1/member@2027"
    )
    c = tiny_option(tmp_path / "c", "C", broken)
    found = api.compare([b, c, a])
    assert found.rankings[0].order == ("A", "C", "B")
    assert [one.relation for one in found.rankings[0].verdicts] == ["inadmissible", "no_plan", "no_plan"]
    assert [one.is_admissible for one in found.options] == [False, False, True]
    assert found.levels[0].differences == (None, None)


def test_bounds_of_false_claims_and_of_other_versions_are_not_used(tmp_path: Path) -> None:
    a = tiny_option(tmp_path / "a", "A")
    liar = with_bounds(a, [0, 9], "B")
    assert liar.doubtful and not liar.bounds
    old = a.plan.scenario.model_copy(update={"sha256": "0" * 64})
    other = api.plan_option(a.policy, a.plan.model_copy(update={"scenario": old}), label="C")
    assert other.differs and not other.bounds
    found = api.compare([a, liar, other])
    assert {"claims", "version"} <= {one.kind for one in found.mismatches}
    assert [one.bound for one in found.levels[1].scores] == [0, None, None]


def test_changes_are_counted_from_a_baseline(tmp_path: Path) -> None:
    a, b = tiny_option(tmp_path / "a", "A"), tiny_option(tmp_path / "b", "B", SWAPPED)
    found = api.compare([a, b], baseline=a.plan)
    by_layer = {one.layer: one.options for one in found.moves}
    assert [one.total for one in by_layer["posting"]] == [0, 2]
    assert [one.total for one in by_layer["zoning"]] == [0, 0]
    other = a.plan.scenario.model_copy(update={"name": "other"})
    stranger = a.plan.model_copy(
        update={"scenario": other, "assignments": (a.plan.assignments[0].model_copy(update={"item": "X"}),)}
    )
    with pytest.raises(api.InputError):
        api.compare([a, b], baseline=stranger)


def test_recusals_and_exceptions_are_counted(tmp_path: Path) -> None:
    a, b = tiny_option(tmp_path / "a", "A"), tiny_option(tmp_path / "b", "B", SWAPPED)
    found = api.compare([a, b])
    [row] = [row for row in found.recusals if row.rule == "native"]
    # P1 and P4 come from the place of group 1, P3 and P7 from that of group 2; P7 is excused.
    assert [(one.kept, one.excused, one.broken) for one in row.options] == [(3, 1, 0)] * 2
    [waiver] = found.waivers
    assert ([one.id for one in waiver.subjects], waiver.options) == (["P7", "G2"], (2, 1))


def test_two_options_with_letters_of_their_own(tmp_path: Path) -> None:
    a = tiny_option(tmp_path / "a", "A")
    for options in ([a], [a, a]):
        with pytest.raises(api.InputError, match="two options"):
            api.compare(options)


def test_names_histories_levels_and_periods_that_do_not_match_are_told(tmp_path: Path) -> None:
    tables, spec = tiny_scenario.TABLES, tiny_scenario.SCENARIO
    a = tiny_option(tmp_path / "a", "A")
    changes = {
        "people.csv": tables["people.csv"].replace("陈静", "陈敬"),
        "postings.csv": tables["postings.csv"].replace("P7,G2", "P7,G1"),
        "groups.csv": tables["groups.csv"] + "        Z3,第三片区,zone,,城北\n",
        "tiny-rules.yaml": tiny_scenario.RULES.replace("atleast: 1, atmost: 1", "atmost: 1"),
        "scenario.yaml": spec.replace("人员稳定, en: few moves", "少动, en: stay").replace(
            "scenario: tiny", "scenario: other"
        ),
    }
    place = write_scenario(tmp_path / "b", changes)
    b = api.plan_option(api.bind(api.load(place)), good_plan(place), label="B")
    found = {one.kind: one for one in api.compare([a, b]).mismatches}
    assert found.keys() == {"scenario", "files", "slot", "name", "history", "level"}
    assert found["slot"].options == ("A",) and [one.id for one in found["slot"].names] == ["Z3"]
    assert [one.id for one in found["name"].names] == ["P5"] and "陈静 / 陈敬" in found["name"].text.zh
    assert [one.id for one in found["history"].names] == ["P7"]
    assert "人员稳定" in found["level"].text.zh and "少动" in found["level"].text.zh
    longer = {"scenario.yaml": spec.replace("periods: [2026, 2027]", "periods: [2026, 2027, 2028]")}
    place = write_scenario(tmp_path / "c", longer)
    more = tiny_scenario.PLAN + " ".join(
        part.replace("@2027", "@2028") for part in tiny_scenario.PLAN.split() if part.endswith("@2027")
    )
    c = api.plan_option(api.bind(api.load(place)), good_plan(place, more), label="C")
    compared = api.compare([a, c])
    lacking = [
        (one.options, [n.id for n in one.names]) for one in compared.mismatches if one.kind == "period"
    ]
    assert lacking == [(("A",), ["2028"])]
    assert [one.entity.id for one in compared.judgements[2].missing] == ["2028"]
    rows = [row for row in compared.seats if row.period == "2028"]
    assert rows and all(row.options[0] is None and row.options[1] is not None for row in rows)


def test_a_bound_that_was_proved_with_a_baseline_says_nothing_about_other_plans(tmp_path: Path) -> None:
    cheap, dear = tiny_option(tmp_path / "c", "C", SETTLED), tiny_option(tmp_path / "b", "B", SWAPPED)
    bounded = with_bounds(dear, [0, ONE_WAY])
    run = {"changes": {"seats": 0, "new": 0, "dropped": 0, "list": []}, "beside": "a call"}
    kept = api.plan_option(dear.policy, bounded.plan.model_copy(update={"run": run}), label="B")
    under_b = api.compare([cheap, kept]).ranking("B")
    [verdict] = under_b.verdicts
    assert (verdict.better, verdict.bound, verdict.is_proved) == ("C", None, False)
    # Of the option itself, with what its call asked for, the bound holds.
    [verdict] = api.compare([cheap, kept]).ranking().verdicts
    assert (verdict.better, verdict.bound, verdict.is_proved) == ("C", ONE_WAY, True)


def test_options_of_equal_cost_are_proved_by_the_lower_of_their_bounds(tmp_path: Path) -> None:
    freer = tiny_scenario.RULES.replace("      - {id: kin, kind: apart, on: posting, ties: kin}\n", "")
    a = tiny_option(tmp_path / "a", "A", SETTLED)
    b = tiny_option(tmp_path / "b", "B", SETTLED.replace("P1=C1", "P2=C1"), tiny_rules=freer)
    for bound, proved in ((ONE_WAY - 1, False), (ONE_WAY, True)):
        found = api.compare([with_bounds(a, [0, ONE_WAY]), with_bounds(b, [0, bound])])
        [verdict] = found.ranking().verdicts
        assert (verdict.relation, verdict.is_proved) == ("equal", proved)


def test_options_that_both_break_hard_rules_are_not_called_better(tmp_path: Path) -> None:
    without = tiny_scenario.PLAN.replace("P1=C1/chief@2026", "")
    texts = (
        without,
        without.replace("P4=C2/chief@2027", ""),
        SETTLED.replace("P1=C1/chief@2026", ""),
    )
    options = [tiny_option(tmp_path / label, label, text) for label, text in zip("ABC", texts, strict=True)]
    assert [one.is_admissible for one in api.compare(options).options] == [False] * 3
    lines = said(options)
    for start in (
        "A and C both break hard rules (1 against 1)",
        "A and B both break hard rules (1 against 2)",
    ):
        assert any(line.startswith(start) for line in lines)
    assert not any("better" in line for line in lines)


def test_staffing_and_loads_are_those_of_the_plans(tmp_path: Path) -> None:
    fewer = SWAPPED.replace("P6=G1/member@2026", "").replace("U1=Z1 U2=Z2", "U1=Z2 U2=Z1")
    fewer = fewer.replace("P1=C1/chief@2026", "P4=C1/chief@2026")
    options = [
        tiny_option(tmp_path / label, label, text)
        for label, text in (("A", tiny_scenario.PLAN), ("B", fewer))
    ]
    found = api.compare(options)
    rows = {(row.layer, row.period, row.place.id if row.place else None): row for row in found.places}
    group = rows["posting", "2026", "G1"].options
    assert [(one.least, one.most, one.actual, one.vacant, one.over) for one in group] == [
        (4, 4, 4, 0, 0),
        (4, 4, 3, 1, 0),
    ]
    whole = rows["posting", "2026", None].options
    assert [(one.actual, one.vacant) for one in whole] == [(8, 0), (7, 1)]
    assert not rows["posting", "2027", "G1"].differs and rows["posting", "2026", "G1"].differs
    assert [one.workload for one in rows["zoning", None, "Z1"].options] == [30, 20]
    assert [(one.number, one.workload) for one in rows["casework", None, "P4"].options] == [(1, 3), (2, 5)]
    assert [(one.number, one.workload) for one in rows["casework", None, "P1"].options] == [(1, 2), (0, 0)]
    assert ("casework", None, "P2") not in rows
