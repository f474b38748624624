"""A rolling horizon: a few periods are searched jointly, the first of them is settled, the next one added.

Each layer is decided with those before it held. A window of N periods is searched as any program is, and
nothing of it but its first period stays for good, so that each decision is made with N - 1 periods to come in
sight. Where a window cannot be, earlier decisions are set free again, as in a start by steps; where that does
not help either, the next window is longer. See Sethi and Sorger 1991, "A theory of rolling horizon decision
making", Annals of Operations Research 29.

What is found is a plan like any other, but a search of a window with the rest held proves nothing of the
whole: its bounds are what follows from the rows alone, and what was proved with nothing held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.optimise.descent import Descent, compiled, task_of
from allocator.optimise.start import Made, carried_on, columns_of, settled
from allocator.optimise.warm_start import WarmStart
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.rules.policy import Policy
from allocator.solvers.bounds import Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.observer import NULL_OBSERVER, CallbackObserver, Snapshot
from allocator.solvers.protocol import Found


@dataclass(frozen=True)
class Window:
    """Periods of a layer that are searched jointly.

    Attributes:
        layer: The layer.
        name: What the search is called: ``posting 2027 - 2029``.
        first: The first period, by index.
        end: The one after the last.
    """

    layer: str
    name: str
    first: int
    end: int


@dataclass(frozen=True)
class Rolled:
    """What came of all windows.

    Attributes:
        found: ``optimal`` where the bounds say so, ``feasible``, ``infeasible`` or ``unknown``.
        descent: The plan of all layers with what is proved of it; without a plan the last search.
        stuck: The window for which no plan was found, if there was one.
    """

    found: Found
    descent: Descent
    stuck: str = ""


def windows(layer: Layer, length: int, done: int = 0) -> Iterator[Window]:
    """Yield the windows of a layer; it may be shorter than one.

    Args:
        layer: The layer.
        length: Periods of a window, 1 or more.
        done: How many periods earlier windows have decided; none of them is looked at again.
    """
    count = len(layer.periods)
    last = max(0, count - length)
    for first in range(min(last, max(0, done - length + 1)) if done else 0, last + 1):
        end = min(count, first + length)
        ends = dict.fromkeys(layer.period_id(t) or "" for t in (first, end - 1))
        yield Window(layer.name, f"{layer.name} {' - '.join(ends)}".strip(), first, end)


def is_needed(policy: Policy, length: int) -> bool:
    """Whether any layer has more periods than a window; else the ordinary search is the better one."""
    return any(len(layer.periods) > length for layer in policy.context.layers.values())


def roll(policy: Policy, search: SolveContext, begun: WarmStart, length: int) -> Rolled:
    """Decide all layers window by window; a sound plan to begin from is gone over and never made worse."""
    whole = {name: len(layer.periods) for name, layer in policy.context.layers.items()}
    rolling = _Rolling(policy, search, whole, Made(begun.assignments, known=begun.known))
    if begun.periods is None or dict(begun.periods) == whole:
        program = compiled(policy, search)
        start = program.decisions.vector(begun.assignments)
        if task_of(policy, program).is_sound(evaluate_auxiliaries(program, start[None, :])[0]):
            return rolling.go_over(program, start, length)
        rolling.made, rolling.hint = Made(known=begun.known), begun.assignments
        return rolling.decide_all({}, length)
    return rolling.decide_all(begun.periods, length)


class _Rolling:
    """Goes from window to window.

    Attributes:
        made: What has been decided so far.
        hint: A plan that is no plan here, such as a baseline of before: each new period is begun from it.
    """

    def __init__(self, policy: Policy, search: SolveContext, whole: Mapping[str, int], made: Made) -> None:
        self.made = made
        self.hint: tuple[Assignment, ...] = ()
        self._policy, self._search, self._whole = policy, search, whole
        self._won: dict[int, str] = {}
        self._unproved = CallbackObserver(snapshot=self._show_unproved)

    def decide_all(self, decided: Mapping[str, int], length: int) -> Rolled:
        """Decide what is not decided yet, the first so many periods of the first layers being so."""
        done = dict(decided)
        planned = [
            window
            for name, layer in list(self._policy.context.layers.items())[max(0, len(done) - 1) :]
            if done.get(name, 0) < self._whole[name]
            for window in windows(layer, length, done.get(name, 0))
        ]
        for k, window in enumerate(planned):
            found, descent = self._decide(window, done.get(window.layer, 0), 1 / (len(planned) - k))
            if descent.best is not None:
                done[window.layer] = window.end
            elif found != "infeasible" or window.end == self._whole[window.layer]:
                return Rolled(found, descent, window.name)
            # Else the first periods alone cannot be, though all of them may: the next window has them too.
        return self._closed(descent.program, descent.best)

    def _decide(self, window: Window, done: int, part: float) -> tuple[Found, Descent]:
        """Decide a window with all before it held; where that cannot be, set earlier decisions free."""
        names = list(self._whole)
        before = {name: self._whole[name] for name in names[: names.index(window.layer)]}
        policy = self._policy.truncate({**before, window.layer: max(window.end, done)})
        program = compiled(policy, self._search)
        start = self._start(program.decisions, done, window.end)
        is_last = window.end == self._whole[window.layer]
        observer = self._unproved if is_last and window.layer == names[-1] else NULL_OBSERVER
        for held in settled(program.decisions, min(window.first, done)):
            task = task_of(policy, program)
            task.fix(held, start[held])
            descent = Descent(task, self._search, window.name, self.made.known, observer=observer)
            found = descent.run(start, part)
            if descent.best is not None:
                self._take(descent, descent.proofs if is_last and not task.is_fixed else [])
                return found, descent
            if found != "infeasible" or (task.is_fixed and self._search.is_over):
                return "unknown", descent
        return "infeasible", descent

    def go_over(self, program: Program, start: IntArray, length: int) -> Rolled:
        """Make a plan of all layers better window by window, everything else held."""
        layers = self._policy.context.layers
        planned = [window for layer in layers.values() for window in windows(layer, length)]
        best = np.asarray(evaluate_auxiliaries(program, start[None, :])[0])
        for k, window in enumerate(planned):
            task = task_of(self._policy, program)
            grids = program.decisions.grids
            inside = columns_of([grids[window.layer][..., window.first : window.end]])
            held = np.setdiff1d(np.arange(program.decisions.count), inside)
            task.fix(held, best[held])
            descent = Descent(task, self._search, window.name, self.made.known, observer=self._unproved)
            descent.run(best[: program.decisions.count], 1 / (len(planned) - k))
            if descent.best is not None:
                self._won |= descent.won
                best = np.asarray(
                    evaluate_auxiliaries(program, descent.best[None, : program.decisions.count])[0]
                )
        return self._closed(program, best)

    def _start(self, decisions: Decisions, done: int, end: int) -> IntArray:
        """Return what has been made, and for new periods what is hinted at, or what was before them."""
        start = decisions.vector(self.made.assignments)
        *_, grid = decisions.grids.values()
        hinted = decisions.vector(self.hint)
        for period in range(done, end):
            columns = columns_of([grid[..., period]])
            if hinted[columns].any():
                start[columns] = hinted[columns]
            else:
                start = carried_on(decisions, start, period)
        return start

    def _take(self, descent: Descent, proofs: list[Proof]) -> None:
        """Keep what a window has come to, and what it proves of the whole."""
        assert descent.best is not None and descent.decisions is not None
        known = self.made.known.with_search(proofs) if proofs else self.made.known
        self.made = Made(descent.program.decisions.assignments(descent.decisions), descent.costs, known)
        self._won |= descent.won
        elapsed = self._search.budget.elapsed
        self._show_unproved(Snapshot(descent.program, descent.best, {}, known, elapsed))

    def _show_unproved(self, snapshot: Snapshot) -> None:
        """Show a snapshot without the bounds that were proved with the rest held."""
        self._search.observer.on_snapshot(replace(snapshot, bounds={}))

    def _closed(self, program: Program, best: IntArray | None) -> Rolled:
        """Return the plan of all layers with what is proved of the whole."""
        descent = Descent(task_of(self._policy, program), self._search, "", self.made.known)
        descent.best, descent.won = best, self._won
        for level in program.levels:
            cost = descent.cost(level)
            bound = descent.by_rows(level) | self.made.known.of(level, descent.costs)
            descent.proofs.append(Proof.of(level, cost, bound))
        is_proved = all(proof.cost == proof.bound for proof in descent.proofs)
        return Rolled("optimal" if is_proved else "feasible", descent)
