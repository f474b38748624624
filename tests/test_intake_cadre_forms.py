"""Cadre forms: what is read of them, what is refused and why, and what a filled one keeps."""

from __future__ import annotations

import random
import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import made_forms
from allocator.errors import Fault, InputError
from allocator.intake.cadre_form import FORM_BYTES, CadreForm, form_files
from allocator.intake.form_output import APPOINTED, FILLED, REASON, REMOVED, FormFile, fill_form, read_form
from allocator.intake.form_people import people_of_forms
from allocator.intake.form_xml import parse_form
from allocator.intake.import_notes import ImportNotes, Questions
from allocator.intake.privacy import without_numbers
from allocator.intake.roster_reader import RosterPerson

FILL = {APPOINTED: "第二片区组长", REMOVED: "第一片区副组长", REASON: "任期届满，按规定轮岗"}


def _read(folder: Path, name: str, content: bytes) -> FormFile:
    path = folder / name
    path.write_bytes(content)
    return read_form(path)


def _filled(content: str, values: dict[str, str]) -> str:
    return fill_form(content.encode(), "a.lrmx", values).decode()


def _refusal(folder: Path, name: str, content: bytes) -> str:
    with pytest.raises(InputError) as refused:
        _read(folder, name, content)
    return "\n".join(fault("en") + "\n" + fault("zh") for fault in refused.value.faults)


@pytest.mark.parametrize("one", made_forms.broken(), ids=lambda one: one.name)
def test_a_broken_form_is_refused_in_its_own_sentence(one: made_forms.Broken, tmp_path: Path) -> None:
    said = _refusal(tmp_path, one.name, one.content)
    assert one.says in said
    assert "passwd" not in said


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), min_size=1, max_size=6
    ),
)
def test_a_damaged_form_is_read_or_refused_and_never_ends_in_an_error(
    seed: int, cuts: list[tuple[float, int, bytes]]
) -> None:
    rng = random.Random(seed)
    person, style = made_forms.truth(rng, seed), made_forms.style(rng)
    content = bytearray(made_forms.lrm(person, style) if seed % 4 == 0 else made_forms.lrmx(person, style))
    for part, length, new in cuts:
        begin = int(part * len(content))
        content[begin : begin + length] = new
    label = "a.lrm" if seed % 4 == 0 else "a.lrmx"
    try:
        filled = fill_form(bytes(content), label, FILL)
    except InputError as error:
        assert all(fault.message.zh and fault.message.en for fault in error.faults)
    else:
        assert fill_form(filled, label, FILL) == filled


def test_the_sentences_of_the_hostile_kinds_differ(tmp_path: Path) -> None:
    kinds = (
        "bomb",
        "external-dtd",
        "bare-doctype",
        "undefined-entity",
        "xinclude",
        "cut",
        "said-utf8",
        "nested",
    )
    forms = {one.name.split(".")[0]: one for one in made_forms.broken()}
    said = [_refusal(tmp_path, forms[kind].name, forms[kind].content) for kind in kinds]
    assert len({re.sub(r"^\S+ ", "", one.splitlines()[0]) for one in said}) == len(kinds)


def test_a_photo_of_100_megabytes_is_refused_as_a_photo(tmp_path: Path) -> None:
    path = tmp_path / "big.lrmx"
    with path.open("wb") as file:
        file.write(b"<Person><XingMing>A</XingMing><ZhaoPian>")
        file.seek(100 * 2**20)
        file.write(b"</ZhaoPian></Person>")
    with pytest.raises(InputError, match="the photo is too large"):
        read_form(path)
    path.write_bytes(b"<Person>" + b" " * (FORM_BYTES + 1))
    with pytest.raises(InputError, match="larger than 16 MiB"):
        read_form(path)


def test_a_photo_of_any_length_within_the_limit_is_passed_over() -> None:
    photo = "<ZhaoPian>" + "QUJD" * 100_000 + "</ZhaoPian>"
    form = parse_form(f"<Person><XingMing>张三</XingMing>{photo}</Person>".encode(), "a").form
    assert form.text("XingMing") == "张三" and form.unread == ()


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("old", [False, True], ids=["lrmx", "lrm"])
def test_every_field_is_read_in_every_way_of_writing(seed: int, old: bool, tmp_path: Path) -> None:
    rng = random.Random(seed)
    person, style = made_forms.truth(rng, seed), made_forms.style(rng)
    content = made_forms.lrm(person, style) if old else made_forms.lrmx(person, style)
    form = _read(tmp_path, "a.lrm" if old else "a.lrmx", content).form
    assert form.unread == ()
    texts = made_forms.values(person, style)
    read = {name: form.text(name) for name in texts if name not in ("ShenFenZheng", "ZhaoPian")}
    if old:  # an old form has no room for these
        del read["NianDuKaoHeJieGuo"], read["Version"]
    assert read == {name: texts[name].strip().replace("\r\n", "\n" if not old else "\r\n") for name in read}
    assert [(one.relation, one.name, one.post) for one in form.relatives] == [
        (one.term, made_forms.padded(one.name, style), one.work) for one in person.kin
    ]
    kept = repr(form)
    assert person.identity_number not in kept and made_forms.PHOTO not in kept


