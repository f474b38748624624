"""Dates, terms of kinship and lines of a résumé, as rosters and forms write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.intake.dates import as_day_number, find_dates, read_date, read_date_cell, with_century
from allocator.intake.kinship import NO_END, NO_NAME, NO_TERM, kinship_of, relatives_in
from allocator.intake.resume_lines import BACKWARDS, BAD_DATE, NO_DATES, NO_TEXT, is_study, read_resume

MONTHS = [
    "1975.08",
    "1975-08",
    "1975-8",
    "1975/8",
    "1975年8月",
    "197508",
    "１９７５年８月",
    "1975.08（50岁）",
    "一九七五年八月",
]
DAYS = ["19750812", "1975.08.12", "1975-08-12", "1975/8/12", "1975年8月12日", "1975/8/12 0:00"]


@pytest.mark.parametrize("text", MONTHS)
def test_a_month_is_read_in_every_form(text: str) -> None:
    read = read_date(text)
    assert (read.iso, read.doubt, read.last) == ("1975-08", "", date(1975, 8, 31))


@pytest.mark.parametrize("text", DAYS)
def test_a_day_is_read_in_every_form(text: str) -> None:
    assert read_date(text).iso == "1975-08-12"


def test_what_is_not_certain_is_asked_with_its_choices() -> None:
    asked = {text: read_date(text) for text in ("1975.1", "75.08", "27668", "1975", "民盟")}
    assert [(one.iso, one.doubt, one.choices) for one in asked.values()] == [
        ("", "january_or_october", ("1975.01", "1975.10")),
        ("", "two_figures", ("1975.08", "2075.08")),
        ("", "day_number", ("1975-10-01",)),
        ("", "year_only", ()),
        ("", "no_date", ()),
    ]
    assert all(one.question.zh and one.question.en for one in asked.values())
    assert read_date("75.1").choices == ("1975.01", "1975.10", "2075.01", "2075.10")
    assert with_century("75.1", 19).doubt == "january_or_october"
    assert read_date_cell(75.1, "0.00").choices == ("1975.10", "2075.10")
    assert with_century("75.08", 19).iso == "1975-08" and with_century("1975.1", 19).doubt
    assert as_day_number("27668", 1904).iso == "1979-10-02" and as_day_number("75.08", 1900).doubt


@pytest.mark.parametrize(
    ("value", "number_format", "epoch", "iso"),
    [
        (1975.1, "0.00", 0, "1975-10"),
        (1975.1, "0.00_ ", 0, "1975-10"),
        (1975.1, "General", 0, ""),
        (1975.1, "0.0", 0, ""),
        (1975.12, "", 0, "1975-12"),
        (75.1, "0.00", 0, ""),
        (27668.0, "General", 1900, "1975-10-01"),
        (27668, "General", 1904, "1979-10-02"),
        (27668, "", 0, ""),
        (197508.0, "", 0, "1975-08"),
        (True, "", 0, ""),
        (date(1975, 8, 1), "", 0, "1975-08-01"),
    ],
)
def test_a_number_is_a_date_only_if_its_cell_says_so(
    value: object, number_format: str, epoch: int, iso: str
) -> None:
    assert read_date_cell(value, number_format, epoch).iso == iso


FORMS = (
    "{0.year}.{0:%m}.{0:%d}",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
)


@given(st.dates(date(1928, 1, 1), date(2060, 12, 31)), st.sampled_from(FORMS))
def test_a_date_is_read_back_from_each_of_its_forms(day: date, form: str) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert read_date(form.format(day)).day == day
    assert read_date(form.format(day).translate(wide)).day == day
    number = (day - date(1899, 12, 30)).days
    assert read_date_cell(number, "", 1900).day == day
    early = date(1904, 1, 1) + timedelta(days=number)
    assert read_date_cell(number, "", 1904).day == early


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text: str) -> None:
    read = read_date(text)
    assert (read.day is None) == bool(read.doubt)
    find_dates(text)
    relatives_in(text)
    read_resume(text)


def test_dates_inside_a_text_are_found() -> None:
    dates, rest = find_dates("199806；民盟 1999年7月")
    assert [one.iso for one in dates] == ["1998-06", "1999-07"] and rest == "；民盟"


@pytest.mark.parametrize(
    ("term", "kind", "relation", "degree"),
    [
        ("妻子", "spouse", "spouse", 0),
        ("配 偶：", "spouse", "spouse", 0),
        ("12", "spouse", "spouse", 0),
        ("长女", "kin", "lineal", 2),
        ("外祖母", "kin", "lineal", 3),
        ("二哥", "kin", "collateral", 2),
        ("堂妹", "kin", "collateral", 3),
        ("外甥女", "kin", "collateral", 3),
        ("岳父", "in_law", "in_law", 2),
        ("妹夫", "in_law", "in_law", 2),
        ("28", "in_law", "in_law", 2),
        ("配偶的弟弟", "in_law", "in_law", 2),
        ("儿子之妻", "in_law", "in_law", 2),
        ("舅妈", "in_law", "in_law", 3),
    ],
)
def test_a_term_has_its_kind_and_degree(term: str, kind: str, relation: str, degree: int) -> None:
    found = kinship_of(term)
    assert found is not None
    assert (found.kind, found.relation, found.degree) == (kind, relation, degree)
    assert found.title.zh.endswith("关系")


@pytest.mark.parametrize("term", ["干爹", "前妻", "媳妇", "同学", "", "01", "父亲的父亲"])
def test_an_unknown_term_is_no_kin(term: str) -> None:
    assert kinship_of(term) is None


def test_relatives_are_read_from_a_cell() -> None:
    text = "妻子 张三 1977.03 县教育局教师；父亲：张大山，退休\n配偶刘玲艳，高坪乡干部 长女 张 小"
    found, unread = relatives_in("妻子 张三 1977.03 县教育局教师；父亲：张大山，退休\n配偶刘玲艳，高坪乡干部")
    assert [(one.term, one.name, one.born, one.work) for one in found] == [
        ("妻子", "张三", "1977-03", "县教育局教师"),
        ("父亲", "张大山", "", "退休"),
        ("配偶", "刘玲艳", "", "高坪乡干部"),
    ]
    assert not unread and text
    found, unread = relatives_in("父亲 张大山 退休，母亲 李四 务农")
    assert [one.name for one in found] == ["张大山", "李四"] and not unread


def test_a_relative_that_is_not_certain_is_named_with_the_reason() -> None:
    found, unread = relatives_in("父亲退休；干爹 王五；妻子张三县教育局教师；母亲 农民")
    assert not found
    assert [(one.text, one.reason) for one in unread] == [
        ("父亲退休", NO_NAME),
        ("干爹 王五", NO_TERM),
        ("妻子张三县教育局教师", NO_END),
        ("母亲 农民", NO_NAME),
    ]


RESUME = """1996.09--1999.07  省农业学校农学专业学习
1999.07--2004.3  县农业局干部（其间：2001.09--2004.07 省委党校法律专业本科学习；2003.01--2003.05 挂职某镇）
2004.03—2012.5  县纪委办公室
科员
2012.5至今 驻市教育局纪检监察组副组长
（期间：2013.03-2013.07 中央党校进修）
2019年3月至2020年1月 某镇党委副书记
2020.01--         市纪委监委第一监督检查室主任"""


def test_a_resume_is_read_line_by_line() -> None:
    resume = read_resume(RESUME)
    assert not resume.unread
    assert [(one.number, str(one.start), str(one.end), one.text, one.kind) for one in resume.lines] == [
        (1, "1996-09-01", "1999-07-31", "省农业学校农学专业学习", "study"),
        (2, "1999-07-01", "2004-03-31", "县农业局干部", "work"),
        (3, "2004-03-01", "2012-05-31", "县纪委办公室科员", "work"),
        (5, "2012-05-01", "None", "驻市教育局纪检监察组副组长", "work"),
        (7, "2019-03-01", "2020-01-31", "某镇党委副书记", "work"),
        (8, "2020-01-01", "None", "市纪委监委第一监督检查室主任", "work"),
    ]
    inner = [(one.text, one.kind) for line in resume.lines for one in line.within]
    assert inner == [("省委党校法律专业本科学习", "study"), ("挂职某镇", "work"), ("中央党校进修", "study")]


@pytest.mark.parametrize("mark", ["--", "-", "—", "——", "–", "－", "～", "~", "至"])
@pytest.mark.parametrize("end", ["2015.08", "2015.8", "201508", "至今", "现在", "", "       "])
def test_every_separator_and_end_is_read(mark: str, end: str) -> None:
    if mark == "至" and end == "至今":
        end = "今"
    resume = read_resume(f"2012.05{mark}{end}  驻市教育局纪检监察组组长")
    [line] = resume.lines
    assert line.text == "驻市教育局纪检监察组组长"
    assert line.end == (date(2015, 8, 31) if "2015" in end else None)


def test_lines_that_are_not_certain_are_named_with_the_reason() -> None:
    resume = read_resume(
        "没有年月的一行\n2012.13--2015.08 某局干部\n2015.08--2012.05 某局干部\n2012.05--2013.05"
    )
    assert not resume.lines
    assert [(one.number, one.reason) for one in resume.unread] == [
        (1, NO_DATES),
        (2, BAD_DATE),
        (3, BACKWARDS),
        (4, NO_TEXT),
    ]
    assert read_resume("（其间：2001.09--2004.07 省委党校学习）").unread[0].reason == NO_DATES


@pytest.mark.parametrize(
    ("text", "study"),
    [
        ("某大学法学专业学习", True),
        ("某大学本科", True),
        ("某校讲师", False),
        ("某大学博士后", False),
        ("支教", False),
    ],
)
def test_study_is_told_from_work(text: str, study: bool) -> None:
    assert is_study(text) is study
