"""Canonical JSON, the SHA-256 of a commitment, and the lottery numbers of a draw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, count
from typing import Any


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
