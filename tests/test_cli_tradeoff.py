"""Sets of plans on the command line: searched, kept in a file, listed, drawn, and plans taken out of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from allocator import api
from allocator.model.text import Text
from allocator.model.tradeoff_set import SetGap, TradeoffSet
from allocator.report.picture.tradeoff_picture import tradeoff_drawing
from allocator.report.rendering.tradeoff_text import render_tradeoff
from allocator.report.tradeoff_view import tradeoff_view
from cli_world import Called, call

#: One whole solve: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

SCENARIO = Path(__file__).resolve().parents[1] / "docs" / "trade-off"
COSTS = [(5, 4), (6, 3), (7, 2), (8, 1), (10, 0)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the scenario and its set."""
    place = tmp_path_factory.mktemp("trade")
    shutil.copytree(SCENARIO, place / "trade-off")
    done = call(
        "solve",
        place / "trade-off",
        "--trade",
        "1,2",
        "-o",
        place / "set.json",
        "--workers",
        "1",
        "--time-limit",
        "600",
    )
    assert done.status == 0, done.err
    assert "complete, proved that none is missing" in done.out and "set written to" in done.out
    return place


def test_the_set_is_a_file_that_fits_its_schema(folder: Path) -> None:
    data = json.loads((folder / "set.json").read_text(encoding="utf-8"))
    schema = call("schema", "tradeoff").json
    jsonschema.validate(data, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "criteria": data["criteria"][:1]}, schema)
    assert [tuple(point["costs"]) for point in data["points"]] == COSTS
    assert (data["status"], data["gaps"]) == ("optimal", [])
    assert api.tradeoff_text(api.read_tradeoff(folder / "set.json")) == (folder / "set.json").read_text(
        encoding="utf-8"
    )
    assert "seconds" not in data["points"][0]["plan"]["run"]


def shown(folder: Path, *options: str, lang: str = "en") -> Called:
    return call("show", folder / "set.json", *options, lang=lang)


def test_the_set_is_listed_in_both_languages(folder: Path) -> None:
    for lang, words in (("en", "against the one before"), ("zh", "较上一方案")):
        done = shown(folder, lang=lang)
        assert done.status == 0 and words in done.out and "+2  −1" in done.out and not done.err
    assert [line["number"] for line in shown(folder, "--json").json["lines"]] == [1, 2, 3, 4, 5]


def test_each_plan_is_taken_out_and_holds(folder: Path) -> None:
    for number, costs in enumerate(COSTS, start=1):
        out = folder / f"{number}.json"
        assert shown(folder, "--point", str(number), "-o", str(out)).status == 0
        assert call("verify", folder / "trade-off", out).status == 0
        plan = api.read_plan(out)
        assert tuple(score.cost for score in plan.score[1:]) == costs
        assert [score.bound for score in plan.score[1:]] == [5, costs[1]]
        assert plan.status == ("optimal" if number == 1 else "feasible")


def test_the_first_plan_within_a_limit_is_chosen(folder: Path) -> None:
    assert "plan 4 of 5" in shown(folder, "--at-most", "2=1").err
    assert "plan 1 of 5" in shown(folder, "--at-most", "1=7").err
    done = shown(folder, "--at-most", "1=4")
    assert done.status == 2 and "no plan of the set is within" in done.err and "1 ≥ 5" in done.err


def test_a_limit_is_kept_by_the_search(folder: Path) -> None:
    found = call(
        *("solve", folder / "trade-off", "--trade", "2,1", "--at-most", "1=6", "--workers", "1", "--json"),
        *("--time-limit", "600"),
    )
    assert found.status == 0
    assert [point["costs"] for point in found.json["points"]] == [[3, 6], [4, 5]]
    assert found.json["limits"] == {"1": 6} and found.json["status"] == "optimal"


def test_moves_are_counted_from_a_baseline(folder: Path) -> None:
    assert shown(folder, "--point", "1", "-o", str(folder / "base.json")).status == 0
    options = ("--baseline", folder / "base.json", "--trade", "moves,1,2", "--at-most", "moves=2", "--json")
    found = call("solve", folder / "trade-off", *options, "--workers", "1", "--time-limit", "600")
    assert found.status == 0, found.err
    policy = api.bind(api.load(folder / "trade-off"), baseline=api.read_plan(folder / "base.json"))
    for point in found.json["points"]:
        assert point["plan"]["run"]["changes"]["seats"] == point["costs"][0] <= 2
        assert not api.verify(policy, api.Plan.model_validate(point["plan"])).disagreements
    assert [point["costs"] for point in found.json["points"]] == [[0, 5, 4], [2, 6, 3], [2, 7, 2]]
    within = call("solve", folder / "trade-off", "--baseline", folder / "base.json", "--trade", "moves,2")
    assert within.status == 0 and "every plan keeps level 1 few moves at 5" in within.out


def test_a_set_is_drawn_and_a_plan_of_it_exported(folder: Path) -> None:
    for lang in ("en", "zh"):
        done = call("export", folder / "set.json", "--to", folder / f"{lang}.svg", lang=lang)
        assert done.status == 0, done.err
        root = ET.fromstring((folder / f"{lang}.svg").read_text(encoding="utf-8"))
        assert "10" in (root.findtext("{*}desc") or "")
        assert len(root.findall(".//{*}circle")) == 5
    assert call("export", folder / "set.json", "--point", "2", "--to", folder / "2.csv").status == 0
    refused = call("export", folder / "set.json", "--to", folder / "set.docx")
    assert refused.status == 2 and "--point" in refused.err


