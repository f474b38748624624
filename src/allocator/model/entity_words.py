"""The words for tables, columns and kinds of entities in both languages, for sentences and conditions."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model.reading.headers import standard_name
from allocator.model.reading.roster_fields import fields
from allocator.model.text import Text


def _texts(words: str) -> Mapping[str, Text]:
    """Read lines of ``key=中文`` or ``key=中文=English``; the English words of a key default to the key."""
    found = {}
    for entry in words.split(";"):
        key, zh, *en = entry.strip().split("=")
        found[key] = Text(zh=zh, en=en[0] if en else key.replace("-", " ").replace("_", " "))
    return found


#: One row of a table.
NOUNS = _texts("units=单位=unit;people=人员=person;groups=组=group;cases=案件=case")

#: The values of the column ``kind``, by table.
KINDS: Mapping[str, Mapping[str, Text]] = {
    "units": _texts(
        "office=纪检监察室=supervision office;township=乡镇（街道）;agency=派驻机构=stationed agency;"
        "city=市（州）;county=县（市、区）;department=部门;committee=纪委"
    ),
    "groups": _texts(
        "zone=协作片区=cooperation zone;host=驻在单位=host unit;centre=办案中心=case centre;"
        "office=室;agency=派驻机构=stationed agency;workgroup=工作组=work group;audit-team=审计组;"
        "meeting=会议;investigation=审查调查组=investigation group;"
        "inspection=监督检查组=inspection group;general=综合组=general group;waiting=待启动;"
        "committee=纪委;task-force=专班;district=区级领导;case=专案查办组=case group;area=联片;"
        "cooperation=协作组=cooperation group;half=半月=half month;corps=宣讲团;"
        "daily=日常监督组=supervision group;forum=座谈会;case-office=案件检查室;"
        "joint=联组=joint group;mode=运行模式;force=专门力量"
    ),
    "cases": _texts(
        "task=任务;case=案件;casework=办案;letter=信访件;major=重大案件=major case;"
        "routine=一般案件=routine case;topic=专题;clue=问题线索;audit=审计;rectification=专项整治;"
        "inspection=督查;supervision=监督检查"
    ),
}

#: Values of other columns that tables write in English.
VALUES: Mapping[str, Mapping[str, Text]] = {
    "training": _texts("due=应训;begun=在训"),
    "weight": _texts("important=重要;ordinary=一般"),
    "mode": _texts("rotate=轮值;divide=分工"),
    "id": _texts("task-force=专班;zone=片区;joint=联组"),
}

_BOTH = (
    "domain=领域;kind=类型;office=牵头室;agencies=派驻机构;townships=乡镇（街道）;"
    "named=指定的模式=mode named;field=分管领域;"
)
#: Columns beyond the standard ones, by table; a scenario's own headers come before them.
COLUMNS: Mapping[str, Mapping[str, Text]] = {
    "units": _texts(
        _BOTH + "offices=纪检监察室;width=跨度=width;"
        "season=忙季=busy season;led_last=上期牵头=turns as lead last time;contact=联系人;district=县区;"
        "villages=村数;liaison=对口联系室=liaison office;focus=侧重片区=focus;leading_group=领导班子;"
        "strength=专长=strength;busy=繁忙时段=busy times;members=人数;zone=片区;"
        "away=不便时段=times away;key=重点;second=第二领域=second field;code=代码;"
        "near=相近领域=related fields;duties=职责"
    ),
    "people": _texts(
        _BOTH + "in_charge=分管室=office in charge of;gender=性别;"
        "newcomer=新入职;former_host=原驻在单位;months=应训月数=months due;"
        "kin_at=亲属所在单位=unit of kin;served=曾任职单位=former unit;"
        "served_at=曾任职单位=former unit;delegate=代表类别;lead_post=领导职务=lead post;"
        "invited=上次受邀=last invitation;filled=在岗时段=years in post;native_zone=籍贯片区;"
        "training=轮训情况=state of training;years=任职年限=years of service;"
        "near_retirement=临近退休;graduated=毕业时间;holder_retires=现任退休时间;status=状态;"
        "former=曾任职单位=places served;leaders=分管领导;age=年龄;calling=职业"
    ),
    "groups": _texts(
        _BOTH + "monthly=每月次数=number of times a month;need=需求;"
        "desks=工位数=number of desks;lead_quota=领导职数=lead posts;quota=编制=headcount;host=驻在单位;"
        "around=周边单位=surrounding units;half=时段;half_year=半年;begins=起始时段;groups=村组数;"
        "mode=工作方式;times=次数=number of times;fit=对口部门=fitting departments;"
        "opens=启用年份=first year;counties=县数=number of counties;least_load=最低工作量;"
        "most_load=最高工作量;least_townships=最少乡镇数;most_townships=最多乡镇数;"
        "least_agencies=最少派驻机构数;"
        "most_agencies=最多派驻机构数"
    ),
    "cases": _texts(
        "kind=类型;agencies=派驻机构数;reviewed=需审理=review needed;"
        "last_team=上次承办组=team of last time;known_to=熟识的领导=leader who knows it;"
        "filed=立案时间;heads=组长人数;last=最晚时段;first=最早时段;fields=涉及领域;clue=线索来源;"
        "weight=重要程度;focus=重点季度=focus;n_least=最少机构数=least number of agencies;"
        "n_most=最多机构数=greatest number of agencies"
    ),
    "ties": _texts(
        "term=称谓;relation=亲属关系=kinship;degree=代数=generations;work=工作单位及职务=unit and post"
    ),
    "postings": _texts("title=职务"),
    "period": _texts("id=编号;index=序号;start=起始日=first day;end=终止日=last day"),
}
#: Columns that every table has besides its own.
ANY_COLUMN = _texts("indicators=累计指标;latest=最近指标=latest figures;extra=其他列=other columns")


def extra_column(table: str, column: str) -> Text | None:
    """Return the words for a column beyond the standard ones; None if there are none.

    Columns that an import takes out of rosters have the first of their headers that no standard column has.
    """
    known = COLUMNS.get(table, {}).get(column) or ANY_COLUMN.get(column)
    field = None if known or table != "people" else fields().get(column)
    if field is None or field.kind not in ("text", "date"):
        return known
    header = next((one for one in field.headers if standard_name(table, one, {}) == one), "")
    return Text(zh=header, en=column.replace("_", " ")) if header else None


#: Prefixes of variables that are no table of their own: a person's unit, a case's, a second item, a period.
PREFIXES = _texts(
    "home=所在单位=home unit;other=另一方=other;concerned=涉及单位=unit concerned;period=周期;"
    "score=分值表;newcomer=新人;mentor=导师;forum=会议;half=时段=half month"
)
#: The unit of a case, in a layer without units.
UNIT_OF_CASE = Text(zh="发案单位", en="unit of the case")

#: Kinds of links between units, which no tie between people has.
LINKS = _texts(
    "adjacent=相邻;contact=联系;liaises=对口联系=liaison;member_of=隶属=membership;"
    "stationed_in=派驻=stationing;"
    "worked_with=协作"
)
