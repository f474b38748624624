"""The sheets that explain a workbook: how to fill it in, its columns, and the sentences of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allocator.model.column_docs import column_doc
from allocator.model.reading.workbook_sheets import TITLES, inert
from allocator.model.tables import TABLES, columns, required_columns
from allocator.model.text import Language, Text
from allocator.rules.blank_values import allowed_values, bounds_text
from allocator.rules.blanks import Blank
from allocator.rules.kinds import all_kinds
from allocator.rules.rule_sheet_layout import NUMBERED, RULE_HEADERS, choice_text, own_blanks
from allocator.rules.wordbook import Wordbook
from allocator.workbook.sheet_writer import BookWriter, SheetColumn
from allocator.workbook.table_columns import standard_header

#: How each item of the sheet of settings is filled in.
SETTING_NOTES: Mapping[str, Text] = {
    "scenario": Text(zh="方案的名称，可作文件夹名", en="The name of the scenario; a folder can have it"),
    "title": Text(zh="报告中的标题", en="The title in reports"),
    "source": Text(zh="所依据的文件", en="The document that it comes from"),
    "about": Text(zh="一两句说明", en="A sentence or two"),
    "synthetic": Text(zh="人员、案件为虚构时填“是”", en="yes where people and cases are invented"),
    "today": Text(
        zh="计算年龄的日期；空为首个周期的首日", en="Ages count from this day; empty: the first day planned"
    ),
    "history": Text(
        zh="往期的长度：days workdays weeks months quarters half-years years",
        en="The length of the periods before: days workdays weeks months quarters half-years years",
    ),
    "grades": Text(
        zh="职级，由高到低，一级一行：编号为英文",
        en="The ladder, highest first, one row each; the id is English",
    ),
    "roles": Text(zh="角色，一个一行：编号为英文", en="A role in each row; the id is English"),
    "levels": Text(
        zh="目标的级别，编号 1、2、3……，小的严格优先",
        en="A level of the objective in each row: 1, 2, 3 ..., each strictly before the next",
    ),
    "rules": Text(
        zh="规则包，一个一行；“规则”表中的，或下拉列表里随程序提供的",
        en="A rule pack in each row: one of the sheet Rules, or one of the list that comes with the program",
    ),
    "yaml": Text(
        zh="少用的设置，以 YAML 填写；编号为其名，如 draws.hearing、indicators.线索",
        en="Rare settings as YAML; the id is the name, such as draws.hearing",
    ),
}
LAYER_NOTES: Mapping[str, Text] = {
    "id": Text(zh="英文编号，如 posting", en="An English id, such as posting"),
    "title.zh": Text(zh="规则中用的名称，如 人员配置", en="The Chinese title that rules use"),
    "title.en": Text(zh="英文名称", en="The title that rules use, such as Postings"),
    "items": Text(
        zh='安排谁：单位、人员、组、案件之一，可加条件，如 人员，其中 person.grade == "head"',
        en="Who is assigned: units, people, groups or cases, perhaps with a condition: people where "
        'person.grade == "head"',
    ),
    "slots": Text(
        zh='安排到哪里，写法同左，如 组，其中 group.kind == "zone"',
        en='Where to, written likewise: groups where group.kind == "zone"',
    ),
    "roles": Text(
        zh="在去处担任的角色，顿号分隔；可空", en="Roles in a slot, separated by commas; may be empty"
    ),
    "periods": Text(zh="每期各定一次，或一次定全程", en="Decided anew in each period, or once for all"),
    "take": Text(
        zh="每个对象每期占几处：1、0-1、2-3、不限", en="How many places each takes: 1, 0-1, 2-3, any"
    ),
    "pairs": Text(
        zh="不符合此条件的搭配不考虑；可空", en="Pairs for which this does not hold are never looked at"
    ),
}
RULE_NOTES: Mapping[str, Text] = {
    "id": Text(zh="规则编号：英文，全场景唯一", en="An English id, unique in the scenario"),
    "sentence": Text(
        zh="从下拉列表选一个句式；【1 …】【2 …】即右侧空1、空2。各空取值见“句式”表",
        en="Choose a sentence; [1 ...] and [2 ...] are the columns Blank 1 and Blank 2. See the "
        "sheet Sentences",
    ),
    "on": Text(
        zh="规则针对哪一层决定；只有一层适合时可不填",
        en="The layer of decisions that it is about; may be empty if only one suits the rule",
    ),
    **{
        str(k): Text(zh=f"句式中【{k} …】的取值", en=f"The value of blank {k} of the sentence")
        for k in range(1, NUMBERED + 1)
    },
    "more": Text(
        zh="句式的其余各空，每空一行：名称：值",
        en="Other blanks of the sentence, a line for each: name: value",
    ),
    "role": Text(zh="只针对这些角色，顿号分隔；空为全部", en="Only these roles; empty: all"),
    "items": Text(
        zh="只针对符合条件的对象，如 人员.职务 是 室主任；空为全部",
        en="Only items for which this holds, such as person.title is director; empty: all",
    ),
    "slots": Text(zh="只针对符合条件的去处；空为全部", en="Only slots for which this holds; empty: all"),
    "during": Text(zh="只针对这些周期；空为全部", en="Only these periods; empty: all"),
    "level": Text(zh="必须，或目标的级别 1、2、3……", en="Hard, or a level of the objective: 1, 2, 3 ..."),
    "weight": Text(zh="同级内每次违反的代价；空为 1", en="The cost of a breach within its level; empty: 1"),
    "why.zh": Text(zh="报告中给出的缘由", en="The reason that reports give in Chinese"),
    "why.en": Text(zh="英文报告中给出的缘由", en="The reason that reports give"),
    "pack": Text(zh="规则所属的包", en="The pack that the rule belongs to"),
    "read": Text(
        zh="写出时的整句，供核对；不读入", en="The whole sentence as written, to compare; it is not read"
    ),
}

_STEPS: Sequence[Text] = (
    Text(
        zh="这是一个方案的工作簿：填好各表，用 allocator check 检查，用 allocator solve 求解。",
        en="This workbook is a scenario: fill in its sheets, then run allocator check and allocator "
        "solve on it.",
    ),
    Text(
        zh="1. 绿色标签的表是名单：一行一项。红色列名为必填。选中单元格即见填写说明，能选的有下拉列表。",
        en="1. Sheets with a green tab are tables, one thing a row. Columns with a red header are "
        "required. A selected "
        "cell says what it takes; where there are choices there is a drop-down.",
    ),
    Text(
        zh="2. 蓝色标签的表是设置：方案名称、周期、分哪几层决定、职级与角色。",
        en="2. Sheets with a blue tab are settings: the name, the periods, the layers of decisions, "
        "grades and roles.",
    ),
    Text(
        zh="3. “规则”表一行一条规则：选句式，填各空，定级别。各空的取值见“句式”表。",
        en="3. On the sheet Rules a row is a rule: choose a sentence, fill in its blanks, choose a level. "
        "The sheet Sentences says what each blank takes.",
    ),
    Text(
        zh="4. 日期写 2026-01-01 或 2026.01；编号前面的 0 会保留；多个值用分号隔开。",
        en="4. Dates are written 2026-01-01 or 2026.01; leading zeros stay; several values are "
        "separated by semicolons.",
    ),
    Text(
        zh="5. allocator check 会另存一份“名称.checked.xlsx”：有问题的格标红（必改）或标黄（提示），"
        "行末写明原因与建议。"
        "在其中改好再检查，颜色自会消失。",
        en="5. allocator check writes NAME.checked.xlsx: cells with faults are red (to mend) or "
        "yellow (to look at), and "
        "the end of the row says why and what to do. Mend them there and check again: the colours go.",
    ),
)
_EXAMPLES = Text(
    zh="灰底斜体的行是示例（均为虚构），可直接试算；换成真实数据时整行删除，“设置”中的“虚构数据”改为“否”。",
    en="Rows in grey italics are examples, all invented, and can be solved as they are. Delete them "
    "for your own data, "
    "and set 'Invented data' to no.",
)
_TITLE = Text(zh="怎样填写这个工作簿", en="How to fill in this workbook")
_YES = Text(zh="必填", en="required")
_PURPOSE: Mapping[str, Text] = {
    "units": Text(zh="单位：科室、乡镇、派驻机构", en="units: offices, townships, agencies"),
    "people": Text(zh="人员名册", en="people"),
    "links": Text(zh="单位之间的联系：相邻、对口联系", en="ties of units: adjacent, in liaison"),
    "ties": Text(zh="人员的关系：亲属、同学、共事", en="ties of people: kin, classmates, former colleagues"),
    "postings": Text(zh="任职经历：谁何时在何处任何职", en="postings: who served where and when"),
    "absences": Text(zh="离岗：借调、学习、休假", en="absences: secondment, study, leave"),
    "groups": Text(zh="组：片区、工作组等要配人的去处", en="groups: zones and teams to be filled"),
    "cases": Text(zh="案件与任务", en="cases and tasks"),
    "indicators": Text(zh="指标数值", en="figures"),
    "identities": Text(zh="当事人是否本单位人员的认定", en="whether a party is one of our people"),
    "wishes": Text(zh="个人意愿", en="wishes"),
}


def guide_rows(language: Language, *, example: bool) -> list[tuple[str, ...]]:
    """Return the rows of the sheet of notes: a text alone, or sheet, column, remark and meaning."""
    steps = [(step(language),) for step in (*_STEPS, *((_EXAMPLES,) if example else ()))]
    rows: list[tuple[str, ...]] = [(_TITLE(language),), *steps]
    for table in TABLES:
        title = TITLES[table](language)
        rows.append((title, "", "", _PURPOSE[table](language)))
        for column in columns(table):
            needed = _YES(language) if column in required_columns(table) else ""
            rows.append(
                ("", standard_header(table, column, language), needed, column_doc(table, column)(language))
            )
    return rows


def write_guide(writer: BookWriter, title: str, rows: Sequence[Sequence[str]]) -> None:
    """Write the sheet of notes."""
    page = writer.sheet(title, "#FFC000")
    plain = writer.format(text_wrap=True)
    bold = writer.format(bold=True, text_wrap=True)
    head = writer.format(bold=True, font_size=16)
    section = writer.format(bold=True, bg_color="#E2EFDA")
    red = writer.format(font_color="#C00000")
    for column, width in enumerate((14, 18, 10, 72)):
        page.set_column(column, column, width)
    for number, row in enumerate(rows):
        if len(row) == 1:
            page.merge_range(number, 0, number, 3, inert(row[0]), head if number == 0 else plain)
            page.set_row(number, 26 if number == 0 else 34)
            continue
        is_section = bool(row[0])
        for place, cell in enumerate(row):
            style = section if is_section else red if place == 2 else bold if place == 1 else plain
            page.write_string(number, place, inert(cell), style)
    page.hide_gridlines(2)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&C&A   &P / &N")


_HELP: Sequence[Text] = (
    Text(zh="句式", en="Sentence"),
    Text(zh="空", en="Blank"),
    Text(zh="名称", en="Name"),
    Text(zh="必填", en="Required"),
    Text(zh="含义", en="Meaning"),
    Text(zh="取值", en="Takes"),
)
TAKES: Mapping[str, Text] = {
    "text": Text(zh="文字", en="text"),
    "number": Text(zh="整数", en="a whole number"),
    "decimal": Text(zh="数", en="a number"),
    "yes_no": Text(zh="是、否", en="yes or no"),
    "choice": Text(zh="选一项", en="one of the choices"),
    "condition": Text(
        zh="条件，如 人员.职务 是 室主任 且 人员.年龄 小于 50",
        en="a condition, such as person.title is director",
    ),
    "expression": Text(zh="数或列，如 单位.工作量", en="a number or a column, such as unit.workload"),
    "layer": Text(zh="层的名称", en="the title of a layer"),
    "role": Text(zh="角色", en="a role"),
    "period": Text(zh="周期的编号", en="the id of a period"),
    "tie": Text(zh="关系的类型，如 亲属", en="a kind of tie, such as kin"),
    "link": Text(zh="单位联系的类型，如 相邻", en="a kind of link, such as adjacent"),
    "item": Text(zh="对象的名称或编号", en="the name or id of an item"),
    "slot": Text(zh="去处的名称或编号", en="the name or id of a slot"),
    "groups": Text(zh="几组编号：组内顿号、组间分号", en="groups of ids: commas within, semicolons between"),
    "seats": Text(zh="席位，如 1正+1副+2干部", en="seats, such as 1head+1deputy+2cadre"),
    "skills": Text(zh="专长和等级，如 审理 3、法律 2", en="skills with levels, such as law 3, audit 2"),
    "table": Text(zh="分数表的名称", en="the name of a table of scores"),
    "span": Text(zh="数或范围，如 1、0-1、≥2", en="a number or a range, such as 1, 0-1, ≥2"),
    "level": Text(zh="必须，或 1、2、3……", en="hard, or 1, 2, 3 ..."),
    "entries": Text(
        zh="几项，每项写“名称：值，名称：值”，分号隔开",
        en="entries 'name: value, name: value', separated by semicolons",
    ),
}
_MOST_VALUES = 8


def sentence_rows(language: Language, book: Wordbook) -> tuple[list[SheetColumn], list[list[str]]]:
    """Return the columns and rows of the sheet that lists each sentence with its blanks."""
    widths = (52, 10, 18, 8, 46, 46)
    headers = [
        SheetColumn(text(language), width=wide, wrap=True) for text, wide in zip(_HELP, widths, strict=True)
    ]
    rows = []
    for kind in all_kinds().values():
        for number, blank in enumerate(own_blanks(kind), start=1):
            place = RULE_HEADERS[str(number) if number <= NUMBERED else "more"](language)
            needed = _YES(language) if blank.required and "." not in blank.path else ""
            first = choice_text(kind, language) if number == 1 else ""
            rows.append(
                [
                    first,
                    place,
                    blank.label(language),
                    needed,
                    blank.meaning(language),
                    _takes(blank, book, language),
                ]
            )
        if not own_blanks(kind):
            rows.append([choice_text(kind, language), "", "", "", kind.summary(language), ""])
    return headers, rows


def _takes(blank: Blank, book: Wordbook, language: Language) -> str:
    """Return what a blank takes, with its bounds and some of its values."""
    separator = "、" if language == "zh" else ", "
    text = TAKES[blank.takes](language)
    if bounds := bounds_text(blank):
        text += f"（{bounds}）" if language == "zh" else f" ({bounds})"
    if blank.takes in ("yes_no", "level", "item", "slot"):
        return text
    values = [value(language) for value in allowed_values(blank, book)]
    if not values:
        return text
    shown = separator.join(values[:_MOST_VALUES]) + ("……" if len(values) > _MOST_VALUES else "")
    return f"{text}：{shown}" if language == "zh" else f"{text}: {shown}"
