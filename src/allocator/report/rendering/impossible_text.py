"""Why a scenario has no plan, as lines: counts, the map, and conflicts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from allocator.model.text import Language, Text
from allocator.report.impossible_view import ConflictView, ImpossibleView
from allocator.report.rendering.console import pick, printable


def render_supply(supply: Sequence[Text], language: Language) -> Iterator[str]:
    """Yield what counting alone shows, which is known before any search."""
    if supply:
        yield pick(language, "一数便知：", "by counting alone:")
    yield from (printable(f"  {one(language)}") for one in supply)


def render_impossible(
    view: ImpossibleView, language: Language, *, opened: Collection[int] = (), every: bool = False
) -> Iterator[str]:
    """Yield the answer, the map and the conflicts; not the counts, which come before.

    Args:
        view: The view.
        language: The language.
        opened: Numbers of conflicts, from 1, that are opened to people and places.
        every: Whether all are opened.
    """
    yield printable(view.answer(language))
    yield from render_conflicts(view, language, opened=opened, every=every)
    if view.conflicts and not every and not opened:
        yield pick(
            language,
            "逐人逐处列出：--all，或 --open N 看第 N 处",
            "person by person and place by place: --all, or --open N for one of them",
        )


def render_conflicts(
    view: ImpossibleView, language: Language, *, opened: Collection[int] = (), every: bool = False
) -> Iterator[str]:
    """Yield the map and the conflicts, and whether these are all."""
    if view.obstacles:
        yield pick(language, "地图本身无法如此划分：", "the map itself cannot be divided so:")
    yield from (printable(f"  {one(language)}") for one in view.obstacles)
    for number, conflict in enumerate(view.conflicts, start=1):
        yield from _conflict(conflict, number, language, is_open=every or number in opened)
    if view.conflicts:
        yield printable(view.completeness(language))


def _conflict(conflict: ConflictView, number: int, language: Language, *, is_open: bool) -> Iterator[str]:
    yield pick(
        language, f"矛盾 {number}，以下不能同时成立：", f"conflict {number}, these cannot hold together:"
    )
    for part in conflict.parts:
        name, about = part.name(language), part.about(language)
        yield printable(pick(language, f"  {name}：对 {about}", f"  {name}: for {about}"))
        if is_open:
            yield from (printable(f"    {one(language)}") for one in part.subjects)
    yield from (printable(f"  {one(language)}") for one in conflict.facts)
    yield printable(f"  {conflict.proof(language)}")
