"""A lottery under any rules, by column generation over assignments.

First the greatest chance of a pair is lowered to the bound. Then the expected cost of each level is
minimised in turn, with the earlier levels held. Each step mixes the known assignments by a linear program;
its duals price a further assignment, for which CP-SAT searches.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

import numpy as np
from scipy.sparse import coo_array, csr_array, hstack, vstack

from allocator.lottery.plra_spec import PARAMS, AssignmentLottery, LotterySpec, NoLottery
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.program.program import INFINITE, BoolArray, IntArray
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.linear import LinearProgram, solve_linear
from allocator.solvers.solver import SearchParams


@dataclass(frozen=True, eq=False)
class AssignmentMixture:
    """An optimal mixture of the known assignments.

    Attributes:
        value: Value of the objective.
        shares: ``[k]`` share of each assignment.
        share: Dual of the row by which the shares sum to 1.
        pairs: Dual of the chance of each pair, where it is not 0.
        levels: ``[levels]`` dual of the cost of each held level.
        full: Assignments at the greatest share allowed.
    """

    value: float
    shares: np.ndarray
    share: float
    pairs: Mapping[int, float]
    levels: Sequence[float]
    full: Sequence[int]


@dataclass(eq=False)
class AssignmentMaster:
    """The master problem over the known assignments.

    Attributes:
        most: Upper bound on the chance of a pair.
        different: The share of an assignment is at most one of this many.
        levels: Number of levels.
    """

    most: float
    different: int
    levels: int
    _costs: list[list[int]] = field(default_factory=list)
    _held: dict[int, float] = field(default_factory=dict)
    _row: dict[int, int] = field(default_factory=dict)
    _rows: list[int] = field(default_factory=list)
    _columns: list[int] = field(default_factory=list)

    def add(self, pairs: list[int], costs: list[int]) -> None:
        """Add an assignment with its pairs, and its cost by level."""
        for pair in pairs:
            self._rows.append(self._row.setdefault(pair, len(self._row)))
        self._columns += [len(self._costs)] * len(pairs)
        self._costs.append(costs)

    def hold(self, level: int, cost: float) -> None:
        """Hold the expected cost of a level to at most ``cost``, with a small loss allowed."""
        self._held[level] = cost + PARAMS.loss * max(1.0, abs(cost))

    def optimal_mixture(self, level: int | None) -> AssignmentMixture:
        """Return the mixture of least cost at a level; for None, that of least greatest chance of a pair."""
        many, count = len(self._costs), len(self._row)
        is_chance = level is None  # the objective is the greatest chance of a pair
        held = [] if is_chance else list(self._held)
        costs = np.array(self._costs, dtype=float).reshape(many, self.levels)
        objective = np.append(np.zeros(many) if is_chance else costs[:, level], 1.0 if is_chance else 0.0)
        taken = coo_array((np.ones(len(self._columns)), (self._rows, self._columns)), shape=(count, many))
        chances = hstack([taken, np.full((count, 1), -1.0 if is_chance else 0.0)])
        matrix = vstack([chances, np.hstack([costs[:, held].T, np.zeros((len(held), 1))])], format="csr")
        sides = [0.0 if is_chance else self.most] * count + [self._held[one] for one in held]
        share = 1.0 / self.different
        whole = np.append(np.ones(many), 0.0)[None, :]
        bounds = [(0.0, share)] * many + [(0.0, 1.0)]
        solved = solve_linear(
            LinearProgram(objective, matrix, np.array(sides), whole, np.ones(1), np.array(bounds))
        )
        worth = -solved.duals
        levels = [0.0] * self.levels
        for one, rate in zip(held, worth[count:].tolist(), strict=True):
            levels[one] = rate
        shares = solved.values[:many]
        return AssignmentMixture(
            value=solved.cost,
            shares=shares,
            share=float(solved.equal_duals[0]),
            pairs={pair: float(worth[row]) for pair, row in self._row.items() if worth[row] > 0},
            levels=levels,
            full=np.flatnonzero(shares >= share - PARAMS.loss).tolist(),
        )


def mixed_lottery(spec: LotterySpec, problem: MilpInstance) -> AssignmentLottery:
    """Return the lottery within the bound of least expected cost, as far as the time limit allows.

    Raises:
        NoLottery: No lottery within the bound was found.
    """
    return _ColumnGeneration(spec, problem).lottery()


@dataclass(frozen=True)
class _PricedAssignment:
    """The answer of the pricing problem.

    Attributes:
        values: ``[variables]`` an assignment of least reduced cost; None if none was found.
        least: Lower bound on the reduced cost of every assignment.
    """

    values: IntArray | None
    least: float


class _ColumnGeneration:
    """Mixes known assignments, and prices further ones, until the mixture is optimal or time is up."""

    def __init__(self, spec: LotterySpec, problem: MilpInstance) -> None:
        self._spec, self._problem = spec, problem
        self._pairs = spec.pairs_of_variables(problem)
        self._context = SolveContext(1, Budget(spec.seconds, 1))
        self._end = time.monotonic() + spec.seconds
        self._plans: list[IntArray] = []
        self._taken = np.zeros(0, dtype=np.int64)
        self._master = AssignmentMaster(float(spec.most), spec.different, self._levels)

    @property
    def _levels(self) -> int:
        return len(self._spec.program.levels)

    def lottery(self) -> AssignmentLottery:
        """Return the lottery: lower the greatest chance to the bound, then minimise level by level."""
        self._find_first()
        mixed, bound = self._minimise(None, enough=float(self._spec.most))
        if mixed.value > self._master.most + PARAMS.gap:
            least = Fraction(ceil(mixed.value * 10**4 - 0.01), 10**4)
            raise NoLottery(least=least, proved=mixed.value <= bound + 10 * PARAMS.gap)
        self._master.most = max(self._master.most, mixed.value)
        bounds = []
        for level in range(self._levels):
            mixed, bound = self._minimise(level)
            self._master.hold(level, mixed.value)
            bounds.append(Fraction(min(bound, mixed.value)).limit_denominator(10**6))
        tickets = _integer_weights(mixed.shares)
        kept = [k for k, many in enumerate(tickets) if many]
        if len(kept) < self._spec.different:
            raise NoLottery(found=len(kept))
        return AssignmentLottery(
            np.array([self._plans[k] for k in kept]), [tickets[k] for k in kept], bounds, "mixture"
        )

    def _find_first(self) -> None:
        """Find the least number of different assignments, each of pairs that were seldom taken before."""
        while len(self._plans) < self._spec.different:
            uses = np.bincount(self._taken, minlength=int(self._pairs.max(initial=0)) + 1)
            price = np.where(self._pairs >= 0, uses[self._pairs], 0).astype(float)
            found = self._price(price, 0.0, range(len(self._plans)))
            if found.values is None:
                raise NoLottery(found=len(self._plans), proved=found.least == np.inf)
            self._add(found.values)

    def _minimise(self, level: int | None, enough: float = -np.inf) -> tuple[AssignmentMixture, float]:
        """Mix and price until no assignment improves the mixture; return it with its lower bound."""
        bound, end = -np.inf, time.monotonic() + self._level_seconds(level)
        while True:
            mixed = self._master.optimal_mixture(level)
            if (
                mixed.value <= max(enough, bound) + PARAMS.gap * max(1.0, abs(mixed.value))
                or time.monotonic() >= end
            ):
                return mixed, bound
            found = self._price(*self._reduced_costs(level, mixed), mixed.full)
            bound = max(bound, mixed.value + min(0.0, found.least))
            if found.values is None or self._is_known(found.values):
                return mixed, bound
            self._add(found.values)

    def _level_seconds(self, level: int | None) -> float:
        """Return the seconds of a level: an equal share of the time left."""
        left = max(0.0, self._end - time.monotonic())
        return left / (self._levels + 1 if level is None else self._levels - level)

    def _reduced_costs(self, objective: int | None, mixed: AssignmentMixture) -> tuple[np.ndarray, float]:
        """Return ``[n]`` the reduced cost of each variable, and the constant of every assignment."""
        program, problem = self._spec.program, self._problem
        price, constant = np.zeros(len(program)), -mixed.share
        for level, weight in enumerate(mixed.levels):
            rate = weight + (level == objective)
            price += rate * level_objective(program, program.levels[level])
            constant += rate * program.constant(program.levels[level])
        fixed = problem.fixed.copy()
        fixed[problem.columns] = 0
        own = price[problem.columns]
        has_pair = self._pairs >= 0
        own[has_pair] += np.array([mixed.pairs.get(pair, 0.0) for pair in self._pairs[has_pair].tolist()])
        return own, constant + float(price @ fixed)

    def _price(self, price: np.ndarray, constant: float, full: Sequence[int]) -> _PricedAssignment:
        """Search for the assignment of least reduced cost that is none of ``full``."""
        unit = PARAMS.pricing_scale / max(1e-12, float(np.abs(price).max(initial=0.0)))
        whole = np.rint(price * unit).astype(np.int64)
        left = max(0.1, self._end - time.monotonic())
        search_params = SearchParams(
            replace(self._context.budget.share(1.0), seconds=left, work=None), threads=1
        )
        shift = int(np.minimum(whole * self._problem.bounds[0], whole * self._problem.bounds[1]).sum())
        problem = replace(self._problem, objective=whole, constant=-shift)  # so that no cost is below 0
        others = [self._plans[k][problem.columns] for k in full]
        decided = problem.columns < self._spec.program.decisions.count
        outcome = minimise(_exclude(problem, others, decided), self._context, search_params)
        if outcome.values is None:
            return _PricedAssignment(None, np.inf if outcome.found == "infeasible" else -np.inf)
        off = 0.5 * np.count_nonzero(price)  # rounded prices differ by half a unit each at most
        least = (outcome.bound + shift - off) / unit + constant
        decisions = outcome.values[: self._spec.program.decisions.count]
        return _PricedAssignment(evaluate_auxiliaries(self._spec.program, decisions[None, :])[0], least)

    def _is_known(self, values: IntArray) -> bool:
        """Return whether an assignment is known already."""
        return any(np.array_equal(values, plan) for plan in self._plans)

    def _add(self, values: IntArray) -> None:
        """Add an assignment to the master problem."""
        self._plans.append(values)
        columns = self._problem.columns
        taken = self._pairs[(self._pairs >= 0) & (values[columns] > 0)]
        self._taken = np.append(self._taken, taken)
        costs = level_costs(self._spec.program, values[None, :])[0]
        self._master.add(taken.tolist(), costs.tolist())


def _exclude(problem: MilpInstance, full: list[IntArray], decided: BoolArray) -> MilpInstance:
    """Return the problem with a row against each of some assignments, so that a decision differs."""
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


def _integer_weights(shares: np.ndarray) -> list[int]:
    """Return tickets in the proportion of the shares, by largest remainder."""
    kept = np.where(shares > PARAMS.least_share, shares, 0.0)
    exact = kept / kept.sum() * PARAMS.tickets
    tickets = np.floor(exact).astype(np.int64)
    left = PARAMS.tickets - int(tickets.sum())
    tickets[np.argsort(tickets - exact, kind="stable")[:left]] += 1
    return [int(many) for many in tickets]
