"""``allocator solve``: writes a plan that keeps the rules, prints its costs, or explains infeasibility."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

import tiny_scenario
from allocator import api
from allocator.cli.solve_session import progress_line
from allocator.errors import InternalError
from allocator.explain.conflicts import Conflict, ConflictSet, Diagnosis, MapObstacle, RuleTag
from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.report.rendering.solve_text import run_line
from allocator.solvers.observer import Observer, Progress
from cli_world import call, write_plan
from tiny_scenario import write_scenario

QUICK = ("--workers", "1", "--time-limit", "20")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def plan_of(status: str, **more: object) -> Plan:
    return Plan(scenario=ScenarioRef(name="tiny", sha256=""), status=status, assignments=(), **more)


def test_faulty_figures_are_told_before_anything_is_solved(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(api, "solve")
    (scenario / "expected.yaml").write_text(
        "figures:\n  - {id: a, zh: 甲, en: a, value: 1, count: peple}\n", "utf-8"
    )
    done = call("solve", scenario, "-o", tmp_path / "plan.json", *QUICK)
    assert done.status == 2 and "expected.yaml:2" in done.err and "people" in done.err


def test_plan_is_written_told_and_holds(scenario: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    done = call("solve", scenario, "-o", file, *QUICK)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Tiny · optimal (proved) · people and cases are synthetic\n")
    assert re.search(r"^\s*1 few moves +0 +0 +proved\s*$", done.out, re.MULTILINE)
    assert f"plan written to {file}" in done.out
    assert "seed 1" in done.out and "workers 1" in done.out
    assert '"assignments"' not in done.out
    assert call("verify", scenario, file).status == 0


def test_json_is_the_plan(scenario: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    done = call("solve", scenario, "-o", file, "--json", *QUICK)
    assert done.out == file.read_text(encoding="utf-8")
    assert done.json["status"] == "optimal"


def test_pins_settle_places(scenario: Path) -> None:
    done = call("solve", scenario, "--json", *QUICK, "--pin", "P3=G1@2027", "--pin", "U1=Z2")
    places = {(one["item"], one["slot"], one["period"]) for one in done.json["assignments"]}
    assert {("P3", "G1", "2027"), ("U1", "Z2", None)} <= places


def test_pin_of_nobody_is_wrong_input(scenario: Path) -> None:
    done = call("solve", scenario, "--pin", "P99=G1")
    assert done.status == 2
    assert done.err.startswith("--pin: ") and "P99" in done.err


def test_baseline_of_another_scenario_is_wrong_input(scenario: Path) -> None:
    file = write_plan(scenario)
    file.write_text(file.read_text().replace('"P8"', '"P88"', 1), encoding="utf-8")
    done = call("solve", scenario, "--baseline", file, *QUICK)
    assert done.status == 2
    assert "found 'P88'" in done.err


def moved(scenario: Path) -> str:
    """Return a plan in which two of the history have changed places, which costs something at level 1."""
    plan = tiny_scenario.PLAN.replace("P5=G1", "P0=G1").replace("P7=G2", "P5=G2").replace("P0=G1", "P7=G1")
    return str(write_plan(scenario, plan))


def test_baseline_is_kept_before_all_levels(scenario: Path) -> None:
    before = moved(scenario)
    done = call("solve", scenario, "--baseline", before, *QUICK)
    assert done.status == 0
    assert "seats that change hands 0, new seats 0; proved the fewest\n" in done.out
    asked = call("solve", scenario, "--baseline", before, "--fewest-changes", "--json", *QUICK).json
    again = call("solve", scenario, "--baseline", before, "--json", *QUICK).json
    assert again["assignments"] == asked["assignments"]
    assert {*map(Assignment.model_validate, again["assignments"])} == {*api.read_plan(before).assignments}
    assert [one["cost"] for one in again["score"]] == [0, 4]


def test_changes_may_be_free(scenario: Path) -> None:
    before = moved(scenario)
    done = call("solve", scenario, "--baseline", before, "--free-changes", "--json", *QUICK).json
    assert "fewest" not in done["run"]["changes"] and done["run"]["changes"]["seats"] > 0
    assert [one["cost"] for one in done["score"]] == [0, 0]
    done = call("solve", scenario, "--baseline", before, "--window", "1", "--json", *QUICK).json
    assert "fewest" not in done["run"]["changes"], "they are proved over all periods"
    done = call("solve", scenario, "--free-changes", *QUICK)
    assert (done.status, done.err) == (2, "--free-changes: needs a baseline (--baseline)\n")


@pytest.mark.parametrize(
    "rule",
    [
        "{id: as-before, kind: stability, on: posting, against: baseline, level: 2}",
        "{id: as-before, kind: keep, on: posting, level: 2}",
    ],
)
def test_rules_that_rank_changes_rank_them_alone(tmp_path: Path, rule: str) -> None:
    rules = tiny_scenario.RULES.replace("    waive:", f"      - {rule}\n    waive:")
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    done = call("solve", scenario, "--baseline", moved(scenario), "--json", *QUICK).json
    assert "fewest" not in done["run"]["changes"]
    assert done["score"][1]["cost"] == 0 and done["score"][2]["cost"] > 0


@pytest.mark.parametrize("out", ["missing/plan.json", "."])
def test_unwritable_file_is_refused_before_solving(
    scenario: Path, tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "solve", lambda *_, **__: pytest.fail("solved first"))
    done = call("solve", scenario, "-o", tmp_path / out)
    assert (done.status, done.out) == (2, "")
    assert "cannot be written" in done.err


@dataclass(frozen=True)
class Repair:
    rule: str
    text: Text


def test_no_plan_exits_1_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = tiny_scenario.RULES.replace("exactly: 1组长+3组员", "exactly: 1组长+4组员")
    scenario, file = write_scenario(tmp_path, {"tiny-rules.yaml": more}), tmp_path / "plan.json"
    tags = RuleTag("take.posting", Subject()), RuleTag("staffing", Subject())
    found = ConflictSet((Conflict(tags, (), frozenset({"cp-sat"})),), is_complete=True)
    why = SimpleNamespace(
        diagnosis=Diagnosis("impossible", found, obstacles=(MapObstacle("band", Text(en="too heavy")),)),
        rules=("take.posting", "staffing"),
        repairs=(Repair("staffing", Text(zh="少两人", en="two fewer")),),
        waivers=(Repair("native", Text(zh="刘洋", en="Liu")),) * 22,
        fewest=False,
        blocked=(),
        cut_short=False,
    )
    asked: list[float] = []
    monkeypatch.setattr(api, "explain", lambda _policy, *, seconds, **_: asked.append(seconds) or why)
    done = call("solve", scenario, "-o", file, *QUICK)
    assert done.status == 1
    assert done.out.startswith("Tiny · infeasible (proved)")
    assert "the map itself cannot be divided so:\n  too heavy\nconflict 1, these" in done.out
    assert '"one and three": for all\n' in done.out
    assert "proved: CP-SAT; not a second time; any of it less leaves a plan\nthese are all" in done.out
    assert "the cheapest way out:\n  staffing: two fewer\n" in done.out
    assert "or recusals to waive, 22 that would do:\n  native: Liu\n" in done.out
    assert done.out.count("native: Liu") == 20 and "\n  ... and 2 more\n" in done.out
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["status"] == "infeasible"
    assert written["run"]["conflict"] == ["take.posting", "staffing"]
    assert asked == [20.0]


@pytest.mark.parametrize("times", [1, 2])
def test_reasons_may_be_ended_by_a_request(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    def interrupted(_policy: object, *, seconds: float, observer: Observer) -> object:
        for _again in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        why = {"rules": ("staffing",), "repairs": (), "waivers": (), "fewest": False, "blocked": ()}
        tags = (RuleTag("staffing", Subject()),)
        found = ConflictSet((Conflict(tags, (), frozenset({"cp-sat"})),), is_complete=False, cut_short=True)
        diagnosis = Diagnosis("impossible", found)
        return SimpleNamespace(**why, diagnosis=diagnosis, cut_short=bool(observer.stop_reason()))

    monkeypatch.setattr(api, "explain", interrupted)
    monkeypatch.setattr(api, "solve", lambda *_, **__: plan_of("infeasible"))
    before = signal.getsignal(signal.SIGINT)
    done = call("solve", scenario, "-o", tmp_path / "plan.json")
    assert (done.status, done.err) == (1, "")
    assert "stopped looking for reasons as asked" in done.out and "internal" not in done.out
    assert ("these cannot hold together:\n" in done.out) == (times == 1)
    assert api.read_plan(tmp_path / "plan.json").status == "infeasible"
    assert signal.getsignal(signal.SIGINT) is before
    told = call("solve", scenario, "--json", lang="zh").json["run"]["reasons"]
    assert told["cut_short"] is True


def test_plan_that_was_not_found_in_time_takes_no_files_place(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"
    file.write_text("the old plan", encoding="utf-8")
    monkeypatch.setattr(api, "solve", lambda *_, **__: plan_of("unknown"))
    done = call("solve", scenario, "-o", file, lang="zh")
    assert done.status == 1
    assert done.out.startswith("小场景 · 限时内未找到方案")
    assert file.read_text(encoding="utf-8") == "the old plan"


def test_interrupted_solve_keeps_its_plan_and_exits_130(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"

    def interrupted(*_: object, observer: Observer, **__: object) -> Plan:
        os.kill(os.getpid(), signal.SIGINT)
        assert observer.stop_reason() == "asked"
        return plan_of("feasible", run={"stopped": "asked"})

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(api, "solve", interrupted)
    done = call("solve", scenario, "-o", file)
    assert done.status == 130
    assert "ended by request" in done.out
    assert file.exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_second_interrupt_ends_at_once(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(*_: object, **__: object) -> Plan:
        for _again in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("went on")

    monkeypatch.setattr(api, "solve", stubborn)
    done = call("solve", scenario)
    assert (done.status, done.out) == (130, "")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InternalError("staffing: 1 breaches"), "staffing: 1 breaches"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (MemoryError(), "out of memory"),
    ],
)
def test_defect_exits_3_without_traceback(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fails(*_: object, **__: object) -> Plan:
        raise error

    monkeypatch.setattr(api, "solve", fails)
    done = call("solve", scenario)
    assert done.status == 3
    assert told in done.err and "Traceback" not in done.err
    with pytest.raises(type(error)):
        call("solve", scenario, ALLOCATOR_DEBUG="1")


def test_progress_line_says_what_is_reached() -> None:
    titles = {1: Text(zh="人员稳定", en="few moves")}
    second = Progress("confirm", 1, 7, 7, 3.21)
    assert progress_line(second, titles, "en").startswith("second proof · 1 few moves · cost 7")
    assert progress_line(second, titles, "zh").startswith("另行证明 · 1 人员稳定 · 代价 7")
    line = progress_line(Progress("joint", 1, 2000, 1500, 3.21), titles, "en")
    assert line == "joint · 1 few moves · cost 2,000, bound 1,500, gap 25.0% · 3.2 s"
    assert (
        progress_line(Progress("posting@2026", "hard", None, 0, 0.1), titles, "zh")
        == "posting@2026 · 硬规则 · 0.1 s"
    )


def hard_to_prove(tmp_path: Path) -> Path:
    """Return a scenario whose first plan is found at once and whose best is not proved for long."""
    people = "".join(f"P{k},人{k},{'head' if k % 8 == 0 else 'cadre'},U1,河口,\n" for k in range(48))
    groups = "".join(f"G{k},组{k},team,Z1,城东\n" for k in range(6))
    rivals = [(k, (7 * k + 11 * step) % 48) for k in range(48) for step in range(1, 15)]
    rules = """
        pack: tiny-rules
        rules:
          - {id: staffing, kind: composition, on: posting, exactly: 1组长+7组员}
          - {id: rivals, kind: apart, on: posting, ties: rival, level: 1}
    """
    changes = {
        "people.csv": "id,name,grade,unit,native_place,born\n" + people,
        "groups.csv": "id,name,kind,parent,place\nZ1,一区,zone,,城东\nZ2,二区,zone,,城西\n" + groups,
        "ties.csv": "source,target,kind\n" + "".join(f"P{a},P{b},rival\n" for a, b in rivals if a != b),
        "postings.csv": "person,group,role,from,to\n",
        "cases.csv": "id,title\n",
        "tiny-rules.yaml": rules,
    }
    return write_scenario(tmp_path, changes)


@pytest.mark.slow
def test_control_c_on_a_terminal_keeps_the_best_plan(tmp_path: Path) -> None:
    file, (ours, theirs) = tmp_path / "plan.json", pty.openpty()
    words = ["solve", str(hard_to_prove(tmp_path)), "-o", str(file), "--time-limit", "40", "--lang", "en"]
    code = f"import sys; from allocator.cli.main import run; sys.exit(run({words!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", "COLUMNS": "120"}
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs, env=environment, text=True
    )
    os.close(theirs)
    shown = ""
    while not re.search(r"posting · 1 few moves · cost \d", shown):
        shown += os.read(ours, 4096).decode(errors="replace")
    asked = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    os.close(ours)
    assert child.returncode == 130
    assert time.monotonic() - asked < 30
    assert "Tiny · feasible" in out and "ended by request" in out
    assert json.loads(file.read_text(encoding="utf-8"))["status"] == "feasible"


def test_a_rolling_solve_goes_on_from_its_own_plan_and_jointly_from_there(
    scenario: Path, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    done = call("solve", scenario, "-o", file, "--window", "1", *QUICK)
    assert (done.status, done.err) == (0, "")
    assert "structure rolling, windows of 1" in done.out
    assert call("verify", scenario, file).status == 0
    first = [score.cost for score in api.read_plan(file).score]
    again = call("solve", scenario, "-o", file, "--window", "1", "--resume", *QUICK)
    assert again.status == 0 and [score.cost for score in api.read_plan(file).score] <= first
    joint = call("solve", scenario, "-o", file, "--resume", *QUICK)
    assert joint.status == 0 and "structure rolling" not in joint.out
    assert api.read_plan(file).status == "optimal"


def test_a_rolling_solve_ended_by_its_last_window_says_so_in_both_languages() -> None:
    run = {"stopped": "windows", "route": {"kind": "rolling", "window": 2}, "structure": {"kind": "rolling"}}
    assert "ended by the last window" in run_line(run, "en") and "最后一个窗口" in run_line(run, "zh")


MANY = [f"r{k}" for k in range(8)]
ONE = {"level": 1, "solver": "cp-sat"}


@pytest.mark.parametrize(
    ("kind", "rules", "en", "zh"),
    [
        ("network", (), "network", "网络流"),
        ("network_constraints", "ab", "network but for what is paid: a, b", "除计价外为网络流（a, b）"),
        (
            "none",
            MANY,
            "no network: r0, r1, r2, r3, r4 and 3 more",
            "非网络流（r0, r1, r2, r3, r4 等另 3 条）",
        ),
        ("none", (), "no network", "非网络流"),
        ("zones", (), "zones", "片区"),
        ("unknown", (), "not looked at", "未及分析"),
    ],
)
def test_the_structure_of_a_program_is_told_in_both_languages(
    kind: str, rules: Sequence[str], en: str, zh: str
) -> None:
    run = {"structure": {"kind": kind, "rules": list(rules)}, "seconds": 1.5}
    assert run_line(run, "en") == f"seconds 1.5 · structure {en}"
    assert run_line(run, "zh") == f"用时（秒） 1.5 · 结构 {zh}"


@pytest.mark.parametrize(
    ("failed", "en", "zh"),
    [
        (None, "rolling, windows of 2", "滚动求解，窗口 2 期"),
        (
            "posting 2026 - 2027",
            "rolling, windows of 2, no plan found for posting 2026 - 2027",
            "滚动求解，窗口 2 期，posting 2026 - 2027 未得方案",
        ),
    ],
)
def test_windows_are_told_in_both_languages(failed: str | None, en: str, zh: str) -> None:
    route = {"kind": "rolling", "window": 2, "failed_window": failed}
    run = {"route": route, "structure": {"kind": "rolling"}}
    assert run_line(run, "en") == f"route cp-sat · structure {en}"
    assert run_line(run, "zh") == f"求解路径 cp-sat · 结构 {zh}"


@pytest.mark.parametrize(
    ("route", "text"),
    [
        (
            {"kind": "lexicographic", "levels": [{"level": 1, "solver": "cp-sat", "proof": ["highs"]}]},
            "1: cp-sat",
        ),
        (
            {"kind": "network_flow", "levels": [{"level": k, "solver": "flow"} for k in (1, 2)]},
            "1: flow, 2: flow",
        ),
        ({"kind": "zones"}, "zones"),
        ({"kind": "network_flow"}, "flow"),
        ({"kind": "draw", "draw": "panel"}, "draw panel"),
    ],
)
def test_the_solver_of_each_level_is_told(route: object, text: str) -> None:
    assert run_line({"route": route}, "en") == f"route {text}"
    assert run_line({"route": route}, "zh") == f"求解路径 {text}"


def test_a_plan_of_before_shows_the_text_that_it_carries(scenario: Path) -> None:
    old = {"route": "1: cp-sat, 2: mip", "structure": "no network: a, b, c and 16 more"}
    file = write_plan(scenario)
    written = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**written, "run": old}), encoding="utf-8")
    text = "1: cp-sat, 2: mip · structure no network: a, b, c and 16 more"
    assert f"route {text}" in call("show", file).out
    assert call("verify", scenario, file).status == 0
    assert f"求解路径 {text.replace('structure', '结构')}" in call("show", file, lang="zh").out


@pytest.mark.parametrize(
    ("given", "en", "zh"),
    [
        (("--window", "0"), "--window", "不在范围内：x>=1"),
        (("--window", "two"), "--window", "--window"),
        (
            ("--window", "2", "--fewest-changes"),
            "does not go with --fewest-changes",
            "不能与 --fewest-changes",
        ),
    ],
)
def test_a_wrong_window_is_refused(scenario: Path, given: tuple[str, ...], en: str, zh: str) -> None:
    english, chinese = (call("solve", scenario, *given, "--lang", lang) for lang in ("en", "zh"))
    assert english.status == chinese.status == 2
    assert en in english.err and zh in chinese.err
