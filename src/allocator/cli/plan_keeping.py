"""Keeps what ``solve`` and ``study`` find in a store: checked before the search, added after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator import api
from allocator.cli.output import Output
from allocator.cli.store_options import Actor
from allocator.errors import InputError
from allocator.model.text import Text


@dataclass(frozen=True)
class PlanKeeping:
    """A store that is ready for the result of a solve.

    Attributes:
        place: The store.
        scenario: The scenario as it was read.
        name: Name of the plan; empty for that of the scenario.
        actor: Who solves.
        why: The reason.
    """

    place: str
    scenario: api.KeptScenario
    name: str
    actor: Actor
    why: str

    def keep(self, plan: api.Plan, output: Output) -> api.PlanVersion | None:
        """Keep a plan; if that fails, say so and return None: the search is not lost by it."""
        try:
            with api.open_store(self.place, create=True) as store:
                kept = api.keep_plan(
                    store,
                    plan,
                    self.scenario,
                    who=self.actor.name,
                    why=self.why,
                    name=self.name,
                    details={"command": "solve", **self.actor.details},
                )
        except InputError as error:
            for fault in error.faults:
                output.eprint(fault)
            return None
        if output.as_json:
            zh, en = f"已存入方案库：{kept.reference}", f"kept in the store: {kept.reference}"
            output.remark(Text(zh=zh, en=en))
        return kept


def prepare_keeping(
    policy: api.Policy, scenario: Path, store: str | None, name: str, who: str | None, why: str
) -> PlanKeeping | None:
    """Open and verify the store before minutes are spent on what it shall keep; None without a store.

    Raises:
        InputError: It cannot be opened or written, or a text cannot be kept.
        ChainError: It does not verify.
    """
    if not store:
        return None
    actor = Actor(who)
    for text, column, is_name in (
        (name, "--as", bool(name)),
        (why, "--why", False),
        (actor.name, "--who", False),
    ):
        api.check_kept_text(text, column, name=is_name)
    with api.open_store(store, create=True):
        pass
    return PlanKeeping(store, api.scenario_to_keep(policy, scenario), name, actor, why)


class StudyKeeping:
    """Keeps the plans of a study as its cells end; without a store it does nothing.

    Attributes:
        failed: Whether something could not be kept.
    """

    failed = False

    def around(self, watch: api.StudyWatch) -> api.StudyWatch:
        """Return a watch that keeps results besides what the given one does."""
        return watch

    def finish(self, results: Mapping[str, api.CellResult]) -> None:
        """Keep the results that were there before, and record how the study ended."""


class _StoreKeeping(StudyKeeping):
    """Keeps the plans of a study in an open store."""

    def __init__(
        self, loaded: api.LoadedStudy, store: api.Store, actor: Actor, why: str, output: Output
    ) -> None:
        self._loaded, self._store, self._output = loaded, store, output
        self._actor, self._why = actor, why
        self._before = store.head().number

    def around(self, watch: api.StudyWatch) -> api.StudyWatch:
        return _KeepingWatch(watch, self)

    def keep(self, cell: api.StudyCell, result: api.CellResult) -> None:
        """Keep the plan of a cell; a failure is told, and the study goes on."""
        try:
            api.keep_cell(
                self._store,
                self._loaded,
                cell,
                result,
                who=self._actor.name,
                why=self._why,
                details=self._actor.details,
            )
        except InputError as error:
            self.failed = True
            for fault in error.faults:
                self._output.eprint(fault)

    def finish(self, results: Mapping[str, api.CellResult]) -> None:
        for cell in self._loaded.cells:
            if cell.key in results:
                self.keep(cell, results[cell.key])
        head = self._store.head()
        if head.number == self._before:
            return
        outcomes = {
            str(name): count for name, count in Counter(one.outcome for one in results.values()).items()
        }
        details = {"study": self._loaded.study.file.name, "cells": outcomes, **self._actor.details}
        self._store.record([api.NewEvent(self._actor.name, "studied", self._why, details=details)])
        kept = sum(one.what == "kept" for one in self._store.events(after=self._before))
        zh, en = f"已存入方案库：{kept} 个方案", f"kept in the store: {kept} plans"
        self._output.remark(Text(zh=zh, en=en))


class _KeepingWatch(api.StudyWatch):
    """Keeps each result, and passes everything on to another watch."""

    def __init__(self, inner: api.StudyWatch, keeping: _StoreKeeping) -> None:
        self._inner, self._keeping = inner, keeping

    def on_start(self, cell: api.StudyCell, attempt: int) -> None:
        self._inner.on_start(cell, attempt)

    def on_progress(self, cell: api.StudyCell, message: Mapping[str, Any]) -> None:
        self._inner.on_progress(cell, message)

    def on_death(self, cell: api.StudyCell, end: api.CellEnd, attempt: int) -> None:
        self._inner.on_death(cell, end, attempt)

    def on_result(self, cell: api.StudyCell, result: api.CellResult) -> None:
        self._inner.on_result(cell, result)
        self._keeping.keep(cell, result)

    def on_wait(self) -> None:
        self._inner.on_wait()

    def is_stopped(self) -> bool:
        return self._inner.is_stopped()


@contextmanager
def keeping_study(
    loaded: api.LoadedStudy, place: str | None, who: str | None, why: str, output: Output
) -> Iterator[StudyKeeping]:
    """Yield what keeps the plans of a study in a store; the store is verified before anything runs.

    Raises:
        InputError: It cannot be opened or written, or a text cannot be kept.
        ChainError: It does not verify.
    """
    if not place:
        yield StudyKeeping()
        return
    actor = Actor(who)
    for text, column in ((why, "--why"), (actor.name, "--who")):
        api.check_kept_text(text, column)
    with api.open_store(place, create=True) as store:
        yield _StoreKeeping(loaded, store, actor, why, output)
