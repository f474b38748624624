"""Writes checkpoints of a solve, and loads the state that a later solve resumes from."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from allocator.errors import Fault, InputError
from allocator.model.plan import HARD, BoundProof, Level, LevelScore, Plan
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import unfinished_files
from allocator.model.reading.json_files import json_fault, read_plan, write_plan
from allocator.model.run import ZERO, witnesses_of
from allocator.model.text import Text
from allocator.rules.overrides import overrides_digest
from allocator.rules.policy import Policy
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.observer import NullObserver, Snapshot
from allocator.verify import check_references, judge, score_disagreements

if TYPE_CHECKING:
    from allocator.optimise.initial_plan import WarmStart

#: The proved scores of each search, level by level, as a checkpoint stores them.
Proved = tuple[tuple[LevelScore, ...], ...]


@dataclass(frozen=True)
class ResumeState:
    """The state that a solve resumes from.

    Attributes:
        file: The plan or checkpoint file.
        plan: A plan of all layers, or of the first layers only.
        periods: Number of decided periods of each layer, counted from the first period.
        proved: The proved scores of each search, level by level.
    """

    file: Path
    plan: Plan
    periods: Mapping[str, int]
    proved: Proved

    @property
    def warm_start(self) -> WarmStart:
        """The same state as a warm start of the optimiser."""
        from allocator.optimise.initial_plan import WarmStart
        from allocator.solvers.bounds import Bound, KnownBounds, Proof

        def proof(one: LevelScore) -> Proof:
            by, second = witnesses_of(one.proof.by, one.proof.confirmed)
            return Proof.of(one.level, one.cost, Bound(one.bound, by, second))

        searches = (tuple(proof(one) for one in search) for search in self.proved)
        return WarmStart(self.plan.assignments, KnownBounds(tuple(searches)), self.periods)

    @property
    def rank(self) -> tuple[object, ...]:
        """A sort key: more decided periods come first, then lower costs level by level."""
        return (-sum(self.periods.values()), *(score.cost for score in self.plan.score))


def load_resume_state(policy: Policy, out: Path) -> ResumeState | None:
    """Return the best plan that a solve of this policy left at ``out``, with all proved bounds.

    Args:
        policy: The bound policy, from ``bind``.
        out: The file of the plan; its checkpoint lies beside it.

    Returns:
        The state to resume from; None if there is neither a plan nor a checkpoint.

    Raises:
        InputError: A file cannot be read, is of another version of the scenario or of other overrides, or
            holds no sound plan.
    """
    checkpoint = checkpoint_path(out)
    if checkpoint is None:
        return None
    found = [_read(policy, checkpoint)] if checkpoint.exists() else []
    if out.exists() and (not found or _is_of(policy, out)):
        found.append(_read(policy, out))
    there = sorted((one for one in found if one is not None), key=lambda one: one.rank)
    if not there:
        return None
    best = there[0]
    proved = tuple(dict.fromkeys(search for one in there for search in one.proved))
    return ResumeState(best.file, best.plan, best.periods, proved)


def _is_of(policy: Policy, file: Path) -> bool:
    """Whether a plan was made for this policy; any other plan is ignored if there is a checkpoint."""
    try:
        return not list(_others(policy, read_plan(file), file.name))
    except InputError:
        return False


def _read(policy: Policy, file: Path) -> ResumeState | None:
    """Return the state in one file; None if the file holds an answer without a plan."""
    plan = read_plan(file)
    others = list(_others(policy, plan, file.name))
    if others:
        raise InputError(others)
    periods = {name: len(layer.periods) for name, layer in policy.context.layers.items()}
    if "partial" in plan.run:
        periods = _first_ones(periods, plan.run["partial"], file.name)
    elif plan.status not in ("feasible", "optimal"):
        return None
    _must_hold(policy, plan, periods, file.name)
    proved = _proved(plan, file.name)
    return ResumeState(file, plan, periods, (*proved, plan.score) if plan.score else proved)


def _others(policy: Policy, plan: Plan, file: str) -> Iterator[Fault]:
    """Yield the reasons why the proved bounds of a plan may be wrong for this policy."""
    if plan.scenario.sha256 != policy.sha256:
        message = Text(
            zh="是为场景（或其规则）的另一版本作出的，不能由此继续；不用 --resume 则从头求解",
            en="was made for another version of the scenario or of its rules: nothing can go on from it; "
            "without --resume a solve begins anew",
        )
        found, allowed = plan.scenario.sha256[:12], policy.sha256[:12]
        yield Fault(message, file, column="scenario.sha256", found=found, allowed=allowed)
    elif plan.run.get("beside", "") != overrides_digest(policy):
        message = Text(
            zh="是按另外的 --pin、--exclude、--freeze、--since、--at-most、--baseline 或 "
            "--fewest-changes 作出的，不能由此继续",
            en="was made with other --pin, --exclude, --freeze, --since, --at-most, --baseline or "
            "--fewest-changes: nothing can go on from it",
        )
        yield Fault(message, file, column="run.beside")


def _first_ones(every: Mapping[str, int], partial: Any, file: str) -> dict[str, int]:
    """Return the number of decided periods by layer; only the last layer may be decided in part."""
    try:
        decided = TypeAdapter(dict[str, int]).validate_python(partial, strict=True)
    except ValidationError:
        decided = {}
    *before, last = list(decided.items()) or [("", 0)]
    *whole, begun = list(every.items())[: len(decided)] or [("", 0)]
    if before != whole or last[0] != begun[0] or not 0 < last[1] <= begun[1]:
        allowed = ", ".join(f"{name}: {count}" for name, count in every.items())
        raise InputError([_no_plan(file, "run.partial", allowed)])
    return decided


def _must_hold(policy: Policy, plan: Plan, periods: Mapping[str, int], file: str) -> None:
    """Refuse a plan that breaks a hard rule or has a wrong score, as after an edit by hand."""
    check_references(policy, plan, file)
    judgement = judge(policy.truncate(periods), plan.assignments)
    if judgement.broken or score_disagreements(plan, judgement):
        raise InputError([_no_plan(file, "", "")])


def _no_plan(file: str, column: str, allowed: str) -> Fault:
    message = Text(
        zh="其中的方案不成立，或代价与其所称不符，不能由此继续（详见 verify）",
        en="holds no plan that is sound and costs what it says: nothing can go on from it (see verify)",
    )
    return Fault(message, file, column=column, allowed=allowed)


def _proved(plan: Plan, file: str) -> Proved:
    try:
        return TypeAdapter(Proved).validate_python(plan.run.get("proved", ()))
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors(include_url=False):
            faults.add(json_fault(detail, file, ("run", "proved", *detail["loc"])))
        raise faults.error() from None


#: Least time between two checkpoints: in seconds, and as a multiple of the last writing time.
EVERY, REST = 1.0, 20.0


def checkpoint_path(out: Path) -> Path | None:
    """Return the path of a plan's checkpoint; None if the plan goes to a device or a pipe."""
    if out.exists() and not out.is_file():
        return None
    return out.with_name(f"{out.name}.part")


