"""Candidates for a seat as lines: who could have it by cost, the others by the rules that they break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Language
from allocator.report.candidate_view import CandidateLine, RankingView
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.judgement_text import breach_line
from allocator.report.score_view import FindingView

#: Allowed candidates, groups of refused ones, and names in a group that are listed at most.
LISTED, GROUPS, NAMES = 10, 10, 8
#: Seats of a chain that are listed at most.
CHAIN = 4


def render_ranking(view: RankingView, language: Language, *, every: bool = False) -> Iterator[str]:
    """Yield the candidates for a seat; with ``every`` all of them, with all breaches of the others."""
    yield _heading(view, language)
    can, open_, out = view.of("allowed", "chained"), view.of("undecided"), view.of("impossible")
    if can:
        yield pick(
            language,
            f"可以任此席（{len(can)}），由优到劣（所列为已找到的安排的代价，求解或更省）：",
            f"could have it ({len(can)}), best first (the price of what was found; it may be less):",
        )
    elif open_:
        yield pick(language, "限时内未找到可以任此席的人", "nobody who could have it was found in time")
    else:
        yield pick(language, "无人可任此席（已证明）", "nobody could have it (proved)")
    for line in can if every else can[:LISTED]:
        yield "  " + printable(f"{line.rank}. {_move_text(line, language)}{_cost_text(line, language)}")
        yield from _chain_lines(line, language, every=every)
    yield from _more_line(len(can) - LISTED, every, language)
    if open_:
        yield pick(
            language,
            f"未定（{len(open_)}）：单换一人违反下列规则，连同他人变动是否可行，限时内既未找到也未证明不可：",
            f"not decided in time ({len(open_)}): one exchange breaks these rules; whether it can be done"
            " with others moving, too, was neither found nor excluded:",
        )
        yield from _refused_in_full(open_, language) if every else _refused_in_groups(open_, language)
    if out:
        by = "; ".join(dict.fromkeys(one.proof(language) for one in out if one.proof))
        told = f"{pick(language, '：', ': ')}{by}" if by else ""
        yield printable(pick(language, f"不可（{len(out)}）{told}", f"could not ({len(out)}){told}"))
        yield from _refused_in_full(out, language) if every else _refused_in_groups(out, language)


def _chain_lines(line: CandidateLine, language: Language, *, every: bool) -> Iterator[str]:
    """Yield the seats that change hands, where others move, too."""
    shown = line.chain if every else line.chain[:CHAIN]
    yield from ("       " + printable(move(language)) for move in shown)
    more = len(line.chain) - len(shown)
    if more:
        yield pick(language, f"       另有 {more} 处", f"       {more} more")


def _heading(view: RankingView, language: Language) -> str:
    role = f" {view.role(language)}" if view.role else ""
    when = f" @{view.period}" if view.period else ""
    text = f"{view.title(language)} · {view.slot.name_and_id}{role}{when}"
    who = [one.item.name_and_id for one in view.of("holder")]
    text += pick(language, " · 现任：", " · held by ") + (", ".join(who) or pick(language, "无", "nobody"))
    return printable(text)


def _move_text(line: CandidateLine, language: Language) -> str:
    """Return the candidate, the holder who leaves, and the places that change hands."""
    text = line.item.name_and_id
    if line.chain:
        count = len(line.chain)
        return text + pick(language, f"（连同他人变动 {count} 处席位）", f" ({count} seats change hands)")
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
        groups.setdefault(tuple(found.id for found in line.refused), []).append(line)
    ordered = sorted(groups.items(), key=lambda group: (len(group[0]), -len(group[1])))
    for _, lines in ordered[:GROUPS]:
        rules = pick(language, "；", "; ").join(
            _rule_text(found, language) for found in lines[0].refused
        ) + _shared_detail(lines, language)
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
            yield from ("  " + text for text in finding_lines(found, "✗", language))


def finding_lines(found: FindingView, mark: str, language: Language) -> Iterator[str]:
    """Yield a rule and each of its breaches."""
    yield "  " + printable(f"{mark} {_rule_text(found, language)}")
    for breach in found.breaches:
        yield "      " + printable(breach_line(breach, language))


def _rule_text(found: FindingView, language: Language) -> str:
    return found.why(language) or found.id


def _more_line(count: int, every: bool, language: Language) -> Iterator[str]:
    if count > 0 and not every:
        yield "  " + pick(language, f"另有 {count} 个（--all 全部列出）", f"{count} more (see --all)")
