"""Reads YAML safely and with line numbers: plain data only, no anchors, no tags, limited depth."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from allocator.errors import Fault, InputError, caret, shorten
from allocator.messages.yaml import reader_text, syntax_text
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import YAML_BYTES, decode, read_bytes
from allocator.model.text import Text

Scalar = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 400
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PREFIX = "tag:yaml.org,2002:"
SAFE_TAGS = frozenset(_PREFIX + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))


def plain_value(text: str) -> Scalar:
    """Return the value of a scalar without quotes or tag; numbers out of range stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def tagged_value(text: str, tag: str) -> Scalar:
    """Return the value of a scalar with one of the safe tags.

    Raises:
        ValueError: The text is no value of the tag's type.
    """
    name, value = tag.removeprefix(_PREFIX), plain_value(text)
    if name == "str":
        return text
    if name == "float" and type(value) is int:
        return float(value)
    if name != {int: "int", float: "float", bool: "bool", type(None): "null"}.get(type(value)):
        raise ValueError(name)
    return value


_QUOTED = re.compile(r""""[^"\n]*"|'[^'\n]*'""")
_NAMES = {
    "：": "半角冒号加空格“: ” | a colon and a blank ': '",
    "，": "半角逗号“,” | a comma ','",
    "、": "半角逗号“,” | a comma ','",
    "；": "半角逗号“,” | a comma ','",
    "“": "半角引号 | a straight quote",
    "”": "半角引号 | a straight quote",
    "‘": "半角引号 | a straight quote",
    "’": "半角引号 | a straight quote",
    "－": "半角连字符“-” | a hyphen '-'",
    "—": "半角连字符“-” | a hyphen '-'",
    "–": "半角连字符“-” | a hyphen '-'",
    "［": "半角方括号“[” | a bracket '['",
    "］": "半角方括号“]” | a bracket ']'",
    "【": "半角方括号“[” | a bracket '['",
    "】": "半角方括号“]” | a bracket ']'",
    "｛": "半角花括号“{” | a brace '{'",
    "｝": "半角花括号“}” | a brace '}'",
    "＃": "半角井号“#” | a '#'",
    "\u3000": "半角空格 | a plain blank",
    "\u00a0": "半角空格 | a plain blank",
}
_MARKED_KEY = r"[A-Za-z_][\w-]*"
_PLACES = (
    re.compile(rf"^\s*(?:-\s+)?{_MARKED_KEY}(：)"),  # key：value
    re.compile(rf"[{{,，]\s*{_MARKED_KEY}(：)"),  # {zh：...
    re.compile(rf"([，、；])\s*{_MARKED_KEY}\s*[:：]"),  # ...，en: ...
    re.compile(r"\[[^\]\n]*?([，、；])"),  # [a，b]
    re.compile(r":\s+([“‘［【｛])"),  # key: “text”
    re.compile(r"^\s*([－—–＃])"),
    re.compile("^[ \t]*([\u3000\u00a0])"),
    re.compile(rf"{_MARKED_KEY}:([\u3000\u00a0])"),
)
_LOOKED_BACK = 3


@dataclass(frozen=True)
class WideMark:
    """A full-width mark where the syntax needs a plain one: its row from 1, its column from 0, its line."""

    row: int
    column: int
    mark: str
    line: str

    @property
    def message(self) -> Text:
        """The message of the fault, in both languages."""
        zh, en = _NAMES[self.mark].split(" | ")
        shown = f"“{self.mark}”" if self.mark.strip() else f"U+{ord(self.mark):04X}"
        return Text(
            zh=f"第 {self.column + 1} 字符是全角标点{shown}，应为{zh}",
            en=f"character {self.column + 1} is the full-width mark '{shown.strip('“”')}': write {en}",
        )


