"""What a scenario calls its grades and roles: any of the words in a cell stands for the id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allocator.errors import Fault
from allocator.model.notation import NotationError, Vocabulary, scenario_roles, scenario_vocabulary
from allocator.model.spec import ScenarioSpec
from allocator.model.text import Text


@dataclass(frozen=True)
class Words:
    """The words of a scenario.

    Attributes:
        seats: Grades and roles, for the seat notation.
        ladder: Grades, for the column ``grade``.
        roles: Roles, for the column ``role``.
    """

    seats: Vocabulary
    ladder: Vocabulary
    roles: Vocabulary

    def of(self, table: str, column: str) -> Vocabulary | None:
        """Return the words that a column must use, or None where it takes any text."""
        words = {
            ("people", "grade"): self.ladder,
            ("postings", "role"): self.roles,
            ("wishes", "role"): self.roles,
        }
        return words.get((table, column))


def scenario_words(spec: ScenarioSpec) -> Words:
    """Return the words of a scenario.

    Raises:
        NotationError: If two ids claim one word.
    """
    grades = {grade.id: Text(zh=grade.zh, en=grade.en) for grade in spec.grades}
    return Words(scenario_vocabulary(spec), Vocabulary.of(grades), Vocabulary.of(scenario_roles(spec)))


def notation_fault(error: NotationError, file: str, row: int, column: str, found: str | None) -> Fault:
    """Return what is wrong with a notation as a fault of the place where it stands."""
    return Fault(
        error.message, file, row, column, found, allowed=", ".join(error.allowed), nearest=error.nearest
    )


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return ``names`` as one line, the first ``most`` of them."""
    kept = list(names)
    return ", ".join(kept[:most]) + (", ..." if len(kept) > most else "")
