"""What the audit file of a panel holds: rules, pool, lottery, proof, result."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from allocator.lottery.draw_kind import Committed, Part, Words
from allocator.lottery.leximin.panels import Panels
from allocator.rules.rule import FieldError


class QuotaTerms(Part):
    """A quota as it is committed to: whom it counts, and how many of them a panel has."""

    title: Words
    when: str
    least: Annotated[int, Field(ge=0)]
    most: Annotated[int, Field(ge=0)]


class PanelRules(Part):
    """From where how many are drawn, within which quotas."""

    source: str
    size: Annotated[int, Field(ge=1)]
    quotas: tuple[QuotaTerms, ...]


class Alike(Part):
    """Those of the pool who count to the same quotas, and the chance of each: a fraction."""

    quotas: tuple[int, ...]
    ids: Annotated[tuple[str, ...], Field(min_length=1)]
    chance: tuple[int, Annotated[int, Field(ge=1)]]


class Tickets(Part):
    """How many tickets of the lottery draw a panel, and how many of each type of the pool are in it."""

    tickets: Annotated[int, Field(ge=1)]
    counts: tuple[Annotated[int, Field(ge=0)], ...]


class ProofLevel(Part):
    """A level of the proof that the chances are LEXIMIN; see ``leximin/proof.py``."""

    settles: Annotated[tuple[int, ...], Field(min_length=1)]
    weights: tuple[Annotated[int, Field(ge=0)], ...]
    prices: tuple[int, ...]
    most: int


class PanelCommitted(Committed):
    """Pool by type, rules, lottery over panels, proof."""

    rules: PanelRules
    pool: Annotated[tuple[Alike, ...], Field(min_length=1)]
    lottery: Annotated[tuple[Tickets, ...], Field(min_length=1)]
    proof: tuple[ProofLevel, ...]

    @model_validator(mode="after")
    def _fits(self) -> PanelCommitted:
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


class PanelResult(Part):
    """The ticket drawn, the panel of the lottery that it draws, and who is in it."""

    ticket: int
    panel: int
    drawn: tuple[str, ...]
