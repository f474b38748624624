"""Kinship: terms of address (称谓) with their kind and degree, and relatives in the text of a cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from allocator.intake.dates import find_dates
from allocator.model.text import Text

SPOUSE, LINEAL, COLLATERAL, IN_LAW = "spouse", "lineal", "collateral", "in_law"

#: The four relations of the Rules on Recusal of Civil Servants (公务员回避规定, 2020), from secondary pages.
RELATIONS: Mapping[str, Text] = {
    SPOUSE: Text(zh="夫妻关系", en="spouses"),
    LINEAL: Text(zh="直系血亲关系", en="lineal kin"),
    COLLATERAL: Text(zh="三代以内旁系血亲关系", en="collateral kin within three generations"),
    IN_LAW: Text(zh="近姻亲关系", en="near kin by marriage"),
}
#: The kind of tie of each relation, as rules name it.
TIE_KINDS = {SPOUSE: "spouse", LINEAL: "kin", COLLATERAL: "kin", IN_LAW: "in_law"}


@dataclass(frozen=True)
class Kinship:
    """A relation of kin.

    Attributes:
        term: The term of address as written, such as ``岳父``.
        relation: ``spouse``, ``lineal``, ``collateral`` or ``in_law``.
        degree: Generations as the regulation counts them, oneself being the first: 2 for parents, children
            and siblings, 3 for grandparents, uncles and cousins; of a relation by marriage, that of the blood
            relation through which it goes; 0 for spouses.
    """

    term: str
    relation: str
    degree: int

    @property
    def kind(self) -> str:
        """The kind of tie: ``spouse``, ``kin`` or ``in_law``."""
        return TIE_KINDS[self.relation]

    @property
    def title(self) -> Text:
        """The relation in the words of the regulation."""
        return RELATIONS[self.relation]


_TERMS: Mapping[tuple[str, int], str] = {
    (SPOUSE, 0): "配偶 爱人 丈夫 妻子 妻 夫 老公 老婆",
    (LINEAL, 2): "父亲 父 母亲 母 爸爸 妈妈 父母 儿子 子 女儿 女 子女 独子 独女 独生子 独生女 "
    "养父 养母 养子 养女 继父 继母 继子 继女",
    (LINEAL, 3): "祖父 祖母 外祖父 外祖母 爷爷 奶奶 外公 外婆 姥爷 姥姥 祖父母 外祖父母 "
    "孙子 孙女 孙 外孙 外孙子 外孙女 孙子女 外孙子女",
    (LINEAL, 4): "曾祖父 曾祖母 外曾祖父 外曾祖母 曾孙 曾孙子 曾孙女",
    (
        COLLATERAL,
        2,
    ): "哥哥 弟弟 姐姐 妹妹 哥 兄 弟 姐 妹 姊 兄长 胞兄 胞弟 胞姐 胞妹 兄弟 姐妹 姊妹 兄妹 姐弟 兄弟姐妹",
    (COLLATERAL, 3): "伯父 伯伯 伯 大伯 叔父 叔叔 叔 姑 姑姑 姑母 姑妈 舅 舅舅 舅父 姨 姨母 姨妈 阿姨 小姨 "
    "堂兄 堂弟 堂姐 堂妹 堂哥 堂兄弟 堂姐妹 表兄 表弟 表姐 表妹 表哥 表兄弟 表姐妹 "
    "侄 侄子 侄儿 侄女 外甥 外甥女 甥 甥女 侄子女 甥子女",
    (IN_LAW, 2): "岳父 岳母 公公 婆婆 公婆 丈人 丈母娘 家公 家婆 儿媳 儿媳妇 女婿 亲家 亲家公 亲家母 "
    "大舅子 小舅子 舅子 内兄 内弟 妻兄 妻弟 "
    "大姨子 小姨子 姨子 妻姐 妻妹 内姐 内妹 夫兄 夫弟 夫姐 夫妹 大伯子 小叔子 叔子 "
    "大姑子 小姑子 姑子 妯娌 连襟 嫂子 嫂嫂 大嫂 嫂 弟媳 弟媳妇 弟妹 弟妇 姐夫 妹夫",
    (
        IN_LAW,
        3,
    ): "伯母 婶婶 婶母 婶 姑父 姑丈 姑夫 舅母 舅妈 姨父 姨夫 姨丈 "
    "侄媳 侄媳妇 侄女婿 外甥媳 外甥媳妇 外甥女婿 "
    "孙媳 孙媳妇 孙女婿 外孙媳 外孙媳妇 外孙女婿 堂嫂 堂弟媳 堂姐夫 堂妹夫 表嫂 表弟媳 表姐夫 表妹夫",
}
#: Codes of GB/T 4761 (family relations) that a column of terms may hold, each with its term.
_CODES = (
    "10配偶 11夫 12妻 20子 21独生子 22长子 23次子 24三子 25四子 26五子 28女婿 "
    "30女 31独生女 32长女 33次女 34三女 35四女 36五女 38儿媳 "
    "41孙子 42孙女 43外孙子 44外孙女 45孙媳妇 46孙女婿 50父母 51父亲 52母亲 53公公 54婆婆 55岳父 56岳母 "
    "61祖父 62祖母 63外祖父 64外祖母 71兄 72嫂 73弟 74弟媳 75姐姐 76姐夫 77妹妹 78妹夫 "
    "81伯父 82伯母 83叔父 84婶母 85舅父 86舅母 87姨父 88姨母 89姑父 90姑母 91堂兄弟 92表兄弟 "
    "93侄子 94侄女 95外甥 96外甥女"
)
#: Marks of order before a term: ``长女``, ``二哥``, ``小姑``.
_ORDER = re.compile("[大二三四五六七八九小长次幼老亲]")
_OF = re.compile("[的之]")


@cache
def _codes() -> Mapping[str, str]:
    return {code_and_term[:2]: code_and_term[2:] for code_and_term in _CODES.split()}


@cache
def _known() -> Mapping[str, tuple[str, int]]:
    return {term: place for place, terms in _TERMS.items() for term in terms.split()}


def kinship_of(term: str) -> Kinship | None:
    """Return the relation that a term of address names; None if it names none that the regulation knows.

    Args:
        term: A term such as ``妻子``, ``长女``, ``配偶的弟弟``, or a code of GB/T 4761 such as ``12``.
    """
    plain = "".join(unicodedata.normalize("NFKC", term).split()).strip(":：，,、。.;；")
    plain = _codes().get(plain, plain)
    if place := _place(plain):
        return Kinship(plain, *place)
    parts = [part for part in _OF.split(plain) if part]
    places = [_place(part) for part in parts]
    if len(parts) == 2 and (through := _composed(*places)):
        return Kinship(plain, *through)
    return None


def _place(term: str) -> tuple[str, int] | None:
    known = _known()
    if term in known:
        return known[term]
    return known.get(term[1:]) if _ORDER.match(term) else None


def _composed(one: tuple[str, int] | None, other: tuple[str, int] | None) -> tuple[str, int] | None:
    """Return the relation to the relative of a relative; None unless it is near kin by marriage."""
    if one is None or other is None:
        return None
    if one[0] == SPOUSE and other in ((LINEAL, 2), (COLLATERAL, 2)):
        return (IN_LAW, 2)
    return (IN_LAW, one[1]) if one[0] in (LINEAL, COLLATERAL) and other[0] == SPOUSE else None


@dataclass(frozen=True)
class Relative:
    """A relative as a roster or a form names them.

    Attributes:
        term: The term of address as written.
        name: The relative's name; empty if none is given.
        born: Year and month of birth as ``1977-03``; empty if none is certain.
        work: Unit and post, or a state such as ``退休`` or ``已故``.
    """

    term: str
    name: str = ""
    born: str = ""
    work: str = ""

    @property
    def kinship(self) -> Kinship | None:
        """The relation to the relative."""
        return kinship_of(self.term)


@dataclass(frozen=True)
class Unread:
    """A part of a text that was not read, and why."""

    text: str
    reason: Text


HAS_DIED = Text(zh="已去世，不计入亲属关系", en="has died, and makes no tie")
NO_TERM = Text(zh="不是已知的称谓", en="begins with no known term of kinship")
NO_NAME = Text(zh="没有写姓名，不计入亲属关系", en="gives no name, and makes no tie")
NO_END = Text(
    zh="看不出姓名在哪里结束，请在姓名后加空格或逗号",
    en="does not show where the name ends: put a space or a comma after it",
)

_DIED = re.compile("去世|已故|病故|亡故|逝世|过世|已殁")
_PARTS = re.compile(r"[;；\n\r。]+")
_FIELD = re.compile(r"[\s,，、:：()（）]+")
_NAME = re.compile("[\u3400-\u9fff]{2,4}|[\u3400-\u9fff]{1,15}[·•][\u3400-\u9fff·•]{1,15}")
#: Words in place of a name: a state or an occupation.
_STATE = re.compile(
    "(?:(?:已经?)?(?:退休|离休|去世|病故|亡故|过世|逝世|故|婚)|务农|待业|在家|无业|下岗|失业|家务|未婚|不详|离异|在读|在校|自由职业|个体|打工|经商"
    "|[幼小中大]?学生|婴儿|幼儿|农民|工人|教师|医生|护士|干部|职工|公务员|军人|会计|司机|无|同上).{0,8}"
)
_TRIVIAL = re.compile(
    "[\u3400-\u9fff]{1,4}族|汉|中共(?:预备)?党员|(?:预备)?党员|共青团员|团员|群众|民盟盟员|民建会员|[0-9]{1,3}岁|生于|[男女]"
)


def has_died(text: str) -> bool:
    """Return whether a text about a relative says that they have died: the dead stand in nobody's way."""
    return bool(_DIED.search(text))


