"""Cadre forms (干部任免审批表): fields and relatives of a form, and the text of its file in any encoding."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.files import read_bytes
from allocator.model.text import Text

#: Fields of a person in the order of the form.
_ORDER = (
    "XingMing XingBie ChuShengNianYue MinZu JiGuan ChuShengDi RuDangShiJian CanJiaGongZuoShiJian"
    " JianKangZhuangKuang ZhuanYeJiShuZhiWu ShuXiZhuanYeYouHeZhuanChang"
    " QuanRiZhiJiaoYu_XueLi QuanRiZhiJiaoYu_XueWei"
    " QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi QuanRiZhiJiaoYu_XueWei_BiYeYuanXiaoXi"
    " ZaiZhiJiaoYu_XueLi ZaiZhiJiaoYu_XueWei"
    " ZaiZhiJiaoYu_XueLi_BiYeYuanXiaoXi ZaiZhiJiaoYu_XueWei_BiYeYuanXiaoXi"
    " XianRenZhiWu NiRenZhiWu NiMianZhiWu JianLi JiangChengQingKuang NianDuKaoHeJieGuo RenMianLiYou"
    " JiaTingChengYuan ChengBaoDanWei JiSuanNianLingShiJian TianBiaoShiJian TianBiaoRen"
    " ShenFenZheng ZhaoPian Version"
)
FIELDS = tuple(_ORDER.split())
#: Fields that some editors write besides.
MORE_FIELDS = ("DaoLingNianYue", "ZhengZhiMianMao")
#: Fields of a relative.
RELATIVE_FIELDS = ("ChengWei", "XingMing", "ChuShengRiQi", "ZhengZhiMianMao", "GongZuoDanWeiJiZhiWu")
#: Elements whose text is dropped unread: the identity number and the photo.
DROPPED = frozenset({"ShenFenZheng", "ZhaoPian"})
FAMILY, ITEM = "JiaTingChengYuan", "Item"
OF_PERSON = frozenset({*FIELDS, *MORE_FIELDS})

#: Most bytes of a form; a photo of 376 x 460 pixels takes about 200 KiB.
FORM_BYTES = 16 * 2**20

_GB = {"gb2312": "gbk", "gbk": "gbk", "cp936": "gbk", "x-gbk": "gbk", "euc-cn": "gbk", "gb18030": "gb18030"}
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class FormField:
    """The text of an element, without blanks around it, and the line of the file on which it begins."""

    text: str = ""
    row: int = 0


@dataclass(frozen=True)
class FormRelative:
    """A relative as a form names him or her; ``number`` counts the rows of the table from 1."""

    relation: str
    name: str
    born: str
    party: str
    post: str
    number: int = 0
    row: int = 0


@dataclass(frozen=True)
class CadreForm:
    """A cadre form, without identity number and photo.

    Attributes:
        label: Name of the file as faults show it.
        fields: The filled fields by the name of their element.
        relatives: The filled rows of 家庭成员.
        unread: Everything in the file that was not read, each with its line.
    """

    label: str
    fields: Mapping[str, FormField] = field(default_factory=dict)
    relatives: tuple[FormRelative, ...] = ()
    unread: tuple[Fault, ...] = ()

    def text(self, name: str) -> str:
        """Return the text of a field; empty if the form leaves it empty."""
        return self.fields[name].text if name in self.fields else ""

    def row(self, name: str) -> int:
        """Return the line on which a field begins; 0 if the form leaves it empty."""
        return self.fields[name].row if name in self.fields else 0


def read_form_bytes(path: Path, label: str) -> bytes:
    """Read the bytes of a form.

    Raises:
        InputError: The file cannot be read, or is too large; the fault says so where the photo is.
    """
    try:
        return read_bytes(path, label, FORM_BYTES)
    except InputError:
        if path.is_file() and path.stat().st_size > FORM_BYTES:
            with path.open("rb") as stream:
                head = stream.read(FORM_BYTES)
            if b"<ZhaoPian" in head and b"</ZhaoPian" not in head:
                raise refused(label, _PHOTO, column="ZhaoPian") from None
        raise


_PHOTO = Text(
    zh=f"照片太大：整份文件超过 {FORM_BYTES // 2**20} MiB；请换成 376×460 左右的照片",
    en=f"the photo is too large: the file is over {FORM_BYTES // 2**20} MiB; take one of about 376 x 460",
)


def refused(
    label: str,
    message: Text,
    row: int = 0,
    column: str = "",
    *,
    found: str | None = None,
    allowed: str = "",
    nearest: str = "",
) -> InputError:
    """Return the error that refuses a form as a whole."""
    return InputError([Fault(message, label, row, column, found, allowed, nearest)])


def decoded(content: bytes, label: str) -> tuple[bytes, str, str]:
    """Return the byte order mark, the codec and the text of a form in XML, by its mark or declaration.

    Raises:
        InputError: The encoding is not read, or the bytes are not in the declared encoding.
    """
    mark, codec, declared = _codec_of(content, label)
    body = content[len(mark) :]
    text = strictly_decoded(body, label, codec, declared)
    if codec in _GB.values() and is_utf8(body):
        message = Text(
            zh=f"声明的编码是 {declared}，实际是 UTF-8；请改正声明",
            en=f"the encoding is said to be {declared}, but the file is UTF-8; correct the declaration",
        )
        raise refused(label, message, 1, "encoding", nearest="UTF-8")
    return mark, codec, text


def strictly_decoded(body: bytes, label: str, codec: str, declared: str) -> str:
    """Return the text of bytes in an encoding.

    Raises:
        InputError: There are no bytes, or they are not in this encoding; the fault names the byte.
    """
    if not body.strip():
        raise refused(label, Text(zh="文件是空的", en="the file is empty"))
    try:
        return body.decode(codec)
    except UnicodeDecodeError as error:
        if error.end == len(body) and len(body) - error.start < 4:
            message = Text(
                zh="文件不完整，最后一个字只有一半", en="the file is cut off within its last character"
            )
            raise refused(label, message, column="encoding") from None
        message = Text(
            zh=f"声明的编码是 {declared}，但第 {error.start} 字节不是",
            en=f"the encoding is said to be {declared}, but byte {error.start} is not",
        )
        other = "UTF-8" if is_utf8(body) else "GB18030" if _is(body, "gb18030") else ""
        raise refused(label, message, column="encoding", nearest=other) from None


def is_utf8(body: bytes) -> bool:
    """Return whether bytes are Chinese in UTF-8: text in GB2312 is so by chance in no whole file."""
    return _is(body, "utf-8") and bool(_HAN.search(body.decode("utf-8")))


def _codec_of(content: bytes, label: str) -> tuple[bytes, str, str]:
    """Return the byte order mark, the codec by mark or declaration, and its name for people."""
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
    ):
        if content.startswith(mark):
            return mark, codec, name
    found = _DECLARED.match(content[:300].lstrip())
    declared = found[1].decode("ascii") if found else "UTF-8"
    plain = declared.lower().replace("_", "-")
    if plain in _GB:
        return b"", _GB[plain], declared
    if plain in ("utf-8", "utf8", "us-ascii", "ascii", "utf-16"):  # a declaration in bytes is no UTF-16
        return b"", "utf-8", "UTF-8"
    message = Text(zh="不读这种编码", en="this encoding is not read")
    known = "UTF-8, UTF-16, GB2312, GBK, GB18030"
    raise refused(label, message, 1, "encoding", found=shorten(declared), allowed=known)


def _is(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


FORM_SUFFIXES = (".lrmx", ".lrm")
#: A photo of an old form, which is never read.
PHOTO_SUFFIX = ".pic"


def form_files(folder: Path) -> Iterator[Path]:
    """Yield the forms of a folder and its subfolders by name; files that programs hide are left out."""
    return (path for path in _shown_files(folder) if path.suffix.lower() in FORM_SUFFIXES)


def other_files(folder: Path) -> list[str]:
    """Return the names of the files of a folder and its subfolders that are neither forms nor photos."""
    known = (*FORM_SUFFIXES, PHOTO_SUFFIX)
    return [path.name for path in _shown_files(folder) if path.suffix.lower() not in known]


def _shown_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if not path.name.startswith(("~", ".")) and path.is_file():
            yield path
