"""Observers: one protocol through which a search tells progress, bounds and plans, and is asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Event
from typing import Literal, Protocol

from allocator.model.plan import HARD, Assignment, Level
from allocator.program.evaluate import level_costs
from allocator.program.program import IntArray, Program
from allocator.solvers.bounds import Bound, KnownBounds, Proof

#: The stage in which a second solver is asked to confirm what is proved.
CONFIRM = "confirm"
#: The stage in which the plans of a trade-off are searched for.
TRADE_OFF = "trade-off"
#: Why a search ends early: the caller asked, memory is nearly full, or its result is not needed any more.
StopReason = Literal["asked", "memory", "done"]


@dataclass(frozen=True)
class Progress:
    """A step of a solve.

    Attributes:
        stage: What is being solved: layers, periods of the start, ``CONFIRM`` or ``TRADE_OFF``.
        level: The level being minimised.
        cost: Its best cost so far; None before there is a plan.
        bound: Its proven lower bound so far.
        seconds: Since the solve began.
        work: Deterministic work since then; None where the clock is shared out.
    """

    stage: str
    level: Level
    cost: int | None
    bound: int
    seconds: float
    work: float | None = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A plan of some layers or all, with its bounds so far: another solve can go on from it.

    Assignments are made only when they are asked for.

    Attributes:
        program: The program of these layers.
        values: ``[variables]`` the plan, its auxiliaries evaluated.
        bounds: Proven lower bounds of the levels that have been searched.
        known: Bounds from searches over fewer layers, or from earlier solves.
        seconds: Since the solve began.
    """

    program: Program
    values: IntArray
    bounds: Mapping[Level, Bound]
    known: KnownBounds
    seconds: float

    @property
    def periods(self) -> dict[str, int]:
        """How many periods of each layer are decided."""
        return {name: len(layer.periods) for name, layer in self.program.decisions.layers.items()}

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The plan."""
        decisions = self.program.decisions
        return decisions.assignments(self.values[: decisions.count])

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Cost, by the rules' definitions, and bound of each level, searched yet or not."""
        priced = level_costs(self.program, self.values[None, :])[0].tolist()
        costs: dict[Level, int] = dict(zip(self.program.levels, priced, strict=True))
        return tuple(
            Proof.of(level, cost, self.bounds.get(level, Bound()) | self.known.of(level, costs))
            for level, cost in costs.items()
        )


class Observer(Protocol):
    """Sees a search; every method may be called from any thread."""

    @property
    def wants_plans(self) -> bool:
        """Whether ``on_plan`` does anything: plans are not copied for an observer that ignores them."""

    def on_progress(self, progress: Progress) -> None:
        """See a step of a solve."""

    def on_bound(self, cost: int | None, bound: int) -> None:
        """See the best cost (None before there is a plan) and the proven lower bound of what is searched."""

    def on_plan(self, values: IntArray) -> None:
        """See a better plan: ``[decisions]`` or ``[variables]``, of which the first are the decisions."""

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """See the best plan of a solve, or a better bound of it: a checkpoint can be written."""

    def on_interrupt(self) -> None:
        """See that Ctrl-C reached a search, which ends with its best plan."""

    def stop_reason(self) -> StopReason | None:
        """Return why the search must end, or None if it may go on; polled at least every 50 ms."""


