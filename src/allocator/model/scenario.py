"""A scenario: the content of ``scenario.yaml``, and the organisation that the tables describe."""

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
        folder: Folder of the scenario; the search for rule packs starts here.
        sha256: Digest of all files of the scenario; identifies the input in a plan.
        document: The parsed ``scenario.yaml``, for the places of later faults.
        files: SHA-256 of each file, by name; ``sha256`` is the digest of them all.
        doubts: Doubts of the readers: likely mistakes that are no faults.
        renamed: By file, the headers that differ from their column's name, each with that name.
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
