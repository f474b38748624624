"""The workbook of a plan: what it holds, how it prints, and that edits in it are read back or refused."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from allocator.model.plan import Plan
from cli_world import Called, call, good_plan, write_plan
from desk_oracle import any_plan, load_plan_policy
from scenario_tools import folder
from test_desk_views import QUICK
from tiny_scenario import write_scenario

Edit = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tiny scenario, its plan, and the plan as a workbook in Chinese."""
    place = tmp_path_factory.mktemp("desk")
    write_plan(write_scenario(place))
    done = call("export", place / "plan.json", "--to", place / "p.xlsx", lang="zh")
    assert (done.status, done.err) == (0, "")
    return place


@pytest.fixture
def desk(written_once: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder, for one test to change."""
    shutil.copytree(written_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def opened(file: Path) -> Workbook:
    return openpyxl.load_workbook(file)


def verified(place: Path, edit: Edit | None = None, *words: str | Path, lang: str = "en") -> Called:
    """Edit the workbook of a folder and verify it."""
    if edit is not None:
        book = opened(place / "p.xlsx")
        edit(book)
        book.save(place / "p.xlsx")
    return call("verify", place / "scenarios" / "tiny", place / "p.xlsx", *words, lang=lang)


def cell(sheet: Worksheet, row: str, column: str) -> tuple[int, int]:
    """Return the place of a cell by a text in its row and the title of its column."""
    rows = list(sheet.iter_rows(values_only=True))
    [header] = [k for k, cells in enumerate(rows) if any(str(one).startswith(column) for one in cells)]
    [found] = [k for k, cells in enumerate(rows) if row in "|".join(str(one) for one in cells if one)]
    return found + 1, [str(one).startswith(column) for one in rows[header]].index(True) + 1


def written(row: str, column: str, value: object, sheet: str = "安排·人员编组") -> Edit:
    """Return an edit that writes one cell."""

    def edit(book: Workbook) -> None:
        at = cell(book[sheet], row, column)
        book[sheet].cell(*at).value = value

    return edit


def test_the_sheets_of_a_plan(desk: Path) -> None:
    book = opened(desk / "p.xlsx")
    shown = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert shown[:5] == ["说明", "拟任免名单", "安排·片区划分", "安排·人员编组", "安排·案件分办"]
    assert {
        "对照表·人员编组", "轮岗矩阵·人员编组", "办案组·案件分办", "回避情况表", "规则得分", "变动汇总",
        "豁免事项", "负荷分布", "方案比较",
    } <= set(shown)  # fmt: skip
    for sheet in book:
        if sheet.sheet_state == "visible" and sheet.title != "说明":
            assert sheet.freeze_panes and sheet.auto_filter.ref and sheet.print_title_rows
            assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToHeight == 0
            assert sheet.page_setup.paperSize in (8, 9) and sheet.sheet_properties.pageSetUpPr.fitToPage
            assert "&P" in str(sheet.oddFooter.right.text)


def test_words_are_in_the_language_asked_for(desk: Path) -> None:
    assert call("export", desk / "plan.json", "--to", desk / "e.xlsx").status == 0
    book = opened(desk / "e.xlsx")
    shown = [one.value for sheet in book for row in sheet.iter_rows() for one in row if one.value]
    titles = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert {"About", "Appointments", "Seats·Postings", "Exceptions"} <= set(titles)
    assert any(str(one).startswith("Columns without any data") for one in shown)
    assert not [one for one in shown if re.search("[０-９]", str(one))]


def test_the_same_plan_gives_the_same_bytes(desk: Path) -> None:
    for language in ("zh", "en"):
        files = [desk / f"{k}.xlsx" for k in range(2)]
        for file in files:
            assert call("export", desk / "plan.json", "--to", file, lang=language).status == 0
        assert files[0].read_bytes() == files[1].read_bytes()
    with zipfile.ZipFile(files[0]) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


SLOW_FORMULAS = [pytest.param(one, marks=pytest.mark.slow) for one in ("+1", "@SUM(A1)", "＝1", "＋1", "－1")]


@pytest.mark.parametrize("name", ["=1+1", "-1", "＠x", "\t=1", *SLOW_FORMULAS])
def test_no_cell_begins_a_formula(name: str, tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", name)
    groups = tiny_scenario.TABLES["groups.csv"].replace("第一组", name)
    place = write_scenario(tmp_path, {"people.csv": people, "groups.csv": groups})
    write_plan(place)
    assert call("export", tmp_path / "plan.json", "--to", tmp_path / "p.xlsx").status == 0
    with zipfile.ZipFile(tmp_path / "p.xlsx") as archive:
        sheets = [archive.read(one) for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
    assert sheets and not [one for one in sheets if b"<f>" in one]
    cells = [one.value for sheet in opened(tmp_path / "p.xlsx") for row in sheet.iter_rows() for one in row]
    texts = [one for one in cells if isinstance(one, str)]
    assert not [one for one in texts if one.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))]
    assert any(name.strip() in one for one in texts)
    assert verified(tmp_path).status == 0


def test_leading_zeros_survive(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", "007")
    write_plan(write_scenario(tmp_path, {"people.csv": people}))
    assert call("export", tmp_path / "plan.json", "--to", tmp_path / "p.xlsx", lang="zh").status == 0
    sheet = opened(tmp_path / "p.xlsx")["安排·人员编组"]
    found = sheet.cell(*cell(sheet, "2026|第一片区|第一组|组长", "姓名"))
    assert (found.value, found.data_type, found.number_format) == ("007", "s", "@")
    assert verified(tmp_path).status == 0


def test_cautions_stand_on_top_of_every_sheet(desk: Path) -> None:
    rules = desk / "scenarios" / "tiny" / "tiny-rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = call("export", desk / "plan.json", "--to", desk / "p.xlsx", lang="zh")
    assert done.status == 0 and "另一版本" in done.err
    for sheet in opened(desk / "p.xlsx"):
        if sheet.sheet_state == "visible":
            assert sheet.cell(2, 1).value == "⚠ 名称出自场景的另一版本"
    assert "another version" in verified(desk).out


def test_a_workbook_needs_the_scenario(desk: Path) -> None:
    (desk / "scenarios").rename(desk / "elsewhere")
    done = call("export", desk / "plan.json", "--to", desk / "q.xlsx")
    assert done.status == 2 and "needs the scenario" in done.err and not (desk / "q.xlsx").exists()
    done = call("export", desk / "plan.json", "--to", desk / "q.xlsx", "--layer", "posting")
    assert done.status == 2 and "no such option" in done.err


def test_cells_and_rows_stay_within_what_excel_takes(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", "长" * 12_000).replace("陈静", "久" * 12_000)
    people = people.replace("杨帆", "远" * 12_000)
    policy = load_plan_policy(write_scenario(tmp_path, {"people.csv": people}))
    plan = good_plan(tmp_path / "scenarios" / "tiny")
    api.export(plan, tmp_path / "p.xlsx", policy=policy, language="zh")
    book = opened(tmp_path / "p.xlsx")
    texts = [str(one.value) for sheet in book for row in sheet.iter_rows() for one in row if one.value]
    assert max(map(len, texts)) == 32_000 and any(one.endswith("…") for one in texts)
    assert 400 < max(one.height or 0 for sheet in book for one in sheet.row_dimensions.values()) <= 409
    assert len(api.read_document(tmp_path / "p.xlsx", policy).plan.assignments) == len(plan.assignments)


def test_every_footer_has_the_hash_of_the_plan(desk: Path) -> None:
    digest = sha256((desk / "plan.json").read_bytes()).hexdigest()
    shown = [sheet for sheet in opened(desk / "p.xlsx") if sheet.sheet_state == "visible"]
    assert all(digest[:16] in str(sheet.oddFooter.left.text) for sheet in shown)


def test_what_was_written_is_read_back(desk: Path) -> None:
    policy = api.bind(api.load(desk / "scenarios" / "tiny"))
    plan = api.read_plan(desk / "plan.json")
    read = api.read_document(desk / "p.xlsx", policy)
    found = read.plan
    assert (read.added, read.dropped) == (0, 0)
    assert sorted(found.assignments, key=str) == sorted(plan.assignments, key=str)
    assert found.scenario.sha256 == plan.scenario.sha256
    done = verified(desk)
    assert done.status == 0 and done.out.splitlines()[-1].startswith("holds")
    assert "other version" not in done.out


@pytest.mark.parametrize(
    "name", [QUICK[0], *(pytest.param(one, marks=pytest.mark.slow) for one in QUICK[1:])]
)
def test_plans_of_every_kind_of_layer_are_read_back(name: str, tmp_path: Path) -> None:
    policy = load_plan_policy(folder(name))
    plan = any_plan(policy)
    for language in ("zh", "en"):
        api.export(plan, tmp_path / "p.xlsx", policy=policy, language=language)
        found = api.read_document(tmp_path / "p.xlsx", policy).plan
        assert sorted(found.assignments, key=str) == sorted(plan.assignments, key=str)


def test_an_edited_name_is_judged(desk: Path) -> None:
    done = verified(desk, written("2026|第一片区|第一组|组长", "姓名", "陈静"))
    assert done.status == 1 and "lead-grade" in done.out
    assert (
        done.err == "note: 20 assignments read back; rows new or changed since the export: 1, rows gone: 1\n"
    )


def test_a_plan_that_was_read_back_is_saved_and_goes_on(desk: Path) -> None:
    edit = written("2027|第一片区|第一组|组长|李秀英", "备注", "同意")
    assert verified(desk, edit, "--save", desk / "edited.json").status == 0
    policy = api.bind(api.load(desk / "scenarios" / "tiny"))
    saved, plan = api.read_plan(desk / "edited.json"), api.read_plan(desk / "plan.json")
    assert sorted(saved.assignments, key=str) == sorted(plan.assignments, key=str)
    assert api.verify(policy, saved).holds and [one.cost for one in saved.score] == [0, 0]
    assert call("show", desk / "edited.json", "--strict").status == 0
    done = call("export", desk / "edited.json", "--to", desk / "again.xlsx", lang="zh")
    assert (done.status, done.err) == (0, "")
    done = call("verify", desk / "scenarios" / "tiny", desk / "plan.json", "--save", desk / "x.json")
    assert done.status == 2 and "--save: is for exported documents only" in done.err


def test_an_edited_seat_is_judged(desk: Path) -> None:
    done = verified(desk, written("2026|第一片区|第一组|组员|杨帆", "机构", "第二组"))
    assert done.status == 1 and "staffing" in done.out and "kin" in done.out


def test_rows_may_be_sorted_deleted_added_and_noted(desk: Path) -> None:
    def edit(book: Workbook) -> None:
        sheet = book["安排·人员编组"]
        first = cell(sheet, "2026|第一片区|第一组|组长", "姓名")[0]
        rows = [[one.value for one in row] for row in sheet.iter_rows(min_row=first)]
        for number, row in enumerate(reversed(rows), start=first):
            for column, value in enumerate(row, start=1):
                sheet.cell(number, column).value = value
        note = cell(sheet, "2026|第一片区|第一组|组长", "备注")
        sheet.cell(*note).value = "请再议"

    done = verified(desk, edit)
    assert done.status == 0
    row = cell(opened(desk / "p.xlsx")["安排·人员编组"], "2026|第一片区|第一组|组员|杨帆", "姓名")[0]
    done = verified(desk, lambda book: book["安排·人员编组"].delete_rows(row))
    assert done.status == 1 and "staffing" in done.out

    def add(book: Workbook) -> None:
        book["安排·人员编组"].append(["2026", None, "第一组", "组员", "P6"])

    assert verified(desk, add).status == 0  # the one that was deleted, by id


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (
            "姓名",
            "张卫",
            "姓名: 场景的这一层中没有这个名称；现值“张卫”；可用：张伟",
        ),
        ("姓名", "陈静、杨帆", "一格一个名称"),
        ("机构", "第三组", "现值“第三组”；是否为“第二组”？"),
        ("机构", None, "此格不能为空"),
        ("角色", "组民", "可用：组长、组员"),
        ("角色", None, "角色: 此格不能为空"),
        ("周期", "2029", "可用：2026、2027"),
        ("单位", "驻财政局组", "此行只改了不读回的栏"),
    ],
)
def test_what_is_not_understood_is_refused_at_its_cell(
    desk: Path, column: str, value: object, said: str
) -> None:
    done = verified(desk, written("2026|第一片区|第一组|组长|张伟", column, value), lang="zh")
    assert done.status == 2 and "p.xlsx:安排·人员编组:" in done.err and "Traceback" not in done.err
    assert said.rsplit(": ", maxsplit=1)[-1] in done.err


def test_all_faults_are_said_at_once(desk: Path) -> None:
    def edit(book: Workbook) -> None:
        written("2026|第一片区|第一组|组长|张伟", "姓名", "无此人")(book)
        written("2027|第一片区|第一组|组长|李秀英", "角色", "组民")(book)
        written("财务案", "人数", 7, "办案组·案件分办")(book)

    done = verified(desk, edit, lang="zh")
    assert done.status == 2
    assert all(one in done.err for one in ("无此人", "组民", "办案组·案件分办", "此行有改动，但此表不读回"))


def test_the_same_assignment_twice_is_refused(desk: Path) -> None:
    edit = written("2026|第一片区|第一组|组员|杨帆", "姓名", "陈静")
    done = verified(desk, edit)
    assert done.status == 2 and "repeats an earlier row" in done.err


def test_namesakes_are_asked_about(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("刘洋", "张伟")
    write_plan(write_scenario(tmp_path, {"people.csv": people}))
    assert call("export", tmp_path / "plan.json", "--to", tmp_path / "p.xlsx", lang="zh").status == 0
    assert verified(tmp_path).status == 0
    row = "2026|第一片区|第一组|组长|张伟（P3）"
    assert verified(tmp_path, written(row, "姓名", "张伟 (P3)")).status == 0
    done = verified(tmp_path, written(row.replace("（P3）", " (P3)"), "姓名", "张伟"), lang="zh")
    assert done.status == 2 and "有几位同名" in done.err and "张伟（P3）、张伟（P4）" in done.err


def test_a_change_of_another_sheet_is_pointed_out_not_taken(desk: Path) -> None:
    done = verified(
        desk, written("2026|第一片区|第一组|组长|1", "拟任", "陈静", "对照表·人员编组"), lang="zh"
    )
    assert done.status == 2 and "对照表·人员编组" in done.err and "请在“安排”表中修改" in done.err


def test_a_remark_in_another_sheet_is_let_be(desk: Path) -> None:
    assert verified(desk, written("王建国|1975.03|城东|城东街道", "备注", "同意", "拟任免名单")).status == 0


def test_a_lost_sheet_and_a_lost_column_are_said(desk: Path) -> None:
    def lose(book: Workbook) -> None:
        del book["安排·案件分办"]
        sheet = book["安排·片区划分"]
        at = cell(sheet, "第一片区", "机构")
        for row in sheet.iter_rows():
            if row[at[1] - 1].value == "机构（组） ✎":
                row[at[1] - 1].value = "别的"

    done = verified(desk, lose, lang="zh")
    assert done.status == 2 and "工作簿缺少这一工作表；现值“安排·案件分办”" in done.err
    assert "找不到表头中的这一栏；可用：机构（组）、groups" in done.err


def test_other_workbooks_are_refused(desk: Path, tmp_path: Path) -> None:
    def plain(book: Workbook) -> None:
        del book["_allocator"]

    done = verified(desk, plain)
    assert done.status == 2 and "no workbook that allocator exported" in done.err
    (desk / "p.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert "no readable Excel workbook" in verified(desk).err
    done = call("verify", desk / "scenarios" / "tiny", desk / "plan.json", "--key", desk / "k.csv")
    assert done.status == 2 and "for exported documents only" in done.err
    with pytest.raises(InputError, match="never read back"):
        api.read_document(desk / "p.svg", api.bind(api.load(desk / "scenarios" / "tiny")))


@pytest.mark.parametrize("asked", ["{", "[1]", '{"pin": 3}', "[" * 30_000], ids=range(4))
def test_a_damaged_technical_sheet_is_refused(desk: Path, asked: str) -> None:
    def edit(book: Workbook) -> None:
        book["_allocator"]["B3"].value = asked

    done = verified(desk, edit)
    assert done.status == 2 and "technical sheet is damaged" in done.err


def test_what_the_call_asked_for_is_judged_too(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    policy = api.bind(api.load(place))
    plan = good_plan(place)
    asked = plan.model_copy(update={"run": {**plan.run, "asked": {"pin": ["P3=G1@2026"]}}})
    api.export(asked, tmp_path / "p.xlsx", policy=policy, language="zh")
    assert verified(tmp_path).status == 0
    done = verified(tmp_path, written("2026|第一片区|第一组|组长|张伟", "机构", "第二组"))
    assert done.status == 1 and "pin.1" in done.out


def test_drop_downs_offer_the_names_of_the_layer(desk: Path) -> None:
    book = opened(desk / "p.xlsx")
    sheet = book["安排·人员编组"]
    column = cell(sheet, "2026|第一片区|第一组|组长", "姓名")[1]
    letter = openpyxl.utils.get_column_letter(column)
    [rule] = [one for one in sheet.data_validations.dataValidation if str(one.sqref).startswith(letter)]
    area = str(rule.formula1).split("!")[1].replace("$", "")
    offered = [row[0].value for row in book["_lists"][area]]
    assert offered == ["王建国", "李秀英", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄丽"]


@pytest.mark.slow
def test_libreoffice_opens_it_and_prints_every_sheet(desk: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("needs LibreOffice (make renderers)")
    profile = f"-env:UserInstallation={(desk / 'profile').as_uri()}"
    words = [
        program,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(desk),
        str(desk / "p.xlsx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    text = subprocess.run(
        ["pdftotext", str(desk / "p.pdf"), "-"], check=True, capture_output=True
    ).stdout.decode()
    assert all(
        one in text for one in ("拟任免（轮岗交流）干部名单", "轮岗矩阵：人员编组", "▲第二组组长", "豁免事项")
    )


@pytest.mark.slow
def test_a_workbook_that_libreoffice_has_saved_is_read_back(desk: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("needs LibreOffice (make renderers)")
    (desk / "saved").mkdir()
    profile = f"-env:UserInstallation={(desk / 'profile').as_uri()}"
    words = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(desk / "saved")]
    subprocess.run([*words, str(desk / "p.xlsx")], check=True, capture_output=True, timeout=300)
    done = call("verify", desk / "scenarios" / "tiny", desk / "saved" / "p.xlsx")
    assert (done.status, done.err) == (0, "")


# ---- blind copies

NAMES = ("王建国", "李秀英", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄丽")


def all_text(file: Path) -> str:
    """Return every text in an exported file, unpacked."""
    content = file.read_bytes()
    if file.suffix != ".xlsx":
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(one).decode("utf-8", "replace") for one in archive.namelist())


def blind(place: Path, suffix: str = ".xlsx", key: str = "key/k.csv", lang: str = "zh") -> Called:
    (place / "key").mkdir(exist_ok=True)
    (place / "out").mkdir(exist_ok=True)
    target = place / "out" / f"p{suffix}"
    return call("export", place / "plan.json", "--to", target, "--blind", place / key, lang=lang)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".json", ".svg", ".html"])
def test_a_blind_copy_has_no_name_and_no_id_of_a_person(desk: Path, suffix: str) -> None:
    done = blind(desk, suffix)
    assert (done.status, done.err) == (0, "")
    text = all_text(desk / "out" / f"p{suffix}")
    assert not [name for name in NAMES if name in text]
    assert not re.search(r"(?<![\w-])P[1-8](?![\w-])", text)
    assert "1975.03" not in text and "1975-03" not in text
    digest = sha256((desk / "plan.json").read_bytes()).hexdigest()
    assert digest[:16] not in text and (suffix != ".xlsx" or "代号副本" in text)
    rows = (desk / "key" / "k.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 1 + len(NAMES) and (desk / "key" / "k.csv").stat().st_mode & 0o077 == 0
    codes = [row.split(",")[0] for row in rows[1:]]
    assert codes == sorted(codes) and all(code in text for code in codes if suffix != ".svg")


def test_a_blind_copy_verifies_with_its_key(desk: Path) -> None:
    blind(desk)
    scenario, copy = desk / "scenarios" / "tiny", desk / "out" / "p.xlsx"
    done = call("verify", scenario, copy, "--key", desk / "key" / "k.csv")
    assert (done.status, done.err) == (0, "")
    plan = api.read_document(copy, api.bind(api.load(scenario)), key=desk / "key" / "k.csv").plan
    assert sorted(plan.assignments, key=str) == sorted(good_plan(scenario).assignments, key=str)
    done = call("verify", scenario, copy)
    assert done.status == 2 and "no such name" in done.err


def test_an_edit_of_a_blind_copy_is_judged(desk: Path) -> None:
    blind(desk)
    rows = [row.split(",") for row in (desk / "key" / "k.csv").read_text(encoding="utf-8-sig").splitlines()]
    code = {name: code for code, _, name in rows}
    book = opened(desk / "out" / "p.xlsx")
    written(f"2026|第一片区|第一组|组长|{code['张伟']}", "姓名", code["陈静"])(book)
    book.save(desk / "out" / "p.xlsx")
    done = call(
        "verify", desk / "scenarios" / "tiny", desk / "out" / "p.xlsx", "--key", desk / "key" / "k.csv"
    )
    assert done.status == 1 and "lead-grade" in done.out


def test_codes_are_kept_from_copy_to_copy_and_drawn_anew_for_another_key(desk: Path) -> None:
    blind(desk)
    first, key = (desk / "out" / "p.xlsx").read_bytes(), (desk / "key" / "k.csv").read_bytes()
    blind(desk)
    assert ((desk / "out" / "p.xlsx").read_bytes(), (desk / "key" / "k.csv").read_bytes()) == (first, key)
    blind(desk, key="key/other.csv")
    other = (desk / "key" / "other.csv").read_bytes()
    assert other != key and (desk / "out" / "p.xlsx").read_bytes() != first


def test_nothing_is_in_the_order_of_the_names(desk: Path) -> None:
    """Wherever a sheet lists several people, they are in the order of their codes."""
    blind(desk)
    rows = [
        row.split(",")[0] for row in (desk / "key" / "k.csv").read_text(encoding="utf-8-sig").splitlines()
    ]
    codes = re.compile("|".join(rows[1:]))
    book = opened(desk / "out" / "p.xlsx")
    matrix = [codes.findall(str(row[0])) for row in book["轮岗矩阵·人员编组"].iter_rows(values_only=True)]
    shown = [one for found in matrix for one in found]
    assert shown == sorted(shown) and len(shown) == 8
    lists = [[row for row in column if row] for column in book["_lists"].iter_cols(values_only=True)]
    assert sorted(rows[1:]) in lists
    for row in book["对照表·人员编组"].iter_rows(values_only=True):
        for value in row:
            found = codes.findall(str(value))
            assert found == sorted(found)
    seats = [row for row in book["安排·人员编组"].iter_rows(values_only=True) if str(row[0]).startswith("20")]
    names = [(row[0], row[2], row[3], row[4]) for row in seats]
    assert len(names) == 16 and names == [
        one for _, group in groupby(names, lambda x: x[:3]) for one in sorted(group)
    ]
    changes = [row for row in book["拟任免名单"].iter_rows(values_only=True) if str(row[0]).isdecimal()]
    assert [row[0] for row in changes] == [*range(1, 11)]
    pairs = [(next(cell for cell in row if str(cell).startswith("202")), row[1]) for row in changes]
    assert pairs == sorted(pairs)
    blind(desk, ".json")
    boards = json.loads(all_text(desk / "out" / "p.json"))["boards"]
    cells = [
        [one["name"] for one in cell] for board in boards for row in board["rows"] for cell in row["cells"]
    ]
    assert any(len(one) == 3 for one in cells) and all(one == sorted(one) for one in cells)


def test_the_key_never_lies_with_the_copy(desk: Path) -> None:
    (desk / "out" / "below").mkdir(parents=True)
    for key in ("out/k.csv", "out/p.xlsx", "out/below/k.csv", "key/../out/k.csv"):
        done = blind(desk, key=key, lang="en")
        assert done.status == 2 and "the key must not lie in the folder of the copy" in done.err
    assert not list((desk / "out").glob("*.*"))
    done = blind(desk, key="none/k.csv", lang="en")
    assert done.status == 2 and "cannot be written" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,code\n", "is no key of a blind copy"),
        ("", "is no key of a blind copy"),
        ("代号 code,编号 id,姓名 name\nBCDFG,P1,王\nBCDFG,P2,李\n", "repeats a code"),
        ("代号 code,编号 id,姓名 name\n,P2,李\n", "the row is incomplete"),
    ],
)
def test_a_file_that_is_no_key_is_never_replaced(desk: Path, text: str, said: str) -> None:
    (desk / "key").mkdir()
    (desk / "key" / "k.csv").write_text(text, encoding="utf-8")
    done = blind(desk, lang="en")
    assert done.status == 2 and said in done.err
    assert (desk / "key" / "k.csv").read_text(encoding="utf-8") == text


def test_outsiders_and_namesakes_have_codes_too(tmp_path: Path) -> None:
    cases = """
        id,title,unit,received,effort,parties
        C1,财务案,U1,2026-03-01,2,钱某某
        C2,工程案,U2,2027-03-01,3,
    """
    people = tiny_scenario.TABLES["people.csv"].replace("刘洋", "张伟")
    rules = tiny_scenario.RULES.replace(
        "why: {zh: 地域回避, en: not at home}", "why: {zh: 钱某某与张伟同乡, en: x}"
    )
    write_plan(write_scenario(tmp_path, {"cases.csv": cases, "people.csv": people, "tiny-rules.yaml": rules}))
    for suffix in (".xlsx", ".json", ".csv"):
        assert blind(tmp_path, suffix).status == 0
        text = all_text(tmp_path / "out" / f"p{suffix}")
        assert "钱某某" not in text and "张伟" not in text
    key = (tmp_path / "key" / "k.csv").read_text(encoding="utf-8-sig")
    assert "钱某某" in key
    copy = tmp_path / "out" / "p.xlsx"
    assert (
        call("verify", tmp_path / "scenarios" / "tiny", copy, "--key", tmp_path / "key" / "k.csv").status == 0
    )


def test_pins_of_a_blind_copy_are_decoded(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    policy, plan = api.bind(api.load(place)), good_plan(place)
    asked = plan.model_copy(update={"run": {**plan.run, "asked": {"pin": ["P3=G1@2026"]}}})
    (tmp_path / "key").mkdir()
    (tmp_path / "out").mkdir()
    key = tmp_path / "key" / "k.csv"
    api.export(asked, tmp_path / "out" / "p.xlsx", policy=policy, blind=key)
    assert "P3" not in all_text(tmp_path / "out" / "p.xlsx")
    found = api.read_document(tmp_path / "out" / "p.xlsx", policy, key=key).plan
    assert found.run == {"asked": {"pin": ["P3=G1@2026"]}}


def test_a_blind_copy_needs_the_scenario(desk: Path) -> None:
    (desk / "scenarios").rename(desk / "elsewhere")
    done = blind(desk, ".csv", lang="en")
    assert done.status == 2 and "a blind copy needs the scenario" in done.err


def test_a_view_alone_makes_no_workbook(desk: Path) -> None:
    policy = api.bind(api.load(desk / "scenarios" / "tiny"))
    plan: Plan = api.read_plan(desk / "plan.json")
    with pytest.raises(InputError, match="needs the scenario"):
        api.export(api.plan_view(plan, policy), desk / "v.xlsx", policy=policy)
