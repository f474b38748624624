"""The tables of the desk as plain values: cells with a text, a number and a tone, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from allocator.model.plan import Assignment
from allocator.model.scenario import NamedEntity
from allocator.model.text import Language, Text

#: ``in`` for a seat that somebody takes (拟任), ``out`` for one that is given up (拟免), ``role`` for another
#: role in the same place, ``bad`` for a fault, ``warn`` for a doubt, ``total`` for a sum.
Tone = Literal["", "in", "out", "role", "bad", "warn", "total"]
#: The sign of each tone that has one, so that a copy without colours says the same.
SIGNS: Mapping[Tone, str] = {"in": "▲", "out": "▽", "role": "◇", "bad": "✗", "warn": "!"}
Number = int | float
_NO_WORDS = Text()
TableId = Literal[
    "appointments",
    "comparison",
    "matrix",
    "casework",
    "recusals",
    "scores",
    "changes",
    "waivers",
    "loads",
    "away",
    "options",
    "option-overview",
    "option-rules",
    "option-rule-texts",
    "option-judgements",
    "option-people",
    "option-units",
    "option-places",
    "option-recusals",
    "option-waivers",
    "study-suited",
    "study-options",
    "study-pairs",
    "study-criteria",
    "study-cells",
    "study-failures",
    "stays",
]


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: The words; empty where the cell is a number.
        number: The number, if the cell is one.
        tone: The tone, shown by a colour and by its sign.
        share: Length of a bar behind the number, from 0 to 1; None without a bar.
        people: Ids of the people whom the cell names.
    """

    text: Text = _NO_WORDS
    number: Number | None = None
    tone: Tone = ""
    share: float | None = None
    people: tuple[str, ...] = ()

    def shown(self, language: Language) -> str:
        """Return the cell in a language, with the sign of its tone; an empty cell has no sign."""
        words = self.text(language) if self.number is None else f"{self.number}"
        sign = SIGNS.get(self.tone, "")
        return f"{sign}{words}" if words and sign else words

    @property
    def is_empty(self) -> bool:
        """Whether the cell shows nothing."""
        return self.number is None and not self.text


@dataclass(frozen=True)
class DeskColumn:
    """One column: its title, its width in Chinese characters, and whether readers write in it."""

    title: Text
    width: int = 10
    is_open: bool = False


