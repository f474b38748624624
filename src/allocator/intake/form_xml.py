"""Reads a cadre form in XML (``.lrmx``): its fields, its relatives, and where each element stands.

The form is XML from anywhere. A document type, an entity and a reference to another file are refused, never
followed. The identity number and the photo are dropped while the file is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from xml.parsers import expat

from allocator.errors import Fault, InputError, shorten
from allocator.intake.cadre_form import (
    DROPPED,
    FAMILY,
    ITEM,
    OF_PERSON,
    RELATIVE_FIELDS,
    CadreForm,
    FormField,
    FormRelative,
    decoded,
    refused,
)
from allocator.intake.privacy import without_numbers
from allocator.model.reading.fault_list import FaultList
from allocator.model.text import Text

#: Most characters of a field, most relatives, and most elements within one another.
MOST_TEXT, MOST_RELATIVES, MOST_DEPTH = 50_000, 100, 8


@dataclass(frozen=True)
class Element:
    """Where a field stands in the text of a form in UTF-8: its first byte, its end tag, its row.

    ``close`` is the first byte of the end tag, or the byte after a tag such as ``<NiRenZhiWu/>``.
    """

    name: str
    begin: int
    row: int
    close: int = 0


@dataclass(frozen=True)
class FormXml:
    """The text of a form and its place in the bytes of the file.

    Attributes:
        mark: The byte order mark, which may be empty.
        codec: Codec of the bytes after the mark.
        text: The text.
        form: The form that the text holds.
        elements: The elements of the person, without relatives, in their order.
    """

    mark: bytes
    codec: str
    text: str
    form: CadreForm
    elements: tuple[Element, ...]


def parse_form(content: bytes, label: str) -> FormXml:
    """Read a form from the bytes of its file.

    Raises:
        InputError: The encoding is unknown or wrong, the XML is hostile, truncated or malformed, or its
            elements are not those of a form.
    """
    mark, codec, text = decoded(content, label)
    parser = _FormParser(label)
    parser.parse(text)
    return FormXml(mark, codec, text, parser.form(), tuple(parser.elements))


#: Errors of expat that mean that the file ends too early.
_TRUNCATED = frozenset({3, 5, 6, 20})
_MALFORMED: Mapping[int, Text] = {
    2: Text(zh="不是 XML 文件", en="is no XML file"),
    7: Text(zh="起止标签不配对", en="a start tag and an end tag do not match"),
    8: Text(zh="一个标签内有两个同名属性", en="a tag has two attributes of one name"),
    9: Text(zh="根元素之后还有内容", en="there is more after the root element"),
    11: Text(zh="用了未定义的实体，不予展开", en="uses an entity that is not defined, and none is expanded"),
    17: Text(zh="XML 声明不在文件开头", en="the XML declaration is not at the very beginning"),
}
_ILL_FORMED = Text(zh="不是完好的 XML", en="is not well-formed XML")


class _FormParser:
    """Collects the fields of a form from the events of expat, and refuses what no form has."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.elements: list[Element] = []
        self.faults, self.unread = FaultList(), FaultList()
        self.path: list[str] = []
        self.fields: dict[str, FormField] = {}
        self.items: list[dict[str, FormField]] = []
        self._texts: list[str] = []
        self._length = self._row = 0
        self._expat = expat.ParserCreate("utf-8")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._data
        self._expat.ProcessingInstructionHandler = self._instruction

    def parse(self, text: str) -> None:
        """Read the text of a form.

        Raises:
            InputError: With every fault that was found.
        """
        try:
            self._expat.Parse(text.encode("utf-8", "surrogatepass"), True)
        except expat.ExpatError as error:
            raise self._malformed(error) from None
        if not self.fields.get("XingMing", FormField()).text:
            message = Text(zh="没有姓名", en="has no name")
            self.faults.add(Fault(message, self.label, self._line, "XingMing"))
        self.faults.raise_if_any()

    def form(self) -> CadreForm:
        """Return the form that was read."""
        relatives = (_relative(n, item) for n, item in enumerate(self.items, 1))
        filled = {name: found for name, found in self.fields.items() if found.text}
        return CadreForm(
            self.label, filled, tuple(one for one in relatives if one is not None), self.unread.all()
        )

    @property
    def _line(self) -> int:
        return self._expat.CurrentLineNumber

    def _malformed(self, error: expat.ExpatError) -> InputError:
        if error.code in _TRUNCATED and self.path:
            inner = shorten(self.path[-1], 40)
            message = Text(zh=f"文件不完整，在 <{inner}> 内中断", en=f"the file is cut off within <{inner}>")
        else:
            message = _MALFORMED.get(error.code, _ILL_FORMED)
            if error.code in _TRUNCATED:
                message = _MALFORMED[2]
        return refused(self.label, message, error.lineno)

    def _doctype(self, name: str, system: str | None, public: str | None, subset: bool) -> None:
        if system or public:
            message = Text(
                zh="文件引用外部的文档类型定义（DTD），不予读取",
                en="refers to a document type (DTD) in another file, which is never fetched",
            )
        elif subset:
            message = Text(
                zh="文件自带文档类型定义（DTD）或实体，不予读取",
                en="has a document type (DTD) or entities of its own, which no form needs",
            )
        else:
            message = Text(zh="文件有文档类型声明，不予读取", en="has a document type, which no form needs")
        raise refused(self.label, message, self._line, "DOCTYPE")

    def _instruction(self, target: str, data: str) -> None:
        message = Text(zh="处理指令，未执行", en="a processing instruction; not followed")
        self.unread.add(Fault(message, self.label, self._line, shorten(target, 40)))

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._check_place(name)
        self._take_loose_text()
        self.path.append(name)
        self._length, self._row = 0, self._line
        if len(self.path) == 2:
            self._start_field(name)
        elif len(self.path) > 2 and self.path[1] == FAMILY:
            self._start_relative(name)
        if name in DROPPED:
            self._expat.CharacterDataHandler = None

    def _start_field(self, name: str) -> None:
        if name not in OF_PERSON:
            self._skip(name)
        elif any(one.name == name for one in self.elements):
            message = Text(zh="这一项出现两次", en="this element stands twice")
            self.faults.add(Fault(message, self.label, self._line, name))
        self.elements.append(Element(name, self._expat.CurrentByteIndex, self._line))

    def _start_relative(self, name: str) -> None:
        depth = len(self.path)
        if depth == 3 and name == ITEM:
            if len(self.items) == MOST_RELATIVES:
                message = Text(
                    zh=f"家庭成员超过 {MOST_RELATIVES} 人", en=f"more than {MOST_RELATIVES} relatives"
                )
                raise refused(self.label, message, self._line, FAMILY)
            self.items.append({})
        elif not (depth == 4 and self.path[2] == ITEM and name in RELATIVE_FIELDS) and name not in DROPPED:
            self._skip(name)

    def _check_place(self, name: str) -> None:
        """Refuse a wrong root, a reference to another file, and elements within a field."""
        if not self.path and name != "Person":
            message = Text(
                zh="不是任免审批表：根元素不对", en="is no cadre form: the root element is another"
            )
            raise refused(self.label, message, self._line, found=shorten(name, 40), allowed="Person")
        _, colon, local = name.rpartition(":")
        if colon and local in ("include", "import"):
            message = Text(
                zh="文件引用外部文件，不予读取", en="refers to another file, which is never fetched"
            )
            raise refused(self.label, message, self._line, shorten(name, 40))
        inner = self.path[-1] if self.path else ""
        is_leaf = len(self.path) > 1 and inner != FAMILY and inner in (*OF_PERSON, *RELATIVE_FIELDS)
        if is_leaf or len(self.path) >= MOST_DEPTH:
            message = Text(
                zh=f"<{shorten(name, 40)}> 不应套在这一项里面",
                en=f"<{shorten(name, 40)}> may not stand within this element",
            )
            raise refused(self.label, message, self._line, shorten(inner, 40))

    def _data(self, text: str) -> None:
        self._length += len(text)
        if self._length > MOST_TEXT:
            name = shorten(self.path[-1], 40)
            message = Text(zh=f"内容超过 {MOST_TEXT} 字", en=f"has more than {MOST_TEXT} characters")
            raise refused(self.label, message, self._line, name)
        self._texts.append(text)

    def _end(self, name: str) -> None:
        text, self._texts, self._length = "".join(self._texts), [], 0
        depth = len(self.path)
        if depth == 2:
            self.elements[-1] = replace(self.elements[-1], close=self._expat.CurrentByteIndex)
        if name in DROPPED:
            self._expat.CharacterDataHandler = self._data
        elif depth == 2 and name != FAMILY and name in OF_PERSON:
            self.fields[name] = self._field(name, text)
        elif depth == 4 and self.path[1:3] == [FAMILY, ITEM] and name in RELATIVE_FIELDS:
            self.items[-1][name] = self._field(name, text)
        elif depth == 1 or name in (FAMILY, ITEM):
            self._texts = [text]
            self._take_loose_text()
        self.path.pop()

    def _field(self, name: str, text: str) -> FormField:
        kept = without_numbers(text)
        if kept != text:
            message = Text(zh="含证件号或电话号码，已略去", en="held an identity or phone number; left out")
            self.unread.add(Fault(message, self.label, self._row, name))
        stripped = kept.strip("\r\n")
        row = self._row + kept[: len(kept) - len(kept.lstrip("\r\n"))].count("\n")
        return FormField(stripped if name == "JianLi" else stripped.strip(), row)

    def _take_loose_text(self) -> None:
        """Report text that stands between elements, in no field."""
        loose = "".join(self._texts).strip()
        self._texts = []
        if loose and (len(self.path) == 1 or self.path[-1] in (FAMILY, ITEM)):
            message = Text(zh="不在任何一项之内，未读", en="stands in no element; not read")
            found = shorten(without_numbers(loose))
            self.unread.add(Fault(message, self.label, self._line, self.path[-1], found))

    def _skip(self, name: str) -> None:
        message = Text(zh="不认识这一项，未读", en="this element is not known; not read")
        self.unread.add(Fault(message, self.label, self._line, shorten(name, 40)))


def _relative(number: int, item: Mapping[str, FormField]) -> FormRelative | None:
    """Return a row of the table of relatives; None if the row is empty."""
    relation, name, born, party, post = (item.get(name, FormField()).text for name in RELATIVE_FIELDS)
    row = min((one.row for one in item.values()), default=0)
    if not any((relation, name, born, party, post)):
        return None
    return FormRelative(relation, name, born, party, post, number=number, row=row)


def start_tag_end(body: bytes, element: Element) -> int:
    """Return the index of the byte after the start tag of an element."""
    found = _START_TAG.match(body, element.begin)
    return found.end() if found else element.close


_START_TAG = re.compile(rb"""<[^\s/>]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
