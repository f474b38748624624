"""A second proof on the command line: ``--confirm``, its wording, and solvers that contradict each other."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from allocator.optimise import second_proofs
from allocator.optimise.claims import OPEN, Answer, Claim
from allocator.solvers.adapters.cp_sat import CpSat
from allocator.solvers.deadline import SolveContext
from cli_world import call
from killed_world import rivals
from liars import keep_reports_in, lying_cp_sat, none_at_all, stuck_witnesses
from tiny_scenario import RULES, write_scenario

ALONE = ("--workers", "1", "--time-limit", "20")
#: Costs something, so that there is something to prove.
MOVED = ("--pin", "P5=G2")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def test_two_solvers_prove_it_where_that_is_asked_for(scenario: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    done = call("solve", scenario, "-o", file, *ALONE, *MOVED, "--confirm")
    assert done.status == 0 and done.out.startswith("Tiny · optimal (proved twice) · ")
    assert re.search(r"^ *1 few moves +(\d+) +\1 +proved twice *$", done.out, re.MULTILINE)
    assert re.search(r"^ *hard +0 +0 +proved *$", done.out, re.MULTILINE)
    proof = json.loads(file.read_text("utf-8"))["score"][1]["proof"]
    assert proof["confirmed"] in (["highs"], ["cp-sat"]) and not set(proof["by"]) & set(proof["confirmed"])
    assert call("verify", scenario, file).status == 0
    assert "optimal (proved twice)" in call("show", file).out
    shown = call("show", file, lang="zh").out
    assert "最优（双重证明）" in shown and "双重证明最优" in shown
    assert call("show", file, "--json").json["score"][1]["proof"] == proof
    picture = tmp_path / "plan.svg"
    assert call("export", file, "--to", picture, "--layer", "posting").status == 0
    assert "optimal (proved twice)" in picture.read_text("utf-8")


def test_with_one_worker_nobody_is_asked_and_the_plan_is_the_same(scenario: Path, tmp_path: Path) -> None:
    plans = []
    for name in ("a.json", "b.json"):
        assert "optimal (proved) · " in call("solve", scenario, "-o", tmp_path / name, *ALONE, *MOVED).out
        data = json.loads((tmp_path / name).read_text("utf-8"))
        plans.append({**data, "run": {**data["run"], "seconds": 0}})
    assert plans[0] == plans[1] and plans[0]["score"][1]["proof"]["confirmed"] is None


def test_with_more_workers_a_witness_is_asked_in_spare_time(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = ("--workers", "2", "--time-limit", "60")
    assert "optimal (proved" in call("solve", scenario, *two, *MOVED).out
    stuck_witnesses(monkeypatch)
    assert "optimal (proved) · " in call("solve", scenario, *two, *MOVED).out


def test_solvers_that_contradict_each_other_are_an_internal_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = rivals(tmp_path / "rivals", 2), tmp_path / "plan.json"
    lying_cp_sat(monkeypatch)
    keep_reports_in(tmp_path / "kept", monkeypatch)
    done = call("solve", folder, "-o", file, *ALONE, "--confirm")
    assert (done.status, done.out) == (3, "") and not file.exists()
    assert "internal error" in done.err and "two solvers contradict each other: cp-sat says" in done.err
    [kept] = (tmp_path / "kept").iterdir()
    assert str(kept) in done.err and "Traceback" not in done.err
    assert call("verify", folder, kept / "better.json").status == 0
    assert "求解器相互矛盾：cp-sat 称级别 1" in call("solve", folder, *ALONE, "--confirm", lang="zh").err
    assert "optimal (proved) · " not in call("solve", folder, *ALONE, "--confirm").out


def test_ctrl_c_ends_a_witness_and_the_plan_stays(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(
        _task: object, claims: list[Claim], _seconds: float, search: SolveContext, _plan: object
    ) -> list[Answer]:
        os.kill(os.getpid(), signal.SIGINT)
        end = time.monotonic() + 20.0
        while not search.is_stopped and time.monotonic() < end:
            time.sleep(0.01)
        return [OPEN] * len(claims)

    monkeypatch.setattr(second_proofs, "WITNESSES", dict.fromkeys(second_proofs.WITNESSES, interrupted))
    file = tmp_path / "plan.json"
    done = call("solve", scenario, "-o", file, *ALONE, *MOVED, "--confirm")
    assert done.status == 130 and "optimal (proved) · " in done.out
    assert call("verify", scenario, file).status == 0


def test_no_plan_is_proved_twice_or_contradicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = RULES.replace("exactly: 1组长+3组员", "exactly: 1组长+4组员")
    short = write_scenario(tmp_path / "short", {"tiny-rules.yaml": more})
    file = tmp_path / "plan.json"
    done = call("solve", short, "-o", file, *ALONE, "--confirm")
    assert done.status == 1 and done.out.startswith("Tiny · infeasible (proved twice)")
    assert json.loads(file.read_text("utf-8"))["run"]["proof"]["confirmed"]
    assert "无解（双重证明）" in call("show", file, lang="zh").out
    assert "infeasible (proved twice)" in call("export", file, "--to", tmp_path / "x.csv").out
    assert "the file holds no plan" in call("verify", short, file).out.splitlines()[0]
    monkeypatch.setattr(CpSat, "minimise", none_at_all)
    keep_reports_in(tmp_path / "kept", monkeypatch)
    lied = call("solve", write_scenario(tmp_path), *ALONE, "--confirm")
    assert lied.status == 3 and "cp-sat says that there is no plan, and highs found one" in lied.err
