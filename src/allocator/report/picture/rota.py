"""The rota: groups with their items down, periods across, and the role of each item in each period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.model.text import Language
from allocator.report.picture.lettering import fit, width
from allocator.report.picture.page import MARGIN, ROOM, dropped, heading, notes, page, role_signs
from allocator.report.picture.palette import EDGE, FAINT, look, pale
from allocator.report.picture.shapes import Box, Drawing, Label, Laid, Line, Mark, Shape
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import counted, more
from allocator.report.rendering.console import pick

MOST_ROWS, MOST_PERIODS = 120, 60
_LINE, _HEAD, _NAME = 19.0, 24.0, 210.0


@dataclass(frozen=True)
class Turns:
    """An item of a group: in which roles it is there, by period (all by number)."""

    name: str
    roles: dict[int, tuple[int, ...]]


@dataclass(frozen=True)
class Team:
    """A group with the items that are in it at any time."""

    name: str
    items: tuple[Turns, ...]


def teams(sheet: Sheet, periods: Sequence[str | None]) -> list[Team]:
    """Return who is in which group when, in the order in which the plan names them."""
    number = {period: k for k, period in enumerate(periods)}
    found: dict[str, dict[str, dict[int, list[int]]]] = {}
    names = {row.slot.id: row.slot.name for row in sheet.board.rows}
    for row in sheet.board.rows:
        items = found.setdefault(row.slot.id, {})
        for role, cell in enumerate(row.cells):
            for one in cell:
                names[one.id] = sheet.called(one.name)
                items.setdefault(one.id, {}).setdefault(number[row.period], []).append(role)
    return [
        Team(
            names[slot],
            tuple(
                Turns(names[item], {at: tuple(roles) for at, roles in when.items()})
                for item, when in items.items()
            ),
        )
        for slot, items in found.items()
    ]


def draw_rota(sheet: Sheet, language: Language) -> Drawing:
    """Return a picture of a layer that is decided in many periods."""
    periods = list(dict.fromkeys(row.period for row in sheet.board.rows))
    whole = teams(sheet, periods)
    shown = _first(whole, MOST_ROWS)
    head = heading(sheet, language)
    body = _body(sheet, shown, [period or "" for period in periods[:MOST_PERIODS]], head.bottom, language)
    left_out = sum(len(team.items) for team in whole) - sum(len(team.items) for team in shown)
    later = len(periods) - MOST_PERIODS
    lines = [
        dropped(sheet, language),
        more(left_out, sheet.items, language) if left_out else "",
        pick(language, f"… 还有 {later} 期", f"… and {later} more periods") if later > 0 else "",
    ]
    foot = notes(lines, body.bottom + 6)
    about = pick(
        language,
        f"轮值表：{counted(len(whole), sheet.slots, language)}，{len(periods)} 期",
        f"Rota: {counted(len(whole), sheet.slots, language)} over {len(periods)} periods",
    )
    return page(sheet, language, about, [head, body, foot])


def _first(whole: Sequence[Team], most: int) -> list[Team]:
    """Return the teams with so many items at most."""
    kept: list[Team] = []
    for team in whole:
        if most > 0:
            kept.append(Team(team.name, team.items[:most]))
            most -= len(team.items)
    return kept


def _body(
    sheet: Sheet, shown: Sequence[Team], periods: Sequence[str], top: float, language: Language
) -> Laid:
    roles = [column(language) for column in sheet.board.columns]
    names = [fit(one.name, _NAME, "name") for team in shown for one in team.items]
    left = MARGIN + max((width(name, "name") for name in names), default=0) + 14
    step = min(130.0, (MARGIN + ROOM - left) / max(1, len(periods)))
    right = left + step * len(periods)
    written = max((width(role, "role") for role in roles), default=0) + 8 <= step - 3
    signs = Laid((), top) if written else role_signs(sheet, top, language)
    shapes: list[Shape] = list(signs.shapes)
    y = signs.bottom
    for k, period in enumerate(periods):
        shapes.append(Label(left + step * (k + 0.5), y + 12, fit(period, step, "note"), "note", "middle"))
    y += 20
    for team in shown:
        shapes.append(Line(MARGIN, y, right, y, EDGE))
        shapes.append(Label(MARGIN, y + 17, fit(team.name, right - MARGIN, "head"), "head"))
        y += _HEAD
        for one in team.items:
            shapes.append(Label(MARGIN, y + 13, fit(one.name, _NAME, "name"), "name"))
            shapes.extend(_turns(one, roles, left, y, step, len(periods), written))
            y += _LINE
        y += 6
    return Laid(tuple(shapes), y)


def _turns(
    one: Turns, roles: Sequence[str], left: float, y: float, step: float, periods: int, written: bool
) -> Iterator[Shape]:
    """Yield a box for each period, with the role written in it or, where that is too narrow, as a sign."""
    for k in range(periods):
        x, held = left + k * step, one.roles.get(k, ())
        if not held:
            yield Box(x + 1.5, y + 8, step - 3, 1, FAINT)
            continue
        yield Box(x + 1.5, y, step - 3, _LINE - 2, pale(look(held[0]).colour), look(held[0]).colour, 3)
        if written:
            text = fit(" / ".join(roles[role] for role in held), step - 6, "role")
            yield Label(x + step / 2, y + 12.5, text, "cell", "middle")
        else:
            for turn, role in enumerate(held):
                at = x + step * (turn + 1) / (len(held) + 1)
                yield Mark(at, y + 8.5, min(5.5, step / 2 - 0.5), look(role).form, look(role).colour)
