"""Rosters as tables: zones with their units, rosters year by year, teams case by case."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table

from allocator.model.organisation import NamedEntity
from allocator.model.text import Language
from allocator.report.layer_layout import Absentee
from allocator.report.rendering.console import add_column, number, pick, printable, table
from allocator.report.roster_view import Member, RosterRow, RosterView
from allocator.verify.indicator_totals import Number

#: Absent people of a period that are named at most.
_MOST_AWAY = 12


class RosterRenderer:
    """Renders rosters in a language, with ids, units and posts beside names or without."""

    def __init__(self, language: Language, *, ids: bool = False, posts: bool = False) -> None:
        self._language: Language = language
        self._ids, self._posts = ids, posts

    def render(self, roster: RosterView) -> Iterator[RenderableType]:
        """Yield the tables of a roster and the lines below them."""
        title = printable(roster.title(self._language))
        if roster.shape == "cases":
            yield self._cases(roster, title)
            yield from self._away(roster)
            return
        for period, rows in groupby(roster.rows, key=lambda row: row.period):
            yield self._roster(roster, list(rows), f"{title} · {period}" if period else title)
        if any(member.mark for row in roster.rows for cell in row.cells for member in cell):
            yield pick(self._language, "+ 新进该组  * 组内换角色", "+ new in the group  * new role in it")
        yield from self._moves(roster)
        yield from self._away(roster)

    def _roster(self, roster: RosterView, rows: list[RosterRow], title: str) -> Table:
        grid = table(title)
        has_parents = any(row.parent for row in rows)
        if has_parents:
            add_column(grid, pick(self._language, "所属", "part of"))
        add_column(grid, pick(self._language, "机构", "group"))
        self._add_columns(grid, roster)
        for _, siblings in groupby(rows, key=lambda row: row.parent):
            for k, row in enumerate(siblings):
                parent = [self._name(row.parent) if k == 0 else ""] if has_parents else []
                grid.add_row(
                    *parent, self._name(row.slot), *map(self._members, row.cells), *map(_total, row.tallies)
                )
            grid.add_section()
        return grid

    def _cases(self, roster: RosterView, title: str) -> Table:
        grid = table(title)
        for heading in (pick(self._language, "周期", "period"), pick(self._language, "案件", "case")):
            add_column(grid, heading)
        self._add_columns(grid, roster)
        for row in roster.rows:
            cells = (*map(self._members, row.cells), *map(_total, row.tallies))
            grid.add_row(row.period or "", self._name(row.slot), *cells)
        return grid

    def _add_columns(self, grid: Table, roster: RosterView) -> None:
        """Add a column for each role or kind of member, then one for each total of an indicator."""
        for column in roster.columns:
            add_column(grid, column(self._language) or pick(self._language, "成员", "members"))
        for title in roster.tallies:
            add_column(grid, title(self._language), right=True)

    def _name(self, named: NamedEntity | None) -> str:
        if named is None:
            return ""
        shown = f"{named.name} {named.id}" if self._ids and named.name != named.id else named.name
        return printable(shown)

    def _members(self, members: tuple[Member, ...]) -> str:
        names = [self._name(NamedEntity(one.id, one.name)) + one.mark + self._post(one) for one in members]
        apart = ", " if any(" " in name for name in names) else "  "
        return apart.join(names) or "—"

    def _post(self, member: Member) -> str:
        """Return home unit and post of a person, if they are shown."""
        told = " ".join(filter(None, (member.unit, member.post))) if self._posts else ""
        return printable(pick(self._language, f"（{told}）", f" ({told})")) if told else ""

    def _away(self, roster: RosterView) -> Iterator[str]:
        """Yield a line for each period with absent people: who, and why."""
        for period, gone in groupby(roster.away, key=lambda one: one.period):
            named = [self._name(NamedEntity(one.id, one.name)) + self._why(one) for one in gone]
            shown = pick(self._language, "、", ", ").join(named[:_MOST_AWAY])
            more = len(named) - _MOST_AWAY
            rest = pick(self._language, f"，另有 {more} 人", f" and {more} more") if more > 0 else ""
            when = f"{period} " if period else ""
            yield pick(self._language, f"{when}不在岗：{shown}{rest}", f"{when}not there: {shown}{rest}")

    def _why(self, one: Absentee) -> str:
        why = printable(one.why(self._language))
        return pick(self._language, f"（{why}）", f" ({why})") if why else ""

    def _moves(self, roster: RosterView) -> Iterator[str]:
        for moves in roster.moves:
            counts = (number(moves.moved), number(moves.joined), number(moves.left))
            yield pick(
                self._language,
                f"{moves.period} 较上期：调动 {counts[0]}，新进 {counts[1]}，离开 {counts[2]}",
                f"{moves.period} against the last one: {counts[0]} moved, {counts[1]} new, {counts[2]} left",
            )


def _total(value: Number | None) -> str:
    return "—" if value is None else number(value)
