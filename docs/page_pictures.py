"""Make the pictures of the exported web page anew: on a screen, on a phone and in print.

Run: python docs/page_pictures.py [--plans FOLDER]

Needs Chromium and pdftoppm (`make renderers`). With --plans, plans that are in the folder are shown without
solving anew, and new ones are kept there.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pages"
SCREEN, PHONE = (1366, 768), (390, 844)
#: Bytes that a picture may have at most.
MOST = 300_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--plans", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        plans = (given.plans or Path(folder)).resolve()
        plans.mkdir(parents=True, exist_ok=True)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        make(browser, plans, Path(folder))
        browser.close()
    for picture in sorted(PICTURES.glob("*.png")):
        assert picture.stat().st_size < MOST, f"{picture.name} is too large"


def make(browser: Browser, plans: Path, folder: Path) -> None:
    henan = exported("henan-cooperation", plans, folder, "html", "zh")
    with opened(browser, henan, SCREEN) as page:
        page.evaluate("scrollTo(0, document.getElementById('map').offsetTop - 60)")
        page.screenshot(path=PICTURES / "map-zh.png")
    jizhou = exported("jizhou-terms", plans, folder, "html", "en")
    with opened(browser, jizhou, SCREEN) as page:
        page.screenshot(path=PICTURES / "summary-en.png")
    with opened(browser, jizhou, SCREEN) as page:
        page.locator("label[for=lang-zh]").click()
        page.evaluate("scrollTo(0, document.getElementById('matrix').offsetTop - 60)")
        page.screenshot(path=PICTURES / "rotation-zh.png")
    with opened(browser, jizhou, SCREEN) as page:
        page.evaluate("scrollTo(0, document.getElementById('roster').offsetTop - 60)")
        page.locator("#roster .in a").first.click()
        page.screenshot(path=PICTURES / "why-en.png")
    with opened(browser, henan, PHONE) as page:
        page.screenshot(path=PICTURES / "phone-zh.png")
    printed = exported("jizhou-terms", plans, folder, "pdf", "zh")
    call("pdftoppm", "-png", "-r", "80", "-f", "1", "-l", "2", str(printed), str(PICTURES / "print-zh"))


@contextmanager
def opened(browser: Browser, file: Path, size: tuple[int, int]) -> Iterator[Page]:
    """Open a page in a window of a size."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    context.close()


def exported(name: str, plans: Path, folder: Path, suffix: str, lang: str) -> Path:
    """Export the plan of a scenario; solve it first where there is no plan yet."""
    plan, file = plans / f"{name}.json", folder / f"{name}-{lang}.{suffix}"
    program, scenario = str(Path(sys.executable).with_name("allocator")), str(ROOT / "scenarios" / name)
    if not plan.exists():
        call(program, "solve", scenario, "-o", str(plan))
    call(program, "export", str(plan), "--to", str(file), "--scenario", scenario, "--lang", lang)
    return file


def call(*words: str) -> None:
    print("$", *words, flush=True)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
