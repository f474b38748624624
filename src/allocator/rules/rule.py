"""The base of rule kinds: common fields and their checks, hooks such as `post` and `check`, waivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from allocator.errors import nearest, shorten
from allocator.model.layer import Layer
from allocator.model.plan import Level
from allocator.model.reading.cell_values import kind_of_tie
from allocator.model.spec import Strict
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.expressions.fields import Doc, ItemTest, SlotTest
from allocator.rules.sentences import Sentence

if TYPE_CHECKING:
    from allocator.graph.geography import Neighbours
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


#: A text or a list of texts, as a tuple; whole numbers become texts.
Several = Annotated[
    tuple[Annotated[str, BeforeValidator(_as_text)], ...],
    BeforeValidator(_one_or_many, json_schema_input_type=str | int | tuple[str | int, ...]),
]

#: Kinds of ties or links; a Chinese name, such as ``亲属``, is read as its kind, as in the tables.
Kinds = Annotated[
    tuple[Annotated[str, AfterValidator(kind_of_tie)], ...],
    BeforeValidator(_one_or_many, json_schema_input_type=str | tuple[str, ...]),
]


class FieldError(ValueError):
    """A fault of a rule's own fields that a validator of its kind raises, in both languages."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = Text(zh=zh, en=en)


@dataclass(frozen=True)
class FieldProblem:
    """A fault of one field of a rule in a certain scenario.

    Attributes:
        field: The path of the field, such as ``ties.0``.
        message: The fault.
        found: The value found.
        allowed: The allowed values.
        nearest: The closest valid name.
    """

    field: str
    message: Text
    found: str = ""
    allowed: str = ""
    nearest: str = ""


