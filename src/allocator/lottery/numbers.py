"""Lottery numbers: the SHA-256 of the commitment, the public seed and what the number is for.

    number = SHA-256(commitment LF seed LF part LF part ...), UTF-8, read as a number of 256 bits

Every name in the hat has a number of its own, which anyone can find with ``printf`` and ``sha256sum``; the
lowest are drawn. There is no stream of random bits to keep in step with, in whatever language a draw is
replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, count

_ALL = 2**256


@dataclass(frozen=True)
class Numbers:
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
