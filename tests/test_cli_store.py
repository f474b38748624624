"""The commands of a store, in both languages, as a planner calls them one after another."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from allocator import api
from allocator.cli.command_group import COMMANDS
from cli_world import Called, call, good_plan, write_plan
from store_world import first_wrong, tamper
from tiny_scenario import write_scenario


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the small scenario and a good plan, which is the working directory."""
    scenario = write_scenario(tmp_path)
    write_plan(scenario)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "planner")
    return tmp_path


def words_of(file: Path) -> str:
    """Return the paragraphs of a Word document."""
    return "\n".join(one.text for one in docx.Document(str(file)).paragraphs)


def do(*words: str | Path, lang: str = "en", **environment: str) -> Called:
    """Run a command on the store of the folder."""
    return call(*words, lang=lang, ALLOCATOR_STORE="s.db", **environment)


def published(*, name: str = "tiny") -> None:
    """Lead the plan of the folder to its publication."""
    assert do("publish", "submit", "plan.json", "--as", name, "--who", "王").status == 0
    assert do("publish", "approve", name, "--who", "李", "--why", "同意").status == 0
    assert do("publish", name, "--who", "王", "--why", "会议决定").status == 0


def test_from_a_plan_file_to_its_publication(folder: Path) -> None:
    told = do("publish", "submit", "plan.json", "--who", "王", "--why", "三月轮岗")
    assert told.status == 0 and "kept in the store: tiny@1" in told.out and "head 4:" in told.out
    told = do("publish", "approve", "tiny", "--who", "王", "--why", "x", lang="zh")
    assert told.status == 2 and "送审人不能自己通过，须由另一人审核" in told.err
    told = do("publish", "tiny", "--who", "王", "--why", "x")
    assert told.status == 2 and "cannot publish what is submitted" in told.err
    assert do("publish", "return", "tiny@1", "--who", "李", "--why", "补充理由").status == 0
    assert "draft" in do("history").out
    assert do("publish", "submit", "plan.json", "--who", "王").status == 0
    assert do("publish", "approve", "plan.json", "--who", "李").status == 2
    assert do("publish", "approve", "plan.json", "--who", "李", "--why", "同意").status == 0
    told = do("publish", "tiny", "--who", "王", "--why", "会议决定", lang="zh")
    assert told.status == 0 and "现为“公布”" in told.out
    told = do("publish", "void", "tiny", "--who", "王", "--why", "撤销", "--json")
    assert told.json["plan"]["state"] == "void" and told.json["head"]["number"] == 9


@pytest.mark.parametrize(("lang", "words"), [("en", ("state", "published")), ("zh", ("状态", "公布"))])
def test_history_and_log(folder: Path, lang: str, words: tuple[str, str]) -> None:
    published()
    told = do("history", lang=lang)
    assert told.status == 0 and all(word in told.out for word in (*words, "tiny@1", "会议决定"))
    told = do("log", lang=lang)
    assert told.status == 0 and "王 [planner]" in told.out and told.out.count("tiny@1") == 4
    assert [one["number"] for one in do("log", "--last", "2", "--json").json["events"]] == [5, 6]
    assert do("log", "--of", "tiny", "--json").json["events"][-1]["why"] == "会议决定"
    assert do("history", "--state", "draft", "--json").json["plans"] == []
    assert do("history", "--name", "other", "--json").json["plans"] == []
    assert len(call("history", "s.db", "--json").json["plans"]) == 1
    assert "no such plan in the store" in do("history", "--name", "other").out


