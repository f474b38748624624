"""Whether every draw of units can be staffed, and if not, which units and which inspectors stand in the way.

By Hall's theorem some units cannot be staffed exactly if, for some inspectors whom they would all need, the
seats that the others leave open are more than those inspectors may take. A small program looks for the worst
case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.solvers.integer_program import IntegerProgram


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
    program = IntegerProgram()
    needed = {name: program.add_variable(0, 1) for names in allowed.values() for name in names}
    drawn = {unit: program.add_variable(0, 1) for unit in allowed}  # with seats that only these could take
    open_seats = []
    for unit, names in allowed.items():
        seats = program.add_variable(0, team)
        program.add_row({seats: 1, drawn[unit]: -team}, None, 0)
        others = {needed[name]: -1 for name in names}
        program.add_row({seats: 1, **others}, None, team - len(names), only_if=drawn[unit])
        open_seats.append(seats)
    program.add_row(dict.fromkeys(drawn.values(), 1), None, size)
    program.maximise(dict.fromkeys(open_seats, 1) | dict.fromkeys(needed.values(), -load))
    solved = program.solve()
    if solved is None:
        raise ArithmeticError("whether every draw can be staffed could not be found out")
    if solved.objective < 1:
        return None
    values = solved.values
    chosen = tuple(
        unit
        for (unit, one), seats in zip(drawn.items(), open_seats, strict=True)
        if values[one] and values[seats]
    )
    named = tuple(name for name, one in needed.items() if values[one])
    return Shortage(chosen, named, solved.objective)