def test_a_set_is_no_plan_and_a_plan_no_set(folder: Path) -> None:
    refused = call("verify", folder / "trade-off", folder / "set.json")
    assert refused.status == 2 and "is a set of plans" in refused.err
    assert shown(folder, "--point", "1", "-o", str(folder / "one.json")).status == 0
    refused = call("show", folder / "one.json", "--point", "1")
    assert refused.status == 2 and "sets of plans only" in refused.err
    refused = call("show", folder / "one.json", "-o", folder / "two.json")
    assert refused.status == 2 and "--point" in refused.err
    assert shown(folder, "--point", "6").status == 2


def test_a_whole_set_takes_no_options_of_one_plan(folder: Path) -> None:
    done = call(
        "export",
        folder / "set.json",
        "--to",
        folder / "x.svg",
        "--blind",
        folder / "key",
        "--layer",
        "posting",
    )
    assert done.status == 2 and not (folder / "x.svg").exists()
    assert "--blind: needs --point" in done.err and "--layer: needs --point" in done.err
    assert "--ids: needs --point" in shown(folder, "--ids").err


def test_a_set_of_another_version_is_told_and_refused_on_request(folder: Path) -> None:
    other = shutil.copytree(folder / "trade-off", folder / "other")
    with (other / "rotation.yaml").open("a", encoding="utf-8") as rules:
        rules.write("# another version\n")
    done = shown(folder, "--scenario", str(other))
    assert done.status == 0 and "warning: " in done.out and "rotation.yaml" in done.out
    assert shown(folder, "--scenario", str(other), "--strict").status == 2
    drawn = call("export", folder / "set.json", "--to", folder / "y.svg", "--scenario", other)
    assert drawn.status == 0 and "warning: " in drawn.err


def test_a_set_with_false_claims_is_told(folder: Path) -> None:
    data = json.loads((folder / "set.json").read_text(encoding="utf-8"))
    data["points"][1]["costs"][0] = 2
    (folder / "trade-off" / "false.json").write_text(json.dumps(data), encoding="utf-8")
    done = call("show", folder / "trade-off" / "false.json", "--scenario", folder / "trade-off")
    assert "✗ plan 2: level 1 few moves: said to cost 2, costs 6" in done.out
    refused = call("export", folder / "trade-off" / "false.json", "--to", folder / "z.svg")
    assert refused.status == 2 and "said to cost 2" in refused.err
    data["points"][1]["costs"] = [1]
    (folder / "uneven.json").write_text(json.dumps(data), encoding="utf-8")
    refused = call("show", folder / "uneven.json")
    assert refused.status == 2 and "points.1" in refused.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--trade", "1"), "two or three criteria"),
        (("--trade", "1,moves"), "needs a baseline"),
        (("--trade", "1,own-feild"), "own-field"),
        (("--trade", "1,2", "--resume"), "does not go with --trade"),
        (("--trade", "1,2", "--confirm", "--window", "1"), "--confirm: does not go with --trade"),
        (("--at-most", "1=3"), "needs --trade"),
        (("--at-most", "moves=3"), "--at-most moves: needs a baseline"),
        (("--trade", "1,2", "--at-most", "3=1"), "no such criterion"),
    ],
)
def test_a_wrong_call_is_refused(options: tuple[str, ...], said: str) -> None:
    done = call("solve", SCENARIO, *options)
    assert done.status == 2 and said in done.err


def test_what_is_not_proved_is_told_in_words_and_in_the_picture(folder: Path) -> None:
    whole = api.read_tradeoff(folder / "set.json")
    first = whole.points[0].model_copy(update={"bounds": (4, 4), "below": "left"})
    gaps = (SetGap(low=(4, 0), high=(5, None)), SetGap(low=(6, 1), high=(6, 2)))
    open_set: TradeoffSet = whole.model_copy(
        update={"points": (first, *whole.points[1:]), "gaps": gaps, "status": "feasible"}
    )
    view = tradeoff_view(open_set)
    lines = [line for line in render_tradeoff(view, "en") if isinstance(line, str)]
    assert any(
        "a better plan may lie at level 1 few moves 4–5 and level 2 own field 0 or more" in one
        for one in lines
    )
    drawing = tradeoff_drawing(view, "zh")
    assert "可能还有更好的方案：级别 1 少调动 6，级别 2 业务对口 1–2。" in drawing.about
    assert "尚未证明" in drawing.about
    boxes = [one for one in drawing.shapes if type(one).__name__ == "Box"]
    assert len(boxes) == 2 and all(box.width > 0 and box.height > 0 for box in boxes)
    third = open_set.criteria[1].model_copy(update={"id": "3", "title": Text(zh="三", en="third")})
    points = tuple(
        one.model_copy(update={"costs": (*one.costs, 7), "bounds": (*one.bounds, 7)}) for one in whole.points
    )
    three = whole.model_copy(update={"criteria": (*whole.criteria, third), "points": points})
    assert "after each number: third" in " ".join(
        one.text
        for one in tradeoff_drawing(tradeoff_view(three), "en").shapes
        if type(one).__name__ == "Label"
    )
