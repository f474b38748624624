"""Makes the roster of the tutorial: 80 invented people of one county, laid out as personnel offices do.

``python docs/tutorial/make_roster.py 花名册.xlsx`` writes the same bytes every time. The names, numbers and
telephones are invented; the identity numbers have a place code that no place has.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

TITLE = "清江县纪检监察干部花名册"
SECTIONS = ("县纪委监委机关", "派驻纪检监察组", "乡镇纪委")
UNITS = {
    SECTIONS[0]: ("办公室", "组织部", "第一监督检查室", "第二监督检查室", "第三审查调查室", "案件审理室"),
    SECTIONS[1]: tuple(
        f"驻县{body}纪检监察组"
        for body in ("财政局", "教育局", "卫生健康局", "公安局", "住建局", "农业农村局")
    ),
    SECTIONS[2]: ("城关镇纪委", "青山镇纪委", "高坪乡纪委", "红岩乡纪委"),
}
TITLES = {
    SECTIONS[0]: ("主任", "副主任", "副主任", "干部", "干部"),
    SECTIONS[1]: ("组长", "副组长", "副组长", "干部", "干部"),
    SECTIONS[2]: ("书记", "副书记", "委员", "干部", "干部"),
}
GRADES = {"主任": "乡科级正职", "组长": "乡科级正职", "书记": "乡科级正职", "副主任": "乡科级副职"}
GRADES |= {
    "副组长": "乡科级副职",
    "副书记": "乡科级副职",
    "委员": "乡科级副职",
    "部长": "乡科级正职",
    "副部长": "乡科级副职",
}
RANKS = {"乡科级正职": "一级主任科员", "乡科级副职": "三级主任科员", "": "四级主任科员"}
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "建国志远晓东海燕文博思源雨晴俊峰佳怡明超霞平刚桂英玉兰春梅国强丽华立新永红"
PLACES = ("清江城关", "清江青山", "清江高坪", "湖北宜昌", "湖南常德", "四川成都", "重庆万州")
SCHOOLS = ("华中师范大学汉语言文学", "湖北大学法学", "中南财经政法大学会计学", "三峡大学行政管理")
WORKPLACES = ("县第一中学教师", "县人民医院护士", "县农业农村局干部", "个体经营", "县税务局干部")


@dataclass
class Invented:
    """An invented person.

    Attributes:
        relatives: Term, name, month of birth and work of each relative.
        resume: The spells of the résumé: first and last month, and the post.
    """

    name: str
    sex: str
    born: date
    unit: str
    title: str
    native_place: str
    works_since: date
    post_since: date
    identity: str
    phone: str
    relatives: list[tuple[str, str, str, str]] = field(default_factory=list)
    resume: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def grade(self) -> str:
        """The grade of the post."""
        return GRADES.get(self.title, "")


def people(seed: int = 80) -> list[Invented]:
    """Return 80 invented people, five for each unit; two bear one name, and two are married."""
    random = Random(seed)
    taken: set[str] = set()
    made = [
        _person(random, taken, unit, title if unit != "组织部" else title.replace("主任", "部长"))
        for section in SECTIONS
        for unit in UNITS[section]
        for title in TITLES[section]
    ]
    _share_a_name(made[8], made[47])
    _marry(made[12], made[33])
    for person in made:
        _add_relatives(random, taken, person)
        _add_resume(random, person)
    return made


def _name(random: Random, taken: set[str]) -> str:
    while (
        name := random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))
    ) in taken:
        pass
    taken.add(name)
    return name


def _person(random: Random, taken: set[str], unit: str, title: str) -> Invented:
    born = date(random.randint(1968, 1994), random.randint(1, 12), 1)
    works = date(born.year + 22, 7, 1)
    post = date(random.randint(max(2015, works.year + 1), 2024), random.randint(1, 12), 1)
    identity = (
        f"999999{born:%Y%m}{random.randint(1, 28):02}{random.randint(100, 999)}{random.choice('0123456789X')}"
    )
    phone = f"13{random.randint(10**8, 10**9 - 1)}"
    return Invented(
        _name(random, taken),
        random.choice("男男女"),
        born,
        unit,
        title,
        random.choice(PLACES),
        works,
        post,
        identity,
        phone,
    )


def _share_a_name(one: Invented, other: Invented) -> None:
    other.name = one.name
    if (one.born.year, one.born.month) == (other.born.year, other.born.month):
        other.born = other.born.replace(year=other.born.year - 3)


def _marry(one: Invented, other: Invented) -> None:
    one.sex, other.sex = "男", "女"
    one.relatives.append(("妻子", other.name, f"{other.born:%Y.%m}", f"{other.unit}{other.title}"))
    other.relatives.append(("丈夫", one.name, f"{one.born:%Y.%m}", f"{one.unit}{one.title}"))


def _add_relatives(random: Random, taken: set[str], person: Invented) -> None:
    if not person.relatives and random.random() < 0.7:
        term = "妻子" if person.sex == "男" else "丈夫"
        born = date(person.born.year + random.randint(-3, 3), random.randint(1, 12), 1)
        person.relatives.append((term, _name(random, taken), f"{born:%Y.%m}", random.choice(WORKPLACES)))
    if random.random() < 0.4:
        born = date(person.born.year - random.randint(22, 30), random.randint(1, 12), 1)
        person.relatives.append(("父亲", _name(random, taken), f"{born:%Y.%m}", "退休"))


def _add_resume(random: Random, person: Invented) -> None:
    earlier = random.choice([unit for units in UNITS.values() for unit in units if unit != person.unit])
    middle = date((person.works_since.year + person.post_since.year + 1) // 2, 5, 1)
    person.resume = [
        (
            f"{person.works_since:%Y.%m}",
            f"{middle:%Y.%m}",
            f"{random.choice(('青山镇政府', '县财政局', '县教育局'))}科员",
        ),
        (f"{middle:%Y.%m}", f"{person.post_since:%Y.%m}", f"{earlier}干部"),
        (f"{person.post_since:%Y.%m}", "", f"{person.unit}{person.title}"),
    ]


HEADER = (
    ("序号", ""),
    ("姓　名", ""),
    ("性别", ""),
    ("出生年月\n（岁）", ""),
    ("民族", ""),
    ("籍贯", ""),
    ("参加工作时间", ""),
    ("全日制教育", "学历"),
    ("全日制教育", "毕业院校系及专业"),
    ("在职教育", "学历"),
    ("所在单位", ""),
    ("现任职务", ""),
    ("任现职时间", ""),
    ("职务层次", ""),
    ("现职级", ""),
    ("身份证号", ""),
    ("联系电话", ""),
    ("家庭成员", ""),
    ("简历", ""),
    ("备注", ""),
)


def _cells(number: int, person: Invented, random: Random) -> list[Any]:
    """Return the cells of one person; dates are written in several ways, as different hands do."""
    name = "　".join(person.name) if len(person.name) == 2 else person.name
    born: Any = f"{person.born:%Y.%m}"
    age = 2025 - person.born.year
    form = number % 5
    if form == 1:
        born = f"{born}（{age}岁）"
    elif form == 2:
        born = datetime(person.born.year, person.born.month, 1)
    elif form == 3:
        born = f"{person.born.year}年{person.born.month}月"
    since = f"{person.post_since:%Y.%m}" if form else f"{person.post_since:%Y%m}"
    family = "；".join(" ".join(relative) for relative in person.relatives)
    resume = "\n".join(f"{first}--{last or '       '}  {post}" for first, last, post in person.resume)
    return [
        number,
        name,
        person.sex,
        born,
        random.choice(("汉族", "汉族", "土家族")),
        person.native_place,
        f"{person.works_since:%Y.%m}",
        "大学本科",
        random.choice(SCHOOLS),
        random.choice(("", "在职研究生")),
        person.unit,
        person.title,
        since,
        person.grade,
        RANKS[person.grade],
        person.identity,
        person.phone,
        family,
        resume,
        "" if number % 17 else "2026.08退休",
    ]


def rows(made: Sequence[Invented], *, doubtful: bool = False) -> Iterator[tuple[str, list[Any]]]:
    """Yield the rows below the header: ``section``, ``person``, ``total`` or ``note``, and the cells.

    Args:
        made: The people.
        doubtful: Whether two dates are doubtful and one person stands in two rows.
    """
    random = Random(1)
    number = 0
    for section in SECTIONS:
        there = [person for person in made if person.unit in UNITS[section]]
        yield "section", [f"{section}（{len(there)}人）"]
        for person in there:
            number += 1
            cells = _cells(number, person, random)
            if doubtful and number == 4:
                cells[3] = f"{person.born:%y.%m}"
            elif doubtful and number == 20:
                cells[3] = 1985.1
            yield "person", cells
    if doubtful:
        yield "person", _cells(7, made[7], random)
    yield "total", ["合计", f"{number}人"]
    yield "note", ["填表人：王科员", *[""] * 9, "审核人：", "", "填表时间：2025年12月"]


def write(path: Path, made: Sequence[Invented], *, doubtful: bool = False) -> None:
    """Write the roster as a workbook with merged titles, headers, sections and units."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime(2025, 12, 1)})
    sheet = book.add_worksheet("花名册")
    centre = book.add_format({"align": "center", "valign": "vcenter", "border": 1, "text_wrap": True})
    month = book.add_format({"num_format": "yyyy.mm", "border": 1})
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(8, 18, 18)
    last = len(HEADER) - 1
    sheet.merge_range(0, 0, 0, last, TITLE, centre)
    sheet.write(1, 0, "填报单位：清江县纪委监委")
    _write_header(sheet, centre)
    begin = (0, "")
    for row, (kind, cells) in enumerate(rows(made, doubtful=doubtful), start=4):
        unit = cells[10] if kind == "person" else ""
        if unit != begin[1]:
            _merge_unit(sheet, begin, row, centre)
            begin = (row, unit)
        if kind == "section":
            sheet.merge_range(row, 0, row, last, cells[0], centre)
            continue
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                sheet.write_datetime(row, column, cell, month)
            elif isinstance(cell, str):
                sheet.write_string(row, column, cell)
            else:
                sheet.write(row, column, cell)
    book.close()


def _write_header(sheet: Any, centre: Any) -> None:
    for column, (upper, lower) in enumerate(HEADER):
        if lower:
            sheet.write(3, column, lower, centre)
            group = [index for index, one in enumerate(HEADER) if one[0] == upper]
            if column == group[0] and len(group) > 1:
                sheet.merge_range(2, column, 2, group[-1], upper, centre)
            elif len(group) == 1:
                sheet.write(2, column, upper, centre)
        else:
            sheet.merge_range(2, column, 3, column, upper, centre)


def _merge_unit(sheet: Any, begin: tuple[int, str], end: int, centre: Any) -> None:
    row, unit = begin
    if unit and end - row > 1:
        sheet.merge_range(row, 10, end - 1, 10, unit, centre)


def main() -> None:
    """Write the roster to the file that is named."""
    parser = argparse.ArgumentParser(description="Make the roster of the tutorial.")
    parser.add_argument("file", type=Path, help="the workbook to write")
    parser.add_argument("--doubtful", action="store_true", help="with three cells that must be asked about")
    given = parser.parse_args()
    write(given.file, people(), doubtful=given.doubtful)


if __name__ == "__main__":
    main()
