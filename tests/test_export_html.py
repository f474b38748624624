"""The web page of a plan: safe, in both languages, whole without scripts; and its print."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

import big_world
import tiny_scenario
from allocator.errors import InputError
from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.model.text import Text
from allocator.report.desk.desk_view import desk_view
from allocator.report.exporters import pdf
from allocator.report.page import browser
from allocator.report.page.document import A4, PageInput, page_of
from allocator.report.page.markup import el, html_file
from allocator.report.page.page_frame import numeral
from allocator.report.page.places import zoning_of
from allocator.report.plan_view import PlanView, view_with_names
from cli_world import call, write_plan
from page_tools import Node, parsed
from picture_tools import input_of, row
from tiny_scenario import write_scenario

HOSTILE = "<img src=x onerror=alert(1)>"
MORE_HOSTILE = "</style></script><script>alert(2)</script>&lt;\u202e"
PLACED = """
    id,name,kind,place,workload,lon,lat
    U1,城东街道,township,城东,30,105.1,29.5
    U2,城西镇,township,城西,20,105.0,29.5
    U3,城南镇,township,城南,20,105.0,29.4
"""
PEOPLE = tiny_scenario.TABLES["people.csv"]
TWO_A_ZONE = tiny_scenario.RULES.replace("atleast: 1, atmost: 1", "atleast: 1, atmost: 2")

#: Words of the scenario, of its rules and of the page.
WORDS = (("小场景", "Tiny"), ("组长", "lead"), ("一长三员", "one and three"), ("概况", "Summary"))


def exported(folder: Path, changes: dict[str, str] | None = None, lang: str = "zh", more: str = "") -> str:
    """Return the page of the tiny scenario with some of its files changed."""
    plan = write_plan(write_scenario(folder, changes), tiny_scenario.PLAN + more)
    file = folder / "p.html"
    done = call("export", plan, "--to", file, lang=lang)
    assert (done.status, done.err) == (0, "")
    return file.read_text(encoding="utf-8")


@pytest.fixture
def page(tmp_path: Path) -> Node:
    return parsed(exported(tmp_path))


def section(page: Node, name: str) -> str:
    return page.with_id(name).shown("zh")


def test_the_policy_of_content_comes_first_and_allows_one_style_and_one_script(page: Node) -> None:
    [head] = page.all("head")
    policy = head.children[0]
    assert policy.tag == "meta" and policy.attributes["http-equiv"] == "Content-Security-Policy"
    rules = dict(rule.split(" ", 1) for rule in (policy.attributes["content"] or "").split("; "))
    [style], [script] = page.all("style"), page.all("script")
    hashes = [
        base64.b64encode(hashlib.sha256(one.shown().encode()).digest()).decode() for one in (style, script)
    ]
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'sha256-{hashes[0]}'",
        "script-src": f"'sha256-{hashes[1]}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_nothing_in_the_page_asks_for_anything(page: Node) -> None:
    for node in page.all():
        for name, value in node.attributes.items():
            assert not name.startswith("on") and name not in ("src", "style", "srcset", "action"), (
                node.tag,
                name,
            )
            assert name != "href" or (value or "").startswith("#")
            assert "//" not in (value or ""), (node.tag, name, value)
    assert not {node.tag for node in page.all()} & {
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "a:",
    }
    [style] = page.all("style")
    assert not re.search(r"url\(|@import|https?:|//", style.shown())
    [script] = page.all("script")
    assert not re.search(r"fetch|XMLHttp|import\(|https?:|eval|innerHTML|document\.write", script.shown())


def test_links_lead_somewhere_and_ids_are_there_once(page: Node) -> None:
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page.all():
        for name in ("href", "for", "aria-labelledby"):
            target = (node.attributes.get(name) or "").removeprefix("#")
            assert not target or target in ids or target == "panel-title", (node.tag, name, target)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_names_stay_text(tmp_path: Path, lang: str) -> None:
    changes = {
        "people.csv": tiny_scenario.TABLES["people.csv"]
        .replace("张伟", HOSTILE)
        .replace("陈静", MORE_HOSTILE),
        "units.csv": PLACED.replace("城东街道", HOSTILE).replace("城西镇", MORE_HOSTILE),
        "groups.csv": tiny_scenario.TABLES["groups.csv"].replace("第一片区", HOSTILE),
        "cases.csv": tiny_scenario.TABLES["cases.csv"].replace("财务案", HOSTILE),
        "tiny-rules.yaml": TWO_A_ZONE.replace("无人可替", HOSTILE),
        "scenario.yaml": tiny_scenario.SCENARIO.replace("小场景", f'"{HOSTILE}"'),
    }
    text = exported(tmp_path, changes, lang, " U3=Z2")
    page = parsed(text)
    assert not page.all("img") and len(page.all("script")) == len(page.all("style")) == 1
    assert text.count("</script>") == 1 and ">alert(" not in text
    shown = page.shown()
    assert shown.count(HOSTILE) > 5
    assert MORE_HOSTILE.rstrip("\u202e") in shown and "\u202e" not in text


def test_both_languages_are_in_one_file(tmp_path: Path) -> None:
    pages = {lang: parsed(exported(tmp_path, lang=lang)) for lang in ("zh", "en")}
    for lang, page in pages.items():
        [html] = page.all("html")
        assert (html.attributes["lang"] or "")[:2] == lang
        switch = [node for node in page.all("input") if node.attributes.get("type") == "radio"]
        assert [node.attributes["id"] for node in switch if "checked" in node.attributes] == [f"lang-{lang}"]
        [body] = page.all("body")
        chinese, english = body.shown("zh"), body.shown("en")
        for zh, en in (
            ("小场景", "Tiny"),
            ("组长", "lead"),
            ("一长三员", "one and three"),
            ("概况", "Summary"),
        ):
            assert zh in chinese and zh not in english
            assert en in english
    bodies = [page.all("main")[0].shown() for page in pages.values()]
    assert bodies[0] == bodies[1]


def test_the_language_is_switched_without_scripts(page: Node) -> None:
    [style] = page.all("style")
    assert "#lang-zh:checked~* [lang=en],#lang-en:checked~* [lang=zh]{display:none}" in style.shown()
    [body] = page.all("body")
    assert [node.tag for node in body.children[:2]] == ["input", "input"]
    assert [node.attributes.get("for") for node in page.all("label")[:2]] == ["lang-zh", "lang-en"]


def test_what_the_page_shows(page: Node) -> None:
    assert [node.shown("zh") for node in page.all("h2")] == [
        "一、概况", "二、片区", "三、组织", "四、名单", "五、拟任免", "六、方案对照", "七、轮岗",
        "八、办案组", "九、负荷", "十、回避", "十一、规则", "十二、豁免", "十三、逐人理由",
    ]  # fmt: skip
    assert "第一片区130乡镇（街道） 1城东街道" in section(page, "map")
    assert "驻财政局组" in section(page, "tree")
    assert "▲张伟" in section(page, "roster")
    assert "▲第一组" in section(page, "appointments") and "▽第二组" in section(page, "appointments")
    assert "◇" in section(page, "matrix")
    assert "无人可替" in section(page, "waivers") and "2027-12-31" in section(page, "waivers")
    assert page.with_id("loads").all("rect")


def test_why_somebody_is_there(page: Node) -> None:
    [link] = [node for node in page.with_id("roster").all("a") if node.shown() == "张伟"][:1]
    group = page.with_id((link.attributes["href"] or "").removeprefix("#"))
    assert group.tag == "tbody" and "张伟" in group.shown() and "人员编组2026第一组组长" in group.shown("zh")
    rules = [page.with_id((node.attributes["href"] or "").removeprefix("#")) for node in group.all("a")]
    said = "".join(rule.shown("zh") for rule in rules)
    assert "一长三员" in said and "组长须符合：人员的职级是正" in said


def test_units_with_positions_make_a_map(tmp_path: Path) -> None:
    page = parsed(exported(tmp_path, {"units.csv": PLACED, "tiny-rules.yaml": TWO_A_ZONE}, more=" U3=Z2"))
    picture = next(node for node in page.all("svg") if node.attributes.get("class") == "map")
    titles = [node.shown() for node in picture.all("title")]
    assert sorted(titles) == ["城东街道 · 第一片区", "城南镇 · 第二片区", "城西镇 · 第二片区"]
    both = [(node.attributes.get("lang"), node.shown()) for node in picture.all("text")]
    assert ("zh", "北 ↑") in both and ("en", "N ↑") in both and (None, "城南镇") in both


@pytest.mark.slow
def test_an_organisation_of_many_levels_is_listed_below_the_twelfth(tmp_path: Path) -> None:
    chain = "".join(f"D{k},第{k}层,office,{f'D{k - 1}' if k else ''},,0\n" for k in range(1200))
    fork = "".join(f"E{k},分支{k},office,D{k},,0\n" for k in range(1200))
    units = (
        f"id,name,kind,parent,place,workload\nU1,城东街道,township,,城东,30\nU2,组,agency,,,20\n{chain}{fork}"
    )
    scenario = tiny_scenario.SCENARIO.replace("items: units\n", 'items: units where unit.kind != "office"\n')
    tree = parsed(exported(tmp_path, {"units.csv": units, "scenario.yaml": scenario})).with_id("tree")
    assert len(tree.all("details")) == 12
    assert all(f"分支{k}" in tree.shown("zh") and f"第{k}层" in tree.shown("zh") for k in range(1200))


def test_more_zones_than_signs_have_none() -> None:
    items = [f"U{k}" for k in range(70)]
    rows = [row(f"Z{k}", [item]) for k, item in enumerate(items)]
    board = input_of(rows, columns=[Text()]).roster
    view = PlanView("s", Text(), False, "feasible", Text(), (board,), (), (), (), (), {})
    assert zoning_of(view, None).signs == {}
    few = replace(view, boards=(replace(board, rows=board.rows[:3]),))
    assert set(zoning_of(few, None).signs) == {"Z0", "Z1", "Z2"}


def test_headings_are_numbered_in_chinese() -> None:
    numbers = [numeral(value) for value in (1, 9, 10, 11, 20, 21, 99)]
    assert numbers == ["一", "九", "十", "十一", "二十", "二十一", "九十九"]


def test_cautions_stand_on_top(tmp_path: Path) -> None:
    plan = write_plan(write_scenario(tmp_path))
    data = json.loads(plan.read_text(encoding="utf-8"))
    data["score"][1]["cost"] += 1
    plan.write_text(json.dumps(data), encoding="utf-8")
    call("export", plan, "--to", tmp_path / "p.html")
    [main] = parsed((tmp_path / "p.html").read_text(encoding="utf-8")).all("main")
    first, *_ = [node for node in main.children if node.tag != "#text"]
    assert first.attributes["class"] == "caution" and "方案自称的不实" in first.shown("zh")
    assert "not confirmed" in main.shown("en")


def test_a_blind_copy_has_no_names(tmp_path: Path) -> None:
    plan = write_plan(write_scenario(tmp_path))
    copy, key = tmp_path / "copy" / "p.html", tmp_path / "key.csv"
    copy.parent.mkdir()
    assert call("export", plan, "--to", copy, "--blind", key).status == 0
    text = copy.read_text(encoding="utf-8")
    names = [row.split(",")[1] for row in PEOPLE.split() if row.startswith("P")]
    assert len(names) == 8 and not [name for name in names if name in text]
    assert hashlib.sha256(plan.read_bytes()).hexdigest()[:16] not in text
    codes = [row.split(",")[0] for row in key.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert codes and all(f">{code}</a>" in text for code in codes)


def test_the_same_plan_gives_the_same_page(tmp_path: Path) -> None:
    assert exported(tmp_path) == exported(tmp_path)


def test_the_plan_is_named_in_the_foot_of_every_page(tmp_path: Path) -> None:
    page = parsed(exported(tmp_path))
    digest = hashlib.sha256((tmp_path / "plan.json").read_bytes()).hexdigest()
    assert digest in page.all("footer")[0].shown()
    [style] = page.all("style")
    assert f'@bottom-left{{content:"allocator {digest[:16]}"' in style.shown()
    assert "thead{display:table-header-group}" in style.shown()


@pytest.mark.slow
def test_a_large_plan_is_small_enough() -> None:
    policy = big_world.postings(250, 40)
    taken = tuple(
        Assignment(layer="posting", item=f"P{k:03}", slot=f"G{(k + t) % 40:02}", period=str(t))
        for t in (2026, 2027, 2028)
        for k in range(250)
    )
    plan = Plan(scenario=ScenarioRef(name="made", sha256="0" * 64), status="feasible", assignments=taken)
    view = view_with_names(policy, plan)
    desk = desk_view(policy, plan, view)
    assert len(page_of(PageInput(view, desk, policy.context, "zh")).encode()) < 3_000_000
    printed = parsed(page_of(PageInput(view, desk, policy.context, "zh", A4)))
    assert not printed.all("script") and "script-src" not in str(printed.all("meta")[0].attributes)


def test_a_style_that_would_end_its_element_is_refused() -> None:
    with pytest.raises(ValueError, match="a style that would end its element"):
        html_file("t", "zh", "</style>", "", [el("p", "x")])


def fake_browser(folder: Path, script: str, name: str = "chromium") -> Path:
    """Write a program that stands in for a browser."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


