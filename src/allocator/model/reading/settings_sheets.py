"""Reads the sheets of settings, periods and layers as the content of ``scenario.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.notation import listed
from allocator.model.reading.cell_values import read_day
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.headers import header_key
from allocator.model.reading.workbook_sheets import OWN_SHEETS
from allocator.model.reading.yaml_file import KeyPath, YamlDocument, parse_yaml, plain_value
from allocator.model.spec import ScenarioSpec, Source
from allocator.model.text import Language, Text

Rows = Sequence[Sequence[str]]

#: The headers of each sheet by key.
HEADERS: Mapping[str, Mapping[str, Text]] = {
    "settings": {
        "item": Text(zh="项目", en="Item"),
        "id": Text(zh="编号", en="Id"),
        "zh": Text(zh="内容", en="Content"),
        "en": Text(zh="英文", en="English"),
    },
    "periods": {
        "id": Text(zh="编号", en="Id"),
        "from": Text(zh="起", en="From"),
        "to": Text(zh="止", en="To"),
        "past": Text(zh="往期", en="Past"),
    },
    "layers": {
        "id": Text(zh="编号", en="Id"),
        "title.zh": Text(zh="名称", en="Title in Chinese"),
        "title.en": Text(zh="英文名称", en="Title"),
        "items": Text(zh="对象", en="Items"),
        "slots": Text(zh="去处", en="Slots"),
        "roles": Text(zh="角色", en="Roles"),
        "periods": Text(zh="分期", en="Periods"),
        "take": Text(zh="可占位置数", en="Places each"),
        "pairs": Text(zh="可配条件", en="Possible where"),
    },
}
#: The items of the sheet of settings.
ITEMS: Mapping[str, Text] = {
    "scenario": Text(zh="方案名称", en="Name"),
    "title": Text(zh="标题", en="Title"),
    "source": Text(zh="来源", en="Source"),
    "about": Text(zh="简介", en="About"),
    "synthetic": Text(zh="虚构数据", en="Invented data"),
    "today": Text(zh="基准日", en="Reference day"),
    "history": Text(zh="往期单位", en="Past periods by"),
    "grades": Text(zh="职级", en="Grade"),
    "roles": Text(zh="角色", en="Role"),
    "levels": Text(zh="目标级别", en="Level of the objective"),
    "rules": Text(zh="规则包", en="Rule pack"),
    "yaml": Text(zh="其他（YAML）", en="Other (YAML)"),
}
TABLES_OF_LAYERS: Mapping[str, Text] = {
    "units": Text(zh="单位", en="units"),
    "people": Text(zh="人员", en="people"),
    "groups": Text(zh="组", en="groups"),
    "cases": Text(zh="案件", en="cases"),
}
SPREAD: Mapping[str, Text] = {
    "each": Text(zh="每期", en="each"),
    "once": Text(zh="一次定全程", en="once"),
}
FLAGS: Mapping[str, Text] = {"true": Text(zh="是", en="yes"), "false": Text(zh="否", en="no")}
ANY = Text(zh="不限", en="any")
_TEXTS, _WORDED = ("title", "about"), ("grades", "roles", "levels")
NESTED = ("draws", "indicators", "columns", "remedies")
_SOURCE = re.compile(
    r"(?P<table>.+?)(?:\s+as\s+(?P<name>\w+))?(?:\s*(?:，其中|\bwhere\b)\s*(?P<where>.+))?", re.DOTALL
)
_SPLIT = re.compile(r"[、,，;；]")


@dataclass(frozen=True)
class SheetDocument(YamlDocument):
    """Data from rows of a sheet: a line is the row, and there is no text of YAML around it.

    Attributes:
        labels: The label of the sheet for each path that is not on the first one.
        columns: The header of the column that holds a path.
    """

    labels: Mapping[KeyPath, str] = field(default_factory=dict, repr=False)
    columns: Mapping[KeyPath, str] = field(default_factory=dict, repr=False)

    def column_of(self, path: KeyPath) -> str:
        """Return the header of the column of a path, or of its nearest parent; else the path."""
        above = path
        while above and above not in self.columns:
            above = above[:-1]
        return self.columns.get(above) or super().column_of(path)

    def label_of(self, path: KeyPath) -> str:
        """Return the file and sheet of a path, or of its nearest parent."""
        while path and path not in self.labels:
            path = path[:-1]
        return self.labels.get(path, self.label)

    @property
    def text(self) -> str:
        """No text: a mark in a line of YAML is not looked for in rows of a sheet."""
        return ""


def dumped(value: Any) -> str:
    """Return a value as YAML text."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100)


