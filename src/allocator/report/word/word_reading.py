"""Reads the assignments back from the annexes of a proposal in Word, with the edits of its reader."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, ValidationError

from allocator.errors import Fault, InputError, shorten
from allocator.model.layer import Layer
from allocator.model.reading.json_files import parse_json
from allocator.model.run import Overrides
from allocator.model.text import Text
from allocator.report.desk.desk_input import unique_names
from allocator.report.desk.seat_reading import ReadBack, SeatReader, SeatRow, digest, name_key, names_of
from allocator.report.exporters import ReadRequest
from allocator.report.word.docx_tables import WordDocument, WordTable, read_docx
from allocator.report.word.facts import CASE, FORMAT, MEMBERS, READ
from allocator.rules.roster import Roster

_NO_PROPOSAL = Text(
    zh="不是 allocator 导出的文稿（缺少读回所需的内容），无法读回安排",
    en="is no document that allocator exported (what reading back needs is missing)",
)
_NO_TABLE = Text(
    zh="文稿缺少这张表（表题改动也算）", en="the document lacks this table (or its title was changed)"
)
_NO_HEADER = Text(zh="找不到表头中的这一栏", en="the header has no such column")
_NO_LAYER = Text(zh="场景没有这一层", en="the scenario has no such layer")
_NOT_READ = Text(
    zh="此行有改动，但此表不读回；请改“方案对照表”的“方案”栏",
    en="this row has been changed, but the table is not read back; change the column 'proposed' of the"
    " comparison instead",
)
_FOLLOWS = Text(
    zh="此行只改了不读回的栏；请改“方案”栏（办案组为各角色栏）",
    en="only columns that are not read back have been changed in this row; change 'proposed' (of case teams:"
    " the roles)",
)
_DIFFERS = Text(
    zh="此行有改动，与“方案对照表”的安排不一致；请改“方案对照表”",
    en="this row has been changed and is not what the comparison says; change the comparison",
)
_GONE = Text(
    zh="名单删去了此人，而“方案对照表”仍有其变动；请改“方案对照表”",
    en="the list no longer has this person, whom the comparison still moves; change the comparison",
)
#: Words of the rows that sum up, in either language.
_SUMS = frozenset({"小计", "合计", "in all", "total"})
_SEPARATOR = re.compile(r"([、，,；;/\n])")


class _TableFacts(BaseModel):
    """A table as it was written."""

    model_config = ConfigDict(extra="forbid")

    id: str
    layer: str
    title: str
    read: tuple[str, ...]
    fixed: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]


class _Facts(BaseModel):
    """What a document says about itself; see ``facts``."""

    model_config = ConfigDict(extra="forbid")

    format: str
    language: str
    scenario: tuple[str, str]
    asked: Overrides
    tables: tuple[_TableFacts, ...]


def read_proposal(request: ReadRequest) -> ReadBack:
    """Return the assignments in the annexes of a document.

    Raises:
        InputError: With a fault at each table, row and column that cannot be read, and at each row of another
            table that says something else: such a change is not taken.
    """
    document = read_docx(request.content, request.file)
    facts = _facts(document, request.file)
    reading = _Reading(request, document)
    for table in facts.tables:
        if table.id in ("comparison", "casework"):
            reading.seats(table)
    if not reading.reader.faults.count:
        for table in facts.tables:
            reading.follows(table)
    reading.reader.faults.raise_if_any()
    asked = {name: tuple(places) for name, places in facts.asked.to_run_data().items()}
    name, sha256 = facts.scenario
    return ReadBack(name, sha256, reading.reader.assignments, asked, reading.added, reading.dropped)


def _facts(document: WordDocument, file: str) -> _Facts:
    for text in document.parts:
        try:
            found = parse_json(text.encode(), file)
        except InputError:
            continue
        if isinstance(found, dict) and found.get("format") == FORMAT:
            try:
                return _Facts.model_validate(found)
            except ValidationError:
                break
    raise InputError([Fault(_NO_PROPOSAL, file)])


@dataclass(frozen=True)
class _Change:
    """A change of seats as a list of appointments has it: the keys of both cells, in either language."""

    gained: frozenset[str]
    given_up: frozenset[str]


class _Reading:
    """The tables of one document, read one by one."""

    def __init__(self, request: ReadRequest, document: WordDocument) -> None:
        self.reader = SeatReader(request.context, request.codes)
        self._context, self._file = request.context, request.file
        self._codes = {name_key(code): id_ for code, id_ in request.codes.items()}
        self._left = list(document.tables)
        self.added = self.dropped = 0

    def _table(self, facts: _TableFacts) -> WordTable | None:
        """Return the next table that has the title of a written one; a fault if there is none."""
        for table in self._left:
            if name_key(table.title) == name_key(facts.title) and table.rows:
                self._left.remove(table)
                return table
        titles = [table.title for table in self._left if table.title]
        near = self.reader.faults.suggest(facts.title, titles)
        self.reader.faults.add(Fault(_NO_TABLE, self._file, found=shorten(facts.title), nearest=near))
        return None

    def seats(self, facts: _TableFacts) -> None:
        """Read a table that lists assignments."""
        layer = self._context.layers.get(facts.layer)
        table = self._table(facts)
        if table is None:
            return
        place = f"{self._file}:{shorten(facts.title)}"
        if layer is None:
            self.reader.faults.add(Fault(_NO_LAYER, place, found=shorten(facts.layer)))
            return
        titles = [_title(cell) for cell in table.rows[0]]
        missing = [one for one in facts.read if one not in titles]
        for title in missing:
            self.reader.faults.add(Fault(_NO_HEADER, place, 1, allowed=title))
        if missing:
            return
        known = names_of(self._context.scenario.organisation, layer.items, self._codes_of(layer))
        written: dict[str, set[str]] = {}
        for key, rest in facts.rows:
            written.setdefault(key, set()).add(rest)
        found: Counter[str] = Counter()
        for number, row in enumerate(table.rows[1:], start=2):
            at = dict(zip(titles, row, strict=False))
            if not any(cell.strip() for cell in row):
                continue
            key = _digest_of(at, facts.read)
            found[key] += 1
            if at.get(READ["role"].zh, at.get("post")) in _SUMS:
                continue
            for cells, named in _seat_cells(facts.id, at, layer, self._role_words(layer)):
                for name in names_in(cells["item"], known):
                    each = {**cells, "item": name}
                    self.reader.add(SeatRow(place, number, layer.name, each, named))
            if key in written and _digest_of(at, facts.fixed) not in written[key]:
                self.reader.faults.add(Fault(_FOLLOWS, place, number, found=_shown(at, facts.fixed)))
        as_written = Counter(key for key, _ in facts.rows)
        self.added += (found - as_written).total()
        self.dropped += (as_written - found).total()

    def _codes_of(self, layer: Layer) -> dict[str, str]:
        items = set(layer.items)
        return {code: id_ for code, id_ in self._codes.items() if id_ in items}

    def _role_words(self, layer: Layer) -> frozenset[str]:
        words = self._context.words.roles
        roles = [role for role in layer.roles if role is not None]
        return frozenset(words.word(role, language) for role in roles for language in ("zh", "en"))

    def follows(self, facts: _TableFacts) -> None:
        """Report what was changed in a table that is not read and does not agree with the assignments."""
        if facts.id in ("comparison", "casework"):
            return
        table = self._table(facts)
        if table is None:
            return
        place = f"{self._file}:{shorten(facts.title)}"
        titles = [_title(cell) for cell in table.rows[0]]
        known = {rest for _, rest in facts.rows}
        rows = [
            (number, dict(zip(titles, row, strict=False)))
            for number, row in enumerate(table.rows[1:], start=2)
            if any(cell.strip() for cell in row)
        ]
        found = [_digest_of(at, facts.fixed) for _, at in rows]
        changed = [row for row, one in zip(rows, found, strict=True) if one not in known]
        if facts.id == "appointments":
            self._appointments(place, rows, changed, is_shorter=len(known - set(found)) > len(changed))
            return
        for number, at in changed:
            self.reader.faults.add(Fault(_NOT_READ, place, number, found=_shown(at, facts.fixed)))

    def _appointments(
        self,
        place: str,
        rows: Sequence[tuple[int, Mapping[str, str]]],
        changed: Sequence[tuple[int, Mapping[str, str]]],
        *,
        is_shorter: bool,
    ) -> None:
        """Report changed rows of the list of appointments that are not what the assignments say."""
        if not changed and not is_shorter:
            return
        organisation = self._context.scenario.organisation
        people = names_of(organisation, tuple(organisation.people), self._codes)
        expected = dict(self._changes())
        for number, at in changed:
            ids = people.get(name_key(at.get("姓名", at.get("name", ""))), ())
            period = at.get("生效周期", at.get("from period", "")).strip()
            gained = name_key(at.get("拟任职务", at.get("to be appointed", "")))
            given_up = name_key(at.get("拟免职务", at.get("to be released from", "")))
            changes = [one for id_ in ids for one in expected.get((id_, period), ())]
            if not any(gained in one.gained and given_up in one.given_up for one in changes):
                self.reader.faults.add(Fault(_DIFFERS, place, number, found=_shown(at, tuple(at))))
        if is_shorter:
            listed = {name_key(at.get("姓名", at.get("name", ""))) for _, at in rows}
            names = unique_names(organisation)
            gone = {id_ for id_, _ in expected if not any(id_ in people.get(one, ()) for one in listed)}
            for id_ in sorted(gone):
                self.reader.faults.add(Fault(_GONE, place, found=shorten(names[id_])))

    def _changes(self) -> Iterator[tuple[tuple[str, str], tuple[_Change, ...]]]:
        """Yield the changes of each person in each period, as the assignments that were read have them."""
        roster = Roster(self._context.layers, self.reader.assignments)
        found: dict[tuple[str, str], list[_Change]] = {}
        for layer in self._context.layers.values():
            if layer.spec.items.table != "people" or layer.spec.slots.table == "cases":
                continue
            for before, now in pairwise(range(-1, len(layer.periods))):
                for item, id_ in enumerate(layer.items):
                    held, holds = (frozenset(roster[layer.name].seats(item, t)) for t in (before, now))
                    if held != holds:
                        change = _Change(self._keys(layer, holds - held), self._keys(layer, held - holds))
                        found.setdefault((id_, layer.period_id(now) or ""), []).append(change)
        yield from ((place, tuple(changes)) for place, changes in found.items())

    def _keys(self, layer: Layer, seats: frozenset[tuple[int, int]]) -> frozenset[str]:
        """Return how a cell may name seats, one after the other, in either language."""
        names, words = unique_names(self._context.scenario.organisation), self._context.words.roles
        texts: dict[str, list[str]] = {"zh": [], "en": []}
        for slot, role in sorted(seats):
            name, id_ = names.get(layer.slots[slot], layer.slots[slot]), layer.roles[role]
            texts["zh"].append(name + ("" if id_ is None else words.word(id_, "zh")))
            texts["en"].append(name + ("" if id_ is None else ", " + words.word(id_, "en")))
        return frozenset({name_key("、".join(texts["zh"])), name_key(", ".join(texts["en"]))})


def _seat_cells(
    table: str, at: Mapping[str, str], layer: Layer, roles: frozenset[str]
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield the fields of a row, with the titles of their columns, once for each column of names."""
    fixed = {"period": READ["period"], "slot": CASE if table == "casework" else READ["slot"]}
    if table == "comparison":
        fixed |= {"role": READ["role"], "item": READ["item"]}
    named = {field: title for field, words in fixed.items() for title in (words.zh, words.en) if title in at}
    cells = {field: at[title] for field, title in named.items()}
    if table == "comparison":
        yield {"item": "", **cells}, named
        return
    for title, cell in at.items():
        if title in roles or title in (MEMBERS.zh, MEMBERS.en):
            yield {**cells, "role": title, "item": cell}, {**named, "role": title, "item": title}


def names_in(cell: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names in a cell; a name that itself has a comma is taken whole if it is known.

    Args:
        cell: The words of the cell.
        known: What a name may stand for, by its key.
    """
    parts = _SEPARATOR.split(cell)
    names: list[str] = []
    start = 0
    while start < len(parts):
        for end in range(len(parts), start, -2):
            name = "".join(parts[start:end])
            if end == start + 1 or name_key(name) in known:
                break
        pieces = name.split()
        if name_key(name) not in known and len(pieces) > 1 and all(name_key(one) in known for one in pieces):
            names.extend(pieces)
        elif name.strip():
            names.append(name)
        start = end + 1
    return names


def _title(cell: str) -> str:
    return " ".join(cell.split())


def _digest_of(at: Mapping[str, str], titles: Sequence[str]) -> str:
    return digest([at.get(title, "") for title in titles])


def _shown(at: Mapping[str, str], titles: Sequence[str]) -> str:
    return shorten(" | ".join(at[title] for title in titles if at.get(title)))