PRINTS = """
for word in "$@"; do case "$word" in --print-to-pdf=*) out="${word#--print-to-pdf=}";; esac; done
printf '%%PDF-1.4 /CreationDate (D:20261129125850+00)' > "$out"
printf '/ModDate (D:20261129125850+00) %s' "$*" >> "$out"
"""


def test_a_print_is_made_by_the_browser_without_its_dates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_browser(tmp_path, PRINTS)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    plan = write_plan(write_scenario(tmp_path))
    assert call("export", plan, "--to", tmp_path / "p.pdf").status == 0
    made = (tmp_path / "p.pdf").read_text(encoding="utf-8")
    assert made.startswith("%PDF-1.4 /CreationDate (D:20000101000000+00)/ModDate (D:20000101000000+00)")
    for option in ("--headless", "--user-data-dir=", "MAP * ~NOTFOUND", "page.html"):
        assert option in made


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_print_has_one_language_no_links_and_nothing_on_a_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    printed: list[str] = []
    monkeypatch.setattr(pdf, "print_page", lambda html: printed.append(html) or b"%PDF")
    plan = write_plan(write_scenario(tmp_path, {"units.csv": PLACED, "tiny-rules.yaml": TWO_A_ZONE}))
    assert call("export", plan, "--to", tmp_path / "p.pdf", lang=lang).status == 0
    page = parsed(printed[0])
    read = parsed(exported(tmp_path, {"units.csv": PLACED, "tiny-rules.yaml": TWO_A_ZONE}, lang))
    [shown] = page.all("main")
    [whole] = read.all("main")
    expected = whole.shown(lang)
    for part in [node for node in whole.all("div") if node.attributes.get("class") == "tools"]:
        expected = expected.replace(part.shown(lang), "")
    digests = re.compile(r"[0-9a-f]{64}")
    assert digests.sub("", shown.shown()) == digests.sub("", expected)
    assert {node.attributes.get("lang") for node in shown.all()} <= {None, lang}
    assert not page.all("a") and not page.all("script") and not page.all("input")
    assert "@media screen{body{display:none}}" in page.all("style")[0].shown()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo broken >&2; exit 1", "the browser did not print; export .html instead"),
        ("sleep 30", "the browser did not print in 0.2 s; export .html instead"),
    ],
)
def test_a_browser_that_does_not_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    file = fake_browser(tmp_path, script)
    monkeypatch.setattr(browser, "find_browser", lambda: str(file))
    monkeypatch.setattr(browser, "TIMEOUT", 0.2 if "sleep" in script else 30.0)
    plan = write_plan(write_scenario(tmp_path))
    done = call("export", plan, "--to", tmp_path / "p.pdf")
    assert done.status == 2 and said in done.err and not (tmp_path / "p.pdf").exists()


def test_without_a_browser_the_way_to_print_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    plan = write_plan(write_scenario(tmp_path))
    done = call("export", plan, "--to", tmp_path / "p.pdf", lang="zh")
    assert done.status == 2
    assert done.err == (
        "--to: 未找到 Chromium、Chrome 或 Edge；请改为导出 .html，"
        "用浏览器打开后打印（另存为 PDF，横向，A4 或 A3）\n"
    )


def test_browsers_outside_the_path_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    place = tmp_path / "Microsoft/Edge/Application"
    place.mkdir(parents=True)
    (place / "msedge.exe").write_bytes(b"")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    assert browser.find_browser() == str(place / "msedge.exe")


def test_a_browser_without_any_window_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    fake_browser(tmp_path, "")
    assert browser.find_browser() == str(tmp_path / "chromium")
    shell = fake_browser(tmp_path, "", "chromium-headless-shell")
    assert browser.find_browser() == str(shell)


def test_a_browser_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: str(tmp_path / "gone"))
    with pytest.raises(InputError, match="the browser cannot be started"):
        browser.print_page("<!DOCTYPE html>")
