"""Findings about a draw: checks, report lines, refusals, and differences between file and scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.errors import shorten
from allocator.lottery.hashing import canonical
from allocator.model.text import Text


@dataclass(frozen=True)
class Check:
    """One thing that was looked at in a draw, and whether it is so."""

    text: Text
    holds: bool = True


@dataclass(frozen=True)
class Line:
    """A line of a report: what, how many there are, how many of them are drawn, with what chance."""

    text: Text
    there: int
    asked: str
    chance: Text | str
    drawn: int | None = None


class CannotDraw(Exception):  # noqa: N818 - it is an answer
    """The rules of a draw cannot be met; says which, and the least that would mend it.

    Attributes:
        reasons: What cannot hold together, none of which can be left out.
        remedies: Changes that together would do, the least in all.
    """

    def __init__(self, reasons: Sequence[Text], mends: Sequence[Text]) -> None:
        super().__init__("; ".join(reason.en for reason in reasons))
        self.reasons, self.remedies = tuple(reasons), tuple(mends)


MOST_NAMED = 20


def named(ids: Sequence[str], label: Mapping[str, str]) -> str:
    """Return ``name (id), name (id) ... (+3)``."""
    shown = ", ".join(one_named(name, label.get(name, name)) for name in ids[:MOST_NAMED])
    more = len(ids) - MOST_NAMED
    return f"{shown} ... (+{more})" if more > 0 else shown


def one_named(name: str, label: str) -> str:
    """Return ``name (id)``, or the id alone where there is no name."""
    return shorten(name) if label == name else f"{shorten(label, 40)} ({shorten(name, 40)})"


def percent(chance: float) -> str:
    """Return a chance as people read it."""
    return f"{100 * chance:.2f}%"


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
