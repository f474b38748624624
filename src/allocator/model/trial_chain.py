"""The format ``allocator-trial/1``: the steps of a what-if chain on a plan, and the answers found so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.plan import Plan
from allocator.model.run import MOST, Overrides
from allocator.model.text import Text

TRIAL_FORMAT: Literal["allocator-trial/1"] = "allocator-trial/1"
#: Most steps of a chain, most states that can be undone, and most answers that are held.
MOST_STEPS, MOST_PAST, MOST_ANSWERS = 100, 100, 8
_Texts = Annotated[tuple[str, ...], Field(max_length=MOST), FailFast()]


class _TrialPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TrialStep(_TrialPart):
    """A step: what it asks for, as it is written in the call.

    Attributes:
        name: Its name, unique in the chain.
        pin: Seats fixed beforehand.
        exclude: Who is kept out of where.
        freeze: What stays as in the plan.
        since: The day from which on the plan may change; empty for none.
        at_most: The limit of changes, ``moves=K``.
        is_dropped: Whether it is left out for now.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    pin: _Texts = ()
    exclude: _Texts = ()
    freeze: _Texts = ()
    since: str = ""
    at_most: _Texts = ()
    is_dropped: bool = False

    @property
    def options(self) -> list[str]:
        """The step as options of a command."""
        since = (self.since,) if self.since else ()
        places = Overrides.model_construct(
            pin=self.pin, exclude=self.exclude, freeze=self.freeze, since=since, at_most=self.at_most
        )
        return places.options


class TrialAnswer(_TrialPart):
    """The answer to a state of the chain.

    Attributes:
        key: Digest of the state: scenario, plan, and what its steps ask for.
        plan: The plan found, or the answer that there is none.
    """

    key: str
    plan: Plan


Steps = Annotated[tuple[TrialStep, ...], Field(max_length=MOST_STEPS), FailFast()]


class TrialChain(_TrialPart):
    """A what-if chain.

    Attributes:
        format: The name of the format.
        plan: SHA-256 of the file of the plan that the chain starts from.
        steps: The steps, in their order.
        past: The steps before each action, oldest first, for undo.
        answers: The answers to recent states, oldest first.
    """

    format: Literal["allocator-trial/1"] = TRIAL_FORMAT
    plan: str
    steps: Steps = ()
    past: Annotated[tuple[Steps, ...], Field(max_length=MOST_PAST), FailFast()] = ()
    answers: Annotated[tuple[TrialAnswer, ...], Field(max_length=MOST_ANSWERS), FailFast()] = ()

    @property
    def active(self) -> tuple[TrialStep, ...]:
        """The steps that are not dropped."""
        return active_steps(self.steps)

    def answer(self, key: str) -> Plan | None:
        """Return the answer to a state; None if there is none yet."""
        return next((one.plan for one in self.answers if one.key == key), None)

    def with_answer(self, key: str, plan: Plan) -> TrialChain:
        """Return the chain with the answer to a state; the oldest ones go."""
        others = tuple(one for one in self.answers if one.key != key)
        kept = (*others, TrialAnswer(key=key, plan=plan))[-MOST_ANSWERS:]
        return self.model_copy(update={"answers": kept})

    def with_step(self, step: TrialStep) -> TrialChain:
        """Return the chain with one step more.

        Raises:
            InputError: There is a step of that name, or there are too many.
        """
        if any(one.name == step.name for one in self.steps):
            message = Text(zh="已有这一名称的步骤", en="there is a step of this name already")
            raise InputError([Fault(message, column="--name", found=shorten(step.name))])
        if len(self.steps) >= MOST_STEPS:
            message = Text(zh="步骤过多", en="there are too many steps")
            raise InputError([Fault(message, found=str(len(self.steps)), allowed=f"≤ {MOST_STEPS}")])
        return self._changed((*self.steps, step))

    def with_dropped(self, wanted: Iterable[str], option: str, *, dropped: bool) -> TrialChain:
        """Return the chain with some steps left out, or taken in again.

        Args:
            wanted: Names or numbers of steps.
            option: The option that names them, for faults.
            dropped: Whether to leave them out.

        Raises:
            InputError: There is no step of a name or number.
        """
        numbers = self._numbers(wanted, option)
        steps = tuple(
            one.model_copy(update={"is_dropped": dropped}) if number in numbers else one
            for number, one in enumerate(self.steps)
        )
        return self if steps == self.steps else self._changed(steps)

    def undone(self) -> TrialChain:
        """Return the chain as it was before the last action.

        Raises:
            InputError: There is no action to undo.
        """
        if not self.past:
            message = Text(zh="没有可撤销的", en="there is nothing to undo")
            raise InputError([Fault(message, column="--undo")])
        return self.model_copy(update={"steps": self.past[-1], "past": self.past[:-1]})

    def free_name(self) -> str:
        """Return a name for a step without one: the first number that no step has."""
        names = {one.name for one in self.steps}
        numbers = map(str, range(len(self.steps) + 1, len(self.steps) + MOST_STEPS + 2))
        return next(number for number in numbers if number not in names)

    def _changed(self, steps: tuple[TrialStep, ...]) -> TrialChain:
        past = (*self.past, self.steps)[-MOST_PAST:]
        return self.model_copy(update={"steps": steps, "past": past})

    def _numbers(self, wanted: Iterable[str], option: str) -> set[int]:
        """Return the places of steps; a name goes before a number."""
        names = [one.name for one in self.steps]
        found: set[int] = set()
        faults = []
        for text in wanted:
            word = text.strip()
            if word in names:
                found.add(names.index(word))
            elif word.isdecimal() and len(word) < 4 and 1 <= int(word) <= len(names):
                found.add(int(word) - 1)
            else:
                message = Text(zh="没有这一步", en="there is no such step")
                near = nearest(word, names)
                faults.append(Fault(message, "", 0, option, shorten(text), ", ".join(names[:20]), near))
        if faults:
            raise InputError(faults)
        return found


def active_steps(steps: Iterable[TrialStep]) -> tuple[TrialStep, ...]:
    """Return the steps that are not dropped."""
    return tuple(one for one in steps if not one.is_dropped)
