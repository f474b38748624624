"""A plan records how cost and bound went: repeatable, bounded, judged, and shown in lines and charts."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.model.plan import HARD, Plan
from allocator.model.run import MOST_POINTS, RunProgress, read_run_part
from allocator.optimise.progress_recorder import ProgressRecorder, ProgressStep, thinned
from allocator.report.json_schemas import plan_schema
from allocator.report.page.markup import el
from allocator.report.page.progress_chart import progress_charts
from allocator.report.plan_view import view_ids_only, view_with_names
from allocator.report.rendering.progress_text import course_line
from allocator.solvers.bounds import Proof
from allocator.solvers.observer import Progress
from allocator.verify.progress_check import progress_inconsistencies
from page_tools import parsed


@pytest.fixture(scope="module")
def policy(root: Path) -> api.Policy:
    return api.bind(api.load(root / "docs" / "first-plan"))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def record_of(plan: Plan) -> RunProgress:
    found = read_run_part(RunProgress, plan.run["progress"])
    assert found is not None
    return found


def last_of(progress: RunProgress) -> dict[object, tuple[int, int]]:
    return {one.level: (one.cost, one.bound) for one in progress.points}


def test_one_worker_gives_the_same_record(policy: api.Policy, plan: Plan) -> None:
    again = api.solve(policy, seconds=60, workers=1)
    one, other = ({**each.run, "seconds": 0} for each in (plan, again))
    assert json.dumps(one) == json.dumps(other)
    progress = record_of(plan)
    assert progress.unit == "work" and progress.stages[-1] == "posting"
    assert len({one.at for one in progress.points}) > 2
    assert last_of(progress) == {one.level: (one.cost, one.bound) for one in plan.score if one.level != HARD}
    assert api.verify(policy, plan).holds


@pytest.mark.parametrize("window", [None, 1])
def test_several_workers_count_seconds(policy: api.Policy, window: int | None) -> None:
    found = api.solve(policy, seconds=60, workers=2, window=window)
    progress = record_of(found)
    assert progress.unit == "seconds" and progress.end <= found.run["seconds"] + 0.1
    assert not [*progress_inconsistencies(found)]


def test_the_fewest_changes_are_recorded_at_the_levels_of_the_scenario(root: Path, plan: Plan) -> None:
    policy = api.bind(api.load(root / "docs" / "first-plan"), baseline=plan)
    found = api.fewest_changes(policy, seconds=60, workers=1)
    assert last_of(record_of(found)) == {
        one.level: (one.cost, one.bound) for one in found.score if one.level != HARD
    }
    assert api.verify(policy, found).holds


def test_a_record_keeps_few_points_and_the_last_ones() -> None:
    recorder = ProgressRecorder()
    for k in range(30_000):
        recorder.on_progress(Progress("all", 1 + k // 15_000, 40_000 - k, k // 2, k / 1000))
    recorder.on_progress(Progress("confirm", 1, 7, 7, 40.0))
    recorder.on_progress(Progress("all", HARD, None, 0, 41.0))
    proofs = [Proof(HARD, 0, 0), Proof(1, 25_001, 20_000), Proof(2, 10_001, 14_999)]
    found = recorder.record("all", proofs, 42.0, is_work=False)
    assert found is not None and len(found.points) == MOST_POINTS and found.end == 42.0
    assert last_of(found) == {1: (25_001, 20_000), 2: (10_001, 14_999)}
    moments = [one.at for one in found.points]
    assert moments == sorted(moments) and max(b - a for a, b in pairwise(moments[:-2])) < 0.5


def test_of_one_amount_of_work_the_last_step_is_kept() -> None:
    recorder = ProgressRecorder()
    for cost, work in ((9, 0.0), (8, 0.5), (7, 0.5), (6, 0.5), (6, 0.75)):
        recorder.on_progress(Progress("all", 1, cost, 0, 99.0, work))
    found = recorder.record("all", [Proof(1, 6, 6)], 1.0, is_work=True)
    assert found is not None
    assert [(one.at, one.cost, one.bound) for one in found.points] == [(0.0, 9, 0), (0.5, 6, 0), (1.0, 6, 6)]


def test_an_answer_without_a_plan_has_no_record() -> None:
    assert ProgressRecorder().record("all", [], 1.0, is_work=False) is None


def test_the_ends_of_runs_stay_when_steps_are_thinned_out() -> None:
    steps = [ProgressStep(k // 250, 1 + k // 50 % 2, 500 - k, 0, float(k)) for k in range(500)]
    kept = [one.at for one in thinned(steps, 20)]
    assert len(kept) == 20 and kept == sorted(kept)
    assert {299, 349, 399, 449, 499, 250, 300, 350, 400, 450} <= set(kept)
    assert len([at for at in kept if at >= 250]) == 15
    assert [one.at for one in thinned(steps, 2)] == [449, 499]


def test_a_stage_that_begins_anew_is_one_of_its_own() -> None:
    recorder = ProgressRecorder()
    for stage, cost in (("posting 2026", 9), ("posting 2026", 7), ("posting 2026", 12), ("posting", 12)):
        recorder.on_progress(Progress(stage, 1, cost, 0, 1.0))
    found = recorder.record("posting", [Proof(1, 12, 0)], 2.0, is_work=False)
    assert found is not None and found.stages == ("posting 2026", "posting 2026", "posting")
    assert [(one.stage, one.cost) for one in found.points] == [(0, 9), (0, 7), (1, 12), (2, 12)]


def wrong(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(progress: dict[str, Any]) -> None:
        progress.update(changes)

    return change


def last_point(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(progress: dict[str, Any]) -> None:
        progress["points"][-1].update(changes)

    return change


def rising(progress: dict[str, Any]) -> None:
    last = progress["points"][-1]
    progress["points"].insert(-1, {**last, "cost": last["cost"] - 1, "bound": 0})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (last_point(cost=10), "the cost rises or the bound falls"),
        (last_point(cost=8, bound=8), "the last point of level 1 is not what the score says"),
        (last_point(bound=8), "the last point of level 1 is not what the score says"),
        (last_point(bound=10), "has a cost, a bound or a stage that cannot be"),
        (last_point(stage=9), "has a cost, a bound or a stage that cannot be"),
        (last_point(level=7), "the last point of level 1 is not what the score says"),
        (last_point(at=0.0), "the time goes back at point"),
        (last_point(at=1e6), "the time goes back at point"),
        (rising, "the cost rises or the bound falls"),
        (last_point(cost="9"), "is not a record"),
        (last_point(at=-1), "is not a record"),
        (last_point(at=float("nan")), "is not a record"),
        (wrong(unit="hours"), "is not a record"),
        (wrong(more=1), "is not a record"),
        (wrong(points=[{"level": 1, "cost": 9, "bound": 9, "at": 0}] * 201), "is not a record"),
    ],
)
def test_a_record_that_cannot_be_is_a_false_claim(
    policy: api.Policy, plan: Plan, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    run = copy.deepcopy(dict(plan.run))
    change(run["progress"])
    verdict = api.verify(policy, plan.model_copy(update={"run": run}))
    assert not verdict.holds
    assert any(said in one.message.en for one in verdict.disagreements), verdict.disagreements


def test_a_plan_without_a_record_holds_and_shows_none(policy: api.Policy, plan: Plan) -> None:
    older = plan.model_copy(update={"run": {k: v for k, v in plan.run.items() if k != "progress"}})
    assert api.verify(policy, older).holds
    assert course_line(older.run, {}, "zh") == ""
    assert not [*progress_charts(view_ids_only(older))]


def test_the_schema_describes_the_record() -> None:
    schema = plan_schema()
    assert schema["properties"]["run"]["properties"]["progress"]["anyOf"] == [{"$ref": "#/$defs/RunProgress"}]
    assert set(schema["$defs"]["ProgressPoint"]["properties"]) == {"level", "cost", "bound", "at", "stage"}


def test_show_says_in_one_line_how_it_went(policy: api.Policy, plan: Plan) -> None:
    titles = {one.level: one.title for one in view_with_names(policy, plan).score if one.level != HARD}
    end = f"{record_of(plan).end:.3g}"
    assert (
        course_line(plan.run, titles, "zh")
        == f"求解过程（{end} 单位工作量） 级别 1 少调动：代价 9，下界 0 → 9"
    )
    assert course_line(plan.run, titles, "en") == (
        f"progress ({end} units of work) level 1 few moves: cost 9, bound 0 → 9"
    )


def test_the_page_draws_a_chart_with_its_text(policy: api.Policy, plan: Plan, tmp_path: Path) -> None:
    api.export(plan, tmp_path / "p.html", policy=policy, language="en")
    page = parsed((tmp_path / "p.html").read_text(encoding="utf-8"))
    [chart] = [node for node in page.all("svg") if node.attributes.get("class") == "course"]
    text = page.with_id(chart.attributes["aria-labelledby"] or "")
    assert text.shown("en").startswith("Level 1 few moves: cost 9, bound 0 → 9")
    assert text.shown("zh").startswith("级别 1 少调动：代价 9，下界 0 → 9")
    paths = [node.attributes["d"] or "" for node in chart.all("path")]
    assert len(paths) == 2 and "V" not in paths[0] and paths[1].count("V") == 1
    assert len(api.read_document(tmp_path / "p.html", policy).plan.assignments) == len(plan.assignments)


def test_costs_far_apart_are_drawn_by_their_logarithm(policy: api.Policy, plan: Plan) -> None:
    points = [
        {"level": 1, "cost": cost, "bound": bound, "at": at}
        for cost, bound, at in ((90_000, 0, 0.01), (5_000, 0, 0.02), (90, 1, 0.03), (9, 9, 9.0))
    ]
    progress = {"unit": "seconds", "end": 10.0, "stages": ["posting"], "points": points}
    view = view_with_names(policy, plan.model_copy(update={"run": {"progress": progress}}))
    [heading, charts] = progress_charts(view)
    shown = "".join(el("div", heading, charts).itertext())
    assert "对数刻度" in shown and "logarithmic scale" in shown
    assert all(one in shown for one in ("10,000", "100", "10", "0.1"))
    false = api.Text(zh="不实", en="false")
    assert not [*progress_charts(view_with_names(policy, plan, doubtful=(false,)))]
