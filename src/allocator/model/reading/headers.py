"""Column headers: Chinese and English ones, mapped to the standard column that each stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

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
        "born": "出生 出生日期 出生年月日 生日",
        "retires": "退休 退休日期 退休时间",
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
    },
    "postings": {
        "person": "人员 姓名 编号 人员编号 来源",
        "group": "组别 小组 组 机构 单位 工作组 目标",
        "role": "角色 职责 组内职务",
        "from": "起 自 任职时间 开始 开始日期 起始日期 start since",
        "to": "止 至 免职时间 结束 结束日期 截止日期 end until",
        "known_from": "依据 出处 信息来源",
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


def standard_name(table: str, header: str, own: Mapping[str, str]) -> str:
    """Return the column that ``header`` stands for; a header of neither kind is a column by itself.

    Args:
        table: Name of the table.
        header: The header cell, trimmed.
        own: What the scenario says its headers stand for; this comes first.
    """
    return own.get(header) or _standard(table).get(_key(header), header)


@cache
def _standard(table: str) -> Mapping[str, str]:
    aliases = {_key(alias): name for name, words in _ALIASES[table].items() for alias in words.split()}
    return {**aliases, **{name: name for name in columns(table)}}


def _key(header: str) -> str:
    return re.sub(r"[\s-]+", "_", unicodedata.normalize("NFKC", header).strip().casefold())
