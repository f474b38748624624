"""Findings about a draw: checks, report lines, refusals, and differences between file and scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.errors import shorten
from allocator.lottery.hashing import canonical_json
from allocator.model.text import Text


@dataclass(frozen=True)
class Check:
    """A check of a draw, and whether it holds."""

    text: Text
    holds: bool = True


@dataclass(frozen=True)
class ReportLine:
    """A line of a report on a group of the pool.

    Attributes:
        text: Name of the group.
        there: Size of the group.
        asked: How many of the group are to be drawn.
        chance: The chance of each.
        drawn: How many are drawn; None before the draw.
    """

    text: Text
    there: int
    asked: str
    chance: Text | str
    drawn: int | None = None


class CannotDraw(Exception):  # noqa: N818 - it is an answer
    """The rules of a draw cannot be met.

    Attributes:
        reasons: Requirements that cannot hold together, minimal by inclusion.
        remedies: The least change, all parts of which are needed.
    """

    def __init__(self, reasons: Sequence[Text], mends: Sequence[Text]) -> None:
        super().__init__("; ".join(reason.en for reason in reasons))
        self.reasons, self.remedies = tuple(reasons), tuple(mends)


MOST_NAMED = 20


def names_with_ids(ids: Sequence[str], label: Mapping[str, str]) -> str:
    """Return ``name (id), name (id) ... (+3)``."""
    shown = ", ".join(name_with_id(name, label.get(name, name)) for name in ids[:MOST_NAMED])
    more = len(ids) - MOST_NAMED
    return f"{shown} ... (+{more})" if more > 0 else shown


def name_with_id(name: str, label: str) -> str:
    """Return ``name (id)``, or the id alone where there is no name."""
    return shorten(name) if label == name else f"{shorten(label, 40)} ({shorten(name, 40)})"


def percent(chance: float) -> str:
    """Return a chance as people read it."""
    return f"{100 * chance:.2f}%"


def rule_differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[Check]:
    """Yield each rule of the scenario that differs from the commitment; of a list, each entry."""
    old, new = dict(_flatten(there)), dict(_flatten(here))
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            was, now = (shorten(canonical_json(one[key]) if key in one else "—", 120) for one in (old, new))
            text = Text(
                zh=f"规则 {key} 不同：文件为 {was}，场景为 {now}",
                en=f"the rule {key} differs: {was} in the file, {now} in the scenario",
            )
            yield Check(text, False)


def _flatten(rules: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in rules.items():
        if isinstance(value, list | tuple):
            yield from ((f"{key}.{number}", one) for number, one in enumerate(value))
        else:
            yield key, value


def pool_differences(
    what: Text, there: Mapping[str, Any], here: Mapping[str, Any], label: Mapping[str, str]
) -> Iterator[Check]:
    """Yield entries of the pool that were added, removed or changed since the commitment.

    Args:
        what: Name of the pool.
        there: By id of the commitment, the data that the draw depends on.
        here: The same of the scenario.
        label: The name of each id.
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
            who = names_with_ids(names, label)
            yield Check(
                Text(zh=f"{what.zh}{zh}（{len(names)}）：{who}", en=f"{what.en} {en} ({len(names)}): {who}"),
                False,
            )
    if not any(names for names, _, _ in groups):
        yield Check(Text(zh=f"{what.zh}相同（{len(here)}）", en=f"{what.en}: the same ({len(here)})"))
