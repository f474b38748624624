"""Column headers in Chinese and English, each with the standard column for which it stands."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache

from allocator.model.reading.cell_values import visible
from allocator.model.tables import columns

_ALIASES: Mapping[str, Mapping[str, str]] = {
    "units": {
        "id": "编号 代码 单位编号 单位代码 机构编号",
        "name": "名称 姓名 单位 单位名称 机构 机构名称",
        "kind": "类型 类别 性质 单位类型 机构类型",
        "parent": "上级 上级单位 上级机构 隶属 主管单位",
        "place": "所在地 地点 驻地 地区 属地",
        "domain": "领域 系统 行业 战线",
        "workload": "工作量 任务量",
        "headcount": "编制 编制数 核定编制",
        "lon": "经度 longitude lng",
        "lat": "纬度 latitude",
    },
    "people": {
        "id": "编号 代码 人员编号 工号",
        "name": "姓名 名称 名字",
        "grade": "职级 级别 层级 职务层次",
        "title": "职务 现任职务 岗位",
        "unit": "单位 所在单位 工作单位 现单位",
        "native_place": "籍贯",
        "born": "出生 出生日期 出生年月 出生年月日 生日",
        "joins": "到岗 到岗日期 到岗时间 报到 报到日期 入职 入职日期 入职时间 调入日期 调入时间",
        "retires": "退休 退休日期 退休年月 退休时间",
        "skills": "特长 技能 专长 能力",
        "capacity": "承办上限 承办能力 承办量 容量",
    },
    "links": {
        "source": "来源 起点 甲方 源 单位",
        "target": "目标 终点 乙方 对方 对方单位",
        "kind": "类型 类别 关系 关系类型",
        "weight": "权重 强度",
    },
    "ties": {
        "source": "来源 人员 本人 源 人员编号",
        "target": "目标 对象 对方",
        "kind": "类型 类别 关系 关系类型",
        "weight": "权重 强度",
        "since": "起 自 起始 开始 开始日期 起始日期",
        "until": "止 至 截止 结束 结束日期 截止日期",
        "known_from": "依据 出处 信息来源",
        "outside": "外部 系统外 场景外",
    },
    "postings": {
        "person": "人员 姓名 编号 人员编号 来源",
        "group": "组别 小组 组 机构 单位 工作组 目标",
        "role": "角色 职责 组内职务",
        "from": "起 自 任职时间 开始 开始日期 起始日期 start since",
        "to": "止 至 免职时间 结束 结束日期 截止日期 end until",
        "known_from": "依据 出处 信息来源",
    },
    "absences": {
        "person": "人员 姓名 编号 人员编号",
        "from": "起 自 开始 开始日期 起始日期 start since",
        "to": "止 至 结束 结束日期 截止日期 end until",
        "why": "原因 事由 缘由 缺勤原因 请假原因 reason",
    },
    "groups": {
        "id": "编号 代码 组编号",
        "name": "名称 姓名 组名 小组 机构 机构名称",
        "kind": "类型 类别 性质",
        "parent": "上级 上级组 隶属 所属片区",
        "place": "所在地 地点 驻地 地区 属地",
        "domain": "领域 系统 行业 战线",
        "seats": "席位 席位配置 人员配置 配置",
    },
    "cases": {
        "id": "编号 代码 案号 案件编号",
        "title": "名称 案由 案件名称 标题",
        "unit": "单位 涉案单位 发案单位",
        "place": "所在地 地点 地区 属地 发案地",
        "domain": "领域 系统 行业",
        "received": "受理 受理日期 收件日期 起",
        "due": "期限 办结期限 截止 截止日期 止",
        "effort": "工作量 办案量 承办量",
        "severity": "严重程度 轻重 难度",
        "skills": "特长 技能 专长 所需特长 所需技能",
        "parties": "当事人 涉案人员 涉案人 相关人员",
    },
    "indicators": {
        "subject": "对象 主体 单位 人员 编号 单位编号 人员编号",
        "indicator": "指标 指标名称 项目",
        "period": "周期 期间 时间 年度 年份 月份 季度",
        "value": "数值 值 指标值",
    },
    "wishes": {
        "item": "对象 人员 姓名 编号 人员编号 单位编号 案件编号",
        "slot": "去处 组 组别 岗位 班次 组编号",
        "role": "角色 职责 组内职务",
        "period": "周期 期间 时间 日期 年度 月份 季度",
        "weight": "权重 分值 程度 意愿",
    },
    "identities": {
        "name": "姓名 名称 当事人",
        "person": "人员 人员编号 编号 本单位人员",
        "answer": "认定 认定结果 是否同一人 结论",
        "case": "案件 案件编号 案号",
        "known_from": "依据 出处 信息来源",
    },
}


#: Headers that stand for a column if no standard header does; the codes are those of the national system.
_WEAKER: Mapping[str, Mapping[str, str]] = {
    "people": {
        "name": "人员姓名 员工姓名 a0101",
        "born": "出生时间 a0107",
        "native_place": "祖籍 a0111",
        "unit": "部门 科室 内设机构 任职机构 所在部门",
        "title": "单位及职务 工作单位及职务 任现工作单位及职务 现职务 a0192a",
    }
}
#: Headers of rosters that end like a standard header but have another meaning.
_OTHERS = frozenset(
    [
        "专业技术职务",
        "技术职务",
        "兼任职务",
        "拟任职务",
        "拟免职务",
        "原任职务",
        "原单位",
        "驻在单位",
        "配偶单位",
        "现职级",
    ]
)
#: Headers of running numbers, which are no ids unless the scenario's ``columns`` say so.
_ORDINALS = frozenset(["序号", "序", "no", "no.", "编次"])
_SUFFIX = re.compile(r"(?:[_:*]+|\([^()]*\)|\[[^\[\]]*\])$")
_ALIKE = 0.8


def is_ordinal(header: str) -> bool:
    """Return whether a header names a column of running numbers."""
    return header_key(header) in _ORDINALS


def standard_names(table: str, headers: Sequence[str], own: Mapping[str, str]) -> tuple[str, ...]:
    """Return the column for which each header of a table stands; see ``standard_name``.

    A weaker header (``科室`` for the unit), or a header with a bracketed remark (``姓名（拼音）``), counts
    only if no standard header stands for the column.
    """
    names = [_exactly(table, header, own) for header in headers]
    taken = set(names)
    weaker = {**_standard(table), **_weaker(table)}
    for number, header in enumerate(headers):
        column = weaker.get(bare_key(header_key(header)))
        if names[number] is None and column and column not in taken:
            names[number] = column
    return tuple(name or header for name, header in zip(names, headers, strict=True))


def standard_name(table: str, header: str, own: Mapping[str, str]) -> str:
    """Return the column for which ``header`` stands; any other header is a column by itself.

    Args:
        table: Name of the table.
        header: The header cell, trimmed. Inner blanks, full-width letters, a final colon and a final remark
            in brackets are ignored: ``姓　名（必填）`` is ``姓名``.
        own: The scenario's own headers with their columns, which take precedence.
    """
    return _exactly(table, header, own) or _standard(table).get(bare_key(header_key(header)), header)


def _exactly(table: str, header: str, own: Mapping[str, str]) -> str | None:
    """Return the column of a header, brackets included, by the scenario's own headers or the table's."""
    if header in own:
        return own[header]
    key = header_key(header)
    mine = next((column for other, column in own.items() if header_key(other) == key), None)
    return mine or _standard(table).get(key)


def near_misses(
    table: str, headers: Sequence[str], names: Sequence[str], own: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield each header that is read as a column by itself but resembles an absent standard column.

    Args:
        table: Name of the table.
        headers: The headers of the table.
        names: The column for which each header stands.
        own: The scenario's own headers with their columns; these headers are never reported.

    Yields:
        The header and the standard column.
    """
    absent = [column for column in columns(table) if column not in names]
    for header, name in zip(headers, names, strict=True):
        if header == name and header not in own and (column := _likest(table, header, absent)):
            yield header, column


