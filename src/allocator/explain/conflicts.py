"""Conflicts: parts of hard rules that cannot hold together, and what is proved of them. Loads no solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from allocator.model.run import Witnesses, is_confirmed
from allocator.model.text import Text
from allocator.program.program import Subject


@dataclass(frozen=True)
class RuleTag:
    """A rule for one subject, such as native place for one person in one group.

    Attributes:
        rule: Id of the rule.
        subject: The subject, by index into the rule's layer; without any dimension for the whole rule.
        items: The items that the rows of the tag are about, by index; a row may be about more than a pair.
    """

    rule: str
    subject: Subject
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Parts of hard rules that no plan keeps together.

    Attributes:
        tags: The rules and subjects, in the order of the rules.
        facts: Ids of layers in which the conflict holds only because an item is in one place at a time.
        by: The back ends that proved that no plan keeps them all.
        second: The back ends of a second proof; empty without one.
        is_minimal: Whether it is proved that any of them less leaves a plan.
    """

    tags: tuple[RuleTag, ...]
    facts: tuple[str, ...]
    by: Witnesses
    second: Witnesses = frozenset()
    is_minimal: bool = True

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules, each once."""
        return tuple(dict.fromkeys(one.rule for one in self.tags))

    @property
    def is_confirmed(self) -> bool:
        """Whether two proofs share no back end."""
        return is_confirmed(self.by, self.second)


@dataclass(frozen=True)
class ConflictSet:
    """Conflicts that share no tag.

    Attributes:
        conflicts: The conflicts, in the order in which they were found.
        is_complete: Whether a plan keeps all other tags, so that there is no further disjoint conflict.
        cut_short: Whether the search was stopped on request.
    """

    conflicts: tuple[Conflict, ...]
    is_complete: bool
    cut_short: bool = False


@dataclass(frozen=True)
class MapObstacle:
    """A fact of the map that makes a rule impossible to keep: a heavy unit, an island, a bottleneck."""

    rule: str
    text: Text


@dataclass(frozen=True)
class Diagnosis:
    """Whether a policy has a plan, and if not, why.

    Attributes:
        status: ``possible`` with a plan that keeps every hard rule, ``impossible`` with a proof, or
            ``unknown`` where neither was found in time.
        found: The conflicts; none if there is a plan.
        by: The back ends that proved that there is no plan; those of a conflict where one was found.
        second: The back ends of a second proof.
        obstacles: Obstacles on the map; each alone makes zones impossible.
        seconds: Time that the answer took.
    """

    status: Literal["possible", "impossible", "unknown"]
    found: ConflictSet
    by: Witnesses = frozenset()
    second: Witnesses = frozenset()
    obstacles: tuple[MapObstacle, ...] = ()
    seconds: float = 0.0
