"""The annexes of a proposal: tables of the desk, shortened where the text has the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from allocator.model.text import Text
from allocator.report.desk.desk_tables import Cell, DeskColumn, DeskTable, DeskView, joined, text_cell
from allocator.report.word.sections import WordBlock, paragraph
from allocator.report.word.standard import StyleId

#: The tables of annexes, in their order.
_ANNEXES = ("appointments", "comparison", "stays", "casework", "recusals")
_TITLES = {
    "appointments": Text(zh="拟任免（轮岗交流）干部名单", en="List of appointments and releases"),
    "comparison": Text(zh="方案对照表", en="Present and proposed"),
    "stays": Text(zh="留任情况表", en="Who stays"),
    "casework": Text(zh="办案组", en="Case teams"),
    "recusals": Text(zh="回避情况表", en="Register of recusals"),
}
_EDITING = Text(
    zh="“方案”栏（办案组为各角色栏）可以直接修改，之后用 allocator verify 复核；其余各栏随之而定，不读回。",
    en="The column 'proposed' (of case teams: the columns of roles) may be changed; `allocator verify` then"
    " judges the document. The other columns follow from it and are not read back.",
)
Annex = tuple[Text, list[DeskTable]]


def annexes_of(view: DeskView) -> list[Annex]:
    """Return the annexes that have a table, each with its tables: one for each layer or one in all."""
    tables = [_shortened(view, one) for one in (*view.tables, *view.stays)]
    found = ((_TITLES[id_], [one for one in tables if one.id == id_]) for id_ in _ANNEXES)
    return [(title, parts) for title, parts in found if parts]


def _shortened(view: DeskView, table: DeskTable) -> DeskTable:
    if table.id == "appointments":
        return _with_labels(view, table)
    return _by_person(table) if table.id == "recusals" else table


_REASONS = Text(zh="理由及依据", en="reasons")
_SHORT = DeskColumn(Text(zh="调整事由", en="why"), 10)
_IN_TEXT = Text(
    zh="调整事由的理由及依据见正文“逐人理由及依据”。",
    en="The reasons are in the section of reasons, person by person.",
)
_NO_LABEL = Text(zh="符合规则", en="in keeping with the rules")


def _with_labels(view: DeskView, table: DeskTable) -> DeskTable:
    """Return the list of appointments with the grounds in a word or two; the text tells them."""
    at = next((k for k, one in enumerate(table.columns) if one.title == _REASONS), None)
    if at is None:
        return table
    rows = []
    for row, one in zip(table.rows, view.appointments, strict=True):
        label = joined(one.ground_labels) or (_NO_LABEL if one.gained else Text())
        rows.append((*row[:at], text_cell(label), *row[at + 1 :]))
    columns = (*table.columns[:at], _SHORT, *table.columns[at + 1 :])
    shown = replace(table, columns=columns, rows=tuple(rows), notes=(*table.notes, _IN_TEXT))
    return _without_present(shown)


_PRESENT, _RELEASED = "现任职务", "拟免职务"
_SAME = Text(zh="现任职务即拟免职务。", en="The present post is the one to be released from.")


def _without_present(table: DeskTable) -> DeskTable:
    """Return the list without the present posts if everybody is released from just these."""
    titles = [one.title.zh for one in table.columns]
    if _PRESENT not in titles or _RELEASED not in titles:
        return table
    at, released = titles.index(_PRESENT), titles.index(_RELEASED)
    if any(row[at].text != row[released].text for row in table.rows):
        return table
    return replace(
        table,
        columns=(*table.columns[:at], *table.columns[at + 1 :]),
        rows=tuple((*row[:at], *row[at + 1 :]) for row in table.rows),
        notes=(*table.notes, _SAME),
    )


_PLACE, _HANDLING = "岗位/案件", "处理"
_NOT_PLACED = "不安排"


def _by_person(table: DeskTable) -> DeskTable:
    """Return the register with one row for a person who keeps away from several places for one reason."""
    titles = [one.title.zh for one in table.columns]
    place, handling = titles.index(_PLACE), titles.index(_HANDLING)
    groups: dict[object, list[tuple[Cell, ...]]] = {}
    for row in table.rows:
        alike = tuple(cell for k, cell in enumerate(row) if k not in (0, place))
        key: object = alike if row[handling].text.zh == _NOT_PLACED else row
        groups.setdefault(key, []).append(row)
    rows = []
    for number, group in enumerate(groups.values(), start=1):
        first, places = group[0], joined(list(dict.fromkeys(row[place].text for row in group)))
        merged = replace(first[place], text=places)
        cells = [*first[:place], merged, *first[place + 1 :]]
        rows.append((replace(cells[0], number=number), *cells[1:]))
    return replace(table, rows=tuple(rows))


def annex_list(titles: Sequence[Text]) -> Iterator[WordBlock]:
    """Yield the list of annexes below the text (附件说明): no full stop behind a title."""
    if not titles:
        return
    yield paragraph("Body", Text())
    for number, title in enumerate(titles, start=1):
        style: StyleId = "AnnexList" if number == 1 else "AnnexListMore"
        mark = Text(zh="附件：", en="Annexes: ") if number == 1 else Text()
        if len(titles) == 1:
            yield paragraph(style, Text(zh=f"附件：{title.zh}", en=f"Annex: {title('en')}"))
        else:
            zh, en = f"{mark.zh}{number}.{title.zh}", f"{mark('en')}{number}. {title('en')}"
            yield paragraph(style, Text(zh=zh, en=en))


def annex_blocks(annexes: Sequence[Annex]) -> Iterator[WordBlock]:
    """Yield the annexes, each on a page of its own, with the notes of its tables."""
    for number, (title, tables) in enumerate(annexes, start=1):
        mark = number if len(annexes) > 1 else ""
        yield paragraph("AnnexMark", Text(zh=f"附件{mark}", en=f"Annex {mark}".strip()))
        yield paragraph("AnnexTitle", title)
        for table in tables:
            if table.title != title:
                yield paragraph("TableTitle", table.title)
            yield WordBlock("TableText", table=table)
            for note in (*_editing(table), *table.notes):
                yield paragraph("TableNote", Text(zh=f"注：{note.zh}", en=f"Note: {note('en')}"))


def _editing(table: DeskTable) -> tuple[Text, ...]:
    return (_EDITING,) if table.id in ("comparison", "casework") else ()