def source_text(source: Source, language: Language) -> str:
    """Return a source in words: ``人员，其中 person.grade == "head"``."""
    text = TABLES_OF_LAYERS[source.table](language) + (f" as {source.name}" if source.name else "")
    if not source.where:
        return text
    return f"{text}，其中 {source.where}" if language == "zh" else f"{text} where {source.where}"


class SettingsReader:
    """Reads the sheets of settings, periods and layers of one workbook."""

    def __init__(self, sheets: Mapping[str, Rows], labels: Mapping[str, str]) -> None:
        """Take the rows of each sheet by key, and the label of each sheet for faults."""
        self._sheets, self._labels = sheets, labels
        self.faults = FaultList()
        self._data: dict[str, Any] = {}
        self._lines: dict[KeyPath, int] = {}
        self._where: dict[KeyPath, str] = {}
        self._columns: dict[KeyPath, str] = {}

    def document(self, content: bytes | None) -> SheetDocument:
        """Return the settings as a document.

        Args:
            content: The bytes of the ``scenario.yaml`` from which the workbook was written, if there is one:
                they are the document's as long as the sheets say the same.

        Raises:
            InputError: With every fault of the sheets.
        """
        for cells, line in self._table("settings"):
            self._setting(cells, line)
        for cells, line in self._table("periods"):
            self._period(cells, line)
        for cells, line in self._table("layers"):
            self._layer(cells, line)
        self.faults.raise_if_any()
        made = dumped(self._data).encode()
        spec = _spec_of(self._data)
        is_same = content is not None and spec is not None and _means(content) == spec
        kept = content if is_same and content is not None else made
        return SheetDocument(
            self._labels["settings"], self._data, self._lines, kept, self._where, self._columns
        )

    def _table(self, sheet: str) -> Iterator[tuple[Mapping[str, str], int]]:
        """Yield the cells of each row by column, and the number of the row."""
        rows = self._sheets.get(sheet, ())
        start, columns = header_row(rows, HEADERS[sheet])
        if not columns:
            message = Text(zh="没有表头", en="has no header")
            allowed = ", ".join(text.zh for text in HEADERS[sheet].values())
            self.faults.add(Fault(message, self._labels.get(sheet, sheet), 1, allowed=allowed))
            return
        for line, row in enumerate(rows[start + 1 :], start=start + 2):
            cells = {
                column: row[k].strip() for k, column in columns.items() if k < len(row) and row[k].strip()
            }
            if cells:
                yield cells, line

    def _put(self, sheet: str, path: KeyPath, value: Any, line: int) -> None:
        data: Any = self._data
        *parts, last = path
        for part in parts:
            data = data.setdefault(part, {})
        if last in data:
            words = ITEMS.get(str(last))
            found = words("en" if self._shown(sheet, "item").isascii() else "zh") if words else str(last)
            self._fault(sheet, line, "item", Text(zh="重复", en="is repeated"), found)
        data[last] = value
        column = {"layers": str(last), "settings": "zh"}[sheet]
        column = {"title": "title.zh"}.get(column, column)
        self._columns[path] = self._shown(sheet, column)
        for depth in range(1, len(path) + 1):
            self._lines.setdefault(path[:depth], line)
            if sheet != "settings":
                self._where.setdefault(path[:depth], self._labels[sheet])

    def _append(self, sheet: str, key: str, value: Any, line: int) -> None:
        found = self._data.setdefault(key, [])
        self._lines.setdefault((key,), line)
        self._lines[key, len(found)] = line
        if sheet != "settings":
            self._where[key, len(found)] = self._where[(key,)] = self._labels[sheet]
        path = (key, len(found))
        for part in ("id", "from", "to") if sheet == "periods" else ("id", "zh", "en"):
            self._columns[*path, part] = self._shown(sheet, part)
        self._columns[path] = self._shown(sheet, "id" if sheet == "periods" else "zh")
        found.append(value)

    def _setting(self, cells: Mapping[str, str], line: int) -> None:
        item = _key(ITEMS, cells.get("item", ""))
        zh, en, name = cells.get("zh", ""), cells.get("en", ""), cells.get("id", "")
        text = {key: one for key, one in (("zh", zh), ("en", en)) if one}
        if item is None:
            known = [text.zh for text in ITEMS.values()] + [text.en for text in ITEMS.values()]
            message = Text(zh="没有此项", en="is not a known item")
            given = cells.get("item", "")
            near = nearest(given, known)
            self._fault("settings", line, "item", message, given, listed(known[: len(ITEMS)]), near)
        elif item in _TEXTS:
            if text:
                self._put("settings", (item,), text, line)
        elif item == "grades":
            self._append("settings", item, {"id": name, "zh": zh or name, "en": en or name}, line)
        elif item in _WORDED:
            level = int(name) if item == "levels" and name.isdecimal() else name
            self._put("settings", (item, level), text, line)
        elif item == "rules" and zh:
            self._append("settings", item, zh, line)
        elif item == "yaml":
            self._yaml(name, zh, line)
        elif zh:
            self._put("settings", (item,), self._single(item, zh), line)

    def _single(self, item: str, text: str) -> Any:
        if item == "synthetic":
            flag = _key(FLAGS, text)
            return {"true": True, "false": False}.get(flag or "", text)
        return day_text(text) if item == "today" else text

    def _yaml(self, name: str, text: str, line: int) -> None:
        try:
            value = parse_yaml(text.encode(), self._labels["settings"]).data
        except InputError as error:
            for fault in error.faults:
                self.faults.add(
                    Fault(fault.message, fault.file, line, self._shown("settings", "zh"), detail=fault.detail)
                )
            return
        path = tuple(name.split(".", 1))
        inside = self._data.get(path[0], {})
        if path[0] not in NESTED or not isinstance(inside, dict):
            message = Text(zh="不是可用 YAML 填写的设置", en="is no setting that is given as YAML")
            allowed = ", ".join(f"{key}.…" for key in NESTED)
            self._fault("settings", line, "id", message, name, allowed, nearest(path[0], NESTED))
            return
        self._put("settings", path, value, line)

    def _period(self, cells: Mapping[str, str], line: int) -> None:
        key = "history" if _key(FLAGS, cells.get("past", "")) == "true" else "periods"
        if "from" not in cells and "to" not in cells:
            self._append("periods", key, plain_value(cells["id"]) if "id" in cells else cells, line)
            return
        found = {name: day_text(cells[name]) for name in ("from", "to") if name in cells}
        self._append("periods", key, {**({"id": cells["id"]} if "id" in cells else {}), **found}, line)

    def _layer(self, cells: Mapping[str, str], line: int) -> None:
        if "id" not in cells:
            self._fault("layers", line, "id", Text(zh="缺少此项", en="is missing"))
            return
        title = {key: cells[f"title.{key}"] for key in ("zh", "en") if f"title.{key}" in cells}
        found: dict[str, Any] = {"title": title} if title else {}
        for side in ("items", "slots"):
            if side in cells:
                found[side] = read_source(cells[side])
        if "roles" in cells:
            words = (one.strip() for one in _SPLIT.split(cells["roles"]) if one.strip())
            found["roles"] = [role for one in words if (role := self._role(one, line))]
        if "periods" in cells:
            found["periods"] = _key(SPREAD, cells["periods"]) or cells["periods"]
        if "take" in cells:
            found["take"] = "any" if cells["take"] in (ANY.zh, ANY.en) else cells["take"]
        if "pairs" in cells:
            found["pairs"] = cells["pairs"]
        for key, value in found.items():
            self._put("layers", ("layers", cells["id"], key), value, line)

    def _role(self, word: str, line: int) -> str:
        """Return the id of a role; empty, with a fault, if a word is that of no role."""
        roles: Mapping[str, Mapping[str, str]] = self._data.get("roles", {})
        found = next((role for role, text in roles.items() if word in (role, *text.values())), word)
        if found.isascii():
            return found
        known = [text.get("zh", role) for role, text in roles.items()]
        setting = self._label_of_sheet("settings")
        message = Text(
            zh=f"没有这个角色；请先在“{setting}”中为它加一行",
            en=f"is no role: first add a row for it to '{setting}'",
        )
        self._fault("layers", line, "roles", message, word, listed(known), nearest(word, known))
        return ""

    def _label_of_sheet(self, sheet: str) -> str:
        """Return the title of a sheet without its file."""
        return self._labels[sheet].rpartition(":")[2]

    def _shown(self, sheet: str, column: str) -> str:
        """Return the header of a column as the sheet has it."""
        rows = self._sheets.get(sheet, ())
        start, columns = header_row(rows, HEADERS[sheet])
        return next((rows[start][k].strip() for k, name in columns.items() if name == column), column)

    def _fault(
        self,
        sheet: str,
        line: int,
        column: str,
        message: Text,
        found: str = "",
        allowed: str = "",
        near: str = "",
    ) -> None:
        shown = self._shown(sheet, column)
        self.faults.add(
            Fault(message, self._labels[sheet], line, shown, shorten(found) if found else None, allowed, near)
        )


