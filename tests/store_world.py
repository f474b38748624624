"""Stores for tests: small ones quickly made, and the chain recomputed from the documentation alone."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from allocator import api
from allocator.store.kept_scenarios import KeptScenario, kept_scenario
from cli_world import good_plan
from tiny_scenario import write_scenario

COLUMNS = (
    "number", "at", "who", "what", "why", "name", "version", "plan", "scenario", "details", "previous",
)  # fmt: skip
TRIGGERS = (
    "contents_no_update",
    "contents_no_delete",
    "contents_once",
    "events_no_update",
    "events_no_delete",
)


def documented_hash(event: Mapping[str, Any]) -> str:
    """Return the hash of an event as ``docs/store.md`` says it is made."""
    fields = ["allocator-event/1", *(event[column] for column in COLUMNS)]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def first_wrong(events: Iterable[Mapping[str, Any]]) -> int | None:
    """Return the number of the first event that does not follow, by the documentation; None if all do."""
    before = ""
    for number, event in enumerate(events, 1):
        is_next = event["number"] == number and event["previous"] == before
        if not is_next or documented_hash(event) != event["sha256"]:
            return number
        before = event["sha256"]
    return None


def some_events(file: Path | str, count: int) -> None:
    """Make a store with the event of its making, and as many more as are asked for."""
    with api.open_store(file, create=True) as store:
        for k in range(count):
            store.record([api.NewEvent(f"王{k}", "looked", f"理由 {k}", details={"k": k})])


def tamper(file: Path, *statements: tuple[str, Sequence[Any]]) -> None:
    """Change a store behind its back: without its triggers, which are put back afterwards."""
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(query).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for sql, values in statements:
            connection.execute(sql, values)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()


def checked(file: Path | str, **options: str) -> Any:
    """Open a store, and return what a check of it finds."""
    with api.open_store(file, verify=False) as store:
        return api.check_store(store, **options)


def tiny(tmp_path: Path) -> tuple[Path, api.Policy, api.Plan]:
    """Return the small scenario, its policy, and a good plan for it."""
    folder = write_scenario(tmp_path)
    return folder, api.bind(api.load(folder)), good_plan(folder)


def keep_tiny(
    store: Any, tmp_path: Path, *, name: str = "", who: str = "王", seed: int = 1
) -> api.PlanVersion:
    """Keep the good plan; another seed makes another plan of the same assignments."""
    folder, policy, plan = tiny(tmp_path)
    other = plan.model_copy(update={"run": {**plan.run, "seed": seed}})
    return api.keep_plan(store, other, api.scenario_to_keep(policy, folder), who=who, name=name)


def made_scenario(name: str = "made") -> KeptScenario:
    """Return a scenario of one file, whose content no test reads."""
    content = {"scenario.yaml": f"scenario: {name}\n".encode()}
    parts = {file: hashlib.sha256(text).hexdigest() for file, text in content.items()}
    own = hashlib.sha256(f"{parts['scenario.yaml']}  scenario.yaml\n".encode()).hexdigest()
    digest = hashlib.sha256(f"{hashlib.sha256(own.encode()).hexdigest()}  scenario\n".encode()).hexdigest()
    return kept_scenario(name, digest, parts, content)
