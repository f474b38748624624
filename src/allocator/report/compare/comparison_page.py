"""A comparison of options as one web page: what it says, maps or rosters side by side, and the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from allocator.model.text import Language, Text
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.compare.plan_comparison import OptionSummary, PlanComparison
from allocator.report.compare.shown_option import ShownOption
from allocator.report.desk.desk_tables import SIGNS
from allocator.report.exporters.svg import label_styles
from allocator.report.page.markup import Content, Element, data_file, el, html_file
from allocator.report.page.page_frame import language_switch, page_bar, section
from allocator.report.page.page_tables import Links, column_styles, desk_table, roster_table
from allocator.report.page.places import Zoning, map_content, sentence, sign_definitions, zoning_of

_TITLE = Text(zh="方案比选", en="Comparison of options")
_NO_PLAN = Text(zh="没有方案", en="no plan")
#: The sign of a unit or person that is not in the same place in every option.
ELSEWHERE = "※"
_ELSEWHERE_TEXT = Text(
    zh=f"{ELSEWHERE} 各方案中去处（或角色、周期）不同的单位和人员；框线加重的方案排在第一。",
    en=f"{ELSEWHERE} units and people who are not in the same place (or role, or period) in every option; the"
    " option with the heavy frame comes first.",
)
_BLIND = Text(
    zh="代号副本：姓名以代号代替，代号与姓名的对照表另存。",
    en="Blind copy: codes stand for names, and the key is kept apart.",
)
#: Options side by side, as many as there is room for; two beside each other in print.
_STYLE = """
.multiples{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:18px}
.multiple{border:1px solid var(--line);padding:8px 12px;min-width:0}
.multiple h3{margin:2px 0 8px}
.multiple .map{min-width:0;max-height:none}
.multiple .chips,.multiple td{min-width:0}
.multiple .chip{white-space:normal}
.says{padding-left:1.4em;margin:0 0 12px}
.hid{position:absolute;left:-9999px}
.best{border-color:#0b4f85;box-shadow:inset 0 3px 0 #0b4f85}
@media print{
@page{size:A3 landscape;margin:13mm 12mm 15mm}
.multiples{grid-template-columns:repeat(2,1fr)}
.multiple{break-inside:avoid}
.multiple .map{max-height:104mm}
}
"""


def comparison_page(
    found: PlanComparison, shown: Sequence[ShownOption], language: Language, *, every: bool = False
) -> str:
    """Return the page of a comparison as HTML, without scripts: the same comparison gives the same text.

    Args:
        found: The comparison.
        shown: Each option with its plan laid out.
        language: Language that the page shows at first.
        every: Whether to list also the rows in which the options do not differ.
    """
    zonings = [None if one.view is None else zoning_of(one.view, one.context) for one in shown]
    parts = list(_parts(found, shown, zonings, every=every))
    nav = [el("a", heading, href=f"#{name}") for name, heading, _ in parts]
    main = el(
        "main",
        "\n",
        el("div", el("p", _BLIND), class_="caution", role="note") if found.is_blind else None,
        el("h1", _TITLE),
        el("p", " · ".join(f"{one.label} {one.name}" for one in found.options), class_="sub"),
        el("hr", class_="rule"),
        [section(k, *part) for k, part in enumerate(parts, 1)],
        el("footer", _foot(found), class_="foot"),
        id="main",
    )
    signed = max((one for one in zonings if one), key=lambda one: len(one.names), default=None)
    signs = None if signed is None else sign_definitions(signed)
    body = [*language_switch(language), *page_bar(nav), signs, main]
    style = "\n".join(["", column_styles(), data_file("page.css").strip(), *label_styles("svg "), _STYLE])
    return html_file(" · ".join((_TITLE("zh"), _TITLE("en"))), language, style, "", body)


def _parts(
    found: PlanComparison,
    shown: Sequence[ShownOption],
    zonings: Sequence[Zoning | None],
    *,
    every: bool,
) -> Iterator[tuple[str, Text, list[Content]]]:
    """Yield anchor, heading and content of each section."""
    overview, *others = comparison_tables(found, every=every)
    links = Links({}, {}, {})
    says = el("ul", [el("li", sentence(text)) for text in comparison_sentences(found)], class_="says")
    label = "overview-table"
    yield (
        "summary",
        Text(zh="结论", en="In short"),
        [says, el("h3", overview.title, id=label), *desk_table(overview, links, label)],
    )
    yield "side", Text(zh="并列", en="Side by side"), [_multiples(found, shown, zonings)]
    for table in others:
        label = f"{table.id}-table"
        named = el("h3", table.title, id=label, class_="hid")
        yield table.id, table.title, [named, *desk_table(table, links, label)]
    if found.mismatches:
        lines = [el("li", sentence(one.text)) for one in found.mismatches]
        yield "mismatches", Text(zh="不对应之处", en="What does not match"), [el("ul", lines, class_="says")]


def _multiples(
    found: PlanComparison, shown: Sequence[ShownOption], zonings: Sequence[Zoning | None]
) -> Element:
    """Return each option with its map, or with its rosters where no layer has a map or zones."""
    ranking = found.ranking()
    best = ranking.order[0] if ranking and ranking.places.count(1) == 1 else ""
    elsewhere = {row.item.name for row in found.seats if row.differs}
    cards = []
    for option, one, zoning in zip(found.options, shown, zonings, strict=True):
        head = el("h3", f"{option.label} {option.name} ", el("small", option.status_text))
        content = list(_content(option, one, zoning))
        for element in content:
            _set_apart(element, option.label)
            _mark(element, elsewhere)
        is_best = option.label == best and option.is_admissible
        cards.append(el("div", head, content, class_="multiple best" if is_best else "multiple"))
    note = el("p", _ELSEWHERE_TEXT, class_="note")
    return el("div", el("div", cards, class_="multiples"), note)


def _content(option: OptionSummary, one: ShownOption, zoning: Zoning | None) -> Iterator[Element]:
    if one.view is None or zoning is None:
        yield el("p", _NO_PLAN, class_="note")
        return
    drawn = [part for part in map_content(zoning) if isinstance(part, Element)]
    yield from drawn
    for k, roster in enumerate(() if drawn else one.view.boards):
        if roster.shape != "cases" and any(any(row.cells) for row in roster.rows):
            label = f"roster{k}"
            table = roster_table(roster, Links({}, zoning.signs, {}), label)
            yield el("div", el("h4", roster.title, id=label), table)


def _set_apart(element: Element, label: str) -> None:
    """Give the ids in the part of one option a suffix, so that those of all options differ."""
    for node in element.iter():
        for name in ("id", "aria-labelledby"):
            if value := node.get(name):
                node.set(name, f"{value}-{label}")


def _mark(element: Element, names: Collection[str]) -> None:
    """Mark the names of whoever is not in the same place in every option."""
    for node in element.iter("span"):
        shown = node.get("data-t") or (node.text or "").lstrip("".join(SIGNS.values()))
        if shown in names and node.get("class", "").split(" ")[0] in ("chip", "box"):
            node.set("class", f"{node.get('class')} hit")
            node.text = f"{ELSEWHERE}{node.text or ''}"


def _foot(found: PlanComparison) -> list[Element]:
    return [
        el("div", f"{one.label} ", el("span", one.plan_hash, class_="hash"))
        for one in found.options
        if one.plan_hash
    ]
