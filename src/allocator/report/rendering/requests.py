"""Wishes and identities beside a plan: which wishes are not met, and whom names stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table

from allocator.model.organisation import NamedEntity
from allocator.model.text import Language
from allocator.report.identified import IdentityLine
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table
from allocator.report.wished import WishLine

#: At most so many wishes that are not met are listed.
MOST_WISHES = 20

_WISH = [("对象", "who"), ("去处", "slot"), ("角色", "role"), ("周期", "period"), ("权重", "weight")]
_IDENTITY = [
    ("姓名", "name"), ("人员", "person"), ("认定", "answer"), ("案件", "case"), ("依据", "known from"),
]  # fmt: skip
_ANSWERS = {
    "open": ("按同一人处理，待认定", "taken for the same, open"),
    "same_as": ("同一人", "the same"),
    "not_same_as": ("非同一人", "not the same"),
}


def render_wishes(lines: Sequence[WishLine], language: Language) -> Iterator[RenderableType]:
    """Yield how many wishes are met, and those that are not, the weightiest first."""
    if not lines:
        return
    left = sorted((one for one in lines if not one.met), key=lambda one: -abs(one.weight))
    met, count = len(lines) - len(left), len(lines)
    yield pick(language, f"意愿：{count} 项中满足 {met} 项", f"wishes: {met} of {count} met")
    if not left:
        return
    grid = table(pick(language, "未满足的意愿", "Wishes not met"))
    for k, heading in enumerate(in_both(_WISH, language)):
        add_column(grid, heading, right=k == 4)
    for one in left[:MOST_WISHES]:
        slot, role = _named(one.slot), printable(one.role(language))
        grid.add_row(_named(one.item), slot, role or "—", printable(one.period) or "—", number(one.weight))
    yield grid
    if (more := len(left) - MOST_WISHES) > 0:
        yield pick(language, f"另有 {more} 项未满足", f"and {more} more not met")


def identity_table(lines: Sequence[IdentityLine], language: Language) -> Table:
    """Return whom names of parties and of ends of ties stand for, the open questions first."""
    grid = table(pick(language, "身份认定", "Identities"))
    for heading in in_both(_IDENTITY, language):
        add_column(grid, heading)
    for one in lines:
        person = f"{one.person.id} {one.person.name}" if one.person else ""
        answer = pick(language, *_ANSWERS[one.answer])
        case = _named(one.case)
        grid.add_row(printable(one.name), printable(person) or "—", answer, case, printable(one.known_from))
    return grid


def _named(named: NamedEntity | None) -> str:
    return printable(named.name) if named else "—"
