"""What a rule kind is: its fields, `post`, `check`, its words and its examples, in one file each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from allocator.model.layer import Layer
from allocator.model.plan import Level
from allocator.model.reading.tienames import kind_of_tie
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.expressions.fields import Doc, ItemTest, SlotTest

if TYPE_CHECKING:
    from allocator.graph.adjacency import Neighbours
    from allocator.program.cuts import RuleCut
    from allocator.rules.constraints import ConstraintWriter
    from allocator.rules.context import RuleContext
    from allocator.rules.roster import Roster
    from allocator.rules.scope import Scope

Dimension = Literal["item", "slot", "role", "period", "other", "part"]


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str | int) else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


Several = Annotated[
    tuple[Annotated[str, BeforeValidator(_as_text)], ...],
    BeforeValidator(_one_or_many, json_schema_input_type=str | int | tuple[str | int, ...]),
]

#: Kinds of ties or links; a Chinese name of one, such as ``亲属``, is the kind, as in the tables.
Kinds = Annotated[
    tuple[Annotated[str, AfterValidator(kind_of_tie)], ...],
    BeforeValidator(_one_or_many, json_schema_input_type=str | tuple[str, ...]),
]


class FieldError(ValueError):
    """Raised by a kind's validators: what is wrong with its fields, in both languages."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = Text(zh=zh, en=en)


@dataclass(frozen=True)
class FieldProblem:
    """What a rule finds wrong with one of its own fields once it knows the scenario."""

    field: str
    message: Text
    found: str = ""
    allowed: str = ""
    nearest: str = ""


@dataclass(frozen=True)
class Breach:
    """One thing that a rule finds in a plan.

    Attributes:
        subject: What it is about, by index into the rule's layer.
        amount: By how much, at least 1; a soft rule costs its weight times the amount.
        detail: What was found, in both languages; says no more than the subject if empty.
        instead: Where the subject is a place that the item left: the (slot, role) pairs that it has in that
            period instead, empty if none. None where nobody left anything.
    """

    subject: Subject
    amount: int = 1
    detail: Text = field(default_factory=Text)
    instead: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True)
class Example:
    """A rule with plans that keep it and plans that break it, in the small scenario that all kinds share.

    A plan is written ``item=slot`` with ``/role`` and ``@period`` where they apply, separated by
    spaces: ``Wang=North/lead@2026 Li=South@2026``.
    """

    rule: Mapping[str, Any]
    kept: tuple[str, ...]
    broken: tuple[str, ...]


