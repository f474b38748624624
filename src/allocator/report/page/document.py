"""The page of a plan: its sections in the order of a proposal, each in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskView, TableId
from allocator.report.exporters.svg import label_styles
from allocator.report.page.markup import Content, Element, data_file, el, html_file, keep_language
from allocator.report.page.page_digests import FACTS, FORMAT, add_digests, text_digest
from allocator.report.page.page_frame import caution, language_switch, page_bar, section
from allocator.report.page.page_tables import (
    Links,
    ReasonSections,
    column_styles,
    desk_table,
    roster_table,
    scrolling,
)
from allocator.report.page.places import (
    Zoning,
    map_content,
    sentence,
    sign_definitions,
    tree_content,
    zoning_of,
)
from allocator.report.page.progress_chart import progress_charts
from allocator.report.plan_view import PlanView
from allocator.report.rendering.console import number
from allocator.report.score_view import LevelLine
from allocator.rules.context import RuleContext

#: Paper of a page that is made for print; else the reader chooses the paper.
A4, _ANY = "A4 landscape", "landscape"


@dataclass(frozen=True)
class PageInput:
    """What a page shows.

    Attributes:
        view: The plan laid out.
        desk: Its tables.
        context: Its scenario; None where that is not at hand.
        language: Language that the page shows at first.
        paper: Paper of a page that is made for print: it has one language, no script and no links, and shows
            nothing on a screen, which would be laid out for nothing; empty for a page to read.
    """

    view: PlanView
    desk: DeskView
    context: RuleContext | None
    language: Language
    paper: str = ""


def page_of(source: PageInput) -> str:
    """Return the page of a plan as HTML: the same plan gives the same text."""
    return _Page(source).html()


class _Page:
    """Builds one page."""

    def __init__(self, source: PageInput) -> None:
        self._source = source
        self._view, self._desk = source.view, source.desk
        self._zoning: Zoning = zoning_of(source.view, source.context)
        self._reasons = ReasonSections(source.desk.seats)
        anchors = {} if source.paper else self._reasons.anchors
        self._links = Links(anchors, self._zoning.signs, _homes(source.context))

    def html(self) -> str:
        view, title = self._view, self._title
        sections = [(name, heading, list(found)) for name, heading, found in self._sections()]
        kept = [(name, heading, found) for name, heading, found in sections if found]
        nav = [el("a", heading, href=f"#{name}") for name, heading, _ in kept]
        main = el(
            "main",
            "\n",
            [caution(one) for one in view.cautions],
            el("h1", title),
            el("p", self._subtitle(), class_="sub"),
            el("hr", class_="rule"),
            None if self._source.paper else _tools(sorted(set(self._links.homes.values()))),
            [section(k, *one) for k, one in enumerate(kept, 1)],
            el("footer", self._foot(), class_="foot"),
            id="main",
        )
        language, signs = self._source.language, sign_definitions(self._zoning)
        if self._source.paper:
            keep_language(main, language)
            return html_file(title(language), language, self._style(), "", [signs, main])
        body = [*language_switch(language), *page_bar(nav), signs, main, _panel()]
        window = " · ".join(dict.fromkeys((title("zh"), title("en"))))
        add_digests(main)
        return html_file(
            window, language, self._style(), data_file("page.js"), body, {FACTS: self._facts(body)}
        )

    def _facts(self, body: Content) -> str:
        """Return what reading the page back needs besides its tables, as JSON."""
        desk = self._desk
        facts = {
            "format": FORMAT,
            "scenario": [desk.scenario, desk.scenario_sha256],
            "asked": {name: list(places) for name, places in desk.asked.items()},
            "layer": self._reasons.layer,
            "count": self._reasons.count,
            "around": text_digest(el("body", body)),
        }
        return json.dumps(facts, ensure_ascii=True, separators=(",", ":"))

    @property
    def _title(self) -> Text:
        return self._view.title or Text(zh=self._view.scenario, en=self._view.scenario)

    def _style(self) -> str:
        record = self._desk.record
        plan = f"allocator {self._desk.plan_hash[:16]} {record.chain_head if record else ''}".strip()
        margins = "margin:13mm 12mm 15mm"
        small = "font:8pt sans-serif;color:#565656"
        printed = (
            f"@page{{size:{self._source.paper or _ANY};{margins};"
            f'@bottom-left{{content:"{plan}";{small}}}'
            f'@bottom-right{{content:counter(page) " / " counter(pages);{small}}}}}'
        )
        hidden = ["@media screen{body{display:none}}"] if self._source.paper else []
        parts = [column_styles(), data_file("page.css").strip(), *label_styles("svg "), printed, *hidden]
        return "\n".join(["", *parts, ""])

    def _subtitle(self) -> Content:
        invented = Text(zh=" · 人员与案件为合成数据", en=" · people and cases are synthetic")
        return [self._view.status_text, invented if self._view.synthetic else None]

    def _foot(self) -> Content:
        colon = Text(zh="：", en=": ")
        facts = (
            (Text(zh="方案摘要", en="Plan"), self._desk.plan_hash),
            (Text(zh="场景摘要", en="Scenario"), self._desk.scenario_sha256),
        )
        lines = [el("div", name, colon, el("span", value, class_="hash")) for name, value in facts if value]
        if self._desk.record is not None:
            lines.append(el("div", self._desk.record.text))
        return lines

    def _sections(self) -> Iterator[tuple[str, Text, Iterator[Content]]]:
        """Yield anchor, heading and content of each section; one without content is left out."""
        context = self._source.context
        yield "summary", Text(zh="概况", en="Summary"), self._summary()
        yield "map", Text(zh="片区", en="Zones"), map_content(self._zoning)
        yield (
            "tree",
            Text(zh="组织", en="Organisation"),
            (tree_content(context, self._zoning) if context else iter(())),
        )
        yield "roster", Text(zh="名单", en="Roster"), self._rosters()
        for name, heading, tables in _DESK:
            yield name, heading, self._tables(tables)
        yield "reasons", Text(zh="逐人理由", en="Reasons"), self._why()

    def _summary(self) -> Iterator[Content]:
        view = self._view
        yield [el("p", sentence(one), class_="found") for one in self._desk.found]
        if view.score:
            yield el("h3", Text(zh="分级代价与下界", en="Cost and bound by level"), id="levels")
            yield scrolling("levels", _levels(view.score, is_so=not view.doubtful))
        yield from progress_charts(view)

    def _rosters(self) -> Iterator[Content]:
        shown = {table.layer for table in self._desk.tables if table.id == "casework"}
        if self._zoning.source is not None:
            shown.add(self._zoning.source.roster.layer)
        boards = [
            one
            for one in self._view.boards
            if one.layer not in shown and any(any(row.cells) for row in one.rows)
        ]
        for k, roster in enumerate(boards):
            label = f"roster{k}"
            heading = el("h3", roster.title, id=label)
            yield el("div", heading, roster_table(roster, self._links, label), class_="part")

    def _tables(self, names: Sequence[TableId]) -> Iterator[Content]:
        tables = [one for name in names for one in self._desk.tables if one.id == name and one.rows]
        for k, table in enumerate(tables):
            label = f"{table.id}{k}"
            heading = el("h3", table.title, id=label)
            yield el("div", heading, desk_table(table, self._links, label), class_="part")

    def _why(self) -> Iterator[Content]:
        if not self._reasons.anchors:
            return
        yield el("p", _REASONS_NOTE, class_="note")
        yield el("h3", Text(zh="依据", en="Rules"))
        yield self._reasons.rules()
        yield el("h3", Text(zh="安排及其依据", en="Assignments and their rules"), id="why-table")
        yield self._reasons.table(self._links, "why-table")


_REASONS_NOTE = Text(
    zh="每项安排所涉并符合的规则，以编号列出；点名单中的姓名可查看。allocator verify 由此表读回安排。",
    en="For each assignment, the numbers of the rules that bear on it and hold; click a name to see them."
    " `allocator verify` reads the assignments back from this table.",
)
_DESK: tuple[tuple[str, Text, tuple[TableId, ...]], ...] = (
    ("appointments", Text(zh="拟任免", en="Appointments"), ("appointments",)),
    ("comparison", Text(zh="方案对照", en="Comparison"), ("comparison", "changes")),
    ("matrix", Text(zh="轮岗", en="Rotation"), ("matrix",)),
    ("casework", Text(zh="办案组", en="Cases"), ("casework",)),
    ("loads", Text(zh="负荷", en="Loads"), ("loads", "away")),
    ("recusals", Text(zh="回避", en="Recusals"), ("recusals",)),
    ("scores", Text(zh="规则", en="Rules"), ("scores",)),
    ("waivers", Text(zh="豁免", en="Waivers"), ("waivers",)),
)


def _homes(context: RuleContext | None) -> dict[str, str]:
    if context is None:
        return {}
    organisation = context.scenario.organisation
    return {id_: organisation.label(one.unit) for id_, one in organisation.people.items() if one.unit}


def _tools(homes: Sequence[str]) -> Element:
    """Return the filter; it shows only where scripts run."""
    options = [el("option", "—", value=""), *(el("option", home, value=home) for home in homes)]
    return el(
        "div",
        el("label", Text(zh="查找 ", en="Find "), el("input", id="find", type="search", autocomplete="off")),
        el("label", Text(zh="单位 ", en="Unit "), el("select", options, id="unit")),
        el("button", Text(zh="清除", en="Clear"), id="clear", type="button"),
        el("output", id="count", aria_live="polite"),
        class_="tools",
        role="search",
    )


def _panel() -> Element:
    """Return the panel that shows why somebody is there."""
    return el(
        "dialog",
        el("button", Text(zh="关闭", en="Close"), id="close", type="button"),
        el("div", id="panel-body"),
        id="panel",
        aria_labelledby="panel-title",
    )


def _levels(lines: Sequence[LevelLine], *, is_so: bool) -> Element:
    heads = (
        Text(zh="级别", en="level"),
        Text(zh="代价", en="cost"),
        Text(zh="下界", en="bound"),
        Text(zh="差距", en="gap"),
    )
    rows = [
        el(
            "tr",
            el("th", line.title, scope="row"),
            el("td", number(line.cost), class_="n"),
            el("td", number(line.bound), class_="n"),
            el("td", _gap(line) if is_so else Text(zh="未核实", en="not confirmed"), class_="w"),
        )
        for line in lines
    ]
    sides = ("", "n", "n", "")
    head = el("tr", [el("th", one, scope="col", class_=side) for one, side in zip(heads, sides, strict=True)])
    return el("table", el("thead", head), el("tbody", rows))


def _gap(line: LevelLine) -> Text:
    if line.is_proved_twice:
        return Text(zh="双重证明最优", en="proved twice")
    if line.cost == line.bound:
        return Text(zh="已证明最优", en="proved")
    return Text(zh=f"{line.gap}%", en=f"{line.gap}%")
