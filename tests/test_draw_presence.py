"""The pool of a draw leaves out people who have not joined, have left or are away, and names them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from allocator import api
from cli_world import call
from lot_world import write_lot

SCENARIO = """\
scenario: present
periods: [2099]
draws:
  panel: {kind: panel, from: people where person.kind == "delegate", size: 2, SEED}
  pairs:
    {kind: pairing, units: units, inspectors: people where person.kind == "inspector", size: 1, team: 1, SEED}
"""
SEED = "seed: 3D of 2099-06-15"
PEOPLE = [f"P{i},人员{i},{'delegate' if i < 6 else 'inspector'}" for i in range(9)]


def written(
    folder: Path, comings: dict[str, str] | None = None, absences: str = "", seed: str = SEED
) -> Path:
    """Write a scenario; ``comings`` has ``joins,retires`` of some people."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{row},{(comings or {}).get(row.partition(',')[0], ',')}" for row in PEOPLE]
    files = {
        "scenario.yaml": SCENARIO.replace("SEED", seed),
        "people.csv": "\n".join(["id,name,kind,joins,retires", *rows]) + "\n",
        "units.csv": "id\nU1\nU2\n",
        "absences.csv": f"person,from,to,why\n{absences}",
    }
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def pool(folder: Path, name: str = "panel") -> tuple[set[str], tuple[str, ...]]:
    """Return who is in the pool of a draw, and who is left out."""
    bound = api.draws(api.load(folder))[name]
    return {one for one in bound.pool.label if one.startswith("P")}, bound.absent


@pytest.mark.parametrize(
    ("coming", "here"),
    [
        ("2099-06-15,", True),
        ("2099-06-16,", False),
        (",2099-06-15", False),
        (",2099-06-16", True),
        ("2099-01-01,2099-06-01", False),
    ],
)
def test_from_joining_to_leaving(tmp_path: Path, coming: str, here: bool) -> None:
    found, absent = pool(written(tmp_path / "s", {"P3": coming}))
    assert ("P3" in found, absent) == (here, () if here else ("P3",))
    assert len(found) == 5 + here


@pytest.mark.parametrize(
    ("absence", "here"),
    [
        ("P3,2099-06-15,2099-06-15,leave\n", False),
        ("P3,2099-06-01,2099-06-14,leave\n", True),
        ("P3,2099-06-16,,leave\n", True),
        ("P3,,2099-06-15,leave\n", False),
        ("P3,2099-01-01,2099-01-05,leave\nP3,2099-06-10,,study\n", False),
    ],
)
def test_away_on_the_day(tmp_path: Path, absence: str, here: bool) -> None:
    assert pool(written(tmp_path / "s", absences=absence))[1] == (() if here else ("P3",))


def test_the_day_is_that_of_the_field_else_of_the_seed(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "s", absences="P3,2099-06-15,2099-06-15,leave\n", seed=f"{SEED}, day: 2099-06-20"
    )
    assert pool(folder)[1] == ()
    folder = written(
        tmp_path / "s", absences="P3,2099-06-20,2099-06-20,leave\n", seed=f"{SEED}, day: 2099-06-20"
    )
    assert pool(folder)[1] == ("P3",)


