"""Tells the unit from the title in the text of a post, such as ``驻市教育局纪检监察组组长``."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

#: Titles at the end of a post, without their unit.
_TITLES = (
    "书记 主任 组长 科长 股长 处长 局长 部长 室长 站长 所长 队长 会长 校长 院长 馆长 园长 台长 社长 "
    "大队长 中队长 支队长 总编辑 秘书长 镇长 乡长 县长 区长 市长 主席 检察长 法官 检察官 巡视员 调研员 "
    "纪检组长 纪检书记 纪检委员 监察专员 巡察专员 专员 督办 联络员 常委 委员 纪检监察员 监察员 纪检员 "
    "组织员 干事 干部 工作人员 "
    "科员 办事员 辅导员 教师 会计 职员 秘书 文员 负责人 总经理 经理 董事长 董事 监事"
)
_LEVELS = "[一二三四]级(?:主任科员|调研员|巡视员)|(?:正|副)?主任科员|副(?:调研员|巡视员)|试用期(?:人员|干部)?"
_BEFORE = "(?:党委|党组|党总支|党支部|支部|机关党委)?(?:常务|专职|执行|代理|第一)?(?:副|代)?"
_ANY_TITLE = "|".join(sorted(_TITLES.split(), key=len, reverse=True))
_TITLE = re.compile(f"(?P<unit>.*?)(?P<title>{_BEFORE}(?:{_ANY_TITLE})|{_LEVELS})")
#: The end of a name that is certainly that of a unit.
_UNIT_END = re.compile(
    "(?:室|组|部|科|办|中心|站|队|处|局|委|院|所|镇|乡|街道|办事处|公司|大学|学校|中学|小学"
    "|厅|股|会|馆|园|司|庭|政府|区|县|市)$"
)
#: The name of an office within a body: ``第一监督检查室``, ``组织部``.
_INNER = re.compile("(?!驻)(?:第[一二三四五六七八九十0-9]+|[^省市县区旗镇乡]*)(?:室|科|处|股|部|中心|组|队)")
#: The name of a supervision body before that of an office of its own.
_BODY = re.compile("[\u3400-\u9fff]{0,8}(?:纪委监委|纪委|监委)(?:机关)?")
#: Characters of a post beyond which its text is no post.
_LONGEST = 100
_BETWEEN = re.compile(r"[、，,；;/\n]+")
_BRACKETS = re.compile(r"[（(][^（）()]*[)）]$")


@dataclass(frozen=True)
class Post:
    """A post as its text tells it.

    Attributes:
        unit: Name of the unit; empty if the text does not tell it, or tells several.
        title: The title; the whole text if the unit is not told.
        several: Whether the text names several units.
    """

    unit: str
    title: str
    several: bool = False


def split_post(text: str, known: Collection[str] = frozenset()) -> Post:
    """Tell the unit from the title in the text of a post.

    A unit is told by a known name at the beginning, or by a title of the field at the end with a unit's name
    before it. Of several posts, those without a unit belong to the one before; several units are not told.

    Args:
        text: Such as ``县纪委监委第一监督检查室主任、一级主任科员``.
        known: Names of units.
    """
    names = known if isinstance(known, frozenset) else frozenset(known)
    parts = [part for part in (one.strip() for one in _BETWEEN.split(text)) if part]
    posts = [_split_one(part, names) if len(part) <= _LONGEST else Post("", part) for part in parts]
    units = list(dict.fromkeys(post.unit for post in posts if post.unit))
    if len(units) != 1:
        return Post("", "、".join(parts), several=len(units) > 1)
    return Post(units[0], "、".join(post.title for post in posts))


@lru_cache(maxsize=10_000)
def _split_one(text: str, known: frozenset[str]) -> Post:
    """Tell the unit from the title in the text of one post."""
    plain = _BRACKETS.sub("", "".join(text.split()))
    prefixes = (plain[:length] for length in range(len(plain) - 1, 1, -1))
    prefix = next((one for one in prefixes if one in known), "")
    rest = plain[len(prefix) :]
    found = _TITLE.fullmatch(rest)
    if found is None:
        return Post(prefix, rest) if prefix and not _UNIT_END.search(rest) else Post("", plain)
    inner = found["unit"]
    if not inner:
        return Post(prefix, found["title"])
    if not _UNIT_END.search(inner):
        return Post("", plain)
    if prefix:
        return Post(inner if _INNER.fullmatch(inner) else prefix + inner, found["title"])
    office = max((one for one in known if inner.endswith(one)), key=len, default="")
    is_own = office and _BODY.fullmatch(inner.removesuffix(office))
    return Post(office if is_own else inner, found["title"])


def is_title(text: str) -> bool:
    """Return whether a text is a title, or several, without any unit: ``主任``, ``干部``."""
    found = [_TITLE.fullmatch("".join(part.split())) for part in _BETWEEN.split(text) if part.strip()]
    return bool(found) and all(one is not None and not one["unit"] for one in found)


def title_within(text: str, unit: str) -> str:
    """Return the title in the text of a post whose unit is known: the text without the unit's name."""
    plain = "".join(text.split())
    return (plain.removeprefix(unit) if unit else plain) or plain
