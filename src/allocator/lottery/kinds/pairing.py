"""Pairing (双随机): units drawn at random, and for each a team of inspectors drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from allocator.errors import InputError
from allocator.lottery.draw_kind import AuditModel, BilingualText, Committed, Draw
from allocator.lottery.findings import (
    CannotDraw,
    Check,
    LotteryNumbers,
    ReportLine,
    names_with_ids,
    percent,
    pool_differences,
    rule_differences,
)
from allocator.lottery.kinds._pairing_audit import (
    Condition,
    InspectorEntry,
    PairingCommitted,
    PairingResult,
    PairingRules,
    SearchLimitReached,
    UnitEntry,
    draw_pairing,
    run_trials,
    trial_count,
)
from allocator.lottery.scenario_view import ScenarioView, source_text
from allocator.model.spec import Name, Source, Strict
from allocator.model.text import Text
from allocator.rules.expressions.fields import Doc

Pairs = Mapping[str, frozenset[str]]


class Recusal(Strict):
    """A condition under which somebody may not go, or two may not go together."""

    when: Annotated[str, Doc(zh="条件（CEL）", en="A condition (CEL).")]
    why: Annotated[Text, Doc(zh="缘由", en="The reason.")] = Text()


@dataclass(frozen=True, eq=False)
class PairingPool:
    """The pool of a pairing.

    Attributes:
        rules: The rules.
        recused: For each unit the inspectors who may not go there.
        apart: For each inspector those not allowed in the same team.
        label: The name of each id.
    """

    rules: PairingRules
    recused: Pairs
    apart: Pairs
    label: Mapping[str, str]

    @property
    def allowed(self) -> Pairs:
        """For each unit the inspectors who may go there."""
        return {unit: frozenset(self.apart) - recused for unit, recused in self.recused.items()}


class Pairing(Draw):
    """Units drawn at random, and for each a team of inspectors drawn at random (双随机).

    The units with the lowest lottery numbers are drawn: every unit has the same chance. Then seat by seat, in
    the order of the units, the inspector with the lowest number is drawn among those who may go there, have
    room, and leave a way to fill the seats still to come. Inspectors with the same recusals have exactly the
    same chance.
    """

    name = "pairing"
    summary = Text(
        zh="双随机：随机抽取检查对象，随机选派检查人员",
        en="Random units, each with a random team of inspectors.",
    )
    committed: ClassVar[type[Committed]] = PairingCommitted
    result: ClassVar[type[AuditModel]] = PairingResult

    units: Annotated[Source, Doc(zh="检查对象，如 units where ...", en="What is visited: units where ...")]
    inspectors: Annotated[Source, Doc(zh="检查人员，如 people where ...", en="Who visits: people where ...")]
    size: Annotated[int, Field(ge=1, le=10**5), Doc(zh="抽取多少检查对象", en="How many units are drawn.")]
    team: Annotated[
        int, Field(ge=1, le=100), Doc(zh="每个对象几名检查人员", en="Inspectors for each unit.")
    ] = 2
    load: Annotated[
        int, Field(ge=1, le=10**5), Doc(zh="每人至多几个对象", en="Units for an inspector at most.")
    ] = 1
    recusals: Annotated[
        tuple[Recusal, ...],
        Doc(zh="回避：检查人员与对象的条件", en="Conditions over inspector and unit: may not go there."),
    ] = ()
    apart: Annotated[
        tuple[Recusal, ...],
        Doc(
            zh="不得同组：检查人员与另一人（other）的条件",
            en="Conditions over an inspector and another (`other`): may not be in one team.",
        ),
    ] = ()

    def pool(self, view: ScenarioView) -> PairingPool:
        """Return units, inspectors and recusals."""
        if self.inspectors.name == self.units.name and self.inspectors.table == self.units.table:
            message = Text(
                zh="与 units 同名，请取名：people as inspector",
                en="has the name that `units` has: people as inspector",
            )
            raise InputError([view.fault(message, "inspectors")])
        units = view.axis(self.units, "units", self.inspectors)
        people = view.axis(self.inspectors, "inspectors", self.units)
        others = view.axis(self.inspectors, "inspectors", prefix="other")
        recused = np.zeros((len(units), len(people)), dtype=np.bool_)
        for number, one in enumerate(self.recusals):
            recused |= view.holds(one.when, f"recusals.{number}.when", units, people)
        apart = np.zeros((len(people), len(people)), dtype=np.bool_)
        for number, one in enumerate(self.apart):
            apart |= view.holds(one.when, f"apart.{number}.when", people, others)
        apart = (apart | apart.T) & ~np.eye(len(people), dtype=np.bool_)
        return PairingPool(
            rules=self._rules(),
            recused=_pairs_by_id(units.ids, recused, people.ids),
            apart=_pairs_by_id(people.ids, apart, people.ids),
            label=dict(zip((*units.ids, *people.ids), view.label((*units.ids, *people.ids)), strict=True)),
        )

    def _rules(self) -> PairingRules:
        return PairingRules(
            units=source_text(self.units),
            inspectors=source_text(self.inspectors),
            size=self.size,
            team=self.team,
            load=self.load,
            recusals=tuple(Condition(when=one.when, why=BilingualText.of(one.why)) for one in self.recusals),
            apart=tuple(Condition(when=one.when, why=BilingualText.of(one.why)) for one in self.apart),
        )

    def commit(self, scenario: str, draw: Name, pool: PairingPool) -> PairingCommitted:
        """Return units, inspectors, recusals and chances, if every draw can be staffed. Calls a solver."""
        from allocator.lottery.draw_infeasibility import (
            SEARCH_LIMIT_REACHED,
            refuse_unstaffable,
            trials_short_of,
        )

        refuse_unstaffable(pool.rules, pool.allowed, pool.label)
        trials = trial_count(len(pool.recused), len(pool.apart), self.size)
        try:
            seats, passed, short = run_trials(pool.rules, pool.allowed, pool.apart, trials)
        except SearchLimitReached:
            raise CannotDraw([SEARCH_LIMIT_REACHED], []) from None
        if short:
            raise CannotDraw([trials_short_of(short, trials)], [])
        chance = Fraction(self.size, len(pool.recused))
        return PairingCommitted(
            **self.identity(scenario, draw),
            rules=pool.rules,
            units=tuple(
                UnitEntry(id=unit, recused=tuple(sorted(recused)), chance=chance.as_integer_ratio())
                for unit, recused in sorted(pool.recused.items())
            ),
            inspectors=tuple(
                InspectorEntry(id=name, apart=tuple(sorted(apart)), seats=seats.get(name, 0))
                for name, apart in sorted(pool.apart.items())
            ),
            trials=trials,
            passed_over=passed,
        )

    @classmethod
    def decide(cls, committed: PairingCommitted, numbers: LotteryNumbers) -> PairingResult:
        """Draw the units, then their inspectors."""
        return draw_pairing(committed.rules, _allowed(committed), _apart(committed), numbers)

    def differences(self, committed: PairingCommitted, pool: PairingPool) -> Iterator[Check]:
        """Yield differences of rules, units, inspectors and recusals from the commitment."""
        yield from rule_differences(committed.rules.model_dump(), pool.rules.model_dump())
        units = {unit.id: frozenset(unit.recused) for unit in committed.units}
        yield from pool_differences(Text(zh="检查对象", en="units"), units, pool.recused, pool.label)
        yield from pool_differences(
            Text(zh="检查人员", en="inspectors"), _apart(committed), pool.apart, pool.label
        )

    @classmethod
    def proofs(cls, committed: PairingCommitted) -> Iterator[Check]:
        """Yield whether the chances are right: of units by arithmetic, of inspectors by trial draws."""
        rules, true = committed.rules, Fraction(committed.rules.size, len(committed.units))
        wrong = [unit.id for unit in committed.units if unit.chance != true.as_integer_ratio()]
        if wrong:
            zh, en = f"检查对象的机会不实，应为 {true}", f"the chance of a unit is not so: it is {true}"
            listed = names_with_ids(wrong, {})
            yield Check(Text(zh=f"{zh}：{listed}", en=f"{en}: {listed}"), False)
        seats, passed, _ = run_trials(rules, _allowed(committed), _apart(committed), committed.trials)
        wrong = [one.id for one in committed.inspectors if one.seats != seats.get(one.id, 0)]
        if passed != committed.passed_over or wrong:
            who = names_with_ids(wrong, {}) or "passed_over"
            yield Check(
                Text(zh=f"试抽结果不实：{who}", en=f"the trial draws give something else: {who}"), False
            )
        else:
            count = committed.trials
            yield Check(
                Text(zh=f"试抽 {count} 次，结果相同", en=f"{count} trial draws give the same chances")
            )

    @classmethod
    def lines(cls, committed: PairingCommitted, result: PairingResult | None) -> Iterator[ReportLine]:
        """Yield the units, then the inspectors."""
        rules, units = committed.rules, committed.units
        teams = None if result is None else len(result.teams)
        yield ReportLine(
            Text(zh="检查对象", en="units"),
            len(units),
            str(rules.size),
            percent(rules.size / len(units)),
            teams,
        )
        seats = sorted(one.seats / committed.trials for one in committed.inspectors)
        shown = Text(
            zh=f"平均 {seats[0]:.2f}-{seats[-1]:.2f} 次", en=f"{seats[0]:.2f}-{seats[-1]:.2f} units each"
        )
        drawn = None if result is None else len({name for one in result.teams for name in one.inspectors})
        asked = f"{rules.team} × {rules.size}"
        yield ReportLine(Text(zh="检查人员", en="inspectors"), len(committed.inspectors), asked, shown, drawn)

    @classmethod
    def winners(
        cls, committed: PairingCommitted, result: PairingResult
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each unit with its team."""
        for team in result.teams:
            yield team.unit, team.inspectors


def _pairs_by_id(
    ids: Sequence[str], table: np.ndarray[tuple[int, int], np.dtype[np.bool_]], names: Sequence[str]
) -> Pairs:
    return {
        one: frozenset(names[int(k)] for k in np.flatnonzero(row))
        for one, row in zip(ids, table, strict=True)
    }


def _allowed(committed: PairingCommitted) -> Pairs:
    everyone = frozenset(one.id for one in committed.inspectors)
    return {unit.id: everyone.difference(unit.recused) for unit in committed.units}


def _apart(committed: PairingCommitted) -> Pairs:
    return {one.id: frozenset(one.apart) for one in committed.inspectors}
