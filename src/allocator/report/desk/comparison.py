"""方案对照表: present and proposed holders of each post, with the authorised and the actual numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    Number,
    joined,
    number_cell,
    text_cell,
    without_empty_columns,
    word_cell,
)
from allocator.report.wording import kind_text
from allocator.rules.kinds.capacity import Capacity
from allocator.rules.kinds.composition import Composition
from allocator.rules.rule import Rule

#: Least and greatest number of a post; None for no limit.
Limits = tuple[int | None, int | None]
#: Slot, post (a role, a grade or a kind; empty for the slot as a whole) and period.
PostPlace = tuple[int, str, int]
_COLUMNS = (
    DeskColumn(Text(zh="周期", en="period"), 8),
    DeskColumn(Text(zh="所属", en="part of"), 12),
    DeskColumn(Text(zh="单位（机构）", en="place"), 16),
    DeskColumn(Text(zh="职务", en="post"), 9),
    DeskColumn(Text(zh="核定", en="authorised"), 7),
    DeskColumn(Text(zh="现状", en="at present"), 24),
    DeskColumn(Text(zh="方案", en="proposed"), 24),
    DeskColumn(Text(zh="拟任", en="to come"), 16),
    DeskColumn(Text(zh="拟免", en="to go"), 16),
    DeskColumn(Text(zh="实配", en="actual"), 6),
    DeskColumn(Text(zh="空缺", en="vacant"), 6),
    DeskColumn(Text(zh="超配", en="over"), 6),
)
#: The post of items without a grade among items with one.
_OTHERS = "-"
_OTHERS_TEXT = Text(zh="其他", en="others")
_SUBTOTAL, _TOTAL = Text(zh="小计", en="in all"), Text(zh="合计", en="total")


def authorised(source: DeskInput, layer: Layer) -> dict[PostPlace, Limits]:
    """Return the authorised numbers (核定) of a layer, from its hard rules.

    A rule counts if it is about every item: ``composition`` gives them by role or grade, ``capacity`` for the
    slot, or for its role if it has one. Several rules about one post are taken together.
    """
    found: dict[PostPlace, Limits] = {}
    for rule in source.policy.rules:
        scope = source.policy.scopes[rule.id]
        if rule.on != layer.name or not rule.is_hard or len(scope.item_set) < len(layer.items):
            continue
        for place, limits in _limits_of(source, layer, rule):
            found[place] = _narrower(found.get(place, (None, None)), limits)
    return found


def _limits_of(source: DeskInput, layer: Layer, rule: Rule) -> Iterator[tuple[PostPlace, Limits]]:
    scope = source.policy.scopes[rule.id]
    if isinstance(rule, Composition):
        for subject, term in rule.required_terms(scope):
            yield (subject.slot, term.word_id, subject.period), (term.least or None, term.most)
    elif isinstance(rule, Capacity) and len(scope.roles) in (1, len(layer.roles)):
        role = layer.roles[scope.roles[0]] if len(scope.roles) < len(layer.roles) else None
        for subject, least, most in rule.slot_limits(scope):
            yield (subject.slot, role or "", subject.period), (least or None, most)


def _narrower(one: Limits, other: Limits) -> Limits:
    least = [bound for bound in (one[0], other[0]) if bound is not None]
    most = [bound for bound in (one[1], other[1]) if bound is not None]
    return max(least, default=None), min(most, default=None)


@dataclass(frozen=True)
class PostCount:
    """Authorised and actual number of a post or place, with vacancies (空缺) and surplus (超配)."""

    limits: Limits
    actual: int
    vacant: int
    over: int

    @classmethod
    def of(cls, limits: Limits, actual: int) -> PostCount:
        """Count a post; vacancies go up to the least number, or to the greatest where there is no least."""
        least, most = limits
        asked = least if least is not None else most or 0
        return cls(
            limits, actual, max(0, asked - actual), max(0, actual - (actual if most is None else most))
        )

    @classmethod
    def total(cls, parts: Sequence[PostCount], limits: Limits | None = None) -> PostCount:
        """Add up posts; with limits of the whole, what these find more of counts."""
        actual = sum(one.actual for one in parts)
        vacant, over = sum(one.vacant for one in parts), sum(one.over for one in parts)
        if limits is None:
            least, most = ([one.limits[k] for one in parts] for k in (0, 1))
            return cls((_sum(least), _sum(most)), actual, vacant, over)
        whole = cls.of(limits, actual)
        return cls(limits, actual, max(vacant, whole.vacant), max(over, whole.over))

    @property
    def text(self) -> str:
        """The authorised number: ``3``, ``14–24``, ``≥2``, ``≤5``; empty without one."""
        least, most = self.limits
        if least is None or most is None:
            return "" if least is most else f"≥{least}" if most is None else f"≤{most}"
        return f"{least}" if least == most else f"{least}–{most}"


def comparison_table(source: DeskInput, layer: Layer) -> DeskTable:
    """Return present and proposed holders of each post of a layer (D2), period by period."""
    made = Comparison(source, layer)
    columns, rows, notes = without_empty_columns(_COLUMNS, list(made.all_rows()))
    title = source.title(layer)
    return DeskTable(
        "comparison",
        Text(zh=f"方案对照表：{title.zh}", en=f"Present and proposed: {title('en')}"),
        columns,
        rows,
        layer.name,
        (*notes, *made.notes()),
    )


_NOTE = Text(
    zh="核定数出自硬规则；写为区间的，空缺按下限、超配按上限计算；只有上限的（≤），空缺按上限计算。",
    en="Authorised numbers are those of the hard rules; of a range, vacancies count up to the lower bound and"
    " surplus from the upper one; where there is an upper bound only (≤), vacancies count up to it.",
)

_BY_GRADE = Text(
    zh="本层按角色列出，规则中按职级规定的职数未列入核定数。",
    en="This layer is listed by role: numbers that rules give by grade are not among the authorised ones.",
)


class Comparison:
    """The rows of one layer, and its counts."""

    def __init__(self, source: DeskInput, layer: Layer) -> None:
        self.source, self.layer = source, layer
        self.limits = authorised(source, layer)
        self._roster = source.roster[layer.name]

    @cached_property
    def _posts(self) -> Sequence[str]:
        """The posts of the layer in their order: roles, or else grades or kinds of items."""
        if self.layer.roles != (None,):
            return tuple(role or "" for role in self.layer.roles)
        met = {self._post_of(item, 0) for item in range(len(self.layer.items))}
        asked = {post for _, post, _ in self.limits}
        grades = [grade for grade in self.source.grade_texts if grade in met | asked]
        return (*grades, *sorted(met - set(grades)))

    def _post_of(self, item: int, role: int) -> str:
        name = self.layer.roles[role]
        return name if name is not None else self._named_post(item) or self._other_post

    def _named_post(self, item: int) -> str:
        """Return the grade of an item, or its kind; empty without either."""
        entity = self.source.organisation.entities[self.layer.items[item]]
        return str(getattr(entity, "grade", "") or getattr(entity, "kind", ""))

    @cached_property
    def _other_post(self) -> str:
        """The post of items without a grade: the slot as a whole only where no item has one."""
        return _OTHERS if any(map(self._named_post, range(len(self.layer.items)))) else ""

    def _post_text(self, post: str) -> Text:
        has_roles = self.layer.roles != (None,)
        known = self.source.role_texts if has_roles else {**self.source.grade_texts, _OTHERS: _OTHERS_TEXT}
        return known.get(post) or kind_text(post)

    def notes(self) -> Iterator[Text]:
        """Yield how numbers are counted, and the authorised numbers that no row has."""
        if self.limits:
            yield _NOTE
        if {post for _, post, _ in self.limits} - {"", *self._posts}:
            yield _BY_GRADE

    def _by_post(self, slot: int, period: int) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for item, role in self._roster.members(slot, period):
            found.setdefault(self._post_of(item, role), []).append(item)
        return found

    def all_rows(self) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows of each place, period by period, and a total of each period."""
        for before, now in self.source.steps(self.layer):
            totals: list[PostCount] = []
            for slot in range(len(self.layer.slots)):
                if self.layer.active[slot, now]:
                    yield from self._slot_rows(slot, before, now, totals)
            yield self._sum_row(_TOTAL, now, None, PostCount.total(totals))

    def _slot_rows(
        self, slot: int, before: int, now: int, totals: list[PostCount]
    ) -> Iterator[tuple[Cell, ...]]:
        was, will = self._by_post(slot, before), self._by_post(slot, now)
        shown = self._shown(slot, now, {*was, *will})
        counts, whole = self._counts(slot, now, shown, will)
        for post, count in zip(shown, counts, strict=True):
            yield self._post_row(slot, post, (before, now), (was.get(post, ()), will.get(post, ())), count)
        totals.append(whole)
        if len(shown) > 1:
            yield self._sum_row(_SUBTOTAL, now, slot, whole)

    def _shown(self, slot: int, now: int, held: Collection[str]) -> Sequence[str]:
        """Return the posts of a slot with a holder or an authorised number; the first one if none has."""
        shown = [one for one in self._posts if one in held or (slot, one, now) in self.limits]
        return shown or self._posts[:1]

    def _counts(
        self, slot: int, now: int, shown: Sequence[str], held: Mapping[str, Sequence[int]]
    ) -> tuple[list[PostCount], PostCount]:
        """Return the count of each post of a slot, and that of the slot as a whole."""
        limits = [self.limits.get((slot, post, now), (None, None)) for post in shown]
        whole = self.limits.get((slot, "", now))
        if len(shown) == 1 and whole is not None:
            limits = [_narrower(limits[0], whole)]
        counts = [
            PostCount.of(bound, len(held.get(post, ()))) for post, bound in zip(shown, limits, strict=True)
        ]
        return counts, counts[0] if len(shown) == 1 else PostCount.total(counts, whole)

    def places(self, now: int, held: int) -> dict[int, PostCount]:
        """Count each open place by the limits of one period and the holders of another one (-1: before)."""
        found = {}
        for slot in range(len(self.layer.slots)):
            if self.layer.active[slot, now]:
                by_post = self._by_post(slot, held)
                found[slot] = self._counts(slot, now, self._shown(slot, now, by_post), by_post)[1]
        return found

    def total(self, now: int, held: int) -> PostCount:
        """Count the layer by the limits of one period and the holders of another one (-1: before)."""
        return PostCount.total([*self.places(now, held).values()])

    def _post_row(
        self,
        slot: int,
        post: str,
        when: tuple[int, int],
        members: tuple[Iterable[int], Iterable[int]],
        count: PostCount,
    ) -> tuple[Cell, ...]:
        before, now = when
        was, will = dict.fromkeys(members[0]), dict.fromkeys(members[1])
        come = [item for item in will if item not in was]
        go = [item for item in was if item not in will]
        tracked = before >= 0 or bool(self.layer.past.at(-1))
        return (
            word_cell(self.layer.period_id(now) or ""),
            word_cell(self._parent(slot)),
            word_cell(self.source.named(self.layer.slots[slot]).name),
            text_cell(self._post_text(post)),
            word_cell(count.text),
            self._holders(was, slot, before) if before < 0 else self._names(was),
            self._names(will, new=come if tracked else ()),
            self._names(come, tone=True) if tracked else Cell(),
            self._names(go, tone=False) if tracked else Cell(),
            number_cell(count.actual),
            *_off(count),
        )

    def _parent(self, slot: int) -> str:
        entity = self.source.organisation.entities[self.layer.slots[slot]]
        parent = str(getattr(entity, "parent", ""))
        return self.source.display_names.get(parent, parent)

    def _names(self, items: Iterable[int], *, new: Sequence[int] = (), tone: bool | None = None) -> Cell:
        ids = [self.layer.items[item] for item in items]
        fresh = {self.layer.items[item] for item in new}
        shown = [("▲" if one in fresh else "") + self.source.named(one).name for one in ids]
        text = joined([Text(zh=name, en=name) for name in shown])
        return Cell(text, tone="" if tone is None else "in" if tone else "out", people=tuple(ids))

    def _holders(self, items: Iterable[int], slot: int, period: int) -> Cell:
        """Return the present holders with their years in the place (任职年限)."""
        shown = []
        for item in items:
            name = self.source.named(self.layer.items[item]).name
            years = years_between(
                self.source.since(self.layer, item, slot, period), self.layer.periods[0].start
            )
            shown.append(
                Text(zh=name, en=name)
                if years is None
                else Text(zh=f"{name}（{years}年）", en=f"{name} ({years} y)")
            )
        return Cell(joined(shown), people=tuple(self.layer.items[item] for item in items))

    def _sum_row(self, title: Text, now: int, slot: int | None, count: PostCount) -> tuple[Cell, ...]:
        named = "" if slot is None else self.source.named(self.layer.slots[slot]).name
        parent = "" if slot is None else self._parent(slot)
        return (
            word_cell(self.layer.period_id(now) or "", tone="total"),
            word_cell(parent, tone="total"),
            word_cell(named, tone="total"),
            text_cell(title, "total"),
            word_cell(count.text, tone="total"),
            *[Cell()] * 4,
            Cell(number=count.actual, tone="total"),
            Cell(number=count.vacant if self.limits else None, tone="total"),
            Cell(number=count.over if self.limits else None, tone="total"),
        )


def _sum(bounds: Sequence[int | None]) -> int | None:
    known = [bound for bound in bounds if bound is not None]
    return sum(known) if known and len(known) == len(bounds) else None


def _off(count: PostCount) -> tuple[Cell, Cell]:
    if count.limits == (None, None):
        return Cell(), Cell()
    return number_cell(count.vacant, "warn"), number_cell(count.over, "bad")


def years_between(first: date | None, last: date) -> Number | None:
    """Return the full years from one day to another; None where the first is unknown."""
    if first is None:
        return None
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))