def test_a_plan_published_later_voids_the_earlier(folder: Path) -> None:
    published()
    scenario = folder / "scenarios" / "tiny"
    rules = scenario / "tiny-rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("weight: 2", "weight: 3"), encoding="utf-8")
    write_plan(scenario)
    published()
    plans = do("history", "--json").json["plans"]
    assert [(one["reference"], one["state"], one["replaced_by"]) for one in plans] == [
        ("tiny@1", "void", 2),
        ("tiny@2", "published", 0),
    ]
    assert "replaced by @2" in do("history", COLUMNS="200").out
    assert "由 @2 取代" in do("history", lang="zh", COLUMNS="200").out
    told = do("diff", "tiny@1", "tiny@2")
    assert told.status == 0 and "tiny@1" in told.out and "tiny@2" in told.out
    assert do("diff", "tiny@1", "plan.json", "--json").status == 0
    assert do("diff", "tiny@1", "tiny@2", "--to", "d.html", lang="zh").status == 0
    assert (folder / "d.html").stat().st_size > 1000
    assert do("diff", "tiny@1", "tiny@2", "--to", "d.svg").status == 2


def test_restore_and_its_refusals(folder: Path) -> None:
    published()
    told = do("restore", "tiny", "-o", folder / "back" / "plan.json")
    assert told.status == 0 and "with its scenario" in told.out
    assert (folder / "back" / "plan.json").read_bytes() == (folder / "plan.json").read_bytes()
    assert do("verify", "back", "back/plan.json").status == 0
    assert do("restore", "tinny", "-o", "x.json").err.count("did you mean 'tiny'") == 1
    told = do("restore", "other.json", "-o", "x.json", "--json")
    assert told.status == 2 and told.json["faults"][0]["file"] == "other.json"


def test_audit(folder: Path) -> None:
    published()
    head = do("history", "--json").json["head"]
    printed = f"{head['number']}:{head['sha256'][:16]}"
    told = do("audit", "verify", "--head", printed, lang="zh")
    assert told.status == 0 and "核实无误" in told.out and f"末条记录 {printed}" in told.out
    events = [json.loads(line) for line in do("audit", "export").out.splitlines()]
    assert first_wrong(events) is None and len(events) == 6
    assert do("audit", "export", "--to", "c.jsonl", "--json").json["events"] == 6
    assert do("audit", "backup", "b.db").status == 0
    assert do("audit", "backup", "b.db").status == 2
    assert call("audit", "restore", "b.db", "--store", "new.db").status == 0
    assert call("history", "new.db", "--json").json == do("history", "--json").json
    tamper(folder / "s.db", ("UPDATE events SET who = '赵' WHERE number = 5", ()))
    told = do("audit", "verify")
    assert told.status == 1 and "the first wrong event is 5" in told.err
    assert do("audit", "verify", "--json").json["holds"] is False
    for words in (("history",), ("publish", "tiny", "--why", "x"), ("solve", "scenarios/tiny")):
        told = do(*words, "--json")
        assert told.status == 1 and "5" in told.json["faults"][0]["message"]["en"]


def test_calls_that_are_wrong(folder: Path) -> None:
    assert "needs a store: --store FILE" in call("history", ALLOCATOR_STORE="").err
    assert "须指明方案库" in call("publish", "tiny", lang="zh", ALLOCATOR_STORE="").err
    assert call("history", "none.db").status == 2
    told = call("history", "a.db", "--store", "b.db")
    assert told.status == 2 and "named twice" in told.err
    assert "'audit verify'" in call("audit").err and "'publish'" not in call("audit", "verfy").err
    assert "是否为" in call("audit", lang="zh").err
    assert do("publish", "submit", "plan.json", "--as", "a/b").status == 2
    assert do("history", "s.db").status == 0


@pytest.mark.parametrize(
    "name",
    [one for one in COMMANDS if one.split()[0] in ("history", "log", "diff", "publish", "restore", "audit")],
)
def test_help_in_both_languages(name: str) -> None:
    for lang in ("zh", "en"):
        told = call(*name.split(), "--help", lang=lang)
        assert told.status == 0 and "--store" in told.out


@pytest.fixture
def solved(folder: Path) -> Iterator[Called]:
    """Solve the scenario with the store."""
    yield do("solve", "scenarios/tiny", "-o", "made.json", "--why", "试一试", "--as", "轮岗")


