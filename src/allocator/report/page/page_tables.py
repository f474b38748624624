"""Tables of a page: those of the desk, the rosters of the layers, and the reasons of each assignment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.text import Text
from allocator.report.desk.desk_tables import SIGNS, Cell, DeskTable, SeatLine, SeatList, Tone
from allocator.report.page.markup import Content, Element, el
from allocator.report.page.page_digests import FIELDS, layer_titles
from allocator.report.page.places import sign_mark
from allocator.report.rendering.console import number
from allocator.report.roster_view import Mark, Member, RosterView

_TONES: Mapping[Mark, Tone] = {"": "", "+": "in", "*": "role"}
#: The widest column that keeps its width on a narrow screen, in Chinese characters.
WIDEST = 30
#: Characters up to which a name is kept on one line.
SHORT = 10
_PERIOD = Text(zh="周期", en="period")
_ABOVE, _SLOT = Text(zh="所属", en="part of"), Text(zh="机构", en="place")


@dataclass(frozen=True)
class Links:
    """Where the names of a page lead, and the signs beside them.

    Attributes:
        anchors: Anchor of the reasons of each item, by id.
        signs: Number of the sign of each zone, unit and group, by id.
        homes: Name of the home unit of each person, by id.
    """

    anchors: Mapping[str, str]
    signs: Mapping[str, int]
    homes: Mapping[str, str]

    def name(self, id_: str, shown: Content) -> Element | Content:
        """Return the name of an item, as a link to its reasons if it has any."""
        anchor = self.anchors.get(id_)
        return el("a", shown, href=f"#{anchor}") if anchor else shown


def scrolling(label: str, table: Element) -> Element:
    """Return a table that scrolls by itself where it is wider than the page.

    Args:
        label: Id of the element that names it.
        table: The table.
    """
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_labelledby=label)


def column_styles() -> str:
    """Return the least widths of columns on a narrow screen, by their Chinese characters, as CSS."""
    widths = (f".c{width}{{min-width:{0.62 * width:.1f}em}}" for width in range(4, WIDEST + 1))
    broad = ",".join(f".c{width}" for width in range(24, WIDEST + 1))
    narrow = f"@media screen and (max-width:1000px){{{''.join(widths)}}}"
    return f"{narrow}\n@media screen{{{broad}{{min-width:15em}}}}"


def desk_table(table: DeskTable, links: Links, label: str) -> Iterator[Content]:
    """Yield a table of the desk and its notes."""
    numeric = [
        bool(table.rows) and all(row[k].number is not None or row[k].is_empty for row in table.rows)
        for k in range(len(table.columns))
    ]
    heads = [
        el("th", column.title, scope="col", class_=f"c{min(column.width, WIDEST)}{' n' if right else ''}")
        for column, right in zip(table.columns, numeric, strict=True)
    ]
    rows = [_desk_row(row, numeric, links) for row in table.rows]
    made = el("table", el("thead", el("tr", heads)), el("tbody", rows), class_="list")
    yield scrolling(label, made)
    yield from (el("p", note, class_="note") for note in table.notes)


def _desk_row(row: Sequence[Cell], numeric: Sequence[bool], links: Links) -> Element:
    is_total = any(cell.tone == "total" for cell in row)
    cells = [_desk_cell(cell, right, links) for cell, right in zip(row, numeric, strict=True)]
    people = dict.fromkeys(one for cell in row for one in cell.people)
    homes = " ".join(dict.fromkeys(links.homes.get(one, "") for one in people)).strip()
    return el("tr", cells, class_="total" if is_total else "", data_t=homes or None)


def _desk_cell(cell: Cell, right: bool, links: Links) -> Element:
    tone = "" if cell.is_empty else cell.tone
    shown: Content = cell.text if cell.number is None else number(cell.number)
    sign, names = SIGNS.get(tone, ""), _names(cell)
    if names:
        signs = [sign, *[""] * (len(names) - 1)]
        boxes = zip(signs, cell.people, names, strict=True)
        shown = [el("span", mark, links.name(id_, name), class_="box") for mark, id_, name in boxes]
        sign = ""
    bar = None if cell.share is None or cell.is_empty else share_bar(cell.share)
    is_short = len(cell.text.zh) <= SHORT and (bool(names) or cell.text.zh.isascii())
    classes = " ".join(filter(None, ("n" if right else "w" if is_short else "", tone)))
    return el("td", sign, shown, bar, class_=classes)


def _names(cell: Cell) -> list[str]:
    """Return the names of the people in a cell, one for each; none where the cell says more than names."""
    names = cell.text.zh.split("、")
    return names if len(names) == len(cell.people) and names == cell.text("en").split(", ") else []


def share_bar(share: float) -> Element:
    """Return a bar for a share from 0 to 1."""
    width = f"{100 * min(1.0, max(0.0, share)):.1f}"
    return el(
        "svg",
        el("rect", width="100", height="9", fill="#ececea"),
        el("rect", width=width, height="9", fill="#4d7ea8"),
        class_="bars",
        viewBox="0 0 100 9",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def roster_table(roster: RosterView, links: Links, label: str) -> Iterator[Content]:
    """Yield the roster of a layer: a row for each slot, period by period."""
    above = any(row.parent for row in roster.rows)
    several = len({row.period for row in roster.rows}) > 1
    heads = [*([_ABOVE] if above else []), _SLOT, *(one or _MEMBERS for one in roster.columns)]
    heads += roster.tallies
    groups: dict[str | None, list[Element]] = {}
    for row in roster.rows:
        parent = el("td", row.parent.name if row.parent else "") if above else None
        cells = [el("td", [_member(one, links) for one in cell]) for cell in row.cells]
        tallies = [el("td", "" if one is None else number(one), class_="n") for one in row.tallies]
        slot = el("th", sign_mark(links.signs.get(row.slot.id)), row.slot.name, scope="row", class_="w")
        groups.setdefault(row.period, []).append(el("tr", parent, slot, cells, tallies))
    bodies = []
    for period, rows in groups.items():
        title = el("th", _PERIOD, f" {period}", class_="group", colspan=str(len(heads)), scope="rowgroup")
        bodies.append(el("tbody", el("tr", title) if several else None, rows))
    head = el("thead", el("tr", [el("th", one, scope="col") for one in heads]))
    yield scrolling(label, el("table", head, bodies, class_="list"))
    if any(one.mark for row in roster.rows for cell in row.cells for one in cell):
        yield el("p", _MARKS, class_="note")


_MEMBERS = Text(zh="成员", en="members")
_MARKS = Text(zh="▲ 新进；◇ 同一机构内换角色。", en="▲ new there; ◇ another role in the same place.")


def _member(one: Member, links: Links) -> Element:
    tone = _TONES[one.mark]
    return el(
        "span",
        SIGNS.get(tone, ""),
        links.name(one.id, one.name),
        class_=f"box {tone}".strip(),
        data_t=one.unit or None,
    )


#: Title and content of a column of the assignments.
_SeatColumn = tuple[Text, Callable[[SeatLine], Content]]
_HOME, _RULES = Text(zh="单位", en="unit"), Text(zh="依据", en="rules")


class ReasonSections:
    """The list of the rules that are cited, and for each assignment the numbers of its rules."""

    def __init__(self, seats: Sequence[SeatList]) -> None:
        self._layer_titles = layer_titles({one.layer: one.title for one in seats})
        self._layers = [one.layer for one in seats if one.lines]
        self._lines: dict[str, list[SeatLine]] = {}
        for line in (line for one in seats for line in one.lines):
            self._lines.setdefault(line.assignment.item, []).append(line)
        self._every = [line for lines in self._lines.values() for line in lines]
        cited = (one.text for line in self._every for one in line.reasons)
        self._numbers = {text: k for k, text in enumerate(dict.fromkeys(cited), 1)}

    @property
    def anchors(self) -> dict[str, str]:
        """The anchor of each item."""
        return {item: f"w{k}" for k, item in enumerate(self._lines, 1)}

    @property
    def layer(self) -> str:
        """The layer of all assignments; empty where there are several or none."""
        return self._layers[0] if len(self._layers) == 1 else ""

    @property
    def count(self) -> int:
        """The number of assignments."""
        return len(self._every)

    def rules(self) -> Element:
        """Return the cited rules as a numbered list."""
        lines = [el("li", text, id=f"r{k}") for text, k in self._numbers.items()]
        return el("ol", lines, class_="reasons")

    def table(self, links: Links, label: str) -> Element:
        """Return the table that is read back: assignments, item by item, with the numbers of their rules."""
        columns = [one for one in self._columns() if one is not None]
        heads = [*(title for title, _ in columns), _RULES]
        head = el("thead", el("tr", [el("th", one, scope="col") for one in heads]))
        bodies = [self._body(item, anchor, columns, links) for item, anchor in self.anchors.items()]
        return scrolling(label, el("table", head, bodies, class_="list why", data_n=str(self.count)))

    def _columns(self) -> Iterator[_SeatColumn | None]:
        """Yield title and content of each column; none for one that no assignment has anything for."""
        lines = self._every
        yield FIELDS["item"], lambda line: line.item
        yield (_HOME, lambda line: line.home) if any(line.home for line in lines) else None
        many = len(self._layers) > 1
        yield (FIELDS["layer"], lambda line: self._layer_titles[line.assignment.layer]) if many else None
        yield (FIELDS["period"], lambda line: line.period) if any(line.period for line in lines) else None
        yield FIELDS["slot"], lambda line: line.slot
        yield (FIELDS["role"], lambda line: line.role) if any(line.role for line in lines) else None

    def _body(self, item: str, anchor: str, columns: Sequence[_SeatColumn], links: Links) -> Element:
        rows = []
        for line in self._lines[item]:
            name, *cells = ((title, content(line)) for title, content in columns)
            numbers = dict.fromkeys(self._numbers[one.text] for one in line.reasons)
            refs: list[Content] = []
            for k in numbers:
                refs += [el("a", str(k), href=f"#r{k}") if links.anchors else str(k), " "]
            seat = [el("td", cell, class_="home" if title is _HOME else "seat") for title, cell in cells]
            grounds = [el("p", one.text, class_="ground") for one in line.grounds]
            rows.append(
                el("tr", el("th", name[1], scope="row"), seat, el("td", grounds, refs, class_="refs"))
            )
        return el("tbody", rows, id=anchor, data_t=links.homes.get(item) or None)
