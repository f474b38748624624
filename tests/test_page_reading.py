"""An exported page is read back as it shows its appointments; every other edit is named by its place."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from allocator.report.page.page_parsing import PAGE_BYTES, parse_page
from cli_world import Called, call, write_plan
from desk_oracle import any_plan, load_plan_policy
from scenario_tools import folder
from test_desk_views import QUICK
from tiny_scenario import write_scenario


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny scenario, a plan, and its page in both forms."""
    place = tmp_path_factory.mktemp("desk")
    plan = write_plan(write_scenario(place))
    for lang in ("zh", "en"):
        assert call("export", plan, "--to", place / f"{lang}.html", lang=lang).status == 0
    return place


def page_of(desk: Path, lang: str = "zh") -> str:
    return (desk / f"{lang}.html").read_text(encoding="utf-8")


def verified(desk: Path, page: str | bytes, lang: str = "en", *more: str | Path) -> Called:
    """Judge a page as it is given."""
    file = desk / "p.html"
    file.write_bytes(page if isinstance(page, bytes) else page.encode())
    return call("verify", desk / "scenarios" / "tiny", file, *more, lang=lang)


def seat(page: str, *words: str) -> str:
    """Return the one row of the table that is read back whose cells begin so."""
    part = page[page.index("data-n=") :]
    rows = [
        one for one in re.findall(r"<tr.*?</tr>", part, re.S) if all(f">{word}<" in one for word in words)
    ]
    [found] = rows
    return found


def edited(page: str, words: tuple[str, ...], old: str, new: str) -> str:
    row = seat(page, *words)
    assert old in row
    return page.replace(row, row.replace(old, new))


LEAD = ("张伟", "2026", "第一组", "组长")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_page_shows_is_read_back(desk: Path, lang: str) -> None:
    policy = api.bind(api.load(desk / "scenarios" / "tiny"))
    plan = api.read_plan(desk / "plan.json")
    read = api.read_document(desk / f"{lang}.html", policy)
    assert (read.added, read.dropped) == (0, 0)
    assert sorted(read.plan.assignments, key=str) == sorted(plan.assignments, key=str)
    assert read.plan.scenario.sha256 == plan.scenario.sha256
    done = verified(desk, page_of(desk, lang))
    assert (done.status, done.err) == (0, "") and done.out.splitlines()[-1].startswith("holds")


@pytest.mark.parametrize(
    "name", [QUICK[0], *(pytest.param(one, marks=pytest.mark.slow) for one in QUICK[1:])]
)
def test_plans_of_every_kind_of_layer_are_read_back(name: str, tmp_path: Path) -> None:
    policy = load_plan_policy(folder(name))
    plan = any_plan(policy)
    api.export(plan, tmp_path / "p.html", policy=policy, language="en")
    found = api.read_document(tmp_path / "p.html", policy)
    assert (found.added, found.dropped) == (0, 0)
    assert sorted(found.plan.assignments, key=str) == sorted(plan.assignments, key=str)


def test_a_page_without_an_assignment_is_read_back(desk: Path) -> None:
    policy = api.bind(api.load(desk / "scenarios" / "tiny"))
    plan = api.Plan(scenario=policy.reference, status="feasible", assignments=())
    api.export(plan, desk / "empty.html", policy=policy, language="zh")
    assert api.read_document(desk / "empty.html", policy).plan.assignments == ()


def test_an_edited_name_is_judged_as_it_is_shown(desk: Path) -> None:
    done = verified(desk, edited(page_of(desk), LEAD, "张伟", "陈静"), "en", "--save", desk / "saved.json")
    assert done.status == 1 and "lead-grade" in done.out
    assert done.err == (
        "note: 20 assignments read back; rows new or changed since the export: 1, rows gone: 1\n"
    )
    saved = api.read_plan(desk / "saved.json")
    before = {str(one) for one in api.read_plan(desk / "plan.json").assignments}
    [new] = [one for one in saved.assignments if str(one) not in before]
    assert (new.item, new.slot, new.role, new.period) == ("P5", "G1", "lead", "2026")
    assert len(saved.assignments) == 20


def test_a_row_may_be_deleted(desk: Path) -> None:
    page = page_of(desk)
    done = verified(desk, page.replace(seat(page, *LEAD), ""))
    assert done.status == 1 and "19 assignments read back" in done.err and "rows gone: 1" in done.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("张伟", "张大伟", "p.html:安排及其依据:4:对象: 场景的这一层中没有这个名称；现值“张大伟”"),
        ('lang="en">lead<', 'lang="en">deputy<', "中文与英文不一致，须同时改；现值“组长 / deputy”"),
        (">2026<", ">2030<", "4:周期: 场景的这一层中没有这个名称；现值“2030”"),
        ('<td class="refs">', '<td class="refs">9 ', "此行只改了不读回的栏"),
        (">人员编组<", ">别的<", "中文与英文不一致，须同时改；现值“别的 / Postings”"),
    ],
)
def test_an_edit_that_is_not_understood_is_named_by_its_place(
    desk: Path, old: str, new: str, said: str
) -> None:
    row = seat(page_of(desk), *LEAD)
    done = verified(desk, page_of(desk).replace(row, row.replace(old, new)), "zh")
    assert done.status == 2 and said in done.err, done.err


