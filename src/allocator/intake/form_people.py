"""Takes a person, relatives and spells out of a cadre form; lists or asks about whatever is not certain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from allocator.errors import Fault
from allocator.intake.cadre_form import FAMILY, CadreForm, FormRelative
from allocator.intake.dates import NO_DATE, find_dates, read_date
from allocator.intake.import_notes import FilePlace, Questions, short
from allocator.intake.kinship import HAS_DIED, NO_NAME, NO_TERM, Relative, has_died, kinship_of
from allocator.intake.resume_lines import read_resume
from allocator.intake.roster_families import StatedRelative
from allocator.intake.roster_reader import RosterPerson
from allocator.model.reading.cell_values import plain_id, plain_name
from allocator.model.reading.roster_fields import SKIP, fields
from allocator.model.text import Text

#: Elements whose text is taken as it is, with the field of a roster that it fills.
_TEXTS: Mapping[str, str] = {
    "XingBie": "sex",
    "MinZu": "ethnicity",
    "JiGuan": "native_place",
    "ChuShengDi": "birthplace",
    "QuanRiZhiJiaoYu_XueLi": "full_time_education",
    "QuanRiZhiJiaoYu_XueWei": "full_time_degree",
    "QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi": "full_time_school",
    "ZaiZhiJiaoYu_XueLi": "part_time_education",
    "ZaiZhiJiaoYu_XueWei": "part_time_degree",
    "ZaiZhiJiaoYu_XueLi_BiYeYuanXiaoXi": "part_time_school",
    "ShuXiZhuanYeYouHeZhuanChang": "specialty",
    "NianDuKaoHeJieGuo": "appraisal",
}
#: The captions of the form, by which its places are called.
_CAPTIONS: Mapping[str, str] = {
    "XingMing": "姓名",
    "XingBie": "性别",
    "ChuShengNianYue": "出生年月",
    "MinZu": "民族",
    "JiGuan": "籍贯",
    "ChuShengDi": "出生地",
    "RuDangShiJian": "入党时间",
    "CanJiaGongZuoShiJian": "参加工作时间",
    "XianRenZhiWu": "现任职务",
    "JianLi": "简历",
    FAMILY: "家庭成员",
}
_DATES: Mapping[str, str] = {"ChuShengNianYue": "born", "CanJiaGongZuoShiJian": "works_since"}
_BREAK = re.compile(r"<br\s*/?>")
_PARTY = Text(
    zh="不是一个日期，也不是党派名称，未读入", en="is neither one date nor a party, and is not read"
)
_OTHER_PARTY = Text(zh="与政治面貌一项不一致，以政治面貌为准", en="differs from 政治面貌, which is taken")


def people_of_forms(
    forms: Sequence[CadreForm], questions: Questions, remarks: list[Fault]
) -> list[RosterPerson]:
    """Return the people of forms, like those of the rows of a roster.

    Args:
        forms: The forms.
        questions: Collects the questions about doubtful dates and terms; has the answers so far.
        remarks: Collects every line that was not read.
    """
    people: list[RosterPerson] = []
    for form in forms:
        reader = _FormReader(form, questions)
        people.append(reader.person())
        remarks.extend(sorted(reader.remarks, key=lambda fault: fault.row))
    return people


class _FormReader:
    """Reads the fields of one form."""

    def __init__(self, form: CadreForm, questions: Questions) -> None:
        self._form, self._questions = form, questions
        self.remarks: list[Fault] = list(form.unread)
        self._person = RosterPerson(self._place("XingMing"), plain_name(plain_id(form.text("XingMing"))))

    def person(self) -> RosterPerson:
        """Return the person."""
        person = self._person
        for element, name in _TEXTS.items():
            if text := self._text(element):
                person.values[name] = text
        for element, name in _DATES.items():
            self._take_date(element, name)
        person.born = person.values.get("born", "")[:7]
        person.post = self._text("XianRenZhiWu")
        self._take_party()
        person.relatives.extend(self._relatives())
        place = self._place("JianLi")
        resume = read_resume(_BREAK.sub("\n", self._form.text("JianLi")))
        person.resume.extend((line, place) for line in resume.lines)
        for line in resume.unread:
            self._remark(
                FilePlace(place.label, place.row + line.number - 1, place.column), line.reason, line.text
            )
        return person

    def _place(self, element: str) -> FilePlace:
        return FilePlace(self._form.label, self._form.row(element), _CAPTIONS[element])

    def _text(self, element: str) -> str:
        return plain_id(" ".join(self._form.text(element).split()))

    def _take_date(self, element: str, name: str) -> None:
        """Take a date; a doubtful one is asked about, and the person waits for the answer."""
        text, place = self._form.text(element), self._place(element)
        answer = self._questions.answer(place.key(text)) if text else SKIP
        if answer == SKIP:
            return
        read = read_date(answer or text)
        if read.day is not None:
            self._person.values[name] = read.iso
        elif read.doubt == "no_date" and name != "born":
            self._remark(place, NO_DATE, text)
        else:
            self._person.is_open = True
            question = read.question or NO_DATE
            self._questions.ask(place, question, place.key(text), read.choices, found=text)

    def _take_party(self) -> None:
        """Take 入党时间, which is a date, the name of a party, or both: ``199806；民盟``."""
        text, written = self._text("RuDangShiJian"), self._text("ZhengZhiMianMao")
        dates, rest = find_dates(text)
        rest = rest.strip(" ；;,，、（）()")
        if len(dates) > 1 or re.search("[0-9]", rest):
            self._remark(self._place("RuDangShiJian"), _PARTY, text)
            dates, rest = [], ""
        if dates:
            self._person.values["party_since"] = dates[0].iso
        if written and rest and written != rest:
            self._remark(self._place("RuDangShiJian"), _OTHER_PARTY, text)
        if written or rest:
            self._person.values["party"] = written or rest

    def _relatives(self) -> Iterator[StatedRelative]:
        """Yield the living relatives who are named; the others are listed or asked about."""
        for row in self._form.relatives:
            place = FilePlace(self._form.label, row.row, f"{_CAPTIONS[FAMILY]} {row.number}")
            name = plain_name(plain_id(row.name))
            shown = " ".join(filter(None, (row.relation, name, row.born, row.post)))
            if has_died(row.post) or has_died(row.name):
                self._remark(place, HAS_DIED, shown)
            elif not name:
                self._remark(place, NO_NAME, shown)
            elif term := self._term(place, row, name):
                work = plain_id(" ".join(row.post.split()))
                yield StatedRelative(Relative(term, name, self._born(place, row), work), place)

    def _term(self, place: FilePlace, row: FormRelative, name: str) -> str:
        """Return the term of address of a relative; empty while it is asked about."""
        key = place.key(f"{row.relation} {name}")
        answer = self._questions.answer(key)
        if answer == SKIP:
            return ""
        term = answer or row.relation
        if kinship_of(term) is None:
            self._questions.ask(place, NO_TERM, key, ["", SKIP], found=f"{row.relation} {name}")
            return ""
        return term

    def _born(self, place: FilePlace, row: FormRelative) -> str:
        """Return year and month of birth of a relative; empty with a remark if they are not certain."""
        if not row.born:
            return ""
        read = read_date(row.born)
        if read.day is None:
            self._remark(place, read.question or NO_DATE, row.born)
        return read.iso[:7]

    def _remark(self, place: FilePlace, message: Text, found: str) -> None:
        self.remarks.append(Fault(message, place.label, place.row, place.column, short(found)))


def taken_fields() -> Iterator[tuple[str, str]]:
    """Yield the caption of each part of a form that is read, with the field of a roster that it fills."""
    yield _CAPTIONS["XingMing"], "name"
    for element, name in {**_TEXTS, **_DATES}.items():
        yield _CAPTIONS.get(element) or fields()[name].title.zh, name
    yield _CAPTIONS["RuDangShiJian"], "party_since"
    yield _CAPTIONS["XianRenZhiWu"], "post"
    yield _CAPTIONS["JianLi"], "resume"
    yield _CAPTIONS[FAMILY], "family"
