"""Takes a person, relatives and spells out of a cadre form, and lists every line that was not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from allocator.errors import Fault, shorten
from allocator.intake.cadre_form import FAMILY, CadreForm
from allocator.intake.cadre_form import Relative as Row
from allocator.intake.dates import NO_DATE, ReadDate, find_dates, read_date
from allocator.intake.kinship import NO_NAME, NO_TERM, Kinship, kinship_of
from allocator.intake.resume_lines import ResumeLine, UnreadLine, read_resume
from allocator.model.reading.cell_values import plain_name
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
    "XianRenZhiWu": "post",
    "NianDuKaoHeJieGuo": "appraisal",
}
_DATES: Mapping[str, str] = {"ChuShengNianYue": "born", "CanJiaGongZuoShiJian": "works_since"}
#: A state of a relative that ends kinship ties: dead people stand in nobody's way.
_DEAD = re.compile("去世|已故|病故|亡故|逝世|已殁")
_RETIRED = re.compile("退休|离休")
_BREAK = re.compile(r"<br\s*/?>")

State = Literal["", "retired"]


@dataclass(frozen=True)
class KinTie:
    """A tie to a living relative who is named.

    Attributes:
        name: The relative.
        kinship: The relation, with its kind of tie and its degree.
        born: Year and month of birth as ``1977-03``; empty if none is certain.
        work: Unit and post as the form writes them.
        state: ``retired`` where the form says so.
        source: Where the form says so: file, line and number of the row.
    """

    name: str
    kinship: Kinship
    born: str
    work: str
    state: State
    source: str


@dataclass(frozen=True)
class FormPerson:
    """A person as a form describes them.

    Attributes:
        label: Name of the form's file.
        values: Text of each field of a roster, with dates as ``1975-08`` or ``1975-08-12``; no empty ones.
        rows: Line of the file for each of these fields.
        kin: The living relatives who are named.
        spells: The spells of the résumé.
        spell_row: Line of the file on which the résumé begins.
        unread: Everything that was not read, each with its line.
    """

    label: str
    values: Mapping[str, str]
    rows: Mapping[str, int]
    kin: tuple[KinTie, ...]
    spells: tuple[ResumeLine, ...]
    spell_row: int
    unread: tuple[Fault, ...]


def form_person(form: CadreForm) -> FormPerson:
    """Return the person whom a form describes; a part that is not certain is listed, never guessed."""
    return _FormReader(form).person()


class _FormReader:
    """Reads the fields of one form."""

    def __init__(self, form: CadreForm) -> None:
        self.form = form
        self.values: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        self.unread = list(form.unread)

    def person(self) -> FormPerson:
        """Return the person."""
        self._take("name", "XingMing", plain_name(self.form.text("XingMing")))
        for element, name in _TEXTS.items():
            self._take(name, element, " ".join(self.form.text(element).split()))
        for element, name in _DATES.items():
            if text := self.form.text(element):
                self._take(name, element, self._date(text, element).iso)
        self._party()
        kin = tuple(self._kin())
        resume = read_resume(_BREAK.sub("\n", self.form.text("JianLi")))
        for line in resume.unread:
            self._leave_out_line(line)
        return FormPerson(
            label=self.form.label,
            values=self.values,
            rows=self.rows,
            kin=kin,
            spells=tuple(resume.lines),
            spell_row=self.form.row("JianLi"),
            unread=tuple(sorted(self.unread, key=lambda fault: fault.row)),
        )

    def _take(self, name: str, element: str, text: str) -> None:
        if text:
            self.values[name] = text
            self.rows[name] = self.form.row(element)

    def _date(self, text: str, element: str, row: int = 0) -> ReadDate:
        """Return a date; a doubtful one is listed with what it may be."""
        read = read_date(text)
        if read.day is None:
            row = row or self.form.row(element)
            self._leave_out(row, element, read.question or NO_DATE, text, allowed=", ".join(read.choices))
        return read

    def _party(self) -> None:
        """Read 入党时间, which is a date, the name of a party, or both: ``199806；民盟``."""
        text, written = self.form.text("RuDangShiJian"), self.form.text("ZhengZhiMianMao")
        dates, rest = find_dates(text)
        rest = rest.strip(" ；;,，、（）()")
        if len(dates) > 1 or re.search("[0-9]", rest):
            message = Text(
                zh="不是一个日期，也不是党派名称", en="is neither one date nor the name of a party"
            )
            self._leave_out(self.form.row("RuDangShiJian"), "RuDangShiJian", message, text)
            dates, rest = [], ""
        if dates:
            self._take("party_since", "RuDangShiJian", dates[0].iso)
        if written and rest and written != rest:
            message = Text(zh="与政治面貌一项不一致，以该项为准", en="differs from 政治面貌, which is taken")
            self._leave_out(self.form.row("RuDangShiJian"), "RuDangShiJian", message, text)
        self._take("party", "ZhengZhiMianMao" if written else "RuDangShiJian", written or rest)

    def _kin(self) -> Iterator[KinTie]:
        for row in self.form.relatives:
            kinship = kinship_of(row.relation)
            why = NO_TERM if kinship is None else _why_no_tie(row)
            if kinship is None or why is not None:
                shown = " ".join(filter(None, (row.relation, plain_name(row.name), row.born, row.post)))
                self._leave_out(row.row, f"{FAMILY}/{row.number}", why or NO_TERM, shown)
                continue
            born = self._date(row.born, f"{FAMILY}/{row.number}", row.row).iso if row.born else ""
            state: State = "retired" if _RETIRED.search(row.post) else ""
            source = f"{self.form.label} 家庭成员第 {row.number} 行 {row.relation}"
            yield KinTie(plain_name(row.name), kinship, born[:7], row.post, state, source)

    def _leave_out_line(self, line: UnreadLine) -> None:
        row = self.form.row("JianLi") + line.number - 1
        self._leave_out(row, "JianLi", line.reason, line.text)

    def _leave_out(self, row: int, column: str, message: Text, found: str, allowed: str = "") -> None:
        self.unread.append(Fault(message, self.form.label, row, column, shorten(found), allowed))


def _why_no_tie(row: Row) -> Text | None:
    """Return why a relative with a known term of address makes no tie; None if they make one."""
    if not row.name:
        return NO_NAME
    if _DEAD.search(row.post) or _DEAD.search(row.name):
        return Text(zh="已去世，不计入亲属关系", en="has died, and makes no tie")
    return None