def test_identity_and_phone_numbers_are_left_out_of_any_field() -> None:
    for number in (
        "11010119900101123X",
        "110101199001011234",
        "110101900101123",
        "13912345678",
        "１３９１２３４５６７８",
    ):
        text = f"主任{number}。"
        assert without_numbers(text) == "主任***。"
        form = parse_form(
            f"<Person><XingMing>张三</XingMing><JiGuan>{text}</JiGuan></Person>".encode(), "a"
        ).form
        assert number not in repr(form)
        assert [fault.column for fault in form.unread] == ["JiGuan"]
    for text in ("2012.05--2015.08", "201205-201508", "20120501-20150831", "1999年12月31日", "第12345号"):
        assert without_numbers(text) == text


def test_what_a_form_has_besides_is_listed_with_its_line() -> None:
    content = """<?xml version="1.0"?>
<?xml-stylesheet href="x.xsl"?>
<Person><XingMing>张三</XingMing>
<Motto>secret</Motto>
loose words
<JiaTingChengYuan>more
<Item><ChengWei>妻子</ChengWei><Phone>13912345678</Phone></Item>
<Other/></JiaTingChengYuan>
</Person>"""
    form = parse_form(content.encode(), "a.lrmx").form
    assert [(one.row, one.column) for one in form.unread] == [
        (2, "xml-stylesheet"),
        (4, "Motto"),
        (6, "Person"),
        (7, "JiaTingChengYuan"),
        (7, "Phone"),
        (8, "Other"),
    ]
    assert "secret" not in repr(form) and "1391234" not in repr(form)


def test_an_old_form_lists_what_it_cannot_take_apart(tmp_path: Path) -> None:
    cells = [""] * 35
    cells[0], cells[9], cells[13], cells[20], cells[21] = "张三", "大学#学士#x@", "?", "妻子@", "李四"
    form = _read(tmp_path, "a.lrm", ('"' + '","'.join(cells) + '"').encode("gbk")).form
    assert [one.column for one in form.unread] == ["XueLi", "JiaTingChengYuan", "14"]
    assert form.relatives == ()


def test_a_form_is_read_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    assert (
        _read(tmp_path, "a.lrm", "<Person><XingMing>张三</XingMing></Person>".encode()).form.text("XingMing")
        == "张三"
    )


def test_a_folder_gives_its_forms_by_name(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/c.LRMX", "a.lrm", "a.pic", "~$a.lrmx", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in form_files(tmp_path)] == ["a.lrm", "c.LRMX"]


def _outside(content: bytes, codec: str) -> list[str]:
    """Return the text of a form without the elements that a plan fills."""
    text = content.decode(codec)
    for name in FILLED:
        text = re.sub(rf"<{name}\s*/>|<{name}>.*?</{name}>", f"[{name}]", text, flags=re.DOTALL)
    return text.split("\n")


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    values=st.lists(st.text("纪委第二组长<>&\"'〇𠮷]", max_size=9), min_size=3, max_size=3),
)
def test_a_filled_form_keeps_every_other_byte(seed: int, values: list[str]) -> None:
    rng = random.Random(seed)
    person, style = made_forms.truth(rng, seed), made_forms.style(rng)
    content, codec = made_forms.lrmx(person, style), made_forms.codec_of(style)
    wanted = dict(zip(FILLED, values, strict=True))
    filled = fill_form(content, "a.lrmx", wanted)
    assert _outside(filled, codec) == _outside(content, codec)
    again = parse_form(filled, "a")
    assert {name: again.form.text(name) for name in FILLED} == {
        name: text.strip() for name, text in wanted.items()
    }
    assert again.mark == parse_form(content, "a").mark
    empty = fill_form(filled, "a.lrmx", dict.fromkeys(FILLED, ""))
    assert _outside(empty, codec) == _outside(content, codec)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_filled_old_form_keeps_every_other_field(seed: int) -> None:
    rng = random.Random(seed)
    content = made_forms.lrm(made_forms.truth(rng, seed), made_forms.style(rng))
    cells, made = (one.split(b'","') for one in (content, fill_form(content, "a.lrm", FILL)))
    assert made[:26] + made[29:] == cells[:26] + cells[29:]
    assert [one.decode("gbk") for one in made[26:29]] == [FILL[name] for name in FILLED]


