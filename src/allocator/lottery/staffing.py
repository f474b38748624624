"""Whether every draw of units can be staffed, and if not, which units and which inspectors stand in the way.

By Hall's theorem some units cannot be staffed exactly if, for some inspectors whom they would all need, the
seats that the others leave open are more than those inspectors may take. A small program looks for the worst
case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model


@dataclass(frozen=True)
class Shortage:
    """Units that may be drawn together, who alone could fill their open seats, and how many are short."""

    units: tuple[str, ...]
    inspectors: tuple[str, ...]
    short: int


def find_shortage(allowed: Mapping[str, Sequence[str]], size: int, team: int, load: int) -> Shortage | None:
    """Return the worst shortage of a draw, or None if every draw of ``size`` units can be staffed.

    Args:
        allowed: For each unit the inspectors who may go there.
        size: Units drawn.
        team: Inspectors for each.
        load: Units for an inspector at most.
    """
    model = cp_model.CpModel()
    needed = {name: model.new_bool_var("") for names in allowed.values() for name in names}
    drawn = {unit: model.new_bool_var("") for unit in allowed}  # with seats that only these could take
    open_seats = []
    for unit, names in allowed.items():
        seats = model.new_int_var(0, team, "")
        model.add(seats <= team * drawn[unit])
        others = len(names) - sum(needed[name] for name in names)
        model.add(seats <= team - others).only_enforce_if(drawn[unit])
        open_seats.append(seats)
    model.add(sum(drawn.values()) <= size)
    model.maximize(sum(open_seats) - load * sum(needed.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise ArithmeticError("whether every draw can be staffed could not be found out")
    if solver.objective_value < 0.5:
        return None
    chosen = tuple(
        unit
        for (unit, one), seats in zip(drawn.items(), open_seats, strict=True)
        if solver.value(one) and solver.value(seats)
    )
    named = tuple(name for name, one in needed.items() if solver.value(one))
    return Shortage(chosen, named, round(solver.objective_value))
