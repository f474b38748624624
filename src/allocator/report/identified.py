"""Whom names stand for: what ``identities.csv`` answers, and what is taken to be so until it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from allocator.model.organisation import NamedEntity, Organisation


@dataclass(frozen=True)
class IdentityLine:
    """A name of a party or an end of a tie.

    Attributes:
        name: The name as it is written.
        person: Our person of whom it is asked; None where the answer is about the name alone.
        answer: Whether they are one, or not; ``open`` where nobody has answered, and they are taken to be.
        case: The case for which the answer holds; None for all.
        known_from: From what the answer is known.
    """

    name: str
    person: NamedEntity | None
    answer: Literal["open", "same_as", "not_same_as"]
    case: NamedEntity | None = None
    known_from: str = ""


def identity_lines(organisation: Organisation) -> tuple[IdentityLine, ...]:
    """Return the open questions, then the answers in the order of their table."""
    return tuple(_lines(organisation))


def _lines(organisation: Organisation) -> Iterator[IdentityLine]:
    label = organisation.label
    for person, name in organisation.assumed.items():
        yield IdentityLine(name, NamedEntity(person, label(person)), "open")
    for one in organisation.identities:
        yield IdentityLine(
            one.name,
            NamedEntity(one.person, label(one.person)) if one.person else None,
            one.answer,
            NamedEntity(one.case, label(one.case)) if one.case else None,
            one.known_from,
        )