def relatives_in(text: str) -> tuple[list[Relative], list[Unread]]:
    """Read the relatives in a text such as ``妻子 张三 1977.03 县教育局教师；父亲：张大山，退休``.

    Returns:
        The relatives with a known term and a name, and every other part with the reason.
    """
    relatives: list[Relative] = []
    unread: list[Unread] = []
    for part in _split(text):
        found = _relative(part)
        if isinstance(found, Unread):
            unread.append(found)
        else:
            relatives.append(found)
    return relatives, unread


@cache
def _next_term() -> re.Pattern[str]:
    terms = "|".join(sorted(_known(), key=len, reverse=True))
    return re.compile(rf"[\s,，、]+(?=(?:[大二三四五六七八九小长次幼]?(?:{terms}))[\s:：,，])")


def _split(text: str) -> Iterator[str]:
    """Yield the parts of a text, one for each relative."""
    for part in _PARTS.split(text):
        yield from (one.strip(" \t，,、") for one in _next_term().split(part) if one.strip(" \t，,、"))


def _relative(part: str) -> Relative | Unread:
    term, rest = _leading_term(part)
    if not term:
        return Unread(part, NO_TERM)
    dates, rest = find_dates(unicodedata.normalize("NFKC", rest) if not rest.isascii() else rest)
    if has_died(part):
        return Unread(part, HAS_DIED)
    fields = [field for field in _FIELD.split(rest) if field and not _TRIVIAL.fullmatch(field)]
    if not fields or _STATE.fullmatch(fields[0]):
        return Unread(part, NO_NAME)
    name = fields[0] if _NAME.fullmatch(fields[0]) else ""
    if not name:
        return Unread(part, NO_END)
    born = dates[0].iso[:7] if dates else ""
    return Relative(term, name, born, " ".join(fields[1:]))


def _leading_term(part: str) -> tuple[str, str]:
    """Return the term at the beginning of a part and the rest; the term is empty if none is known."""
    head = _FIELD.split(part, maxsplit=1)
    if len(head) == 2 and kinship_of(head[0]):
        return head[0], head[1]
    for length in range(min(5, len(part) - 1), 1, -1):
        if kinship_of(part[:length]):
            return part[:length], part[length:]
    return "", part
