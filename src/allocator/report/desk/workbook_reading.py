"""Reads the assignments back from a workbook of the desk, with the edits of its reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from allocator.errors import Fault, InputError, shorten
from allocator.model.layer import Layer
from allocator.model.reading.json_files import parse_json
from allocator.model.reading.table_files import Workbook, workbook_of
from allocator.model.run import Overrides
from allocator.model.text import Text
from allocator.report.desk.desk_input import seat_titles
from allocator.report.desk.export_sheets import EDITED, TECHNICAL
from allocator.report.desk.seat_reading import ReadBack, SeatReader, SeatRow, clean, digest
from allocator.report.desk.workbook import FORMAT, PERIOD, ROLE
from allocator.report.exporters import ReadRequest

_NO_BOOK = Text(
    zh="不是 allocator 导出的工作簿（缺少技术页），无法读回安排",
    en="is no workbook that allocator exported (its technical sheet is missing); nothing can be read back",
)
_NO_SHEET = Text(zh="工作簿缺少这一工作表", en="the workbook lacks this sheet")
_NO_HEADER = Text(zh="找不到表头中的这一栏", en="the header has no such column")
_NOT_READ = Text(
    zh="此行有改动，但此表不读回；请在“安排”表中修改",
    en="this row has been changed, but the sheet is not read back; edit the sheet 'Seats' instead",
)
_FOLLOWS = Text(
    zh="此行只改了不读回的栏；请改标有 ✎ 的栏",
    en="only columns that are not read back have been changed in this row; edit those marked ✎",
)
_NO_LAYER = Text(zh="场景没有这一层", en="the scenario has no such layer")
_BAD_TECHNICAL = Text(zh="技术页内容已损坏", en="the technical sheet is damaged")


@dataclass
class _Sheet:
    """A sheet as the technical sheet describes it: what it is, and the digests of its rows."""

    kind: str
    name: str
    layer: str
    rows: list[tuple[str, str]] = field(default_factory=list)


def read_workbook_back(request: ReadRequest) -> ReadBack:
    """Return the assignments in the seat lists of a workbook.

    Raises:
        InputError: With a fault at each sheet, row and column that cannot be read, and at each row of
            another sheet that has been changed: such a change is not taken.
    """
    book = workbook_of(request.content, request.file, lambda _: True)
    facts, sheets = _technical(book)
    reader = SeatReader(request.context, request.codes)
    added, dropped = Counter[str](), Counter[str]()
    for sheet in sheets:
        place = f"{request.file}:{sheet.name}"
        rows = book.sheets.get(sheet.name)
        if rows is None:
            near = reader.faults.suggest(sheet.name, tuple(book.sheets))
            reader.faults.add(Fault(_NO_SHEET, request.file, found=sheet.name, nearest=near))
        elif sheet.kind == "table":
            reader.faults.extend(_changed_rows(sheet, rows, place))
        elif sheet.layer not in request.context.layers:
            reader.faults.add(Fault(_NO_LAYER, place, found=shorten(sheet.layer)))
        else:
            now = Counter(_read_seats(request, reader, sheet, rows, place))
            then = Counter(key for key, _ in sheet.rows)
            added, dropped = added + (now - then), dropped + (then - now)
    reader.faults.raise_if_any()
    return ReadBack(
        *facts["scenario"],
        reader.assignments,
        _asked(facts, request.file),
        added=added.total(),
        dropped=dropped.total(),
    )


def _technical(book: Workbook) -> tuple[Mapping[str, tuple[str, str]], list[_Sheet]]:
    """Return the facts of the technical sheet, and the sheets that it describes."""
    facts: dict[str, tuple[str, str]] = {}
    sheets: list[_Sheet] = []
    for row in book.sheets.get(TECHNICAL, ()):
        key, one, other = (*row, "", "", "")[:3]
        if key in ("table", "seats"):
            sheets.append(_Sheet(key, one, other))
        elif key == "row" and sheets:
            sheets[-1].rows.append((one, other))
        elif key:
            facts[key] = one, other
    if facts.get("format", ("", ""))[0] != FORMAT or "scenario" not in facts:
        raise InputError([Fault(_NO_BOOK, book.label)])
    return facts, sheets


def _asked(facts: Mapping[str, tuple[str, str]], file: str) -> Mapping[str, tuple[str, ...]]:
    """Return the overrides in the technical sheet."""
    try:
        asked = Overrides.model_validate(parse_json(facts.get("asked", ("{}", ""))[0].encode(), file))
    except (InputError, ValidationError):
        raise InputError([Fault(_BAD_TECHNICAL, f"{file}:{TECHNICAL}", column="asked")]) from None
    return {name: tuple(places) for name, places in asked.to_run_data().items()}


def _header(rows: Sequence[Sequence[str]], width: int = 2) -> int:
    """Return the index of the header of a sheet: the first row with several filled cells that differ."""
    for number, row in enumerate(rows):
        filled = {cell for cell in row if cell}
        if len(filled) >= width:
            return number
    return len(rows)


def _changed_rows(sheet: _Sheet, rows: Sequence[Sequence[str]], place: str) -> Iterator[Fault]:
    """Yield a fault for each row of a sheet that was not written so; the order of rows does not matter."""
    known = {rest for _, rest in sheet.rows}
    header = _header(rows)
    open_columns = _open_columns(rows[header]) if header < len(rows) else frozenset[int]()
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = [cell for k, cell in enumerate(row) if k not in open_columns]
        if any(cell.strip() for cell in cells) and digest(cells) not in known:
            yield Fault(_NOT_READ, place, number, found=shorten(" | ".join(filter(None, cells))))


def _open_columns(header: Sequence[str]) -> frozenset[int]:
    """Return the columns that readers may write in, by their titles."""
    return frozenset(k for k, title in enumerate(header) if _title(title) in _OPEN)


_OPEN = frozenset({"备注", "remarks", "审批", "approved by"})


def _title(text: str) -> str:
    return " ".join(clean(text).replace(EDITED, "").split())


def _read_seats(
    request: ReadRequest, reader: SeatReader, sheet: _Sheet, rows: Sequence[Sequence[str]], place: str
) -> Iterator[str]:
    """Read one seat list; say where only columns have been changed that are not read back.

    Yields:
        The digest of each row with anything in it.
    """
    header = next((k for k, row in enumerate(rows) if _is_seat_header(row)), len(rows))
    titles = [_title(cell) for cell in rows[header]] if header < len(rows) else []
    marked = [k for k, cell in enumerate(rows[header]) if EDITED in cell] if titles else []
    fields = _fields(request.context.layers[sheet.layer])
    found = {fields.get(titles[k]) for k in marked}
    if missing := [title for title, name in fields.items() if name in {"slot", "item"} - found]:
        reader.faults.add(Fault(_NO_HEADER, place, allowed="、".join(missing)))
        return
    written: dict[str, set[str]] = {}
    for then, rest in sheet.rows:
        written.setdefault(then, set()).add(rest)
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = {fields[titles[k]]: row[k] for k in marked if k < len(row) and titles[k] in fields}
        named = {fields[titles[k]]: titles[k] for k in marked if titles[k] in fields}
        if not any(clean(cell) for cell in cells.values()):
            continue
        reader.add(SeatRow(place, number, sheet.layer, cells, named))
        others = [k for k in range(len(titles)) if k not in marked and titles[k] and titles[k] not in _OPEN]
        key = digest([row[k] for k in marked])
        yield key
        as_written = written.get(key)
        if as_written is not None and digest([row[k] for k in others]) not in as_written:
            shown = " | ".join(row[k] for k in others if row[k])
            reader.faults.add(Fault(_FOLLOWS, place, number, found=shorten(shown)))


def _is_seat_header(row: Sequence[str]) -> bool:
    """Whether a row has marked titles; a note about the mark is one merged cell."""
    return len(set(row)) > 1 and any(cell.rstrip().endswith(EDITED) for cell in row)


def _fields(layer: Layer) -> dict[str, str]:
    """Return the field of each title that a marked column of a layer may have."""
    item, slot = seat_titles(layer)
    titles = (("period", PERIOD), ("slot", slot), ("role", ROLE), ("item", item))
    return {_title(word): name for name, title in titles for word in (title.zh, title.en)}