def _likest(table: str, header: str, absent: Sequence[str]) -> str | None:
    """Return the column of ``absent`` with a similar header or the same ending; None if there is none."""
    key = bare_key(header_key(header))
    if key in _OTHERS or key in _ORDINALS or len(key) > 40:
        return None
    words = {word: name for word, name in _standard(table).items() if name in absent}
    for word, name in words.items():
        likeness = SequenceMatcher(None, word, key, autojunk=False)
        if len(word) > 2 and likeness.real_quick_ratio() >= _ALIKE and likeness.ratio() >= _ALIKE:
            return name
        if not word.isascii() and len(word) > 1 and key.endswith(word):
            return name
    return None


@cache
def _standard(table: str) -> Mapping[str, str]:
    aliases = {header_key(alias): name for name, words in _ALIASES[table].items() for alias in words.split()}
    return {**aliases, **{name: name for name in columns(table)}}


@cache
def _weaker(table: str) -> Mapping[str, str]:
    words = _WEAKER.get(table, {}).items()
    return {header_key(alias): name for name, aliases in words for alias in aliases.split()}


#: A blank between Chinese characters.
_BETWEEN = re.compile(r"(?<=[^\x00-\x7f])_+(?=[^\x00-\x7f])")


def header_key(header: str) -> str:
    """Return the key by which headers are compared: one width, small letters, no blanks inside Chinese."""
    text = unicodedata.normalize("NFKC", visible(header)).strip().casefold()
    return _BETWEEN.sub("", re.sub(r"[\s-]+", "_", text))