@dataclass(frozen=True)
class DeskTable:
    """One table of the desk.

    Attributes:
        id: Which table it is.
        title: Its title, with the layer where there is one for each layer.
        columns: The columns.
        rows: The rows, each with a cell for each column.
        layer: The layer that the table is about; empty for all.
        notes: Sentences below the table, such as the columns that are left out.
    """

    id: TableId
    title: Text
    columns: tuple[DeskColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    layer: str = ""
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class DeskSeat:
    """A seat: a slot and the role in it, with the words for both; no role in a layer without roles."""

    slot: NamedEntity
    role: str | None
    role_text: Text

    @property
    def text(self) -> Text:
        """The seat in words: ``第一组组长``, ``Group 1, lead``."""
        zh = f"{self.slot.name}{self.role_text.zh}"
        en = ", ".join(filter(None, (self.slot.name, self.role_text.en)))
        return Text(zh=zh, en=en)


@dataclass(frozen=True)
class Reason:
    """A rule that bears on an appointment and holds for it.

    Attributes:
        rule: The id of the rule.
        text: Its sentence.
        is_of_person: Whether it looks at people, not at what a place holds.
        speaks_for: Whether it speaks for this very seat, as a wish does; else it does not bar the person.
        is_unbroken: Whether the plan breaks it nowhere, not even under an exception.
        is_hard: Whether it may not be broken.
    """

    rule: str
    text: Text
    is_of_person: bool
    speaks_for: bool = False
    is_unbroken: bool = False
    is_hard: bool = False


#: ``forced``: the rules are against staying; ``chain``: the person moves because others do; ``needed``: the
#: seat taken lacks somebody without the move; ``seat``: who leaves or takes a seat; ``soft``: what staying
#: would cost; ``free``: nothing shows that the move is needed; ``later``: what staying would break later;
#: ``linked``: what it would break in another layer.
GroundKind = Literal["forced", "chain", "needed", "seat", "soft", "free", "later", "linked"]


@dataclass(frozen=True)
class Ground:
    """One thing that is so about a change of seats, found by judging the plan with the person staying.

    Attributes:
        kind: What it says.
        text: The words.
        rules: The ids of the rules that it names.
        label: The same in a word or two, for tables; empty if it needs none.
    """

    kind: GroundKind
    text: Text
    rules: tuple[str, ...] = ()
    label: Text = _NO_WORDS


@dataclass(frozen=True)
class Appointment:
    """The change of one person's seats from one period to the next.

    Attributes:
        person: The person, by a name that is unique among the people.
        layer: The layer.
        period: The period in which the change takes effect; None in a layer that is decided once.
        present: The present post in words: the seats held before, or else home unit and title.
        since: The day since which it is held, as ``2023.01``; empty if unknown.
        gained: The seats that the person takes (拟任).
        given_up: The seats that the person gives up (拟免).
        kind: The kind of the change (交流类型).
        reasons: The rules that bear on the new seats and hold; empty for somebody who only leaves.
        remarks: Why somebody leaves, exceptions.
        grounds: Why the person moves, and why here: what is binding first.
    """

    person: NamedEntity
    layer: str
    period: str | None
    present: Text
    since: str
    gained: tuple[DeskSeat, ...]
    given_up: tuple[DeskSeat, ...]
    kind: Text
    reasons: tuple[Reason, ...]
    remarks: tuple[Text, ...] = ()
    grounds: tuple[Ground, ...] = ()

    @property
    def fits(self) -> tuple[Reason, ...]:
        """The reasons that no ground names already."""
        told = {rule for one in self.grounds for rule in one.rules}
        return tuple(one for one in self.reasons if one.rule not in told)

    @property
    def ground_labels(self) -> tuple[Text, ...]:
        """The grounds in a word or two each, without repetition."""
        return tuple(dict.fromkeys(one.label for one in self.grounds if one.label))


@dataclass(frozen=True)
class SeatLine:
    """One assignment with its words: the line that a planner edits and that is read back.

    ``reasons`` has the rules that bear on it and hold, those about the item first; ``grounds`` why the item
    comes, if it is new in the seat.
    """

    assignment: Assignment
    period: str
    parent: str
    slot: str
    role: Text
    item: str
    home: str
    post: str
    tone: Tone = ""
    reasons: tuple[Reason, ...] = ()
    grounds: tuple[Ground, ...] = ()


@dataclass(frozen=True)
class SeatList:
    """Every assignment of a layer, period by period, slots in their order.

    Attributes:
        layer: The layer.
        title: Its title.
        item_title: The word for its items, such as 姓名.
        slot_title: The word for its slots.
        lines: The assignments.
        items: The unique names of all items, to choose from.
        slots: The unique names of all slots.
        roles: The words of all roles; empty in a layer without roles.
        periods: The periods; empty in a layer that is decided once.
    """

    layer: str
    title: Text
    item_title: Text
    slot_title: Text
    lines: tuple[SeatLine, ...]
    items: tuple[str, ...]
    slots: tuple[str, ...]
    roles: tuple[Text, ...] = ()
    periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Staffing:
    """How the seats of a layer are filled at one time.

    Attributes:
        layer: The layer.
        title: Its title.
        period: The period; empty in a layer that is decided once.
        is_present: Whether this is the present state, counted by the limits of the first period.
        places: The number of slots that are open in the period.
        least: The least authorised number; None without one.
        most: The greatest authorised number; None without one.
        actual: The number of seats held.
        vacant: The number of vacant seats; None without authorised numbers.
        over: The number of seats held beyond the authorised ones; None without these.
    """

    layer: str
    title: Text
    period: str
    is_present: bool
    places: int
    least: int | None
    most: int | None
    actual: int
    vacant: int | None
    over: int | None


@dataclass(frozen=True)
class PlanRecord:
    """What a store says of a plan.

    Attributes:
        kept: The versions that it is kept as, each with its state; in words where it is not kept.
        chain_head: The last event of the chain as it is printed, which stands for all events up to it.
    """

    kept: Text
    chain_head: str

    @property
    def text(self) -> Text:
        """The record in words."""
        return Text(
            zh=f"方案库：{self.kept.zh}，末条记录 {self.chain_head}",
            en=f"Store: {self.kept('en')}, head {self.chain_head}",
        )


@dataclass(frozen=True)
class DeskView:
    """A plan for the desk.

    Attributes:
        scenario: Name of the scenario.
        scenario_sha256: Digest of the version of it that the plan was made for.
        title: Title of the scenario.
        synthetic: Whether people and cases are invented.
        status: The plan's status in words.
        cautions: Warnings that a reader must see first; they stand on top of every sheet.
        found: How the plan was found, sentence by sentence.
        plan_hash: SHA-256 of the plan, for the footer; empty in a blind copy.
        tables: The tables, in the order in which documents have them.
        appointments: The changes of people, typed, for the reasons person by person.
        seats: Every assignment, by layer.
        asked: The overrides of the call, as the plan carries them.
        standings: How the seats of each layer are filled at present and in each period.
        options: The plan beside the present state; None where there is no present state.
        compared: What the comparison with other plans says, sentence by sentence; empty without others.
        compared_tables: The plans side by side, and the rules that differ; empty without others.
        stays: Who stays in which seat, a table for each layer.
        sentences: The sentence of each rule by its id, in the order of the rules.
        is_blind: Whether codes stand for the names of people.
        record: What a store says of the plan; None without a store.
    """

    scenario: str
    scenario_sha256: str
    title: Text
    synthetic: bool
    status: Text
    cautions: tuple[Text, ...]
    found: tuple[Text, ...]
    plan_hash: str
    tables: tuple[DeskTable, ...]
    appointments: tuple[Appointment, ...]
    seats: tuple[SeatList, ...]
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    standings: tuple[Staffing, ...] = ()
    options: DeskTable | None = None
    compared: tuple[Text, ...] = ()
    compared_tables: tuple[DeskTable, ...] = ()
    stays: tuple[DeskTable, ...] = ()
    sentences: Mapping[str, Text] = field(default_factory=dict)
    is_blind: bool = False
    record: PlanRecord | None = None

    def table(self, name: TableId) -> DeskTable | None:
        """Return the first table of an id; None if the plan has none."""
        return next((one for one in self.tables if one.id == name), None)


def word_cell(zh: str, en: str = "", *, tone: Tone = "", people: Iterable[str] = ()) -> Cell:
    """Return a cell of words; without English ones the same in both languages."""
    text = Text(zh=zh, en=en or zh) if zh or en else _NO_WORDS
    return Cell(text, tone=tone, people=tuple(people))


def text_cell(text: Text, tone: Tone = "") -> Cell:
    """Return a cell of a text."""
    return Cell(text, tone=tone)


def number_cell(number: Number | None, tone: Tone = "", share: float | None = None) -> Cell:
    """Return a cell of a number; an empty one for None."""
    return Cell(number=number, tone=tone if number else "", share=share)


def joined(texts: Sequence[Text], *, between: Text | None = None) -> Text:
    """Return texts in one, by the comma of a list of each language or by ``between``."""
    comma = between or Text(zh="、", en=", ")
    return Text(zh=comma.zh.join(one("zh") for one in texts), en=comma.en.join(one("en") for one in texts))


def without_empty_columns(
    columns: Sequence[DeskColumn], rows: Sequence[tuple[Cell, ...]]
) -> tuple[tuple[DeskColumn, ...], tuple[tuple[Cell, ...], ...], tuple[Text, ...]]:
    """Drop the columns that no row has anything in, and say so in a note; columns to write in stay."""
    kept = [
        k for k, column in enumerate(columns) if column.is_open or any(not row[k].is_empty for row in rows)
    ]
    dropped = [column.title for k, column in enumerate(columns) if k not in kept]
    notes = tuple(_dropped_note(dropped)) if rows else ()
    if not rows:
        kept = list(range(len(columns)))
    return (
        tuple(columns[k] for k in kept),
        tuple(tuple(row[k] for k in kept) for row in rows),
        notes,
    )


def _dropped_note(dropped: Sequence[Text]) -> Iterator[Text]:
    if dropped:
        names = joined(dropped)
        yield Text(
            zh=f"场景中没有数据、未列出的栏：{names.zh}。",
            en=f"Columns without any data, left out: {names.en}.",
        )
