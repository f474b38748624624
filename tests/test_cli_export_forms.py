"""``allocator export --forms``: the forms of the people whose posts change, and whose are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from cli_world import call, write_plan
from tiny_scenario import write_scenario


def _form(name: str, born: str = "", inside: str = "") -> str:
    return (
        f"<Person>\r\n<XingMing>{name}</XingMing><ChuShengNianYue>{born}</ChuShengNianYue>{inside}"
        "<NiRenZhiWu/><NiMianZhiWu></NiMianZhiWu><RenMianLiYou/><ShenFenZheng>110101197503120011</ShenFenZheng>"
        "</Person>"
    )


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return write_plan(write_scenario(tmp_path))


@pytest.fixture
def forms(tmp_path: Path) -> Path:
    folder = tmp_path / "forms"
    (folder / "b").mkdir(parents=True)
    files = {
        "王建国_110101197503120011.lrmx": _form("王建国", "197503"),
        "b/张伟.lrmx": _form("张　伟", "1982.11"),
        "陈静.lrmx": _form("陈静", "199001"),
        "刘洋.lrmx": _form("刘洋", "198605"),
        "杨帆.lrmx": _form("杨帆"),
        "杨帆2.lrmx": _form("杨帆"),
        "坏.lrmx": "<!DOCTYPE Person><Person/>",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    cells = [""] * 33
    cells[0], cells[2], cells[26] = "黄丽", "199001", "旧任"
    (folder / "黄丽.lrm").write_bytes(('"' + '","'.join(cells) + '"').encode("gbk"))
    (folder / "黄丽.pic").write_bytes(b"\xff\xd8photo")
    return folder


def test_the_forms_of_those_who_move_are_filled_and_the_missing_are_named(
    plan: Path, forms: Path, tmp_path: Path
) -> None:
    done = call("export", plan, "--to", tmp_path / "out", "--forms", forms, lang="zh")
    assert done.status == 1
    lines = done.out.splitlines()
    assert lines[0].startswith("王建国：拟任 第二组组长")
    assert "  取代原来填写的“旧任”" in lines
    assert "未填：李秀英（P2），没有其任免审批表" in lines
    assert "未填：刘洋（P4），刘洋.lrmx 同名，但出生年月与人员表不同" in lines
    assert "未填：杨帆（P6），有几份表都可能是其本人的：杨帆.lrmx, 杨帆2.lrmx" in lines
    assert lines[-1].endswith("：3 份，2026 期，缺 3 份")
    assert "坏.lrmx:1:DOCTYPE: 文件有文档类型声明" in done.err
    written = sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")
    )
    assert written == ["b/张伟.lrmx", "王建国_110101197503120011.lrmx", "黄丽.lrm", "黄丽.pic"]
    before = (forms / "b/张伟.lrmx").read_text(encoding="utf-8")
    after = (tmp_path / "out/b/张伟.lrmx").read_text(encoding="utf-8")
    head, _, rest = after.partition("<RenMianLiYou>")
    reason, _, tail = rest.partition("</RenMianLiYou>")
    assert "地域回避" in reason and reason.endswith("。")
    assert (
        head.replace("<NiRenZhiWu>第一组组长</NiRenZhiWu>", "<NiRenZhiWu/>") + "<RenMianLiYou/>" + tail
        == before
    )
    assert (tmp_path / "out/黄丽.pic").read_bytes() == b"\xff\xd8photo"


def test_identity_numbers_in_forms_and_in_their_names_are_never_shown(
    plan: Path, forms: Path, tmp_path: Path
) -> None:
    for options in ((), ("--json",)):
        done = call("export", plan, "--to", tmp_path / "out", "--forms", forms, *options)
        assert "110101197503120011" not in done.out + done.err and "王建国" in done.out


def test_a_later_period_gives_posts_and_removals(plan: Path, forms: Path, tmp_path: Path) -> None:
    done = call("export", plan, "--to", tmp_path / "out", "--forms", forms, "--period", "2027", "--json")
    made = done.json
    assert made["periods"] == ["2027"]
    assert {one["name"]: (one["appointed"], one["removed"]) for one in made["filled"]} == {
        "王建国": ("第二组组员", "第二组组长"),
        "张伟": ("第一组组员", "第一组组长"),
    }
    assert [one["name"] for one in made["missing"]] == ["李秀英", "刘洋"]
    assert [fault["file"] for fault in made["faults"]] == ["坏.lrmx"]


def test_namesakes_are_told_apart_by_month_of_birth_or_not_filled(tmp_path: Path) -> None:
    people = """
        id,name,grade,unit,native_place,born
        P1,王建国,head,U1,城东,1975-03-12
        P2,张伟,head,U2,河口,1978-07-01
        P3,张伟,head,U1,城西,1982-11-23
        P4,刘洋,head,U2,城东,1984-05-05
        P5,陈静,cadre,U1,河口,1990-01-30
        P6,杨帆,cadre,U2,河口,1992-09-17
        P7,赵磊,cadre,U1,城西,1988-04-08
        P8,杨帆,cadre,U2,河口,
    """
    file = write_plan(write_scenario(tmp_path, {"people.csv": people}))
    policy = api.bind(api.load(tmp_path / "scenarios/tiny"))
    forms = tmp_path / "forms"
    forms.mkdir()
    for name, born in {"张伟": "197807", "张伟乙": "198211", "杨帆": "199209"}.items():
        (forms / f"{name}.lrmx").write_text(_form(name[:2], born), encoding="utf-8")
    made = api.fill_forms(api.read_plan(file), policy, forms, tmp_path / "out")
    assert [(one.person, one.file.name) for one in made.filled] == [
        ("P2", "张伟.lrmx"),
        ("P3", "张伟乙.lrmx"),
    ]
    reasons = {one.person: one.reason.en for one in made.missing}
    assert "namesake P8" in reasons["P6"] and "namesake P6" in reasons["P8"]


def test_a_form_that_cannot_hold_a_name_is_not_filled(plan: Path, tmp_path: Path) -> None:
    groups = tmp_path / "scenarios/tiny/groups.csv"
    groups.write_text(groups.read_text(encoding="utf-8").replace("第一组", "𠮷组"), encoding="utf-8")
    forms = tmp_path / "forms"
    forms.mkdir()
    cells = ["张伟", *[""] * 32]
    (forms / "张伟.lrm").write_bytes(('"' + '","'.join(cells) + '"').encode("gbk"))
    done = call("export", plan, "--to", tmp_path / "out", "--forms", forms)
    assert "not filled: 张伟 (P3) has a form that cannot be filled" in done.out
    assert "cannot hold this character" in done.err


def test_a_rule_that_would_not_let_somebody_stay_is_the_first_reason(
    plan: Path, forms: Path, tmp_path: Path
) -> None:
    done = call("export", plan, "--to", tmp_path / "out", "--forms", forms, "--period", "2027", "--json")
    reasons = {one["name"]: one["reason"] for one in done.json["filled"]}
    assert reasons["王建国"].startswith("若留任，违反“组长在同一")  # lead in 2026, and a lead has one year
    done = call("export", plan, "--to", tmp_path / "out", "--forms", forms, "--json")
    reasons = {one["name"]: one["reason"] for one in done.json["filled"]}
    assert not reasons["王建国"].startswith("若留任")


def test_a_plan_with_false_claims_fills_no_form(plan: Path, forms: Path, tmp_path: Path) -> None:
    told = plan.read_text(encoding="utf-8")
    plan.write_text(told.replace('"violations": 0', '"violations": 7', 1), encoding="utf-8")
    done = call("export", plan, "--to", tmp_path / "out", "--forms", forms)
    assert done.status == 2 and "plan.json: the plan claims 7" in done.err
    assert not (tmp_path / "out").exists()


def test_wrong_calls_are_refused(plan: Path, forms: Path, tmp_path: Path) -> None:
    said = {
        "is the folder of the forms": ("--to", forms, "--forms", forms),
        "or inside it": ("--to", forms / "filled", "--forms", forms),
        "no blind copy": ("--to", tmp_path / "o", "--forms", forms, "--blind", tmp_path / "key.json"),
        "is filled, not made": ("--to", tmp_path / "a.lrmx"),
        "no such file or folder": ("--to", tmp_path / "o", "--forms", tmp_path / "nothing"),
        "there is no cadre form": ("--to", tmp_path / "o", "--forms", tmp_path / "scenarios"),
        "exists already": ("--to", plan, "--forms", forms),
        "no such layer of people": ("--to", tmp_path / "o", "--forms", forms, "--layer", "zoning"),
        "no such period": ("--to", tmp_path / "o", "--forms", forms, "--period", "2031"),
    }
    for words, options in said.items():
        done = call("export", plan, *options)
        assert (done.status, words in done.err) == (2, True), done
    for path in (tmp_path / "scenarios").rglob("scenario.yaml"):
        path.unlink()
    done = call("export", plan, "--to", tmp_path / "o", "--forms", forms)
    assert done.status == 2 and "need the scenario" in done.err
    assert call("export", plan, "--to", tmp_path / "o", "--forms", forms, "--layer", "人员编组").status == 2
