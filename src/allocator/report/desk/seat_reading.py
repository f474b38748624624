"""Reads seats back from the words of a document: names to ids, a fault at each cell that is not known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from allocator.errors import Fault, shorten
from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.identity import NAME_DOTS
from allocator.model.scenario import Organisation
from allocator.model.text import Text
from allocator.report.desk.desk_input import unique_names
from allocator.rules.context import RuleContext

_SIGNS = "▲▽◇✗!'"
#: Names with the same first character that are offered where none is near: short names have no near ones.
_MOST_ALIKE = 8
_SEVERAL = re.compile(r"[、，,；;/\n]")
_UNKNOWN = Text(zh="场景的这一层中没有这个名称", en="this layer of the scenario has no such name")
_NAMESAKES = Text(
    zh="有几位同名，请写全括号中的编号", en="several have this name; write the id in brackets, too"
)
_ONE_EACH = Text(zh="一格一个名称；多人请各占一行", en="one name in a cell; give each their own row")
_MISSING = Text(zh="此格不能为空", en="this cell must not be empty")
_TWICE = Text(zh="与前面一行重复", en="repeats an earlier row")


@dataclass(frozen=True)
class ReadBack:
    """What a document says about a plan.

    Attributes:
        scenario: Name of the scenario that it was made for.
        sha256: Digest of the version of the scenario.
        assignments: The assignments, with the edits of the reader.
        asked: The overrides of the call that made the plan.
        added: Rows that the document did not have when it was exported, changed ones included.
        dropped: Rows that it had then and has no longer, as they were.
    """

    scenario: str
    sha256: str
    assignments: tuple[Assignment, ...]
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class SeatRow:
    """One row of a document that names a seat and who is in it.

    Attributes:
        file: File and sheet (or table) as faults show them.
        row: Row in it, counted from 1.
        layer: The layer.
        cells: The words by field: ``period``, ``slot``, ``role``, ``item``; fields may be missing.
        titles: Title of the column of each field, as the document has it.
    """

    file: str
    row: int
    layer: str
    cells: Mapping[str, str]
    titles: Mapping[str, str]


class SeatReader:
    """Collects the assignments of a document and the faults of its cells."""

    def __init__(self, context: RuleContext, codes: Mapping[str, str] | None = None) -> None:
        """Start with nothing read.

        Args:
            context: The scenario.
            codes: The id of each code of a blind copy.
        """
        self._context = context
        self._codes = {name_key(code): id_ for code, id_ in (codes or {}).items()}
        self._names: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}
        self._seen: dict[Assignment, int] = {}
        self.faults = FaultList()

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The assignments that were read, in the order of the rows."""
        return tuple(self._seen)

    def add(self, row: SeatRow) -> None:
        """Read one row; a row without a name is a vacant seat and adds nothing."""
        layer = self._context.layers[row.layer]
        if not clean(row.cells.get("item", "")):
            return
        before = self.faults.count
        item = self._named(row, "item", layer, layer.items)
        slot = self._named(row, "slot", layer, layer.slots)
        role = self._role(row, layer)
        period = self._period(row, layer)
        if self.faults.count > before:
            return
        found = Assignment(layer=layer.name, item=item, slot=slot, role=role, period=period)
        if found in self._seen:
            self._fault(_TWICE, row, "item", allowed=str(self._seen[found]))
        self._seen.setdefault(found, row.row)

    def _named(self, row: SeatRow, what: str, layer: Layer, ids: Sequence[str]) -> str:
        """Return the id of a name among those of a layer; a fault if none or several have it."""
        text = clean(row.cells.get(what, ""))
        if not text:
            self._fault(_MISSING, row, what)
            return ""
        known = self._known(layer, what, ids)
        found = known.get(name_key(text), ())
        if len(found) == 1:
            return found[0]
        shown = [self._unique.get(one, one) for one in (found or ids)]
        if found:
            self._fault(_NAMESAKES, row, what, allowed="、".join(shown))
        elif len(parts := _SEVERAL.split(text)) > 1 and all(name_key(one) in known for one in parts):
            self._fault(_ONE_EACH, row, what)
        else:
            self._fault(_UNKNOWN, row, what, valid=shown)
        return ""

    def _known(self, layer: Layer, what: str, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Return the ids behind each name of a layer's items or slots."""
        key = layer.name, what
        if key not in self._names:
            coded = {code: id_ for code, id_ in self._codes.items() if id_ in set(ids)}
            self._names[key] = names_of(self._context.scenario.organisation, ids, coded)
        return self._names[key]

    @cached_property
    def _unique(self) -> Mapping[str, str]:
        return unique_names(self._context.scenario.organisation)

    def _role(self, row: SeatRow, layer: Layer) -> str | None:
        if layer.roles == (None,):
            return None
        text = clean(row.cells.get("role", ""))
        words = self._context.words.roles
        role = words.id_of(text) if text else None
        if role in layer.roles:
            return role
        names = [words.word(one or "", "zh") for one in layer.roles]
        self._fault(_UNKNOWN if text else _MISSING, row, "role", valid=names, allowed="、".join(names))
        return None

    def _period(self, row: SeatRow, layer: Layer) -> str | None:
        if layer.once:
            return None
        text = clean(row.cells.get("period", ""))
        if text in layer.period_index:
            return text
        periods = [str(one) for one in layer.period_index]
        self._fault(
            _UNKNOWN if text else _MISSING, row, "period", valid=periods, allowed="、".join(periods[:20])
        )
        return None

    def _fault(
        self, message: Text, row: SeatRow, what: str, *, allowed: str = "", valid: Sequence[str] = ()
    ) -> None:
        text = clean(row.cells.get(what, ""))
        near = self.faults.suggest(text, valid) if text and valid else ""
        if text and valid and not near and not allowed:
            allowed = "、".join([name for name in valid if name[:1] == text[:1]][:_MOST_ALIKE])
        found, column = shorten(text), row.titles.get(what, what)
        self.faults.add(Fault(message, row.file, row.row, column, found, allowed, near))


def names_of(
    organisation: Organisation, ids: Sequence[str], codes: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the ids that each written name may stand for: a unique name, a plain name, an id or a code.

    A unique name comes first: it stands for one entity though another may have it as an id.

    Args:
        organisation: The organisation.
        ids: The entities in question.
        codes: The id of each code of a blind copy, by the key of the code.
    """
    names = unique_names(organisation)
    found: dict[str, dict[str, None]] = {}
    for id_ in ids:
        found.setdefault(name_key(organisation.label(id_)), {})[id_] = None
    certain = {
        **{name_key(id_): id_ for id_ in ids},
        **codes,
        **{name_key(names.get(id_, id_)): id_ for id_ in ids},
    }
    plain = {name: tuple(bearers) for name, bearers in found.items()}
    return plain | {name: (id_,) for name, id_ in certain.items()}


def clean(text: str) -> str:
    """Return a cell without blanks around it, and without the sign or the apostrophe before its words."""
    return text.strip().lstrip(_SIGNS).strip()


def name_key(name: str) -> str:
    """Return the key by which names are compared: one width, one case, one dot, no blanks."""
    return "".join(unicodedata.normalize("NFKC", clean(name)).translate(NAME_DOTS).casefold().split())


def digest(cells: Sequence[str]) -> str:
    """Return a short digest of the cells of a row, as they are shown."""
    plain = "\x1f".join(" ".join(cell.split()) for cell in cells).rstrip("\x1f")
    return sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]
