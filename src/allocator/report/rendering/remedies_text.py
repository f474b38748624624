"""The ways out of a scenario without a plan, as lines: in words, with their price, and text to paste."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.text import Language
from allocator.report.remedies_view import RemediesView, RemedyView
from allocator.report.rendering.console import pick, printable


def render_remedies(view: RemediesView, language: Language) -> Iterator[str]:
    """Yield the ways out, cheapest first."""
    if view.cut_short:
        yield pick(language, "已按要求停止查找出路", "stopped looking for ways out as asked")
    yield printable(view.answer(language))
    for number, one in enumerate(view.remedies, start=1):
        yield from _remedy(one, number, language)


def _remedy(one: RemedyView, number: int, language: Language) -> Iterator[str]:
    proof = one.proof(language)
    yield printable(
        pick(
            language,
            f"出路 {number}，代价 {one.cost}（{proof}）：",
            f"way out {number}, cost {one.cost} ({proof}):",
        )
    )
    yield from (printable(f"  {change.text(language)}") for change in one.changes)
    for paste in one.pastes:
        place = paste.place(language)
        yield printable(
            pick(language, f"  粘贴到 {paste.file}，{place}：", f"  paste into {paste.file}, {place}:")
        )
        yield from (printable(f"    {line}") for line in paste.text.splitlines())