def test_inspectors_of_a_pairing(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", {"P8": "2099-07-01,", "P0": "2099-07-01,"}, "P6,2099-06-15,,leave\n")
    assert pool(folder, "pairs") == ({"P7"}, ("P6", "P8"))
    assert pool(folder)[1] == ("P0",)
    file = tmp_path / "draw.json"
    assert call("draw", folder, "pairs", "-o", file).status == 0
    drawn = call("draw", folder, "--audit", file, "--seed", "517")
    assert drawn.status == 0 and "not there on 2099-06-15, left out: 人员6 (P6), 人员8 (P8)" in drawn.out
    text = json.loads(file.read_text("utf-8"))
    assert [team["inspectors"] for team in text["result"]["teams"]] == [["P7"]]
    assert text["committed"]["terms"]["absent"] == ["P6", "P8"]
    assert call("verify", folder, file).status == 0


def test_who_is_away_is_told_and_whoever_goes_away_later_too(tmp_path: Path) -> None:
    folder, file = written(tmp_path / "s", absences="P3,2099-06-15,,leave\n"), tmp_path / "draw.json"
    done = call("draw", folder, "panel", "-o", file, lang="zh")
    assert done.status == 0 and "2099-06-15 不在岗，不参加抽签：人员3 (P3)\n" in done.out
    written(folder, absences="P3,2099-06-15,,leave\nP4,2099-06-01,,leave\n")
    done = call("verify", folder, file)
    assert done.status == 1
    assert "✗ absent differs: 'P3' in the file, 'P3, P4' in the scenario" in done.out
    assert "✗ the pool gone since the commitment (1): P4" in done.out
    refused = call("draw", folder, "--audit", file, "--seed", "517")
    assert refused.status == 2 and "absent differs" in refused.err


def test_without_a_day_check_asks_for_it(tmp_path: Path) -> None:
    unknown = "seed: 3D of the day before"
    folder = written(tmp_path / "s", seed=unknown)
    assert call("check", folder).status == 0
    for made in (
        written(tmp_path / "a", {"P3": ",2120-01-01"}, seed=unknown),
        written(tmp_path / "b", absences="P3,2099-06-15,,leave\n", seed=unknown),
    ):
        done = call("check", made)
        assert done.status == 2
        told = "scenario.yaml:4:draws.panel.from: somebody joins, retires or is away: say on which `day`"
        assert [line for line in done.err.splitlines() if line.startswith(told)] == done.err.splitlines()


def test_a_quota_counts_those_who_are_there(tmp_path: Path) -> None:
    quota = 'quotas: [{when: \'person.id in ["P0", "P1"]\', count: 2}], '
    folder = written(tmp_path / "s", absences="P1,2099-06-15,,leave\n")
    text = (folder / "scenario.yaml").read_text("utf-8").replace("size: 2, ", f"size: 2, {quota}", 1)
    (folder / "scenario.yaml").write_text(text, "utf-8")
    done = call("draw", folder, "panel")
    assert done.status == 1 and "at least 2 (there are 1)" in done.out


def lot(folder: Path, people: str, absences: str = "", periods: str = "[2026]") -> Path:
    """Return casework by lot in which P3 comes and goes."""
    folder.mkdir(exist_ok=True)
    place = write_lot(folder, Random(1), "probability: 1, different: 1")
    text = (
        (place / "people.csv")
        .read_text("utf-8")
        .replace("id,grade,native_place", "id,grade,native_place,joins")
    )
    rows = [f"{row},{people if row.startswith('P3') else ''}" for row in text.splitlines()[1:]]
    (place / "people.csv").write_text("\n".join([text.splitlines()[0], *rows]), "utf-8")
    (place / "absences.csv").write_text(f"person,from,to,why\n{absences}", "utf-8")
    scenario = (place / "scenario.yaml").read_text("utf-8")
    scenario = scenario.replace("periods: [2026]", f"periods: {periods}")
    (place / "scenario.yaml").write_text(scenario, "utf-8")
    return place


def test_an_assignment_by_lot_follows_the_periods_of_its_layer(tmp_path: Path) -> None:
    folder, file = lot(tmp_path, "2027-01-01"), tmp_path / "draw.json"
    bound = api.draws(api.load(folder))["teams"]
    assert (bound.absent, bound.day) == (("P3",), None)
    done = call("draw", folder, "teams", "-o", file)
    assert done.status == 0 and "not there, left out: P3\n" in done.out
    committed = json.loads(file.read_text("utf-8"))["committed"]
    assert {pair["item"] for pair in committed["pairs"]}.isdisjoint({"P3"})
    assert committed["terms"]["absent"] == ["P3"] and committed["terms"]["day"] == ""
    assert call("verify", folder, file).status == 0


def test_in_some_periods_only(tmp_path: Path) -> None:
    folder = lot(tmp_path, "2027-01-01", "P1,2027-03-01,,leave\n", "[2026, 2027]")
    text = (folder / "scenario.yaml").read_text("utf-8").replace("periods: once, ", "")
    (folder / "scenario.yaml").write_text(text, "utf-8")
    assert api.draws(api.load(folder))["teams"].absent == ("P1@2027", "P3@2026")


def test_an_assignment_has_no_day(tmp_path: Path) -> None:
    folder = write_lot(tmp_path, Random(1), "day: 2026-03-01, probability: 1")
    done = call("check", folder)
    assert done.status == 2
    assert (
        "draws.teams.day: is not for this kind: its layer has periods, not a day; found '2026-03-01'"
        in done.err
    )