def wide_marks(text: str, first: int, last: int) -> Iterator[WideMark]:
    """Yield the full-width marks in place of syntax in lines of a YAML text, from line ``last`` upwards."""
    lines = text.split("\n")
    for row in range(min(last, len(lines)), max(first, 1) - 1, -1):
        line = lines[row - 1][:1000]
        bare = _QUOTED.sub(lambda found: "x" * len(found[0]), line).split(" #")[0]
        found = [match.start(1) for pattern in _PLACES for match in pattern.finditer(bare)]
        if found and not bare.lstrip().startswith("#"):
            column = min(found)
            yield WideMark(row, column, bare[column], line)


def told(fault: Fault, text: str, looked_back: int = _LOOKED_BACK) -> Fault:
    """Return the fault of the full-width mark that likely causes a fault; without a mark, the same fault.

    Args:
        fault: The fault, with its row.
        text: The YAML text.
        looked_back: Number of lines above the fault that may hold its cause.
    """
    mark = next(wide_marks(text, fault.row - looked_back, fault.row), None) if fault.row else None
    if mark is None:
        return fault
    detail = caret(mark.line, mark.column)
    if looked_back:
        return replace(fault, row=mark.row, message=mark.message, detail=detail)
    message = Text(
        zh=f"{fault.message.zh}（{mark.message.zh}）", en=f"{fault.message.en} ({mark.message.en})"
    )
    return replace(fault, message=message, detail=detail)


