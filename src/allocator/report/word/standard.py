"""Page, fonts, styles and numbering of a proposal: by GB/T 9704-2012 in Chinese, ordinary in English.

The standard asks for fonts that may not be passed on: they are named, with others that stand in for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from allocator.model.text import Language

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Face = Literal["song", "fang", "kai", "hei", "title"]
StyleId = Literal[
    "Normal", "Body", "Title", "Heading1", "Heading2", "Item", "SubItem", "Caution", "AnnexList",
    "AnnexListMore", "AnnexMark", "AnnexTitle", "TableTitle", "TableNote", "TableHead", "TableText",
    "SmallTableHead", "SmallTableText", "Signature", "Footer",
]  # fmt: skip


@dataclass(frozen=True)
class Font:
    """A font for Chinese, and the fonts that stand in for it where it is missing."""

    name: str
    instead: str
    family: str


FONTS: Mapping[Face, Font] = {
    "song": Font("宋体", "SimSun", "auto"),
    "fang": Font("仿宋_GB2312", "仿宋,FangSong", "modern"),
    "kai": Font("楷体_GB2312", "楷体,KaiTi", "modern"),
    "hei": Font("黑体", "SimHei", "modern"),
    "title": Font("方正小标宋简体", "小标宋体,STZhongsong", "script"),
}
#: Font of Latin letters and figures.
LATIN = "Times New Roman"
#: Twips: A4, and the margins of the standard (top 37 mm, bottom 35, left 28, right 26). A page on its side is
#: turned so that its head is at the binding.
PORTRAIT, LANDSCAPE = (11906, 16838), (16838, 11906)
_UPRIGHT: Mapping[str, int] = {"top": 2098, "bottom": 1984, "left": 1588, "right": 1474}
_TURNED: Mapping[str, int] = {"top": 1588, "bottom": 1474, "left": 1984, "right": 2098}
PORTRAIT_WIDTH = PORTRAIT[0] - _UPRIGHT["left"] - _UPRIGHT["right"]
LANDSCAPE_WIDTH = LANDSCAPE[0] - _TURNED["left"] - _TURNED["right"]
#: Twips of a line: 22 of 28.9 pt on a page; and -0.25 pt between characters, so that 28 are on a line.
_LINE, _APART = 578, -5
_FOOTER = 1446


@dataclass(frozen=True)
class WordStyle:
    """A paragraph style.

    Attributes:
        id: Its id in the document.
        name: Its name; a built-in one has the name that word processors know.
        face: Font of Chinese characters.
        size: Size in half points.
        line: Spacing of lines in twips, exactly so; 0 for that of the font.
        align: Alignment.
        indent: Attributes of the indent.
        level: Level of its numbering; None for text without a number.
        apart: Spacing of characters in twips.
        after: Space below in twips.
        is_bold: Whether it is bold.
        keeps_next: Whether it stays with the next paragraph.
        starts_page: Whether it begins a page.
        is_boxed: Whether a red frame is around it.
    """

    id: StyleId
    name: str
    face: Face
    size: int
    line: int = _LINE
    align: str = "both"
    indent: str = 'w:left="0" w:firstLine="0"'
    level: int | None = None
    apart: int = 0
    after: int = 0
    is_bold: bool = False
    keeps_next: bool = False
    starts_page: bool = False
    is_boxed: bool = False


_TWO = 'w:firstLineChars="200" w:firstLine="640"'
_BOX = "".join(
    f'<w:{side} w:val="single" w:sz="8" w:space="4" w:color="C00000"/>'
    for side in ("top", "left", "bottom", "right")
)


def styles(language: Language) -> tuple[WordStyle, ...]:
    """Return the paragraph styles of a proposal."""
    return _STANDARD if language == "zh" else _ORDINARY


_HANGING = 'w:left="1920" w:hanging="1280"', 'w:left="1920" w:hanging="320"'
_STANDARD = (
    WordStyle("Normal", "Normal", "fang", 32, apart=_APART),
    WordStyle("Body", "Body Text", "fang", 32, indent=_TWO, apart=_APART),
    WordStyle("Title", "Title", "title", 44, line=720, align="center", keeps_next=True),
    WordStyle("Heading1", "heading 1", "hei", 32, indent=_TWO, level=0, apart=_APART, keeps_next=True),
    WordStyle("Heading2", "heading 2", "kai", 32, indent=_TWO, level=1, apart=_APART, keeps_next=True),
    WordStyle("Item", "List Number", "fang", 32, indent=_TWO, level=2, apart=_APART),
    WordStyle("SubItem", "List Number 2", "fang", 32, indent=_TWO, level=3, apart=_APART),
    WordStyle("Caution", "Caution", "hei", 28, align="left", after=240, is_boxed=True),
    WordStyle("AnnexList", "Annex List", "fang", 32, indent=_HANGING[0], apart=_APART, keeps_next=True),
    WordStyle("AnnexListMore", "Annex List 2", "fang", 32, indent=_HANGING[1], apart=_APART, keeps_next=True),
    WordStyle("AnnexMark", "Annex Mark", "hei", 32, align="left", keeps_next=True, starts_page=True),
    WordStyle("AnnexTitle", "Annex Title", "title", 44, line=720, align="center", keeps_next=True),
    WordStyle("TableTitle", "Table Title", "hei", 28, align="center", keeps_next=True),
    WordStyle("TableNote", "Table Note", "fang", 21, line=300, align="left"),
    WordStyle("TableHead", "Table Head", "hei", 21, line=280, align="center"),
    WordStyle("TableText", "Table Text", "fang", 21, line=280, align="left"),
    WordStyle("SmallTableHead", "Small Table Head", "hei", 18, line=240, align="center"),
    WordStyle("SmallTableText", "Small Table Text", "fang", 18, line=240, align="left"),
    WordStyle("Signature", "Signature", "fang", 32, align="right", apart=_APART),
    WordStyle("Footer", "footer", "song", 28, line=280, align="left"),
)
_PLAIN = WordStyle("Normal", "Normal", "song", 22, line=0, align="left")
_HEAD = replace(_PLAIN, is_bold=True, keeps_next=True)
_SMALL = replace(_PLAIN, size=18)
_ORDINARY = (
    _PLAIN,
    replace(_PLAIN, id="Body", name="Body Text", after=100),
    replace(_HEAD, id="Title", name="Title", size=36, align="center", after=200),
    replace(_HEAD, id="Heading1", name="heading 1", size=28, level=0, after=100),
    replace(_HEAD, id="Heading2", name="heading 2", size=24, level=1, after=60),
    replace(_PLAIN, id="Item", name="List Number", level=2, after=60),
    replace(_PLAIN, id="SubItem", name="List Number 2", level=3, after=60),
    replace(_PLAIN, id="Caution", name="Caution", after=160, is_bold=True, is_boxed=True),
    replace(_PLAIN, id="AnnexList", name="Annex List", indent='w:left="1200" w:hanging="1200"'),
    replace(_PLAIN, id="AnnexListMore", name="Annex List 2", indent='w:left="1200" w:firstLine="0"'),
    replace(_HEAD, id="AnnexMark", name="Annex Mark", size=24, starts_page=True),
    replace(_HEAD, id="AnnexTitle", name="Annex Title", size=32, align="center", after=100),
    replace(_HEAD, id="TableTitle", name="Table Title", size=24, align="center", after=60),
    replace(_SMALL, id="TableNote", name="Table Note"),
    replace(_SMALL, id="TableHead", name="Table Head", is_bold=True, align="center"),
    replace(_SMALL, id="TableText", name="Table Text"),
    replace(_SMALL, id="SmallTableHead", name="Small Table Head", size=16, is_bold=True, align="center"),
    replace(_SMALL, id="SmallTableText", name="Small Table Text", size=16),
    replace(_PLAIN, id="Signature", name="Signature", align="right"),
    replace(_PLAIN, id="Footer", name="footer", size=20, align="center"),
)
#: Format and text of the numbers of each level.
_NUMBERS: Mapping[Language, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("chineseCountingThousand", "%1、"),
        ("chineseCountingThousand", "（%2）"),
        ("decimal", "%3."),
        ("decimal", "（%4）"),
    ),
    "en": (("upperRoman", "%1. "), ("upperLetter", "%2. "), ("decimal", "%3. "), ("decimal", "(%4) ")),
}


def fonts_xml(face: Face) -> str:
    """Return the fonts of a run or a style, for each kind of script."""
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{FONTS[face].name}" w:cs="{LATIN}"/>'


def styles_xml(language: Language) -> str:
    """Return the part of a document that holds its styles."""
    made = styles(language)
    body = made[0]
    parts = [
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>{fonts_xml(body.face)}'
        f'<w:sz w:val="{body.size}"/><w:szCs w:val="{body.size}"/>'
        f'<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault><w:pPr/></w:pPrDefault></w:docDefaults>",
        *(_style(one) for one in made),
        _TABLE_STYLES.replace("{fonts}", fonts_xml(body.face)),
    ]
    return "".join((*parts, "</w:styles>"))


def _style(style: WordStyle) -> str:
    default = ' w:default="1"' if style.id == "Normal" else ""
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{style.id}"><w:name w:val="{style.name}"/>{based}'
        f"<w:qFormat/><w:pPr>{_paragraph(style)}</w:pPr><w:rPr>{fonts_xml(style.face)}"
        f'<w:b w:val="{int(style.is_bold)}"/><w:spacing w:val="{style.apart}"/><w:sz w:val="{style.size}"/>'
        f'<w:szCs w:val="{style.size}"/></w:rPr></w:style>'
    )


def _paragraph(style: WordStyle) -> str:
    """Return the properties of a paragraph, in the order that the schema asks for."""
    line = f'w:line="{style.line}" w:lineRule="exact"' if style.line else 'w:line="276" w:lineRule="auto"'
    parts = (
        "<w:keepNext/>" if style.keeps_next else "",
        "<w:pageBreakBefore/>" if style.starts_page else "",
        '<w:widowControl w:val="0"/>',
        "" if style.level is None else _numbered(style.level),
        f"<w:pBdr>{_BOX}</w:pBdr>" if style.is_boxed else "",
        '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>',
        f'<w:spacing w:before="0" w:after="{style.after}" {line}/><w:ind {style.indent}/>',
        f'<w:jc w:val="{style.align}"/>',
        f'<w:outlineLvl w:val="{style.level}"/>' if style.level in _OUTLINE else "",
    )
    return "".join(parts)


#: Levels of the numbering that are headings.
_OUTLINE = (0, 1)


def _numbered(level: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'


_EDGES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_TABLE_STYLES = (
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:rPr>{fonts}</w:rPr><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>'
    '<w:style w:type="table" w:styleId="DeskTable"><w:name w:val="Desk Table"/>'
    '<w:basedOn w:val="TableNormal"/><w:rPr>{fonts}</w:rPr><w:tblPr><w:tblBorders>'
    + _EDGES
    + "</w:tblBorders><w:tblCellMar>"
    + "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 20), ("left", 50), ("bottom", 20), ("right", 50))
    )
    + "</w:tblCellMar></w:tblPr></w:style>"
)


def numbering_xml(language: Language) -> str:
    """Return the part that holds the numbering of headings and items."""
    by_level = {one.level: one for one in styles(language) if one.level is not None}
    levels = "".join(
        f'<w:lvl w:ilvl="{k}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="{by_level[k].id}"/><w:suff w:val="nothing"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:rPr>{fonts_xml(by_level[k].face)}</w:rPr></w:lvl>'
        for k, (form, text) in enumerate(_NUMBERS[language])
    )
    return (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def font_table_xml() -> str:
    """Return the part that names the fonts, and those that stand in for them."""
    fonts = "".join(
        f'<w:font w:name="{one.name}"><w:altName w:val="{one.instead}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{one.family}"/><w:pitch w:val="default"/></w:font>'
        for one in FONTS.values()
    )
    latin = (
        f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/>'
        '<w:pitch w:val="variable"/></w:font>'
    )
    return f'<w:fonts xmlns:w="{W}">{fonts}{latin}</w:fonts>'


def settings_xml(language: Language) -> str:
    """Return the part of settings: odd and even pages differ in Chinese."""
    odd_even = "<w:evenAndOddHeaders/>" if language == "zh" else ""
    return (
        f'<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/>{odd_even}'
        '<w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode"'
        ' w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>'
    )


def footer_xml(language: Language, *, even: bool) -> str:
    """Return a footer: — 1 — by the standard, on odd pages to the right and on even ones to the left."""
    fonts = fonts_xml("song")
    parts = [
        f"<w:r><w:rPr>{fonts}</w:rPr>{content}</w:r>"
        for content in (
            '<w:fldChar w:fldCharType="begin"/>',
            '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>1</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    ]
    place = '<w:jc w:val="center"/>'
    if language == "zh":
        parts = [_dash(fonts, "— "), *parts, _dash(fonts, " —")]
        side = "left" if even else "right"
        place = f'<w:ind w:{side}Chars="100" w:{side}="280"/><w:jc w:val="{side}"/>'
    text = "".join(parts)
    return f'<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/>{place}</w:pPr>{text}</w:p></w:ftr>'


def _dash(fonts: str, text: str) -> str:
    return f'<w:r><w:rPr>{fonts}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def section_xml(footers: Mapping[str, str], *, landscape: bool) -> str:
    """Return the properties of a section.

    Args:
        footers: The relationship of the footer of each type, such as ``default``.
        landscape: Whether the page is on its side.
    """
    (width, height), margins = (LANDSCAPE, _TURNED) if landscape else (PORTRAIT, _UPRIGHT)
    turned = ' w:orient="landscape"' if landscape else ""
    return (
        f'<w:sectPr xmlns:w="{W}" xmlns:r="{R}">'
        + "".join(_footer_references(footers))
        + f'<w:type w:val="nextPage"/><w:pgSz w:w="{width}" w:h="{height}"{turned}/>'
        + "<w:pgMar "
        + " ".join(f'w:{side}="{length}"' for side, length in margins.items())
        + f' w:header="851" w:footer="{_FOOTER if not landscape else 964}" w:gutter="0"/></w:sectPr>'
    )


def _footer_references(footers: Mapping[str, str]) -> Iterator[str]:
    for kind, relation in footers.items():
        yield f'<w:footerReference w:type="{kind}" r:id="{relation}"/>'
