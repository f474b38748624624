"""What is checked of a panel's audit file: rules and pool against the scenario, the lottery, the proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from importlib import import_module

from allocator.draw.kind import Check
from allocator.draw.kinds._panel_file import PanelCommitted, PanelRules, ProofLevel
from allocator.draw.leximin.lottery import fractions_of, mean_panel
from allocator.draw.leximin.panels import Panels
from allocator.draw.leximin.proof import Level, priced_most, rooms
from allocator.draw.naming import named
from allocator.errors import shorten
from allocator.model.text import Text

#: By how much a chance may fall short of LEXIMIN: what rounding to whole tickets takes.
ROOM = Fraction(1, 100_000)


def rule_differences(there: PanelRules, here: PanelRules) -> Iterator[Check]:
    """Yield how the rules of the scenario differ from those committed to."""
    for what, old, new in (("from", there.source, here.source), ("size", there.size, here.size)):
        if old != new:
            yield _differs(what, str(old), str(new))
    for number in range(max(len(there.quotas), len(here.quotas))):
        old_quota = there.quotas[number] if number < len(there.quotas) else None
        new_quota = here.quotas[number] if number < len(here.quotas) else None
        if old_quota != new_quota:
            shown = [
                "—" if one is None else f"{one.title.zh}: {one.least}-{one.most} ({one.when})"
                for one in (old_quota, new_quota)
            ]
            yield _differs(f"quotas.{number}", *shown)


def _differs(what: str, there: str, here: str) -> Check:
    there, here = shorten(there, 100), shorten(here, 100)
    text = Text(
        zh=f"规则 {what} 不同：文件为“{there}”，场景为“{here}”",
        en=f"the rule {what} differs: '{there}' in the file, '{here}' in the scenario",
    )
    return Check(text, False)


def pool_differences(
    committed: PanelCommitted, here: Mapping[str, tuple[int, ...]], label: Mapping[str, str]
) -> Iterator[Check]:
    """Yield who is in one pool and not in the other, and who counts to other quotas."""
    there = {name: alike.quotas for alike in committed.pool for name in alike.ids}
    added = [name for name in here if name not in there]
    gone = [name for name in there if name not in here]
    changed = [name for name in here if name in there and here[name] != there[name]]
    for names, zh, en in (
        (added, "场景的池中有、承诺的池中没有", "in the scenario's pool, not in the one committed to"),
        (gone, "承诺的池中有、场景的池中没有", "in the pool committed to, not in the scenario's"),
        (changed, "所属名额已变", "counted to other quotas than in the pool committed to"),
    ):
        if names:
            who = named(names, label)
            yield Check(Text(zh=f"{zh}（{len(names)}）：{who}", en=f"{en} ({len(names)}): {who}"), False)
    if not (added or gone or changed):
        yield Check(Text(zh=f"候选池相同（{len(here)}）", en=f"the pool is the same ({len(here)})"))
    if sum(len(alike.ids) for alike in committed.pool) != len(there):
        yield Check(Text(zh="池中有人出现两次", en="somebody is in the pool twice"), False)


def lottery_checks(committed: PanelCommitted) -> Iterator[Check]:
    """Yield whether every panel keeps the quotas, the chances are so, and the proof holds."""
    panels = committed.panels
    wrong = [k for k, one in enumerate(committed.lottery) if not panels.admit(one.counts)]
    many = len(committed.lottery)
    if wrong:
        shown = ", ".join(map(str, wrong[:10]))
        yield Check(Text(zh=f"不守名额的组：{shown}", en=f"panels that break a quota: {shown}"), False)
        return
    yield Check(Text(zh=f"{many} 个组均守名额", en=f"all panels of the lottery keep the quotas ({many})"))
    weights = tuple(one.tickets for one in committed.lottery)
    mean = mean_panel(tuple(one.counts for one in committed.lottery), weights)
    true = fractions_of(mean, panels.people, sum(weights))
    claimed = [alike.chance for alike in committed.pool]
    if claimed != [(chance.numerator, chance.denominator) for chance in true]:
        bad = next(k for k, one in enumerate(true) if claimed[k] != (one.numerator, one.denominator))
        yield Check(
            Text(
                zh=f"机会不实：第 {bad} 类为 {true[bad]}",
                en=f"a chance is not so: that of type {bad} is {true[bad]}",
            ),
            False,
        )
    else:
        yield Check(Text(zh="各人机会与签相符", en="everybody's chance is what the lottery gives"))
    yield _proof(committed, panels, mean, sum(weights))


def _proof(committed: PanelCommitted, panels: Panels, mean: list[int], total: int) -> Check:
    levels = []
    for number, level in enumerate(committed.proof):
        most = _most(panels, level)
        if most is None or abs(most - level.most) > _tolerated(level):
            text = Text(
                zh=f"证明第 {number} 层的上界不实：文件 {level.most}，实为 {most}",
                en=f"the bound of level {number} of the proof is not so: {level.most} in the file, {most} found",
            )
            return Check(text, False)
        levels.append(Level(level.settles, level.weights, level.prices, max(most, level.most)))
    room = max(rooms(panels, mean, total, levels))
    shown = f"{float(room):.1e}"
    if room > ROOM:
        text = Text(
            zh=f"机会不是最均等的：有人的机会可提高 {shown}",
            en=f"the chances are not LEXIMIN: somebody's could be higher by {shown}",
        )
        return Check(text, False)
    text = Text(
        zh=f"机会已证明最均等（LEXIMIN，{len(levels)} 层，误差不超过 {shown}）",
        en=f"the chances are proved LEXIMIN ({len(levels)} levels, to within {shown})",
    )
    return Check(text)


def _most(panels: Panels, level: ProofLevel) -> int | None:
    """Return what no panel weighs more than, by arithmetic if there are prices and else by search."""
    if level.prices:
        return priced_most(panels, level.weights, level.prices)
    search = import_module("allocator.draw.leximin.search")
    most: int | None = search.heaviest_weight(panels, level.weights)
    return most


def _tolerated(level: ProofLevel) -> int:
    """A search reckons in floats; a bound by prices is exact."""
    return 0 if level.prices else max(1, abs(level.most) // 10**7)
