"""Pictures as files: always valid XML, never markup from a name, always the same bytes."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.model.text import Text
from allocator.report.exporters.svg import svg_text
from allocator.report.picture.page import PictureInput
from allocator.report.picture.picture_for import drawing_method
from allocator.report.picture.shapes import STYLES, Drawing
from picture_tools import NS, input_of, mapped, row, written

HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "&lt;b&gt;&#0;&amp;",
    "\x00\x08\x1b[2J\ufffe\ud800",
    "\u202eevil\u2066\u200f",
    "محمد علي",
    '" onload="x',
    "<!--",
    "<?php",
    "张\n伟\t",
]
#: What a picture may contain, whatever the names are.
TAGS = {"svg", "title", "desc", "style", "text", "rect", "line", "circle", "polygon"}
ATTRIBUTES = {
    "width", "height", "viewBox", "role", "aria-labelledby", "id", "class", "x", "y", "text-anchor", "rx",
    "fill", "stroke", "stroke-width", "stroke-linecap", "opacity", "x1", "y1", "x2", "y2", "cx", "cy", "r",
    "points",
}  # fmt: skip


def parsed(drawing: Drawing) -> ET.Element:
    root = ET.fromstring(svg_text(drawing).encode())
    assert {element.tag.removeprefix(NS) for element in root.iter()} <= TAGS
    assert {key for element in root.iter() for key in element.attrib} <= ATTRIBUTES
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title about")
    ids = {element.get("id"): element.text for element in root if element.get("id")}
    assert set(ids) == {"title", "about"} and all(ids.values())
    return root


def inputs(names: list[str]) -> list[PictureInput]:
    """Return a source for each kind of drawing, with these names wherever there can be one."""
    a, b, c, *_ = [*names, "a", "b", "c"]
    text = Text(zh=a or "-", en=b or "-")
    more = {"tails": {b: text}, "kinds": {a: text}, "dropped": c}
    places = {f"{name}{k}": (105 + k / 10, 29 + k * k / 90) for k, name in enumerate(names)}
    periods = [f"{c}{t}" for t in range(6)]
    cases = [row(f"{a}{k}", [name], period=c) for k, name in enumerate(names * 30)]
    zones = {**dict.fromkeys(places, a), "x": b, "y": c, "z": c}
    places |= {"x": (1, 1), "y": (2, 2), "z": (3, 3)}
    return [
        input_of([row(a, names, [b], parent=c, period=a)], columns=[text, text], **more),
        input_of([row(a, [b], names, period=p) for p in periods], "roster", columns=[text, text]),
        input_of([row(a, names, period=p) for p in periods], "roster", columns=[text]),
        input_of(cases, "cases", columns=[text]),
        mapped(places, zones, links=(("y", "z"), ("x", "y"))),
    ]


def test_sheets_are_of_every_kind() -> None:
    assert len({drawing_method(one) for one in inputs(["a"])}) == 4  # cards and a calendar are both a board


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str, language: str) -> None:
    for one in inputs([name, name]):
        root = parsed(drawing_method(one)(one, language))
        assert not [element for element in root.iter() if "script" in element.tag]


def test_a_name_is_written_as_it_is() -> None:
    names = ["<script>alert(1)</script>", "]]>", "محمد"]
    one = input_of([row("A", names, [])])
    shown = written(svg_text(drawing_method(one)(one, "en")))
    assert set(names) <= set(shown)
    one = input_of([row("A", ["a\x1b\u202eb"], [])])
    assert r"a\x1b\u202eb" in written(svg_text(drawing_method(one)(one, "en")))


@given(names=st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=6, unique=True))
@settings(max_examples=30, deadline=None)
def test_every_picture_is_valid_xml_and_repeats(names: list[str]) -> None:
    for one in inputs([name.rstrip("+*") or "-" for name in names]):
        drawing = drawing_method(one)(one, "zh")
        parsed(drawing)
        assert svg_text(drawing) == svg_text(drawing_method(one)(one, "zh"))


@given(
    places=st.dictionaries(
        st.sampled_from([f"T{k}" for k in range(30)]),
        st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
        min_size=3,
    )
)
@settings(max_examples=30, deadline=None)
def test_any_place_on_earth_finds_one_on_paper(places: dict[str, tuple[float, float]]) -> None:
    drawing = drawing_method(one := mapped(places, dict.fromkeys(places, "Z")))(one, "en")
    root = parsed(drawing)
    for circle in root.iter(f"{NS}circle"):
        assert 0 <= float(circle.get("cx", "")) <= drawing.width
        assert 0 <= float(circle.get("cy", "")) <= drawing.height


def test_a_picture_asks_no_other_host_and_brings_its_styles() -> None:
    one = inputs(["a"])[0]
    text = svg_text(drawing_method(one)(one, "en"))
    assert text.count("http") == 1 and 'xmlns="http://www.w3.org/2000/svg"' in text
    assert "url(" not in text and "@import" not in text
    assert all(f".{kind}{{" in text for kind in STYLES)
    assert "sans-serif" in text
