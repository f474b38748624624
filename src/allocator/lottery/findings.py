"""Findings about a draw (checks, refusals, differences from the scenario), and lottery numbers by hash."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, count
from typing import Any

from allocator.errors import shorten
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


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no spaces, and no escapes but those that JSON needs; no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def commitment_hash(committed: Mapping[str, Any]) -> str:
    """Return the SHA-256 of canonical JSON in UTF-8, in hexadecimal."""
    return sha256(canonical_json(committed).encode("utf-8", "surrogatepass")).hexdigest()


def readable_json(value: Mapping[str, Any], indent: str = "") -> str:
    """Return an object as JSON with an entry on each line, for people to read and compare."""
    inner = indent + "  "
    entries = (f"{inner}{canonical_json(key)}: {_entry(part, inner)}" for key, part in sorted(value.items()))
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def _entry(value: Any, indent: str) -> str:
    if isinstance(value, Mapping) and any(isinstance(part, list | dict) for part in value.values()):
        return readable_json(value, indent)
    if isinstance(value, list) and any(isinstance(part, list | dict) for part in value):
        lines = ",\n".join(f"{indent}  {canonical_json(part)}" for part in value)
        return f"[\n{lines}\n{indent}]"
    return canonical_json(value)


#: Lottery numbers are below this.
_RANGE = 2**256


@dataclass(frozen=True)
class LotteryNumbers:
    """The lottery numbers of one draw.

    Attributes:
        commitment: SHA-256 of the commitment, in hexadecimal.
        seed: The public seed.
    """

    commitment: str
    seed: str

    def of(self, *parts: str) -> int:
        """Return the lottery number of parts: the purpose of the number, then an id."""
        text = "\n".join((self.commitment, self.seed, *parts))
        return int.from_bytes(sha256(text.encode()).digest(), "big")

    def in_order(self, *parts: str, names: Iterable[str]) -> list[str]:
        """Return names by their lottery numbers, the lowest first; every order is equally likely."""
        return sorted(names, key=lambda name: (self.of(*parts, name), name))

    def draw_ticket(self, tickets: Sequence[int]) -> tuple[int, int]:
        """Draw a ticket; return it, and the index of the entry that holds it.

        Args:
            tickets: ``[n]`` tickets of each entry.
        """
        totals = list(accumulate(tickets))
        ticket = self.ticket(totals[-1])
        return ticket, next(k for k, total in enumerate(totals) if ticket < total)

    def ticket(self, tickets: int) -> int:
        """Return one of the tickets 0, 1, ..., each with exactly the same chance.

        A lottery number in the last, incomplete round of tickets is rejected, and the next one is taken.
        """
        whole = _RANGE - _RANGE % tickets
        return next(n for k in count() if (n := self.of("ticket", str(k))) < whole) % tickets
