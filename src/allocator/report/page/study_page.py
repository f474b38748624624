"""Writes the report of a study as one web page without scripts: what is found and proved, then the tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from allocator.model.text import Language, Text
from allocator.report.exporters.svg import label_styles
from allocator.report.page.markup import Content, data_file, el, html_file
from allocator.report.page.page_frame import language_switch, page_bar, section
from allocator.report.page.page_tables import Links, column_styles, desk_table
from allocator.report.page.places import sentence
from allocator.report.page.suited_section import suited_content
from allocator.report.study_tables import study_tables
from allocator.report.study_view import StudyView
from allocator.report.study_words import ended_text, proof_lines, standing_lines, study_title

_STYLE = """
.says{padding-left:1.4em;margin:0 0 12px}
.hid{position:absolute;left:-9999px}
@media print{@page{size:A3 landscape;margin:13mm 12mm 15mm}}
"""


def study_page(view: StudyView, language: Language) -> str:
    """Return the page of a study as HTML; the same results give the same text.

    Args:
        view: The study.
        language: Language that the page shows at first.
    """
    title = study_title(view)
    parts = list(_parts(view))
    nav = [el("a", heading, href=f"#{name}") for name, heading, _ in parts]
    main = el(
        "main",
        "\n",
        el("h1", title),
        el("p", view.name, class_="sub"),
        el("hr", class_="rule"),
        [section(k, *part) for k, part in enumerate(parts, 1)],
        id="main",
    )
    style = "\n".join(["", column_styles(), data_file("page.css").strip(), *label_styles("svg "), _STYLE])
    body = [*language_switch(language), *page_bar(nav), main]
    return html_file(" · ".join((title("zh"), title("en"))), language, style, "", body)


def _parts(view: StudyView) -> Iterator[tuple[str, Text, list[Content]]]:
    """Yield anchor, heading and content of each section."""
    standing = standing_lines(view) if view.suited is None else ()
    lines = [ended_text(view), *proof_lines(view.proofs), *standing]
    says = el("ul", [el("li", sentence(line)) for line in lines], class_="says")
    yield "summary", Text(zh="结论", en="In short"), [says]
    for table in study_tables(view, compact=True):
        label = f"{table.id}-table"
        named = el("h3", table.title, id=label, class_="hid")
        above: Iterable[Content] = ()
        if table.id == "study-suited" and view.suited is not None:
            above = suited_content(view, view.suited)
        yield table.id, table.title, [*above, named, *desk_table(table, Links({}, {}, {}), label)]
