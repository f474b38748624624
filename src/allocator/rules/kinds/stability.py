"""stability: the fewest moves, and the least loss of know-how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np

from allocator.model.layer import BoolArray, IntArray
from allocator.model.text import Text
from allocator.program.expr import ExprArray
from allocator.program.program import Subject
from allocator.program.spells import SpellBlock
from allocator.rules.constraints import ConstraintWriter, subject_rows
from allocator.rules.expressions.fields import Doc, PairNumber
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Stability(Rule):
    """An item that leaves a slot where it could stay, or is not where the baseline has it, costs ``lost``.

    ``against: history`` compares each period with the one before, the first period with the history.
    ``against: baseline`` compares with the baseline plan; without a baseline it requires nothing.
    ``lost`` is the cost of one departure, 1 if not given; it may read the person, the slot and the period.
    """

    name: ClassVar[str] = "stability"
    summary: ClassVar[Text] = Text(zh="人员稳定：调动最少、经验流失最少", en="as few moves as can be")
    doc_zh: ClassVar[str] = (
        "可以留任而离开原去处的，或不在基准方案所定去处的，每次计 `lost`。\n\n"
        "`against: history` 每期与上一期相比（首期与任职经历相比）；\n"
        "`against: baseline` 与给定的基准方案相比，没有给定则不计。\n"
        "`lost` 是离开一次的代价，不填为 1，可用人员、去处、周期的字段计算。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>留在[against=baseline?基准方案所定的|原]<where>[，每离开一次计 {lost}]",
        en="any <who> stays in the <where> of [against=baseline?the baseline|the period before][, at "
        "{lost} for each that leaves]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "stability", "on": "turn"},
            kept=("Zhao=East@all Li=West@2028", "Wang=West@2027 Wang=West@2028 Zhao=East@all"),
            broken=("Zhao=West@all", "Zhao=East@2026", "Li=West@2027 Zhao=East@all"),
        ),
        Example(
            rule={"kind": "stability", "on": "turn", "lost": "person.age - 39", "level": 2, "weight": 3},
            kept=("Zhao=East@all",),
            broken=("Wang=East@2027 Zhao=East@all",),
        ),
        Example(
            rule={"kind": "stability", "on": "turn", "against": "baseline"},
            kept=("Wang=East@2026 Li=East@2026 Zhao=West@2027 Li=West@2027",),
            broken=("Wang=East@2026 Li=East@2026", "Wang=West@2026 Li=East@2026 Zhao=West@2027"),
        ),
    )

    kind: Literal["stability"]
    against: Annotated[
        Literal["history", "baseline"],
        Doc(
            zh="与上一周期相比（history），还是与基准方案相比（baseline）",
            en="Whether the plan is compared with the period before or with the baseline.",
        ),
    ] = "history"
    lost: Annotated[PairNumber, Doc(zh="离开一次的代价", en="Cost of one departure.")] = 1

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return self.against == "history"

    @property
    def penalises_changes(self) -> bool:
        """Whether the rule is soft and pays for differences from the baseline."""
        return self.against == "baseline" and not self.is_hard

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Penalise each departure: an item that held a slot before and could stay there does not stay."""
        lost = scope.numbers(self.lost)
        for where, leaves in self._departures(writer, scope):
            amounts = lost[where[:, 0], where[:, 1], where[:, 3]]
            paid = amounts > 0
            writer.penalise_each(where[paid], leaves[paid] * amounts[paid])

    def _departures(self, writer: ConstraintWriter, scope: Scope) -> Iterator[tuple[IntArray, ExprArray]]:
        """Yield subjects of possible departures, each with an expression that is 1 if the item leaves."""
        if self.against == "baseline":
            yield _left_from_history(
                writer, scope, np.array([*_baseline_stays(scope)], dtype=np.int64).reshape(-1, 3)
            )
            return
        can_stay = scope.covered & scope.layer.open
        if 0 in scope.periods:
            held = np.argwhere(can_stay[:, :, 0] & scope.holders_before(-1))
            yield _left_from_history(writer, scope, np.insert(held, 2, 0, axis=1))
        for t in scope.periods:
            for block in writer.spells(scope.roles).blocks if t > 0 else ():
                yield _ended_spells(writer, scope, block, can_stay, t)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each departure."""
        lost, held = scope.numbers(self.lost), roster[self.on]
        for i, s, t in self._held_before(roster, scope):
            if not held.holds(i, s, t, scope.roles) and lost[i, s, t] > 0:
                subject = Subject(item=i, slot=s, period=t)
                yield Breach(subject, int(lost[i, s, t]), instead=held.seats(i, t))

    def _held_before(self, roster: Roster, scope: Scope) -> Iterator[tuple[int, int, int]]:
        if self.against == "baseline":
            yield from _baseline_stays(scope)
            return
        for i in scope.items.tolist():
            for t in scope.periods:
                for s in roster[self.on].slots_of(i, t - 1, scope.roles):
                    if s in scope.slot_set and scope.layer.can_be(i, s, t):
                        yield i, s, t


def _left_from_history(writer: ConstraintWriter, scope: Scope, held: IntArray) -> tuple[IntArray, ExprArray]:
    """Return ``[n]`` subjects of possible departures, with expressions that are 1 if the item leaves.

    Args:
        writer: The writer, which has the decisions.
        scope: The scope of the rule.
        held: ``[n, 3]`` item, slot and period of places that are known to be held before.
    """
    i, s, t = held.T
    there = writer.grid()[i, s, :, t][:, list(scope.roles)]
    return subject_rows(item=i, slot=s, period=t), ExprArray.of(there, [-1] * there.shape[1], 1)


def _ended_spells(
    writer: ConstraintWriter, scope: Scope, block: SpellBlock, can_stay: BoolArray, period: int
) -> tuple[IntArray, ExprArray]:
    """Return subjects of possible departures of a block, with expressions that are 1 if the item leaves."""
    chosen = can_stay[block.pairs[:, 0], block.pairs[:, 1], period]
    i, s = block.pairs[chosen].T
    before = writer.grid()[i, s, :, period - 1][:, list(scope.roles)]
    stays = block.staying(period)[chosen]
    coefs = [1] * before.shape[1] + [-1] * stays.shape[1]
    return subject_rows(item=i, slot=s, period=period), ExprArray.of(np.hstack([before, stays]), coefs)


def _baseline_stays(scope: Scope) -> Iterator[tuple[int, int, int]]:
    """Yield item, slot and period of each assignment of the baseline in scope that is still possible."""
    found = {(i, s, t) for i, s, _, t in scope.baseline_seats() if min(i, s) >= 0}
    yield from (at for at in sorted(found) if scope.covered[at] and scope.layer.can_be(*at))
