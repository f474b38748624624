"""Studies on a cluster that is killed piece by piece: what has ended is kept, and the table is the same."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import seeded_cell
from allocator import api
from allocator.api import clusters, studying
from allocator.errors import InputError
from cell_stub import is_alive
from cli_world import call
from cluster_world import (
    TlsCluster,
    answers_browsers,
    family,
    make_certificates,
    open_ports,
    tls_cluster,
    wait_until,
    words_of,
)
from study_world import STUDY, InlineRunner, write_study

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for certificates"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
#: Two options and six seeds: twelve cells.
TWELVE = STUDY.replace("limits: 5", "seeds: 1-6\nlimits: 5").replace(", {rule: native}", "")
#: The fields of a result that depend on clock and machine.
MEASURED = {"wall_seconds", "peak_memory", "attempts", "machine", "seconds", "best_after"}
RUNNER = """
import sys
from pathlib import Path
from allocator import api
from allocator.api import clusters
clusters.CELL_MODULE = "seeded_cell"
ca, cert, key = map(Path, sys.argv[3:])
runner = api.cluster_runner(sys.argv[2], tls=api.TlsFiles(ca, cert, key))
api.run_study(api.load_study(sys.argv[1]), runner=runner)
"""


class Breaker(api.StudyWatch):
    """Breaks one thing after another, and stops the study once so many cells have died.

    Each is broken once so many cells have ended, and never before the death by the last one is told: two
    breaks at a time might choose the same cell, and one death be missing.
    """

    def __init__(self, at: Mapping[int, Callable[[], None]], most_deaths: int = 10**6) -> None:
        self.ended, self.deaths, self.broken = 0, 0, 0
        self.told: list[int] = []
        self._at, self._most_deaths = dict(at), most_deaths

    def on_result(self, cell: api.StudyCell, result: api.CellResult) -> None:
        self.ended += 1

    def on_progress(self, cell: api.StudyCell, message: Mapping[str, Any]) -> None:
        self.told.append(message["process"])

    def on_death(self, cell: api.StudyCell, end: api.CellEnd, attempt: int) -> None:
        self.deaths += 1

    def on_wait(self) -> None:
        due = min(self._at, default=10**6)
        if self.ended >= due and self.deaths >= self.broken:
            self.broken += 1
            Thread(target=self._at.pop(due)).start()  # beside the run, which goes on

    def is_stopped(self) -> bool:
        return self.deaths >= self._most_deaths


def results_of(loaded: api.LoadedStudy) -> dict[str, Any]:
    """Return the results but for what was measured, and the bytes of plans."""
    found: dict[str, Any] = {key: one.model_dump(exclude=MEASURED) for key, one in loaded.results().items()}
    for path in loaded.store.plans.iterdir():
        found[path.name] = path.read_bytes()
    return found


def table_of(loaded: api.LoadedStudy) -> Any:
    """Return the report of a study as JSON, but for what was measured."""
    return unmeasured(call("study", "report", loaded.study.file, "--json").json)


def unmeasured(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: unmeasured(value) for key, value in data.items() if key not in MEASURED}
    return [unmeasured(one) for one in data] if isinstance(data, list) else data


def cells_of(cluster: TlsCluster) -> list[int]:
    """Return the processes of cells that the workers run."""
    pids = [pid for process in cluster.processes for pid in family(process.pid)]
    return [pid for pid in pids if "seeded_cell" in words_of(pid)]


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def new_cell(cluster: TlsCluster) -> int:
    """Return the process of a cell that has just begun."""
    before = set(cells_of(cluster))
    wait_until(lambda: set(cells_of(cluster)) - before)
    return max(set(cells_of(cluster)) - before)


def kill_told(watch: Breaker, victim: Callable[[int], int]) -> None:
    """Kill what belongs to a cell that has just told of itself: the runner knows that it has begun.

    A cell that has ended meanwhile is left, and the next one taken.
    """
    while True:
        before = len(watch.told)
        wait_until(lambda before=before: len(watch.told) > before)
        try:
            kill(victim(watch.told[-1]))
        except (ProcessLookupError, FileNotFoundError):
            continue
        return


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[1])


def test_whatever_is_killed_what_has_ended_is_kept_and_the_table_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (clusters, studying):
        monkeypatch.setattr(module, "CELL_MODULE", "seeded_cell")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    loaded = api.load_study(write_study(tmp_path / "cluster", TWELVE))
    alone = api.load_study(write_study(tmp_path / "alone", TWELVE))
    monkeypatch.setattr(seeded_cell, "SECONDS", 0.0)
    api.run_study(alone, runner=InlineRunner(seeded_cell.work))
    with tls_cluster(tmp_path / "dask") as cluster:
        files = api.TlsFiles(*(cluster.tls / name for name in ("ca.pem", "machine.pem", "machine.key")))

        def run(watch: Breaker) -> None:
            runner = api.cluster_runner(cluster.address, tls=files)
            api.run_study(loaded, runner=runner, watch=watch)

        # a cell and a worker
        breaks = {
            1: lambda: kill_told(watch, lambda cell: cell),
            2: lambda: kill_told(watch, parent_of),  # its nanny starts another worker
        }
        watch = Breaker(breaks, most_deaths=2)
        run(watch)
        assert watch.deaths == 2 and 2 <= len(loaded.results()) < 6
        assert_private(cluster, tmp_path)
        # the runner
        words = [
            sys.executable,
            "-c",
            RUNNER,
            loaded.study.file,
            cluster.address,
            files.ca,
            files.cert,
            files.key,
        ]
        with subprocess.Popen(list(map(str, words))) as process:
            wait_until(lambda: len(loaded.results()) >= 6 or process.poll() is not None)
            left = [new_cell(cluster)]
            process.kill()
        wait_until(lambda: not any(map(is_alive, left)), 5.0)
        ended = len(loaded.results())
        assert 6 <= ended < 12
        # the scheduler
        with pytest.raises(api.RunnerLostError):
            run(Breaker({1: lambda: kill(cluster.scheduler.pid)}))
        assert ended < len(loaded.results()) < 12
        kept = results_of(loaded)
        cluster.start_scheduler()
        cluster.start_worker()
        watch = Breaker({})
        run(watch)
    assert kept.items() <= results_of(loaded).items() and watch.ended == 12 - sum(len(k) == 64 for k in kept)
    assert results_of(loaded) == results_of(alone) and len(loaded.results()) == 12
    assert table_of(loaded) == table_of(alone)


def assert_private(cluster: TlsCluster, folder: Path) -> None:
    """Assert that no port but on the loopback address answers without a certificate of this authority."""
    ports = open_ports([pid for process in cluster.processes for pid in family(process.pid)])
    assert cluster.port in ports
    assert [port for port in ports if answers_browsers(port)] == []
    make_certificates(folder / "other", "machine")
    other = api.TlsFiles(*(folder / "other" / name for name in ("ca.pem", "machine.pem", "machine.key")))
    mixed = api.TlsFiles(cluster.tls / "ca.pem", other.cert, other.key)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("allocator.study.dask_link.CONNECT_SECONDS", 0.5)
        for files in (other, mixed):
            with pytest.raises(InputError, match="cannot be reached"):
                api.cluster_runner(cluster.address, tls=files)


def test_plans_on_workers_are_those_of_this_machine_byte_for_byte(tmp_path: Path) -> None:
    text = STUDY.replace("  as-it-is: {}\n", "").replace("drop: [keep, native]", "drop: [keep]")
    found = []
    for place in ("here", "cluster"):
        loaded = api.load_study(write_study(tmp_path / place, text))
        api.run_study(loaded, places=1, runner=api.cluster_runner("local:1") if place == "cluster" else None)
        results = results_of(loaded)
        [name] = [name for name in results if name.endswith(".json")]
        plan = api.read_plan(loaded.store.plans / name)
        assert plan.status == "optimal" and plan.run["workers"] == 1
        seconds = f'"seconds": {plan.run["seconds"]}'.encode()
        assert results[name].count(seconds) == 1
        results[name] = results[name].replace(seconds, b"")
        found.append((results, table_of(loaded)))
    assert found[0] == found[1]