class Checkpoints(NullObserver):
    """Context manager that writes the incumbent to a checkpoint in a separate thread.

    A plan of all layers has the status ``feasible`` and a score. A plan of the first layers or periods only
    has the status ``unknown``, and ``run.partial`` has the number of decided periods by layer.

    Attributes:
        error: The error that ended the writing of checkpoints, if any; the solve continues.
    """

    def __init__(self, policy: Policy, path: Path) -> None:
        self.error: InputError | None = None
        self._policy, self._path = policy, path
        self._latest: Snapshot | None = None
        self._fresh, self._over = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Keep a snapshot for the next checkpoint; a later snapshot replaces it until then."""
        self._latest = snapshot
        self._fresh.set()

    def __enter__(self) -> Checkpoints:
        for left in unfinished_files(self._path):  # left by a killed process
            with suppress(OSError):
                left.unlink()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._fresh.set()
        self._thread.join()

    def remove(self) -> None:
        """Remove the checkpoint, once the plan itself is written."""
        with suppress(OSError):  # a folder of that name is no checkpoint
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
    known = reached.known.tighter_than(proofs)
    if not is_whole:  # the proofs of a partial plan are no score of a whole plan
        known = known.with_search(proofs)
    run: dict[str, Any] = {"checkpoint": True, "seconds": round(reached.seconds, 2)}
    if not is_whole:
        run["partial"] = reached.periods
    if beside := overrides_digest(policy):
        run["beside"] = beside
    if policy.overrides:
        run["asked"] = policy.overrides.to_run_data()
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
    """Return the score of a level with cost 0, such as the hard level of every plan."""
    return LevelScore(level=level, cost=0, bound=0, proof=BoundProof(by=(ZERO,)))


def _carried(known: KnownBounds) -> list[list[dict[str, Any]]]:
    """Return the known bounds as JSON for a plan, one list for each search."""
    return [[proof.score.model_dump(mode="json") for proof in proofs] for proofs in known.searches]
