"""Inputs of exported web pages: the page of a plan with text, tags, attributes and bytes changed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

import tiny_scenario
from cli_world import call, write_plan
from fuzz_base import Calls
from fuzz_values import broken, changed, encoded, value

#: What of a page is replaced by what.
_ODD = (
    ("<tr", "<!-- x --><tr"),
    ("<td", "<td hidden"),
    ("<td", "<td><td"),
    ("</td>", ""),
    ("</td>", "</td></td>"),
    ("</tr>", "</tr><tr><th>张伟</th></tr>"),
    ("<main", "<main lang=xx"),
    ("<main", "<main><main"),
    ("data-n=", "data-m="),
    ("data-d=", 'data-d="0" data-d='),
    ("&quot;count&quot;:20", "&quot;count&quot;:-1"),
    ("&quot;asked&quot;:{}", "&quot;asked&quot;:{&quot;pin&quot;:[&quot;P1=G9&quot;]}"),
    ("&quot;", "&quot;&quot;"),
    ("<table", "<plaintext><table"),
    ("<section", "<div>" * 200 + "<section"),
    ("</script>", "<!-- </script>"),
    ("&amp;", "&#55296;"),
    ("2026", "&#27;[2J"),
    ("<span", '<span class="\u202e"'),
)


def pages(draw: Random, folder: Path) -> Calls:
    """Pages edited by hand or damaged, read back and judged."""
    place = folder / "paged" / "scenarios" / "tiny"
    text = _page(folder)
    for _ in range(draw.randrange(4)):
        text = _other(text, draw)
    content = encoded(changed(text, draw) if draw.random() < 0.15 else text, draw)
    if draw.random() < 0.1:
        content = broken(content, draw)
    file = folder / "page.html"
    file.write_bytes(content)
    options = ["--json"] if draw.random() < 0.3 else []
    return [["verify", str(place), str(file), *options]]


@cache
def _page(folder: Path) -> str:
    plan = write_plan(tiny_scenario.write_scenario(folder / "paged"))
    assert call("export", plan, "--to", folder / "whole.html", lang="zh").status == 0
    return (folder / "whole.html").read_text(encoding="utf-8")


def _other(text: str, draw: Random) -> str:
    """Return a page with one tag, or one text between tags, changed."""
    if draw.random() < 0.5:
        old, new = draw.choice(_ODD)
        parts = text.split(old)
        if len(parts) == 1:
            return text
        at = draw.randrange(1, len(parts))
        return old.join(parts[:at]) + new + old.join(parts[at:])
    begin = max(0, text.find("data-n=" if draw.random() < 0.5 else "<main"))
    chosen = draw.choice(list(re.finditer(r">([^<>\n]+)<", text[begin:])))
    start, end = (begin + at for at in chosen.span(1))
    return text[:start] + value(draw) + text[end:]
