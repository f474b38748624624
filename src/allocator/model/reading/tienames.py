"""Chinese names of kinds of ties and links: ``亲属`` is ``kin``, wherever a table or a rule writes it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from allocator.model.reading.cleaning import plain_id

_NAMES: Mapping[str, Mapping[str, str]] = {
    "ties": {
        "spouse": "配偶 夫妻 夫妻关系 爱人 丈夫 妻子",
        "kin": "亲属 亲戚 近亲属 亲属关系 血亲 直系血亲 旁系血亲 父子 父女 母子 母女 兄弟 姐妹 兄妹 姐弟",
        "in_law": "姻亲 近姻亲 姻亲关系",
        "friend": "朋友 好友",
        "business": "经济往来 业务往来",
        "interest": "利害关系",
        "leads": "分管",
        "superior": "上下级 上下级关系",
        "comrade": "战友",
        "mentor": "指导 师徒 导师",
        "classmate": "同学",
        "colleague": "同事",
        "neighbour": "邻居 邻里",
        "fellow_native": "同乡 老乡",
        "served_together": "共事",
        "served_at": "任职于 曾任职",
        "works_in": "所在单位",
        "native_of": "籍贯",
        "graduated_from": "毕业于",
        "party_to": "涉案",
        "lies_in": "位于",
    },
    "links": {
        "adjacent": "相邻 毗邻 邻接 接壤",
        "stationed_in": "派驻 驻在",
        "member_of": "隶属 成员",
        "liaises": "对口联系 联络",
        "contact": "联系",
    },
}


@cache
def chinese_kinds(table: str = "") -> Mapping[str, str]:
    """Return the kinds of ``ties`` or ``links``, or of both, by their Chinese names."""
    tables = [table] if table else list(_NAMES)
    return {name: kind for one in tables for kind, names in _NAMES[one].items() for name in names.split()}


def kind_of_tie(name: str, table: str = "") -> str:
    """Return the kind of tie or link that ``name`` is in Chinese; any other name is a kind of its own."""
    plain = plain_id(name)
    return chinese_kinds(table).get(plain, plain)
