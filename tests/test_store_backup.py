"""A backup is one file and a store; one that is loaded holds the same chain and the same plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.errors import ChainError, InputError
from store_world import checked, keep_tiny, some_events, tamper


def test_a_backup_is_one_file_and_is_loaded_into_a_new_store(tmp_path: Path) -> None:
    file, copy, new = tmp_path / "store.db", tmp_path / "copies" / "b.db", tmp_path / "new.db"
    copy.parent.mkdir()
    with api.open_store(file, create=True) as store:
        version = keep_tiny(store, tmp_path)
        api.change_state(store, "tiny", "submitted", who="王")
        events = store.events()
        api.back_up(store, copy)  # while it is open for writing
        store.record([api.NewEvent("王", "looked")])
    assert [one.name for one in copy.parent.iterdir()] == ["b.db"]
    assert checked(copy).holds and [one.name for one in copy.parent.iterdir()] == ["b.db"]
    with api.load_backup(copy, new) as loaded:
        assert loaded.events() == events and loaded.versions()[0].state == "submitted"
        files = api.restore_plan(loaded, version, tmp_path / "back" / "plan.json")
        assert len(files) > 5
        loaded.record([api.NewEvent("李", "looked")])
    assert checked(new).holds and checked(new).events == len(events) + 1
    with api.open_store(copy, writes=True) as store:  # the backup may be gone on with as it is, too
        store.record([api.NewEvent("李", "looked")])
    assert checked(copy).holds


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    some_events(file, 2)
    with api.open_store(file) as store:
        with pytest.raises(InputError, match="is there already"):
            api.back_up(store, file)
        with pytest.raises(InputError, match="cannot be written"):
            api.back_up(store, tmp_path / "none" / "b.db")
        api.back_up(store, tmp_path / "b.db")
    with pytest.raises(InputError, match="there is a store already"):
        api.load_backup(tmp_path / "b.db", file)
    assert {one.name for one in tmp_path.iterdir()} == {"store.db", "b.db"}


def test_a_store_that_does_not_verify_is_not_backed_up_nor_loaded(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    some_events(file, 3)
    with api.open_store(file) as store:
        api.back_up(store, tmp_path / "b.db")
    for one in (file, tmp_path / "b.db"):
        tamper(one, ("UPDATE events SET why = 'x' WHERE number = 2", ()))
    with (
        api.open_store(file, verify=False) as store,
        pytest.raises(ChainError, match="first wrong event is 2"),
    ):
        api.back_up(store, tmp_path / "c.db")
    with pytest.raises(ChainError, match="first wrong event is 2"):
        api.load_backup(tmp_path / "b.db", tmp_path / "new.db")
    assert not (tmp_path / "c.db").exists() and not (tmp_path / "new.db").exists()
