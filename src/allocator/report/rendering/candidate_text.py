"""Candidates for a seat as lines: allowed ones by cost, then refused ones by the rules that they break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Language
from allocator.report.candidate_view import CandidateLine, PinnedView, RankingView
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.judgement_text import breach_line
from allocator.report.score_view import FindingView

#: Allowed candidates, groups of refused ones, and names in a group that are listed at most.
LISTED, GROUPS, NAMES = 10, 10, 8


def render_ranking(view: RankingView, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield the candidates for a seat; with ``every`` all of them, with all breaches of the refused ones."""
    yield _heading(view, language)
    allowed, refused = view.of("allowed"), view.of("refused", "impossible")
    yield pick(
        language,
        f"可以任此席（{len(allowed)}），由优到劣：" if allowed else "无人可任此席而不违反硬规则",
        f"could have it without breaking a hard rule ({len(allowed)}), best first:"
        if allowed
        else "nobody could have it without breaking a hard rule",
    )
    for line in allowed if every else allowed[:LISTED]:
        yield "  " + printable(f"{line.rank}. {_move_text(line, language)}{_cost_text(line, language)}")
    yield from _more_line(len(allowed) - LISTED, every, language)
    if refused:
        yield pick(language, f"不可（{len(refused)}）：", f"could not ({len(refused)}):")
    yield from _refused_in_full(refused, language) if every else _refused_in_groups(refused, language)
    if allowed or refused:
        yield _scope_line(view, language)


def render_candidate(
    view: RankingView, language: Language, solved: PinnedView | None = None
) -> Iterator[str]:
    """Yield everything about a single candidate, and the result of a new solve."""
    [line] = view.candidates
    yield _heading(view, language, holders=False)
    if line.status == "holder":
        yield printable(f"{line.item.name_and_id}: " + pick(language, "现任", "has the seat"))
        return
    verdict = {
        "allowed": pick(language, "不违反硬规则", "breaks no hard rule"),
        "refused": pick(language, "违反硬规则", "breaks hard rules"),
        "impossible": pick(language, "不可能", "cannot be there at all"),
    }[line.status]
    yield printable(f"{_move_text(line, language)}: {verdict}{_cost_text(line, language)}")
    for found in line.refused:
        yield from _finding(found, "✗", language)
    for found in line.paid:
        yield from _finding(found, "·", language)
    for cost in line.rule_costs:
        yield "  " + printable(f"{cost.rule} [{cost.title(language)}] {cost.change:+,}")
    if line.status != "impossible":
        yield _scope_line(view, language) if solved is None else printable(_solve_text(solved, language))


def _scope_line(view: RankingView, language: Language) -> str:
    """Return the scope of the ranking: one period, with everything else unchanged."""
    zh = f"以上只看 {view.period} 一期，其余不变" if view.period else "以上其余不变"
    en = f"looked at {view.period} alone, with all else as it is" if view.period else "with all else as it is"
    zh += "；重新求解或更省（--item 加 --solve）"
    return printable(pick(language, zh, en + "; a new solve may cost less (--item with --solve)"))


def _solve_text(solved: PinnedView, language: Language) -> str:
    """Return the cost of a new solve: each level that changes, or is not proved to be the least."""
    within = pick(language, f"限 {solved.seconds:g} 秒", f"{solved.seconds:g} s at most")
    zh = f"指定后就全部周期重新求解（{within}）："
    text = pick(language, zh, f"a new solve of all periods with the pin ({within}): ")
    if not solved.costs and solved.status in ("infeasible", "unknown"):
        return text + solved.status_text(language)
    parts = []
    for cost, least in zip(solved.costs, solved.least, strict=True):
        open_to = pick(language, f"（至少 {least.change:+,}）", f" (at least {least.change:+,})")
        is_open = least.change < cost.change
        if cost.change or is_open:
            parts.append(f"{cost.title(language)} {cost.change:+,}" + (open_to if is_open else ""))
    told = ", ".join(parts) or pick(language, "各级代价不变", "costs the same")
    proved = pick(language, "，已证明最省", ", proved the least") if solved.status == "optimal" else ""
    return f"{text}{told}{proved}"