def test_solve_keeps_its_result(folder: Path, solved: Called) -> None:
    assert solved.status == 0 and "kept in the store: 轮岗@1" in solved.out
    [plan] = do("history", "--json").json["plans"]
    assert plan["status"]["en"].startswith("optimal") and plan["gap"] == 0 and plan["who"] == "planner"
    assert plan["why"] == "试一试"
    assert do("restore", plan["plan"][:9], "-o", "back/plan.json").status == 0
    assert (folder / "back" / "plan.json").read_bytes() == (folder / "made.json").read_bytes()
    told = do("solve", "scenarios/tiny", "--json")
    assert told.status == 0 and "kept in the store: tiny@1" in told.err and told.json["status"] == "optimal"
    assert do("solve", "scenarios/tiny", "--as", "a@b").status == 2
    told = call("solve", "scenarios/tiny", "--trade", "1,moves", "--store", "s.db")
    assert told.status == 2 and "a set is not kept" in told.err


def test_solve_keeps_the_answer_that_there_is_no_plan(folder: Path) -> None:
    told = do("solve", "scenarios/tiny", "--pin", "P5=G1/lead@2026")
    assert told.status == 1
    [plan] = do("history", "--json").json["plans"]
    assert plan["status"]["en"].startswith("infeasible") and plan["gap"] is None
    told = do("publish", "submit", "tiny", "--who", "王")
    assert told.status == 2 and "an answer without a plan" in told.err


def test_a_result_is_not_lost_when_it_cannot_be_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("allocator.store.store.Store._put", fail)
    told = do("solve", "scenarios/tiny", "-o", "made.json")
    assert told.status == 2 and "error of the database" in told.err and (folder / "made.json").is_file()


def test_a_proposal_shows_the_record_and_the_head(folder: Path) -> None:
    published()
    head = do("history", "--json").json["head"]
    printed = f"{head['number']}:{head['sha256'][:16]}"
    for file, lang, words in (
        ("p.html", "zh", f"方案库：tiny@1（公布），末条记录 {printed}"),
        ("p.html", "en", f"Store: tiny@1 (published), head {printed}"),
    ):
        assert do("export", "plan.json", "--to", file, lang=lang).status == 0
        page = (folder / file).read_text(encoding="utf-8")
        assert words in page and f' {printed}"' in page  # below every printed page, too
    assert do("export", "plan.json", "--to", "p.docx", lang="zh").status == 0
    assert f"方案库：tiny@1（公布），末条记录 {printed}。" in words_of(folder / "p.docx")
    assert do("verify", "scenarios/tiny", "p.docx").status == 0
    assert do("verify", "scenarios/tiny", "p.html").status == 0
    assert do("export", "plan.json", "--to", "p.csv").status == 0
    told = call("export", "plan.json", "--to", "p.csv", "--store", "s.db")
    assert told.status == 2 and "has no such option" in told.err
    assert call("export", "plan.json", "--to", "q.html").status == 0
    assert printed not in (folder / "q.html").read_text(encoding="utf-8")


def test_a_plan_that_is_not_kept_shows_the_head_alone(folder: Path) -> None:
    published()
    other = good_plan(folder / "scenarios" / "tiny")
    api.write_plan(other.model_copy(update={"run": {"seed": 9}}), folder / "other.json")
    assert do("export", "other.json", "--to", "o.html").status == 0
    assert "Store: not kept, head 6:" in (folder / "o.html").read_text(encoding="utf-8")


def test_a_blind_copy_shows_the_head_and_no_name(folder: Path) -> None:
    published(name="王建国")
    assert do("export", "plan.json", "--to", "out/b.html", "--blind", "key.csv").status == 2
    (folder / "out").mkdir()
    assert do("export", "plan.json", "--to", "out/b.html", "--blind", "key.csv").status == 0
    page = (folder / "out" / "b.html").read_text(encoding="utf-8")
    assert "王建国" not in page and "head 6:" in page
