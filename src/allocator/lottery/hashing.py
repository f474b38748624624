"""Canonical JSON, the SHA-256 of a commitment, and the lottery numbers of a draw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, count
from typing import Any


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no spaces, and no escapes but those that JSON needs; no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def commitment_to(committed: Mapping[str, Any]) -> str:
    """Return the SHA-256 of canonical JSON in UTF-8, in hexadecimal."""
    return sha256(canonical(committed).encode("utf-8", "surrogatepass")).hexdigest()


def laid_out(value: Mapping[str, Any], indent: str = "") -> str:
    """Return an object as JSON with an entry a line, so that a person can read it and compare two."""
    inner = indent + "  "
    entries = (f"{inner}{canonical(key)}: {_entry(part, inner)}" for key, part in sorted(value.items()))
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def _entry(value: Any, indent: str) -> str:
    if isinstance(value, Mapping) and any(isinstance(part, list | dict) for part in value.values()):
        return laid_out(value, indent)
    if isinstance(value, list) and any(isinstance(part, list | dict) for part in value):
        lines = ",\n".join(f"{indent}  {canonical(part)}" for part in value)
        return f"[\n{lines}\n{indent}]"
    return canonical(value)


_ALL = 2**256


@dataclass(frozen=True)
class LotteryNumbers:
    """The numbers of one draw."""

    commitment: str
    seed: str

    def of(self, *parts: str) -> int:
        """Return the number of a name: what it is drawn for, then its id."""
        text = "\n".join((self.commitment, self.seed, *parts))
        return int.from_bytes(sha256(text.encode()).digest(), "big")

    def in_order(self, *parts: str, names: Iterable[str]) -> list[str]:
        """Return names by their numbers, the lowest first; every order is as likely as any other."""
        return sorted(names, key=lambda name: (self.of(*parts, name), name))

    def lot(self, tickets: Sequence[int]) -> tuple[int, int]:
        """Return the ticket drawn, and which of several things it draws that have so many tickets each."""
        totals = list(accumulate(tickets))
        ticket = self.ticket(totals[-1])
        return ticket, next(k for k, total in enumerate(totals) if ticket < total)

    def ticket(self, tickets: int) -> int:
        """Return one of the tickets 0, 1, ... each exactly as likely.

        A number in the last, incomplete round of tickets is passed over for the next one.
        """
        whole = _ALL - _ALL % tickets
        return next(n for k in count() if (n := self.of("ticket", str(k))) < whole) % tickets
