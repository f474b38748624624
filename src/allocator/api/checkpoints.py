"""Checkpoints: the best plan so far, written while a solve goes on, so that another one can go on from it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from allocator.errors import InputError
from allocator.model.plan import HARD, BoundProof, Level, LevelScore, Plan
from allocator.model.reading.planfile import write_plan
from allocator.model.reading.wholefile import unfinished
from allocator.model.witnesses import ZERO
from allocator.rules.overrides import overrides_digest
from allocator.rules.policy import Policy
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.observer import NullObserver, Snapshot

#: At most once in so many seconds, and in so many times what it took to write the last one.
EVERY, REST = 1.0, 20.0


def checkpoint_of(out: Path) -> Path | None:
    """Return where the checkpoints of a plan are written; None where it goes to a device or a pipe."""
    if out.exists() and not out.is_file():
        return None
    return out.with_name(f"{out.name}.part")


class Checkpoints(NullObserver):
    """Writes the best plan so far in a thread of its own, while the block runs.

    A plan of all layers is ``feasible`` and has its score; one of the first layers or periods only is
    ``unknown``, and ``run.partial`` says how many periods of which layers it decides.

    Attributes:
        error: Why no more are written; a solve goes on without.
    """

    def __init__(self, policy: Policy, path: Path) -> None:
        self.error: InputError | None = None
        self._policy, self._path = policy, path
        self._latest: Snapshot | None = None
        self._fresh, self._over = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Take a plan to write when its time has come; a better one may take its place before."""
        self._latest = snapshot
        self._fresh.set()

    def __enter__(self) -> Checkpoints:
        for left in unfinished(self._path):  # by a process that was killed
            with suppress(OSError):
                left.unlink()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._fresh.set()
        self._thread.join()

    def remove(self) -> None:
        """Remove the checkpoint: the plan itself is written."""
        with suppress(OSError):  # a folder of that name is nobody's checkpoint
            self._path.unlink()

    def _run(self) -> None:
        while self._fresh.wait() and not self._over.is_set():
            self._fresh.clear()
            assert self._latest is not None
            began = time.monotonic()
            try:
                write_plan(_plan(self._policy, self._latest), self._path)
            except InputError as error:
                self.error = error
                return
            self._over.wait(max(EVERY, REST * (time.monotonic() - began)))


def _plan(policy: Policy, reached: Snapshot) -> Plan:
    is_whole = reached.periods == {name: len(layer.periods) for name, layer in policy.context.layers.items()}
    proofs = reached.proofs
    known = reached.known.beyond(proofs)
    if not is_whole:  # its own costs are not those of a plan
        known = known.with_search(proofs)
    run: dict[str, Any] = {"checkpoint": True, "seconds": round(reached.seconds, 2)}
    if not is_whole:
        run["partial"] = reached.periods
    if beside := overrides_digest(policy):
        run["beside"] = beside
    if policy.overrides:
        run["asked"] = policy.overrides.carried()
    if known.searches:
        run["proved"] = _carried(known)
    score = (free_score(HARD), *(proof.score for proof in proofs))
    return Plan(
        scenario=policy.reference,
        status="feasible" if is_whole else "unknown",
        assignments=reached.assignments,
        score=score if is_whole else (),
        run=run,
    )


def free_score(level: Level) -> LevelScore:
    """Return the score of a level that costs nothing, such as the hard one of any plan."""
    return LevelScore(level=level, cost=0, bound=0, proof=BoundProof(by=(ZERO,)))


def _carried(known: KnownBounds) -> list[list[dict[str, Any]]]:
    """Return proofs as plans carry them, each list those of one search."""
    return [[proof.score.model_dump(mode="json") for proof in proofs] for proofs in known.searches]