def header_row(rows: Rows, headers: Mapping[str, Text]) -> tuple[int, Mapping[int, str]]:
    """Return the index of the header among the first rows of a sheet, and the columns by their place."""
    names = {header_key(word): key for key, text in headers.items() for word in (text.zh, text.en, key)}
    for number, row in enumerate(rows[:10]):
        places = {k: names[key] for k, cell in enumerate(row) if (key := header_key(cell)) in names}
        if len(places) > 1 or (places and len(headers) == 1):
            return number, places
    return 0, {}


def read_source(text: str) -> str:
    """Return a source as YAML has it: the table by its English name, then its name and condition."""
    found = _SOURCE.fullmatch(text.strip())
    if found is None:
        return text
    table = _key(TABLES_OF_LAYERS, found["table"].strip()) or found["table"].strip()
    name = f" as {found['name']}" if found["name"] else ""
    return f"{table}{name} where {found['where'].strip()}" if found["where"] else f"{table}{name}"


def day_text(text: str) -> str:
    """Return a day in the form of YAML; any other text as it is."""
    day = read_day(text).day
    return day.isoformat() if day else text


def _key(words: Mapping[str, Text], given: str) -> str | None:
    wanted = header_key(given)
    return next(
        (key for key, text in words.items() if wanted in map(header_key, (key, text.zh, text.en))), None
    )


def _means(content: bytes) -> ScenarioSpec | None:
    try:
        return _spec_of(parse_yaml(content, "").data)
    except InputError:
        return None


def _spec_of(data: Any) -> ScenarioSpec | None:
    try:
        return ScenarioSpec.model_validate(data)
    except ValueError:
        return None


def own_sheets(sheets: Mapping[str, Rows]) -> bool:
    """Whether a workbook has a sheet of settings, so that it stands for a folder."""
    return bool(header_row(sheets.get(OWN_SHEETS[0], ()), HEADERS["settings"])[1])
