"""Finds why some draw of units cannot be staffed, and the least change that would help.

By Hall's theorem a set of units cannot be staffed exactly if, for some inspectors, the seats that only they
can take outnumber the seats that they may take. An integer program looks for the worst such set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.lottery.findings import CannotDraw, names_with_ids
from allocator.lottery.kinds._pairing_audit import PairingRules
from allocator.model.text import Text
from allocator.solvers.integer_program import IntegerProgram


@dataclass(frozen=True)
class Shortage:
    """A shortage of a draw.

    Attributes:
        units: Units that may be drawn together.
        inspectors: The only inspectors who could fill their open seats.
        short: Seats that stay empty.
    """

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


SEARCH_LIMIT_REACHED = Text(
    zh="不得同组的人太多，无法在限定步数内配齐",
    en="too many inspectors are to be kept apart: the teams could not be filled in so many steps",
)


def refuse_unstaffable(
    rules: PairingRules, allowed: Mapping[str, frozenset[str]], label: Mapping[str, str]
) -> None:
    """Refuse rules under which some draw of units cannot be staffed.

    Args:
        rules: The rules of the pairing.
        allowed: For each unit the inspectors who may go there.
        label: The name of each id.

    Raises:
        CannotDraw: With units that may be drawn together, the inspectors whom they need, and a remedy.
    """
    if len(allowed) < rules.size:
        reason = Text(
            zh=f"检查对象只有 {len(allowed)} 个，要抽 {rules.size} 个",
            en=f"there are {len(allowed)} units, and {rules.size} are to be drawn",
        )
        remedy = Text(zh=f"size 改为 {len(allowed)}", en=f"size: {len(allowed)}")
        raise CannotDraw([reason], [remedy] if allowed else [])
    sorted_names = {unit: sorted(names) for unit, names in sorted(allowed.items())}
    shortage = find_shortage(sorted_names, rules.size, rules.team, rules.load)
    if shortage is None:
        return
    units, inspectors = (
        names_with_ids(shortage.units, label),
        names_with_ids(shortage.inspectors, label) or "—",
    )
    reason = Text(
        zh=f"若抽中 {units}，缺 {shortage.short} 人次；能补的只有（每人至多 {rules.load} 个）{inspectors}",
        en=f"if {units} are drawn, {shortage.short} seats stay empty; only these could take them"
        f" (at most {rules.load} each): {inspectors}",
    )
    raise CannotDraw([reason], list(_remedies(rules, sorted_names)))


def _remedies(rules: PairingRules, allowed: Mapping[str, list[str]]) -> Iterator[Text]:
    """Yield the smallest change of one number that helps: of load, else of team, else of size."""
    changes = (
        ("load", "每人至多", [(rules.team, load) for load in range(rules.load + 1, rules.size + 1)]),
        ("team", "每个对象", [(team, rules.load) for team in range(rules.team - 1, 0, -1)]),
    )
    for key, zh, tries in changes:
        for team, load in tries:
            if find_shortage(allowed, rules.size, team, load) is None:
                value = load if key == "load" else team
                yield Text(zh=f"{key}（{zh}）改为 {value}", en=f"{key}: {value}")
                return
    for size in range(rules.size - 1, 0, -1):
        if find_shortage(allowed, size, rules.team, rules.load) is None:
            yield Text(zh=f"size（抽取数）改为 {size}", en=f"size: {size}")
            return


def trials_short_of(short: int, trials: int) -> Text:
    """Return that some trial draws came short, since inspectors are kept apart."""
    return Text(
        zh=f"{trials} 次试抽中有 {short} 次因不得同组而配不齐",
        en=f"in {short} of {trials} trial draws the teams could not be filled, because of those kept apart",
    )
