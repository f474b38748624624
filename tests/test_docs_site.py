"""The site of the documentation: complete, up to date with the program, and without a request to anywhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import sync_playwright

from allocator.model.column_docs import column_doc
from allocator.model.tables import TABLES, columns
from docs import reference

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = {"zh": "mkdocs.yml", "en": "mkdocs.en.yml"}
CHROMIUM = shutil.which("chromium")
#: What a browser fetches by itself; a link that a reader clicks is none of it.
FETCHED = re.compile(
    r"<(?:script|img|iframe|audio|video|source|embed)\b[^>]*\bsrc=[\"']?(?:https?:)?//"
    r"|<link\b(?![^>]*rel=[\"']?canonical)[^>]*\bhref=[\"']?(?:https?:)?//|@import|url\([\"']?(?:https?:)?//"
)


class _Loader(yaml.SafeLoader):
    """Reads the settings of the site, whose tags name Python functions."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def in_nav(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from in_nav(value)
    elif isinstance(part, list):
        for value in part:
            yield from in_nav(value)


@pytest.mark.parametrize("language", CONFIGS)
def test_every_page_is_in_the_menu(language: str) -> None:
    settings = yaml.load((ROOT / CONFIGS[language]).read_text(encoding="utf-8"), _Loader)
    other = "en" if language == "zh" else "zh"
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    wanted = {page.replace(f".{language}.md", ".md") for page in pages if not page.endswith(f".{other}.md")}
    assert {*in_nav(settings["nav"])} == {*wanted, "changelog.md", "contributing.md"}


def test_every_page_of_one_language_has_the_other() -> None:
    for page in (ROOT / "docs").rglob("*.zh.md"):
        others = (page.with_name(page.name.replace(".zh.", end)) for end in (".en.", "."))
        assert sum(other.exists() for other in others) == 1


def test_rules_to_copy_are_the_same_in_both_languages() -> None:
    blocks = re.compile(r"^```(?:yaml|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for page in (ROOT / "docs").rglob("*.zh.md"):
        other = page.with_name(page.name.replace(".zh.", "."))
        if other.exists():
            mine, theirs = (blocks.findall(one.read_text(encoding="utf-8")) for one in (page, other))
            assert mine == theirs, page.name


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_and_kinds_are_described_as_they_are(language: str) -> None:
    for path, text in reference.pages(language).items():
        assert path.read_text(encoding="utf-8") == text, f"run: python docs/reference.py ({path.name})"


def test_every_column_has_a_meaning_in_both_languages() -> None:
    for table in TABLES:
        for column in columns(table):
            text = column_doc(table, column)
            assert text.zh and text.en, (table, column)
    assert not column_doc("people", "hobby").zh


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("site")
    for language, config in CONFIGS.items():
        to = place if language == "zh" else place / language
        done = subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", config, "-d", to],
            cwd=ROOT,
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return place


@pytest.mark.slow
def test_the_site_fetches_nothing(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 60
    for path in files:
        found = FETCHED.search(path.read_text(encoding="utf-8"))
        assert found is None, (path.relative_to(site), found)
    assert FETCHED.search('<script src="https://unpkg.com/x">')
    assert not list(site.rglob("*.py"))


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium: `make renderers` installs it")
def test_the_site_is_read_and_searched_as_files(site: Path) -> None:
    asked: list[str] = []
    errors: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        for address, words, results in (
            ("index.html", "轮岗", "结果"),
            ("en/engine.html", "bound", "matching"),
        ):
            page.goto((site / address).as_uri())
            page.click("input[data-md-component=search-query]")
            page.keyboard.type(words)
            page.keyboard.press("End")
            page.wait_for_function(
                f"document.querySelector('.md-search-result__meta').innerText.includes('{results}')"
            )
            assert page.locator(".md-search-result__item").count()
        page.goto((site / "scenarios" / "index.html").as_uri())
        page.click("header a[hreflang=en]")
        assert page.url == (site / "en" / "scenarios" / "index.html").as_uri()
        browser.close()
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    assert not errors
