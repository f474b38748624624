"""Says why a panel cannot be drawn, quota by quota, and the least that would mend it."""

from __future__ import annotations

from allocator.lottery.findings import CannotDraw
from allocator.lottery.kinds._panel_file import PanelRules
from allocator.lottery.leximin.panels import Panels
from allocator.lottery.leximin.quotas import Bound, find_conflict
from allocator.model.text import Text


def refuse(panels: Panels, rules: PanelRules) -> None:
    """Refuse quotas that no panel keeps.

    Raises:
        CannotDraw: With the quotas that cannot hold together, and the least change.
    """
    there = sum(panels.people)
    if there < panels.size:
        reason = Text(
            zh=f"候选池只有 {there} 人，要抽 {panels.size} 人",
            en=f"the pool has {there} people, and {panels.size} are to be drawn",
        )
        mend = Text(zh=f"size 改为 {there}", en=f"size: {there}") if there else Text()
        raise CannotDraw([reason], [mend] if mend else [])
    conflict = find_conflict(panels)
    if conflict is not None:
        raise CannotDraw(
            [_reason(bound, panels, rules) for bound in conflict.bounds],
            [_mend(bound, rules) for bound in conflict.remedies],
        )


def _reason(bound: Bound, panels: Panels, rules: PanelRules) -> Text:
    quota = rules.quotas[bound.quota]
    pairs = zip(panels.people, panels.member, strict=True)
    there = sum(people for people, member in pairs if bound.quota in member)
    if bound.side == "least":
        zh, en = f"至少 {quota.least} 人（池中 {there} 人）", f"at least {quota.least} (there are {there})"
    else:
        zh, en = f"至多 {quota.most} 人", f"at most {quota.most}"
    title = _title(bound, rules)
    return Text(zh=f"{title.zh}：{zh}", en=f"{title.en}: {en}")


def _mend(bound: Bound, rules: PanelRules) -> Text:
    quota = rules.quotas[bound.quota]
    if bound.side == "least":
        zh, en = f"至少 {quota.least - bound.by} 人", f"at least {quota.least - bound.by}"
        old = quota.least
    else:
        zh, en = f"至多 {quota.most + bound.by} 人", f"at most {quota.most + bound.by}"
        old = quota.most
    title = _title(bound, rules)
    return Text(zh=f"{title.zh}：改为{zh}（原为 {old}）", en=f"{title.en}: {en} (was {old})")


def _title(bound: Bound, rules: PanelRules) -> Text:
    """Return what people call a quota; with its condition where it is one of several of a name."""
    quota = rules.quotas[bound.quota]
    several = sum(other.title == quota.title for other in rules.quotas) > 1
    title, more = quota.title.text, f" ({quota.when})" if several else ""
    return Text(zh=f"{title.zh}{more}", en=f"{title.en}{more}")
