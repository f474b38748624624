"""What runs on a worker of Dask: a task that starts the process of one cell, watches it and tells of it.

A task of Dask runs in a thread, which nothing can stop; the process that it started can be killed. It is, as
soon as nobody wants the task any more: its result was given up, its client is gone, or the worker closes.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import uuid4

from distributed import get_worker
from distributed.core import Status

from allocator.study.cell_runner import CellEnd, CellProgress, CellTask
from allocator.study.cells import versions
from allocator.study.folder_archive import unpack
from allocator.study.process_runner import ProcessRunner

#: Seconds between two looks whether the task is still wanted.
LOOK_SECONDS = 0.1
#: Most unpacked folders that a worker keeps for later cells.
KEPT_FOLDERS = 64
#: The states of a task, and those of a worker, in which the result of a task that runs is wanted.
_WANTED_STATES = ("executing", "long-running")
_OPEN = (Status.running, Status.paused, Status.closing_gracefully)


@dataclass(frozen=True)
class RemoteCell:
    """A cell as it is sent to a worker.

    Attributes:
        task: The cell; its request has no paths, and its folders are none.
        paths: The paths of the request by key: the digest of a folder and the path within it.
        archives: The archives that are sent along, by digest.
        arguments: The arguments of Python that run a cell.
        versions: The versions that the results are kept by.
        topic: What its messages are told under.
        submission: The number of this submission.
    """

    task: CellTask
    paths: Mapping[str, tuple[str, str]]
    archives: Mapping[str, bytes]
    arguments: Sequence[str]
    versions: Mapping[str, str]
    topic: str
    submission: int


def run_remote(cell: RemoteCell) -> dict[str, Any]:
    """Run a cell in a process of its own on this worker.

    Returns:
        Its end (``end``), or ``missing``, the digests of folders that have to be sent, or ``versions``, those
        of this worker where they are not those of the client.
    """
    if dict(versions()) != dict(cell.versions):
        return {"versions": dict(versions())}
    worker = get_worker()
    with ExitStack() as stack:
        digests = dict.fromkeys(digest for digest, _ in cell.paths.values())
        try:
            FOLDERS.hold(stack, digests, cell.archives, Path(worker.local_directory))
        except KeyError as error:
            return {"missing": list(error.args)}
        except (OSError, ValueError) as error:
            return {"end": _as_json(CellEnd(cell.task.key, "died", 0.0, log=(str(error),)))}
        request = dict(cell.task.request)
        for name, (digest, within) in cell.paths.items():
            request[name] = str(FOLDERS.folder(digest) / within)
        task = CellTask(cell.task.key, request, (), cell.task.limits)
        return {"end": _as_json(_watch(worker, cell, task))}


def _watch(worker: Any, cell: RemoteCell, task: CellTask) -> CellEnd:
    """Start the process of a cell, tell of it, and return its end."""
    name, run = worker.get_current_task(), uuid4().hex

    def tell(event: str, told: Any = None) -> None:
        parts = {"submission": cell.submission, "run": run, "worker": worker.address, "event": event}
        worker.log_event(cell.topic, json.dumps({**parts, "told": told}))

    tell("begun")
    runner = ProcessRunner((sys.executable, *cell.arguments), 1)
    try:
        runner.start(task)
        is_wanted = True
        while True:
            for event in runner.wait(LOOK_SECONDS):
                if isinstance(event, CellProgress):
                    tell("progress", event.message)
                    continue
                if not is_wanted or not _is_wanted(worker, name):
                    tell("end", _as_json(event))
                return event
            if is_wanted and not _is_wanted(worker, name):
                is_wanted = False
                runner.cancel(task.key)
    except OSError as error:
        return CellEnd(task.key, "died", 0.0, log=(str(error),))
    finally:
        runner.close()


def _is_wanted(worker: Any, name: str) -> bool:
    """Whether somebody waits for the result of a task, and the worker is to go on."""
    found = worker.state.tasks.get(name)
    return found is not None and found.state in _WANTED_STATES and worker.status in _OPEN


def _as_json(end: CellEnd) -> dict[str, Any]:
    return asdict(end)


def read_end(data: Mapping[str, Any]) -> CellEnd:
    """Return the end that a worker told."""
    return CellEnd(**{**data, "log": tuple(data["log"])})


@dataclass
class _Held:
    folder: Path
    uses: int = 0


@dataclass
class FolderStore:
    """The unpacked folders of a worker by digest; those of the last cells are kept for the next.

    Args:
        most: Most folders that are kept.
    """

    most: int = KEPT_FOLDERS
    _held: OrderedDict[str, _Held] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def hold(
        self, stack: ExitStack, digests: Iterable[str], archives: Mapping[str, bytes], place: Path
    ) -> None:
        """Keep folders until the stack is closed; those that are not there yet are unpacked in ``place``.

        Raises:
            KeyError: With the digests whose archives are needed.
            OSError, ValueError: An archive cannot be unpacked.
        """
        with self._lock:
            missing = [one for one in digests if one not in self._held and one not in archives]
            if missing:
                raise KeyError(*missing)
            for digest in digests:
                if digest not in self._held:
                    self._held[digest] = _Held(_unpacked(archives[digest], digest, place))
                self._held.move_to_end(digest)
                self._held[digest].uses += 1
                stack.callback(self._release, digest)
            self._forget()

    def folder(self, digest: str) -> Path:
        """Return a folder that is held."""
        return self._held[digest].folder

    def _release(self, digest: str) -> None:
        with self._lock:
            self._held[digest].uses -= 1
            self._forget()

    def _forget(self) -> None:
        """Remove the folders that were not used for longest, beyond the most that are kept."""
        free = [digest for digest, held in self._held.items() if not held.uses]
        for digest in free[: max(0, len(self._held) - self.most)]:
            shutil.rmtree(self._held.pop(digest).folder, ignore_errors=True)


def _unpacked(archive: bytes, digest: str, place: Path) -> Path:
    folder = Path(tempfile.mkdtemp(dir=place, prefix="scenario-"))
    try:
        unpack(archive, digest, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


#: The folders of this worker.
FOLDERS = FolderStore()


def bare_task(task: CellTask, names: Iterable[str]) -> CellTask:
    """Return a task without the paths of this machine: without its folders and these keys of its request."""
    dropped = set(names)
    request = {name: value for name, value in task.request.items() if name not in dropped}
    return CellTask(task.key, request, (), task.limits)