def test_an_element_that_is_missing_is_added_at_its_place() -> None:
    content = (
        "<Person>\r\n  <XingMing>张三</XingMing>\r\n  <XianRenZhiWu/>\r\n  <JianLi></JianLi>\r\n</Person>"
    )
    assert _filled(content, FILL) == (
        "<Person>\r\n  <XingMing>张三</XingMing>\r\n  <XianRenZhiWu/>"
        "\r\n  <NiRenZhiWu>第二片区组长</NiRenZhiWu>\r\n  <NiMianZhiWu>第一片区副组长</NiMianZhiWu>"
        "\r\n  <JianLi></JianLi>"
        "\r\n  <RenMianLiYou>任期届满，按规定轮岗</RenMianLiYou>\r\n</Person>"
    )
    assert _filled(content, dict.fromkeys(FILLED, "")) == content


def test_an_attribute_and_a_cdata_section_of_a_filled_element_stay() -> None:
    inside = '<XingMing>A</XingMing><NiRenZhiWu a=">" /><RenMianLiYou><![CDATA[x]]></RenMianLiYou>'
    made = _filled(f"<Person>{inside}</Person>", {APPOINTED: "甲", REASON: "a<b ]]> c"})
    assert '<NiRenZhiWu a=">">甲</NiRenZhiWu>' in made
    assert "<![CDATA[a<b ]]]]><![CDATA[> c]]>" in made


def test_a_character_that_the_encoding_lacks_is_referred_to_or_refused() -> None:
    person, style = made_forms.truth(random.Random(1), 1), made_forms.Style(encoding="GB2312")
    made = fill_form(made_forms.lrmx(person, style), "a.lrmx", {APPOINTED: "𠮷镇"})
    assert "<NiRenZhiWu>&#134071;镇</NiRenZhiWu>".encode("gbk") in made
    old = made_forms.lrm(person, made_forms.Style())
    with pytest.raises(InputError, match="cannot hold this character"):
        fill_form(old, "a.lrm", {APPOINTED: "𠮷镇"})
    assert '"一”二"'.encode("gbk") in fill_form(old, "a.lrm", {APPOINTED: '一"二'})


def test_an_encoding_with_two_bytes_a_character_comes_back_as_it_was() -> None:
    content = b"\xff\xfe" + "<Person><XingMing>张三</XingMing></Person>".encode("utf-16-le")
    assert fill_form(content, "a.lrmx", {APPOINTED: ""}) == content


def _person(
    form: CadreForm, answers: Mapping[str, str] | None = None
) -> tuple[RosterPerson, tuple[Fault, ...], list[Fault]]:
    questions, remarks = Questions(ImportNotes(answers or {}, {})), list[Fault]()
    [person] = people_of_forms([form], questions, remarks)
    return person, questions.faults.all(), remarks


def _spell(one: made_forms.Spell) -> tuple[date, date | None, str, str, int]:
    end = one.end and date(*one.end, monthrange(*one.end)[1])
    return date(*one.start, 1), end, one.text, "study" if one.study else "work", len(one.within)


@pytest.mark.parametrize("seed", range(100))
@pytest.mark.parametrize("old", [False, True], ids=["lrmx", "lrm"])
def test_a_form_becomes_the_person_it_was_made_of(seed: int, old: bool, tmp_path: Path) -> None:
    """The oracle is the person before the form was written, by the conventions of the forms."""
    rng = random.Random(1000 + seed)
    person, style = made_forms.truth(rng, seed), made_forms.style(rng)
    content = made_forms.lrm(person, style) if old else made_forms.lrmx(person, style)
    found, asked, remarks = _person(_read(tmp_path, "a.lrm" if old else "a.lrmx", content).form)
    assert asked == () and not found.is_open
    month = "{0}-{1:02}".format
    wanted = {
        "sex": person.sex,
        "born": month(*person.born),
        "native_place": person.native,
        "birthplace": person.birthplace,
        "works_since": month(*person.works_since),
        "full_time_degree": "法学学士",
    }
    if isinstance(person.party, tuple):
        wanted["party_since"] = month(*person.party)
    elif person.party:
        wanted["party"] = person.party
    assert {name: found.values.get(name) for name in wanted} == wanted
    assert ("party" in found.values, "party_since" in found.values) == (
        "party" in wanted,
        "party_since" in wanted,
    )
    assert (found.name, found.born, found.post) == (person.name, wanted["born"], person.post)
    alive = [one for one in person.kin if not one.dead]
    stated = [(one.relative, one.relative.kinship) for one in found.relatives]
    assert [(one.name, kin.kind, kin.degree, one.born, one.work) for one, kin in stated if kin] == [
        (one.name, *made_forms.RELATIONS[one.term], month(*one.born) if one.born else "", one.work)
        for one in alive
    ]
    assert [(one.start, one.end, one.text, one.kind, len(one.within)) for one, _ in found.resume] == [
        _spell(one) for one in person.spells
    ]
    said = [fault.found for fault in remarks]
    dead = [f"{one.term} {one.name}" for one in person.kin if one.dead]
    assert len(said) == len(dead) + len(person.nonsense)
    assert all(any(str(text).startswith(one) for text in said) for one in (*dead, *person.nonsense))
    assert all(fault.row > 0 for fault in remarks)