def _heading(view: RankingView, language: Language, *, holders: bool = True) -> str:
    role = f" {view.role(language)}" if view.role else ""
    when = f" @{view.period}" if view.period else ""
    text = f"{view.title(language)} · {view.slot.name_and_id}{role}{when}"
    if holders:
        who = [one.item.name_and_id for one in view.of("holder")]
        text += pick(language, " · 现任：", " · held by ") + (
            ", ".join(who) or pick(language, "无", "nobody")
        )
    return printable(text)


def _move_text(line: CandidateLine, language: Language) -> str:
    """Return the candidate, the holder who leaves, and the places that change hands."""
    text = line.item.name_and_id
    if line.replaces:
        text += pick(language, " 替 ", " for ") + line.replaces.name_and_id
    if line.leaves:
        places = ", ".join(
            place.slot.name_and_id + (f" {place.role(language)}" if place.role else "")
            for place in line.leaves
        )
        text += (
            pick(language, f"（互换，后者到 {places}）", f" (who takes {places} in turn)")
            if line.exchange
            else pick(language, f"（离开 {places}）", f" (leaves {places})")
        )
    return text


def _cost_text(line: CandidateLine, language: Language) -> str:
    """Return the changes in cost by level; empty for an impossible candidate."""
    if line.status == "impossible":
        return ""
    changes = [f"{cost.title(language)} {cost.change:+,}" for cost in line.costs if cost.change]
    return " · " + (", ".join(changes) or pick(language, "各级代价不变", "costs the same"))


def _refused_in_groups(refused: Sequence[CandidateLine], language: Language) -> Iterator[str]:
    """Yield refused candidates in groups by the rules that they break, fewest rules first."""
    groups: dict[tuple[str, ...], list[CandidateLine]] = {}
    for line in refused:
        groups.setdefault((line.status, *(found.id for found in line.refused)), []).append(line)
    ordered = sorted(
        groups.items(),
        key=lambda group: (group[1][0].status == "impossible", len(group[0]), -len(group[1])),
    )
    for _, lines in ordered[:GROUPS]:
        rules = "; ".join(_rule_text(found, language) for found in lines[0].refused) + _shared_detail(
            lines, language
        )
        names = ", ".join(line.item.name_and_id for line in lines[:NAMES])
        more = len(lines) - NAMES
        names += pick(language, f" 等 {len(lines)} 个", f" and {more} more") if more > 0 else ""
        yield "  ✗ " + printable(f"{rules} — {names}")
    more = sum(len(lines) for _, lines in ordered[GROUPS:])
    yield from _more_line(more, False, language)


def _shared_detail(lines: Sequence[CandidateLine], language: Language) -> str:
    """Return the detail of a single broken rule, if it is the same for all candidates."""
    found = {line.refused[0].breaches[0].detail(language) for line in lines}
    return f": {found.pop()}" if len(found) == 1 and len(lines[0].refused) == 1 and any(found) else ""


def _refused_in_full(refused: Sequence[CandidateLine], language: Language) -> Iterator[str]:
    for line in refused:
        yield "  " + printable(_move_text(line, language) + _cost_text(line, language))
        for found in line.refused:
            yield from ("  " + text for text in _finding(found, "✗", language))


def _finding(found: FindingView, mark: str, language: Language) -> Iterator[str]:
    yield "  " + printable(f"{mark} {_rule_text(found, language)}")
    for breach in found.breaches:
        yield "      " + printable(breach_line(breach, language))


def _rule_text(found: FindingView, language: Language) -> str:
    return f"{found.id} ({found.why(language)})"


def _more_line(count: int, every: bool, language: Language) -> Iterator[str]:
    if count > 0 and not every:
        yield "  " + pick(language, f"另有 {count} 个（--all 全部列出）", f"{count} more (see --all)")
