"""The audit file of a panel, and the checks of its lottery, its chances and its proof."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from allocator.lottery.draw_kind import AuditModel, BilingualText, Committed
from allocator.lottery.findings import Check
from allocator.lottery.leximin_panels import (
    LeximinLevel,
    Panels,
    mean_panel,
    possible_raises,
    type_chances,
    weight_bound_by_prices,
)
from allocator.model.text import Text
from allocator.rules.rule import FieldError
from allocator.solvers.linear import solve_integer


class QuotaTerms(AuditModel):
    """A quota of the commitment: the condition, and the least and most members who meet it."""

    title: BilingualText
    when: str
    least: Annotated[int, Field(ge=0)]
    most: Annotated[int, Field(ge=0)]


class PanelRules(AuditModel):
    """The rules of a panel: source of the pool, size and quotas."""

    source: str
    size: Annotated[int, Field(ge=1)]
    quotas: tuple[QuotaTerms, ...]


class PoolType(AuditModel):
    """A type of the pool: the people who count to the same quotas, and the chance of each, a fraction."""

    quotas: tuple[int, ...]
    ids: Annotated[tuple[str, ...], Field(min_length=1)]
    chance: tuple[int, Annotated[int, Field(ge=1)]]


class PanelTickets(AuditModel):
    """A panel of the lottery: its tickets, and the number of its members of each type."""

    tickets: Annotated[int, Field(ge=1)]
    counts: tuple[Annotated[int, Field(ge=0)], ...]


class ProofLevel(AuditModel):
    """A level of the proof that the chances are LEXIMIN; see ``leximin/panels.py``."""

    settles: Annotated[tuple[int, ...], Field(min_length=1)]
    weights: tuple[Annotated[int, Field(ge=0)], ...]
    prices: tuple[int, ...]
    most: int


class PanelCommitted(Committed):
    """The commitment of a panel: rules, pool by type, lottery over panels, proof."""

    rules: PanelRules
    pool: Annotated[tuple[PoolType, ...], Field(min_length=1)]
    lottery: Annotated[tuple[PanelTickets, ...], Field(min_length=1)]
    proof: tuple[ProofLevel, ...]

    @model_validator(mode="after")
    def _check_consistency(self) -> PanelCommitted:
        types, quotas = range(len(self.pool)), range(len(self.rules.quotas))
        sound = (
            all(q in quotas for alike in self.pool for q in alike.quotas)
            and len({name for alike in self.pool for name in alike.ids}) == sum(self.panels.people)
            and all(len(one.counts) == len(types) for one in self.lottery)
            and all(len(one.weights) == len(types) for one in self.proof)
            and all(len(one.prices) in (0, 1 + len(quotas)) for one in self.proof)
            and sorted(t for one in self.proof for t in one.settles) == list(types)
            and all(one.weights[t] > 0 for one in self.proof for t in one.settles)
        )
        if not sound:
            raise FieldError(
                zh="池、名额、签与证明对不上", en="pool, quotas, lottery and proof do not fit together"
            )
        return self

    @property
    def panels(self) -> Panels:
        """All panels within the quotas."""
        return Panels(
            people=tuple(len(alike.ids) for alike in self.pool),
            member=tuple(alike.quotas for alike in self.pool),
            least=tuple(quota.least for quota in self.rules.quotas),
            most=tuple(quota.most for quota in self.rules.quotas),
            size=self.rules.size,
        )


class PanelResult(AuditModel):
    """The ticket drawn, the panel of the lottery that holds it, and the members drawn."""

    ticket: int
    panel: int
    drawn: tuple[str, ...]


#: Time limit of one search, in seconds.
_SEARCH_SECONDS = 60


def heaviest_weight(panels: Panels, weights: tuple[int, ...]) -> int | None:
    """Return an upper bound on the weight of a panel by branch and bound; None where time runs out.

    The solver (HiGHS) is another one than the CP-SAT that priced the panels.
    """
    rows = np.vstack([panels.matrix, np.ones(len(panels.people))])
    solved = solve_integer(
        -np.array(weights, dtype=np.float64) / max(1, *weights),
        rows,
        ([*panels.least, panels.size], [*panels.most, panels.size]),
        np.array(panels.people, dtype=np.float64),
        _SEARCH_SECONDS,
    )
    if solved is None:
        return None
    found: int = sum(w * count for w, count in zip(weights, solved.values.tolist(), strict=True))
    return max(found, round(-solved.bound * max(1, *weights)))


#: Tolerance of a chance below LEXIMIN: rounding to whole tickets takes less.
TOLERANCE = Fraction(1, 100_000)


def panel_lottery_checks(committed: PanelCommitted) -> Iterator[Check]:
    """Yield whether every panel keeps the quotas, the chances are right, and the proof holds."""
    panels = committed.panels
    wrong = [k for k, one in enumerate(committed.lottery) if not panels.admit(one.counts)]
    many = len(committed.lottery)
    if wrong:
        shown = ", ".join(map(str, wrong[:10]))
        yield Check(Text(zh=f"不守名额的组：{shown}", en=f"panels that break a quota: {shown}"), False)
        return
    yield Check(Text(zh=f"{many} 个组均守名额", en=f"all panels of the lottery keep the quotas ({many})"))
    weights = tuple(one.tickets for one in committed.lottery)
    mean = mean_panel(tuple(one.counts for one in committed.lottery), weights)
    true = type_chances(mean, panels.people, sum(weights))
    claimed = [alike.chance for alike in committed.pool]
    if claimed != [(chance.numerator, chance.denominator) for chance in true]:
        bad = next(k for k, one in enumerate(true) if claimed[k] != (one.numerator, one.denominator))
        yield Check(
            Text(
                zh=f"机会不实：第 {bad} 类为 {true[bad]}",
                en=f"a chance is not so: that of type {bad} is {true[bad]}",
            ),
            False,
        )
    else:
        yield Check(Text(zh="各人机会与签相符", en="everybody's chance is what the lottery gives"))
    yield _proof_check(committed, panels, mean, sum(weights))


def _proof_check(committed: PanelCommitted, panels: Panels, mean: list[int], total: int) -> Check:
    levels = []
    for number, level in enumerate(committed.proof):
        most = _weight_bound(panels, level)
        if most is None or abs(most - level.most) > _bound_tolerance(level):
            text = Text(
                zh=f"证明第 {number} 层的上界不实：文件为 {level.most}，实为 {most}",
                en=f"a bound of the proof is not so: that of level {number} is {most}, not {level.most}",
            )
            return Check(text, False)
        levels.append(LeximinLevel(level.settles, level.weights, level.prices, max(most, level.most)))
    room = max(possible_raises(panels, mean, total, levels))
    shown = f"{float(room):.1e}"
    if room > TOLERANCE:
        text = Text(
            zh=f"机会不是最均等的：有人的机会可提高 {shown}",
            en=f"the chances are not LEXIMIN: somebody's could be higher by {shown}",
        )
        return Check(text, False)
    text = Text(
        zh=f"机会已证明最均等（LEXIMIN，{len(levels)} 层，误差不超过 {shown}）",
        en=f"the chances are proved LEXIMIN ({len(levels)} levels, to within {shown})",
    )
    return Check(text)


def _weight_bound(panels: Panels, level: ProofLevel) -> int | None:
    """Return an upper bound on the weight of a panel: by arithmetic if there are prices, else by search."""
    if level.prices:
        return weight_bound_by_prices(panels, level.weights, level.prices)
    return heaviest_weight(panels, level.weights)


def _bound_tolerance(level: ProofLevel) -> int:
    """Return the tolerance of a bound: a search uses floats, a bound by prices is exact."""
    return 0 if level.prices else max(1, abs(level.most) // 10**7)