def test_what_is_not_certain_is_asked_and_never_guessed() -> None:
    content = """<Person><XingMing>张三</XingMing><ChuShengNianYue>1975.1</ChuShengNianYue>
<RuDangShiJian>1998.06入党2001.05转正</RuDangShiJian><CanJiaGongZuoShiJian>97.07</CanJiaGongZuoShiJian>
<JianLi>2001.05--2003.04  县纪委科员
2005.13--2006.01  县纪委科员
2009.01--2008.01  县纪委科员
2010.01--2011.01
</JianLi>
<JiaTingChengYuan><Item><ChengWei>同学</ChengWei><XingMing>李四</XingMing></Item>
<Item><ChengWei>妻子</ChengWei><GongZuoDanWeiJiZhiWu>务农</GongZuoDanWeiJiZhiWu></Item>
<Item><ChengWei>父亲</ChengWei><XingMing>张二</XingMing><ChuShengRiQi>1950.1</ChuShengRiQi></Item>
</JiaTingChengYuan></Person>"""
    form = parse_form(content.encode(), "a.lrmx").form
    found, asked, remarks = _person(form)
    assert [(one.row, one.column) for one in asked] == [
        (1, "出生年月"),
        (2, "参加工作时间"),
        (8, "家庭成员 1"),
    ]
    assert [(one.row, one.column) for one in remarks] == [
        (2, "入党时间"),
        (4, "简历"),
        (5, "简历"),
        (6, "简历"),
        (9, "家庭成员 2"),
        (10, "家庭成员 3"),
    ]
    assert found.is_open and found.values == {}
    assert [one.relative.name for one in found.relatives] == ["张二"]
    assert len(found.resume) == 1
    assert '"a.lrmx:1:出生年月=1975.1": "1975.01"' in asked[0].detail


def test_the_answers_of_the_user_are_taken() -> None:
    content = """<Person><XingMing>张三</XingMing><ChuShengNianYue>1975.1</ChuShengNianYue>
<CanJiaGongZuoShiJian>97.07</CanJiaGongZuoShiJian>
<JiaTingChengYuan><Item><ChengWei>内人</ChengWei><XingMing>李四</XingMing></Item>
<Item><ChengWei>同学</ChengWei><XingMing>王五</XingMing></Item></JiaTingChengYuan></Person>"""
    answers = {
        "a.lrmx:1:出生年月=1975.1": "1975.10",
        "a.lrmx:2:参加工作时间=97.07": "skip",
        "a.lrmx:3:家庭成员 1=内人 李四": "妻子",
        "a.lrmx:4:家庭成员 2=同学 王五": "skip",
    }
    found, asked, remarks = _person(parse_form(content.encode(), "a.lrmx").form, answers)
    assert (asked, remarks) == ((), [])
    assert found.values == {"born": "1975-10"} and not found.is_open
    assert [(one.relative.term, one.relative.name) for one in found.relatives] == [("妻子", "李四")]


def test_a_date_that_is_none_is_listed_where_nobody_waits_for_it() -> None:
    content = "<Person><XingMing>张三</XingMing><CanJiaGongZuoShiJian>不详</CanJiaGongZuoShiJian></Person>"
    found, asked, remarks = _person(parse_form(content.encode(), "a.lrmx").form)
    assert asked == () and found.values == {} and [one.found for one in remarks] == ["不详"]


@pytest.mark.parametrize(
    ("text", "since", "party"),
    [
        ("199806", "1998-06", ""),
        ("198506；民盟", "1985-06", "民盟"),
        ("民盟（1985.06）", "1985-06", "民盟"),
        ("无", "", "无"),
    ],
)
def test_the_party_is_a_date_a_name_or_both(text: str, since: str, party: str) -> None:
    content = f"<Person><XingMing>张三</XingMing><RuDangShiJian>{text}</RuDangShiJian></Person>"
    found, _, _ = _person(parse_form(content.encode(), "a").form)
    assert (found.values.get("party_since", ""), found.values.get("party", "")) == (since, party)
    both = content.replace("</Person>", "<ZhengZhiMianMao>群众</ZhengZhiMianMao></Person>")
    found, _, remarks = _person(parse_form(both.encode(), "a").form)
    assert found.values["party"] == "群众" and len(remarks) == bool(party)
