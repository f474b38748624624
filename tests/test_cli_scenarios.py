"""``allocator scenarios`` and ``allocator new --like``: a copy is complete without other files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest import mock

import pytest

from allocator import api
from allocator.api import scenarios
from allocator.cli.output import quoted
from allocator.model.scenario import Scenario
from allocator.rules import packs
from allocator.rules.policy import Policy
from cli_world import call

ROOT = Path(__file__).resolve().parents[1]
NAMES = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml"))
LIKE = "shehong-sectors"


@pytest.fixture(scope="module")
def read_once() -> Iterator[None]:
    """Load and bind each scenario once for all lists."""
    load, bind, bound = cache(api.load), api.bind, dict[int, Policy]()

    def bind_once(scenario: Scenario) -> Policy:
        if id(scenario) not in bound:
            bound[id(scenario)] = bind(scenario)
        return bound[id(scenario)]

    with mock.patch.multiple(api, load=load, bind=bind_once):
        yield


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_has_title_and_numbers(lang: str) -> None:
    out = call("scenarios", lang=lang, COLUMNS="250").out
    [line] = [line for line in out.splitlines() if line.startswith(f"  {LIKE} ")]
    policy = api.bind(api.load(ROOT / "scenarios" / LIKE))
    assert policy.context.scenario.spec.title(lang) in line
    assert line.split()[-5:] == ["52", "68", "24", "1", str(len(policy.entries))]
    assert out.splitlines()[-1].endswith(f"--like {NAMES[0]}")


@pytest.mark.usefixtures("read_once")
def test_the_list_as_data() -> None:
    listed = call("scenarios", "--json").json
    assert [one["id"] for one in listed] == NAMES
    found = listed[NAMES.index(LIKE)]
    assert found["title"] == {
        "zh": "射洪市派驻机构归口划分协作组",
        "en": "Shehong: cooperation groups by sector",
    }
    assert found["counts"] == {"units": 52, "people": 68, "groups": 6, "cases": 24}
    assert sum(found["kinds"].values()) == found["rules"]
    assert (found["packs"], list(found["layers"])) == (["sector-groups"], ["grouping", "posting", "dispatch"])


def test_a_copy_is_whole_and_named_after_its_folder(tmp_path: Path) -> None:
    place = tmp_path / "县里" / "我的方案"
    said = call("new", place, "--like", LIKE, "--json").json
    assert sorted(said["files"]) == sorted(path.name for path in place.iterdir())
    assert {"scenario.yaml", "people.csv", "sector-groups.yaml"} <= set(said["files"])
    assert not {"make.py", "expected.yaml"} & set(said["files"])
    copy, original = api.load(place), api.load(ROOT / "scenarios" / LIKE)
    assert (copy.name, copy.organisation) == ("我的方案", original.organisation)
    assert [rule.id for rule in api.bind(copy).rules] == [rule.id for rule in api.bind(original).rules]


def test_packs_that_others_extend_are_copied_too(tmp_path: Path) -> None:
    home = tmp_path / "home" / "scenarios" / "mine"
    shutil.copytree(ROOT / "scenarios" / LIKE, home)
    shutil.copytree(ROOT / "rules", tmp_path / "home" / "rules")
    text = (home / "scenario.yaml").read_text(encoding="utf-8")
    (home / "scenario.yaml").write_text(text.replace("[sector-groups]", "[county-joint-groups]"), "utf-8")
    assert {"county-joint-groups.yaml", "sector-groups.yaml"} <= set(api.scenario_copy(home, "x"))


def test_an_unknown_scenario_is_offered_the_nearest(tmp_path: Path) -> None:
    for wrong in ("shehong-sector", "scenarios/shehong-sectors"):
        done = call("new", tmp_path / "x", "--like", wrong)
        assert (done.status, done.out) == (2, "")
        assert f"did you mean '{LIKE}'?" in done.err
    assert not (tmp_path / "x").exists()


def test_a_copy_takes_nothings_place(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "people.csv").write_text("mine", encoding="utf-8")
    assert "exists and is not empty" in call("new", tmp_path / "x", "--like", LIKE).err
    assert (tmp_path / "x" / "people.csv").read_text(encoding="utf-8") == "mine"


def test_an_installation_without_scenarios_says_so(tmp_path: Path) -> None:
    with mock.patch.object(scenarios, "bundled_home", return_value=tmp_path):
        assert "without scenarios" in call("scenarios").out
        assert call("scenarios", "--json").json == []
        assert call("new", tmp_path / "x", "--like", LIKE).status == 2


def test_an_installed_package_has_them_inside_itself(tmp_path: Path) -> None:
    inside = tmp_path / "allocator" / "bundled" / "scenarios" / "one"
    inside.mkdir(parents=True)
    (inside / "scenario.yaml").touch()
    with mock.patch.object(packs, "__file__", str(tmp_path / "allocator" / "rules" / "packs.py")):
        assert dict(api.bundled_scenarios()) == {"one": inside}


def test_offered_commands_are_called_as_this_one_was(tmp_path: Path) -> None:
    folder = tmp_path / "两 期"
    called = {
        ".venv/bin/allocator": ".venv/bin/allocator",
        "/usr/bin/allocator": "allocator",
        "pytest": "allocator",
    }
    for k, (path, shown) in enumerate(called.items()):
        with mock.patch.object(sys, "argv", [path]):
            out = call("new", folder / str(k), "--like", LIKE).out
        assert f"\n{shown} check '{folder / str(k)}'\n" in out
    assert [quoted(word) for word in ("我的方案/plan.json", "a b", "$x")] == [
        "我的方案/plan.json",
        "'a b'",
        "'$x'",
    ]
