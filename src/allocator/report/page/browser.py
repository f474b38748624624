"""Prints a page as PDF with a browser of the Chromium family, without a window and without a network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text

#: Names of browsers that can print, in the order in which they are tried. Those without any window come
#: first: a print of 89 pages takes them 1.7 s of the processor instead of 3.5, and 370 MB instead of 600.
BROWSERS = (
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "chrome"),
)
#: Seconds after which a browser that does not end is stopped.
TIMEOUT = 120.0
#: Where browsers lie that are on no PATH, by the variable of the folder.
_ELSEWHERE = (
    ("PROGRAMFILES(X86)", "Microsoft/Edge/Application/msedge.exe"),
    ("PROGRAMFILES", "Microsoft/Edge/Application/msedge.exe"),
    ("PROGRAMFILES", "Google/Chrome/Application/chrome.exe"),
    ("LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
)
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
#: The page has no script and its policy allows no request; the browser is told to make none of its own.
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-pdf-tagging",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--print-to-pdf-no-header",
)
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}([^)]*\))")
_MISSING = Text(zh="未找到 Chromium、Chrome 或 Edge", en="no Chromium, Chrome or Edge is found")
_HOW = Text(
    zh="请改为导出 .html，用浏览器打开后打印（另存为 PDF，横向，A4 或 A3）",
    en="export .html instead, open it in a browser and print it (as PDF, landscape, A4 or A3)",
)


def print_page(html: str) -> bytes:
    """Return a page as PDF; the same browser gives the same bytes for the same page.

    Raises:
        InputError: There is no browser, or it does not print; with how to print by hand.
    """
    browser = find_browser()
    if browser is None:
        raise InputError(
            [_fault(Text(zh="未找到 Chromium、Chrome 或 Edge", en="no Chromium, Chrome or Edge is found"))]
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, pdf = folder / "page.html", folder / "page.pdf"
        page.write_text(html, encoding="utf-8")
        said = _run([*_command(browser, folder), f"--print-to-pdf={pdf}", page.as_uri()])
        content = pdf.read_bytes() if pdf.is_file() else b""
    if not content.startswith(b"%PDF"):
        message = Text(zh="浏览器未能打印", en="the browser did not print")
        raise InputError([_fault(message, found=shorten(said[-200:]) if said else shorten(browser))])
    return _DATE.sub(rb"\g<1>20000101000000\2", content)


def find_browser() -> str | None:
    """Return the path of a browser that can print; None if there is none."""
    return next(_browsers(), None)


def _browsers() -> Iterator[str]:
    yield from (found for name in BROWSERS if (found := shutil.which(name)))
    placed = (Path(os.environ[folder], path) for folder, path in _ELSEWHERE if os.environ.get(folder))
    yield from (str(path) for path in (*placed, *map(Path, _MAC)) if path.is_file())


def _command(browser: str, folder: Path) -> list[str]:
    """Return the call of a browser with a profile of its own.

    As root Chromium refuses to start with its sandbox.
    """
    is_root = sys.platform != "win32" and os.geteuid() == 0
    profile = f"--user-data-dir={folder / 'profile'}"
    return [browser, *_OPTIONS, *(["--no-sandbox"] if is_root else []), profile]


def _run(command: list[str]) -> str:
    """Run a browser to its end, and return what it says.

    Raises:
        InputError: It cannot be started, or it takes too long; then it is stopped with all its processes.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        message = Text(zh="浏览器无法启动", en="the browser cannot be started")
        raise InputError([_fault(message, found=shorten(error.strerror or command[0]))]) from None
    try:
        _, said = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        _stop(process)
        message = Text(
            zh=f"浏览器 {TIMEOUT:g} 秒内未完成打印", en=f"the browser did not print in {TIMEOUT:g} s"
        )
        raise InputError([_fault(message, found=shorten(command[0]))]) from None
    return said.decode(errors="replace").strip()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a browser and the processes that it started."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _fault(message: Text, found: str | None = None) -> Fault:
    return Fault(Text(zh=f"{message.zh}；{_HOW.zh}", en=f"{message.en}; {_HOW.en}"), "--to", found=found)
