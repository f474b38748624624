"""The fields of a roster, with the headers and the national codes that stand for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from allocator.errors import nearest
from allocator.model.reading.headers import bare_key, header_key
from allocator.model.text import Text

#: How a field is taken: into a column as it is, as a date, not at all, or by a reader of its own.
Kind = Literal["text", "date", "ignored", "left_out", "post", "family", "relative", "spouse", "resume"]
_KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}


@dataclass(frozen=True)
class Field:
    """A field of a roster.

    Attributes:
        name: Its name; for ``text`` and ``date`` that of the column in ``people.csv``.
        kind: How it is taken.
        title: What it is called.
        headers: The headers that stand for it, the usual one first.
    """

    name: str
    kind: Kind
    title: Text
    headers: tuple[str, ...]


#: A field a line: its name, how it is taken, its title in English, and its headers.
_FIELDS = """
id | text | person's id | 人员编号 编号 工号 人员代码 代码 id
name | text | name | 姓名 人员姓名 员工姓名 干部姓名 名字 name A0101
sex | text | sex | 性别 sex A0104
born | date | born | 出生年月 出生日期 出生时间 出生年月日 出生 生日 born A0107
ethnicity | text | ethnicity | 民族 A0117
native_place | text | native place | 籍贯 祖籍 native_place A0111
birthplace | text | birthplace | 出生地 A0114
raised_in | text | raised in | 成长地
party | text | party | 政治面貌 党派
party_since | date | party member since | 入党时间 入党年月 入党日期 政治面貌及时间 入党时间及党派
    A0140
works_since | date | at work since | 参加工作时间 工作时间 参工时间 参加工作年月 参加工作日期
    参加工作 A0134
education | text | education | 学历 最高学历 文化程度 学历学位 学历及学位 最高学历学位
degree | text | degree | 学位 最高学位
full_time_education | text | full-time education | 全日制学历 全日制教育学历 全日制教育
    全日制学历学位
full_time_degree | text | full-time degree | 全日制学位 全日制教育学位
part_time_education | text | education beside work | 在职学历 在职教育学历 在职教育 在职学历学位
part_time_degree | text | degree beside work | 在职学位 在职教育学位
school | text | school | 毕业院校 毕业院校系及专业 毕业院校及专业 毕业学校 毕业院校专业
    毕业院校系专业 毕业院校及系专业
full_time_school | text | full-time school | 全日制教育毕业院校系及专业 全日制教育毕业院校及专业
    全日制毕业院校
part_time_school | text | school beside work | 在职教育毕业院校系及专业 在职教育毕业院校及专业
    在职毕业院校
post | post | present post | 现任职务 职务 工作单位及职务 任现工作单位及职务 现工作单位及职务
    单位及职务 单位职务 现职务 职务名称 岗位 title A0192A
unit | text | unit | 单位 工作单位 所在单位 现单位 部门 所在部门 科室 内设机构 任职机构 单位名称
    unit B0101
parent | text | unit of the unit | 上级单位 主管单位 上级机构
rank | text | rank | 职级 现职级 职务职级 级别 A0192E
grade | text | grade of the post | 职务层次 现职务层次 领导职务 领导职务层次 行政级别 grade A0221
post_since | date | in the post since | 任现职时间 任现职务时间 现职务始任时间 任现职务层次时间
    任职时间 现任职务时间 A0288
rank_since | date | in the rank since | 任现职级时间 任同级时间 现职级时间 A0192C
staff_kind | text | kind of staff | 编制类型 编制性质 人员类别 人员性质 编制
specialty | text | specialty | 专长 特长 业务专长 熟悉专业有何专长 专业技术职务 技能 skills
appraisal | text | appraisals | 年度考核 近三年考核 近三年年度考核 年度考核结果 考核结果
joins | date | joins | 到岗时间 到岗日期 报到时间 调入时间 joins
retires | date | retires | 退休时间 退休日期 退休年月 拟退休时间 retires
note | text | remark | 备注 说明 附注 note
resume | resume | résumé | 简历 个人简历 工作简历 工作经历 A1701
family | family | family | 家庭成员 家庭主要成员 家庭成员及主要社会关系 家庭主要成员及重要社会关系
    家庭成员情况 亲属关系 亲属 主要社会关系
relative_term | relative | relative: term | 称谓 家庭成员称谓 与本人关系 关系 A3604A
relative_name | relative | relative: name | 家庭成员姓名 成员姓名 亲属姓名 家属姓名 A3601
relative_born | relative | relative: born | 家庭成员出生年月 家庭成员出生日期 亲属出生年月
    A3607
relative_party | relative | relative: party | 家庭成员政治面貌 亲属政治面貌 A3627
relative_work | relative | relative: unit and post | 家庭成员工作单位及职务 家庭成员单位及职务
    家庭成员工作单位 亲属工作单位及职务 工作单位及职务(家庭成员) A3611
spouse_name | spouse | spouse: name | 配偶姓名 配偶 爱人姓名
spouse_work | spouse | spouse: unit and post | 配偶单位 配偶工作单位 配偶工作单位及职务
    配偶单位及职务
no | ignored | running number | 序号 序 编次 no no.
age | ignored | age: give the month of birth | 年龄 周岁
planned | ignored | a plan, not the present state | 拟任职务 拟免职务 任免理由 拟任免职务 A5304
    A5315 A5317
identity | left_out | identity number | 身份证 身份证号 身份证号码 公民身份号码 公民身份证号码
    证件号码 A0184
phone | left_out | telephone | 电话 手机 手机号 手机号码 联系电话 联系方式 办公电话 电话号码
    移动电话
photo | left_out | photo | 照片 相片 photo
"""


@cache
def fields() -> Mapping[str, Field]:
    """Return the fields by name, in their order."""
    made: dict[str, Field] = {}
    for line in _FIELDS.replace("\n    ", " ").strip().splitlines():
        name, kind, title, headers = (part.strip() for part in line.split("|"))
        words = tuple(headers.split())
        made[name] = Field(name, _KINDS[kind], Text(zh=words[0], en=title), words)
    return made


#: Fields that a roster may have several times: each group of relatives has its own columns.
REPEATED = frozenset(("relative_term", "relative_name", "relative_born", "relative_party", "relative_work"))
#: What a column is called in ``import.yaml`` that is not read.
SKIP = "skip"


@cache
def _by_header() -> Mapping[str, str]:
    return {header_key(header): field.name for field in fields().values() for header in field.headers}


def field_of(header: str) -> str:
    """Return the field for which a header stands; empty if there is none.

    Blanks, line ends, full-width letters, a final colon and a final remark in brackets do not count.
    """
    key = header_key(header)
    known = _by_header()
    return known.get(key) or known.get(bare_key(key), "")


def likely_field(header: str, taken: Sequence[str]) -> tuple[str, str]:
    """Return the field whose header is nearest to an unknown one, and that header; both empty without one.

    Args:
        header: The unknown header.
        taken: The fields that other headers stand for, which are not offered.
    """
    key = bare_key(header_key(header))
    open_headers = {one: name for one, name in _by_header().items() if name not in taken or name in REPEATED}
    near = nearest(key, open_headers)
    if not near and len(key) > 2:
        endings = (one for one in open_headers if len(one) > 1 and not one.isascii() and key.endswith(one))
        near = max(endings, key=len, default="")
    return (open_headers[near], near) if near else ("", "")
