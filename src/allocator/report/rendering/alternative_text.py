"""Another plan against the one at hand as lines: why not there, and why here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.scenario import NamedEntity
from allocator.model.text import Language, Text
from allocator.report.alternative_view import AlternativeView, RuleText
from allocator.report.rendering.candidate_text import finding_lines
from allocator.report.rendering.console import pick, printable
from allocator.report.seat_reasons_view import BarredGroup, SeatReasonsView

#: Seats that change hands, groups of rules, and names that are listed at most.
MOVES, GROUPS, NAMES = 12, 6, 6


def render_why_not(view: AlternativeView, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield the price of an item at a seat; with ``every`` all seats that change hands."""
    name = view.item.name
    yield printable(
        pick(
            language,
            f"{view.seat.text.zh}：为何不是{name}",
            f"{view.seat.text.en}: why not {name}",
        )
    )
    yield printable(_why_not_answer(view, language))
    yield from _conflict(view, language)
    yield from render_changes(view, language, every=every)


def _why_not_answer(view: AlternativeView, language: Language) -> str:
    if view.standing == "impossible":
        return pick(language, f"不可能；{view.proof.zh}", f"cannot be; {view.proof.en}")
    if view.standing == "open":
        return pick(language, f"未定；{view.proof.zh}", f"not decided; {view.proof.en}")
    if view.is_tie:
        return pick(
            language,
            f"可以，各级代价不变：并列，没有规则要求不是此人（{view.proof.zh}）"
            if view.standing == "proved"
            else f"可以，各级代价不变（{view.proof.zh}）",
            f"could be, and costs the same: a tie, nothing requires anybody else ({view.proof.en})"
            if view.standing == "proved"
            else f"could be, and costs the same ({view.proof.en})",
        )
    price, (left, right) = price_text(view, language), _brackets(language)
    return pick(language, "可以：", "could be: ") + f"{price}{left}{view.proof(language)}{right}"


def price_text(view: AlternativeView, language: Language, *, as_found: bool = False) -> str:
    """Return the price by level: each level that changes, or may cost less than was found.

    Args:
        view: The other plan.
        language: The language.
        as_found: Whether to leave out what it may cost less.
    """
    parts = []
    for one in view.price:
        is_open = not as_found and view.standing == "bound" and one.least < one.change
        if one.change or is_open:
            at_most = pick(language, "至多 ", "at most ") if is_open else ""
            least = pick(language, f"、至少 {one.least:+,}", f", at least {one.least:+,}") if is_open else ""
            parts.append(f"{one.title(language)} {at_most}{one.change:+,}{least}")
    return pick(language, "；", "; ").join(parts) or pick(language, "各级代价不变", "costs the same")


def _brackets(language: Language) -> tuple[str, str]:
    return pick(language, "（", " ("), pick(language, "）", ")")


def _conflict(view: AlternativeView, language: Language) -> Iterator[str]:
    if view.conflict:
        yield pick(language, "以下规则与此不能同时成立：", "these rules and that cannot hold together:")
        yield from (f"  {printable(one.title(language))}" for one in view.conflict)
    if view.exchange:
        yield pick(language, "单换一人、其余不变，会违反：", "one exchange alone would break:")
    for found in view.exchange:
        yield from finding_lines(found, "✗", language)