class NullObserver:
    """Sees nothing and stops nothing; subclasses override the methods that they need."""

    @property
    def wants_plans(self) -> bool:
        """Whether the subclass overrides ``on_plan``."""
        return type(self).on_plan is not NullObserver.on_plan

    def on_progress(self, progress: Progress) -> None:
        """Ignore it."""

    def on_bound(self, cost: int | None, bound: int) -> None:
        """Ignore it."""

    def on_plan(self, values: IntArray) -> None:
        """Ignore it."""

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Ignore it."""

    def on_interrupt(self) -> None:
        """Ignore it."""

    def stop_reason(self) -> StopReason | None:
        """Go on."""
        return None


#: The one instance: nothing is kept in it.
NULL_OBSERVER = NullObserver()


class StopRequest(NullObserver):
    """A request to stop, from another thread or a signal handler: a solve then keeps its best plan.

    Attributes:
        reason: The reason of the first request.
    """

    def __init__(self) -> None:
        self._event = Event()
        self.reason: StopReason | None = None

    def request(self, reason: StopReason = "asked") -> None:
        """Ask for the search to stop; later requests change nothing."""
        if not self._event.is_set():
            self.reason = reason
        self._event.set()

    @property
    def is_requested(self) -> bool:
        """Whether a stop was requested."""
        return self._event.is_set()

    def on_interrupt(self) -> None:
        """Request a stop."""
        self.request()

    def stop_reason(self) -> StopReason | None:
        """Return the reason once a stop is requested."""
        return self.reason if self.is_requested else None


class RenumberedLevels(NullObserver):
    """Shows progress at other levels to another observer, and stops where that one does.

    Args:
        observer: The other observer.
        own_level: Returns the level that it sees for a soft level of the search.
    """

    def __init__(self, observer: Observer, own_level: Callable[[int], int]) -> None:
        self._observer, self._own_level = observer, own_level

    def on_progress(self, progress: Progress) -> None:
        """Pass it on at the level that the other observer sees."""
        if progress.level != HARD:
            progress = replace(progress, level=self._own_level(progress.level))
        self._observer.on_progress(progress)

    def on_interrupt(self) -> None:
        """Pass it on."""
        self._observer.on_interrupt()

    def stop_reason(self) -> StopReason | None:
        """Return the reason of the other observer."""
        return self._observer.stop_reason()


@dataclass(frozen=True)
class CallbackObserver(NullObserver):
    """An observer made of functions, each of the methods without one doing nothing.

    Attributes:
        progress: Called by ``on_progress``.
        bound: Called by ``on_bound``.
        plan: Called by ``on_plan``.
        snapshot: Called by ``on_snapshot``.
        stop: Called by ``stop_reason``.
    """

    progress: Callable[[Progress], object] | None = None
    bound: Callable[[int | None, int], object] | None = None
    plan: Callable[[IntArray], object] | None = None
    snapshot: Callable[[Snapshot], object] | None = None
    stop: Callable[[], StopReason | None] | None = None

    @property
    def wants_plans(self) -> bool:
        """Whether there is a function for plans."""
        return self.plan is not None

    def on_progress(self, progress: Progress) -> None:
        """Call ``progress``."""
        if self.progress is not None:
            self.progress(progress)

    def on_bound(self, cost: int | None, bound: int) -> None:
        """Call ``bound``."""
        if self.bound is not None:
            self.bound(cost, bound)

    def on_plan(self, values: IntArray) -> None:
        """Call ``plan``."""
        if self.plan is not None:
            self.plan(values)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Call ``snapshot``."""
        if self.snapshot is not None:
            self.snapshot(snapshot)

    def stop_reason(self) -> StopReason | None:
        """Call ``stop``."""
        return None if self.stop is None else self.stop()


class ObserverGroup:
    """Several observers as one: each sees everything, and the first that has a reason stops the search."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    @property
    def wants_plans(self) -> bool:
        """Whether any of them wants plans."""
        return any(one.wants_plans for one in self._observers)

    def on_progress(self, progress: Progress) -> None:
        """Pass it on."""
        for one in self._observers:
            one.on_progress(progress)

    def on_bound(self, cost: int | None, bound: int) -> None:
        """Pass it on."""
        for one in self._observers:
            one.on_bound(cost, bound)

    def on_plan(self, values: IntArray) -> None:
        """Pass it on."""
        for one in self._observers:
            one.on_plan(values)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """Pass it on."""
        for one in self._observers:
            one.on_snapshot(snapshot)

    def on_interrupt(self) -> None:
        """Pass it on."""
        for one in self._observers:
            one.on_interrupt()

    def stop_reason(self) -> StopReason | None:
        """Return the reason of the first observer that has one."""
        return next((reason for one in self._observers if (reason := one.stop_reason())), None)
