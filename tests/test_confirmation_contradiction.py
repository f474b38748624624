"""Solvers that lie are caught by another solver; the evidence for a report is kept in a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InternalError
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.rules.policy import Policy
from allocator.solvers.adapters.cp_sat import CpSat
from allocator.verify import judge
from killed_world import rivals
from liars import keep_reports_in, lying_cp_sat, lying_highs, none_at_all
from test_optimise_routes import possible

FULL = Options(seconds=20.0, workers=2, confirm="full")


@pytest.fixture(scope="module")
def rivalry(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """Return a policy whose first plan is found at once, and whose best costs more than the rows say."""
    return api.bind(api.load(rivals(tmp_path_factory.mktemp("rivals") / "rivals", 2)))


@pytest.mark.parametrize(
    ("lies", "said"), [(lying_cp_sat, "cp-sat says"), (lying_highs, "highs says")], ids=["cp-sat", "highs"]
)
def test_a_solver_that_ends_too_early_is_caught(
    rivalry: Policy,
    lies: Callable[[pytest.MonkeyPatch], None],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lies(monkeypatch)
    keep_reports_in(tmp_path, monkeypatch)
    unconfirmed = solve(rivalry, replace(FULL, confirm="off"))
    assert unconfirmed.status == "optimal", "nobody else notices"
    with pytest.raises(InternalError) as caught:
        solve(rivalry, FULL)
    assert said in str(caught.value) and "level 1 costs at least" in str(caught.value)
    assert "求解器相互矛盾" in caught.value.reason.zh


def test_a_solver_that_finds_no_plan_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = possible(0).policy
    monkeypatch.setattr(CpSat, "minimise", none_at_all)
    keep_reports_in(tmp_path, monkeypatch)
    assert solve(policy, replace(FULL, confirm="off")).status == "infeasible"
    with pytest.raises(InternalError, match="cp-sat says that there is no plan, and highs found one"):
        solve(policy, FULL)
    [folder] = tmp_path.iterdir()
    assert json.loads((folder / "proved.json").read_text("utf-8"))["status"] == "infeasible"
    assert json.loads((folder / "report.json").read_text("utf-8"))["level"] == "hard"
    assert not judge(policy, api.read_plan(folder / "better.json").assignments).broken


def test_both_models_and_both_plans_are_kept_for_a_report(
    rivalry: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying_cp_sat(monkeypatch)
    keep_reports_in(tmp_path, monkeypatch)
    with pytest.raises(InternalError) as caught:
        solve(rivalry, FULL)
    [folder] = tmp_path.iterdir()
    assert str(folder) in caught.value.reason.en and str(folder) in caught.value.reason.zh
    names = {"model.mps", "model.pb.txt", "proved.json", "better.json", "report.json"}
    assert {file.name for file in folder.iterdir()} == names
    report = json.loads((folder / "report.json").read_text("utf-8"))
    bound, found = report["claimed"]["bound"], report["found"]["costs"]["1"]
    assert report["claimed"]["by"] == ["cp-sat"] and report["found"]["by"] == "highs" and found < bound
    costs = []
    for name in ("proved.json", "better.json"):
        verdict = api.verify(rivalry, api.read_plan(folder / name))
        assert verdict.holds
        costs.append(verdict.judgement.costs[1])
    assert costs == [bound, found]
    assert "OBJSENSE" not in (text := (folder / "model.mps").read_text("utf-8")) or "MAX" not in text
    assert re.search(r"^ROWS$", text, re.MULTILINE) and "variables {" in (folder / "model.pb.txt").read_text()


def test_a_report_that_cannot_be_written_is_an_internal_error_all_the_same(
    rivalry: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying_cp_sat(monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(InternalError, match="the models could not be kept"):
        solve(rivalry, FULL)
