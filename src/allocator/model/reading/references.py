"""Checks references between rows: existing ids and tables, chains without cycles, days in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from allocator.errors import Fault, shorten
from allocator.model.notation import NotationError, Vocabulary, notation_fault, parse_notation
from allocator.model.reading.cell_values import plain_name
from allocator.model.reading.entity_names import NameIndex
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.table_rows import UNREAD, Placed, Records
from allocator.model.tables import Absence, Group, Indicator, Posting, Tie
from allocator.model.text import Text

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Pointing:
    """A column that refers to rows of other tables.

    Attributes:
        table: The table of the column.
        file: Name of the file as faults show it.
        key: The standard name of the column.
        column: The header of the column as the file writes it.
        kinds: The tables to which the column may refer.
        names: The ids in the column, with the first line of each.
    """

    table: str
    file: str
    key: str
    column: str
    kinds: tuple[str, ...]
    names: Mapping[str, int]


def absent_tables(
    pointing: Iterable[Pointing], ids: Mapping[str, Collection[str]], absent: Collection[str]
) -> Iterator[tuple[Fault, Pointing]]:
    """Yield a fault for each column of mostly unknown ids if a table to which it may refer is absent.

    Args:
        pointing: The columns.
        ids: The ids of each table.
        absent: The absent tables.

    Yields:
        The fault, and the column whose unknown ids the fault stands for.
    """
    for one in pointing:
        lacking = [kind for kind in one.kinds if kind in absent]
        unknown = [name for name in one.names if not any(name in ids[kind] for kind in one.kinds)]
        # If most ids are known, the others are misspelt: an optional table may well be absent.
        if lacking and 2 * len(unknown) > len(one.names):
            files = " / ".join(one.file.replace(one.table, kind) for kind in lacking)
            message = Text(
                zh=f"没有此表，而 {one.file} 的 {one.column} 列用到其中的编号",
                en=f"there is no such table, yet the column {one.column} of {one.file} names ids of it",
            )
            found = ", ".join(unknown[:_MOST_SHOWN]) + (", ..." if len(unknown) > _MOST_SHOWN else "")
            yield Fault(message, files, found=shorten(found)), one


def find_cycles(parents: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield each cycle of ``parents`` once, from its first member in the order of the mapping.

    Args:
        parents: The parent of each id; an id that is no key of the mapping is a root.
    """
    order = {one: position for position, one in enumerate(parents)}
    done: set[str] = set()
    for start in parents:
        walk: dict[str, int] = {}
        here = start
        while here in parents and here not in done and here not in walk:
            walk[here] = len(walk)
            here = parents[here]
        done.update(walk)
        if here in walk:
            members = list(walk)[walk[here] :]
            first = members.index(min(members, key=order.__getitem__))
            yield tuple(members[first:] + members[:first])


#: A table, a column of it, and the tables whose ids that column holds.
REFERENCES = (
    ("units", "parent", ("units",)),
    ("people", "unit", ("units",)),
    ("groups", "parent", ("groups", "units")),
    ("links", "source", ("units", "groups")),
    ("links", "target", ("units", "groups")),
    ("postings", "person", ("people",)),
    ("postings", "group", ("groups", "units")),
    ("absences", "person", ("people",)),
    ("cases", "unit", ("units",)),
    ("indicators", "subject", ("units", "people", "groups", "cases")),
    ("wishes", "item", ("units", "people", "groups", "cases")),
    ("wishes", "slot", ("units", "people", "groups", "cases")),
    ("identities", "person", ("people",)),
    ("identities", "case", ("cases",)),
)
_ORDERED_DAYS = (
    ("postings", "from", "to"),
    ("absences", "from", "to"),
    ("ties", "since", "until"),
    ("cases", "received", "due"),
    ("people", "born", "retires"),
    ("people", "born", "joins"),
    ("people", "joins", "retires"),
)
_KINDS: Mapping[str, Text] = {
    "units": Text(zh="单位", en="unit"),
    "people": Text(zh="人员", en="person"),
    "groups": Text(zh="组", en="group"),
    "cases": Text(zh="案件", en="case"),
}
_LONGEST_SHOWN = 10


def check_references(
    tables: Mapping[str, Records], lost: Collection[str], seats: Vocabulary | None, faults: FaultList
) -> None:
    """Check the references between tables.

    Args:
        tables: The tables that could be read, by name.
        lost: Names of tables that could not be read; references to their ids are not checked.
        seats: The words of the seat notation; None if ``scenario.yaml`` could not be read.
        faults: Collects the faults.
    """
    checker = _Checker(tables, frozenset(lost), faults)
    checker.absent_tables()
    checker.unique_ids()
    for table, column, kinds in REFERENCES:
        checker.known_ids(table, column, kinds)
    checker.tie_sources()
    checker.tie_targets()
    checker.no_value_twice()
    checker.absences_with_an_end()
    for table in ("units", "groups"):
        checker.no_cycles(table)
    for table, first, second in _ORDERED_DAYS:
        checker.days_in_order(table, first, second)
    if seats is not None:
        checker.seats(seats)