def test_other_tables_and_texts_are_not_taken(desk: Path) -> None:
    page = page_of(desk)
    part = page.index('id="roster"')
    name = page.index("张伟", part)
    done = verified(desk, page[:name] + "陈静" + page[name + 2 :], "zh")
    assert done.status == 2 and "此行有改动，但此表不读回；请改“安排及其依据”" in done.err
    assert done.err.startswith("p.html:")
    number = page.index("求解状态")
    done = verified(desk, page[:number] + "已证明" + page[number:], "zh")
    assert done.status == 2 and "p.html:一、概况: 表外文字有改动" in done.err
    [row] = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*</tr>", page[part:], re.S)[1:2]
    done = verified(desk, page.replace(row, "", 1))
    assert done.status == 2 and "rows of this table were added, deleted or moved" in done.err
    section = re.search(r'<section id="waivers".*?</section>', page, re.S)
    assert section is not None
    done = verified(desk, page.replace(section[0], ""))
    assert done.status == 2 and "the text around the tables is not what was exported" in done.err
    title = re.search(r"<h1>.*?</h1>", page, re.S)
    assert title is not None
    done = verified(desk, page.replace(title[0], title[0].replace("小", "大")), "zh")
    assert done.status == 2 and "p.html:大场景: 表外文字有改动" in done.err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</main>", "</main><div>张伟任第二组组长</div>"),
        (">概况</span>", ">概要</span>"),
        ("<dialog", "<dialog open"),
    ],
)
def test_what_is_around_the_text_is_not_taken(desk: Path, old: str, new: str) -> None:
    page = page_of(desk)
    assert old in page
    done = verified(desk, page.replace(old, new, 1))
    assert done.status == 2 and "what is around the text" in done.err, done.err


def test_the_scenario_in_the_foot_is_the_one_of_the_data(desk: Path) -> None:
    page = page_of(desk)
    sha256 = api.read_plan(desk / "plan.json").scenario.sha256
    other = page.replace(f"&quot;{sha256}&quot;", f"&quot;{'0' * 64}&quot;")
    assert other != page
    assert "names another scenario" in verified(desk, other).err


def test_a_blind_page_is_read_with_its_key(desk: Path) -> None:
    (desk / "copy").mkdir(exist_ok=True)
    page, key = desk / "copy" / "b.html", desk / "key.csv"
    assert call("export", desk / "plan.json", "--to", page, "--blind", key).status == 0
    done = call("verify", desk / "scenarios" / "tiny", page, "--key", key)
    assert (done.status, done.err) == (0, "")
    done = call("verify", desk / "scenarios" / "tiny", page)
    assert done.status == 2 and "no such name" in done.err


def test_a_page_that_a_browser_or_an_editor_saved_is_read(desk: Path) -> None:
    page = page_of(desk)
    saved = page.replace("<html", "<!-- saved from url=(0023)https://example.org/ -->\n<html")
    saved = saved.replace("\n", "\r\n")
    assert verified(desk, b"\xef\xbb\xbf" + saved.encode()).status == 0
    assert verified(desk, page.encode("gb18030")).status == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<main", "<template></template><main", "has what allocator writes into no page; found '<template>'"),
        ("<main", "<main hidden", "found '<main hidden>'"),
        ("<main", '<main onclick="x()"', "found '<main onclick>'"),
        ("<h1", "<!-- --><h1", "found '<!-- '"),
        ("<h1", "<![CDATA[x]]><h1", "found '<![CDATA[x'"),
        ("<h1", "<?x><h1", "found '<?x'"),
        ("<tbody>", "<tbody>text", "found 'text'"),
        ("</h1>", "", "a tag is not closed"),
        ("</h1>", "</h1></p>", "found '</p>'"),
        ("<h1", "<div/><h1", "found '<div/>'"),
        ("</main>", "", "a tag is not closed"),
        ("allocator-page/1", "allocator-page/2", "no web page that allocator exported"),
        ("&quot;count&quot;:", "&quot;counts&quot;:", "no web page that allocator exported"),
        ('data-n="20"', "", "must have one table that is read back"),
        ("</body>", "</body><p>x</p>", "no web page that allocator exported"),
        ("<title>", "<p>x</p><title>", "found '<p>'"),
        ("<title>", "x<title>", "found 'x'"),
        ("<main", "<main></main><main", "no web page that allocator exported"),
    ],
)
def test_a_page_that_no_export_wrote_is_refused(desk: Path, old: str, new: str, said: str) -> None:
    page = page_of(desk)
    assert old in page
    done = verified(desk, page.replace(old, new, 1))
    assert done.status == 2 and said in done.err, done.err


@pytest.mark.parametrize(
    "hostile",
    [
        b"<!--" * 400_000,
        b"</" * 400_000,
        b"<a " * 400_000,
        b"<!" * 400_000,
        b'<a x="' * 400_000,
        b"<p>" * 400_000,
        b"<script>" + b"</" * 400_000,
        b"&" * 400_000,
        b"<" + b"a" * 2_000_000,
        b"\xff\xfe<\0h\0",
        b"",
        b"x" * (PAGE_BYTES + 1),
    ],
    ids=range(12),
)
def test_hostile_pages_are_refused_at_once(hostile: bytes) -> None:
    began = time.process_time()
    with pytest.raises(InputError):
        parse_page(hostile, "p.html")
    assert time.process_time() - began < 2


def test_a_hostile_name_is_read_back(tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)></td>&amp;"
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", name)
    plan = write_plan(write_scenario(tmp_path, {"people.csv": people}))
    assert call("export", plan, "--to", tmp_path / "p.html").status == 0
    assert call("verify", tmp_path / "scenarios" / "tiny", tmp_path / "p.html").status == 0


def test_what_is_only_written_is_refused_with_what_is_read(desk: Path) -> None:
    for suffix in (".pdf", ".svg", ".csv"):
        (desk / f"p{suffix}").write_bytes(b"%PDF-1.4")
        done = call("verify", desk / "scenarios" / "tiny", desk / f"p{suffix}")
        assert done.status == 2 and "written, never read back" in done.err
        assert ".xlsx, .docx, .html, .htm" in done.err
