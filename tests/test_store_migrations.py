"""Stores of every older version are led to this one: copies are kept in ``tests/stores``, one for each."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from allocator import api
from allocator.errors import InputError
from allocator.store import store_database, store_schema
from allocator.store.store import Store
from allocator.store.store_database import MIGRATIONS, StoreDatabase
from allocator.store.store_place import store_place
from store_world import checked

KEPT = sorted(Path(__file__).with_name("stores").glob("*.db"))
#: What every kept store holds: the name, versions and states of its plans, and its events.
PLANS = [("tiny@1", "void"), ("tiny@2", "published"), ("备选@1", "draft")]
WHAT = [
    "created", "scenario", "kept", "submitted", "approved", "published", "kept", "kept", "submitted",
    "approved", "voided", "published",
]  # fmt: skip
#: A migration that only the tests have.
NEXT = '''
"""Version 2: notes."""
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT)")
'''


def test_every_version_is_kept_and_the_newest_is_known() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    revisions = sorted(one.revision for one in script.walk_revisions())
    assert script.get_current_head() == store_schema.NEWEST == revisions[-1]
    assert [f"{int(one)}.db" for one in revisions] == [file.name for file in KEPT]


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.name)
def test_an_old_store_is_led_to_this_version_and_loses_nothing(file: Path, tmp_path: Path) -> None:
    store = Path(shutil.copy(file, tmp_path / "store.db"))
    with api.open_store(store, writes=True) as opened:
        assert [(one.reference, str(one.state)) for one in opened.versions()] == PLANS
        assert [event.what for event in opened.events()][: len(WHAT)] == WHAT
        for version in opened.versions():
            plan = api.kept_plan(opened, version)
            assert api.verify(plan.policy, plan.plan).holds
        opened.record([api.NewEvent("王", "looked")])
    assert checked(store).holds


def test_the_tables_are_those_of_the_migrations(tmp_path: Path) -> None:
    database = StoreDatabase(store_place(tmp_path / "store.db"), create=True, writes=True)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), store_schema.metadata) == []
    database.close()


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program have one more migration."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v0002.py").write_text(NEXT, encoding="utf-8")
    monkeypatch.setattr(store_database, "NEWEST", "0002")
    monkeypatch.setattr("allocator.store.store.NEWEST", "0002")
    monkeypatch.setattr(store_database, "MIGRATIONS", folder)
    database = StoreDatabase(store_place(tmp_path / "next.db"), create=True, writes=True)
    with database.reading() as connection:
        monkeypatch.setattr(store_database, "SQLITE_SCHEMA", store_database.schema_digest(connection))
    database.close()


@pytest.mark.usefixtures("next_version")
def test_the_way_from_the_first_version_to_a_later_one(tmp_path: Path) -> None:
    store = Path(shutil.copy(KEPT[0], tmp_path / "store.db"))
    with Store(store) as opened:  # to read it is enough
        assert opened.events()[-1].facts == {"from": 1, "to": 2}
        assert [event.what for event in opened.events()] == [*WHAT, "migrated"]
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
    with Store(store, writes=True) as opened:
        assert opened.head().number == len(WHAT) + 1
    with closing(sqlite3.connect(tmp_path / "store.db.v1")) as connection:  # as it was, for the older program
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (len(WHAT),)


@pytest.mark.usefixtures("next_version")
def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    store = Path(shutil.copy(KEPT[0], tmp_path / "store.db"))
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("CREATE TABLE notes (id)")
        connection.commit()
    with pytest.raises(InputError, match="already exists"):
        Store(store)
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
