"""The board: cards of groups, cases or months with those who are in them."""

from __future__ import annotations

from allocator.model.text import Language
from allocator.report.picture.deck import Deck, deck
from allocator.report.picture.grid import grid
from allocator.report.picture.page import MARGIN, ROOM, dropped, heading, notes, page
from allocator.report.picture.shapes import Drawing
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import counted
from allocator.report.rendering.console import number, pick


def draw_board(sheet: Sheet, language: Language) -> Drawing:
    """Return a picture of a layer as cards."""
    cards = deck(sheet, language)
    head = heading(sheet, language)
    body = grid(cards.sections, MARGIN, head.bottom, ROOM)
    foot = notes(_notes(sheet, cards, language), body.bottom)
    return page(sheet, language, _about(sheet, language), [head, body, foot])


def _notes(sheet: Sheet, cards: Deck, language: Language) -> list[str]:
    marks = {member.mark for row in sheet.board.rows for cell in row.cells for member in cell}
    explained = pick(language, "+ 新进该组 · * 组内换角色", "+ new in the group · * new role in it")
    left = number(cards.missing)
    return [
        explained if marks - {""} else "",
        dropped(sheet, language),
        pick(
            language,
            "“…”处有省略：完整名单用 allocator show，或导出 csv",
            "“…” leaves names out: allocator show, or a csv export, has them all",
        )
        if cards.cut
        else "",
        pick(
            language,
            f"另有 {left} 张卡片未画出（先画有变动的）",
            f"{left} more cards are not drawn (those with changes are)",
        )
        if cards.missing
        else "",
    ]


def _about(sheet: Sheet, language: Language) -> str:
    items = {member.id for row in sheet.board.rows for cell in row.cells for member in cell}
    slots = {row.slot.id for row in sheet.board.rows}
    who = counted(len(items), sheet.items, language)
    where = counted(len(slots), sheet.slots, language)
    return pick(language, f"卡片：{who}，分在 {where}", f"Cards: {who} in {where}")
