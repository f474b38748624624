"""The first allowed pairing in the order of lottery numbers.

Units come in the order of their numbers, and for each its inspectors in the order of theirs. Seat by seat the
inspector with the lowest number is taken with whom all that is still to come can be done. So every seat is
drawn with equal chances among those who may take it and leave a way to fill the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Teams = list[list[str]]


class SearchLimitReached(Exception):  # noqa: N818 - it is an answer
    """So many pairs may not go together that the search was given up."""


@dataclass(frozen=True)
class Seats:
    """What is to be filled.

    Attributes:
        ranked: For each unit those who may go there, the lowest number first.
        team: Inspectors for each unit.
        load: Units for an inspector at most.
        apart: For each inspector those who may not be in the same team.
    """

    ranked: Sequence[Sequence[str]]
    team: int
    load: int
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)


#: Steps of a search after which it is given up; without pairs apart none is ever taken back.
MAX_STEPS = 50_000


def first_pairing(seats: Seats) -> Teams | None:
    """Return the inspectors for each unit, in the order drawn, or None if the seats cannot be filled.

    Raises:
        TooTangled: The search took too many steps.
    """
    start = _Fill.of(seats)
    if start is None:
        return None
    stack: list[tuple[_Fill, Iterator[str]]] = [(start, start.candidates())]
    for _ in range(MAX_STEPS):
        if not stack:
            return None
        fill, candidates = stack[-1]
        if fill.is_complete:
            return fill.teams
        following = next((after for one in candidates if (after := fill.with_next(one)) is not None), None)
        if following is None:
            stack.pop()
        else:
            stack.append((following, following.candidates()))
    raise SearchLimitReached


class _Fill:
    """Seats filled so far, and a way to fill the others if pairs apart did not matter."""

    def __init__(self, seats: Seats, teams: Teams, held: list[set[str]], loads: dict[str, int]) -> None:
        self._seats, self.teams, self._held, self._loads = seats, teams, held, loads

    @classmethod
    def of(cls, seats: Seats) -> _Fill | None:
        """Return the seats with nobody drawn yet; None if they cannot be filled."""
        everyone = dict.fromkeys((name for ranked in seats.ranked for name in ranked), 0)
        fill = cls(seats, [[]], [set() for _ in seats.ranked], everyone)
        for u in range(len(seats.ranked)):
            for _ in range(seats.team):
                if not fill._find(u, set()):
                    return None
        return fill

    @property
    def is_complete(self) -> bool:
        return len(self.teams) == len(self._seats.ranked) and len(self.teams[-1]) == self._seats.team

    def candidates(self) -> Iterator[str]:
        """Yield those who may take the next seat, the lowest number first."""
        if self.is_complete:
            return
        full = len(self.teams[-1]) == self._seats.team
        u, team = (len(self.teams), []) if full else (len(self.teams) - 1, self.teams[-1])
        ranked = self._seats.ranked[u]
        begin = ranked.index(team[-1]) + 1 if team else 0  # a team is drawn in the order of numbers
        for name in ranked[begin:]:
            if not self._seats.apart.get(name, frozenset()).intersection(team):
                yield name

    def with_next(self, name: str) -> _Fill | None:
        """Return what follows if somebody takes the next seat; None if the rest could not be filled then."""
        full = len(self.teams[-1]) == self._seats.team
        teams = [*self.teams, [name]] if full else [*self.teams[:-1], [*self.teams[-1], name]]
        after = _Fill(self._seats, teams, [set(held) for held in self._held], dict(self._loads))
        return after if after._settle(len(teams) - 1, name) else None

    def _settle(self, u: int, name: str) -> bool:
        """Give a seat of a unit to somebody, and find the others another way to be filled."""
        if name in self._held[u]:
            return True
        self._drop(u, next(iter(sorted(self._open(u)))))
        self._take(u, name)
        if self._loads[name] <= self._seats.load:
            return True
        seen: set[str] = {name}
        for other in self._units_of(name):
            self._drop(other, name)
            if self._find(other, seen):
                return True
            self._take(other, name)
        return False

    def _find(self, u: int, seen: set[str]) -> bool:
        """Find somebody for a seat of a unit, if need be by finding another for a seat that they have."""
        for name in self._seats.ranked[u]:
            if name in self._held[u] or name in seen:
                continue
            seen.add(name)
            if self._loads[name] < self._seats.load:
                self._take(u, name)
                return True
            for other in self._units_of(name):
                self._drop(other, name)
                self._take(u, name)
                if self._find(other, seen):
                    return True
                self._drop(u, name)
                self._take(other, name)
        return False

    def _open(self, u: int) -> set[str]:
        """Return who holds a seat of a unit without having been drawn for it."""
        drawn = self.teams[u] if u < len(self.teams) else []
        return self._held[u].difference(drawn)

    def _units_of(self, name: str) -> list[int]:
        return [u for u in range(len(self._held)) if name in self._open(u)]

    def _take(self, u: int, name: str) -> None:
        self._held[u].add(name)
        self._loads[name] += 1

    def _drop(self, u: int, name: str) -> None:
        self._held[u].discard(name)
        self._loads[name] -= 1
