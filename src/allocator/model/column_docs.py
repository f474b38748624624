"""The meaning of every standard column of the tables, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model.text import Text


def _docs(words: str) -> Mapping[str, Text]:
    """Read lines of ``column = 中文 = English``."""
    found = {}
    for line in filter(str.strip, words.splitlines()):
        column, zh, en = (part.strip() for part in line.split(" = "))
        found[column] = Text(zh=zh, en=en)
    return found


_DOCS: Mapping[str, Mapping[str, Text]] = {
    "units": _docs("""
        id = 编号，全场景唯一，如 U01 = Id, unique in the scenario, such as U01
        name = 单位名称 = Name of the unit
        kind = 类型，如 office（纪检监察室）、township（乡镇）、agency（派驻机构） = \
Kind, such as office, township or agency
        parent = 上级单位的编号或名称 = Id or name of the superior unit
        place = 所在地；与人员籍贯比较 = Place; compared with native places
        domain = 领域、系统，如 财政 = Domain, such as finance
        workload = 工作量，整数，空为 0 = Workload, a whole number; empty is 0
        headcount = 编制数，整数 = Headcount, a whole number
        lon = 经度，-180 至 180 = Longitude, -180 to 180
        lat = 纬度，-90 至 90 = Latitude, -90 to 90
    """),
    "people": _docs("""
        id = 编号，全场景唯一，如 P001 = Id, unique in the scenario, such as P001
        name = 姓名 = Name
        grade = 职级，取自“设置”中的职级 = Grade, one of the ladder on the sheet Settings
        title = 职务 = Title of the post
        unit = 所在单位的编号或名称 = Id or name of the home unit
        native_place = 籍贯；与所在地比较 = Native place; compared with places
        born = 出生日期，如 1975-08-12 或 1975.08 = Date of birth, such as 1975-08-12 or 1975.08
        joins = 到岗日期；空为一直在岗 = First day of service; empty: there from the start
        retires = 退休日期；空为不退休 = Date of retirement; empty: none
        skills = 专长:等级，等级 1 至 5，分号分隔，如 审理:3;法律:2 = \
Skill:level, levels 1 to 5, separated by semicolons, such as law:3;audit:2
        capacity = 承办上限，整数 = Most work that the person takes, a whole number
    """),
    "links": _docs("""
        source = 甲方单位的编号或名称 = Id or name of the first unit
        target = 乙方单位的编号或名称 = Id or name of the second unit
        kind = 类型，如 adjacent（相邻）、liaises（对口联系） = Kind, such as adjacent or liaises
        weight = 权重，可空 = Weight; may be empty
    """),
    "ties": _docs("""
        source = 人员的编号或姓名 = Id or name of the person
        target = 对方：人员、单位或地点 = The other end: a person, unit or place
        kind = 类型，如 spouse（配偶）、kin（亲属） = Kind, such as spouse, kin or classmate
        weight = 强度，0 至 1，可空 = Strength, 0 to 1; may be empty
        since = 起始日期，可空 = First day; may be empty
        until = 截止日期，可空 = Last day; may be empty
        known_from = 依据，如 2025-03 填报 = Source, such as declared 2025-03
        outside = 对方不在本场景的人员之列：是、否 = Whether the other end is outside the scenario
    """),
    "postings": _docs("""
        person = 人员的编号或姓名 = Id or name of the person
        group = 组或单位的编号或名称 = Id or name of the group or unit
        role = 角色，取自“设置”中的角色 = Role, one of those on the sheet Settings
        from = 任职起始日期 = First day of the post
        to = 任职截止日期；空为至今 = Last day of the post; empty: still there
        known_from = 依据 = Source
    """),
    "absences": _docs("""
        person = 人员的编号或姓名 = Id or name of the person
        from = 离岗起始日期，可空 = First day away; may be empty
        to = 离岗截止日期，可空 = Last day away; may be empty
        why = 原因，如 借调、产假、学习 = Reason, such as secondment, leave or study
    """),
    "groups": _docs("""
        id = 编号，全场景唯一，如 G1 = Id, unique in the scenario, such as G1
        name = 组的名称 = Name of the group
        kind = 类型，如 zone（片区）、daily（日常监督组） = Kind, such as zone or daily
        parent = 上级组的编号或名称 = Id or name of the superior group
        place = 所在地 = Place
        domain = 领域、系统 = Domain
        seats = 席位，如 1正+1副+2干部 = Seats, such as 1head+1deputy+2cadre
    """),
    "cases": _docs("""
        id = 编号，全场景唯一，如 K01 = Id, unique in the scenario, such as K01
        title = 案由 = Title of the case
        unit = 涉案单位的编号或名称 = Id or name of the unit concerned
        place = 发案地 = Place
        domain = 领域、系统 = Domain
        received = 受理日期 = Day of receipt
        due = 办结期限 = Day on which it is due
        effort = 工作量，整数 = Effort, a whole number
        severity = 严重程度，整数 = Severity, a whole number
        skills = 所需专长:等级，分号分隔 = Skills that it needs, skill:level, separated by semicolons
        parties = 当事人，编号或姓名，分号分隔 = Parties, ids or names, separated by semicolons
    """),
    "indicators": _docs("""
        subject = 单位、人员、组或案件的编号 = Id of a unit, person, group or case
        indicator = 指标名称 = Name of the indicator
        period = 时间，如 2025 或 2025-06，可空 = Time, such as 2025 or 2025-06; may be empty
        value = 数值 = Value, a number
    """),
    "identities": _docs("""
        name = 当事人或关系人的姓名 = Name of the party or of the end of a tie
        person = 本场景人员的编号 = Id of the person of the scenario
        answer = 是否同一人：是、否 = Whether they are one person: same_as or not_same_as
        case = 只对此案件的认定，可空 = The case that the answer is about; may be empty
        known_from = 依据 = Source
    """),
    "wishes": _docs("""
        item = 谁的意愿：编号或姓名 = Whose wish: id or name
        slot = 去处，空为任何一个 = Slot; empty: any
        role = 角色，空为任何一个 = Role; empty: any
        period = 周期，空为任何一个 = Period; empty: any
        weight = 程度，愿意为正整数，不愿意为负整数 = How much: above 0 for it, below 0 against it
    """),
}


def column_doc(table: str, column: str) -> Text:
    """Return the meaning of a standard column; an empty text for any other column."""
    return _DOCS.get(table, {}).get(column, Text())
