"""A scenario: what ``scenario.yaml`` decides, over the organisation that the tables describe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from allocator.model.organisation import Organisation
from allocator.model.spec import ScenarioSpec


@dataclass(frozen=True)
class Scenario:
    """A loaded scenario.

    Attributes:
        spec: The content of ``scenario.yaml``.
        organisation: The content of the tables.
        folder: Where it was read from; rule packs are looked for from here.
        sha256: Digest of everything that was read, rule packs included; names the input in a plan.
    """

    spec: ScenarioSpec
    organisation: Organisation
    folder: Path
    sha256: str = ""

    @property
    def name(self) -> str:
        """The scenario's name, as plans carry it."""
        return self.spec.scenario
