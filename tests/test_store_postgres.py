"""The store in PostgreSQL: the same chain and the same refusals, several writers, a server that is killed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from allocator import api
from allocator.errors import ChainError, InputError
from cli_world import call
from postgres_server import PostgresServer, programs
from store_world import checked, keep_tiny, some_events
from test_store_processes import told, writer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Start a server, and stop it after the tests of this file."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    running = PostgresServer(found)
    yield running
    running.close()


def publish(store: api.Store, tmp_path: Path) -> None:
    """Keep the plan of the small scenario, and lead it to its publication."""
    keep_tiny(store, tmp_path)
    for what, who in (("submitted", "王"), ("approved", "李"), ("published", "王")):
        api.change_state(store, "tiny", what, who=who, why="会议决定")


REFUSED = (
    "UPDATE events SET why = 'x'",
    "DELETE FROM events",
    "TRUNCATE events",
    "UPDATE contents SET content = ''",
    "DELETE FROM contents",
    "TRUNCATE contents",
    "INSERT INTO events SELECT 99, at, who, what, why, name, version, plan, scenario, details, sha256, 'f' "
    "FROM events WHERE number = 1",
    "INSERT INTO events SELECT max(number) + 1, '', '', 'returned', '', 'tiny', 1, '', '', '', "
    "(SELECT sha256 FROM events ORDER BY number DESC LIMIT 1), 'f' FROM events",
)


def test_a_plan_is_published_backed_up_and_loaded_again(server: PostgresServer, tmp_path: Path) -> None:
    place, second = server.database("first"), server.database("second")
    with pytest.raises(InputError, match="is empty"):
        api.open_store(place)
    with api.open_store(place, create=True) as store:
        publish(store, tmp_path)
        with pytest.raises(InputError, match="cannot return"):
            api.change_state(store, "tiny", "returned", who="李", why="x")
        events = store.events()
        api.back_up(store, tmp_path / "b.db")
    assert checked(place).holds and checked(tmp_path / "b.db").holds
    for statement in REFUSED:
        with psycopg.connect(place) as connection, pytest.raises(psycopg.errors.RaiseException):
            connection.execute(statement)
    with api.load_backup(tmp_path / "b.db", second) as loaded:
        assert loaded.events() == events and str(loaded.versions()[0].state) == "published"
        [version] = loaded.versions()
        assert api.verify(*_bound(loaded, version)).holds
    with pytest.raises(InputError, match="there is a store already"):
        api.load_backup(tmp_path / "b.db", second)
    called = call("history", place, lang="zh")
    assert called.status == 0 and "公布" in called.out and "tiny@1" in called.out
    assert call("audit", "verify", place).status == 0


def _bound(store: api.Store, version: api.PlanVersion) -> tuple[api.Policy, api.Plan]:
    kept = api.kept_plan(store, version)
    return kept.policy, kept.plan


def test_a_change_behind_its_back_is_found(server: PostgresServer) -> None:
    place = server.database("changed")
    some_events(place, 4)
    with psycopg.connect(place) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")
        connection.execute("UPDATE events SET who = '赵' WHERE number = 3")
    assert "triggers were changed" in checked(place).faults[0]("en")
    with psycopg.connect(place) as connection:
        connection.execute("ALTER TABLE events ENABLE TRIGGER ALL")
    with pytest.raises(ChainError, match="first wrong event is 3"):
        api.open_store(place, writes=True)


def test_two_processes_write_and_one_is_killed(server: PostgresServer) -> None:
    place = server.database("several")
    lasting, killed = writer(place, "甲", 40), writer(place, "乙", 0)
    assert killed.stdout is not None
    lines = [killed.stdout.readline() for _ in range(9)]
    killed.send_signal(signal.SIGKILL)
    committed = {tuple(line.split()) for line in lines[1:]}
    committed |= {(str(number), digest) for process in (killed, lasting) for number, digest in told(process)}
    assert lasting.returncode == 0 and len(committed) >= 48
    with api.open_store(place) as store:
        assert committed <= {(str(event.number), event.sha256) for event in store.events()}
    assert checked(place).holds


def test_a_server_killed_in_the_middle_loses_nothing_committed(server: PostgresServer) -> None:
    place = server.database("killed")
    process = writer(place, "王", 0)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(9)]
    server.kill()
    committed = {*told(process), *((int(n), digest) for n, digest in (one.split() for one in lines[1:]))}
    assert process.returncode == 1
    server.start()
    with api.open_store(place, writes=True) as store:
        assert committed <= {(event.number, event.sha256) for event in store.events()}
        store.record([api.NewEvent("李", "looked")])
    assert len(committed) >= 8 and checked(place).holds
