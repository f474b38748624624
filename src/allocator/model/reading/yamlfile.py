"""YAML read safely and with positions: plain data only, no anchors, no tags, bounded depth."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from allocator.errors import Fault, InputError, caret, shorten
from allocator.messages.yaml import reader_text, syntax_text
from allocator.model.reading.faults import FaultList
from allocator.model.reading.files import YAML_BYTES, decode, read_bytes
from allocator.model.reading.widemarks import told
from allocator.model.reading.yamlscalar import SAFE_TAGS, Scalar, plain_value, tagged_value
from allocator.model.text import Text

DEEPEST = 50
_KEY = "\0"  # stands for a key while it is read; no text of the file can hold it
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

    def line_of(self, path: KeyPath) -> int:
        """Return the line of ``path``, or of the nearest part above it that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path, label: str) -> YamlDocument:
    """Read a YAML file of at most 1 MiB.

    Args:
        path: The file.
        label: Its name as faults show it.

    Raises:
        InputError: If it cannot be read, is not YAML, or uses anchors, tags, repeated keys or great depth.
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

    Working on events, not on nodes, refuses hostile depth and aliases before anything is built of them.
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
    """Return a path as people write it: ``layers.zoning.items``."""
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
    """Return the place to show: where an error is found, or, if that is past the end, where it began."""
    found, began = error.problem_mark, error.context_mark
    past = found is None or not any(line.strip() for line in lines[found.line :])
    return began if past and began else found


def _unreadable(error: yaml.YAMLError, text: str, label: str) -> Fault:
    message = reader_text(getattr(error, "reason", "") or shorten(error))
    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if bad is None:
        return Fault(message, label)
    return Fault(message, label, text.count("\n", 0, bad.start()) + 1, found=f"U+{ord(bad[0]):04X}")