class _Checker:
    """Checks the tables by the ids that they define."""

    def __init__(self, tables: Mapping[str, Records], lost: frozenset[str], faults: FaultList) -> None:
        self._tables = tables
        self._lost = lost
        self._faults = faults
        self._ids = {
            kind: dict.fromkeys(name for _, name in tables[kind].ids) if kind in tables else {}
            for kind in _KINDS
        }
        self._named = NameIndex({kind: tables[kind] for kind in _KINDS if kind in tables})
        self._told: set[tuple[str, str]] = set()
        self._advice: dict[tuple[str, tuple[str, ...]], tuple[Text, str]] = {}

    def absent_tables(self) -> None:
        """Report absent tables to which others refer, before unknown ids."""
        absent = [kind for kind in _KINDS if kind not in self._tables and kind not in self._lost]
        for fault, pointing in absent_tables(self._pointing(), self._ids, absent):
            self._faults.add(fault)
            self._told.add((pointing.table, pointing.key))

    def _pointing(self) -> Iterator[Pointing]:
        for table, column, kinds in REFERENCES:
            if table in self._tables and not self._lost.intersection(kinds):
                names: dict[str, int] = {}
                for _, placed in self._rows(table):
                    if name := str(_value(placed, column)):
                        names.setdefault(name, placed.line)
                names.pop(UNREAD, None)
                records = self._tables[table]
                yield Pointing(table, records.file, column, records.header(column), kinds, names)

    def unique_ids(self) -> None:
        first: dict[str, str] = {}
        for kind in _KINDS:
            if kind not in self._tables:
                continue
            records = self._tables[kind]
            for line, name in records.ids:
                place = first.setdefault(name, f"{records.file}:{line}")
                if place != f"{records.file}:{line}":
                    message = _text(f"编号重复，首见于 {place}", f"repeats the id of {place}")
                    self._report(records, line, "id", message, name)

    def known_ids(self, table: str, column: str, kinds: tuple[str, ...]) -> None:
        if self._lost.intersection(kinds) or (table, column) in self._told:
            return
        valid = [self._ids[kind] for kind in kinds]
        for records, placed in self._rows(table):
            name = _value(placed, column)
            if name and name != UNREAD and not any(name in ids for ids in valid):
                self._unknown(records, placed.line, column, str(name), kinds)

    def tie_sources(self) -> None:
        """Report ties whose source is no person of the scenario, no party to a case and nobody outside."""
        if self._lost.intersection(("people", "cases")):
            return
        for records, placed in self._rows("ties"):
            name = str(_value(placed, "source"))
            known = name in self._ids["people"] or name in self._parties
            if name != UNREAD and not known and not _is_outside(placed):
                self._unknown(records, placed.line, "source", name, ("people",))

    def tie_targets(self) -> None:
        kinds = ("people", "units", "groups", "cases")
        for records, placed in self._rows("ties"):
            tie = placed.row
            if not isinstance(tie, Tie) or tie.target == UNREAD:
                continue
            if tie.source == tie.target:
                message = _text("不能与本人关联", "ties a person to themselves")
                self._report(records, placed.line, "target", message, tie.target)
            named = tie.target in self._places or tie.target in self._parties or tie.outside
            known = named or any(tie.target in self._ids[kind] for kind in kinds)
            if not known and not self._lost.intersection(kinds):
                self._unknown_target(records, placed.line, tie.target)

    def no_value_twice(self) -> None:
        first: dict[tuple[str, str, str], int] = {}
        for records, placed in self._rows("indicators"):
            row = placed.row
            if not isinstance(row, Indicator) or UNREAD in (row.subject, row.indicator):
                continue
            line = first.setdefault((row.subject, row.indicator, row.period), placed.line)
            if line != placed.line:
                message = _text(
                    f"同一对象、指标和周期已见于第 {line} 行",
                    f"row {line} already has this indicator of this subject and period",
                )
                self._report(records, placed.line, "indicator", message, row.indicator)

    def absences_with_an_end(self) -> None:
        for records, placed in self._rows("absences"):
            if _value(placed, "from") is None and _value(placed, "to") is None:
                message = _text("须写明起或止", "says neither when it begins nor when it ends")
                self._report(records, placed.line, "from", message, "", allowed="YYYY-MM-DD")

    def no_cycles(self, table: str) -> None:
        rows = self._rows(table)
        placed = {key: (records, one) for records, one in rows if (key := str(_value(one, "id"))) != UNREAD}
        parents = {name: str(_value(one, "parent")) for name, (_, one) in placed.items()}
        for cycle in find_cycles({name: parent for name, parent in parents.items() if parent}):
            records, one = placed[cycle[0]]
            shown = [shorten(name, 30) for name in (*cycle, cycle[0])]
            if len(shown) > _LONGEST_SHOWN:
                shown = [*shown[: _LONGEST_SHOWN - 2], "...", shown[-1]]
            message = _text("上级关系成环：" + " → ".join(shown), "runs in a cycle: " + " → ".join(shown))
            self._report(records, one.line, "parent", message, cycle[1] if len(cycle) > 1 else cycle[0])

    def days_in_order(self, table: str, first: str, second: str) -> None:
        for records, placed in self._rows(table):
            begin, end = _value(placed, first), _value(placed, second)
            if isinstance(begin, date) and isinstance(end, date) and end < begin:
                start = records.header(first)
                message = _text(f"早于 {start}（{begin}）", f"is before {start} ({begin})")
                self._report(records, placed.line, second, message, str(end), allowed=f">= {begin}")

    def seats(self, vocabulary: Vocabulary) -> None:
        wrong: dict[str, NotationError | None] = {}
        for records, placed in self._rows("groups"):
            text = placed.row.seats if isinstance(placed.row, Group) else ""
            if text and text not in wrong:
                wrong[text] = _notation_error(text, vocabulary)
            error = wrong.get(text)
            if error:
                column = records.header("seats")
                self._faults.add(notation_fault(error, records.file, placed.line, column, shorten(text)))

    @cached_property
    def _places(self) -> Mapping[str, None]:
        places = frozenset().union(*(records.places for records in self._tables.values()))
        return dict.fromkeys(sorted(places))

    @cached_property
    def _parties(self) -> frozenset[str]:
        return frozenset().union(*(records.parties for records in self._tables.values()))

    def _rows(self, table: str) -> Iterator[tuple[Records, Placed]]:
        if table in self._tables:
            records = self._tables[table]
            yield from ((records, placed) for placed in records.rows)

    def _unknown(self, records: Records, line: int, column: str, name: str, kinds: tuple[str, ...]) -> None:
        if (name, kinds) not in self._advice:
            self._advice[name, kinds] = self._advise(name, kinds)
        message, near = self._advice[name, kinds]
        self._report(records, line, column, message, name, near=near)

    def _advise(self, name: str, kinds: tuple[str, ...]) -> tuple[Text, str]:
        """Return the message for a name that is no id of ``kinds``, and the id that may be meant."""
        zh = "或".join(_KINDS[kind].zh for kind in kinds)
        en = " or ".join(_KINDS[kind].en for kind in kinds)
        if other := next((kind for kind in _KINDS if name in self._ids[kind]), None):
            return _text(f"是{_KINDS[other].zh}，此处须为{zh}", f"is a {_KINDS[other].en}, not a {en}"), ""
        for kind in kinds:
            if called := self._named.describe(kind, plain_name(name)):
                message = _text(
                    f"是{_KINDS[kind].zh}的名称，此处须填编号",
                    f"is the name of a {_KINDS[kind].en}: its id is asked for",
                )
                ids = self._named.names(kind)[plain_name(name)]
                if len(ids) > 1:
                    shown, first = shorten(name, 30), shorten(ids[0], 30)
                    message = _text(
                        f"是{_KINDS[kind].zh}的名称，但不止一个：请写编号，或写“{shown}（{first}）”这样的形式",
                        f"is the name of a {_KINDS[kind].en}, but not of one alone: write the id, or"
                        f" '{shown} ({first})'",
                    )
                return message, called
        return _text(f"没有这个{zh}", f"is no known {en}"), self._nearest(name, kinds)

    def _unknown_target(self, records: Records, line: int, name: str) -> None:
        message = _text(
            "不是人员、单位、组、案件、当事人或地名", "is no known person, unit, group, case, party or place"
        )
        near = self._nearest(name, tuple(_KINDS), sorted({*self._places, *self._parties}))
        self._report(records, line, "target", message, name, near=near)

    def _nearest(self, name: str, kinds: tuple[str, ...], more: Collection[str] = ()) -> str:
        """Return the id that looks like ``name``, else the id or the name (with its id) that is nearest."""
        if same := next(filter(None, (self._named.lookalike(kind, name) for kind in kinds)), ""):
            return same
        names = [self._named.names(kind) for kind in kinds]
        near = self._faults.suggest(name, *(self._ids[kind] for kind in kinds), *names, more)
        described = (self._named.describe(kind, near) for kind in kinds if near not in self._ids[kind])
        return next(filter(None, described), near)

    def _report(
        self,
        records: Records,
        line: int,
        column: str,
        message: Text,
        found: str,
        allowed: str = "",
        near: str = "",
    ) -> None:
        header = records.header(column)
        self._faults.add(Fault(message, records.file, line, header, shorten(found), allowed, near))


def _is_outside(placed: Placed) -> bool:
    return isinstance(placed.row, Tie) and placed.row.outside


def _value(placed: Placed, column: str) -> object:
    if isinstance(placed.row, Posting | Absence):
        column = {"from": "start", "to": "end"}.get(column, column)
    return getattr(placed.row, column)


def _notation_error(text: str, vocabulary: Vocabulary) -> NotationError | None:
    try:
        parse_notation(text, vocabulary)
    except NotationError as error:
        return error
    return None


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)
