"""Draws a rota: groups with their items down, periods across, and the role of each item in each period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.model.text import Language
from allocator.report.picture.page import (
    MARGIN,
    ROOM,
    PictureInput,
    count_text,
    dropped_note,
    heading,
    more_text,
    notes,
    page_drawing,
    role_signs,
)
from allocator.report.picture.shapes import (
    EDGE,
    FAINT,
    Block,
    Box,
    Drawing,
    Label,
    Line,
    Mark,
    Shape,
    fit_text,
    pale,
    sign,
    text_width,
)
from allocator.report.rendering.console import pick

MOST_ROWS, MOST_PERIODS = 120, 60
_LINE, _HEAD, _NAME = 19.0, 24.0, 210.0


@dataclass(frozen=True)
class ItemTurns:
    """An item of a group with its roles by period (both by number)."""

    name: str
    roles: dict[int, tuple[int, ...]]


@dataclass(frozen=True)
class Team:
    """A group with all items that it ever has."""

    name: str
    items: tuple[ItemTurns, ...]


def turns_by_team(source: PictureInput, periods: Sequence[str | None]) -> list[Team]:
    """Return the members of each group by period, in the order of the plan."""
    number = {period: k for k, period in enumerate(periods)}
    found: dict[str, dict[str, dict[int, list[int]]]] = {}
    names = {row.slot.id: row.slot.name for row in source.roster.rows}
    for row in source.roster.rows:
        items = found.setdefault(row.slot.id, {})
        for role, cell in enumerate(row.cells):
            for one in cell:
                names[one.id] = source.short_name(one.name)
                items.setdefault(one.id, {}).setdefault(number[row.period], []).append(role)
    return [
        Team(
            names[slot],
            tuple(
                ItemTurns(names[item], {at: tuple(roles) for at, roles in when.items()})
                for item, when in items.items()
            ),
        )
        for slot, items in found.items()
    ]


def draw_rota(source: PictureInput, language: Language) -> Drawing:
    """Return a picture of a layer that is decided in many periods."""
    periods = list(dict.fromkeys(row.period for row in source.roster.rows))
    whole = turns_by_team(source, periods)
    shown = _first(whole, MOST_ROWS)
    head = heading(source, language)
    body = _body(source, shown, [period or "" for period in periods[:MOST_PERIODS]], head.bottom, language)
    left_out = sum(len(team.items) for team in whole) - sum(len(team.items) for team in shown)
    later = len(periods) - MOST_PERIODS
    lines = [
        dropped_note(source, language),
        more_text(left_out, source.items, language) if left_out else "",
        pick(language, f"… 还有 {later} 期", f"… and {later} more periods") if later > 0 else "",
    ]
    foot = notes(lines, body.bottom + 6)
    about = pick(
        language,
        f"轮值表：{count_text(len(whole), source.slots, language)}，{len(periods)} 期",
        f"Rota: {count_text(len(whole), source.slots, language)} over {len(periods)} periods",
    )
    return page_drawing(source, language, about, [head, body, foot])


def _first(whole: Sequence[Team], most: int) -> list[Team]:
    """Return the first teams, with ``most`` items at most."""
    kept: list[Team] = []
    for team in whole:
        if most > 0:
            kept.append(Team(team.name, team.items[:most]))
            most -= len(team.items)
    return kept


def _body(
    source: PictureInput, shown: Sequence[Team], periods: Sequence[str], top: float, language: Language
) -> Block:
    roles = [column(language) for column in source.roster.columns]
    names = [fit_text(one.name, _NAME, "name") for team in shown for one in team.items]
    left = MARGIN + max((text_width(name, "name") for name in names), default=0) + 14
    step = min(130.0, (MARGIN + ROOM - left) / max(1, len(periods)))
    right = left + step * len(periods)
    written = max((text_width(role, "role") for role in roles), default=0) + 8 <= step - 3
    signs = Block((), top) if written else role_signs(source, top, language)
    shapes: list[Shape] = list(signs.shapes)
    y = signs.bottom
    for k, period in enumerate(periods):
        shapes.append(
            Label(left + step * (k + 0.5), y + 12, fit_text(period, step, "note"), "note", "middle")
        )
    y += 20
    for team in shown:
        shapes.append(Line(MARGIN, y, right, y, EDGE))
        shapes.append(Label(MARGIN, y + 17, fit_text(team.name, right - MARGIN, "head"), "head"))
        y += _HEAD
        for one in team.items:
            shapes.append(Label(MARGIN, y + 13, fit_text(one.name, _NAME, "name"), "name"))
            shapes.extend(_turns(one, roles, left, y, step, len(periods), written))
            y += _LINE
        y += 6
    return Block(tuple(shapes), y)


def _turns(
    one: ItemTurns, roles: Sequence[str], left: float, y: float, step: float, periods: int, written: bool
) -> Iterator[Shape]:
    """Yield a box for each period, with the role as a word or, in a narrow box, as a sign."""
    for k in range(periods):
        x, held = left + k * step, one.roles.get(k, ())
        if not held:
            yield Box(x + 1.5, y + 8, step - 3, 1, FAINT)
            continue
        yield Box(x + 1.5, y, step - 3, _LINE - 2, pale(sign(held[0]).colour), sign(held[0]).colour, 3)
        if written:
            text = fit_text(" / ".join(roles[role] for role in held), step - 6, "role")
            yield Label(x + step / 2, y + 12.5, text, "cell", "middle")
        else:
            for turn, role in enumerate(held):
                at = x + step * (turn + 1) / (len(held) + 1)
                yield Mark(at, y + 8.5, min(5.5, step / 2 - 0.5), sign(role).form, sign(role).colour)
