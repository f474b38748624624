"""The job ``branch_and_cut``: the least cost of one problem, or bounds of it.

Messages: ``{"bound": b}``; ``{"cost": c, "values": base64 of int64}``; ``{"searches": true}`` as branch and
cut begins. The relaxation of a large problem comes first, as ``{"relaxed": base64 of float32}``. It is found
by an interior point: simplex takes minutes where that takes seconds.

The bounds of a slow problem are Lagrangian. Most rules of a posting are about one slot at a time: its seats,
skills and load. The relaxation may put a tenth of a person there to even out the load; whole people cannot.
So the rows that tie slots together (each person is in one of them) are dualised at a price, and the least
cost of each slot alone is found by branch and cut, in some hundredths of a second. Whatever the prices, the
sum is a bound.

The duals of the relaxation are too steep a start, since it may take values between whole people. They are
shrunk first, and then follow the items that too many slots take, or none. At 1,000 people and 160 groups that
proves 1.2% more than the relaxation does, at 250 and 40 up to 4.7%.

Method: Lagrangian relaxation (Geoffrion, Mathematical Programming Study 2, 1974) with deflected subgradients
(Camerini, Fratta and Maffioli, Mathematical Programming Study 3, 1975).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array

from allocator.solvers.highs_worker.model import (
    NOTHING_BETTER,
    Arrays,
    BoundSender,
    has_solution,
    model_of,
    packed,
    quiet_solver,
    send,
    send_solution,
    set_cutoff,
    solution_of,
)

#: Relative error of a bound that an interior point or many small searches end at.
_TOLERANCE = 1e-6


def run(problem: Arrays) -> None:
    """Search; before that, solve the relaxation if the problem is large, and if slow, bound slots instead."""
    if problem["relaxes"]:
        began = time.monotonic()
        relaxed = _solve_relaxation(problem)
        if time.monotonic() - began > problem["slow"]:
            if relaxed is not None:
                for bound in slot_bounds(problem, *relaxed):
                    send({"bound": _rounded_down(bound)})
            return
    _search(problem)


def _search(problem: Arrays) -> None:
    """Search by branch and cut for a plan that costs less than the cutoff, to the end."""
    send({"searches": True})
    solver = quiet_solver(int(problem["seed"]))
    solver.passModel(model_of(problem, problem["cost"], integral=problem["branched"] > 0))
    cutoff = float(problem["cutoff"])
    set_cutoff(solver, cutoff)
    solver.cbMipImprovingSolution.subscribe(send_solution)
    solver.cbMipInterrupt.subscribe(BoundSender())
    solver.run()
    nothing = solver.getModelStatus() in NOTHING_BETTER
    info = solver.getInfo()
    if not nothing and has_solution(solver):
        # A plan found before the search proper, or without one, has not come as an improvement.
        send({"cost": info.objective_function_value, "values": packed(solution_of(solver))})
    send({"bound": cutoff if nothing else info.mip_dual_bound})


def _solve_relaxation(problem: Arrays) -> tuple[np.ndarray, float] | None:
    """Send bound and values of the relaxation; return the duals of its rows, and the bound."""
    solver = quiet_solver(int(problem["seed"]))
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")
    solver.passModel(model_of(problem, problem["cost"], integral=False))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    bound, found = solver.getInfo().objective_function_value, solver.getSolution()
    relaxed = np.asarray(found.col_value, dtype=np.float32)
    send({"bound": _rounded_down(bound), "relaxed": base64.b64encode(relaxed.tobytes()).decode()})
    return (np.asarray(found.row_dual), bound) if found.dual_valid else None


def _rounded_down(bound: float) -> float:
    """Return the least that a bound may be, given the error of floating-point numbers."""
    return bound - _TOLERANCE * (1 + abs(bound))


@dataclass(frozen=True)
class SubgradientParams:
    """Parameters of the subgradient method.

    Attributes:
        shrinkage: The duals of the relaxation are multiplied by this at first.
        long_round: Seconds; a round that takes more is the only one: the processor is of more use to plans
            then.
        step: A step is to gain this part of what the first round gained.
        step_decay: The step is multiplied by this after a round without a gain.
        deflection: Weight of the directions before in the next direction.
        patience: Rounds in a row without a gain after which the search ends.
        slot_seconds: Time limit for one slot.
    """

    shrinkage: float = 0.6
    long_round: float = 5.0
    step: float = 0.6
    step_decay: float = 0.5
    deflection: float = 0.5
    patience: int = 6
    slot_seconds: float = 2.0


PARAMS = SubgradientParams()


def slot_bounds(problem: Arrays, duals: np.ndarray, known: float) -> Iterator[float]:
    """Yield better and better bounds of the cost of a problem, one a round.

    Args:
        problem: The problem, and in ``slots`` the slot that each variable is about, negative if it is none.
        duals: ``[rows]`` the dual value of each row in the relaxation.
        known: The bound of the relaxation.
    """
    slots, began = _DecomposedProblem(problem), time.monotonic()
    price = slots.with_valid_signs(duals[slots.ties] * PARAMS.shrinkage)
    bound, sums = slots.solve(price)
    if bound > known:
        yield bound
        if time.monotonic() - began < PARAMS.long_round:
            direction = slots.subgradient(price, sums)
            yield from _climb(slots, bound, price, direction, PARAMS.step * (bound - known))


def _climb(
    slots: _DecomposedProblem, best: float, price: np.ndarray, direction: np.ndarray, step: float
) -> Iterator[float]:
    """Yield better bounds as prices follow the subgradient, until several rounds in a row gain nothing."""
    best_price, without_gain = price, 0
    while without_gain < PARAMS.patience and (length := float(direction @ direction)):
        price = slots.with_valid_signs(best_price + step / length * direction)
        bound, sums = slots.solve(price)
        subgradient = slots.subgradient(price, sums)
        direction = PARAMS.deflection * direction + (1 - PARAMS.deflection) * subgradient
        if bound > best:
            best, best_price, without_gain = bound, price, 0
            yield best
        else:
            step, without_gain = step * PARAMS.step_decay, without_gain + 1


@dataclass(frozen=True, eq=False)
class _SlotProblem:
    """The part of a problem that is about one slot.

    Attributes:
        columns: The variables that are about the slot.
        problem: The rows that are about no other slot, and the bounds.
        ties: ``[ties, columns]`` the rows that the slot shares with others.
    """

    columns: np.ndarray
    problem: Arrays
    ties: csr_array


class _DecomposedProblem:
    """A problem slot by slot.

    Attributes:
        ties: The rows that tie several slots together.
    """

    def __init__(self, problem: Arrays) -> None:
        slots, shape = problem["slots"], (len(problem["row_lower"]), len(problem["lower"]))
        matrix = csr_array((problem["coefs"], problem["cols"], problem["starts"]), shape=shape)
        row_slots = _row_slots(matrix, slots)
        self.ties = np.flatnonzero(row_slots < 0)
        self._problem, self._tied = problem, csr_array(matrix[self.ties])
        self._low, self._high = problem["row_lower"][self.ties], problem["row_upper"][self.ties]
        self._rest = np.flatnonzero(slots < 0)
        self._slots = [
            self._slot(matrix, np.flatnonzero(row_slots == slot), np.flatnonzero(slots == slot))
            for slot in np.unique(slots[slots >= 0]).tolist()
        ]

    def _slot(self, matrix: csr_array, rows: np.ndarray, columns: np.ndarray) -> _SlotProblem:
        problem, own = self._problem, csr_array(matrix[rows][:, columns])
        part = {key: problem[key][columns] for key in ("lower", "upper", "branched")}
        part |= {key: problem[key][rows] for key in ("row_lower", "row_upper")}
        part |= {"starts": own.indptr, "cols": own.indices, "coefs": own.data}
        return _SlotProblem(columns, part, csr_array(self._tied[:, columns]))

    def with_valid_signs(self, price: np.ndarray) -> np.ndarray:
        """Return prices without those of open sides."""
        low = np.where(np.isfinite(self._low), np.maximum(price, 0), 0.0)
        return np.asarray(low + np.where(np.isfinite(self._high), np.minimum(price, 0), 0.0))

    def subgradient(self, price: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """Return ``[ties]`` how far each sum is from the side that its price is of; if 0, from its range."""
        sides = np.where(price > 0, self._low, np.where(price < 0, self._high, sums))
        return np.asarray(np.clip(sides, self._low, self._high) - sums)

    def solve(self, price: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the bound at some prices of the ties, and the sum of each tie in the values that give it."""
        problem = self._problem
        paid = problem["cost"] - self._tied.T @ price
        sides = np.where(price > 0, self._low, np.where(price < 0, self._high, 0.0))
        free = np.minimum(paid * problem["lower"], paid * problem["upper"])[self._rest]
        bound, values = float(price @ sides + free.sum()), np.zeros(len(paid))
        least = np.where(paid > 0, problem["lower"], problem["upper"])
        values[self._rest] = np.where(paid == 0, 0.0, least)[self._rest]
        sums = self._tied @ values
        for slot in self._slots:
            cost, own = self._solve_slot(slot, paid[slot.columns])
            bound, sums = bound + cost, sums + slot.ties @ own
        return bound, sums

    def _solve_slot(self, slot: _SlotProblem, price: np.ndarray) -> tuple[float, np.ndarray]:
        """Return a bound of the cost of a slot at some prices, and its variables in the best plan found."""
        solver = quiet_solver(int(self._problem["seed"]))
        solver.setOptionValue("time_limit", PARAMS.slot_seconds)
        solver.passModel(model_of(slot.problem, price, integral=slot.problem["branched"] > 0))
        solver.run()
        values = solution_of(solver) if has_solution(solver) else np.zeros(len(price))
        return float(solver.getInfo().mip_dual_bound), values


def _row_slots(matrix: csr_array, slots: np.ndarray) -> np.ndarray:
    """Return ``[rows]`` the one slot that all variables of a row are about; negative if there is none."""
    found = np.full(matrix.shape[0], -1, dtype=np.int64)
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        of, starts = slots[matrix.indices], matrix.indptr[filled]
        low, high = np.minimum.reduceat(of, starts), np.maximum.reduceat(of, starts)
        found[filled] = np.where(low == high, low, -1)
    return found
