"""A whole plan as tables and lines: the answer of `show`, and the short form at the end of `solve`."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from allocator.model.text import Language
from allocator.report.rendering.boards import BoardRenderer
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.recusals import recusal_table
from allocator.report.rendering.requests import identity_table, render_wishes
from allocator.report.rendering.runs import asked_line, run_line
from allocator.report.rendering.scores import figure_table, level_table, rule_table, waiver_table
from allocator.report.view import OTHER_VERSION, PlanView

_MOST_EMPTY = 10


def render_plan(
    view: PlanView, language: Language, *, ids: bool = False, posts: bool = False
) -> Iterator[RenderableType]:
    """Yield everything that there is to see of a plan; ids, or units and posts, beside names if so asked."""
    yield from cautions(view, language)
    yield heading(view, language)
    boards = BoardRenderer(language, ids=ids, posts=posts)
    if view.is_without_plan:
        yield pick(language, "文件中没有方案，只有这一答复", "the file holds no plan, only this answer")
    for board in () if view.is_without_plan else view.boards:
        yield from boards.render(board)
    if view.recusals:
        yield recusal_table(view.recusals, language)
    yield from render_wishes(view.wishes, language)
    if view.identities:
        yield identity_table(view.identities, language)
    yield from render_score(view, language, all_rules=True)
    if view.figures:
        yield figure_table(view.figures, language)
    yield from filter(None, (asked_line(view.run, language), run_line(view.run, language)))


def cautions(view: PlanView, language: Language) -> Iterator[str]:
    """Yield what must be read first: that names are of another version, or that claims are not so."""
    if view.differs is not None:
        warning = pick(language, "警告", "warning")
        yield printable(f"{warning}: {OTHER_VERSION(language)}; {view.differs.message(language)}")
    for message in view.doubtful:
        yield printable(f"✗ {message(language)}")


def render_score(view: PlanView, language: Language, *, all_rules: bool) -> Iterator[RenderableType]:
    """Yield cost and bound by level, the rules (only those that find something if so asked), exceptions."""
    yield from empty_slots(view, language)
    if view.score:
        yield level_table(view.score, language, is_so=not view.doubtful)
    rules = [rule for rule in view.rules if all_rules or rule.violations or rule.cost]
    if rules:
        yield rule_table(rules, language)
    waivers = [one for one in view.waivers if all_rules or one.excused]
    if waivers:
        yield waiver_table(waivers, language)


def empty_slots(view: PlanView, language: Language) -> Iterator[str]:
    """Yield a line for each layer that is decided once, such as zones, in which a slot has nothing in it."""
    for board in () if view.is_without_plan else view.boards:
        empty = [row.slot.name for row in board.rows if not any(row.cells)] if board.shape == "once" else []
        if 0 < len(empty) < len(board.rows):
            listed = ", ".join(empty[:_MOST_EMPTY]) + (", ..." if len(empty) > _MOST_EMPTY else "")
            title = board.title(language) or board.layer
            zh, en = (
                f"{title}：{len(empty)} 处为空：{listed}",
                f"{title}: {len(empty)} with nothing in them: {listed}",
            )
            yield printable(pick(language, zh, en))


def heading(view: PlanView, language: Language) -> str:
    """Return the scenario's title, the plan's status, and whether its people are invented."""
    title = view.title(language) or view.scenario
    invented = pick(language, " · 人员与案件为合成数据", " · people and cases are synthetic")
    return printable(f"{title} · {view.status_text(language)}{invented if view.synthetic else ''}")
