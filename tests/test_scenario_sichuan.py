"""Sichuan: the assignment of modes to counties, and a generator of a county's scenario in three modes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import folder, made_anew, tables, unlike_the_document

NAME = "sichuan-province"
PROVINCE = folder(NAME)
sys.path.insert(0, str(PROVINCE))

import county as counties  # noqa: E402
import modes  # noqa: E402
import sample  # noqa: E402

#: A small county, and the one with the most townships.
SMALL, LARGE = "513222", "512021"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(PROVINCE))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, confirm="off")


@pytest.fixture(scope="module")
def all_counties() -> dict[str, counties.County]:
    return {one.code: one for one in counties.read_counties()}


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(PROVINCE)


def test_no_outline_is_kept() -> None:
    assert not [file for file in PROVINCE.rglob("*") if "geojson" in file.name]


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_each_city_has_begun_step_by_step(policy: api.Policy, plan: Plan) -> None:
    units = policy.context.scenario.organisation.units
    every = Counter(str(units[one.item].parent) for one in plan.assignments)
    later = Counter(str(units[one.item].parent) for one in plan.assignments if one.slot == "later")
    assert len(every) == 21 and sum(later.values()) == 77
    assert all(0.2 <= later[city] / number <= 0.6 for city, number in every.items())


def test_modes_suit_size_and_geography(policy: api.Policy, plan: Plan) -> None:
    units = policy.context.scenario.organisation.units

    def mean(mode: str, what: str) -> float:
        found = [int(str(units[one.item].extra[what])) for one in plan.assignments if one.slot == mode]
        return sum(found) / len(found)

    assert mean("zone", "townships") > mean("joint", "townships") > mean("task-force", "townships")
    assert mean("zone", "width") > max(mean("joint", "width"), mean("task-force", "width"))
    assert mean("joint", "agencies") > mean("task-force", "agencies")


def test_a_named_county_in_another_mode_breaks_a_rule(policy: api.Policy, plan: Plan) -> None:
    edited = tuple(
        one.model_copy(update={"slot": "joint"}) if one.item == "510681" else one for one in plan.assignments
    )
    other = plan.model_copy(update={"assignments": edited})
    assert "as-named" in {finding.rule.id for finding in api.verify(policy, other).judgement.broken}


@pytest.mark.parametrize("mode", modes.MODES)
@pytest.mark.parametrize("code", [SMALL, pytest.param(LARGE, marks=pytest.mark.slow)])
def test_a_county_is_proved_in_each_mode(
    code: str, mode: str, all_counties: dict[str, counties.County], tmp_path: Path
) -> None:
    policy = api.bind(api.load(modes.write(all_counties[code], mode, tmp_path)))
    plan = api.solve(policy, seconds=60, confirm="off")
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_a_county_is_made_the_same_every_time(
    all_counties: dict[str, counties.County], tmp_path: Path
) -> None:
    first, second = (
        modes.write(all_counties[SMALL], "zone", tmp_path / name) for name in ("first", "second")
    )
    assert {file.name: file.read_bytes() for file in first.iterdir()} == {
        file.name: file.read_bytes() for file in second.iterdir()
    }


def test_size_is_the_countys_in_each_mode(all_counties: dict[str, counties.County], tmp_path: Path) -> None:
    for mode in modes.MODES:
        scenario = api.load(modes.write(all_counties[SMALL], mode, tmp_path))
        kinds = Counter(unit.kind for unit in scenario.organisation.units.values())
        one = all_counties[SMALL]
        assert (kinds["township"], kinds["agency"], kinds["office"]) == (
            one.townships, one.agencies, one.offices
        )  # fmt: skip


def test_townships_are_real_where_known_and_marked_where_not(
    all_counties: dict[str, counties.County],
) -> None:
    shehong = counties.make(all_counties["510981"]).units("township")
    assert shehong[0]["name"] == "太和街道" and shehong[0]["position"] == "box centre"
    invented = counties.make(all_counties[SMALL]).units("township")
    assert {row["position"] for row in invented} == {"synthetic"}


def test_all_counties_can_be_made(all_counties: dict[str, counties.County]) -> None:
    """The plan made first has each office and township in one zone, and each agency in one group."""
    assert len(all_counties) == 183
    for one in list(all_counties.values())[::20]:
        made = counties.make(one)
        townships = [unit for zone in made.zones for unit in zone["townships"]]
        assert sorted(townships) == sorted(str(row["id"]) for row in made.units("township"))
        assert set(made.joined.values()) == set(made.sectors)


@pytest.mark.slow
def test_counties_of_all_sizes_can_be_bound_in_three_modes(
    all_counties: dict[str, counties.County], tmp_path: Path
) -> None:
    by_size = sorted(all_counties.values(), key=lambda one: (one.townships, one.code))
    for one in by_size[::9]:
        made = counties.make(one)
        for mode in modes.MODES:
            api.bind(api.load(modes.write(one, mode, tmp_path, made)))


def test_limits_of_a_county_are_told(all_counties: dict[str, counties.County]) -> None:
    with pytest.raises(ValueError, match=r"townships = 3 · 4\.\.80"):
        replace(all_counties[SMALL], townships=3)


OWN = ["--name", "某县", "--code", "510999", "--townships", "8", "--width", "30", "--agencies", "7",
       "--offices", "2", "--lon", "105.1", "--lat", "30.5"]  # fmt: skip


def test_sample_solves_verifies_and_prints(tmp_path: Path) -> None:
    """One command, in a process of its own, for a county that is in no table."""
    done = subprocess.run(
        [sys.executable, str(PROVINCE / "sample.py"), "--out", str(tmp_path), "--lang", "en",
         *OWN],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heading, *rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert heading[:2] == ["county", "mode"]
    assert [row[:2] for row in rows] == [["某县", name] for name in ("task forces", "zones", "joint groups")]
    assert all("optimal (proved)" in row for row in rows)
    policy = api.bind(api.load(tmp_path / "county-510999-zone"))
    saved = api.read_plan(tmp_path / "county-510999-zone" / "plan.json")
    assert api.verify(policy, saved).holds


def test_sample_draws_the_same_counties_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["--counties", "2", "--seed", "3", "--out", str(tmp_path), "--no-solve"]
    assert sample.main(call) == 0
    first = capsys.readouterr().out
    assert sample.main(call) == 0
    assert capsys.readouterr().out == first
    assert len({line for line in first.splitlines() if "county-" in line}) == 6


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (["--counties", "0"], "--counties 0 · 1..183"),
        (["--name", "某县"], "--code"),
        ([*OWN, "--agencies", "2"], "agencies = 2 · 6..24"),
    ],
)
def test_sample_says_what_is_wrong_with_the_call(
    call: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sample.main([*call, "--out", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
