"""Files that are no store, or are damaged: each its own sentence, never a traceback."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from allocator import api
from allocator.errors import ChainError, InputError
from allocator.store.kept_scenarios import ScenarioListing
from allocator.store.store_faults import store_errors
from allocator.store.store_place import store_place
from cli_world import call
from store_world import checked, keep_tiny, made_scenario, some_events, tamper


def fault_of(place: str | Path, *, create: bool = False) -> str:
    """Return what is said of a store that cannot be opened."""
    with pytest.raises(InputError) as raised:
        api.open_store(place, create=create).close()
    [fault] = raised.value.faults
    assert fault("zh") and fault("zh") != fault("en")
    return fault("en")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("files") / "good.db"
    some_events(file, 3)
    return file


def test_what_is_no_file_of_a_store(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("id,name\n1,王建国\n" * 20, encoding="utf-8")
    assert "not an SQLite file" in fault_of(tmp_path / "text.db", create=True)
    assert "no regular file" in fault_of(tmp_path).replace("is not a regular", "no regular")
    assert "no such file or folder" in fault_of(tmp_path / "none.db")
    assert "cannot be written" in fault_of(tmp_path / "no folder" / "none.db", create=True)
    (tmp_path / "empty.db").touch()
    assert "is empty: no store yet" in fault_of(tmp_path / "empty.db")
    (tmp_path / "short.db").write_bytes(b"SQLite format 3\0" + b"\x10\x00")
    assert "cut short" in fault_of(tmp_path / "short.db")
    assert "did you mean" in fault_of(tmp_path / "textt.db")


def test_sqlite_files_of_other_programs(tmp_path: Path, good: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE events (id)")
        connection.commit()
    assert "of another program" in fault_of(tmp_path / "other.db", create=True)
    lacking = Path(shutil.copy(good, tmp_path / "lacking.db"))
    with closing(sqlite3.connect(lacking)) as connection:
        connection.execute("DROP TABLE contents")
        connection.commit()
    assert "lacks a table" in fault_of(lacking)


def test_a_newer_and_an_unknown_version(tmp_path: Path, good: Path) -> None:
    file = Path(shutil.copy(good, tmp_path / "newer.db"))
    for version, told in (("0099", "newer allocator; update"), ("abc", "version is unknown")):
        tamper(file, ("UPDATE alembic_version SET version_num = ?", (version,)))
        assert told in fault_of(file)
    tamper(file, ("DELETE FROM alembic_version", ()))
    assert "version is unknown" in fault_of(file)


def test_a_truncated_file(tmp_path: Path, good: Path) -> None:
    content = good.read_bytes()
    for size in (99, 4096, len(content) - 4096, len(content) - 1):
        (tmp_path / "cut.db").write_bytes(content[:size])
        assert "cut short" in fault_of(tmp_path / "cut.db")


def test_pages_overwritten(tmp_path: Path, good: Path) -> None:
    content = bytearray(good.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    (tmp_path / "bad.db").write_bytes(content)
    told = call("audit", "verify", tmp_path / "bad.db")
    assert told.status in (1, 2) and "damaged" in told.err


@pytest.mark.slow
@pytest.mark.slow
def test_no_flipped_byte_is_answered_in_silence(tmp_path: Path, good: Path) -> None:
    chance, content = random.Random(7), good.read_bytes()
    with api.open_store(good) as opened:
        events = opened.events()
    file = tmp_path / "flipped.db"
    for _ in range(100):
        place = chance.randrange(len(content))
        file.write_bytes(
            content[:place] + bytes([content[place] ^ chance.randrange(1, 256)]) + content[place + 1 :]
        )
        for end in ("-wal", "-shm", "-journal"):
            file.with_name(file.name + end).unlink(missing_ok=True)
        try:
            if checked(file).holds:
                with api.open_store(file) as opened:
                    assert opened.events() == events
        except InputError as error:
            assert all(fault("en") and fault("zh") for fault in error.faults)


def test_a_store_that_may_not_be_written(good: Path) -> None:
    with (
        pytest.raises(InputError, match="file or folder is read-only"),
        store_errors(store_place(good)),
        closing(sqlite3.connect(f"{good.as_uri()}?mode=ro", uri=True)) as connection,
    ):
        connection.execute("DELETE FROM events")


def test_a_store_that_another_program_holds(
    tmp_path: Path, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allocator.store.store_database.PATIENCE", 0.05)
    file = Path(shutil.copy(good, tmp_path / "held.db"))
    with api.open_store(file, writes=True) as store, closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match="another program holds it"):
            store.record([api.NewEvent("王", "looked")])
        other.rollback()
        assert store.record([api.NewEvent("王", "looked")])


def test_a_full_disk_loses_nothing(tmp_path: Path, good: Path) -> None:
    file = Path(shutil.copy(good, tmp_path / "full.db"))
    with api.open_store(file, writes=True) as store:
        head = store.head()

        def limit(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1").close()

        event.listen(store.database.engine, "connect", limit)
        with pytest.raises(InputError, match="disk is full; nothing was written"):
            store.record([api.NewEvent("王", "looked", "x" * 2000)] * 200)
        assert store.head() == head
    assert checked(file).holds


def test_contents_changed_or_missing_are_named(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    with api.open_store(file, create=True) as store:
        version = keep_tiny(store, tmp_path)
    assert checked(file).holds
    tamper(file, ("UPDATE contents SET content = content || x'20' WHERE sha256 = ?", (version.plan,)))
    found = checked(file)
    assert {fault.found for fault in found.faults} == {version.plan[:59] + "…"}
    assert "changed" in found.faults[0]("en") and found.faults[1].file == "#3"
    with api.open_store(file) as store, pytest.raises(ChainError, match="missing, or was changed"):
        api.kept_plan(store, version)
    tamper(file, ("DELETE FROM contents WHERE sha256 = ?", (version.plan,)))
    assert not checked(file).holds


def test_a_listing_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    listing = made_scenario().listing
    assert ScenarioListing.of_json(listing.to_json()) == listing
    for name in ("../x", "/x", "a\\\\b", "..", "", "c:x"):
        bad = listing.to_json().replace(b"scenario.yaml", name.encode())
        with pytest.raises(ValueError, match="no file"):
            ScenarioListing.of_json(bad)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("mysql://root@here/x", "no address of a store"),
        ("postgresql://user@here", "no address of a store"),
        ("postgresql://user:secret@127.0.0.1:1/none", "cannot be reached"),
    ],
)
def test_addresses(place: str, told: str) -> None:
    fault = fault_of(place)
    assert told in fault and "secret" not in fault
