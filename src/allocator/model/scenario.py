"""A scenario: what ``scenario.yaml`` decides, over the organisation that the tables describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import Fault
from allocator.model.organisation import Organisation
from allocator.model.spec import ScenarioSpec

if TYPE_CHECKING:
    from allocator.model.reading.yaml_file import YamlDocument


@dataclass(frozen=True)
class Scenario:
    """A loaded scenario.

    Attributes:
        spec: The content of ``scenario.yaml``.
        organisation: The content of the tables.
        folder: Where it was read from; rule packs are looked for from here.
        sha256: Digest of everything that was read, rule packs included; names the input in a plan.
        document: ``scenario.yaml`` as it was read, for faults that are found later.
        files: SHA-256 of each file that was read, by name; ``sha256`` is the digest of them all.
        doubts: What the readers noticed that is not wrong for certain but likely not meant.
        renamed: By file, the headers that stand for a column of another name, with that name.
    """

    spec: ScenarioSpec
    organisation: Organisation
    folder: Path
    sha256: str = ""
    document: YamlDocument | None = field(default=None, repr=False, compare=False)
    doubts: tuple[Fault, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The scenario's name, as plans carry it."""
        return self.spec.scenario
