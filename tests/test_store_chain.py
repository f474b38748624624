"""The chain of events: any change is found at its event, by two readings of the documentation."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator import api
from allocator.errors import ChainError, InputError
from allocator.store.event_chain import ChainChecker, ChainHead, Event, chained
from cli_world import call
from store_world import COLUMNS, checked, first_wrong, some_events, tamper

ROWS = 5
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12)
NEW = st.builds(
    api.NewEvent,
    who=TEXTS,
    what=st.sampled_from(["looked", "kept", "x"]),
    why=TEXTS,
    name=TEXTS,
    version=st.integers(0, 3),
    plan=st.sampled_from(["", "a" * 64]),
    scenario=st.just(""),
    details=st.dictionaries(TEXTS, st.integers(0, 9) | TEXTS, max_size=2),
)


def verdict(events: list[Event]) -> int | None:
    """Return the first event that the checker finds wrong."""
    checker = ChainChecker()
    for event in events:
        if not checker.take(event):
            assert checker.fault is not None
            return checker.fault.number
    return None


@given(st.lists(NEW, min_size=1, max_size=6))
def test_a_chain_verifies_by_the_documentation(new: list[api.NewEvent]) -> None:
    events = chained(new, ChainHead(), "2026-03-01T08:15:30.000000Z")
    assert verdict(events) is None
    assert first_wrong([vars(event) for event in events]) is None
    assert [event.number for event in events] == list(range(1, len(new) + 1))


@given(st.lists(NEW, min_size=2, max_size=6), st.data())
def test_any_change_of_any_field_is_found_at_its_event(new: list[api.NewEvent], data: st.DataObject) -> None:
    events = chained(new, ChainHead(), "2026-03-01T08:15:30.000000Z")
    place = data.draw(st.integers(0, len(events) - 1))
    column = data.draw(st.sampled_from([*COLUMNS, "sha256"]))
    fields = dict(vars(events[place]))
    old = fields[column]
    if isinstance(old, int):
        fields[column] = data.draw(st.integers(0, 99).filter(lambda value: value != old))
    else:
        at = data.draw(st.integers(0, len(old)))
        letter = data.draw(st.characters(codec="utf-8", exclude_categories=["Cs"]))
        cut = data.draw(st.integers(0, 1))
        fields[column] = old[:at] + letter + old[at + cut :]
    changed = [*events[:place], Event(**fields), *events[place + 1 :]]
    if fields[column] == old:
        assert verdict(changed) is None
    else:
        assert verdict(changed) == place + 1 == first_wrong([vars(event) for event in changed])


@given(st.lists(NEW, min_size=3, max_size=6), st.data())
def test_an_event_taken_out_or_put_in_is_found(new: list[api.NewEvent], data: st.DataObject) -> None:
    events = chained(new, ChainHead(), "2026-03-01T08:15:30.000000Z")
    place = data.draw(st.integers(0, len(events) - 2))
    without = [*events[:place], *events[place + 1 :]]
    assert verdict(without) == place + 1
    twice = [*events[: place + 1], *events[place:]]
    assert verdict(twice) == place + 2
    assert verdict(events[: place + 1]) is None  # a cut end is not: that is what the printed head is for


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("chain") / "five.db"
    some_events(file, ROWS - 1)
    return file


@pytest.fixture
def store(five: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(five, tmp_path / "store.db"))


@pytest.mark.parametrize("column", [*COLUMNS[1:], "sha256"])
@pytest.mark.parametrize("number", [1, 3, ROWS])
def test_a_row_changed_by_hand_is_named(store: Path, column: str, number: int) -> None:
    value: Any = 7 if column == "version" else "x"
    tamper(store, (f"UPDATE events SET {column} = ? WHERE number = ?", (value, number)))
    found = checked(store)
    assert not found.holds and f"the first wrong event is {number}:" in found.faults[0]("en")
    assert found.head.number == number - 1
    for writes in (False, True):
        with pytest.raises(ChainError, match=f"first wrong event is {number}:"):
            api.open_store(store, writes=writes)


@pytest.mark.parametrize("value", [None, b"\xff\xfe", 3, 2.5])
def test_a_value_of_another_type_is_named(store: Path, value: object) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'why TEXT NOT NULL', 'why')")
        connection.commit()
    tamper(store, ("UPDATE events SET why = ? WHERE number = 2", (value,)))
    found = checked(store)
    assert any("the first wrong event is 2:" in fault("en") for fault in found.faults)


def test_a_text_that_is_no_utf8_is_told(store: Path) -> None:
    tamper(store, ("UPDATE events SET why = CAST(x'ff41' AS TEXT) WHERE number = 2", ()))
    status = call("audit", "verify", store)
    assert status.status in (1, 2) and "Traceback" not in status.err and status.err


def test_deleted_and_inserted_rows_are_named(store: Path, five: Path, tmp_path: Path) -> None:
    tamper(store, ("DELETE FROM events WHERE number = 3", ()))
    assert "the first wrong event is 3: it is missing" in checked(store).faults[0]("en")
    other = Path(shutil.copy(five, tmp_path / "other.db"))
    tamper(
        other,
        ("UPDATE events SET number = number + 1000 WHERE number > 2", ()),
        ("UPDATE events SET number = number - 999 WHERE number > 1000", ()),
        ("INSERT INTO events SELECT 3, at, who, what, why, name, version, plan, scenario, details, previous, "
         "'0' || substr(sha256, 2) FROM events WHERE number = 2", ()),
    )  # fmt: skip
    assert "the first wrong event is 3:" in checked(other).faults[0]("en")


def test_a_cut_end_is_found_by_the_head_that_was_printed(store: Path) -> None:
    with api.open_store(store) as opened:
        head = opened.head()
    assert checked(store, printed_head=str(head)).holds
    assert checked(store, printed_head=head.sha256).holds
    tamper(store, ("DELETE FROM events WHERE number = ?", (ROWS,)))
    assert checked(store).holds
    found = checked(store, printed_head=str(head))
    assert [fault.column for fault in found.faults] == ["--head"]
    with pytest.raises(InputError, match="no head as it is printed"):
        checked(store, printed_head="first")


def test_a_chain_written_anew_is_found_by_the_head_that_was_printed(store: Path, tmp_path: Path) -> None:
    with api.open_store(store) as opened:
        head = str(opened.head())
    other = tmp_path / "anew.db"
    some_events(other, ROWS - 1)
    assert checked(other).holds and not checked(other, printed_head=head).holds


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET why = 'x' WHERE number = 2",
        "DELETE FROM events WHERE number = 5",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT 2, at, 'x', what, why, name, version, plan, scenario, details, "
        "previous, 'f' FROM events WHERE number = 2",
        "INSERT INTO events SELECT 9, at, who, what, why, name, version, plan, scenario, details, sha256, "
        "'f' FROM events WHERE number = 5",
        "INSERT INTO events SELECT 6, at, who, what, why, name, version, plan, scenario, details, 'no', 'f' "
        "FROM events WHERE number = 5",
        "UPDATE contents SET content = x'00'",
        "DELETE FROM contents",
        "INSERT OR REPLACE INTO contents SELECT sha256, x'00' FROM contents",
    ],
)
def test_triggers_let_nothing_be_changed(store: Path, statement: str) -> None:
    tamper(store, ("INSERT INTO contents VALUES (?, ?)", ("0" * 64, b"1")))
    with closing(sqlite3.connect(store)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


def test_a_trigger_taken_away_is_told(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.commit()
    assert "triggers were changed" in checked(store).faults[0]("en")
    with pytest.raises(ChainError, match="triggers were changed"):
        api.open_store(store, writes=True)


def test_the_exported_chain_verifies_by_the_documentation(store: Path, tmp_path: Path) -> None:
    with api.open_store(store) as opened:
        text = api.export_events(opened, tmp_path / "chain.jsonl")
    assert (tmp_path / "chain.jsonl").read_text(encoding="utf-8") == text
    events = [json.loads(line) for line in text.splitlines()]
    assert len(events) == ROWS and first_wrong(events) is None
    assert json.loads(events[2]["details"]) == {"k": 1} and events[2]["who"] == "王1"
