"""The web page of a plan in a browser: quiet, safe, usable by keyboard, in both languages, and in print."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

import tiny_scenario
from allocator import api
from allocator.model.plan import HARD
from cli_world import call, write_plan
from test_export_html import HOSTILE, PEOPLE, PLACED, TWO_A_ZONE
from tiny_scenario import write_scenario

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: `make renderers` installs it"),
]


@dataclass
class Seen:
    """A page in the browser, with what it said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    changes = {
        "people.csv": PEOPLE.replace("陈静", HOSTILE),
        "units.csv": PLACED.replace("城西镇", HOSTILE),
        "tiny-rules.yaml": TWO_A_ZONE,
    }
    plan = write_plan(write_scenario(folder, changes), tiny_scenario.PLAN + " U3=Z2")
    record_progress(plan)
    assert call("export", plan, "--to", folder / "p.html", lang="zh").status == 0
    return folder / "p.html"


def record_progress(file: Path) -> None:
    """Give a plan a record of its search, as a solve would."""
    plan = api.read_plan(file)
    points = [
        {"level": one.level, "cost": one.cost + more, "bound": 0, "at": at}
        for one in plan.score
        if one.level != HARD
        for more, at in ((400, 0.1), (0, 1.0))
    ]
    for k, point in enumerate(points):
        point["at"] += k // 2
    progress = {"unit": "seconds", "end": len(points), "stages": ["all"], "points": points}
    api.write_plan(plan.model_copy(update={"run": {**plan.run, "progress": progress}}), file)


def opened(browser: Browser, file: Path, *, scripts: bool = True, width: int = 1366) -> Seen:
    context = browser.new_context(
        viewport={"width": width, "height": 768}, java_script_enabled=scripts, offline=True
    )
    seen = Seen(context.new_page())
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    seen.page.goto(file.as_uri())
    return seen


def test_it_says_nothing_and_asks_for_nothing(browser: Browser, file: Path) -> None:
    seen = opened(browser, file)
    assert seen.asked == [file.as_uri()] and seen.said == []
    assert seen.page.locator("img").count() == 0
    assert seen.page.get_by_role("img", name="级别 1").count() == 1
    assert seen.page.get_by_text(HOSTILE).count() > 3
    seen.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.hit=1>')")
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("window.hit") is None and any("Content Security" in one for one in seen.said)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_language_is_switched(browser: Browser, file: Path, scripts: bool) -> None:
    page = opened(browser, file, scripts=scripts).page
    assert page.get_by_role("heading", name="一、概况").is_visible()
    page.get_by_text("English", exact=True).click()
    assert page.get_by_role("heading", name="1 Summary").is_visible()
    assert not page.get_by_role("heading", name="一、概况").is_visible()
    if scripts:
        assert page.evaluate("document.documentElement.lang") == "en"


def test_rows_are_filtered_by_person_and_by_unit(browser: Browser, file: Path) -> None:
    page = opened(browser, file).page
    rows = page.locator("#matrix tbody tr:visible")
    whole = rows.count()
    page.keyboard.press("/")
    page.keyboard.type("张伟")
    page.wait_for_timeout(200)
    assert rows.count() == 1 and "张伟" in rows.first.inner_text()
    assert "行符合" in page.locator("#count").inner_text()
    page.keyboard.press("Escape")
    assert rows.count() == whole
    page.locator("#unit").select_option("城东街道")
    assert 0 < rows.count() < whole
    page.locator("#clear").click()
    assert rows.count() == whole


def test_keys_are_left_alone_while_a_word_is_composed(browser: Browser, file: Path) -> None:
    page = opened(browser, file).page
    rows = page.locator("#matrix tbody tr:visible")
    whole = rows.count()
    page.locator("#find").focus()
    page.evaluate(
        """() => {
          const find = document.getElementById('find');
          find.dispatchEvent(new CompositionEvent('compositionstart'));
          find.value = 'zhangw';
          find.dispatchEvent(new InputEvent('input', {isComposing: true}));
          const key = (init) => find.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, ...init}));
          key({key: 'Escape', isComposing: true});
        }"""
    )
    page.wait_for_timeout(200)
    assert rows.count() == whole and page.locator("#find").input_value() == "zhangw"
    page.evaluate(
        """() => {
          const find = document.getElementById('find');
          find.value = '张伟';
          find.dispatchEvent(new CompositionEvent('compositionend'));
        }"""
    )
    assert rows.count() == 1


def test_why_somebody_is_there_by_keyboard(browser: Browser, file: Path) -> None:
    page = opened(browser, file).page
    link = page.locator("#roster a", has_text="张伟").first
    link.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    assert panel.is_visible() and "一长三员" in panel.inner_text() and "张伟" in panel.inner_text()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.textContent") == "张伟"


def test_why_somebody_is_there_without_scripts(browser: Browser, file: Path) -> None:
    page = opened(browser, file, scripts=False).page
    page.locator("#roster a", has_text="张伟").first.click()
    assert page.url.endswith("#" + page.locator("tbody:target").get_attribute("id"))
    assert page.locator("#find").is_hidden()


def test_every_control_is_reached_by_tab(browser: Browser, file: Path) -> None:
    page = opened(browser, file).page
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert "lang-zh" in reached and {"skip", "find", "unit", "clear"} <= set(reached)
    page.locator("#lang-zh").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("heading", name="1 Summary").is_visible()


@pytest.mark.parametrize("width", [390, 1366])
def test_nothing_serious_is_found_by_axe(browser: Browser, file: Path, width: int) -> None:
    page = opened(browser, file, width=width).page
    for _ in ("zh", "en"):
        found = Axe().run(page).response["violations"]
        assert [one for one in found if one["impact"] in ("serious", "critical")] == []
        page.locator("label[for=lang-en]").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_that_was_used_and_saved_is_read_back(browser: Browser, file: Path) -> None:
    page = opened(browser, file).page
    page.locator("label[for=lang-en]").click()
    page.locator("#roster .in a").first.click()
    page.locator("#close").click()
    page.fill("#find", "张")
    expect(page.locator("#count")).not_to_be_empty()  # the page's own policy bars scripts of a test that wait
    saved = file.with_name("saved.html")
    saved.write_text(page.content(), encoding="utf-8")
    done = call("verify", file.parent / "scenarios" / "tiny", saved)
    assert (done.status, done.err) == (0, "")


def test_the_print_repeats_headers_and_counts_pages(tmp_path: Path, file: Path) -> None:
    plan = file.with_name("plan.json")
    scenario = file.parent / "scenarios" / "tiny"
    for name in ("a.pdf", "b.pdf"):
        done = call("export", plan, "--to", tmp_path / name, "--scenario", scenario, lang="zh")
        assert (done.status, done.err) == (0, "")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext: `make renderers` installs it")
    command = ["pdftotext", "-layout", str(tmp_path / "a.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    pages = text.rstrip("\f\n").split("\f")
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"{number}/{len(pages)}" in page.replace(" ", "") and "allocator " in page
    assert "概况" in text and "Summary" not in text
