"""Plans as text: rosters by unit, year and case, and the answers of `show` and `solve`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table

from allocator.model.plan import HARD
from allocator.model.scenario import NamedEntity
from allocator.model.text import Language
from allocator.report.layer_layout import Absentee
from allocator.report.plan_view import OTHER_VERSION, IdentityLine, PlanView, WishLine
from allocator.report.rendering.console import add_column, in_both, number, pick, printable, table
from allocator.report.rendering.judgement_text import figure_table, level_table, rule_table, waiver_table
from allocator.report.rendering.progress_text import course_line
from allocator.report.rendering.solve_text import asked_line, run_line
from allocator.report.roster_view import Member, RecusalEntry, RecusalRegister, RosterRow, RosterView
from allocator.verify.figures import Number

_MOST_EMPTY = 10


_HEADINGS = [("案件", "case"), ("可选人数", "free"), ("回避人员", "out"), ("规则", "rule"), ("缘由", "why")]
#: Unmet wishes that are listed at most.
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


def render_plan(
    view: PlanView, language: Language, *, ids: bool = False, posts: bool = False
) -> Iterator[RenderableType]:
    """Yield a whole plan.

    Args:
        view: The plan.
        language: Language of the words.
        ids: Whether ids stand beside names.
        posts: Whether units and posts stand beside names.
    """
    yield from render_cautions(view, language)
    yield heading_line(view, language)
    boards = RosterRenderer(language, ids=ids, posts=posts)
    if view.is_without_plan:
        yield pick(language, "文件中没有方案，只有这一答复", "the file holds no plan, only this answer")
    for roster in () if view.is_without_plan else view.boards:
        yield from boards.render(roster)
    if view.recusals:
        yield recusal_table(view.recusals, language)
    yield from render_wishes(view.wishes, language)
    if view.identities:
        yield identity_table(view.identities, language)
    yield from render_score(view, language, all_rules=True)
    if view.figures:
        yield figure_table(view.figures, language)
    titles = {one.level: one.title for one in view.score if one.level != HARD}
    course = "" if view.doubtful else course_line(view.run, titles, language)
    yield from filter(None, (asked_line(view.run, language), course, run_line(view.run, language)))


def render_cautions(view: PlanView, language: Language) -> Iterator[str]:
    """Yield the warnings that must be read first: names of another version, false claims."""
    if view.differs is not None:
        warning = pick(language, "警告", "warning")
        yield printable(f"{warning}: {OTHER_VERSION(language)}; {view.differs.message(language)}")
    for message in view.doubtful:
        yield printable(f"✗ {message(language)}")


def render_score(view: PlanView, language: Language, *, all_rules: bool) -> Iterator[RenderableType]:
    """Yield cost and bound by level, rules and exceptions; without ``all_rules`` only those with breaches."""
    yield from render_empty_slots(view, language)
    if view.score:
        yield level_table(view.score, language, is_so=not view.doubtful)
    rules = [rule for rule in view.rules if all_rules or rule.violations or rule.cost]
    if rules:
        yield rule_table(rules, language)
    waivers = [one for one in view.waivers if all_rules or one.excused]
    if waivers:
        yield waiver_table(waivers, language)


def render_empty_slots(view: PlanView, language: Language) -> Iterator[str]:
    """Yield a line for each layer that is decided once, such as zones, with an empty slot."""
    for roster in () if view.is_without_plan else view.boards:
        empty = [row.slot.name for row in roster.rows if not any(row.cells)] if roster.shape == "once" else []
        if 0 < len(empty) < len(roster.rows):
            listed = ", ".join(empty[:_MOST_EMPTY]) + (", ..." if len(empty) > _MOST_EMPTY else "")
            title = roster.title(language) or roster.layer
            zh, en = (
                f"{title}：{len(empty)} 处为空：{listed}",
                f"{title}: {len(empty)} with nothing in them: {listed}",
            )
            yield printable(pick(language, zh, en))


def heading_line(view: PlanView, language: Language) -> str:
    """Return the scenario's title, the plan's status, and whether its people are invented."""
    title = view.title(language) or view.scenario
    invented = pick(language, " · 人员与案件为合成数据", " · people and cases are synthetic")
    return printable(f"{title} · {view.status_text(language)}{invented if view.synthetic else ''}")


def recusal_table(registers: Sequence[RecusalRegister], language: Language) -> Table:
    """Return the recusals by case: who, by which rule, and along which path of ties."""
    grid = table(pick(language, "回避登记", "Recusal register"))
    for k, heading in enumerate(in_both(_HEADINGS, language)):
        add_column(grid, heading, right=k == 1)
    for one in registers:
        case = f"{one.case.name} {one.case.id}" if one.case.name != one.case.id else one.case.id
        if not one.recusals:
            grid.add_row(printable(case), number(one.free), "—")
        for k, recusal in enumerate(one.recusals):
            first = (printable(case), number(one.free)) if k == 0 else ("", "")
            grid.add_row(*first, *_cells(recusal, language))
        grid.add_section()
    return grid


def _cells(recusal: RecusalEntry, language: Language) -> tuple[str, str, str]:
    """Return the cells of a recusal: the person, the rule with its roles, the reason."""
    roles = f" ({', '.join(recusal.roles)})" if recusal.roles else ""
    reasons = [text for text in (recusal.why(language), recusal.detail(language)) if text]
    colon = pick(language, "：", ": ")
    return printable(recusal.who.name), printable(recusal.rule + roles), printable(colon.join(reasons))


def render_wishes(lines: Sequence[WishLine], language: Language) -> Iterator[RenderableType]:
    """Yield the number of met wishes, and the unmet ones by falling weight."""
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
    """Return the people that names of parties and ends of ties stand for, open questions first."""
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