@dataclass(frozen=True)
class Breach:
    """A breach of a rule in a plan.

    Attributes:
        subject: The item, slot, role ... of the breach, by index into the rule's layer.
        amount: The size of the breach, at least 1; a soft rule costs its weight times the amount.
        detail: The finding in both languages; empty if the subject says everything.
        instead: If the subject is a seat that the item left, the (slot, role) pairs that the item holds
            instead in that period, empty if none. None if nobody left a seat.
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
    #: The Chinese text of the kind's docstring; without it reports show the docstring.
    doc_zh: ClassVar[str] = ""
    #: The kind as a sentence with blanks for its fields.
    sentence: ClassVar[Sentence]
    #: The dimensions that a breach's subject names; a waiver can name only these.
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
        Doc(
            zh="同一级别内，每违反一个单位的代价；硬规则则为无解时让步的代价倍数",
            en="What one unit of breach costs within its level; of a hard rule, how many times dearer it is "
            "to give way where there is no plan.",
        ),
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
    waivable: Annotated[
        Literal["yes", "never"],
        Doc(
            zh="无解时可否提出豁免或放宽此规则；`never` 为绝不提出",
            en="Whether an exception may be offered where there is no plan; `never` if not.",
        ),
    ] = "yes"
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
        """Yield the faults of the kind's own fields in a scenario; expressions are checked elsewhere."""
        yield from ()

    def tie_kinds(self) -> tuple[str, ...]:
        """Return the kinds of ties or links that the rule names; most kinds of rules name none."""
        return ()

    def vacuous_selectors(self, scope: Scope) -> Iterator[tuple[str, str]]:
        """Yield the key and the text of each selector that matches no item (or slot) of the layer."""
        items, slots, *_ = scope.layer.shape
        if self.items and items and not len(scope.items):
            yield "items", self.items
        if self.slots and slots and not len(scope.slots):
            yield "slots", self.slots

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write the rule into the program."""
        raise TypeError(f"{type(self).__name__} is no rule kind: it has no post")

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield the breaches of a plan; shares nothing with ``post`` but the scope."""
        raise TypeError(f"{type(self).__name__} is no rule kind: it has no check")

    def measurement(self, roster: Roster, scope: Scope) -> Text | None:
        """Return the measured values of a plan, such as loads from the least to the greatest.

        None for kinds whose breaches reports count, and where there is nothing to measure.
        """
        return None

    def part_label(self, scope: Scope, subject: Subject) -> Text:
        """Return the name of a subject's ``part``, such as a skill or a grade; empty if it has none."""
        return Text()

    def recusals(self, scope: Scope, roster: Roster | None = None) -> Iterator[Breach]:
        """Yield a breach for each item that the rule keeps from a slot, with the reason as its detail.

        With a roster, the other assignments of the plan are taken into account. Most kinds have no recusals.
        """
        yield from ()

    def softened(self) -> Rule | None:
        """Return the rule at level 1 with a penalty of 1 for each seat; None for kinds without recusals."""
        return None

    def relaxed(self) -> tuple[Rule, ...]:
        """Return the parts of a hard rule: one at level 1 that may be broken, and one that stays hard.

        A limit of one place at a time always stays hard. A kind that can only be hard returns itself.
        """
        return (self.model_copy(update={"level": 1}),) if self.can_be_soft else (self,)

    def split_fact(self) -> tuple[Rule | None, Rule | None]:
        """Return the part that is a fact which nobody can change, and the rest; None for an empty part.

        That somebody is in one place at a time is no rule to give way. Most kinds state no such fact.
        """
        return None, self

    def relaxed_for_prefix(self, to_come: int) -> Rule | None:
        """Return the rule relaxed for the first periods alone; None if it requires nothing of them.

        A least number over all periods cannot be required of the first ones: later periods can make up for
        a shortfall.

        Args:
            to_come: The number of the rule's periods that are left out, 1 or more.
        """
        return self

    @property
    def reads_history(self) -> bool:
        """Whether the rule counts periods before the horizon, so that their length and order matter."""
        return False

    @property
    def penalises_changes(self) -> bool:
        """Whether the rule is soft and pays for differences from the baseline."""
        return False

    @property
    def has_cuts(self) -> bool:
        """Whether the rule may add cuts."""
        return type(self).separate is not Rule.separate

    def separate(self, roster: Roster, scope: Scope) -> Iterator[RuleCut]:
        """Yield the cuts that a plan violates; for kinds with too many rows to write them all beforehand."""
        yield from ()

    def adjacency(self, scope: Scope) -> Neighbours | None:
        """Return the neighbours of each item, if the cuts require connected slots and nothing else."""
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

    A subject without a period spans the whole horizon: the waiver must last until its end.
    """
    last = subject.period if subject.period >= 0 else len(layer.periods) - 1
    if layer.periods[last].end > waiver.until:
        return False
    items = {layer.items[i] for i in (subject.item, subject.other) if 0 <= i < len(layer.items)}
    slots = {layer.slots[subject.slot]} if subject.slot >= 0 else set()
    return _matches(waiver.items, items) and _matches(waiver.slots, slots)


def _matches(named: tuple[str, ...], found: set[str]) -> bool:
    return not named or not found.isdisjoint(named)


#: The name of a subject, its period or "", its lower bound and its upper bound (None for none).
Bounds = tuple[str, str, int, int | None]

_CROSSED = Text(zh="atmost 小于 atleast", en="atmost is below atleast")


def refuse_crossed(atleast: object, atmost: object) -> None:
    """Refuse an upper bound below the lower bound; expressions are checked later, in the scenario.

    Raises:
        FieldError: Two plain numbers contradict each other.
    """
    if isinstance(atleast, int) and isinstance(atmost, int) and atmost < atleast:
        raise FieldError(zh=_CROSSED.zh, en=_CROSSED.en)


def may_cross(atleast: int | str | None, atmost: int | str | None) -> bool:
    """Whether two bounds may contradict each other in a scenario: both are given, at least one as CEL."""
    return None not in (atleast, atmost) and (isinstance(atleast, str) or isinstance(atmost, str))


def crossed(bounds: Iterable[Bounds]) -> Iterator[FieldProblem]:
    """Yield one fault for each subject whose upper bound is below its lower bound, with both bounds."""
    told: set[str] = set()
    for whose, when, least, most in bounds:
        if most is not None and most < least and whose not in told:
            told.add(whose)
            where = f"{whose} @ {when}" if when else whose
            yield FieldProblem("atmost", _CROSSED, f"{where}: {most}", f"≥ {least}")


def unknown_kinds(named: Mapping[str, str], known: Sequence[str]) -> Iterator[FieldProblem]:
    """Yield a fault for each unknown kind, at the field that names it."""
    for column, kind in named.items():
        if kind not in known:
            message = Text(zh="没有此类关系", en="there is no such kind of tie")
            near = nearest(kind, known)
            yield FieldProblem(column, message, shorten(kind), allowed=", ".join(known[:40]), nearest=near)
