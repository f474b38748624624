"""Cadre forms made from a seed, each with what it says; and forms that are broken or hostile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape


def _words(text: str) -> list[str]:
    return text.split()


ORDER = _words(
    "XingMing XingBie ChuShengNianYue MinZu JiGuan ChuShengDi RuDangShiJian CanJiaGongZuoShiJian "
    "JianKangZhuangKuang ZhuanYeJiShuZhiWu ShuXiZhuanYeYouHeZhuanChang QuanRiZhiJiaoYu_XueLi "
    "QuanRiZhiJiaoYu_XueWei QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi QuanRiZhiJiaoYu_XueWei_BiYeYuanXiaoXi "
    "ZaiZhiJiaoYu_XueLi ZaiZhiJiaoYu_XueWei ZaiZhiJiaoYu_XueLi_BiYeYuanXiaoXi "
    "ZaiZhiJiaoYu_XueWei_BiYeYuanXiaoXi XianRenZhiWu NiRenZhiWu NiMianZhiWu JianLi JiangChengQingKuang "
    "NianDuKaoHeJieGuo RenMianLiYou JiaTingChengYuan ChengBaoDanWei JiSuanNianLingShiJian TianBiaoShiJian "
    "TianBiaoRen ShenFenZheng ZhaoPian Version"
)

SURNAMES = _words("赵 钱 孙 李 周 吴 郑 王 冯 陈 褚 卫 蒋 沈 韩 杨 朱 秦 尤 许")
GIVEN = _words("伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 建国 志强 晓红 文博 玉珍 海燕")
UNITS = _words("县纪委 市纪委监委 县委组织部 县教育局 县财政局 城关镇 石桥镇 县住建局 县审计局 县人民检察院")
POSTS = _words("科员 副主任 主任 办公室主任 第一纪检监察室副主任 案件审理室主任 纪检组长 副组长 书记")
PLACES = _words("四川内江 四川宜宾 江苏南通 山东济南 吉林通化")
SCHOOLS = _words("四川大学法律系法学专业 省委党校函授学院 西南政法大学侦查专业")
#: Relatives with the kind of their tie and its degree as the regulation counts generations.
RELATIONS = {
    "妻子": ("spouse", 0),
    "丈夫": ("spouse", 0),
    "父亲": ("kin", 2),
    "母亲": ("kin", 2),
    "儿子": ("kin", 2),
    "长女": ("kin", 2),
    "弟弟": ("kin", 2),
    "姐姐": ("kin", 2),
    "岳父": ("in_law", 2),
    "姐夫": ("in_law", 2),
    "堂兄": ("kin", 3),
}
STATES = ("已去世", "已故", "退休教师", "县教育局退休干部", "务农", "县财政局科员", "在校学生")
PHOTO = "/9j/4AAQSkZJRgABAQEAYABgAAD" + "QUJD" * 60
DASHES = ("--", "-", "—", "——", "–", "－", "～", "~", "至")


@dataclass(frozen=True)
class Spell:
    """A line of a résumé: months as (year, month), an open end as None."""

    start: tuple[int, int]
    end: tuple[int, int] | None
    text: str
    study: bool = False
    within: tuple[Spell, ...] = ()


@dataclass(frozen=True)
class Kin:
    """A relative; ``dead`` and ``term_known`` say what becomes of him or her."""

    term: str
    name: str
    born: tuple[int, int] | None
    work: str

    @property
    def dead(self) -> bool:
        return self.work in ("已去世", "已故")


@dataclass
class Truth:
    """What a form says: the writer of a form chooses only how."""

    name: str
    sex: str
    born: tuple[int, int]
    native: str
    birthplace: str
    party: tuple[int, int] | str
    works_since: tuple[int, int]
    post: str
    spells: list[Spell] = field(default_factory=list)
    kin: list[Kin] = field(default_factory=list)
    identity_number: str = ""
    phone: str = ""
    nonsense: tuple[str, ...] = ()


def truth(rng: random.Random, number: int) -> Truth:
    """Return somebody at random."""
    name = (
        rng.choice(SURNAMES) + rng.choice(GIVEN) + ("" if number < 20 else rng.choice("一二三四五六七八九十"))
    )
    year = rng.randrange(1964, 1998)
    born = (year, rng.randrange(1, 13))
    start = (year + 22, rng.choice([7, 8, 9, 12, 1, 2]))
    return Truth(
        name=name,
        sex=rng.choice("男女"),
        born=born,
        native=rng.choice(PLACES),
        birthplace=rng.choice(PLACES),
        party=rng.choice([(year + 20, rng.randrange(1, 13)), "民盟", ""]),
        works_since=start,
        post=rng.choice(UNITS) + rng.choice(POSTS),
        spells=list(_spells(rng, (year + 18, 9), start)),
        kin=_kin(rng),
        identity_number=f"{rng.randrange(110000, 659000)}{born[0]}{born[1]:02}15{rng.randrange(1000):03}X",
        phone=f"13{rng.randrange(10**8, 10**9)}",
        nonsense=("曾用名待核",) if rng.random() < 0.1 else (),
    )


def _spells(rng: random.Random, school: tuple[int, int], start: tuple[int, int]) -> Iterator[Spell]:
    yield Spell(school, (start[0], 7), f"{rng.choice(SCHOOLS)}学习", study=True)
    at = start
    for _ in range(rng.randrange(1, 6)):
        until = (at[0] + rng.randrange(1, 6), rng.randrange(1, 13))
        if until[0] > 2024:
            break
        inner = ()
        if rng.random() < 0.3:
            inner = (
                Spell(
                    at, (at[0] + 1, 1) if at[0] + 1 < until[0] else until, "省委党校经济管理专业学习", True
                ),
            )
        yield Spell(at, until, rng.choice(UNITS) + rng.choice(POSTS), within=inner)
        at = until
    yield Spell(at, None, rng.choice(UNITS) + rng.choice(POSTS))


def _kin(rng: random.Random) -> list[Kin]:
    terms = rng.sample(list(RELATIONS), rng.randrange(0, 6))
    return [
        Kin(
            term,
            rng.choice(SURNAMES) + rng.choice(GIVEN),
            None if rng.random() < 0.1 else (rng.randrange(1935, 2015), rng.randrange(1, 13)),
            rng.choice(STATES),
        )
        for term in terms
    ]


@dataclass(frozen=True)
class Style:
    """How a form is written."""

    encoding: str = "UTF-8"
    mark: bool = False
    newline: str = "\r\n"
    cdata: bool = False
    empty: str = "<{0}></{0}>"
    month: str = "{0}{1:02}"
    dash: str = "--"
    spell_month: str = "{0}.{1:02}"
    still: str = "         "
    within: str = "inside"
    pad: str = ""
    indent: str = "  "


def style(rng: random.Random) -> Style:
    """Return a way to write a form at random."""
    return Style(
        encoding=rng.choice(["UTF-8", "UTF-8", "utf-8", "GB2312", "GBK", "gb18030", "UTF-16", ""]),
        mark=rng.random() < 0.4,
        newline=rng.choice(["\r\n", "\n"]),
        cdata=rng.random() < 0.2,
        empty=rng.choice(["<{0}></{0}>", "<{0}/>", "<{0} />"]),
        month=rng.choice(["{0}{1:02}", "{0}.{1:02}", "{0}年{1}月", "{0}-{1:02}"]),
        dash=rng.choice(DASHES),
        spell_month=rng.choice(["{0}.{1:02}", "{0}.{1:02}", "{0}年{1}月"]),
        still=rng.choice(["         ", "至今", "现在"]),
        within=rng.choice(["inside", "line"]),
        pad=rng.choice(["", "", "　", " "]),
        indent=rng.choice(["", "  ", "\t"]),
    )


def codec_of(style: Style) -> str:
    """Return the codec of a form; what is called GB2312 holds characters of GBK, too."""
    return {"": "utf-8", "UTF-16": "utf-16", "GB2312": "gbk"}.get(style.encoding, style.encoding)


def padded(name: str, style: Style) -> str:
    """Return a name of two characters with a blank within."""
    return style.pad.join(name) if len(name) == 2 else name


def resume(person: Truth, style: Style) -> str:
    """Return the lines of a résumé."""
    lines = []
    for spell in person.spells:
        line = f"{_months(spell, style)}  {spell.text}"
        inner = "；".join(f"{_months(one, style)}{one.text}" for one in spell.within)
        if inner and style.within == "inside":
            line += f"（其间：{inner}）"
        lines.append(line)
        if inner and style.within == "line":
            lines.append(f"                  （其间：{inner}）")
    return style.newline.join([*person.nonsense, *lines])


def _months(spell: Spell, style: Style) -> str:
    start = style.spell_month.format(*spell.start)
    if spell.end is None:
        return (
            f"{start}至今"
            if style.still == "至今"
            else f"{start}{style.dash if style.dash != '至' else '--'}{style.still}"
        )
    return f"{start}{style.dash}{style.spell_month.format(*spell.end)}"


def values(person: Truth, style: Style) -> dict[str, str]:
    """Return the text of each element."""
    party = person.party if isinstance(person.party, str) else style.month.format(*person.party)
    return {
        "XingMing": padded(person.name, style),
        "XingBie": person.sex,
        "ChuShengNianYue": style.month.format(*person.born),
        "MinZu": "汉族",
        "JiGuan": person.native,
        "ChuShengDi": person.birthplace,
        "RuDangShiJian": party,
        "CanJiaGongZuoShiJian": style.month.format(*person.works_since),
        "JianKangZhuangKuang": "健康",
        "QuanRiZhiJiaoYu_XueLi": "大学",
        "QuanRiZhiJiaoYu_XueWei": "法学学士",
        "QuanRiZhiJiaoYu_XueLi_BiYeYuanXiaoXi": "四川大学法律系法学专业",
        "XianRenZhiWu": person.post,
        "JianLi": resume(person, style),
        "NianDuKaoHeJieGuo": "2023年 优秀；2024年 称职",
        "TianBiaoRen": "填表人",
        "JiSuanNianLingShiJian": "20251101",
        "ShenFenZheng": person.identity_number,
        "ZhaoPian": PHOTO,
        "Version": "3.2.1.16",
    }


def lrmx(person: Truth, style: Style) -> bytes:
    """Return a form in XML."""
    encoding = f' encoding="{style.encoding}"' if style.encoding else ""
    lines = [f'<?xml version="1.0"{encoding}?>', "<Person>"]
    texts = values(person, style)
    for name in ORDER:
        if name == "JiaTingChengYuan":
            lines += _family(person, style)
        elif text := texts.get(name, ""):
            lines.append(f"{style.indent}<{name}>{_written(text, style)}</{name}>")
        else:
            lines.append(f"{style.indent}{style.empty.format(name)}")
    text = style.newline.join([*lines, "</Person>", ""])
    codec = codec_of(style)
    return (b"\xef\xbb\xbf" if style.mark and codec.lower() == "utf-8" else b"") + text.encode(codec)


def _family(person: Truth, style: Style) -> Iterator[str]:
    yield f"{style.indent}<JiaTingChengYuan>"
    for one in person.kin:
        born = style.month.format(*one.born) if one.born else ""
        cells = {
            "ChengWei": one.term,
            "XingMing": padded(one.name, style),
            "ChuShengRiQi": born,
            "ZhengZhiMianMao": "群众",
            "GongZuoDanWeiJiZhiWu": one.work,
        }
        inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in cells.items())
        yield f"{style.indent * 2}<Item>{inner}</Item>"
    yield f"{style.indent}</JiaTingChengYuan>"


def _written(text: str, style: Style) -> str:
    return f"<![CDATA[{text}]]>" if style.cdata else escape(text)


def lrm(person: Truth, style: Style) -> bytes:
    """Return an old form: 33 fields in quotes, then the identity number."""
    texts = values(person, style)
    names = _words("XingMing XingBie ChuShengNianYue MinZu JiGuan RuDangShiJian JianKangZhuangKuang")
    names.append("ChuShengDi")
    cells = [texts.get(name, "") for name in (*names, "CanJiaGongZuoShiJian")]
    cells += ["大学#法学学士@#", "四川大学法律系法学专业#@#", "", "", "", "", "", "", texts["JianLi"], "", ""]
    cells += ["@".join(column) for column in _relative_columns(person, style)]
    cells += [person.post, "", "", "", "", "20251101", "填表人", "20251101", person.identity_number]
    return ('"' + '","'.join(cells) + '"').encode("gbk")


def _relative_columns(person: Truth, style: Style) -> list[list[str]]:
    rows = [
        [
            one.term,
            padded(one.name, style),
            style.month.format(*one.born) if one.born else "",
            "群众",
            one.work,
        ]
        for one in person.kin
    ]
    rows += [[""] * 5] * (13 - len(rows))
    return [list(column) for column in zip(*rows, strict=True)]


@dataclass(frozen=True)
class Broken:
    """A form that must be refused, and words of the sentence that says why."""

    name: str
    content: bytes
    says: str


def _form(inside: str = "", head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> str:
    return f"{head}<Person><XingMing>张三</XingMing>{inside}</Person>"


def broken() -> list[Broken]:
    """Return broken and hostile forms."""
    bomb = (
        "<!DOCTYPE Person [" + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)) + "]>"
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    whole = _form("<JianLi>2012.05--2015.08  县纪委科员</JianLi>").encode()
    texts = {
        "bomb": (bomb + _form(head=""), "has a document type (DTD) or entities of its own"),
        "external-dtd": (
            '<!DOCTYPE Person SYSTEM "http://example.org/x.dtd">' + _form(head=""),
            "in another file",
        ),
        "external-file": (
            '<!DOCTYPE Person [<!ENTITY f SYSTEM "../passwd.txt">]>' + _form("&f;", ""),
            "entities of its own",
        ),
        "public-dtd": ('<!DOCTYPE Person PUBLIC "-//X//EN" "x.dtd">' + _form(head=""), "in another file"),
        "bare-doctype": ("<!DOCTYPE Person>" + _form(head=""), "has a document type"),
        "undefined-entity": (_form("<JiGuan>&secret;</JiGuan>"), "entity that is not defined"),
        "xinclude": (
            _form('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../passwd.txt"/>'),
            "refers to another file",
        ),
        "wrong-root": (f"{head}<Persons><XingMing>张三</XingMing></Persons>", "root element is another"),
        "html": ("<html><body>404</body></html>", "root element is another"),
        "no-name": (f"{head}<Person><XingBie>男</XingBie></Person>", "has no name"),
        "twice": (_form("<XingMing>李四</XingMing>"), "stands twice"),
        "nested": (_form("<JianLi>2012.05--<b>2015.08</b></JianLi>"), "may not stand within"),
        "deep": (_form("<A>" * 5000 + "</A>" * 5000), "may not stand within"),
        "crossed": (f"{head}<Person><XingMing>张三</Person></XingMing>", "do not match"),
        "two-roots": (_form() + "<Person/>", "more after the root"),
        "control": (_form("<JiGuan>\x01</JiGuan>"), "not well-formed"),
        "text": ("任免审批表", "is no XML file"),
        "late-declaration": ("  " + _form(), "at the very beginning"),
        "big5": (_form(head='<?xml version="1.0" encoding="Big5"?>'), "this encoding is not read"),
        "long": (_form(f"<JianLi>{'简' * 60_000}</JianLi>"), "more than 50000 characters"),
        "relatives": (
            _form(f"<JiaTingChengYuan>{'<Item/>' * 101}</JiaTingChengYuan>"),
            "more than 100 relatives",
        ),
    }
    found = [Broken(f"{name}.lrmx", text.encode(), says) for name, (text, says) in texts.items()]
    return [
        *found,
        Broken("empty.lrmx", b"", "is empty"),
        Broken("cut.lrmx", whole[:90], "cut off"),
        Broken("cut-character.lrmx", whole[: whole.index("张".encode()) + 2], "within its last character"),
        Broken("said-gb.lrmx", _form(head='<?xml version="1.0" encoding="GB2312"?>').encode(), "UTF-8"),
        Broken("said-utf8.lrmx", _form().encode("gbk"), "is not"),
        Broken("few.lrm", '"张三","男","196505"'.encode("gbk"), "3 of 33 fields"),
        Broken("plain.lrm", "张三,男,196505".encode("gbk"), "33 fields in quotes"),
        Broken("nameless.lrm", ('"' + '","'.join([""] * 33) + '"').encode(), "has no name"),
    ]
