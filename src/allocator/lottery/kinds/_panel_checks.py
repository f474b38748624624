"""What is checked of a panel's audit file: the lottery, the chances, the proof that they are LEXIMIN."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib import import_module

from allocator.lottery.findings import Check
from allocator.lottery.kinds._panel_file import PanelCommitted, ProofLevel
from allocator.lottery.leximin.lottery import fractions_of, mean_panel
from allocator.lottery.leximin.panels import Panels
from allocator.lottery.leximin.proof import Level, priced_most, rooms
from allocator.model.text import Text

#: By how much a chance may fall short of LEXIMIN: what rounding to whole tickets takes.
ROOM = Fraction(1, 100_000)


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
                zh=f"证明第 {number} 层的上界不实：文件为 {level.most}，实为 {most}",
                en=f"a bound of the proof is not so: that of level {number} is {most}, not {level.most}",
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
    search = import_module("allocator.lottery.leximin.search")
    most: int | None = search.heaviest_weight(panels, level.weights)
    return most


def _tolerated(level: ProofLevel) -> int:
    """A search reckons in floats; a bound by prices is exact."""
    return 0 if level.prices else max(1, abs(level.most) // 10**7)
