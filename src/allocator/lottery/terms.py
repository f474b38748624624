"""The terms of a draw: what is committed to besides pool and rules, so that nobody can draw until pleased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from allocator.lottery.naming import named
from allocator.lottery.seed_event import read_time, written
from allocator.lottery.seed_form import read_form
from allocator.model.text import Text
from allocator.rules.kind import FieldError


def _form(text: str) -> str:
    try:
        return str(read_form(text))
    except ValueError:
        raise FieldError(zh="不是种子的写法", en="is no form of a seed") from None


def _moment(text: str) -> str:
    try:
        same = not text or written(read_time(text)) == text
    except ValueError:
        same = False
    if not same:
        raise FieldError(zh="不是时间（如 2026-03-01T21:15+08:00）", en="is no time (2026-03-01T21:15+08:00)")
    return text


Moment = Annotated[str, AfterValidator(_moment)]


class Terms(BaseModel):
    """What every draw commits to besides its pool and rules.

    Attributes:
        form: The one spelling of the seed, such as ``digits:3``.
        seed_at: When the seed comes about, to the minute with offset; empty in a rehearsal that does not say.
        committed_at: When the draw was committed to; empty in a rehearsal.
        rehearsal: Whether commitment and seed came together, so that seeds could have been tried.
        day: The day on which those drawn have to be there; empty where nobody ever joins, leaves or is away.
        absent: Who would be in the pool, but is not there on that day, or in which period: ``P3@2027``.
        names: The names that people know the ids of the pool by.
        draws: Every draw of the scenario, so that no other one can be pointed at later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    form: Annotated[str, AfterValidator(_form)]
    seed_at: Moment
    committed_at: Moment
    rehearsal: bool
    day: str
    absent: tuple[str, ...]
    names: Mapping[str, str]
    draws: tuple[str, ...]

    @property
    def due(self) -> datetime | None:
        """When the seed comes about."""
        return read_time(self.seed_at) if self.seed_at else None

    def lines(self, label: Mapping[str, str]) -> list[Text]:
        """Return what a report says of the terms."""
        form = read_form(self.form)
        many = f"{form.values:,}" if form.values is not None and form.values < 10**6 else ""
        found = [
            Text(
                zh=f"种子写法：{form.text.zh}，如 {form.example}" + (f"；只有 {many} 种可能" if many else ""),
                en=f"spelling of the seed: {form.text.en}, such as {form.example}"
                + (f"; only {many} seeds are possible" if many else ""),
            )
        ]
        if self.seed_at:
            found.append(Text(zh=f"种子产生：{self.seed_at}", en=f"the seed comes about: {self.seed_at}"))
        if self.absent:
            who = named(self.absent, {one: label.get(one.partition("@")[0], one) for one in self.absent})
            zh, en = (f"{self.day} ", f" on {self.day}") if self.day else ("", "")
            found.append(Text(zh=f"{zh}不在岗，不参加抽签：{who}", en=f"not there{en}, left out: {who}"))
        return found
