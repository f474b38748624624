"""Mixing assignments under any rules, by column generation: mix those found, then look for a better one.

First the greatest chance of a pair is brought down to the bound, then the expected cost of each level is
minimised in turn, those before it held. Each time a linear program mixes the assignments found so far; its
prices say what a further assignment would have to cost, and CP-SAT looks for one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.lottery.assigning.asked import Asked, Impossible, Lottery
from allocator.lottery.assigning.master import Master, Mixed
from allocator.optimise.asking import Asking, minimise
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import BoolArray, MilpInstance, level_objective
from allocator.solvers.budget import Budget
from allocator.solvers.context import SolveContext

#: Prices are rounded to whole numbers of which the greatest is this.
SCALE = 10**9
#: A mix this close to its bound, relative to it, is taken for the best.
WORTH = 1e-6
#: Shares no greater than this are none: solvers reckon in floats.
DUST = 1e-7
TICKETS = 10**9


def mixture(asked: Asked, problem: MilpInstance) -> Lottery:
    """Return a lottery over assignments within the bound, of least expected cost as far as time allows.

    Raises:
        Impossible: No lottery within the bound was found.
    """
    return _Mixing(asked, problem).lottery()


@dataclass(frozen=True)
class _Priced:
    """What a further assignment costs at the master's prices.

    Attributes:
        values: The assignment, as values of the program; None if none was found.
        least: What no assignment costs less than.
    """

    values: IntArray | None
    least: float


class _Mixing:
    def __init__(self, asked: Asked, problem: MilpInstance) -> None:
        self._asked, self._problem = asked, problem
        self._pairs = asked.bounded(problem)
        self._search = SolveContext(1, Budget(asked.seconds, 1))
        self._end = time.monotonic() + asked.seconds
        self._plans: list[IntArray] = []
        self._taken = np.zeros(0, dtype=np.int64)
        self._master = Master(float(asked.most), asked.different, self._levels)

    @property
    def _levels(self) -> int:
        return len(self._asked.program.levels)

    def lottery(self) -> Lottery:
        """Lower the greatest chance to the bound, then the levels one by one."""
        self._begin()
        mixed, bound = self._minimise(None, enough=float(self._asked.most))
        if mixed.value > self._master.most + WORTH:
            least = Fraction(ceil(mixed.value * 10**4 - 0.01), 10**4)
            raise Impossible(least=least, proved=mixed.value <= bound + 10 * WORTH)
        self._master.most = max(self._master.most, mixed.value)
        bounds = []
        for level in range(self._levels):
            mixed, bound = self._minimise(level)
            self._master.hold(level, mixed.value)
            bounds.append(Fraction(min(bound, mixed.value)).limit_denominator(10**6))
        tickets = _whole(mixed.shares)
        kept = [k for k, many in enumerate(tickets) if many]
        if len(kept) < self._asked.different:
            raise Impossible(found=len(kept))
        return Lottery(
            np.array([self._plans[k] for k in kept]), [tickets[k] for k in kept], bounds, "mixture"
        )

    def _begin(self) -> None:
        """Find as many different assignments as are asked for, each of pairs seldom taken before."""
        while len(self._plans) < self._asked.different:
            uses = np.bincount(self._taken, minlength=int(self._pairs.max(initial=0)) + 1)
            price = np.where(self._pairs >= 0, uses[self._pairs], 0).astype(float)
            found = self._priced(price, 0.0, range(len(self._plans)))
            if found.values is None:
                raise Impossible(found=len(self._plans), proved=found.least == np.inf)
            self._add(found.values)

    def _minimise(self, level: int | None, enough: float = -np.inf) -> tuple[Mixed, float]:
        """Mix, and look for what would better the mix, until nothing would; return the mix and its bound."""
        bound, end = -np.inf, time.monotonic() + self._part(level)
        while True:
            mixed = self._master.mix(level)
            if (
                mixed.value <= max(enough, bound) + WORTH * max(1.0, abs(mixed.value))
                or time.monotonic() >= end
            ):
                return mixed, bound
            found = self._priced(*self._prices(level, mixed), mixed.full)
            bound = max(bound, mixed.value + min(0.0, found.least))
            if found.values is None or self._is_known(found.values):
                return mixed, bound
            self._add(found.values)

    def _part(self, level: int | None) -> float:
        """Return the seconds that a level may take: as many as each of those after it."""
        left = max(0.0, self._end - time.monotonic())
        return left / (self._levels + 1 if level is None else self._levels - level)

    def _prices(self, aim: int | None, mixed: Mixed) -> tuple[np.ndarray, float]:
        """Return ``[n]`` what each variable costs a further assignment, and what it costs in any case."""
        program, problem = self._asked.program, self._problem
        price, constant = np.zeros(len(program)), -mixed.share
        for level, weight in enumerate(mixed.levels):
            rate = weight + (level == aim)
            price += rate * level_objective(program, program.levels[level])
            constant += rate * program.constant(program.levels[level])
        fixed = problem.fixed.copy()
        fixed[problem.columns] = 0
        own = price[problem.columns]
        bounded = self._pairs >= 0
        own[bounded] += np.array([mixed.pairs.get(pair, 0.0) for pair in self._pairs[bounded].tolist()])
        return own, constant + float(price @ fixed)

    def _priced(self, price: np.ndarray, constant: float, full: Sequence[int]) -> _Priced:
        """Look for the assignment of least price that is none of ``full``."""
        unit = SCALE / max(1e-12, float(np.abs(price).max(initial=0.0)))
        whole = np.rint(price * unit).astype(np.int64)
        left = max(0.1, self._end - time.monotonic())
        asking = Asking(replace(self._search.budget.share(1.0), seconds=left, work=None), threads=1)
        shift = int(np.minimum(whole * self._problem.bounds[0], whole * self._problem.bounds[1]).sum())
        problem = replace(self._problem, objective=whole, constant=-shift)  # so that no cost is below 0
        others = [self._plans[k][problem.columns] for k in full]
        decided = problem.columns < self._asked.program.decisions.count
        outcome = minimise(_without(problem, others, decided), self._search, asking)
        if outcome.values is None:
            return _Priced(None, np.inf if outcome.found == "infeasible" else -np.inf)
        off = 0.5 * np.count_nonzero(price)  # rounded prices differ by half a unit each at most
        least = (outcome.bound + shift - off) / unit + constant
        decisions = outcome.values[: self._asked.program.decisions.count]
        return _Priced(evaluate_auxiliaries(self._asked.program, decisions[None, :])[0], least)

    def _is_known(self, values: IntArray) -> bool:
        return any(np.array_equal(values, plan) for plan in self._plans)

    def _add(self, values: IntArray) -> None:
        self._plans.append(values)
        columns = self._problem.columns
        taken = self._pairs[(self._pairs >= 0) & (values[columns] > 0)]
        self._taken = np.append(self._taken, taken)
        costs = level_costs(self._asked.program, values[None, :])[0]
        self._master.add(taken.tolist(), costs.tolist())


def _without(problem: MilpInstance, full: list[IntArray], decided: BoolArray) -> MilpInstance:
    """Return the problem with a row against each of some assignments: something is decided otherwise."""
    if not full:
        return problem
    rows = np.array([np.where(decided, np.where(values > 0, 1, -1), 0) for values in full])
    most = np.array([int((values[decided] > 0).sum()) - 1 for values in full])
    low, high = problem.sides
    return replace(
        problem,
        matrix=csr_array(vstack([problem.matrix, csr_array(rows)], format="csr", dtype=np.int64)),
        sides=(np.append(low, np.full(len(full), -INFINITE)), np.append(high, most)),
    )


def _whole(shares: np.ndarray) -> list[int]:
    """Return tickets in these shares, by largest remainder."""
    kept = np.where(shares > DUST, shares, 0.0)
    exact = kept / kept.sum() * TICKETS
    tickets = np.floor(exact).astype(np.int64)
    left = TICKETS - int(tickets.sum())
    tickets[np.argsort(tickets - exact, kind="stable")[:left]] += 1
    return [int(many) for many in tickets]