class Rule(Strict):
    """The fields that every rule has; each kind adds its own, and each field says what it means."""

    name: ClassVar[str]
    summary: ClassVar[Text]
    #: What the kind's docstring says, in Chinese; without it the docstring is shown.
    doc_zh: ClassVar[str] = ""
    #: What a breach's subject names; a waiver can only name these.
    subject_dims: ClassVar[tuple[Dimension, ...]]
    examples: ClassVar[tuple[Example, ...]]
    #: True where the kind reads spells, so that an item may take at most one slot a period.
    one_slot: ClassVar[bool] = False
    #: False where the kind can only be hard.
    can_be_soft: ClassVar[bool] = True

    id: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"),
        Doc(zh="规则编号，在场景内唯一", en="Name of the rule, unique in the scenario."),
    ]
    kind: Annotated[str, Doc(zh="规则种类", en="The kind of rule.")]
    on: Annotated[str, Doc(zh="规则所针对的层", en="The layer that the rule is about.")]
    level: Annotated[
        Literal["hard"] | Annotated[int, Field(ge=1, le=99)],
        Doc(
            zh="`hard` 为硬规则，必须守住；1、2、3…… 依次严格优先",
            en="`hard`, or 1, 2, 3 ... each strictly more important than the next.",
        ),
    ] = "hard"
    weight: Annotated[
        int,
        Field(ge=1, le=10**6),
        Doc(zh="同一级别内，每违反一个单位的代价", en="What one unit of breach costs within its level."),
    ] = 1
    why: Annotated[Text, Doc(zh="缘由，报告中给出", en="The reason that a report gives.")] = Text()
    items: Annotated[
        ItemTest, Doc(zh="规则针对哪些对象；不填为全部", en="Which items the rule is about; all if empty.")
    ] = ""
    slots: Annotated[
        SlotTest, Doc(zh="规则针对哪些去处；不填为全部", en="Which slots the rule is about; all if empty.")
    ] = ""
    role: Annotated[
        Several, Doc(zh="规则针对哪些角色；不填为全部", en="Which roles the rule is about; all if empty.")
    ] = ()
    during: Annotated[
        Several,
        Doc(
            zh="规则针对哪些周期（编号）；不填为全部",
            en="Ids of the periods that the rule is about; all if empty.",
        ),
    ] = ()

    @property
    def is_hard(self) -> bool:
        """Whether the rule may not be broken at all."""
        return self.level == "hard"

    @property
    def plan_level(self) -> Level:
        """The level as plans write it."""
        return self.level

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield what is wrong with the kind's own fields in this scenario; expressions are seen to."""
        yield from ()

    def tie_kinds(self) -> tuple[str, ...]:
        """Return the kinds of ties or links that the rule names; most kinds of rules look at none."""
        return ()

    def vacuous_selectors(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield each key that chooses nobody and nothing of the layer, with what stands there."""
        items, slots, *_ = scope.layer.shape
        if self.items and items and not len(scope.items):
            yield "items", self.items
        if self.slots and slots and not len(scope.slots):
            yield "slots", self.slots

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the rule into the program."""
        raise TypeError(f"{type(self).__name__} is no rule kind: it has no post")

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield what the rule finds in a plan; shares nothing with ``post`` but the scope."""
        raise TypeError(f"{type(self).__name__} is no rule kind: it has no check")

    def measurement(self, roster: Roster, scope: Scope) -> Text | None:
        """Return what a plan has of what the rule measures, such as loads from the least to the greatest.

        None for the kinds of which reports count breaches, and where there is nothing to measure.
        """
        return None

    def part_label(self, scope: Scope, subject: Subject) -> Text:
        """Return what the ``part`` of a subject is, such as a skill or a grade; empty if it has no word."""
        return Text()

    def recusals(self, scope: Scope, roster: Roster | None = None) -> Iterator[Breach]:
        """Yield whom the rule by itself (or with what else a plan has) keeps from which slot, and why.

        Most kinds keep nobody.
        """
        yield from ()

    def softened(self) -> Rule | None:
        """Return the rule at level 1, paying 1 for each place to waive; None for kinds that bar nobody."""
        return None

    def relaxed(self) -> tuple[Rule, ...]:
        """Return the hard rule as what may give way, at level 1, and what never can (still hard).

        Nobody can be in two places at once: such a thing is never a way out. A kind of which nothing can
        give way returns itself.
        """
        return (self.model_copy(update={"level": 1}),) if self.can_be_soft else (self,)

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Return what the rule asks of the first periods alone, where it adds up all; None if nothing.

        What it asks at least of all periods cannot be asked of the first ones: a plan of these may be one of
        all whatever it lacks, if what is to come can make up for it.

        Args:
            to_come: How many periods of the rule are left out, 1 or more.
        """
        return self

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count, so that it matters how they follow one another."""
        return False

    @property
    def penalises_changes(self) -> bool:
        """Whether it is soft and pays for what is not as in the baseline."""
        return False

    @property
    def has_cuts(self) -> bool:
        """Whether it may ask for cuts."""
        return type(self).separate is not Rule.separate

    def separate(self, roster: Roster, scope: Scope) -> Iterator[RuleCut]:
        """Yield cuts for what could not be written beforehand and the plan breaks; most kinds have none."""
        yield from ()

    def adjacency(self, scope: Scope) -> Neighbours | None:
        """Return which items are neighbours, if cuts ask for connected slots and for nothing else."""
        return None


class Waiver(Strict):
    """An exception from ``rule`` for some items, slots or both, for periods that end by ``until``.

    In YAML ``{rule: native-place, items: P017, slots: Z2-case, reason: ..., until: 2026-12-31}``.
    """

    rule: str
    items: Several = ()
    slots: Several = ()
    reason: Text
    until: date


def waived(waiver: Waiver, subject: Subject, layer: Layer) -> bool:
    """Return whether the waiver covers a subject: its item (or other item), its slot and its period.

    What is of no one period is of the whole horizon: the waiver must last until its end.
    """
    last = subject.period if subject.period >= 0 else len(layer.periods) - 1
    if layer.periods[last].end > waiver.until:
        return False
    items = {layer.items[i] for i in (subject.item, subject.other) if 0 <= i < len(layer.items)}
    slots = {layer.slots[subject.slot]} if subject.slot >= 0 else set()
    return _matches(waiver.items, items) and _matches(waiver.slots, slots)


def _matches(named: tuple[str, ...], found: set[str]) -> bool:
    return not named or not found.isdisjoint(named)