DEEPEST = 50
_KEY = "\0"  # stands for a key while the key is read; no text of a file can hold a NUL
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlDocument:
    """The content of a YAML file.

    Attributes:
        label: Name of the file as faults show it.
        data: Mappings, lists and scalars; dates are text.
        lines: Line of every key and list item by its path, such as ``("layers", "zoning", "items")``.
        content: The bytes of the file, for its digest.
    """

    label: str
    data: Any
    lines: Mapping[KeyPath, int] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The text of the file."""
        return decode(self.content, self.label)

    @property
    def sha256(self) -> str:
        """Digest of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def label_of(self, path: KeyPath) -> str:
        """Return the name of the file that holds ``path``."""
        return self.label

    def column_of(self, path: KeyPath) -> str:
        """Return ``path`` as the column of a fault."""
        return dotted(path)

    def line_of(self, path: KeyPath) -> int:
        """Return the line of ``path``, or of its nearest parent in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path, label: str) -> YamlDocument:
    """Read a YAML file of at most 1 MiB.

    Args:
        path: The file.
        label: Name of the file as faults show it.

    Raises:
        InputError: The file cannot be read, is not YAML, is nested too deep, or has anchors, tags or repeated
            keys.
    """
    return parse_yaml(read_bytes(path, label, YAML_BYTES), label)


def parse_yaml(content: bytes, label: str) -> YamlDocument:
    """Parse the bytes of a YAML file; see ``read_yaml``."""
    text = decode(content, label)
    builder = _Builder(label, yaml.parse(text, Loader=_LOADER))
    try:
        data = builder.document()
    except yaml.MarkedYAMLError as error:
        raise InputError([told(_syntax_fault(error, text, label), text)]) from None
    except yaml.YAMLError as error:
        raise InputError([_unreadable(error, text, label)]) from None
    builder.faults.raise_if_any()
    return YamlDocument(label, data, builder.lines, content)


class _Builder:
    """Builds plain data from the events of the parser.

    The builder reads events, not nodes, so that it refuses deep nesting and aliases before any data is built.
    """

    def __init__(self, label: str, events: Iterator[yaml.Event]) -> None:
        self.label = label
        self.lines: dict[KeyPath, int] = {}
        self.faults = FaultList()
        self._events = events

    def document(self) -> Any:
        """Return the data of the only document."""
        next(self._events)
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            return None
        data = self._node(next(self._events), ())
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._fault(after, "只能有一个 YAML 文档", "holds more than one document")
        return data

    def _node(self, event: yaml.Event, path: KeyPath) -> Any:
        self.lines.setdefault(path, _line(event))
        if len(path) > DEEPEST:
            self._fault(event, f"嵌套超过 {DEEPEST} 层", f"is nested more than {DEEPEST} deep")
            raise InputError(self.faults.kept)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._fault(
                event, "不允许使用锚点（&）和引用（*）", "anchors (&) and aliases (*) are not allowed", path
            )
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, path)
        return self._scalar(event, path) if isinstance(event, yaml.ScalarEvent) else None

    def _mapping(self, event: yaml.MappingStartEvent, path: KeyPath) -> dict[str | int, Any]:
        self._check_tag(event, path)
        mapping: dict[str | int, Any] = {}
        while not isinstance(start := next(self._events), yaml.MappingEndEvent):
            key = self._key(start, path)
            inner = (*path, key)
            if key in mapping:
                line = self.lines[inner]
                self._fault(start, f"键重复，前一个在第 {line} 行", f"repeats the key of line {line}", inner)
            self.lines[inner] = _line(start)
            mapping[key] = self._node(next(self._events), inner)
        return mapping

    def _key(self, event: yaml.Event, path: KeyPath) -> str | int:
        key = self._node(event, (*path, _KEY))
        if isinstance(key, str) or type(key) is int:
            return key
        self._fault(event, "键须为文字", "a key must be text", path, shorten(key))
        return str(event)

    def _sequence(self, event: yaml.SequenceStartEvent, path: KeyPath) -> list[Any]:
        self._check_tag(event, path)
        items: list[Any] = []
        while not isinstance(start := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(start, (*path, len(items))))
        return items

    def _scalar(self, event: yaml.ScalarEvent, path: KeyPath) -> Scalar:
        if event.tag is None or event.tag == "!":
            return plain_value(event.value) if event.implicit[0] and event.tag is None else event.value
        if not self._check_tag(event, path):
            return None
        try:
            return tagged_value(event.value, event.tag)
        except ValueError:
            self._fault(event, "值与标签不符", "does not fit its tag", path, shorten(event.value))
            return None

    def _check_tag(self, event: yaml.NodeEvent, path: KeyPath) -> bool:
        tag = getattr(event, "tag", None)
        safe = tag is None or tag == "!" or tag in SAFE_TAGS
        if not safe:
            self._fault(event, "不允许使用此标签", "this tag is not allowed", path, shorten(tag))
        return safe

    def _fault(
        self, event: yaml.Event, zh: str, en: str, path: KeyPath = (), found: str | None = None
    ) -> None:
        line = _line(event)
        self.faults.add(Fault(Text(zh=zh, en=en), self.label, line, dotted(path), found))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def dotted(path: KeyPath) -> str:
    """Return a path with dots between its parts: ``layers.zoning.items``."""
    return shorten(".".join(str(part) for part in path if part != _KEY), 120)


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, label: str) -> Fault:
    lines = text.split("\n")
    mark = _telling_mark(error, lines)
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    number, column = (mark.line + 1, mark.column) if mark else (1, 0)
    words = syntax_text(error, line[column : column + 1])
    message = Text(
        zh=f"YAML 语法错误，第 {column + 1} 字符处：{words.zh}",
        en=f"YAML syntax error at character {column + 1}: {words.en}",
    )
    return Fault(message, label, number, detail=caret(line, column))


def _telling_mark(error: yaml.MarkedYAMLError, lines: list[str]) -> yaml.Mark | None:
    """Return the position of an error, or of its beginning if the error is past the end of the text."""
    found, began = error.problem_mark, error.context_mark
    past = found is None or not any(line.strip() for line in lines[found.line :])
    return began if past and began else found


def _unreadable(error: yaml.YAMLError, text: str, label: str) -> Fault:
    message = reader_text(getattr(error, "reason", "") or shorten(error))
    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if bad is None:
        return Fault(message, label)
    return Fault(message, label, text.count("\n", 0, bad.start()) + 1, found=f"U+{ord(bad[0]):04X}")