def bare_key(key: str) -> str:
    """Return a key without final brackets, a final colon, or the star of a required field."""
    key = key.lstrip("*")
    while (shorter := _SUFFIX.sub("", key)) != key and shorter:
        key = shorter
    return key


_NO_HEADER = re.compile(r"[\d\s.,:/年月日-]+")


def join_header_rows(
    top: Sequence[str], below: Sequence[str], is_standard: Callable[[str], bool]
) -> tuple[str, ...] | None:
    """Return the header that two rows form together; None if the second row is no part of a header.

    In a header of two rows, the second row has cells only below a group: a name that spans columns, followed
    by empty cells or, if the cells are merged, by copies of the name. Below any other name the second row is
    empty or repeats the name. A data row, in contrast, fills the column of its ids or names. If most names
    are repeated, which merged cells are, a group may also have one column only.

    Args:
        top: The cells of the first row.
        below: The cells of the second row.
        is_standard: Tells whether a single header is standard.
    """
    width = max(len(top), len(below))
    upper, lower = ([cell.strip() for cell in (*row, *[""] * (width - len(row)))] for row in (top, below))
    grouped = [_is_grouped(upper, lower, k) for k in range(width)]
    own = [cell if cell != upper[k] else "" for k, cell in enumerate(lower)]
    alone = [k for k in range(width) if not grouped[k] and upper[k]]
    if not any(own) or not alone or any(map(_NO_HEADER.fullmatch, own)):
        return None
    merged = sum(lower[k] == upper[k] for k in alone)
    if any(own[k] for k in alone) and merged * 2 < len(alone):
        return None
    count = Counter(own)
    headers, group = list[str](), ""
    for name, cell in zip(upper, own, strict=True):
        group = name or group
        if not cell:
            headers.append(name)
        elif count[cell] == 1 and is_standard(cell):
            headers.append(cell)
        else:
            headers.append(f"{group}{cell}")
    return tuple(headers)


def _is_grouped(upper: Sequence[str], lower: Sequence[str], k: int) -> bool:
    """Return whether a column belongs to a group of columns."""
    if not upper[k] or (k and upper[k] == upper[k - 1]):
        return True
    if k + 1 == len(upper):
        return False
    return upper[k + 1] == upper[k] or bool(not upper[k + 1] and lower[k] and lower[k + 1])


def chinese_headers(table: str, column: str) -> tuple[str, ...]:
    """Return the Chinese headers of a standard column, the usual one first; none for any other column."""
    words = _ALIASES.get(table, {}).get(column, "").split()
    return tuple(word for word in words if not word.isascii())
