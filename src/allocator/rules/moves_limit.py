"""The limit on changes from the baseline that a call may set, ``--at-most moves=K``, as a hard rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from allocator.errors import Fault, nearest, shorten
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.kept_layers import keep_rule, missing_baseline
from allocator.rules.kinds.keep import Keep
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

AT_MOST = "--at-most"
#: The name of the number of changes from the baseline.
MOVES = "moves"
#: The greatest limit.
MOST_LIMIT = 2**50
#: The id of the rule.
RULE = f"at-most.{MOVES}"
_UNKNOWN = Text(zh="没有此准则", en="there is no such criterion")
_NEEDS_TRADE = Text(
    zh="除 moves 外的上限须与 --trade 同用，如 --trade moves,1 --at-most 1=6",
    en="a limit of anything but moves needs --trade, as in --trade moves,1 --at-most 1=6",
)
_EQUALS = re.compile("[=＝]")


class MovesLimit(Rule):
    """At most ``most`` seats of the baseline change hands, over all layers together.

    What a change is says the kind ``keep``, slot by slot, or case by case where cases are the items. It is no
    kind of rule packs: a call sets it.
    """

    name: ClassVar[str] = "moves_limit"
    summary: ClassVar[Text] = Text(
        zh="变动上限：换人的席位不超过若干", en="a limit on seats that change hands"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="与基准方案相比，至多变动 {most} 个席位", en="at most {most} seat(s) of the baseline change hands"
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ()
    examples: ClassVar[tuple[Example, ...]] = ()
    can_be_soft: ClassVar[bool] = False

    kind: Literal["moves_limit"]
    most: Annotated[int, Field(ge=0, le=MOST_LIMIT)]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write one row over the changes of all layers."""
        changes: list[Expr] = []
        for keep in _keeps(scope.context):
            for subject, left, came in keep.seat_changes(writer, Scope(keep, scope.context)):
                own = subject if keep.on == self.on else Subject()
                changes.append(writer.maximum([left, came], 0, own))
        writer.at_most(Expr.total(changes), self.most, Subject())

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield the number of changes above the limit."""
        counted = sum(
            breach.amount
            for keep in _keeps(scope.context)
            for breach in keep.check(roster, Scope(keep, scope.context))
        )
        if counted > self.most:
            detail = Text(zh=f"变动 {counted} 个席位", en=f"{counted} seats change hands")
            yield Breach(Subject(), counted - self.most, detail)


def _keeps(context: RuleContext) -> Iterator[Keep]:
    return (keep_rule(context, name, id=f"{MOVES}.{number}") for number, name in enumerate(context.layers))


def moves_limit(context: RuleContext, texts: Iterable[str], faults: list[Fault]) -> tuple[MovesLimit, ...]:
    """Return the rule of the limits that a call sets, the tightest one; none if it sets none.

    Args:
        context: The bound scenario, with the baseline.
        texts: The limits as the call gives them, ``moves=K``.
        faults: Receives a fault for each limit that is written wrongly, and one if there is no baseline.
    """
    wrong: list[Fault] = []
    limits = parse_limits([MOVES], texts, wrong)
    faults.extend(replace(one, message=_NEEDS_TRADE) if one.message == _UNKNOWN else one for one in wrong)
    if MOVES not in limits:
        return ()
    if context.baseline is None:
        faults.append(missing_baseline(f"{AT_MOST} {MOVES}"))
    most = limits[MOVES]
    why = Text(zh=f"至多变动 {most} 个席位", en=f"at most {most} seats change hands")
    fields = {"id": RULE, "kind": "moves_limit", "on": next(iter(context.layers)), "most": most, "why": why}
    return (MovesLimit.model_validate(fields),)


def parse_limits(known: Sequence[str], texts: Iterable[str], faults: list[Fault]) -> dict[str, int]:
    """Return the limits of ``--at-most`` by name; of several for one name the least.

    Args:
        known: The names that may be limited.
        texts: The limits as the call gives them, ``NAME=N``.
        faults: Receives a fault for each text without ``=``, unknown name, and limit that is no whole number.
    """
    limits: dict[str, int] = {}
    for text in texts:
        name, *rest = (part.strip() for part in _EQUALS.split(text))
        form = f"{name if name in known else known[0]}=6"
        if len(rest) != 1 or not re.fullmatch("[0-9]{1,15}", rest[0]) or int(rest[0]) > MOST_LIMIT:
            message = Text(zh="上限的写法有误", en="a limit is written wrongly")
            faults.append(Fault(message, column=AT_MOST, found=shorten(text), allowed=form))
        elif name not in known:
            near = nearest(name, known)
            faults.append(Fault(_UNKNOWN, "", 0, AT_MOST, shorten(name), ", ".join(known), near))
        else:
            limits[name] = min(int(rest[0]), limits.get(name, MOST_LIMIT))
    return limits