def render_changes(view: AlternativeView, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield who moves, and the price rule by rule."""
    if view.moves:
        count = len(view.moves)
        yield pick(language, f"变动席位（{count}）：", f"seats that change hands ({count}):")
        for move in view.moves if every else view.moves[:MOVES]:
            yield "  " + printable(move(language))
        if count > MOVES and not every:
            more = count - MOVES
            yield pick(language, f"  另有 {more} 处（--all 全部列出）", f"  {more} more (see --all)")
    if view.rules:
        yield pick(language, "逐条规则（每级合计即其代价）：", "rule by rule (a level adds up to its price):")
    for one in view.rules:
        yield "  " + printable(f"{one.level}: {one.change:+,} · {one.title(language)}")


def render_why_here(view: SeatReasonsView, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield why an item has a seat."""
    without, name = view.without, view.without.item.name
    seat = without.seat.text
    yield printable(pick(language, f"{seat.zh}：为何是{name}", f"{seat.en}: why {name}"))
    if view.served:
        since = pick(language, f"，{view.since} 起", f", since {view.since}") if view.since else ""
        yield printable(
            pick(
                language,
                f"在此处已连续 {view.served} 期{since}",
                f"there for {view.served} periods on end{since}"
                if view.served > 1
                else f"there for one period already{since}",
            )
        )
    yield printable(_why_here_answer(view, language))
    yield from _conflict(without, language)
    yield from render_changes(without, language, every=every)
    if view.rules:
        yield pick(language, "与此席有关、均已满足的规则：", "rules that bear on the seat, all of them kept:")
        yield from (f"  {printable(one.title(language))}" for one in view.rules)
    yield from _elsewhere(view, language)
    yield from _barred(view.barred, language, every=every)


def _why_here_answer(view: SeatReasonsView, language: Language) -> str:
    without, name = view.without, view.without.item.name
    proof = without.proof(language)
    left, right = _brackets(language)
    if without.standing == "impossible":
        return pick(language, f"只能是{name}；{proof}", f"must be {name}; {proof}")
    if without.standing == "open":
        return pick(language, f"换人是否可行未定；{proof}", f"not decided whether others can; {proof}")
    who = _names(view.runners_up, language)
    if without.is_tie and without.standing == "proved":
        return pick(
            language,
            f"没有规则要求必须如此：并列，{f'换成{who}' if who else '空着此席'}各级代价不变（{proof}）",
            f"nothing requires it: a tie, with {who or 'the seat vacant'} it costs the same ({proof})",
        )
    price = price_text(without, language) + f"{left}{proof}{right}"
    return pick(
        language,
        f"换人的代价（{f'由{who}接任' if who else '此席空着'}）：{price}",
        f"without {name} there ({f'{who} takes it' if who else 'the seat vacant'}): {price}",
    )


def _elsewhere(view: SeatReasonsView, language: Language) -> Iterator[str]:
    if not view.places:
        return
    told = pick(
        language,
        f"此人若任别处同一职务（看了 {view.places} 处中的 {view.looked_at} 处，为已找到的方案的代价）：",
        f"in the same role elsewhere ({view.looked_at} of {view.places} places looked at, the price of plans"
        " that were found):",
    )
    if not view.elsewhere:
        yield told + pick(language, "未找到可行的方案", " no plan was found")
        return
    yield told
    for one in view.elsewhere:
        colon = pick(language, "：", ": ")
        yield "  " + printable(f"{one.seat.slot.name}{colon}{price_text(one, language, as_found=True)}")


def _barred(groups: Sequence[BarredGroup], language: Language, *, every: bool) -> Iterator[str]:
    if groups:
        yield pick(
            language,
            "其他人若只与之对换或接替，会违反：",
            "others, by one exchange alone, would break:",
        )
    for one in groups if every else groups[:GROUPS]:
        rules = pick(language, "；", "; ").join(
            _rule(*pair, language) for pair in zip(one.rules, one.details, strict=True)
        )
        yield "  ✗ " + printable(f"{rules} — {_names(one.people, language, every=every)}")
    more = sum(len(one.people) for one in groups[GROUPS:])
    if more and not every:
        yield pick(language, f"  另有 {more} 人（--all 全部列出）", f"  {more} more (see --all)")


def _rule(rule: RuleText, detail: Text, language: Language) -> str:
    title, (left, right) = rule.title(language), _brackets(language)
    return f"{title}{left}{detail(language)}{right}" if detail(language) else title


def _names(people: Sequence[NamedEntity], language: Language, *, every: bool = False) -> str:
    shown = people if every else people[:NAMES]
    text = pick(language, "、", ", ").join(one.name for one in shown)
    more = len(people) - len(shown)
    return text + (pick(language, f"等 {len(people)} 个", f" and {more} more") if more else "")
