"""How a scenario differs from what was committed to: its rules, and who is in the hat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allocator.errors import shorten
from allocator.lottery.canonical import canonical
from allocator.lottery.kind import Check
from allocator.lottery.naming import named
from allocator.model.text import Text


def rules_differ(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[Check]:
    """Yield every rule of the scenario that differs from the one committed to; of a list, each entry."""
    old, new = dict(_flat(there)), dict(_flat(here))
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            was, now = (shorten(canonical(one[key]) if key in one else "—", 120) for one in (old, new))
            text = Text(
                zh=f"规则 {key} 不同：文件为 {was}，场景为 {now}",
                en=f"the rule {key} differs: {was} in the file, {now} in the scenario",
            )
            yield Check(text, False)


def _flat(rules: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in rules.items():
        if isinstance(value, list | tuple):
            yield from ((f"{key}.{number}", one) for number, one in enumerate(value))
        else:
            yield key, value


def names_differ(
    what: Text, there: Mapping[str, Any], here: Mapping[str, Any], label: Mapping[str, str]
) -> Iterator[Check]:
    """Yield who is in one hat and not in the other, and of whom something that counts has changed.

    Args:
        what: What is in the hat.
        there: For each id committed to, what counts of it.
        here: The same of the scenario.
        label: The names that people know the ids by.
    """
    groups = (
        ([name for name in here if name not in there], "承诺之后新增", "added since the commitment"),
        ([name for name in there if name not in here], "承诺之后减少", "gone since the commitment"),
        (
            [name for name in here if name in there and here[name] != there[name]],
            "承诺之后有变（所属名额或回避）",
            "changed since the commitment (quotas or recusals)",
        ),
    )
    for names, zh, en in groups:
        if names:
            who = named(names, label)
            yield Check(
                Text(zh=f"{what.zh}{zh}（{len(names)}）：{who}", en=f"{what.en} {en} ({len(names)}): {who}"),
                False,
            )
    if not any(names for names, _, _ in groups):
        yield Check(Text(zh=f"{what.zh}相同（{len(here)}）", en=f"{what.en}: the same ({len(here)})"))
