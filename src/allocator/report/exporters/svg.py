"""A layer of a plan as a picture in SVG. A serializer writes it: no name in a plan can become markup."""

from __future__ import annotations

from functools import singledispatch
from typing import ClassVar
from xml.etree import ElementTree as ET

from allocator.model.text import Text
from allocator.report.exporters import Exporter, ExportRequest, Medium, Option
from allocator.report.picture.picture_for import picture_for
from allocator.report.picture.shapes import INK, PAPER, STYLES, Box, Drawing, Label, Line, Mark, corners
from allocator.report.rendering.console import printable

#: Fonts with Chinese characters on the usual systems; none is fetched.
FONTS = (
    '"Noto Sans CJK SC","Noto Sans SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",'
    '"WenQuanYi Micro Hei",sans-serif'
)


class SvgExporter(Exporter):
    """A picture of one layer: the chosen one, or else the one with most to see."""

    name: ClassVar[str] = "svg"
    suffixes: ClassVar[tuple[str, ...]] = (".svg",)
    title: ClassVar[Text] = Text(zh="图", en="a picture")
    medium: ClassVar[Medium] = "picture"
    options: ClassVar[frozenset[Option]] = frozenset({"layer", "period"})

    def write(self, request: ExportRequest) -> bytes:
        """Return the picture of a layer."""
        return svg_text(picture_for(request.view, request.context, request.layer, request.language)).encode()


def svg_text(drawing: Drawing) -> str:
    """Return a drawing as an SVG file: the same drawing gives the same bytes."""
    width, height = _number(drawing.width), _number(drawing.height)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": width,
            "height": height,
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": "title about",
        },
    )
    ET.SubElement(root, "title", id="title").text = printable(drawing.title)
    ET.SubElement(root, "desc", id="about").text = printable(drawing.about)
    ET.SubElement(root, "style").text = _style()
    root.append(svg_element(Box(0, 0, drawing.width, drawing.height, PAPER)))
    root.extend(svg_element(shape) for shape in drawing.shapes)
    for child in (root, *root):
        if child is root:
            child.text = "\n"
        else:
            child.tail = "\n"
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _style() -> str:
    return "\n".join(["", f"text{{font-family:{FONTS}}}", *label_styles(), ""])


def label_styles(within: str = "") -> list[str]:
    """Return the style of each kind of label as CSS, for labels inside the elements of a selector."""
    lines = []
    for kind, style in STYLES.items():
        halo = (
            f";paint-order:stroke;stroke:{PAPER};stroke-width:3px;stroke-linejoin:round" if style.halo else ""
        )
        letters = f"font-size:{style.size}px;font-weight:{style.weight};fill:{style.ink}{halo}"
        lines.append(f"{within}.{kind}{{{letters}}}")
    return lines


@singledispatch
def svg_element(shape: object) -> ET.Element:
    """Return a shape as an element of SVG; its names are text, never markup."""
    raise TypeError(shape)


@svg_element.register
def _(label: Label) -> ET.Element:
    at = {"class": label.kind, "x": _number(label.x), "y": _number(label.y)}
    if label.anchor != "start":
        at["text-anchor"] = label.anchor
    element = ET.Element("text", at)
    element.text = printable(label.text)
    return element


@svg_element.register
def _(box: Box) -> ET.Element:
    at = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    element = ET.Element("rect", {**{key: _number(value) for key, value in at.items()}, "fill": box.fill})
    if box.edge:
        element.set("stroke", box.edge)
    if box.round:
        element.set("rx", _number(box.round))
    return element


@svg_element.register
def _(line: Line) -> ET.Element:
    at = {"x1": line.x1, "y1": line.y1, "x2": line.x2, "y2": line.y2}
    element = ET.Element("line", {key: _number(value) for key, value in at.items()})
    element.set("stroke", line.ink)
    if line.width != 1:
        element.set("stroke-width", _number(line.width))
        element.set("stroke-linecap", "round")
    if line.opacity != 1:
        element.set("opacity", _number(line.opacity, 2))
    return element


@svg_element.register
def _(mark: Mark) -> ET.Element:
    points = corners(mark.form, mark.radius)
    if points:
        path = " ".join(f"{_number(mark.x + x)},{_number(mark.y + y)}" for x, y in points)
        element = ET.Element("polygon", {"points": path})
    else:
        at = {"cx": mark.x, "cy": mark.y, "r": mark.radius}
        element = ET.Element("circle", {key: _number(value) for key, value in at.items()})
    element.set("fill", mark.fill)
    element.set("stroke", INK)
    element.set("stroke-width", "0.8")
    if mark.hint:
        ET.SubElement(element, "title").text = printable(mark.hint)
    return element


def _number(value: float, digits: int = 1) -> str:
    """Return the shortest text of a number, the same on every machine."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
