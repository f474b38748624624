"""Reads a cadre form of version 2 (``.lrm``): 33 fields in quotes, the photo in a ``.pic`` beside."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from allocator.errors import Fault, shorten
from allocator.intake.cadre_form import (
    FAMILY,
    CadreForm,
    FormField,
    FormRelative,
    is_utf8,
    refused,
    strictly_decoded,
)
from allocator.intake.privacy import without_numbers
from allocator.model.text import Text

_SEPARATOR = '","'
#: Number of fields; a 34th holds the identity number and is dropped.
FIELD_COUNT = 33
#: The element of XML for each field, by the number of the field from 0.
NAMES: Mapping[int, str] = {
    0: "XingMing",
    1: "XingBie",
    2: "ChuShengNianYue",
    3: "MinZu",
    4: "JiGuan",
    5: "RuDangShiJian",
    6: "JianKangZhuangKuang",
    7: "ChuShengDi",
    8: "CanJiaGongZuoShiJian",
    11: "ZhuanYeJiShuZhiWu",
    16: "ShuXiZhuanYeYouHeZhuanChang",
    17: "JianLi",
    18: "JiangChengQingKuang",
    19: "NianDuKaoHeJieGuo",
    25: "XianRenZhiWu",
    26: "NiRenZhiWu",
    27: "NiMianZhiWu",
    28: "RenMianLiYou",
    29: "ChengBaoDanWei",
    30: "JiSuanNianLingShiJian",
    31: "TianBiaoRen",
    32: "TianBiaoShiJian",
}
#: Fields of education: 全日制学历#学位@在职学历#学位, and the schools in the same order.
_EDUCATION: Mapping[int, str] = {9: "", 10: "_BiYeYuanXiaoXi"}
_DEGREES = (
    ("QuanRiZhiJiaoYu_XueLi", "QuanRiZhiJiaoYu_XueWei"),
    ("ZaiZhiJiaoYu_XueLi", "ZaiZhiJiaoYu_XueWei"),
)
#: The columns of relatives: 称谓, 姓名, 出生日期, 政治面貌, 工作单位及职务.
_RELATIVES = range(20, 25)


@dataclass(frozen=True)
class OldForm:
    """The text of an old form and its place in the bytes of the file.

    Attributes:
        mark: The byte order mark, which may be empty.
        codec: Codec of the bytes after the mark.
        text: The text.
        form: The form that the text holds.
        spans: First and last character of each field in the text, without the quotes.
    """

    mark: bytes
    codec: str
    text: str
    form: CadreForm
    spans: tuple[tuple[int, int], ...]


def parse_old_form(content: bytes, label: str) -> OldForm:
    """Read an old form from the bytes of its file.

    Raises:
        InputError: The file is no text in GB2312 or UTF-8, or has not its 33 quoted fields.
    """
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    body = content[len(mark) :]
    codec, declared = ("utf-8", "UTF-8") if mark or is_utf8(body) else ("gbk", "GB2312")
    text = strictly_decoded(body, label, codec, declared)
    spans = tuple(_spans(text, label))
    reader = _OldReader(text, label, spans)
    return OldForm(mark, codec, text, reader.form(), spans)


def _spans(text: str, label: str) -> Iterator[tuple[int, int]]:
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    count = text.count(_SEPARATOR) + 1
    if end - begin < 2 or text[begin] != '"' or (text[end - 1] != '"' and count < FIELD_COUNT):
        message = Text(
            zh="不是旧版任免审批表：应为带引号的 33 项",
            en="is no old cadre form: that has 33 fields in quotes",
        )
        raise refused(label, message, 1)
    if count < FIELD_COUNT or text[end - 1] != '"':
        message = Text(
            zh=f"文件不完整：应有 {FIELD_COUNT} 项，只有 {count} 项",
            en=f"the file is cut off: {count} of {FIELD_COUNT} fields are there",
        )
        raise refused(label, message, text.count("\n", 0, end) + 1)
    place = begin + 1
    for value in text[begin + 1 : end - 1].split(_SEPARATOR):
        yield place, place + len(value)
        place += len(value) + len(_SEPARATOR)


class _OldReader:
    """Takes the fields of an old form apart and lists what it cannot read."""

    def __init__(self, text: str, label: str, spans: Sequence[tuple[int, int]]) -> None:
        self.text, self.label, self.spans = text, label, spans
        self.unread: list[Fault] = []

    def form(self) -> CadreForm:
        """Return the form that the text holds.

        Raises:
            InputError: The form has no name.
        """
        fields = {name: self._field(number) for number, name in NAMES.items()}
        for number, ending in _EDUCATION.items():
            fields.update(self._education(number, ending))
        if not fields["XingMing"].text:
            raise refused(self.label, Text(zh="没有姓名", en="has no name"), 1, "XingMing")
        filled = {name: found for name, found in fields.items() if found.text}
        relatives = tuple(self._relatives())
        for number in (12, 13, 14, 15, *range(FIELD_COUNT + 1, len(self.spans))):
            if self._raw(number).strip():
                self._leave_out(
                    number,
                    f"{number + 1}",
                    Text(zh="不认识这一项，未读", en="this field is not known; not read"),
                )
        return CadreForm(self.label, filled, relatives, tuple(self.unread))

    def _raw(self, number: int) -> str:
        begin, end = self.spans[number]
        return self.text[begin:end]

    def _row(self, number: int) -> int:
        return self.text.count("\n", 0, self.spans[number][0]) + 1

    def _field(self, number: int) -> FormField:
        raw = self._raw(number)
        kept = self._kept(raw, number, NAMES[number])
        row = self._row(number) + raw[: len(raw) - len(raw.lstrip("\r\n"))].count("\n")
        return FormField(kept.strip("\r\n") if NAMES[number] == "JianLi" else kept.strip(), row)

    def _kept(self, raw: str, number: int, name: str) -> str:
        kept = without_numbers(raw)
        if kept != raw:
            message = Text(zh="含证件号或电话号码，已略去", en="held an identity or phone number; left out")
            self._leave_out(number, name, message)
        return kept

    def _education(self, number: int, ending: str) -> dict[str, FormField]:
        raw = self._kept(self._raw(number), number, "XueLi")
        parts = [part.split("#") for part in raw.split("@")]
        if len(parts) > len(_DEGREES) or any(len(part) > 2 for part in parts):
            message = Text(zh="学历学位的写法不对，未读", en="education is not in its four parts; not read")
            self._leave_out(number, "XueLi", message, raw)
            return {}
        row = self._row(number)
        return {
            f"{name}{ending}": FormField(text.strip(), row)
            for names, part in zip(_DEGREES, parts, strict=False)
            for name, text in zip(names, part, strict=False)
        }

    def _relatives(self) -> Iterator[FormRelative]:
        columns = [self._kept(self._raw(k), k, FAMILY).split("@") for k in _RELATIVES]
        columns = [[cell.replace("#", "").strip() for cell in column] for column in columns]
        if len({len(column) for column in columns if any(column)}) > 1:
            message = Text(
                zh="家庭成员各栏的人数不一，无法对应，未读",
                en="the columns of relatives are of different lengths; not read",
            )
            self._leave_out(_RELATIVES[0], FAMILY, message)
            return
        row = self._row(_RELATIVES[0])
        relatives = enumerate(zip_longest(*columns, fillvalue=""), 1)
        for number, (relation, name, born, party, post) in relatives:
            if any((relation, name, born, party, post)):
                yield FormRelative(relation, name, born, party, post, number=number, row=row)

    def _leave_out(self, number: int, column: str, message: Text, found: str | None = None) -> None:
        shown = shorten(found) if found is not None else None
        self.unread.append(Fault(message, self.label, self._row(number), column, shown))
