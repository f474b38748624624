"""The files of a scenario as its workbook holds them: every byte of a table and a text can be told again."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from allocator.model.reading.files import YAML_BYTES, decode
from allocator.model.reading.table_files import csv_lines
from allocator.model.tables import TABLES, columns

FORMAT = "allocator-workbook/1"
_CHUNK = 30_000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class TableForm:
    """How a CSV file is written.

    Attributes:
        headers: Its headers, in order.
        shown: The headers of the sheet, in the same order.
        bom: Whether it begins with a byte-order mark.
        encoding: Its encoding.
        newline: Its line end.
        verbatim: The columns whose cells the sheet shows as they are: names stand in them for ids already.
    """

    headers: tuple[str, ...]
    shown: tuple[str, ...]
    bom: bool = False
    encoding: str = "utf-8"
    newline: str = "\n"
    verbatim: tuple[str, ...] = ()

    def write(self, rows: Iterable[Sequence[str]], headers: Sequence[str] | None = None) -> bytes:
        """Return the bytes of the file with these rows, below the file's own headers or others."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator=self.newline)
        writer.writerow(self.headers if headers is None else headers)
        writer.writerows(rows)
        return _BOM * self.bom + out.getvalue().encode(self.encoding, "replace")


def table_form(content: bytes, rows: Sequence[Sequence[str]], shown: Sequence[str]) -> TableForm | None:
    """Return the form of a CSV file; None if its bytes cannot be written again from its rows.

    Args:
        content: The bytes of the file.
        rows: Its rows, the header first.
        shown: The headers of the sheet.
    """
    bom = content.startswith(_BOM)
    newline = "\r\n" if b"\r\n" in content else "\n"
    for encoding in ("utf-8", "gb18030"):
        form = TableForm(tuple(rows[0]) if rows else (), tuple(shown), bom, encoding, newline)
        if rows and form.write(rows[1:]) == content:
            return form
    return None


@dataclass(frozen=True)
class WorkbookFiles:
    """What a workbook says of the files that it stands for.

    Attributes:
        forms: The form of each table by name.
        texts: The bytes of ``scenario.yaml`` and of the rule packs, by file name.
    """

    forms: Mapping[str, TableForm] = field(default_factory=dict)
    texts: Mapping[str, bytes] = field(default_factory=dict)

    def own_headers(self, table: str) -> Mapping[str, str]:
        """Return the headers that a sheet shows for columns beyond the standard ones, with the columns."""
        form = self.forms.get(table) if table in TABLES else None
        pairs = zip(form.shown, form.headers, strict=False) if form else ()
        return {shown: header for shown, header in pairs if shown != header and header not in columns(table)}

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the rows of the sheet that holds this."""
        yield ("format", FORMAT)
        for table, form in self.forms.items():
            yield ("table", table, json.dumps(vars(form), ensure_ascii=True))
        for name, content in self.texts.items():
            packed = base64.b64encode(zlib.compress(content, 9)).decode("ascii")
            chunks = [packed[at : at + _CHUNK] for at in range(0, len(packed), _CHUNK)]
            yield ("text", name, *chunks)


def read_files(rows: Iterable[Sequence[str]]) -> WorkbookFiles:
    """Return what the sheet of files holds; a damaged row is left out, and its file is written anew."""
    forms: dict[str, TableForm] = {}
    texts: dict[str, bytes] = {}
    for kind, name, *parts in (row for row in rows if len(row) > 2):
        try:
            if kind == "table":
                forms[name] = _form(json.loads(parts[0]))
            elif kind == "text":
                texts[name] = _unpacked("".join(parts))
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error, zlib.error):
            continue
    return WorkbookFiles(forms, texts)


def _form(data: Any) -> TableForm:
    headers, shown = (tuple(map(str, data[key])) for key in ("headers", "shown"))
    encoding = "gb18030" if data["encoding"] == "gb18030" else "utf-8"
    newline = "\r\n" if data["newline"] == "\r\n" else "\n"
    verbatim = tuple(map(str, data.get("verbatim", ())))
    return TableForm(headers, shown, data["bom"] is True, encoding, newline, verbatim)


def _unpacked(packed: str) -> bytes:
    reader = zlib.decompressobj()
    content = reader.decompress(base64.b64decode(packed, validate=True), YAML_BYTES)
    if reader.unconsumed_tail:
        raise ValueError("too large")
    return content


def csv_rows(content: bytes, name: str) -> list[list[str]]:
    """Return the rows of a CSV file that are not empty.

    Raises:
        InputError: The file is no text, or a quote is out of place.
    """
    return [[*cells] for _, cells in csv_lines(decode(content, name), name) if any(cells)]
