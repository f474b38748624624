"""Binds the draws of a scenario: each is read as one of its kind, and sees its pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.lottery.kind import Draw
from allocator.lottery.registry import all_draws
from allocator.lottery.seed_fields import seed_terms
from allocator.lottery.seed_form import DEFAULT, SeedForm
from allocator.lottery.sight import Sight
from allocator.model.reading import YamlDocument, bounded, validate_yaml
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.compiler import Compiler
from allocator.rules.draft import Draft
from allocator.rules.facts import Facts

FILE = "scenario.yaml"


@dataclass(frozen=True, eq=False)
class BoundDraw:
    """A draw of a scenario with its pool.

    Attributes:
        scenario: The scenario.
        name: Name of the draw in it.
        draw: Its fields.
        pool: Who and what is drawn from, as its kind has it.
        form: The one spelling of the seed; None if that is not said.
        seed_at: When the seed comes about; None if that is not said.
        day: When those drawn have to be there; None if that is not said.
        absent: Who is left out because they are not there on that day.
    """

    scenario: Scenario
    name: str
    draw: Draw
    pool: Any
    form: SeedForm | None = None
    seed_at: datetime | None = None
    day: date | None = None
    absent: tuple[str, ...] = ()

    @property
    def spelling(self) -> SeedForm:
        """The spelling of the seed; in a rehearsal there is always one."""
        return self.form or DEFAULT


def bind_draws(scenario: Scenario) -> Mapping[str, BoundDraw]:
    """Return the draws of a scenario by name.

    Raises:
        InputError: With every fault of every draw.
    """
    facts, compiler = Facts(scenario), Compiler()
    bound: dict[str, BoundDraw] = {}
    faults: list[Fault] = []
    for name, fields in scenario.spec.draws.items():
        draft = Draft({**fields, "id": f"draws.{name}"}, scenario.document, ("draws", name))
        try:
            draw = _read(draft, fields)
            form, seed_at, day = seed_terms(draw, draft)
            sight = Sight(scenario, draft, facts, compiler, day)
            pool = draw.pool(sight)
            bound[name] = BoundDraw(scenario, name, draw, pool, form, seed_at, day, sight.absent)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise bounded(faults)
    return bound


def _read(draft: Draft, fields: Mapping[str, Any]) -> Draw:
    """Return a draw as its kind reads it."""
    known, kind = all_draws(), fields.get("kind")
    if not isinstance(kind, str) or kind not in known:
        message = Text(zh="没有此抽签种类", en="there is no such kind of draw")
        found = None if kind is None else shorten(kind)
        near = nearest(str(kind), known)
        raise InputError([draft.fault(message, "kind", found=found, allowed=", ".join(known), nearest=near)])
    try:
        return validate_yaml(_part(draft, fields), known[kind])
    except InputError as error:
        named = (replace(fault, column=f"{draft.name}.{fault.column}") for fault in error.faults)
        raise InputError(named) from None


def _part(draft: Draft, fields: Mapping[str, Any]) -> YamlDocument:
    """Return a draw as a document of its own, with the lines of the file that it stands in."""
    lines = draft.document.lines if draft.document else {}
    depth = len(draft.path)
    own = {path[depth:]: line for path, line in lines.items() if path[:depth] == draft.path}
    return YamlDocument(FILE, dict(fields), own, b"")
